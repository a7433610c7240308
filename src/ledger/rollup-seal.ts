import { derivedLevels, floorTo, quarterMs } from "./rollup-levels.ts";
import { remakeRollups, type SqlStatement } from "./rollup-sql.ts";
import type { SqlFlavor } from "./sql-flavor.ts";

/** A quarter is sealed this long after its end: what began in it and settles later costs a statement for each level. */
const graceMs = quarterMs;

/** Until when rollups can be sealed once a row is written that began at this time, in ms since 1970. */
export const sealableUntil = (newestStart: number): number => floorTo(newestStart - graceMs, quarterMs);

/** Where the rollups of a series are that a row counts in, besides level 0. Times in ms since 1970. */
export const sealedRollups = (start: number, series: number | bigint, sealedUntil: number) =>
  derivedLevels
    .filter(({ spanMs }) => start < floorTo(sealedUntil, spanMs))
    .map(({ level, spanMs, bySeries }) => ({ level, start: floorTo(start, spanMs), series: bySeries ? series : 0 }));

/** Makes the rollups of all spans that end between two times, in ms since 1970: those before are made. */
export function sealRollups(flavor: SqlFlavor, from: number, to: number): SqlStatement[] {
  const remade = derivedLevels.flatMap((level) => {
    const first = floorTo(from, level.spanMs);
    const last = floorTo(to, level.spanMs);
    return first < last ? remakeRollups(flavor, level, first, last) : [];
  });
  return [{ sql: "update rollup_progress set sealed_until = ?", parameters: [to] }, ...remade];
}
