import type { Transaction } from "kysely";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import { addRollups, createRollups, rollUpOldRows } from "./rollups/migration.ts";
import type { LedgerTables } from "./schema.ts";
import type { LedgerDb, SqlFlavor } from "./sql-flavor.ts";

type Migration = (db: Transaction<LedgerTables>, flavor: SqlFlavor) => Promise<void>;

/** In order; the first brings the schema to version 1. What has been released is never edited. */
const migrations: readonly Migration[] = [
  createTables,
  addAnswerIds,
  addTrailsAndState,
  addCallersAndRollups,
  addMoney,
  addRollups,
  addUsualTrails,
];

/** The version of the schema that this code works on. */
export const newestVersion = migrations.length;

/**
 * Brings the schema to the version this code knows, in one transaction: all of it or nothing. Rejects with GatewayError
 * "unavailable" for a schema that is newer. `location`: for that error.
 */
export async function migrate(db: LedgerDb, clock: Clock, location: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.schema
      .createTable("ledger_schema")
      .ifNotExists()
      .addColumn("version", "bigint", (column) => column.primaryKey())
      .addColumn("applied_at", "bigint", (column) => column.notNull())
      .execute();
    const newest = await transaction
      .selectFrom("ledger_schema")
      .select(({ fn }) => fn.max("version").as("version"))
      .executeTakeFirst();
    const note = (version: number) =>
      transaction
        .insertInto("ledger_schema")
        .values({ version: BigInt(version), applied_at: BigInt(clock.now()) })
        .execute();
    const { base } = db.flavor;
    let version = Number(newest?.version ?? 0);
    if (version > migrations.length) throw newerSchema(location, version);
    if (version === 0 && base !== undefined) {
      version = base.version;
      await base.create(transaction);
      await note(version);
    }
    for (const [index, step] of migrations.entries()) {
      if (index < version) continue;
      await step(transaction, db.flavor);
      await note(index + 1);
    }
  });
}

const newerSchema = (location: string, version: number): GatewayError =>
  new GatewayError(
    "unavailable",
    `The ledger at ${location} has schema version ${version}; this Causeway knows versions up to ${migrations.length}. ` +
      "Start the newer Causeway that wrote it, or set 'store' to another file.",
  );

/**
 * Periods are looked up by an index of their own on the start and not by the id: the id's time is not the start's when
 * the clock is set back. The index makes sums over a day out of a month 35 times as fast and costs a row about 1 µs.
 */
async function createTables(db: Transaction<LedgerTables>, { types }: SqlFlavor): Promise<void> {
  const texts = ["facade", "client_dialect", "upstream_dialect", "alias", "provider", "model", "credential"] as const;
  const tokens = [
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
  ] as const;
  let requests = db.schema
    .createTable("requests")
    .addColumn("seq", types.serial, (column) => column.primaryKey())
    .addColumn("id", "text", (column) => column.notNull().unique())
    .addColumn("started_at", "bigint", (column) => column.notNull());
  for (const name of texts) requests = requests.addColumn(name, "text", (column) => column.notNull());
  requests = requests
    .addColumn("stream", "bigint", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("error_code", "text", (column) => column.notNull())
    .addColumn("error_message", "text", (column) => column.notNull())
    .addColumn("finish_reason", "text", (column) => column.notNull())
    .addColumn("attempts", "bigint", (column) => column.notNull())
    .addColumn("first_token_us", "bigint")
    .addColumn("duration_us", "bigint", (column) => column.notNull())
    .addColumn("overhead_us", "bigint", (column) => column.notNull());
  for (const name of tokens) requests = requests.addColumn(name, "bigint");
  await requests
    .addColumn("usage_source", "text")
    .addColumn("usage_extensions", "text")
    .addColumn("cost_nano_usd", "bigint")
    .addColumn("price_version", "text", (column) => column.notNull())
    .addColumn("dropped", "text", (column) => column.notNull())
    .addColumn("client_request_id", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("requests_started_at").on("requests").column("started_at").execute();
  await db.schema
    .createTable("bodies")
    .addColumn("seq", types.serialKey, (column) => column.primaryKey().references("requests.seq").onDelete("cascade"))
    .addColumn("request", types.bytes, (column) => column.notNull())
    .addColumn("request_encoding", "text", (column) => column.notNull())
    .addColumn("response", types.bytes, (column) => column.notNull())
    .addColumn("response_encoding", "text", (column) => column.notNull())
    .addColumn("truncated", "bigint", (column) => column.notNull())
    .execute();
}

/** Most rows have none: the index holds only those that have one. */
async function addAnswerIds(db: Transaction<LedgerTables>): Promise<void> {
  await db.schema.alterTable("requests").addColumn("answer_id", "text").execute();
  await db.schema
    .createIndex("requests_answer_id")
    .on("requests")
    .column("answer_id")
    .where("answer_id", "is not", null)
    .execute();
}

async function addTrailsAndState(db: Transaction<LedgerTables>, { types }: SqlFlavor): Promise<void> {
  await db.schema
    .createTable("trails")
    .addColumn("seq", types.serialKey, (column) => column.primaryKey().references("requests.seq").onDelete("cascade"))
    .addColumn("trail", "text", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("state")
    .addColumn("key", "text", (column) => column.notNull().primaryKey())
    .addColumn("value", "text", (column) => column.notNull())
    .addColumn("updated_at", "bigint", (column) => column.notNull())
    .execute();
}

async function addCallersAndRollups(db: Transaction<LedgerTables>, flavor: SqlFlavor): Promise<void> {
  for (const name of ["access_key", "end_user_id", "client", "session"]) {
    await db.schema
      .alterTable("requests")
      .addColumn(name, "text", (column) => column.notNull().defaultTo(""))
      .execute();
  }
  await db.schema
    .alterTable("requests")
    .addColumn("tags", "text", (column) => column.notNull().defaultTo("[]"))
    .execute();
  await createRollups(db, flavor);
}

/** What was spent besides the computed cost, and since when rows are kept: rollups outlive them. */
async function addMoney(db: Transaction<LedgerTables>, flavor: SqlFlavor): Promise<void> {
  await db.schema
    .alterTable("requests")
    .addColumn("service_tier", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  for (const name of ["reported_cost_nano_usd", "cache_saved_nano_usd"]) {
    await db.schema.alterTable("requests").addColumn(name, "bigint").execute();
  }
  await db.schema
    .alterTable("rollups")
    .addColumn("cache_saved_nano_usd", "bigint", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable("rollup_progress")
    .addColumn("rows_from", "bigint", (column) => column.notNull().defaultTo(0))
    .execute();
  await rollUpOldRows(db, flavor);
}

/** One insertion a row instead of two, and a third less to keep. Older rows stay as they are. */
async function addUsualTrails(db: Transaction<LedgerTables>): Promise<void> {
  await db.schema.alterTable("requests").addColumn("usual_trail", "text").execute();
}
