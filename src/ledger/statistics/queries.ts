import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import type { Selectable, SelectQueryBuilder } from "kysely";
import type { Heat, LedgerEntry, LedgerReader, LedgerSummary, RowFilter } from "../../core/ledger.ts";
import type { Trail } from "../../core/trail.ts";
import { progressOf } from "../rollups/progress.ts";
import type { SumsWanted } from "../rollups/sql.ts";
import { ledgerRow } from "../rows.ts";
import type { BodiesTable, LedgerTables, RequestsTable } from "../schema.ts";
import type { LedgerDb } from "../sql-flavor.ts";
import { trailIn } from "../trails.ts";
import { usualTrailIn } from "../usual-trail.ts";
import { isRolledUp } from "./filter.ts";
import { createLists } from "./lists.ts";
import { type SeriesSums, sumsBySeries, sumsBySpan } from "./period-sums.ts";
import { descending, type Sums, sumUp, totalsBy, totalsOf } from "./sums.ts";

const decompress = promisify(zstdDecompress);

/** Reads the ledger from whatever database Kysely speaks to. `scanDb`: for what reads many rows. */
export function createQueries(db: LedgerDb, scanDb: LedgerDb): Omit<LedgerReader, "watch"> {
  const dbFor = (filter: RowFilter): LedgerDb => (isRolledUp(filter) ? db : scanDb);
  return {
    ...createLists(db, scanDb),
    summary: (filter) => summary(dbFor(filter), filter),
    async series(filter, bounds) {
      return (await sumsBetween(dbFor(filter), filter, bounds, "histograms")).map(totalsOf);
    },
    async heat(filter, bounds) {
      return (await sumsBetween(dbFor(filter), filter, bounds, "few")).map(heatOf);
    },
    rowsFrom: async () => (await progressOf(db)).rowsFrom,
    async existing(ids) {
      if (ids.length === 0) return new Set();
      const rows = await db.selectFrom("requests").select("id").where("id", "in", ids).execute();
      return new Set(rows.map(({ id }) => id));
    },
    find: (id) => find(db, (query) => query.where("id", "=", id)),
    findAnswer: (id) => find(db, (query) => query.where("answer_id", "=", id).orderBy("seq", "desc").limit(1)),
  };
}

/** The groups are added up here from the series. */
async function summary(db: LedgerDb, filter: RowFilter): Promise<LedgerSummary> {
  const rolledUp = isRolledUp(filter);
  const period = { from: filter.from ?? 0, to: filter.to ?? Number.POSITIVE_INFINITY };
  const [cells, together] = await Promise.all([
    sumsBySeries(db, filter, rolledUp ? "all" : "histograms"),
    // Rollups over many series have the percentiles for less.
    rolledUp ? sumsBySpan(db, filter, [period], "histograms") : [],
  ]);
  return {
    totals: totalsOf(rolledUp ? sumUp(together) : sumUp(cells)),
    byModel: totalsBy(cells, ({ provider, model }) => (model === "" ? "" : `${provider}/${model}`)),
    byProvider: totalsBy(cells, ({ provider }) => provider),
    byAlias: totalsBy(cells, ({ alias }) => alias),
    byFacade: totalsBy(cells, ({ facade }) => facade),
    byAccessKey: totalsBy(cells, ({ access_key }) => access_key),
    byClient: totalsBy(cells, ({ client }) => client),
    errors: await errorCounts(db, cells),
  };
}

async function errorCounts(db: LedgerDb, cells: readonly SeriesSums[]): Promise<LedgerSummary["errors"]> {
  const failed = cells.filter(({ status }) => status === "error");
  const counts = new Map([...Map.groupBy(failed, (cell) => cell.error_code)].map(([code, of]) => [code, sumUp(of)]));
  if (counts.size === 0) return [];
  const newest = [...counts.values()].map((count) => count.newest);
  const rows = await db
    .selectFrom("requests")
    .select(["seq", "error_code", "error_message"])
    .where("seq", "in", newest)
    .execute();
  // By the code as well: the row may be removed, and its number another one's by now.
  const messages = new Map(rows.map((row) => [`${row.seq} ${row.error_code}`, row.error_message]));
  return [...counts]
    .map(([code, count]) => ({
      code,
      requests: count.requests,
      lastMessage: messages.get(`${count.newest} ${code}`) ?? "",
    }))
    .sort((a, b) => descending(a.requests, b.requests) || (a.code < b.code ? -1 : 1));
}

function sumsBetween(db: LedgerDb, filter: RowFilter, bounds: readonly number[], wanted: SumsWanted): Promise<Sums[]> {
  const spans = bounds.slice(1).map((to, at) => ({ from: bounds[at] ?? to, to }));
  return sumsBySpan(db, filter, spans, wanted);
}

function heatOf(sums: Sums): Heat {
  return {
    requests: sums.requests,
    errors: sums.errors,
    inputTokens: sums.input_tokens,
    outputTokens: sums.output_tokens,
    costNanoUsd: sums.cost_nano_usd,
    unknownCost: sums.unknown_cost,
  };
}

type RowQuery = SelectQueryBuilder<LedgerTables, "requests", Selectable<RequestsTable>>;

async function find(db: LedgerDb, which: (query: RowQuery) => RowQuery): Promise<LedgerEntry | undefined> {
  const row = await which(db.selectFrom("requests").selectAll()).executeTakeFirst();
  if (row === undefined) return undefined;
  const [trail, bodies] = await Promise.all([
    trailOf(db, row),
    db.selectFrom("bodies").selectAll().where(db.flavor.partOf(row)).executeTakeFirst(),
  ]);
  return {
    row: ledgerRow(row),
    trail,
    bodies: bodies === undefined ? undefined : await decodedBodies(bodies),
  };
}

/** undefined: the row is of a version without them. */
async function trailOf(db: LedgerDb, row: Selectable<RequestsTable>): Promise<Trail | undefined> {
  if (row.usual_trail !== null) return usualTrailIn(row.usual_trail, row);
  const found = await db.selectFrom("trails").select("trail").where(db.flavor.partOf(row)).executeTakeFirst();
  return found && trailIn(found.trail);
}

/** The bodies of a row as they were kept. */
export async function decodedBodies(stored: Selectable<BodiesTable>) {
  const [request, response] = await Promise.all([
    decodeBody(stored.request, stored.request_encoding),
    decodeBody(stored.response, stored.response_encoding),
  ]);
  return { request, response, truncated: stored.truncated !== 0n };
}

async function decodeBody(bytes: Uint8Array, encoding: string): Promise<Uint8Array> {
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
