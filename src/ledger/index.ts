import type { Clock } from "../core/clock.ts";
import type { LedgerCopy } from "../core/copy.ts";
import { GatewayError } from "../core/error.ts";
import type { StateStore } from "../core/health.ts";
import type {
  LedgerAudit,
  LedgerEraser,
  LedgerFigures,
  LedgerReader,
  StoreLocation,
  StoreStatus,
} from "../core/ledger.ts";
import type { Log } from "../core/log.ts";
import type { LedgerWriter, Pricing } from "../core/ports.ts";
import type { LedgerRepricing } from "../core/reprice.ts";
import { within } from "../lib/within.ts";
import { createAudit } from "./audit.ts";
import { createCopy } from "./copy/index.ts";
import { createFeed } from "./feed.ts";
import { type Backlog, createBacklog } from "./outage/backlog.ts";
import { createJournal } from "./outage/journal.ts";
import { createPostgresStore } from "./postgres/store.ts";
import { createRepricing } from "./reprice.ts";
import { deleteErrors } from "./retention/erase.ts";
import { createUpkeep, type UpkeepOptions } from "./retention/upkeep.ts";
import { createSqliteStore } from "./sqlite/store.ts";
import { createFigures } from "./statistics/figures.ts";
import { createQueries } from "./statistics/queries.ts";
import type { Store } from "./store.ts";
import { createWriter } from "./writer.ts";

/** How long a copy waits for a gateway that writes, in ms. */
const copyPatienceMs = 30_000;

/** The usage store: every exchange in one row, with its trail, and its bodies when they are kept. */
export interface Ledger extends LedgerWriter, LedgerReader, LedgerFigures, LedgerEraser {
  /** Kept beside the rows, and written between their commits. */
  readonly state: StateStore;
  /** Opens the store and brings its schema up to date. Rejects with a GatewayError that says what is wrong and what to do. */
  start(): Promise<void>;
  /**
   * Removes what is not to be kept any longer, without waiting for the next time that it is done anyway. Never rejects: what
   * fails is logged, and tried again.
   */
  retain(): Promise<void>;
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
  /** What to do when the store does not take rows. undefined: whoever settles them is told. */
  readonly outage?: OutageOptions | undefined;
  /** What not to keep for good. undefined: everything is kept, and its size not looked at. */
  readonly upkeep?: UpkeepOptions | undefined;
}

export interface OutageOptions {
  /** The file where rows wait, which no other gateway uses, and its size. */
  readonly journal: { readonly path: string; readonly limitBytes: number };
  /** How long the store may take to write rows, in ms: what takes longer waits in the journal. */
  readonly commitTimeoutMs: number;
  /** Whether calls are taken while rows wait. Asked anew each time. */
  readonly onFailure: () => "serve" | "refuse";
  /** How long after a failure the store is tried again the first time, in ms. */
  readonly firstRetryMs?: number;
  readonly log: Log;
}

export function createLedger({
  store: location,
  clock,
  outage,
  upkeep: upkeepOptions,
  // half of what a commit may take, so that the store's own reason is heard, even of one that waits for another statement
  busyTimeoutMs = outage === undefined ? 5000 : Math.ceil(outage.commitTimeoutMs / 2),
  watchLimit = 1000,
}: LedgerOptions): Ledger {
  const store = createStore(location, clock, busyTimeoutMs);
  const feed = createFeed(watchLimit);
  const backlog = outage && backlogOf(store, clock, outage);
  const writer = createWriter({
    store: outage === undefined ? store : { commit: commitInTime(store, outage.commitTimeoutMs) },
    backlog,
    onDurable: feed.publish,
  });
  const upkeep = upkeepOptions && createUpkeep(store, clock, upkeepOptions);
  let phase: "new" | "open" | "closed" = "new";
  let lastSave: Promise<unknown> = Promise.resolve(); // those before it end before it
  return {
    ...createQueries(store.db, store.scanDb),
    ...createFigures(store.scanDb),
    watch: feed.subscribe,

    async start() {
      try {
        await store.start();
        await backlog?.start();
      } catch (error) {
        await store.close();
        throw error;
      }
      phase = "open";
      upkeep?.start();
    },

    admits: () => backlog?.admits(),

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

    async retain() {
      if (phase === "open") await upkeep?.run();
    },

    state: {
      async load() {
        if (phase !== "open") throw notOpen(phase);
        const entries = await store.writingDb.selectFrom("state").select(["key", "value"]).execute();
        return new Map(entries.map(({ key, value }) => [key, value]));
      },
      async save(entries) {
        if (phase !== "open") throw notOpen(phase);
        if (backlog?.failure !== undefined) throw new GatewayError("unavailable", backlog.failure.message);
        const saving = store.saveState(entries);
        lastSave = saving.catch(() => undefined);
        await saving;
      },
    },

    status() {
      const { kind, location } = store;
      const writable = phase === "open" && !writer.failing;
      const outside = backlog && {
        failure: backlog.failure,
        journal: backlog.journal,
        refusing: backlog.admits() !== undefined,
      };
      return { kind, location, writable, pending: writer.pending, ...outside, ...upkeep?.seen };
    },

    async close() {
      phase = "closed";
      await Promise.all([writer.idle(), lastSave, upkeep?.stop()]);
      await backlog?.close();
      feed.close();
      await store.close();
    },
  };
}

/** Opens nothing yet, and brings no schema up to date. Whoever has it closes it. */
export const createLedgerAudit = ({ store, clock, busyTimeoutMs = 5000 }: LedgerOptions): LedgerAudit =>
  createAudit(createStore(store, clock, busyTimeoutMs), clock);

/** The same, to price rows anew. */
export const createLedgerRepricing = (
  { store, clock, busyTimeoutMs = 5000 }: LedgerOptions,
  pricing: Pricing,
): LedgerRepricing => createRepricing(createStore(store, clock, busyTimeoutMs), pricing);

/** Opens nothing yet. Whoever has it closes it. */
export const createLedgerCopy = (from: StoreLocation, to: StoreLocation, clock: Clock): LedgerCopy =>
  createCopy(createStore(from, clock, copyPatienceMs), createStore(to, clock, copyPatienceMs));

function backlogOf(store: Store, clock: Clock, outage: OutageOptions): Backlog {
  const { journal, onFailure, firstRetryMs = 1000, log } = outage;
  return createBacklog({
    store,
    journal: createJournal(journal.path, journal.limitBytes),
    clock,
    log,
    onFailure,
    firstRetryMs,
  });
}

const commitInTime =
  (store: Store, ms: number): Store["commit"] =>
  (batch) =>
    within(ms, store.commit(batch), () => {
      const message = `The ledger ${store.location} has not taken rows within ${ms} ms ('ledger.commit_timeout').`;
      return new GatewayError("unavailable", message);
    });

function createStore(location: StoreLocation, clock: Clock, busyTimeoutMs: number): Store {
  switch (location.kind) {
    case "sqlite":
      return createSqliteStore({ path: location.path, clock, busyTimeoutMs });
    case "postgres":
      return createPostgresStore({ ...location, clock, busyTimeoutMs });
    default:
      return location satisfies never;
  }
}

const notOpen = (phase: "new" | "closed"): GatewayError =>
  new GatewayError("unavailable", phase === "new" ? "The ledger is not open yet." : "The ledger is closed already.");
