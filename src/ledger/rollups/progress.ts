import { sql } from "kysely";
import type { LedgerDb } from "../sql-flavor.ts";
import { rowsFrom, sealedUntil } from "./sql.ts";

/** How far rollups go, in ms since 1970. */
export interface Progress {
  /** Until when coarse rollups are made. */
  readonly sealedUntil: number;
  /** From when on all rows are there. Of those before, rollups may be all that is left. */
  readonly rowsFrom: number;
}

export async function progressOf(db: LedgerDb): Promise<Progress> {
  const { rows } = await sql<{ sealed: bigint; kept: bigint }>`
    select ${sql.raw(sealedUntil)} as sealed, ${sql.raw(rowsFrom)} as kept`.execute(db);
  return { sealedUntil: Number(rows[0]?.sealed ?? 0), rowsFrom: Number(rows[0]?.kept ?? 0) };
}
