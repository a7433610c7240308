import fc from "fast-check";
import { expect, test } from "vitest";
import { SlidingWindow } from "../../../src/routing/health/windows.ts";
import { start } from "./fixtures.ts";

interface Event {
  readonly at: number;
  readonly column: number;
  readonly amount: number;
}

const widthOf = (windowMs: number): number => Math.max(1, Math.ceil(windowMs / 60));

const sum = (events: readonly Event[], column: number): number =>
  events.reduce((total, event) => total + (event.column === column ? event.amount : 0), 0);

const steps = fc.array(
  fc.record({
    wait: fc.oneof(fc.nat(50), fc.nat(5000), fc.nat(200_000)),
    column: fc.nat(1),
    amount: fc.integer({ min: 1, max: 1000 }),
  }),
  { maxLength: 60, size: "max" },
);
const windowMs = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100, max: 300_000 }));

type Step = Omit<Event, "at"> & { readonly wait: number };

/** Returns the time of the last event. */
function fill(window: SlidingWindow, all: readonly Step[]): number {
  let now = start;
  for (const { wait, column, amount } of all) {
    now += wait;
    window.add(column, amount, now);
  }
  return now;
}

test("A window counts all that is inside, and nothing that is outside by more than a bucket.", () => {
  fc.assert(
    fc.property(windowMs, steps, (length, all) => {
      const window = new SlidingWindow(length, 2);
      const events: Event[] = [];
      let now = start;
      for (const { wait, column, amount } of all) {
        now += wait;
        window.add(column, amount, now);
        events.push({ at: now, column, amount });
        for (const of of [0, 1]) {
          const total = window.total(of, now);
          const within = (span: number) => events.filter(({ at }) => now - at < span);
          expect(total).toBeGreaterThanOrEqual(sum(within(length), of));
          expect(total).toBeLessThanOrEqual(sum(within(length + 2 * widthOf(length)), of));
          // exactly: what began in one of the buckets that count
          const width = widthOf(length);
          const bucketOf = (at: number) => Math.floor(at / width);
          const exact = events.filter(({ at }) => bucketOf(now) - bucketOf(at) <= Math.ceil(length / width));
          expect(total).toBe(sum(exact, of));
        }
      }
    }),
  );
});

test("A total is below a limit when it says so, and not before.", () => {
  fc.assert(
    fc.property(windowMs, steps, fc.integer({ min: 1, max: 3000 }), (length, all, limit) => {
      const window = new SlidingWindow(length, 2);
      const now = fill(window, all);
      const at = window.belowAt(0, limit, now);
      if (at === undefined) throw new Error("a limit over 0 is met some time");
      if (at > now) expect(window.total(0, at - 1)).toBeGreaterThanOrEqual(limit);
      expect(window.total(0, at)).toBeLessThan(limit);
      expect(at - now).toBeLessThanOrEqual(length + 2 * widthOf(length));
    }),
  );
});

test("What a window holds goes over into another of its length, and both go on alike.", () => {
  fc.assert(
    fc.property(windowMs, steps, fc.nat(200_000), (length, all, later) => {
      const window = new SlidingWindow(length, 2);
      const now = fill(window, all);
      const other = new SlidingWindow(length, 2);
      other.put(window.buckets(now), now);
      for (const at of [now, now + later]) {
        expect([other.total(0, at), other.total(1, at)]).toEqual([window.total(0, at), window.total(1, at)]);
      }
      expect(other.buckets(now + later)).toEqual(window.buckets(now + later));
    }),
  );
});

test("A column is copied bucket by bucket: copy and original fall out of their windows together.", () => {
  fc.assert(
    fc.property(steps, steps, fc.nat(70_000), (all, others, later) => {
      const [from, to] = [new SlidingWindow(60_000, 2), new SlidingWindow(60_000, 2)];
      const now = Math.max(fill(from, all), fill(to, others));
      const kept = to.total(1, now);
      to.copy(0, from, 2, now);
      expect(to.total(1, now)).toBe(kept);
      for (const at of [now, now + later]) expect(to.total(0, at)).toBe(from.total(0, at) * 2);
    }),
  );
});

test("A limit of nothing is never met.", () => {
  expect(new SlidingWindow(60_000, 1).belowAt(0, 0, start)).toBeUndefined();
});

test("A clock that is set back a little loses nothing; one that is set back far begins anew.", () => {
  const window = new SlidingWindow(60_000, 1);
  window.add(0, 1, start);
  window.add(0, 1, start - 5000);
  expect(window.total(0, start - 5000)).toBe(2);
  expect(window.total(0, start + 30_000)).toBe(2);
  expect(window.total(0, start + 61_000)).toBe(0);
  window.add(0, 1, start + 61_000);
  expect(window.total(0, start - 10 * 60_000)).toBe(0);
  window.add(0, 1, start - 10 * 60_000);
  expect(window.total(0, start - 10 * 60_000)).toBe(1);
});

test("Buckets of the future and of long ago are left out.", () => {
  const window = new SlidingWindow(60_000, 1);
  const buckets = [start - 62_000, start - 60_000, start, start + 1000].map((at): [number, number] => [at, 1]);
  window.put(buckets, start);
  expect(window.buckets(start)).toEqual([
    [start - 60_000, 1],
    [start, 1],
  ]);
});
