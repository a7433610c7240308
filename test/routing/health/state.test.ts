import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHealth } from "../../../src/routing/health/index.ts";
import type { Health } from "../../../src/routing/health/types.ts";
import { Bench, breakers, credential, failure, hour, limits, minute, provider, second, start } from "./fixtures.ts";

const specs = ["a", "b", "c", "d", "e"].map((name) => credential(name));

/** What a store would hold after these changes. */
function stored(health: Health, before: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const store = new Map(before);
  for (const [key, text] of health.changes()) {
    if (text === undefined) store.delete(key);
    else store.set(key, text);
  }
  return store;
}

/** Another process, with the same configuration and the same time. */
const restarted = (at: Bench, store: ReadonlyMap<string, string>, now = at.clock.now()): Bench =>
  new Bench(at.spec, () => 0, breakers, { store, now });

function openBreaker(at: Bench, model: string): void {
  for (let n = 0; n < 4; n += 1) {
    const handle = at.health.breaker("acme", model);
    handle.tryEnter();
    handle.settle(true);
  }
}

/** One of each kind. */
function eventful(): Bench {
  const at = new Bench(provider(specs));
  at.health.setCredential("acme", "a", "disable");
  at.fail(failure("upstream_unauthenticated"), "m", { only: "b" });
  at.fail(failure("rate_limited"), "m", { only: "c" });
  at.fail(failure("permission_denied"), "n", { only: "c" });
  at.fail(failure("upstream_error"), "m", { only: "d" });
  const held = at.hold("m", { only: "e" });
  held.told(limits({ tokens: { limit: 10, remaining: 2, resetsAt: start + minute } }));
  held.endOk(17, 12_345n);
  openBreaker(at, "some/model");
  return at;
}

describe("After a restart", () => {
  test("all is as it was, whether it is restored before the configuration or after it", () => {
    const at = eventful();
    const store = stored(at.health);
    const next = restarted(at, store);
    expect(next.health.credentials()).toEqual(at.health.credentials());
    const [breaker] = at.health.breakers();
    expect(next.health.breakers()).toEqual([{ ...breaker, requests: 0, failures: 0 }]);
    expect([...next.health.changes()]).toEqual([]);

    const later = new Bench(at.spec);
    later.health.restore(store);
    expect(later.health.credentials()).toEqual(at.health.credentials());
    expect(later.health.breaker("acme", "some/model").tryEnter()).toBe(false);
  });

  test("the reasons are those of before, with the errors that brought them", () => {
    const at = eventful();
    const next = restarted(at, stored(at.health));
    next.health.setCredential("acme", "d", "disable");
    next.health.setCredential("acme", "e", "disable");
    expect(next.why("m")).toBe("a disabled, b locked 300000, c cooling 10000, d disabled, e disabled");
    expect(next.why("n")).toBe("a disabled, b locked 300000, c locked 300000, d disabled, e disabled");
    const [, , skipped] = next.pick("m").skipped;
    expect(skipped?.error).toMatchObject({
      code: "rate_limited",
      message: "The provider said rate_limited.",
      upstreamStatus: 429,
      provider: "acme",
    });
  });

  test("a row of failures goes on, even if its cooldown is over", () => {
    const at = eventful();
    const store = stored(at.health);
    at.clock.advance(minute);
    const next = restarted(at, store);
    next.fail(failure("rate_limited"), "m", { only: "c" });
    expect(next.why("m", { only: "c" })).toBe("c cooling 30000");
    expect(next.health.breaker("acme", "some/model").tryEnter()).toBe(true);
    expect(next.health.breaker("acme", "some/model").tryEnter()).toBe(false);
  });

  test("requests of the last minute count against limits in a minute", () => {
    const at = new Bench(provider([credential("a", { rpm: 3 })]));
    at.shares(3);
    at.clock.advance(20 * second);
    expect(restarted(at, stored(at.health)).why()).toBe(`a rpm ${41 * second}`);
  });

  test("rotation goes on where it was, and who comes back then has nothing to make up for", () => {
    const at = new Bench(provider(specs.slice(0, 2)));
    at.fail(failure("rate_limited", minute), "m", { only: "b" });
    at.shares(101);
    const during = stored(at.health);
    at.clock.advance(minute);
    expect(restarted(at, during).shares(40)).toEqual({ a: 20, b: 20 });
    at.shares(11);
    const after = restarted(at, stored(at.health, during));
    expect(after.shares(40)).toEqual(at.shares(40));
  });

  test("one that was preferred stays ahead until the others have caught up", () => {
    const at = new Bench(provider(specs.slice(0, 2)));
    const prefer = at.hold("m", { only: "a" }).id;
    for (let n = 0; n < 40; n += 1) at.serve("m", { prefer });
    expect(restarted(at, stored(at.health)).shares(40)).toEqual({ b: 40 });
  });

  test("what was stored of a credential that is not configured, of a closed breaker, or cannot be read, is removed", () => {
    const at = eventful();
    const store = stored(at.health);
    const text = [...store.values()][0] ?? "";
    const foreign: [string, string][] = [
      ["credential/acme/0000", text],
      ["breaker/acme/broken", "{"],
      ["breaker/nowhere/m", JSON.stringify({ version: 1, openSince: start })],
      ["affinity/x", "mine not yours"],
    ];
    const next = restarted(at, new Map([...store, ...foreign]));
    expect([...next.health.changes()]).toEqual(foreign.slice(0, 3).map(([key]) => [key, undefined]));
  });
});

describe("What has changed", () => {
  test("is told once, one change for each credential, without its secret", () => {
    const at = eventful();
    const changes = at.health.changes();
    expect([...changes.keys()].map((key) => key.replace(/[0-9a-f]{16}$/, "…"))).toEqual([
      ...specs.map(() => "credential/acme/…"),
      "breaker/acme/some/model",
    ]);
    for (const text of changes.values()) expect(text).not.toContain("secret-of");
    expect([...at.health.changes()]).toEqual([]);
    at.shares(3);
    expect(at.health.changes().size).toBe(2); // d and e serve
    const held = at.hold();
    expect(at.health.changes().size).toBe(1);
    held.endLeft(0);
    expect(at.health.changes().size).toBe(1);
  });

  test("is told of a breaker that closes, and of a credential that is gone", () => {
    const at = eventful();
    at.health.changes();
    at.health.resetBreaker("acme", "some/model");
    at.configure(provider(specs.slice(1)));
    const changes = [...at.health.changes()];
    expect(changes).toHaveLength(2);
    expect(changes.map(([, text]) => text)).toEqual([undefined, undefined]);
  });

  test("is told of one that is gone and comes back by what it is then", () => {
    const at = eventful();
    const store = stored(at.health);
    at.configure(provider(specs.slice(1)));
    at.configure(provider(specs));
    at.health.setCredential("acme", "a", "enable");
    const [, text] = [...at.health.changes()][0] ?? [];
    expect(JSON.parse(text ?? "null")).toMatchObject({ disabled: false });
    expect(stored(at.health, store).size).toBe(store.size);
  });
});

describe("What is restored is not believed blindly", () => {
  const keyOf = (at: Bench, name: string): string => {
    const held = at.hold("m", { only: name });
    held.endLeft(0);
    return `credential/${held.id}`;
  };

  test("times too old or of the future are left out; that a person switched it off stays", () => {
    const at = eventful();
    const store = stored(at.health);
    for (const shift of [-3 * 24 * hour, 3 * 24 * hour]) {
      const next = restarted(at, store, start + shift);
      expect(next.health.credentials().map(({ state }) => state)).toEqual([
        "disabled",
        "ready",
        "ready",
        "ready",
        "ready",
      ]);
      for (const { window, limits: told, name, lastError } of next.health.credentials()) {
        expect([window.requests, told]).toEqual([0, []]);
        if (shift < 0) expect([name, lastError]).toEqual([name, undefined]);
      }
      expect(next.health.breakers()).toEqual([]);
    }
  });

  test("broken counters do not cost a lock", () => {
    const at = new Bench(provider(specs));
    const key = keyOf(at, "a");
    at.fail(failure("upstream_unauthenticated"), "m", { only: "a" });
    const text = stored(at.health).get(key) ?? "";
    for (const part of ["window", "minute", "told"]) {
      for (const row of [[start, 1], [start, 1, 0, 0, 0.5, 1], { model: "m", at: "today" }]) {
        const broken = JSON.stringify({ ...JSON.parse(text), [part]: [row] });
        const next = restarted(at, new Map([[key, broken]]));
        expect(next.why("m", { only: "a" })).toBe("a locked 300000");
        expect(next.status("a").window.costNanoUsd).toBe(0n);
      }
    }
  });

  test("no text makes it throw, and what it cannot read leaves all as it was", () => {
    const at = eventful();
    const store = stored(at.health);
    const keys = [...store.keys()];
    const mangled = fc.tuple(fc.constantFrom(...store.values()), fc.nat(), fc.json()).map(([text, place, json]) => {
      const cut = place % text.length;
      const next = text.slice(cut).search(/[,}\]]/);
      const colon = text.lastIndexOf(":", cut) + 1;
      return text.slice(0, colon) + json + text.slice(cut + Math.max(0, next));
    });
    const text = fc.oneof(fc.string(), fc.json(), mangled);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...keys, "breaker/", "credential/", "x"), text)), (entries) => {
        const health = createHealth({ clock: at.clock, random: () => 0 });
        health.restore(new Map(entries));
        health.configure(new Map([["acme", at.spec]]), breakers);
        health.credentials();
        health.breakers();
        health.pick("acme", "m", {}).held?.endOk(1, 1n);
        health.changes();
      }),
      { numRuns: 1000 },
    );
    for (const version of [0, 2, "1", undefined]) {
      const other = new Map(Array.from(store, ([key, one]) => [key, JSON.stringify({ ...JSON.parse(one), version })]));
      const next = restarted(at, other);
      expect(next.health.credentials().map(({ state }) => state)).toEqual(specs.map(() => "ready"));
      expect(next.health.breakers()).toEqual([]);
    }
  });
});
