import { type Dimension, dimensions } from "./sql.ts";

/** What a level has a rollup for: each series, each value of a dimension, over all series that have it, or all rows. */
export type RollupScope = "series" | Dimension | "all";

/** Levels from this one on are over several series. */
export const firstOverSeries = 10;

/** The index of those, in which all of one value lie one after the other. */
export const overSeriesIndex = "rollups_over_series";

/** Holds for the rollups in that index: it can be used where a query says so as well. */
export const isOverSeries = `level >= ${firstOverSeries}`;

/**
 * Rollups are kept at several levels, so that a sum over any period reads few of them. Level 0 is written with the rows:
 * a quarter of an hour, by series. Each other level is made from a finer one, once its spans are over ("sealed"), and kept
 * right from then on.
 */
export interface RollupLevel {
  readonly level: number;
  readonly spanMs: number;
  /** The level it is made from. undefined: from the rows. */
  readonly source: RollupLevel | undefined;
  readonly scope: RollupScope;
}

export const quarterMs = 900_000;
const hourMs = 4 * quarterMs;
export const dayMs = 24 * hourMs;
const spans = [quarterMs, hourMs, 6 * hourMs, dayMs, 8 * dayMs, 64 * dayMs];

/** The levels of a scope, from fine to coarse, numbered from `first`: each is made from the one before. */
function levelsOf(scope: RollupScope, first: number, spans: readonly number[], source?: RollupLevel): RollupLevel[] {
  const levels: RollupLevel[] = [];
  for (const [at, spanMs] of spans.entries()) {
    levels.push({ level: first + at, spanMs, source: levels.at(-1) ?? source, scope });
  }
  return levels;
}

const seriesLevels = levelsOf("series", 0, spans);
const [quarters, hours] = seriesLevels;
const totalLevels = levelsOf("all", firstOverSeries, spans, quarters);
/** Hours and days of a time zone that is half an hour off begin between two hours. */
const halfHours: RollupLevel = { level: 20, spanMs: 2 * quarterMs, source: totalLevels[0], scope: "all" };
/**
 * Ten numbers for each dimension. They begin with the hour: in a quarter of one there are hardly fewer values than series.
 * And they end before the longest span, which would save little.
 */
const dimensionLevels = dimensions.flatMap((scope, at) => levelsOf(scope, 21 + 10 * at, spans.slice(1, -1), hours));

/** Each after the one it is made from. */
export const rollupLevels: readonly RollupLevel[] = [...seriesLevels, ...totalLevels, halfHours, ...dimensionLevels];
/** Those that are made from others. */
export const derivedLevels: readonly RollupLevel[] = rollupLevels.filter(({ source }) => source !== undefined);

/** Those to sum from, from coarse to fine. The last, which is made from the rows, has a rollup for each of them. */
function levelsFor(scope: RollupScope): readonly RollupLevel[] {
  const levels = rollupLevels.filter((level) => level.scope === scope || level.source === undefined);
  return levels.reverse().sort((a, b) => b.spanMs - a.spanMs);
}

export const floorTo = (time: number, spanMs: number): number => Math.floor(time / spanMs) * spanMs;
export const ceilTo = (time: number, spanMs: number): number => Math.ceil(time / spanMs) * spanMs;
export const roundTo = (time: number, spanMs: number): number => Math.round(time / spanMs) * spanMs;

/** Times in ms since 1970; `to` is not part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface LevelSpan extends Span {
  readonly level: number;
}

/** A period as what rollups have of it, and what is left at its ends for the rows. */
export interface Cover {
  readonly rollups: readonly LevelSpan[];
  readonly rows: readonly Span[];
}

/**
 * The fewest rollups that cover each of some periods. `scope`: by what they are to be told apart at least. `sealedUntil`: in
 * ms since 1970; behind it are those of level 0 alone.
 */
export function coversOf(periods: readonly Span[], scope: RollupScope, sealedUntil: number): Cover[] {
  const levels = levelsFor(scope);
  return periods.map((period) => coverOf(period, levels, sealedUntil));
}

function coverOf({ from, to }: Span, levels: readonly RollupLevel[], sealedUntil: number): Cover {
  const first = ceilTo(from, quarterMs);
  const last = floorTo(to, quarterMs);
  if (first >= last) return { rollups: [], rows: from < to ? [{ from, to }] : [] };
  const rollups: LevelSpan[] = [];
  function cover(start: number, end: number, at: number): void {
    const level = levels[at];
    if (level === undefined || start >= end) return;
    const { spanMs, source } = level;
    const until = source === undefined ? end : Math.min(end, sealedUntil);
    const low = ceilTo(start, spanMs);
    const high = floorTo(until, spanMs);
    if (low >= high) {
      cover(start, end, at + 1);
    } else {
      cover(start, low, at + 1);
      rollups.push({ level: level.level, from: low, to: high });
      cover(high, end, at + 1);
    }
  }
  cover(first, last, 0);
  const rows = [
    { from, to: first },
    { from: last, to },
  ].filter((end) => end.from < end.to);
  return { rollups, rows };
}
