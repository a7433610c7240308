import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/error.ts";
import { migrate } from "../migrations.ts";
import { LedgerDb } from "../sql-flavor.ts";
import { type Store, type StoredRow, storedRow } from "../store.ts";
import { type QueriedRows, sqliteDialect } from "./dialect.ts";
import { commitFault, compactFault, storeFault } from "./faults.ts";
import { sqliteFlavor } from "./flavor.ts";
import type { BodySpan, CommitRequest, SqliteReply, SqliteRequest } from "./messages.ts";
import { usedBytes } from "./space.ts";
import { type SqliteThread, startSqliteThread } from "./thread.ts";

export interface SqliteStoreOptions {
  /** A file, or ":memory:". */
  readonly path: string;
  readonly clock: Clock;
  /** How long to wait for another process's lock, in ms. */
  readonly busyTimeoutMs: number;
}

/**
 * The ledger in a SQLite file. One thread writes. Another, which is started with the first query, reads: in WAL mode a
 * long read delays no commit. A third is for what reads many rows, so that it delays no other reading. A database in memory
 * belongs to one connection, so there the writing thread does all.
 */
export function createSqliteStore({ path, clock, busyTimeoutMs }: SqliteStoreOptions): Store {
  const inMemory = path === ":memory:";
  const writer = lazyThread("ledger-writer", false);
  const reader = inMemory ? writer : lazyThread("ledger-reader", true);
  const scanner = inMemory ? writer : lazyThread("ledger-scanner", true);

  /** A thread with the database open: started when needed, and anew when it has ended. */
  function lazyThread(name: string, readonly: boolean): LazyThread {
    let current: { readonly thread: SqliteThread; readonly opened: Promise<SqliteThread> } | undefined;
    let closed = false;
    return {
      async get() {
        if (closed) throw new GatewayError("unavailable", "The ledger is closed already.");
        if (current?.thread.alive) return current.opened;
        const thread = startSqliteThread(name);
        current = { thread, opened: openOn(thread, readonly) };
        return current.opened;
      },
      async close() {
        closed = true;
        await current?.thread.close();
      },
    };
  }

  async function openOn(thread: SqliteThread, readonly: boolean): Promise<SqliteThread> {
    try {
      const reply = await thread.ask({ kind: "open", path, readonly, busyTimeoutMs });
      if (reply.kind === "fault") throw storeFault(path, "opened", reply.code, reply.message);
      return thread;
    } catch (error) {
      await thread.close();
      throw error instanceof GatewayError ? error : threadFault(error);
    }
  }

  async function ask(
    of: LazyThread,
    request: SqliteRequest,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<SqliteReply> {
    const thread = await of.get();
    return thread.ask(request, transfer).catch((error) => {
      throw threadFault(error);
    });
  }

  async function query(from: LazyThread, sql: string, parameters: readonly unknown[]): Promise<QueriedRows> {
    const reply = await ask(from, { kind: "query", sql, parameters });
    switch (reply.kind) {
      case "rows":
        return reply;
      case "fault":
        throw storeFault(path, from === writer ? "used" : "read", reply.code, reply.message);
      case "done":
      case "changes":
      case "slack":
      case "compacted":
        throw new TypeError("a query has rows");
      default:
        return reply satisfies never;
    }
  }

  const threadFault = (error: unknown): GatewayError =>
    storeFault(path, "used", "", error instanceof Error ? `${error.message}${causeOf(error)}` : String(error), error);

  async function write(batch: readonly StoredRow[], summedBefore: number): Promise<void> {
    const request = commitRequest(batch, summedBefore);
    const reply = await ask(writer, request, [request.bytes.buffer]);
    if (reply.kind === "fault") throw commitFault(path, reply.code, reply.message);
  }

  const dbOf = (thread: LazyThread): LedgerDb =>
    new LedgerDb(
      sqliteDialect((sql, parameters) => query(thread, sql, parameters)),
      sqliteFlavor,
    );
  const writingDb = dbOf(writer);

  return {
    kind: "sqlite",
    location: path,
    writingDb,
    db: dbOf(reader),
    scanDb: dbOf(scanner),

    async start() {
      if (!inMemory) await checkPlace(path);
      await writer.get();
      await migrate(writingDb, clock, path);
    },

    commit: (batch) => write(batch.map(storedRow), 0),

    copyIn: write,

    async transact(statements) {
      const reply = await ask(writer, { kind: "transaction", statements });
      if (reply.kind === "fault") throw storeFault(path, "written to", reply.code, reply.message);
      if (reply.kind !== "changes") throw new TypeError("a transaction changes rows");
      return reply.changes;
    },

    async saveState(entries) {
      const reply = await ask(writer, { kind: "save", entries, at: clock.now() });
      if (reply.kind === "fault") throw storeFault(path, "written to", reply.code, reply.message);
    },

    async size() {
      const { rows } = await query(writer, usedBytes, []);
      return Number(rows[0]?.[0]);
    },

    async shrink() {
      const reply = await ask(writer, { kind: "shrink" });
      if (reply.kind === "fault") throw storeFault(path, "written to", reply.code, reply.message);
      if (reply.kind !== "slack") throw new TypeError("a store that shrinks says what is left");
      return reply;
    },

    async compact() {
      const thread = startSqliteThread("ledger-compactor");
      try {
        const reply = await thread.ask({ kind: "compact", path });
        if (reply.kind === "fault") throw compactFault(path, reply.code, reply.message);
        if (reply.kind !== "compacted") throw new TypeError("what is compacted has sizes");
        return { before: reply.before, after: reply.after };
      } finally {
        await thread.close();
      }
    },

    async close() {
      await Promise.all([reader.close(), scanner.close()]);
      await writer.close(); // the last one brings the file up to date, which those that only read cannot
    },
  };
}

interface LazyThread {
  get(): Promise<SqliteThread>;
  close(): Promise<void>;
}

const causeOf = ({ cause }: Error): string => (cause instanceof Error ? ` ${cause.message}` : "");

/** SQLite says little about why it cannot open a file. */
async function checkPlace(path: string): Promise<void> {
  const folder = dirname(path);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) {
    const message = `The ledger ${path} cannot be opened: there is no folder ${folder}. Create it, or change 'store'.`;
    throw new GatewayError("unavailable", message);
  }
  const file = await stat(path).catch(() => undefined);
  if (file?.isDirectory()) {
    const message = `The ledger ${path} cannot be opened: it is a folder. Set 'store' to a file in it.`;
    throw new GatewayError("unavailable", message);
  }
}

function commitRequest(batch: readonly StoredRow[], summedBefore: number): CommitRequest {
  const bodies: BodySpan[] = [];
  const pieces: Uint8Array[] = [];
  let total = 0;
  const add = (added: readonly Uint8Array[]): number => {
    const before = total;
    for (const piece of added) {
      pieces.push(piece);
      total += piece.length;
    }
    return total - before;
  };
  for (const [index, { bodies: kept }] of batch.entries()) {
    if (kept !== undefined) {
      const { request, response, truncated } = kept;
      bodies.push({ row: index, request: add(request), response: add(response), truncated });
    }
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  const rows = batch.map(({ values }) => values);
  return { kind: "commit", rows, trails: batch.map(({ trail }) => trail), bodies, bytes, summedBefore };
}
