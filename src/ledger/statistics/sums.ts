import type { Percentiles, Totals, TotalsGroup } from "../../core/ledger.ts";
import { type Histogram, noHistogram, percentilesOf, sumOfHistograms } from "../rollups/histogram.ts";
import { type SumColumn, sumColumns } from "../rollups/sql.ts";

/** What rows come to, in a form that can be added up. */
export interface Sums extends Record<SumColumn, bigint> {
  /** The highest seq. */
  newest: bigint;
  durations: Histogram;
  first_token_times: Histogram;
}

/** What was asked for of them. What is missing is nothing. */
export type SomeSums = Partial<Sums>;

const zeros = Object.fromEntries(sumColumns.map((column) => [column, 0n])) as Record<SumColumn, bigint>;
const noSums: Sums = { ...zeros, newest: 0n, durations: noHistogram, first_token_times: noHistogram };

export function sumUp(all: readonly SomeSums[]): Sums {
  const sums = sumUpCounts(all);
  sums.durations = sumOfHistograms(all.map(({ durations = noHistogram }) => durations));
  sums.first_token_times = sumOfHistograms(all.map(({ first_token_times: times = noHistogram }) => times));
  return sums;
}

/** The same without histograms. */
function sumUpCounts(all: readonly SomeSums[]): Sums {
  const sums = { ...noSums };
  for (const one of all) {
    for (const column of sumColumns) {
      const sum = one[column];
      if (sum !== undefined) sums[column] += sum;
    }
    if (one.newest !== undefined && one.newest > sums.newest) sums.newest = one.newest;
  }
  return sums;
}

/** Means are whole microseconds, rounded down; 0 when there is nothing to take the mean of. */
export function totalsOf(sums: Sums): Totals {
  const { requests, ok, errors } = sums;
  return {
    requests,
    ok,
    errors,
    cancelled: requests - ok - errors,
    inputTokens: sums.input_tokens,
    cacheReadTokens: sums.cache_read_tokens,
    cacheWriteTokens: sums.cache_write_5m_tokens + sums.cache_write_1h_tokens,
    cacheWrite1hTokens: sums.cache_write_1h_tokens,
    outputTokens: sums.output_tokens,
    reasoningTokens: sums.reasoning_tokens,
    inputAudioTokens: sums.input_audio_tokens,
    outputAudioTokens: sums.output_audio_tokens,
    costNanoUsd: sums.cost_nano_usd,
    unknownCost: sums.unknown_cost,
    cacheSavedNanoUsd: sums.cache_saved_nano_usd,
    meanDurationUs: ok === 0n ? 0n : sums.duration_us / ok,
    meanFirstTokenUs: sums.first_tokens === 0n ? 0n : sums.first_token_us / sums.first_tokens,
    duration: percentiles(sums.durations),
    firstToken: percentiles(sums.first_token_times),
    outputTokensPerSecond:
      sums.speed_us === 0n ? undefined : (Number(sums.speed_tokens) * 1_000_000) / Number(sums.speed_us),
  };
}

function percentiles(histogram: Histogram): Percentiles | undefined {
  const [p50, p95, p99] = percentilesOf(histogram, [0.5, 0.95, 0.99]) ?? [];
  if (p50 === undefined || p95 === undefined || p99 === undefined) return undefined;
  return { p50Us: BigInt(p50), p95Us: BigInt(p95), p99Us: BigInt(p99) };
}

/** Adds up by name, without percentiles, the most expensive first, then the most requested. What has no name is left out. */
export function totalsBy<Cell extends SomeSums>(cells: readonly Cell[], nameOf: (cell: Cell) => string): TotalsGroup[] {
  return [...Map.groupBy(cells, nameOf)]
    .filter(([name]) => name !== "")
    .map(([name, group]) => ({ name, totals: totalsOf(sumUpCounts(group)) }))
    .sort(
      (a, b) =>
        descending(a.totals.costNanoUsd, b.totals.costNanoUsd) ||
        descending(a.totals.requests, b.totals.requests) ||
        (a.name < b.name ? -1 : 1),
    );
}

export const descending = (a: bigint, b: bigint): number => (a === b ? 0 : a > b ? -1 : 1);
