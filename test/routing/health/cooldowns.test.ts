import { describe, expect, test } from "vitest";
import type { RateLimit } from "../../../src/core/health.ts";
import { Bench, credential, failure, hour, limits, minute, provider, second, start } from "./fixtures.ts";

const bench = (quotaGroups: string[][] = []) => new Bench(provider([credential("a")], { quotaGroups }));
const spent = (resetsAt: number | undefined, remaining = 0): RateLimit => ({ limit: 100, remaining, resetsAt });

describe("How long a rate limit keeps a credential out", () => {
  test.each(["rate_limited", "quota_exceeded"] as const)("%s: as long as the error says", (code) => {
    const at = bench();
    const held = at.hold();
    held.told(limits({ requests: spent(start + hour) }));
    held.endFailed(failure(code, 7000), 0);
    expect(at.why()).toBe("a cooling 7000");
    at.clock.advance(6999);
    expect(at.why()).toBe("a cooling 1");
    at.clock.advance(1);
    expect(at.serve()).toBe("a");
  });

  test("no longer than a day", () => {
    const at = bench();
    at.fail(failure("rate_limited", 40 * 24 * hour));
    expect(at.why()).toBe(`a cooling ${24 * hour}`);
  });

  test("as if it did not say, when it says to come back at once", () => {
    const at = bench();
    at.fail(failure("rate_limited", 0));
    expect(at.why()).toBe(`a cooling ${10 * second}`);
  });

  test("until the latest reset of what is used up, as the answer's head tells", () => {
    const at = bench();
    const held = at.hold();
    held.told(
      limits({
        requests: spent(start + 20 * second),
        tokens: spent(start + 25 * second),
        inputTokens: spent(start + 90 * second, 1),
        outputTokens: spent(undefined),
      }),
    );
    held.endFailed(failure("rate_limited"), 0);
    expect(at.why()).toBe(`a cooling ${25 * second}`);
  });

  test("a reset that has passed tells nothing, nor do limits of another answer", () => {
    const at = bench();
    const other = at.hold();
    const held = at.hold();
    other.told(limits({ tokens: spent(start + hour) }));
    held.told(limits({ requests: spent(start - second) }));
    held.endFailed(failure("rate_limited"), 0);
    expect(at.why()).toBe(`a cooling ${10 * second}`);
  });

  test("10, 30, 60, 120 and then 300 s, until it serves again", () => {
    const at = bench();
    for (const [step, seconds] of [10, 30, 60, 120, 300, 300].entries()) {
      at.fail(failure("rate_limited"));
      expect(at.why()).toBe(`a cooling ${seconds * second}`);
      expect(at.status("a").cooldowns).toEqual([
        {
          scope: "m",
          until: at.clock.now() + seconds * second,
          step: step + 1,
          reason: "rate_limited: The provider said rate_limited.",
        },
      ]);
      at.clock.advance(seconds * second);
      expect(at.status("a").cooldowns).toEqual([]);
    }
    at.serve();
    at.fail(failure("rate_limited"));
    expect(at.why()).toBe(`a cooling ${10 * second}`);
  });

  test("a row is forgotten after an hour without a limit", () => {
    const at = bench();
    at.fail(failure("rate_limited"));
    at.clock.advance(10 * second + hour);
    at.fail(failure("rate_limited"));
    expect(at.why()).toBe(`a cooling ${30 * second}`);
    at.clock.advance(30 * second + hour + 1);
    at.fail(failure("rate_limited"));
    expect(at.why()).toBe(`a cooling ${10 * second}`);
  });

  test("of failures in flight at the same time only the first climbs, and none shortens", () => {
    const at = bench();
    const held = [at.hold(), at.hold(), at.hold(), at.hold()];
    held[0]?.endFailed(failure("rate_limited"), 0);
    at.clock.advance(4 * second);
    held[1]?.endFailed(failure("rate_limited"), 0);
    expect(at.why()).toBe(`a cooling ${6 * second}`);
    held[2]?.endFailed(failure("rate_limited", 1000), 0);
    expect(at.why()).toBe(`a cooling ${6 * second}`);
    expect(at.status("a").cooldowns[0]?.step).toBe(1);
    held[3]?.endFailed(failure("rate_limited", 20 * second), 0);
    expect(at.why()).toBe(`a cooling ${20 * second}`);
    expect(at.status("a").cooldowns[0]?.step).toBe(0);
  });

  test("what began before the limit and is served after it does not end it", () => {
    const at = bench();
    const early = at.hold();
    at.fail(failure("rate_limited"));
    early.endOk(1, 0n);
    expect(at.why()).toBe(`a cooling ${10 * second}`);
    at.clock.advance(10 * second);
    at.fail(failure("rate_limited"));
    expect(at.why()).toBe(`a cooling ${30 * second}`);
  });
});

describe("What a cooldown holds for", () => {
  test("the one model", () => {
    const at = bench();
    at.fail(failure("rate_limited"), "m");
    expect(at.why("m")).toBe("a cooling 10000");
    expect(at.why("n")).toBe("serves");
    expect(at.status("a").state).toBe("cooling");
  });

  test("all models of its quota group, the first that has a pattern for it", () => {
    const at = bench([["flash-*", "*-mini"], ["*"]]);
    at.fail(failure("quota_exceeded"), "flash-2");
    expect([at.why("flash-3"), at.why("x-mini"), at.why("pro")]).toEqual([
      "a cooling 10000",
      "a cooling 10000",
      "serves",
    ]);
    expect(at.status("a").cooldowns.map(({ scope }) => scope)).toEqual(["flash-*, *-mini"]);
    at.clock.advance(10 * second);
    at.serve("x-mini");
    at.fail(failure("quota_exceeded"), "flash-2");
    expect(at.why("flash-2")).toBe("a cooling 10000");
  });

  test("other groups come into force while it cools", () => {
    const at = bench();
    at.fail(failure("rate_limited"), "flash-2");
    at.configure({ ...at.spec, quotaGroups: [["flash-*"]] });
    expect(at.why("flash-3")).toBe("a cooling 10000");
    at.configure({ ...at.spec, quotaGroups: [] });
    expect([at.why("flash-3"), at.why("flash-2")]).toEqual(["serves", "a cooling 10000"]);
    at.fail(failure("rate_limited", 5000), "flash-3");
    at.configure({ ...at.spec, quotaGroups: [["flash-*"]] });
    expect(at.why("flash-1")).toBe("a cooling 10000");
  });
});

describe("A credential that its provider refuses", () => {
  test("is locked for five minutes, for all models", () => {
    const at = bench();
    const error = failure("upstream_unauthenticated");
    at.fail(error);
    expect(at.why("n")).toBe(`a locked ${5 * minute}`);
    expect(at.pick().skipped[0]?.error).toBe(error);
    expect(at.status("a")).toMatchObject({
      state: "locked",
      lockedUntil: start + 5 * minute,
      lastError: {
        code: "upstream_unauthenticated",
        message: "The provider said upstream_unauthenticated.",
        at: start,
      },
    });
    at.clock.advance(5 * minute);
    expect(at.serve()).toBe("a");
    expect(at.status("a")).toMatchObject({ state: "ready", lockedUntil: undefined });
  });

  test("is locked for that model only, if it is the model that it may not use", () => {
    const at = bench([["*"]]);
    at.fail(failure("permission_denied"), "secret-model");
    expect(at.why("secret-model")).toBe(`a locked ${5 * minute}`);
    expect(at.why("m")).toBe("serves");
    expect(at.status("a")).toMatchObject({
      state: "cooling",
      lockedUntil: undefined,
      cooldowns: [{ scope: "secret-model", until: start + 5 * minute, step: 0 }],
      lastError: { code: "permission_denied" },
    });
  });

  test("serves at once when a person clears it", () => {
    const at = bench();
    const held = [at.hold(), at.hold(), at.hold("n")];
    held[0]?.endFailed(failure("upstream_unauthenticated"), 0);
    held[1]?.endFailed(failure("rate_limited"), 0);
    held[2]?.endFailed(failure("permission_denied"), 0);
    expect(at.health.setCredential("acme", "a", "clear")).toMatchObject({ state: "ready", cooldowns: [] });
    expect([at.why("m"), at.why("n")]).toEqual(["serves", "serves"]);
    at.fail(failure("rate_limited"));
    expect(at.why()).toBe("a cooling 10000");
  });
});

test("Any other failure only counts.", () => {
  const at = bench();
  at.fail(failure("upstream_error", hour));
  expect(at.why()).toBe("serves");
  expect(at.status("a")).toMatchObject({
    state: "ready",
    lastError: { code: "upstream_error" },
    minute: { failures: 1 },
    window: { failures: 1 },
  });
});

test("A clock that is set back by days does not keep a credential out for days.", () => {
  const at = bench();
  at.fail(failure("rate_limited", hour));
  at.fail(failure("upstream_unauthenticated"), "n");
  at.clock.set(start - 30 * 24 * hour);
  expect(at.why()).toBe("serves");
});
