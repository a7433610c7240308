import { sql } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/error.ts";
import { migrate } from "../migrations.ts";
import { LedgerDb } from "../sql-flavor.ts";
import { type Store, type StoredRow, storedRow } from "../store.ts";
import { postgresDialect } from "./dialect.ts";
import { postgresCommitFault, postgresFault } from "./faults.ts";
import { postgresFlavor } from "./flavor.ts";
import { createPostgresPool, type PostgresLease, type PostgresPool } from "./pool.ts";
import { textArray } from "./values.ts";
import { beginWriting, createPostgresWriter } from "./writer.ts";

export interface PostgresStoreOptions {
  /** As `pg` takes it. */
  readonly url: string;
  /** The same, without secrets. */
  readonly location: string;
  readonly clock: Clock;
  /** How long to wait for another gateway to write, in ms. */
  readonly busyTimeoutMs: number;
}

const minuteMs = 60_000;
/** How long a statement may take that reads many rows, or changes many, in ms. */
const scanMs = 10 * minuteMs;

const oldestVersion = 14;

/** With what is free in them: that is for what comes next in the same month. */
const ledgerSize = sql<{ bytes: bigint }>`
  select cast(coalesce(sum(pg_total_relation_size(relid)), 0) as bigint) as bytes from (
    select relid from pg_partition_tree('requests') union all select relid from pg_partition_tree('bodies')
    union all select relid from pg_partition_tree('trails') union all select 'rollups'::regclass) as tables`;

/**
 * The ledger in a PostgreSQL database, which gateways may share. One connection writes, some read, and some read many rows,
 * so that nobody waits for these.
 */
export function createPostgresStore({ url, location, clock, busyTimeoutMs }: PostgresStoreOptions): Store {
  const poolOf = (connections: number, statementMs: number): PostgresPool =>
    createPostgresPool({ url, connections, statementMs, lockMs: busyTimeoutMs });
  const writing = poolOf(1, minuteMs);
  const reading = poolOf(4, minuteMs);
  const scanning = poolOf(2, scanMs);
  const writer = createPostgresWriter();

  const dbOf = (pool: PostgresPool, doing: string): LedgerDb =>
    new LedgerDb(
      postgresDialect(pool, beginWriting, (error) => postgresFault(location, doing, error)),
      postgresFlavor,
    );
  const writingDb = dbOf(writing, "written to");
  const db = dbOf(reading, "read");

  /** Lends the writing connection. */
  async function withWriter<T>(work: (lease: PostgresLease) => Promise<T>): Promise<T> {
    const lease = await writing.lease();
    try {
      return await work(lease);
    } finally {
      lease.release();
    }
  }

  const write = (rows: readonly StoredRow[], summedBefore: number): Promise<void> =>
    withWriter((lease) => writer.write(lease, rows, summedBefore)).catch((error) => {
      throw postgresCommitFault(location, error);
    });

  const written = (error: unknown): never => {
    throw postgresFault(location, "written to", error);
  };

  return {
    kind: "postgres",
    location,
    writingDb,
    db,
    scanDb: dbOf(scanning, "read"),

    async start() {
      await withWriter((lease) => checkServer(lease, location)).catch((error) => {
        throw postgresFault(location, "opened", error);
      });
      await migrate(writingDb, clock, location);
    },

    commit: (batch) => write(batch.map(storedRow), 0),

    copyIn: write,

    transact: (statements) => withWriter((lease) => writer.transact(lease, statements, scanMs)).catch(written),

    async saveState(entries) {
      const all = [...entries];
      const kept = all.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
      const removed = all.flatMap(([key, value]) => (value === undefined ? [key] : []));
      const statements = [
        { sql: "delete from state where key = any(?::text[])", parameters: [textArray(removed)] },
        {
          sql:
            "insert into state (key, value, updated_at) select key, value, ?::bigint from unnest(?::text[], ?::text[]) " +
            "as given(key, value) on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at",
          parameters: [clock.now(), textArray(kept.map(({ key }) => key)), textArray(kept.map(({ value }) => value))],
        },
      ];
      await withWriter((lease) => writer.transact(lease, statements, minuteMs)).catch(written);
    },

    async size() {
      const { rows } = await ledgerSize.execute(db);
      return Number(rows[0]?.bytes ?? 0);
    },

    // What is free in its tables, PostgreSQL uses for what comes next; a month that is removed is free at once.
    shrink: async () => ({ freeBytes: 0, canShrink: true }),

    async compact() {
      const message = `The ledger ${location} needs no compacting: PostgreSQL gives room back by itself (autovacuum).`;
      throw new GatewayError("invalid_request", message);
    },

    async close() {
      await Promise.all([writing.close(), reading.close(), scanning.close()]);
    },
  };
}

async function checkServer(lease: PostgresLease, location: string): Promise<void> {
  const { rows } = await lease.run(
    "select current_setting('server_version') as version, current_setting('server_encoding') as encoding",
  );
  const { version, encoding } = rows[0] ?? {};
  if (Number.parseInt(String(version), 10) < oldestVersion) {
    const message = `The ledger ${location} cannot be opened: it is PostgreSQL ${version}; it takes ${oldestVersion} or newer.`;
    throw new GatewayError("unavailable", message);
  }
  if (encoding === "UTF8") return;
  const message =
    `The ledger ${location} cannot be opened: the database's encoding is ${encoding}. ` +
    "Create one with UTF8 (createdb --encoding=UTF8 --template=template0).";
  throw new GatewayError("unavailable", message);
}
