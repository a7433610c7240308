import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { addUsage } from "../../src/core/usage.ts";

const counts = UsageSchema.fields.flatMap(({ fieldKind, localName }) =>
  fieldKind === "scalar" && localName !== "serviceTier" && localName !== "reportedCostNanoUsd" ? [localName] : [],
);

/** Each count is another multiple of `factor`. */
const usageOf = (factor: number, more: Parameters<typeof create<typeof UsageSchema>>[1] = {}) =>
  create(UsageSchema, { ...Object.fromEntries(counts.map((name, i) => [name, factor * (i + 1)])), ...more });

test("every count of two usages is added up, and what cannot be is that of the first", () => {
  expect(counts.length).toBeGreaterThanOrEqual(12);
  const first = { source: UsageSource.REPORTED, serviceTier: "flex", extensions: { a: "1" } };
  const second = { source: UsageSource.PARTIAL, serviceTier: "priority", extensions: { b: "2" } };
  expect(addUsage(usageOf(10, first), usageOf(100, second))).toEqual(usageOf(110, first));
});

test("what two providers say that they cost is added up as far as they say it", () => {
  const told = (reportedCostNanoUsd?: bigint) => usageOf(1, { reportedCostNanoUsd });
  const sum = (a?: bigint, b?: bigint) => addUsage(told(a), told(b)).reportedCostNanoUsd;
  expect([sum(1n, 2n), sum(1n), sum(undefined, 2n), sum()]).toEqual([3n, 1n, 2n, undefined]);
});
