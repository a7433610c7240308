import type { HistogramSql } from "../rollups/sql.ts";

/** All histograms of a column, with separators. SQLite joins bytes as texts: as they are. */
const histograms = (column: string): string =>
  `cast(group_concat(${column}, x'0000') filter (where length(${column}) > 0) as blob)`;

/**
 * SQLite's words for histograms, with the functions of functions.ts. Not in flavor.ts: the thread needs no more than these,
 * and would load a library for the rest.
 */
export const histogramSql: HistogramSql = {
  histogram: (column, condition) => `histogram(${column}) filter (where ${condition})`,
  histogramSum: (column) => `histogram_sum(${histograms(column)})`,
  histogramsToRead: histograms, // the thread sums them up: to be called by the statement would cost as much again
  histogramPlus: (a, b) => `histogram_add(${a}, ${b})`,
};
