import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Pricing } from "./ports.ts";
import { addUsage } from "./usage.ts";

/** What attempts have taken and cost. */
export interface Booked {
  readonly usage: Usage;
  /** null: not known. */
  readonly costNanoUsd: bigint | null;
  /** null: not known. */
  readonly cacheSavedNanoUsd: bigint | null;
  /** Of several with prices of their own, all, with ", " between. Empty: the cost is not known. */
  readonly priceVersion: string;
}

/** What one attempt comes to. `at`: when it was asked for, in ms since 1970. */
export function bookedAt(provider: string, model: string, usage: Usage, at: number, pricing: Pricing): Booked {
  const { costNanoUsd, cacheSavedNanoUsd, version } = pricing.price(provider, model, usage, at);
  return { usage, costNanoUsd, cacheSavedNanoUsd, priceVersion: version };
}

/** What an attempt at "provider/model" comes to. */
export function bookedAtTarget(target: string, usage: Usage, at: number, pricing: Pricing): Booked {
  const slash = target.indexOf("/");
  return bookedAt(target.slice(0, slash), target.slice(slash + 1), usage, at, pricing);
}

/** What is not known of one of them is not known of both. */
export function bookedTogether(first: Booked, second: Booked): Booked {
  const costNanoUsd = sum(first.costNanoUsd, second.costNanoUsd);
  return {
    usage: addUsage(first.usage, second.usage),
    costNanoUsd,
    cacheSavedNanoUsd: sum(first.cacheSavedNanoUsd, second.cacheSavedNanoUsd),
    priceVersion: costNanoUsd === null ? "" : versions(first.priceVersion, second.priceVersion),
  };
}

const sum = (a: bigint | null, b: bigint | null): bigint | null => (a === null || b === null ? null : a + b);

const versions = (first: string, second: string): string =>
  first.split(", ").includes(second) ? first : `${first}, ${second}`;
