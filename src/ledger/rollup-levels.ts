/**
 * Rollups are kept at several levels, so that a sum over any period reads few of them. Level 0 is written with the rows:
 * a quarter of an hour, by series. Each other level is made from a finer one, once its spans are over ("sealed"), and kept
 * right from then on. Levels from 10 are over all series.
 */
export interface RollupLevel {
  readonly level: number;
  readonly spanMs: number;
  /** The level it is made from. undefined: from the rows. */
  readonly source: number | undefined;
  /** Whether there is a rollup for each series, or one over all. */
  readonly bySeries: boolean;
}

export const quarterMs = 900_000;
const hourMs = 4 * quarterMs;
export const dayMs = 24 * hourMs;
const spans = [quarterMs, hourMs, 6 * hourMs, dayMs, 8 * dayMs, 64 * dayMs];

/** From fine to coarse. */
const seriesLevels: readonly RollupLevel[] = spans.map((spanMs, at) => ({
  level: at,
  spanMs,
  source: at === 0 ? undefined : at - 1,
  bySeries: true,
}));
const totalLevels: readonly RollupLevel[] = spans.map((spanMs, at) => ({
  level: 10 + at,
  spanMs,
  source: at === 0 ? 0 : 9 + at,
  bySeries: false,
}));

/** Each after the one it is made from. */
export const rollupLevels: readonly RollupLevel[] = [...seriesLevels, ...totalLevels];
/** Those that are made from others. */
export const derivedLevels: readonly RollupLevel[] = rollupLevels.filter(({ source }) => source !== undefined);

const [base] = seriesLevels;

/** Those to sum from, from coarse to fine. The last has a rollup for every row there is. */
const levelsFor = (bySeries: boolean): readonly RollupLevel[] =>
  bySeries ? seriesLevels.toReversed() : [...totalLevels.toReversed(), ...(base === undefined ? [] : [base])];

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

/** The fewest rollups that cover a period. `sealedUntil`: in ms since 1970; behind it are those of level 0 alone. */
export function coverOf({ from, to }: Span, bySeries: boolean, sealedUntil: number): Cover {
  const first = ceilTo(from, quarterMs);
  const last = floorTo(to, quarterMs);
  if (first >= last) return { rollups: [], rows: from < to ? [{ from, to }] : [] };
  const rollups: LevelSpan[] = [];
  const levels = levelsFor(bySeries);
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
