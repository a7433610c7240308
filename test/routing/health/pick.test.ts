import { describe, expect, test } from "vitest";
import { createHealth } from "../../../src/routing/health/index.ts";
import {
  Bench,
  balanced,
  chance,
  credential,
  failure,
  hour,
  minute,
  provider,
  second,
  sequential,
  start,
} from "./fixtures.ts";

const a = credential("a");
const b = credential("b");
const c = credential("c");

describe("Who serves", () => {
  test("balanced: each as much as its weight says", () => {
    const at = new Bench(provider([credential("a", { weight: 3 }), b]));
    expect(at.shares(40)).toEqual({ a: 30, b: 10 });
  });

  test("balanced: by chance among those within the tolerance, whatever the scale of the weights", () => {
    for (const weight of [1, 100]) {
      const specs = ["a", "b", "c"].map((name) => credential(name, { weight }));
      const at = new Bench(provider(specs, { rotation: { ...balanced, tolerance: 3 } }), chance(7));
      const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
      const spreads = new Set<number>();
      for (let n = 0; n < 300; n += 1) {
        const name = at.serve();
        counts[name] = (counts[name] ?? 0) + 1;
        spreads.add(Math.max(...Object.values(counts)) - Math.min(...Object.values(counts)));
      }
      expect([...spreads].sort()).toEqual([0, 1, 2, 3, 4]);
    }
  });

  test("sequential: the first in the configured order that can", () => {
    const at = new Bench(provider([b, a], { rotation: sequential }));
    expect(at.shares(5)).toEqual({ b: 5 });
    at.fail(failure("rate_limited"));
    expect(at.shares(5)).toEqual({ a: 5 });
    at.clock.advance(10 * second);
    expect(at.serve()).toBe("b");
  });

  test("a higher tier only when none of a lower one can", () => {
    const at = new Bench(provider([credential("spare", { tier: 2 }), a, b, credential("last", { tier: 9 })]));
    expect(at.shares(4)).toEqual({ a: 2, b: 2 });
    at.fail(failure("rate_limited", minute));
    expect(at.shares(2)).toEqual({ b: 2 });
    at.fail(failure("rate_limited", second));
    const { held, skipped } = at.pick();
    expect(held?.credential?.name).toBe("spare");
    expect(skipped.map(({ name, why, until }) => [name, why, until])).toEqual([
      ["a", "cooling", start + minute],
      ["b", "cooling", start + second],
    ]);
    at.clock.advance(second);
    expect(at.shares(2)).toEqual({ b: 2 });
  });

  test("one of a provider without credentials is nobody's, and cools like any", () => {
    const at = new Bench(provider([]));
    const held = at.hold();
    expect([held.id, held.credential]).toEqual(["acme/anonymous", undefined]);
    held.endFailed(failure("rate_limited"), 0);
    expect(at.why()).toBe(" cooling 10000");
    expect(at.health.credentials()).toMatchObject([{ provider: "acme", name: "", masked: "", state: "cooling" }]);
    expect(at.health.setCredential("acme", "", "clear")?.state).toBe("ready");
  });

  test("nobody, of a provider that is not configured", () => {
    const health = createHealth({ clock: new Bench(provider([])).clock, random: () => 0 });
    expect(health.pick("nowhere", "m", {})).toEqual({ held: undefined, skipped: [] });
  });
});

describe("What a request wishes", () => {
  const idOf = (at: Bench, name: string): string => {
    const held = at.hold("m", { only: name });
    held.endLeft(0);
    return held.id;
  };

  test("the credential whose cache is warm serves, if it can and is of the tier that serves", () => {
    const at = new Bench(provider([a, b, credential("spare", { tier: 2 })], { rotation: sequential }));
    const [warm, spare] = [idOf(at, "b"), idOf(at, "spare")];
    expect(at.serve("m", { prefer: warm })).toBe("b");
    expect(at.serve("m", { prefer: spare })).toBe("a");
    expect(at.serve("m", { prefer: "acme/unknown" })).toBe("a");
    at.fail(failure("rate_limited"), "m", { only: "b" });
    expect(at.serve("m", { prefer: warm })).toBe("a");
  });

  test("but not when it is overloaded: more than 8 busier than the least busy one, and more than twice as busy", () => {
    const at = new Bench(provider([a, b, c], { rotation: sequential }));
    const prefer = idOf(at, "c");
    at.fail(failure("rate_limited"), "m", { only: "b" }); // idle, and no measure for the others
    const begin = (name: string, count: number): void => {
      for (let n = 0; n < count; n += 1) at.hold("m", { only: name });
    };
    begin("c", 8);
    expect(at.serve("m", { prefer })).toBe("c");
    begin("c", 1);
    expect(at.serve("m", { prefer })).toBe("a");
    begin("a", 9);
    begin("c", 9); // 18 beside 9
    expect(at.serve("m", { prefer })).toBe("c");
    begin("c", 1);
    expect(at.serve("m", { prefer })).toBe("a");
  });

  test("only one, by its name, whatever its tier; the others are not looked at", () => {
    const at = new Bench(provider([a, credential("spare", { tier: 2 })]));
    expect(at.serve("m", { only: "spare" })).toBe("spare");
    at.health.setCredential("acme", "spare", "disable");
    expect(at.why("m", { only: "spare" })).toBe("spare disabled");
    expect(at.pick("m", { only: "unknown" })).toEqual({ held: undefined, skipped: [] });
  });

  test("none that failed in this exchange", () => {
    const at = new Bench(provider([a, b]));
    const without = new Set([idOf(at, "a"), idOf(at, "b")]);
    expect(at.why("m", { without })).toBe("a failed, b failed");
    at.fail(failure("rate_limited"), "m", { only: "a" });
    expect(at.why("m", { without })).toBe("a cooling 10000, b failed");
  });
});

describe("A credential's own limits", () => {
  test("so many requests at a time", () => {
    const at = new Bench(provider([credential("a", { concurrency: 2 })]));
    const held = at.hold();
    at.hold();
    expect(at.why()).toBe("a busy");
    expect(at.status("a")).toMatchObject({ state: "busy", inFlight: 2 });
    held.endOk(0, 0n);
    held.endOk(0, 0n); // its end counts once
    held.endFailed(failure("rate_limited"), 5);
    at.hold();
    expect(at.why()).toBe("a busy");
    expect(at.status("a")).toMatchObject({ cooldowns: [], window: { tokens: 0 } });
  });

  test("so many requests in a minute, until enough of them are a minute ago", () => {
    const at = new Bench(provider([credential("a", { rpm: 3 })]));
    at.serve();
    at.clock.advance(20 * second);
    at.shares(2);
    expect(at.why()).toBe(`a rpm ${41 * second}`);
    expect(at.status("a").state).toBe("rpm");
    at.clock.advance(41 * second);
    expect(at.shares(1)).toEqual({ a: 1 });
    expect(at.why()).toBe(`a rpm ${20 * second}`);
  });

  test("so many tokens in a minute", () => {
    const at = new Bench(provider([credential("a", { tpm: 100 })]));
    const [one, other, third] = [at.hold(), at.hold(), at.hold()];
    one.endOk(60, 0n);
    expect(at.why()).toBe("serves");
    at.clock.advance(second);
    other.endFailed(failure("upstream_error"), 30);
    third.endLeft(10);
    expect(at.why()).toBe(`a tpm ${60 * second}`);
    expect(at.status("a").state).toBe("tpm");
    at.clock.advance(60 * second);
    expect(at.why()).toBe("serves");
  });

  test("new ones hold at once", () => {
    const at = new Bench(provider([a]));
    const held = at.hold();
    at.configure(provider([credential("a", { concurrency: 1 })]));
    expect(at.why()).toBe("a busy");
    held.endOk(0, 0n);
    expect(at.why()).toBe("serves");
    at.configure(provider([credential("a", { rpm: 1 })]));
    expect(at.why()).toBe(`a rpm ${61 * second}`);
  });
});

describe("Who could not serve does not make up for it", () => {
  const back = (change: (at: Bench) => void, done: (at: Bench) => void, specs = [a, b]): Record<string, number> => {
    const at = new Bench(provider(specs));
    at.shares(20);
    change(at);
    at.shares(500);
    done(at);
    return at.shares(40);
  };

  test.each<[string, (at: Bench) => void, (at: Bench) => void]>([
    ["cooling", (at) => at.fail(failure("rate_limited", minute), "m", { only: "b" }), (at) => at.clock.advance(minute)],
    [
      "switched off",
      (at) => at.health.setCredential("acme", "b", "disable"),
      (at) => at.health.setCredential("acme", "b", "enable"),
    ],
    ["new", (at) => at.configure(provider([a])), (at) => at.configure(provider([a, b]))],
    [
      "of another tier",
      (at) => at.configure(provider([a, credential("b", { tier: 2 })])),
      (at) => at.configure(provider([a, b])),
    ],
  ])("%s", (_, change, done) => {
    expect(back(change, done)).toEqual({ a: 20, b: 20 });
  });

  test("even if the one that served meanwhile has just failed in the same exchange", () => {
    const at = new Bench(provider([a, b]));
    at.fail(failure("rate_limited", minute), "m", { only: "b" });
    at.shares(500);
    at.clock.advance(minute);
    const held = at.hold("m", { only: "a" });
    expect(at.serve("m", { without: new Set([held.id]) })).toBe("b");
    expect(at.shares(40)).toEqual({ a: 21, b: 19 });
  });

  test("nor has it to pay for it when the past of the others falls out of the window", () => {
    const at = new Bench(provider([a, b]));
    at.fail(failure("rate_limited", 30 * minute), "m", { only: "b" });
    for (let n = 0; n < 30; n += 1) {
      at.shares(10);
      at.clock.advance(minute);
    }
    for (let n = 0; n < 70; n += 1) {
      expect(at.shares(10)).toEqual({ a: 5, b: 5 });
      at.clock.advance(minute);
    }
  });

  test("all come back at the same time: they start even", () => {
    const at = new Bench(provider([a, b]));
    at.fail(failure("rate_limited", hour - minute), "m", { only: "b" });
    at.shares(500);
    at.fail(failure("rate_limited", hour - minute), "m", { only: "a" });
    expect(at.why()).toBe(`a cooling ${hour - minute}, b cooling ${hour - minute}`);
    at.clock.advance(hour - minute);
    expect(at.shares(40)).toEqual({ a: 20, b: 20 });
  });

  test("they come back one after the other: who served most before waits for nobody", () => {
    const at = new Bench(provider([a, b]));
    at.fail(failure("rate_limited", 2 * minute), "m", { only: "b" });
    at.shares(500);
    at.fail(failure("rate_limited", 5 * minute), "m", { only: "a" });
    at.clock.advance(2 * minute);
    at.shares(10);
    at.clock.advance(3 * minute);
    const shares = at.shares(40);
    expect(shares.a).toBeGreaterThanOrEqual(20);
    expect(shares.b).toBeGreaterThanOrEqual(15);
  });

  test("one that was used much in another tier waits for nobody", () => {
    const tier = 2;
    const spares = [credential("b", { tier }), credential("c", { tier })];
    const at = new Bench(provider([a, ...spares]));
    at.shares(500);
    at.fail(failure("rate_limited", minute));
    at.shares(20);
    at.clock.advance(minute);
    at.configure(provider([{ ...a, tier }, ...spares]));
    expect(at.shares(30)).toEqual({ a: 10, b: 10, c: 10 });
  });

  test("a new weight is for what comes", () => {
    const at = new Bench(provider([a, b]));
    at.shares(100);
    at.configure(provider([credential("a", { weight: 4 }), b]));
    expect(at.shares(50)).toEqual({ a: 40, b: 10 });
  });
});

describe("A reload", () => {
  test("keeps what is known of secrets that stay, under new names too, and forgets those gone", () => {
    const at = new Bench(provider([a, b]));
    const held = [at.hold("m", { only: "a" }), at.hold("m", { only: "b" })];
    at.fail(failure("rate_limited", minute), "m", { only: "a" });
    at.health.setCredential("acme", "b", "disable");
    at.configure(provider([{ ...a, name: "renamed" }]));
    expect(at.why()).toBe(`renamed cooling ${minute}`);
    for (const one of held) one.endFailed(failure("rate_limited"), 3);
    at.configure(provider([a, b]));
    expect(at.status("a")).toMatchObject({ state: "cooling", inFlight: 0, window: { requests: 2, tokens: 3 } });
    expect(at.status("b")).toMatchObject({
      state: "ready",
      inFlight: 0,
      window: { requests: 0 },
      lastError: undefined,
    });
  });

  test("counts on in a rotation window of another length", () => {
    const at = new Bench(provider([a, b]));
    at.shares(10);
    at.clock.advance(2 * minute);
    at.configure(provider([a, b], { rotation: { ...balanced, windowMs: 2 * hour } }));
    expect(at.status("a").window).toMatchObject({ windowMs: 2 * hour, requests: 5 });
  });

  test("takes a secret that is given twice for one credential", () => {
    const at = new Bench(provider([a, { ...a, name: "again" }]));
    expect(at.health.credentials().map(({ name }) => name)).toEqual(["a"]);
  });
});

test("A status says what was used.", () => {
  const at = new Bench(provider([credential("a", { rpm: 10, tpm: 500, concurrency: 4 })]));
  at.hold().endOk(40, 1_500n);
  at.clock.advance(2 * minute);
  at.hold().endOk(2, 10n);
  at.hold();
  const told = { requests: { limit: 9, remaining: 3, resetsAt: start }, tokens: undefined };
  at.hold("n").told({ ...told, inputTokens: undefined, outputTokens: undefined });
  expect(at.status("a")).toEqual({
    provider: "acme",
    name: "a",
    masked: "sk-…6789",
    tier: 1,
    weight: 1,
    state: "ready",
    cooldowns: [],
    lockedUntil: undefined,
    lastError: undefined,
    inFlight: 2,
    concurrency: 4,
    rpm: 10,
    tpm: 500,
    minute: { windowMs: minute, requests: 3, failures: 0, tokens: 2, costNanoUsd: 10n },
    window: { windowMs: hour, requests: 4, failures: 0, tokens: 42, costNanoUsd: 1_510n },
    limits: [
      {
        model: "n",
        at: start + 2 * minute,
        limits: { ...told, inputTokens: undefined, outputTokens: undefined },
      },
    ],
  });
  expect(at.health.setCredential("acme", "unknown", "clear")).toBeUndefined();
  expect(at.health.setCredential("unknown", "a", "clear")).toBeUndefined();
});
