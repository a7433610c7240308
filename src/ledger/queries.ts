import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from "kysely";
import type {
  LedgerEntry,
  LedgerReader,
  LedgerRow,
  LedgerSummary,
  RowCursor,
  RowFilter,
  Totals,
} from "../core/ledger.ts";
import { ledgerRow } from "./rows.ts";
import type { BodiesTable, LedgerTables, RequestsTable } from "./schema.ts";
import { addSums, noSums, type Sums, sumsOfRows, totalsBy, totalsOf } from "./sums.ts";
import { trailIn } from "./trails.ts";

const decompress = promisify(zstdDecompress);

/** Reads the ledger from whatever database Kysely speaks to. */
export function createQueries(db: Kysely<LedgerTables>): Omit<LedgerReader, "watch"> {
  return {
    summary: (filter) => summary(db, filter),
    series: (filter, bounds) => series(db, filter, bounds),
    list: (filter, limit, before) => list(db, filter, limit, before),
    find: (id) => find(db, (query) => query.where("id", "=", id)),
    findAnswer: (id) => find(db, (query) => query.where("answer_id", "=", id).orderBy("seq", "desc").limit(1)),
  };
}

/** The rows that a filter lets through. */
function matching(db: Kysely<LedgerTables>, filter: RowFilter) {
  let query = db.selectFrom("requests");
  const names = [
    ["provider", filter.providers],
    ["model", filter.models],
    ["alias", filter.aliases],
    ["status", filter.statuses],
    ["facade", filter.facades],
  ] as const;
  for (const [column, wanted] of names) {
    if (wanted !== undefined && wanted.length > 0) query = query.where(column, "in", wanted);
  }
  // Starts are whole milliseconds.
  if (filter.from !== undefined) query = query.where("started_at", ">=", BigInt(Math.ceil(filter.from)));
  if (filter.to !== undefined) query = query.where("started_at", "<", BigInt(Math.ceil(filter.to)));
  if (filter.minCostNanoUsd !== undefined) query = query.where("cost_nano_usd", ">=", filter.minCostNanoUsd);
  if (filter.maxCostNanoUsd !== undefined) query = query.where("cost_nano_usd", "<=", filter.maxCostNanoUsd);
  return query;
}

/** One pass over the rows; the groups are added up here from what the rows have in common. */
async function summary(db: Kysely<LedgerTables>, filter: RowFilter): Promise<LedgerSummary> {
  const cells = await matching(db, filter)
    .select(["provider", "model", "alias", "facade"])
    .select(sumsOfRows)
    .groupBy(["provider", "model", "alias", "facade"])
    .execute();
  return {
    totals: totalsOf(cells.reduce<Sums>(addSums, noSums)),
    byModel: totalsBy(cells, ({ provider, model }) => (model === "" ? "" : `${provider}/${model}`)),
    byProvider: totalsBy(cells, ({ provider }) => provider),
    byAlias: totalsBy(cells, ({ alias }) => alias),
    byFacade: totalsBy(cells, ({ facade }) => facade),
    errors: await errorCounts(db, filter),
  };
}

async function errorCounts(db: Kysely<LedgerTables>, filter: RowFilter): Promise<LedgerSummary["errors"]> {
  const counts = await matching(db, filter)
    .where("status", "=", "error")
    .select(({ fn }) => ["error_code", fn.countAll<bigint>().as("requests"), fn.max("id").as("newest")])
    .groupBy("error_code")
    .orderBy("requests", "desc")
    .orderBy("error_code")
    .execute();
  if (counts.length === 0) return [];
  const newest = counts.map((count) => count.newest);
  const rows = await db.selectFrom("requests").select(["id", "error_message"]).where("id", "in", newest).execute();
  const messages = new Map(rows.map((row) => [row.id, row.error_message]));
  return counts.map((count) => ({
    code: count.error_code,
    requests: count.requests,
    lastMessage: messages.get(count.newest) ?? "",
  }));
}

/**
 * The database sums over slots of one length, the longest that all bounds are multiples of (counted from the first): a
 * day in UTC, mostly an hour where clocks change. So the calendar stays out of SQL.
 */
async function series(db: Kysely<LedgerTables>, filter: RowFilter, bounds: readonly number[]): Promise<Totals[]> {
  const first = bounds[0];
  const last = bounds.at(-1);
  if (first === undefined || last === undefined || bounds.length < 2) return [];
  const length = bounds.reduce((divisor, bound) => greatestCommonDivisor(divisor, bound - first), 0);
  const slots = await matching(db, filter)
    .where("started_at", ">=", BigInt(first))
    .where("started_at", "<", BigInt(last))
    .select(sql<bigint>`(started_at - ${BigInt(first)}) / ${BigInt(length)}`.as("slot"))
    .select(sumsOfRows)
    .groupBy("slot")
    .orderBy("slot")
    .execute();
  const points = bounds.slice(1).map(() => noSums);
  let at = 0;
  for (const slot of slots) {
    const start = first + Number(slot.slot) * length;
    while (start >= (bounds[at + 1] ?? Number.POSITIVE_INFINITY)) at += 1;
    points[at] = addSums(points[at] ?? noSums, slot);
  }
  return points.map(totalsOf);
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

async function list(
  db: Kysely<LedgerTables>,
  filter: RowFilter,
  limit: number,
  before: RowCursor | undefined,
): Promise<LedgerRow[]> {
  let query = matching(db, filter);
  if (before !== undefined) {
    const startedAt = BigInt(before.startedAt);
    query = query
      .where("started_at", "<=", startedAt) // said apart, so that the index is entered here
      .where(({ eb, or }) => or([eb("started_at", "<", startedAt), eb("id", "<", before.id)]));
  }
  const rows = await query.selectAll().orderBy("started_at", "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.map(ledgerRow);
}

type RowQuery = SelectQueryBuilder<LedgerTables, "requests", Selectable<RequestsTable>>;

async function find(db: Kysely<LedgerTables>, which: (query: RowQuery) => RowQuery): Promise<LedgerEntry | undefined> {
  const row = await which(db.selectFrom("requests").selectAll()).executeTakeFirst();
  if (row === undefined) return undefined;
  const [trail, bodies] = await Promise.all([
    db.selectFrom("trails").select("trail").where("seq", "=", row.seq).executeTakeFirst(),
    db.selectFrom("bodies").selectAll().where("seq", "=", row.seq).executeTakeFirst(),
  ]);
  return {
    row: ledgerRow(row),
    trail: trail === undefined ? undefined : trailIn(trail.trail),
    bodies: bodies === undefined ? undefined : await decoded(bodies),
  };
}

async function decoded(stored: Selectable<BodiesTable>): Promise<LedgerEntry["bodies"]> {
  const [request, response] = await Promise.all([
    decode(stored.request, stored.request_encoding),
    decode(stored.response, stored.response_encoding),
  ]);
  return { request, response, truncated: stored.truncated !== 0n };
}

async function decode(bytes: Uint8Array, encoding: string): Promise<Uint8Array> {
  switch (encoding) {
    case "":
      return bytes;
    case "zstd":
      return decompress(bytes);
    default:
      throw new Error(
        `A body in the ledger is encoded as '${encoding}', which this version of Causeway does not know.`,
      );
  }
}
