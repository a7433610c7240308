import { zstdDecompressSync } from "node:zlib";
import type Database from "better-sqlite3";
import { addHistograms, type Histogram, HistogramCounts, noHistogram } from "../rollups/histogram.ts";

/** What the ledger's statements call beyond SQLite's own functions. */
export function addFunctions(db: Database.Database): void {
  const options = { deterministic: true, safeIntegers: false };
  // The histogram of numbers, without those that are null.
  db.aggregate("histogram", {
    ...options,
    start: () => new HistogramCounts(),
    result: (all: HistogramCounts) => all.take(),
    step(all: HistogramCounts, value: unknown) {
      if (typeof value === "number") all.add(value);
    },
  });
  db.function("histogram_sum", options, createHistogramSum());
  db.function("histogram_add", options, (a, b) => addHistograms(bytesOf(a), bytesOf(b)));
  db.function("contains_text", options, (value, encoding, wanted) =>
    Number(textOf(value, encoding).toLowerCase().includes(String(wanted).toLowerCase())),
  );
}

/** Makes a function that sums histograms up, given with separators: one call for all of them costs a fifth of one for each. */
export function createHistogramSum(): (histograms: unknown) => Histogram {
  const counts = new HistogramCounts();
  return (histograms) => {
    counts.addAll(bytesOf(histograms));
    return counts.take();
  };
}

const bytesOf = (value: unknown): Histogram => (value instanceof Uint8Array ? value : noHistogram);

/** Of a body: in its stored encoding. What cannot be read contains nothing. */
function textOf(value: unknown, encoding: unknown): string {
  if (!(value instanceof Uint8Array)) return String(value ?? "");
  try {
    return Buffer.from(encoding === "zstd" ? zstdDecompressSync(value) : value).toString();
  } catch {
    return "";
  }
}
