import { addCell, type Cell, type Cells, newCell } from "./cells.ts";
import { ceilTo, derivedLevels, floorTo, quarterMs, type RollupLevel } from "./levels.ts";
import { type HistogramSql, ofDimension, remakeRollups, type SqlStatement } from "./sql.ts";

/** A quarter is sealed this long after its end: what began in it and settles later costs a statement for each level. */
const graceMs = quarterMs;

/** Until when rollups can be sealed once a row is written that began at this time, in ms since 1970. */
export const sealableUntil = (newestStart: number): number => floorTo(newestStart - graceMs, quarterMs);

/** What is to be added to a rollup. */
export interface AddedRollup {
  readonly level: number;
  readonly cell: Cell;
}

/** What rows add: to rollups of level 0, and to those of the other levels that are made. `sealedUntil`: in ms since 1970. */
export function addedRollups(cells: Cells, sealedUntil: number): AddedRollup[] {
  const added = [...cells.all()].map((cell) => ({ level: 0, cell }));
  const late = added.filter(({ cell }) => cell.start < sealedUntil).map(({ cell }) => cell);
  return late.length === 0 ? added : [...added, ...derivedLevels.flatMap((level) => addedTo(level, late, sealedUntil))];
}

function addedTo({ level, spanMs, scope }: RollupLevel, late: readonly Cell[], sealedUntil: number): AddedRollup[] {
  const sums = new Map<string, Cell>();
  for (const cell of late) {
    if (cell.start >= floorTo(sealedUntil, spanMs)) continue;
    const start = floorTo(cell.start, spanMs);
    const series = seriesWithin(cell.series, scope);
    const key = `${start} ${JSON.stringify(series)}`;
    const sum = sums.get(key) ?? newCell(start, series);
    addCell(sum, cell);
    sums.set(key, sum);
  }
  return [...sums.values()].map((cell) => ({ level, cell }));
}

function seriesWithin(series: readonly string[], scope: RollupLevel["scope"]): readonly string[] {
  if (scope === "series") return series;
  if (scope === "all") return [];
  return ofDimension(scope, (_, at) => series[at] ?? "", "");
}

/** Makes the rollups of all spans that end between two times, in ms since 1970: those before are made. */
export function sealRollups(flavor: HistogramSql, from: number, to: number): SqlStatement[] {
  const remade = derivedLevels.flatMap((level) => {
    const first = floorTo(from, level.spanMs);
    const last = floorTo(to, level.spanMs);
    return first < last ? remakeRollups(flavor, level, first, last) : [];
  });
  return [{ sql: "update rollup_progress set sealed_until = ?", parameters: [to] }, ...remade];
}

/** Makes all rollups of these levels anew whose spans have part in a period, in ms since 1970. */
export const remakeOver = (
  flavor: HistogramSql,
  levels: readonly RollupLevel[],
  from: number,
  to: number,
): SqlStatement[] =>
  levels.flatMap((level) => remakeRollups(flavor, level, floorTo(from, level.spanMs), ceilTo(to, level.spanMs)));
