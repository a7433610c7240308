import fc from "fast-check";
import { expect, test } from "vitest";
import { Bench, balanced, chance, credential, failure, minute, provider, second } from "./fixtures.ts";

const names = ["a", "b", "c", "d"];
const weights = fc.array(fc.constantFrom(0.2, 1, 2, 5, 100), { minLength: 2, maxLength: 4 });
const tolerance = fc.nat(6);

/** Weighted counts may lie so far apart: the tolerance, in requests to the heaviest, and the one request that is begun. */
function expectEven(counts: ReadonlyMap<string, number>, weightOf: ReadonlyMap<string, number>, spread: number): void {
  const heaviest = Math.max(...weightOf.values());
  for (const [more, moreWeight] of weightOf) {
    for (const [less, lessWeight] of weightOf) {
      const apart = (counts.get(more) ?? 0) / moreWeight - (counts.get(less) ?? 0) / lessWeight;
      expect(apart).toBeLessThanOrEqual(spread / heaviest + 1 / moreWeight + 1e-9);
    }
  }
}

const poolOf = (
  all: readonly number[],
  spread: number,
  seed: number,
): { bench: Bench; byName: Map<string, number> } => {
  const byName = new Map(all.map((weight, at) => [names[at] ?? "", weight]));
  const specs = Array.from(byName, ([name, weight]) => credential(name, { weight }));
  const spec = provider(specs, { rotation: { ...balanced, tolerance: spread } });
  return { bench: new Bench(spec, chance(seed)), byName };
};

const plus = (counts: Map<string, number>, name: string): Map<string, number> =>
  counts.set(name, (counts.get(name) ?? 0) + 1);

test("Healthy credentials serve evenly by weight, within the tolerance and one request.", () => {
  const waits = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 150, size: "max" });
  fc.assert(
    fc.property(weights, tolerance, waits, fc.nat(), (all, spread, times, seed) => {
      const { bench, byName } = poolOf(all, spread, seed);
      const counts = new Map<string, number>();
      for (const wait of times) {
        plus(counts, bench.serve());
        expectEven(counts, byName, spread);
        bench.clock.advance(wait); // all in all less than the window
      }
    }),
    { numRuns: 300 },
  );
});

test("One that comes back serves as much as the others from then on, and not more to make up for it.", () => {
  const past = fc.array(
    fc.record({ serve: fc.nat(40), out: fc.boolean(), seconds: fc.integer({ min: 1, max: 120 }) }),
    { minLength: 1, maxLength: 12, size: "max" },
  );
  fc.assert(
    fc.property(weights, tolerance, past, fc.nat(), (all, spread, turns, seed) => {
      const { bench, byName } = poolOf(all, spread, seed);
      for (const { serve, out, seconds } of turns) {
        const { held } = bench.pick();
        if (out) held?.endFailed(failure("rate_limited", seconds * second), 0);
        else held?.endOk(0, 0n);
        if (bench.why() === "serves") bench.shares(serve);
        bench.clock.advance(3 * second);
      }
      bench.clock.advance(2 * minute);
      bench.shares(1); // whoever was out is back
      const counts = new Map<string, number>();
      for (let n = 0; n < 100; n += 1) {
        plus(counts, bench.serve());
        // so far apart they may have been, and so far apart they may come to be on the other side
        expectEven(counts, byName, 2 * spread + Math.max(...all) / Math.min(...all));
      }
    }),
    { numRuns: 100 },
  );
});
