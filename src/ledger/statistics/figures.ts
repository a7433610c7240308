import { sql } from "kysely";
import type {
  CredentialUse,
  LedgerFigures,
  LedgerRow,
  PageOrderBy,
  RowFilter,
  RowPage,
  SpeedGroup,
} from "../../core/ledger.ts";
import { rowSum, type SumColumn } from "../rollups/sql.ts";
import { ledgerRow } from "../rows.ts";
import type { LedgerDb } from "../sql-flavor.ts";
import { matching } from "./filter.ts";
import { places } from "./lists.ts";

/** What rows tell that rollups do not. `scanDb`: for what reads many rows. */
export const createFigures = (scanDb: LedgerDb): LedgerFigures => ({
  page: (filter, page) => pageOf(scanDb, filter, page),
  speeds: (filter) => speeds(scanDb, filter),
  uses: () => uses(scanDb),
});

const placeOf = (by: PageOrderBy) => (by === "model" ? sql<string>`alias` : places[by]);

async function pageOf(
  db: LedgerDb,
  filter: RowFilter,
  { by, ascending, offset, limit }: RowPage,
): Promise<LedgerRow[]> {
  const direction = ascending ? "asc" : "desc";
  const rows = await matching(db, filter)
    .selectAll()
    .orderBy(placeOf(by), direction)
    .orderBy("id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(ledgerRow);
}

/** What is asked for again and again must not read years of rows. */
const newestRows = 100_000;
const newest = (db: LedgerDb, filter: RowFilter) =>
  matching(db, filter).orderBy("started_at", "desc").limit(newestRows).selectAll().as("newest");

async function speeds(db: LedgerDb, filter: RowFilter): Promise<SpeedGroup[]> {
  const rows = await db
    .selectFrom(newest(db, filter))
    .where("output_tokens", ">", 0n)
    .where("duration_us", ">", 0n)
    .groupBy("alias")
    .orderBy("alias")
    .select([
      "alias",
      sql<bigint>`count(*)`.as("requests"),
      sql<number>`avg(${perSecond})`.as("mean"),
      sql<number>`min(${perSecond})`.as("least"),
      sql<number>`max(${perSecond})`.as("most"),
      sql<number>`avg(${real("duration_us")})`.as("duration"),
      sql<number | null>`avg(${real("cost_nano_usd")})`.as("cost"),
    ])
    .execute();
  return rows.map(({ alias, requests, mean, least, most, duration, cost }) => ({
    alias,
    requests: Number(requests),
    tokensPerSecond: { mean, least, most },
    meanDurationUs: duration,
    meanCostNanoUsd: cost,
  }));
}

const real = (column: string) => sql`cast(${sql.ref(column)} as double precision)`;
const perSecond = sql`${real("output_tokens")} * 1000000 / duration_us`;

async function uses(db: LedgerDb): Promise<CredentialUse[]> {
  const rows = await db
    .selectFrom(newest(db, {}))
    .where("provider", "!=", "")
    .groupBy(["provider", "credential", "model"])
    .orderBy("provider")
    .orderBy("credential")
    .orderBy("model")
    .select([
      "provider",
      "credential",
      "model",
      sum("requests").as("requests"),
      sum("input_tokens").as("inputTokens"),
      sum("cache_read_tokens").as("cacheReadTokens"),
      sum("output_tokens").as("outputTokens"),
      sum("cost_nano_usd").as("costNanoUsd"),
      sum("unknown_cost").as("unknownCost"),
      sql<bigint>`max(started_at)`.as("lastUsedAt"),
    ])
    .execute();
  return rows.map(({ lastUsedAt, ...use }) => ({ ...use, lastUsedAt: Number(lastUsedAt) }));
}

const sum = (column: SumColumn) => sql.raw<bigint>(rowSum(column));
