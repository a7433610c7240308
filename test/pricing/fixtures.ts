import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { PriceOverride } from "../../src/core/price.ts";
import { createPricing } from "../../src/pricing/index.ts";

export const at = Date.parse("2026-04-01T12:00:00Z");
const clock = { now: () => at, micros: () => 0 };

export type UsageInit = MessageInitShape<typeof UsageSchema>;

export const usageOf = (init: UsageInit): Usage => create(UsageSchema, { source: UsageSource.REPORTED, ...init });

interface Setup {
  readonly overrides?: readonly PriceOverride[];
  /** The catalogue's names of providers; who is not here goes by their own. */
  readonly names?: Readonly<Record<string, string | undefined>>;
}

export const pricing = ({ overrides = [], names = {} }: Setup = {}) =>
  createPricing({ overrides, catalogueName: (name) => (name in names ? names[name] : name), clock });
