import { zstdDecompressSync } from "node:zlib";
import type Database from "better-sqlite3";
import { addHistograms, type Histogram, HistogramCounts, noHistogram } from "./histogram.ts";

/** What the ledger's statements call beyond SQLite's own functions. */
export function addFunctions(db: Database.Database): void {
  const options = { deterministic: true, safeIntegers: false };
  const counts = { start: () => new HistogramCounts(), result: (all: HistogramCounts) => Buffer.from(all.encoded()) };
  // The histogram of numbers, without those that are null.
  db.aggregate("histogram", {
    ...options,
    ...counts,
    step(all: HistogramCounts, value: unknown) {
      if (typeof value === "number") all.add(value);
    },
  });
  db.aggregate("histogram_sum", {
    ...options,
    ...counts,
    step(all: HistogramCounts, histogram: unknown) {
      all.addAll(bytesOf(histogram));
    },
  });
  db.function("histogram_add", options, (a, b) => addHistograms(bytesOf(a), bytesOf(b)));
  db.function("contains_text", options, (value, encoding, wanted) =>
    Number(textOf(value, encoding).toLowerCase().includes(String(wanted).toLowerCase())),
  );
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
