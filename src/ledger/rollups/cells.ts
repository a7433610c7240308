import type { RowValues } from "../rows.ts";
import { requestColumns } from "../schema.ts";
import { bucketOf, histogramOf } from "./histogram.ts";
import { quarterMs } from "./levels.ts";
import { dimensions, type SumColumn, sumColumns } from "./sql.ts";

/** Sums that a double may not count exactly. */
type LargeSum = "cost_nano_usd" | "cache_saved_nano_usd" | "duration_us" | "first_token_us" | "speed_us";

/** What rows of one series come to that began in one span of time. */
export interface Cell {
  /** In ms since 1970. */
  readonly start: number;
  /** In the order of `dimensions`. Empty: all series. */
  readonly series: readonly string[];
  readonly sums: Record<Exclude<SumColumn, LargeSum>, number>;
  costNanoUsd: bigint;
  cacheSavedNanoUsd: bigint;
  durationUs: bigint;
  firstTokenUs: bigint;
  speedUs: bigint;
  newest: number | bigint;
  /** Buckets of histograms, one for each row. */
  readonly durations: number[];
  readonly firstTokenTimes: number[];
}

type Value = RowValues[number];

/** Where a row has the columns that rollups are made from. */
const seriesAt = dimensions.map((name) => requestColumns.indexOf(name));
const startedAtAt = requestColumns.indexOf("started_at");
const statusAt = requestColumns.indexOf("status");
const streamAt = requestColumns.indexOf("stream");
const savedAt = requestColumns.indexOf("cache_saved_nano_usd");
const costAt = requestColumns.indexOf("cost_nano_usd");
const durationAt = requestColumns.indexOf("duration_us");
const firstTokenAt = requestColumns.indexOf("first_token_us");
const inputAt = requestColumns.indexOf("input_tokens");
const outputAt = requestColumns.indexOf("output_tokens");
const tokens = [
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "reasoning_tokens",
  "input_audio_tokens",
  "output_audio_tokens",
] as const;
const tokensAt = tokens.map((name) => [name, requestColumns.indexOf(name)] as const);

/** In ms since 1970. */
export const startOf = (row: readonly Value[]): number => Number(row[startedAtAt]);

/** Rows that are being written, by quarter of an hour and series. On the way of every call. */
export class Cells {
  readonly #cells = new Map<string, Cell>();
  #last: Cell | undefined;
  /** The latest start of a row, in ms since 1970. */
  newestStart = 0;

  add(row: readonly Value[], seq: number | bigint): void {
    const cell = this.#cellOf(row);
    if (seq > cell.newest) cell.newest = seq;
    const { sums } = cell;
    sums.requests += 1;
    for (const [name, at] of tokensAt) sums[name] += Number(row[at]);
    const cost = row[costAt];
    if (typeof cost === "number" || typeof cost === "bigint") cell.costNanoUsd += BigInt(cost);
    else if (Number(row[inputAt]) > 0 || Number(row[outputAt]) > 0) sums.unknown_cost += 1;
    const saved = row[savedAt];
    if (typeof saved === "number" || typeof saved === "bigint") cell.cacheSavedNanoUsd += BigInt(saved);
    const status = row[statusAt];
    if (status === "error") sums.errors += 1;
    if (status === "ok") addAnswered(cell, row);
  }

  #cellOf(row: readonly Value[]): Cell {
    const startedAt = startOf(row);
    if (startedAt > this.newestStart) this.newestStart = startedAt;
    const start = Math.trunc(startedAt / quarterMs) * quarterMs; // as SQL divides
    const last = this.#last;
    if (last?.start === start && seriesAt.every((at, index) => row[at] === last.series[index])) return last;
    const series = seriesAt.map((at) => String(row[at]));
    const key = `${start} ${JSON.stringify(series)}`;
    const cell = this.#cells.get(key) ?? newCell(start, series);
    this.#cells.set(key, cell);
    this.#last = cell;
    return cell;
  }

  all(): Iterable<Cell> {
    return this.#cells.values();
  }
}

function addAnswered(cell: Cell, row: readonly Value[]): void {
  const { sums } = cell;
  const durationUs = Number(row[durationAt]);
  sums.ok += 1;
  cell.durationUs += BigInt(durationUs);
  cell.durations.push(bucketOf(durationUs));
  const first = row[firstTokenAt];
  if (first === null) return;
  const firstTokenUs = Number(first);
  sums.first_tokens += 1;
  cell.firstTokenUs += BigInt(firstTokenUs);
  cell.firstTokenTimes.push(bucketOf(firstTokenUs));
  const output = row[outputAt];
  if (Number(row[streamAt]) !== 1 || durationUs <= firstTokenUs || output === null) return;
  sums.speed_tokens += Number(output);
  cell.speedUs += BigInt(durationUs - firstTokenUs);
}

export function addCell(to: Cell, { sums, ...cell }: Cell): void {
  for (const column of countedSums) to.sums[column] += sums[column];
  to.costNanoUsd += cell.costNanoUsd;
  to.cacheSavedNanoUsd += cell.cacheSavedNanoUsd;
  to.durationUs += cell.durationUs;
  to.firstTokenUs += cell.firstTokenUs;
  to.speedUs += cell.speedUs;
  if (cell.newest > to.newest) to.newest = cell.newest;
  to.durations.push(...cell.durations);
  to.firstTokenTimes.push(...cell.firstTokenTimes);
}

/** A cell's values in the order of `rollupColumns`, as a rollup of a level. `series`: its id. */
export const rollupValues = (cell: Cell, level: number, series: number | bigint): unknown[] => [
  level,
  cell.start,
  series,
  ...sumColumns.map((column) => sumOf(cell, column)),
  cell.newest,
  histogramOf(cell.durations),
  histogramOf(cell.firstTokenTimes),
];

function sumOf(cell: Cell, column: SumColumn): number | bigint {
  switch (column) {
    case "cost_nano_usd":
      return cell.costNanoUsd;
    case "cache_saved_nano_usd":
      return cell.cacheSavedNanoUsd;
    case "duration_us":
      return cell.durationUs;
    case "first_token_us":
      return cell.firstTokenUs;
    case "speed_us":
      return cell.speedUs;
    default:
      return cell.sums[column];
  }
}

const zeros = {
  requests: 0,
  ok: 0,
  errors: 0,
  input_tokens: 0,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  input_audio_tokens: 0,
  output_audio_tokens: 0,
  unknown_cost: 0,
  first_tokens: 0,
  speed_tokens: 0,
} satisfies Cell["sums"];
const countedSums = Object.keys(zeros) as readonly (keyof typeof zeros)[]; // its keys are just those

export const newCell = (start: number, series: readonly string[]): Cell => ({
  start,
  series,
  sums: { ...zeros },
  costNanoUsd: 0n,
  cacheSavedNanoUsd: 0n,
  durationUs: 0n,
  firstTokenUs: 0n,
  speedUs: 0n,
  newest: 0,
  durations: [],
  firstTokenTimes: [],
});
