import { CompiledQuery } from "kysely";
import type { LedgerDb } from "../sql-flavor.ts";
import { dayMs, floorTo, type RollupLevel, type Span } from "./levels.ts";
import { progressOf } from "./progress.ts";

/**
 * The spans of time in which a level has rollups, or should have: each is some of the level's own, and at least a day. Those
 * made from rows: as far back as there are rows.
 */
export async function* chunksOf(db: LedgerDb, { level, source, spanMs }: RollupLevel): AsyncGenerator<Span> {
  const length = Math.max(dayMs, spanMs);
  const below =
    source === undefined
      ? "select min(started_at) as start from requests where started_at >= ?"
      : `select min(start) as start from rollups where level = ${source.level} and start >= ?`;
  const text =
    `select min(start) as start from (${below} ` +
    `union all select min(start) from rollups where level = ${level} and start >= ?) as starts`;
  for (let after = source === undefined ? (await progressOf(db)).rowsFrom : 0; ; ) {
    const { rows } = await db.executeQuery<{ start: bigint | null }>(CompiledQuery.raw(text, [after, after]));
    const start = rows[0]?.start ?? undefined;
    if (start === undefined) return;
    const from = floorTo(Number(start), length);
    after = from + length;
    yield { from, to: after };
  }
}
