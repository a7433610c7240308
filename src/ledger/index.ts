import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { StateStore } from "../core/health.ts";
import type { LedgerAudit, LedgerEraser, LedgerReader, StoreStatus } from "../core/ledger.ts";
import type { LedgerWriter } from "../core/ports.ts";
import { createAudit } from "./audit.ts";
import { deleteErrors } from "./erase.ts";
import { createFeed } from "./feed.ts";
import { createQueries } from "./queries.ts";
import { createSqliteStore } from "./sqlite.ts";
import type { Store, StoreLocation } from "./store.ts";
import { createWriter } from "./writer.ts";

/** The usage store: every exchange in one row, with its trail, and its bodies when they are kept. */
export interface Ledger extends LedgerWriter, LedgerReader, LedgerEraser {
  /** Kept beside the rows, and written between their commits. */
  readonly state: StateStore;
  /** Opens the store and brings its schema up to date. Rejects with a GatewayError that says what is wrong and what to do. */
  start(): Promise<void>;
  status(): StoreStatus;
  /** Commits what is pending, then closes. What settles or is saved afterwards is rejected. */
  close(): Promise<void>;
}

export interface LedgerOptions {
  readonly store: StoreLocation;
  readonly clock: Clock;
  /** How long to wait for another process's lock before a commit fails, in ms. */
  readonly busyTimeoutMs?: number;
  /** How many rows may wait for one watcher. */
  readonly watchLimit?: number;
}

export function createLedger({
  store: location,
  clock,
  busyTimeoutMs = 5000,
  watchLimit = 1000,
}: LedgerOptions): Ledger {
  const store = createStore(location, clock, busyTimeoutMs);
  const feed = createFeed(watchLimit);
  const writer = createWriter({ store, onCommitted: feed.publish });
  let phase: "new" | "open" | "closed" = "new";
  let lastSave: Promise<unknown> = Promise.resolve(); // those before it end before it
  return {
    ...createQueries(store.db, store.scanDb),
    watch: feed.subscribe,

    async start() {
      await store.start();
      phase = "open";
    },

    settle(row, bodies) {
      return phase === "open" ? writer.settle(row, bodies) : Promise.reject(notOpen(phase));
    },

    async forgetAnswer(answerId) {
      if (phase !== "open") throw notOpen(phase);
      const { writingDb: db } = store;
      const known = db.selectFrom("requests").select("seq").where("answer_id", "=", answerId);
      await db.deleteFrom("bodies").where("seq", "in", known).execute();
      await db.updateTable("requests").set({ answer_id: null }).where("answer_id", "=", answerId).execute();
    },

    async deleteErrors(from, to) {
      if (phase !== "open") throw notOpen(phase);
      return deleteErrors(store, from, to);
    },

    state: {
      async load() {
        if (phase !== "open") throw notOpen(phase);
        const entries = await store.writingDb.selectFrom("state").select(["key", "value"]).execute();
        return new Map(entries.map(({ key, value }) => [key, value]));
      },
      async save(entries) {
        if (phase !== "open") throw notOpen(phase);
        const saving = store.saveState(entries);
        lastSave = saving.catch(() => undefined);
        await saving;
      },
    },

    status() {
      const writable = phase === "open" && !writer.failing;
      return { kind: store.kind, location: store.location, writable, pending: writer.pending };
    },

    async close() {
      phase = "closed";
      await Promise.all([writer.idle(), lastSave]);
      feed.close();
      await store.close();
    },
  };
}

/** Opens nothing yet, and brings no schema up to date. Whoever has it closes it. */
export const createLedgerAudit = ({ store, clock, busyTimeoutMs = 5000 }: LedgerOptions): LedgerAudit =>
  createAudit(createStore(store, clock, busyTimeoutMs));

function createStore(location: StoreLocation, clock: Clock, busyTimeoutMs: number): Store {
  switch (location.kind) {
    case "sqlite":
      return createSqliteStore({ path: location.path, clock, busyTimeoutMs });
    default:
      return location.kind satisfies never;
  }
}

const notOpen = (phase: "new" | "closed"): GatewayError =>
  new GatewayError("unavailable", phase === "new" ? "The ledger is not open yet." : "The ledger is closed already.");
