import { sql } from "kysely";
import type { RowValues } from "../rows.ts";
import { type BodiesTable, type RequestsTable, requestColumns } from "../schema.ts";
import type { LedgerDb, RowKey } from "../sql-flavor.ts";
import { decodedBodies } from "../statistics/queries.ts";
import type { StoredRow } from "../store.ts";

/** Rows with all that belongs to them, in the order of seq. */
export async function readStoredRows(db: LedgerDb, keys: readonly RowKey[]): Promise<StoredRow[]> {
  const starts = keys.map(({ started_at }) => Number(started_at));
  const wanted = sql`requests.seq in (${sql.join(keys.map(({ seq }) => seq))})
    and requests.started_at between ${Math.min(...starts)} and ${Math.max(...starts)}`;
  const [rows, trails, bodies] = await Promise.all([
    sql<RequestsTable & { readonly seq: bigint }>`select * from requests where ${wanted} order by seq`.execute(db),
    sql<{ seq: bigint; trail: string }>`
      select requests.seq, trail from requests
      join trails on ${sql.raw(db.flavor.isPartOfRow("trails"))} where ${wanted}`.execute(db),
    sql<BodiesTable>`
      select requests.seq, request, request_encoding, response, response_encoding, truncated
      from requests join bodies on ${sql.raw(db.flavor.isPartOfRow("bodies"))} where ${wanted}`.execute(db),
  ]);
  const trailOf = new Map(trails.rows.map(({ seq, trail }) => [seq, trail]));
  const bodiesOf = new Map(bodies.rows.map((stored) => [stored.seq, stored]));
  return Promise.all(
    rows.rows.map(async (row) => ({
      values: requestColumns.map((column) => row[column]) as unknown as RowValues, // a mapped tuple is an array to map()
      trail: trailOf.get(row.seq),
      bodies: await bodiesIn(bodiesOf.get(row.seq)),
    })),
  );
}

async function bodiesIn(stored: BodiesTable | undefined): Promise<StoredRow["bodies"]> {
  if (stored === undefined) return undefined;
  const { request, response, truncated } = await decodedBodies(stored);
  return { request: [request], response: [response], truncated };
}
