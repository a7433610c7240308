import { sql } from "kysely";
import type { Outlook } from "../../core/ledger.ts";
import { rowsFrom, type SqlStatement } from "../rollups/sql.ts";
import type { LedgerDb, RowKey } from "../sql-flavor.ts";
import type { Store } from "../store.ts";

/** A row to be removed, or whose bodies are. */
export interface OldRow extends RowKey {
  /** What its bodies take. null: it has none. */
  readonly bytes: number | null;
}

/** A batch frees at most this, but for its first row: large bodies take the time that many rows do. */
const batchBytes = 8 * 1024 * 1024;

const bodyBytes = sql`length(request) + length(response)`;

interface FoundRow {
  readonly seq: bigint;
  readonly started_at: bigint;
  readonly bytes: bigint | number | null;
}

/** Rows that started before a time and have bodies, in the order of their start, those behind `after`. */
export async function oldRowsWithBodies(
  db: LedgerDb,
  before: number,
  after: RowKey | undefined,
  limit: number,
): Promise<OldRow[]> {
  const first = await db.selectFrom("bodies").select("seq").orderBy("seq").limit(1).executeTakeFirst();
  if (first === undefined) return [];
  const { seq, started_at: startedAt } = after ?? { seq: -1n, started_at: 0n };
  // The bound on seq is for the rows that have lost their bodies before: the index on the start says which they are.
  const { rows } = await sql<FoundRow>`
    select requests.seq, started_at, ${bodyBytes} as bytes
    from requests join bodies on ${sql.raw(db.flavor.isPartOfRow("bodies"))}
    where started_at < ${BigInt(Math.ceil(before))} and started_at >= ${startedAt}
    and (started_at > ${startedAt} or requests.seq > ${seq}) and requests.seq >= ${first.seq}
    order by started_at, requests.seq limit ${limit}`.execute(db);
  return batchOf(rows);
}

/** Rows that started before a time, in the order of their start. */
export async function oldRows(db: LedgerDb, before: number, limit: number): Promise<OldRow[]> {
  const { rows } = await sql<FoundRow>`
    select requests.seq, started_at, ${bodyBytes} as bytes
    from requests left join bodies on ${sql.raw(db.flavor.isPartOfRow("bodies"))} where started_at < ${BigInt(before)}
    order by started_at, requests.seq limit ${limit}`.execute(db);
  return batchOf(rows);
}

function batchOf(found: readonly FoundRow[]): OldRow[] {
  const batch: OldRow[] = [];
  let total = 0;
  for (const { seq, started_at, bytes } of found) {
    total += Number(bytes);
    if (batch.length > 0 && total > batchBytes) break;
    batch.push({ seq, started_at, bytes: bytes === null ? null : Number(bytes) });
  }
  return batch;
}

/** When the first row started, in ms since 1970. undefined: there are none. */
export async function oldestStart(db: LedgerDb): Promise<number | undefined> {
  const oldest = db.selectFrom("requests").select("started_at").orderBy("started_at").limit(1);
  const row = await oldest.executeTakeFirst();
  return row === undefined ? undefined : Number(row.started_at);
}

export const deleteBodies = ({ flavor }: LedgerDb, batch: readonly RowKey[]): SqlStatement[] => {
  const { sql: condition, parameters } = flavor.partsOf(batch);
  return [{ sql: `delete from bodies where ${condition}`, parameters }];
};

/**
 * Removes the rows up to the last one of a batch, with their bodies and trails. From then on rollups before `until` are not
 * held against rows any more.
 */
export const deleteRows = ({ started_at: startedAt, seq }: RowKey, until: number): SqlStatement[] => [
  keepFrom(until),
  {
    sql: "delete from requests where started_at <= ? and (started_at < ? or seq <= ?)",
    parameters: [startedAt, startedAt, seq],
  },
];

/** All rows are there from this time on, and no more is said of those before. */
export const keepFrom = (time: number): SqlStatement => ({
  sql: `update rollup_progress set rows_from = ? where ${rowsFrom} < ?`,
  parameters: [time, time],
});

/** How much started before some times. */
export async function outlook(
  { scanDb, size }: Store,
  { rowsBefore, bodiesBefore }: Pick<Outlook, "rowsBefore" | "bodiesBefore">,
): Promise<Outlook> {
  const started = (before: number) => sql`started_at < ${BigInt(Math.ceil(before))}`;
  const { rows: counts } = await sql<{ rows: bigint; bodies: bigint; bytes: bigint }>`
    select (select count(*) from requests where ${started(rowsBefore ?? 0)}) as rows, count(*) as bodies,
      cast(coalesce(sum(${bodyBytes}), 0) as bigint) as bytes
    from requests join bodies on ${sql.raw(scanDb.flavor.isPartOfRow("bodies"))}
    where ${started(Math.max(rowsBefore ?? 0, bodiesBefore ?? 0))}`.execute(scanDb);
  const [{ rows, bodies, bytes } = { rows: 0, bodies: 0, bytes: 0 }] = counts;
  const sizeBytes = await size();
  return { rows: Number(rows), rowsBefore, bodies: Number(bodies), bodiesBefore, bytes: Number(bytes), sizeBytes };
}
