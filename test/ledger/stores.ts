import { join } from "node:path";
import Database from "better-sqlite3";
import pg from "pg";
import { afterEach, beforeEach, expect } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { RollupDifference, StoreLocation } from "../../src/core/ledger.ts";
import { createLedger, createLedgerAudit, type Ledger } from "../../src/ledger/index.ts";
import { beginWriting } from "../../src/ledger/postgres/writer.ts";
import { temporaryFolder } from "./fixtures.ts";
import type { PostgresServer } from "./postgres-server.ts";

/** A store for one test, and a way around the ledger. */
export interface TestStore {
  readonly location: StoreLocation;
  /** Runs statements; gives the rows of the last one. */
  run(sql: string): Promise<readonly unknown[]>;
  /** From now on, rows for which a condition holds ("new.x = …") cannot be written to a table. */
  refuse(table: string, condition: string): Promise<void>;
  allow(table: string): Promise<void>;
  /** Holds off all who write, as another process may; gives what ends that. */
  lock(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

type MakeStore = () => Promise<TestStore>;

/** What `freshStore` makes. The same suites run on each: see postgres-suites.test.ts. */
let make: MakeStore = sqliteStore;

export const freshStore: MakeStore = () => make();

/** Opens a ledger in a fresh store for each test of a file, and hands both over. */
export function ledgerForEach(take: (opened: { readonly store: TestStore; readonly ledger: Ledger }) => void): void {
  let store: TestStore;
  let ledger: Ledger;
  beforeEach(async () => {
    store = await freshStore();
    ledger = createLedger({ store: store.location, clock: systemClock });
    await ledger.start();
    take({ store, ledger });
  });
  afterEach(async () => {
    await ledger.close();
    await store.remove();
  });
}

/** For tests that ask nothing but the ledger. */
export const freshPlace = (): Promise<Pick<TestStore, "location" | "remove">> =>
  make === sqliteStore
    ? Promise.resolve({ location: { kind: "sqlite", path: ":memory:" }, remove: () => Promise.resolve() })
    : make();

/** From now on, stores are databases of a server. */
export function useServer(server: () => PostgresServer): void {
  make = () => postgresStore(server());
}

export async function sqliteStore(): Promise<TestStore> {
  const folder = temporaryFolder();
  const path = join(folder.path, "ledger.db");
  const run = async (sql: string): Promise<readonly unknown[]> => {
    const db = new Database(path);
    try {
      if (!/^select[^;]*$/.test(sql)) db.exec(sql);
      return /^select[^;]*$/.test(sql) ? db.prepare(sql).all() : [];
    } finally {
      db.close();
    }
  };
  return {
    location: { kind: "sqlite", path },
    run,
    refuse: async (table, condition) => {
      const trigger = `create trigger refuse_${table} before insert on ${table} when ${condition}`;
      await run(`${trigger} begin select raise(abort, 'refused'); end`);
    },
    allow: async (table) => {
      await run(`drop trigger refuse_${table}`);
    },
    lock: async () => {
      const lock = lockFile(path);
      return async () => lock[Symbol.dispose]();
    },
    remove: async () => folder.remove(),
  };
}

/** Keeps all others from writing to a file of SQLite's, as another process does, until it is disposed of. */
export function lockFile(path: string): Disposable {
  const other = new Database(path);
  other.exec("begin immediate");
  return { [Symbol.dispose]: () => void other.close() };
}

export async function postgresStore(server: PostgresServer): Promise<TestStore> {
  const location = await server.createDatabase();
  const database = new URL(location.url).pathname.slice(1);
  const run = (sql: string): Promise<readonly unknown[]> => server.run(database, sql);
  return {
    location,
    run,
    refuse: async (table, condition) => {
      await run(`
        create function refuse() returns trigger language plpgsql as $$
        begin raise integrity_constraint_violation using message = 'refused'; end $$;
        create trigger refuse before insert on ${table} for each row when (${condition}) execute function refuse()`);
    },
    allow: async (table) => {
      await run(`drop trigger refuse on ${table}; drop function refuse`);
    },
    lock: async () => {
      const other = new pg.Client(location.url);
      await other.connect();
      await other.query(beginWriting);
      return () => other.end();
    },
    remove: async () => {
      await server.run("postgres", `drop database ${database} with (force)`);
    },
  };
}

/** What an audit does with a store. */
export async function audited<T>(
  store: StoreLocation,
  work: (audit: ReturnType<typeof createLedgerAudit>) => Promise<T>,
): Promise<T> {
  const audit = createLedgerAudit({ store, clock: systemClock });
  try {
    return await work(audit);
  } finally {
    await audit.close();
  }
}

/** The rollups that are not what the rows say. */
export const differencesIn = (store: StoreLocation): Promise<RollupDifference[]> =>
  audited(store, async (audit) => {
    const found: RollupDifference[] = [];
    expect(await audit.verify((difference) => found.push(difference), new AbortController().signal)).toBeGreaterThan(0);
    return found;
  });
