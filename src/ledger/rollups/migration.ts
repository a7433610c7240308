import { CompiledQuery, sql, type Transaction } from "kysely";
import type { LedgerTables } from "../schema.ts";
import type { SqlFlavor } from "../sql-flavor.ts";
import {
  dayMs,
  derivedLevels,
  floorTo,
  isOverSeries,
  overSeriesIndex,
  quarterMs,
  type RollupLevel,
  rollupLevels,
} from "./levels.ts";
import { dimensions, remakeRollups, type SqlStatement } from "./sql.ts";

/** The sums of version 4. */
const sums = [
  "requests",
  "ok",
  "errors",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "reasoning_tokens",
  "input_audio_tokens",
  "output_audio_tokens",
  "cost_nano_usd",
  "unknown_cost",
  "duration_us",
  "first_token_us",
  "first_tokens",
  "speed_tokens",
  "speed_us",
];

/** Creates the rollups' tables. */
export async function createRollups(db: Transaction<LedgerTables>, flavor: SqlFlavor): Promise<void> {
  let series = db.schema
    .createTable("rollup_series")
    .addColumn("id", flavor.types.serial, (column) => column.primaryKey());
  for (const name of dimensions) series = series.addColumn(name, "text", (column) => column.notNull());
  await series.execute();
  await db.schema
    .createIndex("rollup_series_names")
    .unique()
    .on("rollup_series")
    .columns([...dimensions])
    .execute();
  let rollups = db.schema
    .createTable("rollups")
    .addColumn("level", "bigint", (column) => column.notNull())
    .addColumn("start", "bigint", (column) => column.notNull())
    .addColumn("series", "bigint", (column) => column.notNull());
  for (const name of [...sums, "newest"]) {
    rollups = rollups.addColumn(name, "bigint", (column) => column.notNull());
  }
  await rollups
    .addColumn("durations", flavor.types.histogram, (column) => column.notNull())
    .addColumn("first_token_times", flavor.types.histogram, (column) => column.notNull())
    .addPrimaryKeyConstraint("rollups_key", ["level", "start", "series"])
    .modifyEnd(sql.raw(flavor.keyOrdered))
    .execute();
  await db.schema
    .createTable("rollup_progress")
    .addColumn("sealed_until", "bigint", (column) => column.notNull())
    .execute();
}

/** Rolls up the rows of a ledger that has had no rollups, day by day. On the newest schema, which the statements are for. */
export async function rollUpOldRows(db: Transaction<LedgerTables>, flavor: SqlFlavor): Promise<void> {
  if ((await db.selectFrom("rollup_progress").select("sealed_until").executeTakeFirst()) !== undefined) return;
  const startFrom = async (time: number): Promise<number | undefined> => {
    const rows = db.selectFrom("requests").where("started_at", ">=", BigInt(time));
    const first = await rows.select(({ fn }) => fn.min("started_at").as("start")).executeTakeFirst();
    return first?.start === null || first?.start === undefined ? undefined : Number(first.start);
  };
  const [base] = rollupLevels;
  let end = 0;
  for (let start = await startFrom(0); start !== undefined && base !== undefined; start = await startFrom(end)) {
    const day = floorTo(start, dayMs);
    end = day + dayMs;
    await run(db, remakeRollups(flavor, base, day, end));
  }
  const sealed = Math.max(0, end - dayMs - quarterMs);
  await db
    .insertInto("rollup_progress")
    .values({ sealed_until: BigInt(sealed), rows_from: 0n })
    .execute();
  for (const level of derivedLevels.filter((one) => !isOfVersion6(one))) {
    await run(db, remakeRollups(flavor, level, 0, end));
  }
}

const isOfVersion6 = ({ level }: RollupLevel): boolean => level >= 20;

/** The sums of a heat map, in version 6. */
const heatSums = ["requests", "errors", "input_tokens", "output_tokens", "cost_nano_usd", "unknown_cost"];

/**
 * Makes the rollups of half hours, and those of the dimensions' values from those of the series, and an index by which
 * those of one value are found among those of all. On the newest schema, as above.
 */
export async function addRollups(db: Transaction<LedgerTables>, flavor: SqlFlavor): Promise<void> {
  for (const level of derivedLevels.filter(isOfVersion6)) {
    await run(db, remakeRollups(flavor, level, 0, Number.MAX_SAFE_INTEGER));
  }
  const columns = ["level", "series", "start", ...(flavor.indexesSums ? heatSums : [])];
  const index = `create index ${overSeriesIndex} on rollups (${columns.join(", ")}) where ${isOverSeries}`;
  await run(db, [{ sql: index, parameters: [] }]);
}

async function run(db: Transaction<LedgerTables>, statements: readonly SqlStatement[]): Promise<void> {
  for (const { sql: text, parameters } of statements) await db.executeQuery(CompiledQuery.raw(text, [...parameters]));
}
