import { sql } from "kysely";
import { dayMs, floorTo, quarterMs, rollupLevels } from "../rollups/levels.ts";
import { progressOf } from "../rollups/progress.ts";
import { remakeOver } from "../rollups/seal.ts";
import { hasRows } from "../rollups/sql.ts";
import type { Store } from "../store.ts";

/** What is removed at once, so that no commit waits long for it: some ten ms where a day has 30,000 rows. */
const chunkMs = dayMs / 4;

/**
 * Removes the failed rows of a period, as far back as there are rows: without them their rollups could not be made anew.
 * Each part is one transaction with the rollups that it changes.
 */
export async function deleteErrors(store: Store, from: number, to: number): Promise<number> {
  const { rowsFrom } = await progressOf(store.db);
  const [first, end] = [Math.max(rowsFrom, Math.ceil(from)), Math.ceil(to)];
  let deleted = 0;
  for (let at = first; at < end; ) {
    const next = await nextError(store, floorTo(at, quarterMs), end);
    if (next === undefined) break;
    const start = Math.max(at, next);
    at = Math.min(end, floorTo(start, chunkMs) + chunkMs);
    deleted += await deleteChunk(store, start, at);
  }
  return deleted;
}

/** When the next quarter of an hour begins that has failed rows. */
async function nextError({ scanDb }: Store, from: number, to: number): Promise<number | undefined> {
  const { rows } = await sql<{ start: bigint }>`
    select start from rollups where level = 0 and start >= ${from} and start < ${to}
    and series in (select id from rollup_series where status = 'error') order by start limit 1`.execute(scanDb);
  return rows[0] === undefined ? undefined : Number(rows[0].start);
}

async function deleteChunk(store: Store, from: number, to: number): Promise<number> {
  const remove = {
    sql: `delete from requests where status = 'error' and started_at >= ? and started_at < ? and ${hasRows("started_at")}`,
    parameters: [from, to],
  };
  const [deleted = 0] = await store.transact([remove, ...remakeOver(store.db.flavor, rollupLevels, from, to)]);
  return deleted;
}
