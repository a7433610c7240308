import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BreakerSettings } from "../../../src/core/routing.ts";
import type { Breaker } from "../../../src/routing/health/types.ts";
import { Bench, breakers, credential, type FakeClock, minute, provider, second, start } from "./fixtures.ts";

const bench = (settings: BreakerSettings | undefined = breakers): Bench =>
  new Bench(provider([credential("a")]), () => 0, settings);

const breaker = (at: Bench): Breaker => at.health.breaker("acme", "m");

function enter(at: Bench): Breaker {
  const handle = breaker(at);
  expect(handle.tryEnter()).toBe(true);
  return handle;
}

const settle = (at: Bench, ...failed: readonly boolean[]): void => {
  for (const one of failed) enter(at).settle(one);
};

const open = (at: Bench): void => settle(at, true, true, true, true);
const state = (at: Bench) => at.health.breakers()[0];

describe("A breaker", () => {
  test("opens when the share of failures is reached, and not with fewer requests than that takes", () => {
    const at = bench();
    settle(at, true, true, false);
    expect(state(at)).toMatchObject({ state: "closed", requests: 3, failures: 2, triesAt: undefined });
    settle(at, false);
    expect(state(at)).toEqual({
      provider: "acme",
      model: "m",
      state: "open",
      requests: 4,
      failures: 2,
      triesAt: start + 30 * second,
    });
    expect(breaker(at).tryEnter()).toBe(false);
    expect(breaker(at).triesAt).toBe(start + 30 * second);
    expect(at.health.breaker("acme", "other").tryEnter()).toBe(true);
  });

  test("does not open by what is out of the window", () => {
    const at = bench();
    settle(at, true, true, true);
    at.clock.advance(minute + 2 * second);
    settle(at, true);
    expect(state(at)).toMatchObject({ state: "closed", requests: 1 });
  });

  test("lets one request at a time try when it was open for long enough; a failure opens it again", () => {
    const at = bench();
    open(at);
    at.clock.advance(30 * second - 1);
    expect(breaker(at).tryEnter()).toBe(false);
    at.clock.advance(1);
    expect(state(at)?.state).toBe("half-open");
    const trial = enter(at);
    expect(breaker(at).tryEnter()).toBe(false);
    expect(trial.tryEnter()).toBe(false);
    expect(breaker(at).triesAt).toBeUndefined();
    trial.settle(true);
    expect(state(at)).toMatchObject({ state: "open", triesAt: at.clock.now() + 30 * second });
  });

  test("closes when the trial is served, with its failures forgotten", () => {
    const at = bench();
    open(at);
    at.clock.advance(minute);
    enter(at).settle(false);
    expect(state(at)).toMatchObject({ state: "closed", requests: 0, failures: 0 });
    settle(at, true, true, true);
    expect(state(at)?.state).toBe("closed");
  });

  test("lets the next one try when the trial is left", () => {
    const at = bench();
    open(at);
    at.clock.advance(minute);
    enter(at).leave();
    enter(at).settle(false);
    expect(state(at)?.state).toBe("closed");
  });

  test("is not disturbed by what entered before it opened", () => {
    const at = bench();
    const early = [enter(at), enter(at), enter(at), enter(at), enter(at)];
    open(at);
    early[0]?.settle(false);
    expect(breaker(at).tryEnter()).toBe(false);
    at.clock.advance(minute);
    early[1]?.settle(true);
    const trial = enter(at);
    early[2]?.settle(false);
    early[3]?.leave();
    expect(breaker(at).tryEnter()).toBe(false);
    trial.settle(false);
    early[4]?.settle(true);
    expect(state(at)).toMatchObject({ state: "closed", requests: 0 });
  });

  test("learns nothing from what was left, or did not enter", () => {
    const at = bench();
    enter(at).leave();
    breaker(at).settle(true);
    expect(state(at)?.requests).toBe(0);
    open(at);
    at.clock.advance(minute);
    breaker(at).leave();
    breaker(at).settle(false);
    expect(state(at)?.state).toBe("half-open");
  });

  test("closes when a person resets it; a trial under way says nothing any more", () => {
    const at = bench();
    open(at);
    at.clock.advance(minute);
    const trial = enter(at);
    expect(at.health.resetBreaker("acme", "m")).toMatchObject({ state: "closed", requests: 0 });
    trial.settle(true);
    expect(state(at)).toMatchObject({ state: "closed", requests: 0 });
    expect(at.health.resetBreaker("acme", "unknown")).toBeUndefined();
  });

  test("is always closed where there are none", () => {
    const at = bench();
    open(at);
    at.health.configure(new Map([["acme", at.spec]]), undefined);
    for (let n = 0; n < 20; n += 1) enter(at).settle(true);
    expect([at.health.breakers(), breaker(at).triesAt]).toEqual([[], undefined]);
    expect(at.health.changes().get("breaker/acme/m")).toBeUndefined();
    at.health.configure(new Map([["acme", at.spec]]), breakers);
    expect(breaker(at).tryEnter()).toBe(true);
  });

  test("follows new settings at once, and goes with its provider", () => {
    const at = bench();
    const handle = enter(at);
    open(at);
    at.health.configure(new Map([["acme", at.spec]]), { ...breakers, openMs: 5 * second, windowMs: 2 * minute });
    expect(state(at)).toMatchObject({ requests: 4, triesAt: start + 5 * second });
    at.health.configure(new Map(), breakers);
    handle.settle(true);
    expect(at.health.breakers()).toEqual([]);
  });

  test("is not kept open by a clock that is set back", () => {
    const at = bench();
    open(at);
    at.clock.set(start - 24 * 60 * minute);
    expect(breaker(at).tryEnter()).toBe(true);
  });

  test("takes a share for what it is: 7 of 100 are 0.07", () => {
    const at = bench({ ...breakers, minRequests: 100, failureRate: 0.07 });
    settle(at, ...Array.from({ length: 100 }, (_, n) => n < 7));
    expect(state(at)?.state).toBe("open");
  });
});

/** The same rules, naively: all that was settled, in a list. */
class Reference {
  readonly clock: FakeClock;
  readonly settings: BreakerSettings;
  since: number | undefined;
  trial: object | undefined;
  era = 0;
  settled: { at: number; failed: boolean }[] = [];

  constructor(clock: FakeClock, settings: BreakerSettings) {
    this.clock = clock;
    this.settings = settings;
  }

  enter(handle: object): boolean {
    if (this.since === undefined) return true;
    if (this.trial !== undefined || this.clock.now() < this.since + this.settings.openMs) return false;
    this.trial = handle;
    return true;
  }

  settle(handle: object, era: number, failed: boolean): void {
    const now = this.clock.now();
    if (this.since !== undefined) {
      if (this.trial !== handle) return;
      this.trial = undefined;
      this.since = failed ? now : undefined;
      this.settled = [];
      if (!failed) this.era += 1;
      return;
    }
    if (era !== this.era) return;
    this.settled.push({ at: now, failed });
    const width = this.settings.windowMs / 60;
    const bucketOf = (at: number) => Math.floor(at / width);
    const counted = this.settled.filter(({ at }) => bucketOf(now) - bucketOf(at) <= 60);
    const failures = counted.filter((one) => one.failed).length;
    const { minRequests, failureRate } = this.settings;
    if (counted.length >= minRequests && failures > 0 && failures / counted.length >= failureRate) this.since = now;
  }
}

test("It opens exactly when the rate over the window is reached, and never has two trials.", () => {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ do: "enter" as const }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("settle" as const), nth: fc.nat(9), failed: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), nth: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.nat(40_000) }) },
    { weight: 1, arbitrary: fc.constantFrom({ do: "advance" as const, ms: 5000 }, { do: "advance" as const, ms: 1 }) },
  );
  const settings = fc.record({
    windowMs: fc.constantFrom(minute, 2 * minute),
    minRequests: fc.integer({ min: 1, max: 6 }),
    failureRate: fc.constantFrom(0.1, 0.34, 0.5, 1),
    openMs: fc.constantFrom(1, 5000, 30_000),
  });
  fc.assert(
    fc.property(settings, fc.array(operation, { maxLength: 120, size: "max" }), (inForce, operations) => {
      const at = bench(inForce);
      const reference = new Reference(at.clock, inForce);
      const running: { handle: Breaker; era: number; isTrial: boolean }[] = [];
      for (const one of operations) {
        if (one.do === "advance") at.clock.advance(one.ms);
        else if (one.do === "enter") {
          const handle = breaker(at);
          const isTrial = reference.since !== undefined;
          const entered = handle.tryEnter();
          expect(entered).toBe(reference.enter(handle));
          if (!entered) continue;
          if (isTrial) expect(running.filter((other) => other.isTrial)).toEqual([]);
          running.push({ handle, era: reference.era, isTrial });
        } else {
          const [ended] = running.splice(one.nth % Math.max(1, running.length), 1);
          if (ended === undefined) continue;
          if (one.do === "leave") {
            ended.handle.leave();
            if (reference.trial === ended.handle) reference.trial = undefined;
          } else {
            ended.handle.settle(one.failed);
            reference.settle(ended.handle, ended.era, one.failed);
          }
        }
        const triesAt = reference.since === undefined ? undefined : reference.since + inForce.openMs;
        const isShut = triesAt !== undefined && triesAt > at.clock.now();
        const expected = triesAt === undefined ? "closed" : isShut ? "open" : "half-open";
        expect(state(at)?.state ?? "closed").toBe(expected);
        expect(breaker(at).triesAt).toBe(isShut ? triesAt : undefined);
      }
    }),
    { numRuns: 1500 },
  );
});
