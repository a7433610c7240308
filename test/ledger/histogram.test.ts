import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addHistograms,
  bucketOf,
  HistogramCounts,
  histogramOf,
  middleOf,
  noHistogram,
  percentilesOf,
  sumOfHistograms,
} from "../../src/ledger/rollups/histogram.ts";

/** How far a percentile may be off, as a share of what was measured. */
const largestError = 1 / 32;

const values = fc.array(fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 1e8 }), fc.maxSafeNat()), { maxLength: 300 });

/** One by one; to the same bytes as all at once. */
function counted(numbers: readonly number[]) {
  const counts = new HistogramCounts();
  for (const number of numbers) counts.add(number);
  const encoded = counts.take();
  expect(histogramOf(numbers.map(bucketOf))).toEqual(encoded);
  return encoded;
}

describe("a histogram", () => {
  test("of two sets of values is the sum of theirs, in any order, to the byte", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const both = counted([...a, ...b]);
        expect(addHistograms(counted(a), counted(b))).toEqual(both);
        expect(addHistograms(counted(b), counted(a))).toEqual(both);
        expect(sumOfHistograms([counted(a), noHistogram, counted(b)])).toEqual(both);
      }),
    );
  });

  test("has buckets that rise with the values, whose middle is at most a 32nd off", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        expect(Math.sign(bucketOf(a) - bucketOf(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
        expect(Math.abs(middleOf(bucketOf(a)) - a)).toBeLessThanOrEqual(a * largestError);
      }),
    );
    const small = Array.from({ length: 5000 }, (_, i) => bucketOf(i));
    expect(small.every((bucket, i) => i === 0 || bucket - (small[i - 1] ?? 0) <= 1)).toBe(true);
    expect(new Set(small.slice(0, 32)).size).toBe(32);
  });

  test("knows its percentiles within that error", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, share) => {
        const [found] = percentilesOf(counted(numbers), [share]) ?? [];
        const exact = numbers.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * numbers.length)) - 1];
        if (exact === undefined) expect(found).toBe(undefined);
        else expect(Math.abs(Number(found) - exact)).toBeLessThanOrEqual(exact * largestError);
      }),
    );
  });

  test("counts what no clock says as the nearest that one does", () => {
    expect([-5, 0.9, Number.NaN].map(bucketOf)).toEqual([0, 0, 0]);
    expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(bucketOf(Number.MAX_SAFE_INTEGER));
    expect(counted([])).toBe(noHistogram);
  });

  test("takes few bytes: those of 10,000 spans between 1 and 2 seconds fit in 64", () => {
    const spans = Array.from({ length: 10_000 }, (_, i) => 1_000_000 + i * 100);
    expect(counted(spans).length).toBeLessThan(64);
  });
});
