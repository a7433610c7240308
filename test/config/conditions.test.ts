import fc from "fast-check";
import { expect, test } from "vitest";
import { describeCondition, implies, readCondition } from "../../src/config/conditions.ts";
import { type Condition, contentKinds } from "../../src/core/routing.ts";

interface Asked {
  readonly tokens: number;
  readonly has: readonly string[];
  readonly stream: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a condition means, in as few words as possible. */
const holds = (condition: Condition, asked: Asked): boolean =>
  asked.tokens > (condition.inputTokensOver ?? -1) &&
  asked.tokens < (condition.inputTokensUnder ?? Number.POSITIVE_INFINITY) &&
  (condition.has ?? []).every((kind) => asked.has.includes(kind)) &&
  (condition.stream ?? asked.stream) === asked.stream &&
  Object.entries(condition.metadata ?? {}).every(([key, value]) => asked.metadata[key] === value);

// few values, so that all requests that make a difference can be looked at
const tokens = fc.integer({ min: 1, max: 6 });
const kinds = contentKinds.slice(0, 3);
const metadata = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("x", "y"));
const condition = fc
  .record(
    { input_tokens_over: tokens, input_tokens_under: tokens, has: fc.subarray(kinds), stream: fc.boolean(), metadata },
    { requiredKeys: [] },
  )
  .map(readCondition);

const requests: readonly Asked[] = Array.from({ length: 9 }, (_, count) => count).flatMap((count) =>
  [true, false].flatMap((stream) =>
    [
      [],
      ...kinds.map((kind) => [kind]),
      ...kinds.map((kind) => kinds.filter((other) => other !== kind)),
      kinds,
    ].flatMap((has) =>
      ["", "x", "y"].flatMap((a) => ["", "x", "y"].map((b) => ({ tokens: count, stream, has, metadata: { a, b } }))),
    ),
  ),
);

test("A condition implies another one just when every request for which it holds is one for which the other does.", () => {
  fc.assert(
    fc.property(condition, condition, (one, other) => {
      const held = requests.filter((request) => holds(one, request));
      fc.pre(held.length > 0);
      expect(implies(one, other)).toBe(held.every((request) => holds(other, request)));
    }),
    { numRuns: 500 },
  );
});

test("Just what holds for no request is said never to hold, and what holds for all to be empty.", () => {
  fc.assert(
    fc.property(condition, (one) => {
      const held = requests.filter((request) => holds(one, request)).length;
      const fault = describeCondition(one) ?? "";
      expect(fault.startsWith("can never hold")).toBe(held === 0);
      expect(fault.startsWith("is empty")).toBe(held === requests.length);
    }),
    { numRuns: 500 },
  );
});
