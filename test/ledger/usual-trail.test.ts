import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { usualTrailIn, usualTrailText } from "../../src/ledger/usual-trail.ts";
import { rows, usualRows } from "./arbitraries.ts";
import { attemptOf, rowOf, trailOf, usageOf } from "./fixtures.ts";

describe("the trail of a request that went the usual way", () => {
  test("reads back as it was", () => {
    fc.assert(
      fc.property(usualRows, (row) => {
        const text = usualTrailText(row);
        expect(text).toBeTypeOf("string");
        expect(usualTrailIn(text ?? "", row)).toEqual(row.trail);
      }),
    );
  });

  test.each([
    ["120 140 90000 100000 2000000", {}, {}],
    ["120 140 90000 - 2000000", {}, { begunUs: undefined }],
    ["120 140 90000 100000 2000000 kept", { affinity: "kept" }, {}],
    ["120 140 90000 100000 2000000 - team b", {}, { credential: "team b" }],
    [
      "120 140 - - - new ",
      { affinity: "new" },
      { credential: "", headUs: undefined, begunUs: undefined, endUs: undefined },
    ],
  ] as const)("is short: %j", (text, changes, step) => {
    expect(usualTrailText(rowOf({ trail: trailOf({ ...changes, steps: [attemptOf(step)] }) }))).toBe(text);
  });

  test.each([
    ["that had a strategy", { strategy: "weighted" }],
    ["that met a condition", { condition: "when[1]" }],
    ["that had another candidate", { candidates: ["acme/large-1", "acme/small-1"] }],
    ["that had no candidate", { candidates: [] }],
    ["to another target than the row says", { candidates: ["a/m"], steps: [attemptOf({ target: "a/m" })] }],
    ["to another target than its candidate", { candidates: ["a/m"] }],
    ["without an attempt", { steps: [] }],
    ["with a second attempt", { steps: [attemptOf(), attemptOf()] }],
    ["that only waited", { steps: [{ kind: "wait", atUs: 3, us: 500, why: "backoff" }] }],
    ["that was hedged", { steps: [attemptOf({ hedge: true })] }],
    ["that failed", { steps: [attemptOf({ outcome: "failed" })] }],
    ["that was left", { steps: [attemptOf({ outcome: "left" })] }],
    ["with a status", { steps: [attemptOf({ status: 200 })] }],
    ["with an error's code", { steps: [attemptOf({ code: "rate_limited" })] }],
    ["with a message", { steps: [attemptOf({ message: "" })] }],
    ["with a usage of its own", { steps: [attemptOf({ usage: usageOf() })] }],
    ["with a cost of its own", { steps: [attemptOf({ costNanoUsd: null })] }],
  ] as const)("is no other's: %s", (_, changes) => {
    expect(usualTrailText(rowOf({ trail: trailOf(changes as Partial<ReturnType<typeof trailOf>>) }))).toBeUndefined();
  });

  test("is what can be read of any text", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(fc.nat().map(String), fc.string())).map((all) => all.join(" ")),
    );
    fc.assert(
      fc.property(texts, rows, (text, row) => {
        const trail = usualTrailIn(text, row);
        expect(trail.candidates).toEqual([`${row.provider}/${row.model}`]);
        expect(usualTrailIn(usualTrailText({ ...row, trail }) ?? "", row)).toEqual(trail);
      }),
    );
  });
});
