import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { newTrail } from "../../src/core/trail.ts";
import { trailIn, trailText } from "../../src/ledger/trails.ts";
import { trails } from "./arbitraries.ts";
import { attemptOf, trailOf, usageOf } from "./fixtures.ts";

describe("a trail as text", () => {
  test("reads back as it was", () => {
    fc.assert(
      fc.property(trails, (trail) => {
        expect(trailIn(trailText(trail))).toEqual(trail);
      }),
    );
  });

  test("says nothing of what is usual", () => {
    expect(trailText(trailOf())).toBe(
      '{"candidates":["acme/large-1"],"planned":120,"steps":[{"attempt":"acme/large-1","at":140,' +
        '"credential":"sk-…1234","head":90000,"begun":100000,"end":2000000}]}',
    );
    expect(trailText(newTrail())).toBe('{"candidates":[],"planned":0,"steps":[]}');
  });

  test("says the rest in words and whole numbers", () => {
    const usage = usageOf({ source: UsageSource.PARTIAL });
    const trail = trailOf({
      strategy: "weighted",
      condition: "when[1]",
      affinity: "moved",
      steps: [
        { kind: "skipped", atUs: 1, target: "a/m", credential: "", why: "cooling", until: 1_760_000_000_000 },
        attemptOf({ outcome: "failed", hedge: true, status: 529, code: "upstream_overloaded", message: "Busy." }),
        { kind: "wait", atUs: 3, us: 500, why: "backoff" },
        attemptOf({ outcome: "left", usage, costNanoUsd: 2n ** 60n }),
      ],
    });
    const common = { attempt: "acme/large-1", at: 140, credential: "sk-…1234", head: 90_000, begun: 100_000 };
    expect(JSON.parse(trailText(trail))).toEqual({
      strategy: "weighted",
      condition: "when[1]",
      affinity: "moved",
      candidates: ["acme/large-1"],
      planned: 120,
      steps: [
        { skipped: "a/m", at: 1, why: "cooling", until: 1_760_000_000_000 },
        {
          ...common,
          hedge: true,
          outcome: "failed",
          end: 2_000_000,
          status: 529,
          code: "upstream_overloaded",
          message: "Busy.",
        },
        { wait: 500, at: 3, why: "backoff" },
        {
          ...common,
          outcome: "left",
          end: 2_000_000,
          usage: { inputTokens: 100, outputTokens: 20, source: "USAGE_SOURCE_PARTIAL" },
          cost: "1152921504606846976",
        },
      ],
    });
  });

  test("leaves out a usage that is no valid message, and nothing else", () => {
    const step = attemptOf({ usage: usageOf({ inputTokens: 1.5 }), costNanoUsd: null });
    expect(trailIn(trailText(trailOf({ steps: [step] }))).steps).toEqual([{ ...step, usage: undefined }]);
  });
});

describe("a trail of another version", () => {
  /** What was read is a trail like any other. */
  const readsAsTrail = (text: string): void => {
    const trail = trailIn(text);
    expect(trailIn(trailText(trail))).toEqual(trail);
  };

  test("is what can be read of it, whatever it is", () => {
    const steps = fc.jsonValue().map((step) => JSON.stringify({ steps: [step] }));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), steps), readsAsTrail));
  });

  test("is what can be read of it, when one of its values is another", () => {
    const damaged = fc.tuple(trails, fc.nat({ max: 40 }), fc.jsonValue()).map(([trail, place, value]) => {
      let at = 0;
      return JSON.stringify(JSON.parse(trailText(trail), (_, old) => (at++ === place ? value : old)));
    });
    fc.assert(fc.property(damaged, readsAsTrail));
  });

  test("keeps known steps, and leaves out kinds and reasons that are not known", () => {
    const { steps } = trailIn(
      JSON.stringify({
        steps: [
          { rerouted: "a/m", at: 1 },
          { skipped: "a/m", at: 2, why: "mercury in retrograde" },
          { wait: 5, at: 3, why: "tea" },
          { skipped: "b/m", at: 4, why: "busy", colour: "red" },
          null,
        ],
      }),
    );
    expect(steps).toEqual([{ kind: "skipped", atUs: 4, target: "b/m", credential: "", why: "busy", until: undefined }]);
  });

  test("has attempts with an unknown outcome as failed, their code as it is, and no usage or cost in another form", () => {
    const attempt = {
      attempt: "a/m",
      outcome: "transcended",
      code: "out_of_tea",
      usage: { inputTokens: "many" },
      cost: "1.5",
    };
    const { steps } = trailIn(JSON.stringify({ steps: [attempt] }));
    expect(steps).toEqual([
      { kind: "attempt", atUs: 0, target: "a/m", credential: "", hedge: false, outcome: "failed", code: "out_of_tea" },
    ]);
  });

  test("has a usage with fields of a newer contract", () => {
    const attempt = { attempt: "a/m", usage: { inputTokens: 7, videoTokens: 8, source: "USAGE_SOURCE_DREAMT" } };
    const { steps } = trailIn(JSON.stringify({ steps: [attempt] }));
    const usage = usageOf({ inputTokens: 7, outputTokens: 0, source: UsageSource.UNSPECIFIED });
    expect(steps).toMatchObject([{ usage }]);
  });
});
