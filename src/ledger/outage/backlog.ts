import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "../../core/error.ts";
import type { JournalStatus, StoreFailure } from "../../core/ledger.ts";
import type { Log } from "../../core/log.ts";
import { pause } from "../../lib/pause.ts";
import { within } from "../../lib/within.ts";
import type { Settlement, Store } from "../store.ts";
import type { Journal } from "./journal.ts";

/** Rows that the store has not taken. They wait in a journal, and are brought to the store once it works again. */
export interface Backlog {
  /** Opens the journal, and begins to bring over what waits in it. Rejects with GatewayError "unavailable". */
  start(): Promise<void>;
  /** To be called when the store has not taken rows: from then on all are to be put here, until there is no failure. */
  fail(error: GatewayError): void;
  /** undefined: the store takes rows. */
  readonly failure: StoreFailure | undefined;
  readonly journal: JournalStatus;
  /** Resolves with how many of the first ones are in the journal, durably; it can take no more of them. */
  put(batch: readonly Settlement[]): Promise<number>;
  /** undefined: new calls may come. Else why they may not, for those who make them. */
  admits(): GatewayError | undefined;
  /** Leaves what still waits to the next start. */
  close(): Promise<void>;
}

export interface BacklogOptions {
  readonly store: Pick<Store, "commit">;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether calls are taken while the store fails. */
  readonly onFailure: () => "serve" | "refuse";
  /** How long after a failure the store is tried again, in ms; then after twice as long each time, up to `mostRetryMs`. */
  readonly firstRetryMs: number;
}

const mostRetryMs = 10_000;
/** A disk that takes longer for a few rows does not work, in ms. */
const mostAppendMs = 10_000;
/** How often it is looked whether the journal's owner has ended. */
const ownRetryMs = 1000;

export function createBacklog(options: BacklogOptions): Backlog {
  const { store, journal, clock, log, onFailure, firstRetryMs } = options;
  const { path } = journal;
  const closing = new AbortController();
  const { signal } = closing;
  let isOurs = false;
  let failure: StoreFailure | undefined;
  let retryAt = 0;
  /** Why the journal has not taken rows the last time. */
  let fault: GatewayError | undefined;
  let owning: Promise<void> | undefined;
  let recovering: Promise<void> | undefined;
  let mending: Promise<void> | undefined;

  function owned(): void {
    isOurs = true;
    if (journal.roomBytes === 0) log.warn({ journal: path }, "the disk has no room for the ledger's journal");
    if (journal.rows > 0) recover();
  }

  /** The other gateway may be one that ends, since this one is to take its place. */
  async function own(): Promise<void> {
    while (!signal.aborted) {
      await pause(ownRetryMs, signal);
      if (signal.aborted || !(await journal.open().catch(() => false))) continue;
      log.info({ journal: path }, "the ledger's journal is free, and this gateway's now");
      return owned();
    }
  }

  function fail(error: GatewayError): void {
    if (failure === undefined) log.error({ err: error, journal: path }, "the ledger cannot be written: rows wait");
    failure = { since: failure?.since ?? clock.now(), message: error.message };
    recover();
  }

  function recover(): void {
    recovering ??= bringOver(failure?.since ?? clock.now());
  }

  /** Until nothing waits any more. `since`: in ms since 1970. */
  async function bringOver(since: number): Promise<void> {
    let rows = 0;
    for (let wait = failure === undefined ? 0 : firstRetryMs; ; ) {
      retryAt = clock.now() + wait;
      if (wait > 0) await pause(wait, signal);
      if (signal.aborted) return;
      try {
        rows += await bringSome();
        wait = 0;
      } catch (thrown) {
        wait = wait === 0 ? firstRetryMs : Math.min(2 * wait, mostRetryMs);
        const error = GatewayError.from(thrown);
        if (error.code === "unavailable") fail(error);
        else log.error({ err: thrown, journal: path }, "the ledger's journal cannot be read");
        continue;
      }
      if (failure === undefined && journal.rows === 0) break;
    }
    recovering = undefined;
    log.info({ rows, ms: clock.now() - since }, "the ledger is written again: no row waits any more");
  }

  /** Until the journal can be written: it may be that nobody has a row for it, since calls are refused. */
  async function mend(): Promise<void> {
    for (let wait = firstRetryMs; fault !== undefined; wait = Math.min(2 * wait, mostRetryMs)) {
      await pause(wait, signal);
      if (signal.aborted) return;
      await journal.probe().then(works, () => undefined);
    }
    mending = undefined;
  }

  function works(): void {
    if (fault !== undefined) log.info({ journal: path }, "the ledger's journal can be written again");
    fault = undefined;
  }

  /** Resolves with how many rows do not wait any more. */
  async function bringSome(): Promise<number> {
    const batch = journal.rows > 0 ? await journal.oldest() : undefined;
    const settlements = batch?.settlements ?? [];
    await commit(settlements);
    failure = undefined;
    if (batch === undefined) return 0;
    const lost = batch.rows - settlements.length;
    if (lost > 0) log.error({ rows: lost, journal: path }, "the ledger's journal is damaged: rows in it are lost");
    await journal.drop(batch);
    return settlements.length;
  }

  /** A row that cannot be written must not be in the way of the others for ever. */
  async function commit(settlements: readonly Settlement[]): Promise<void> {
    try {
      await store.commit(settlements);
    } catch (thrown) {
      const [only, ...others] = settlements;
      if (GatewayError.from(thrown).code !== "internal" || only === undefined) throw thrown;
      if (others.length > 0) {
        for (const one of settlements) await commit([one]);
      } else {
        const { trail, ...row } = only.row;
        log.error({ err: thrown, row }, "a row of the ledger could not be written, and is no longer tried");
      }
    }
  }

  const takesRows = (): boolean => isOurs && fault === undefined && !journal.isFull;

  return {
    async start() {
      if (await journal.open()) return owned();
      log.warn(
        { journal: path },
        "another gateway has the ledger's journal: until it ends, calls are refused when the store fails. " +
          "If it is to stay, set 'ledger.journal' to a file of this one's own",
      );
      owning = own();
    },
    fail,
    get failure() {
      return failure;
    },
    get journal() {
      const { rows, bytes, roomBytes } = journal;
      return { path, rows, bytes, roomBytes, takesRows: takesRows() };
    },

    async put(batch) {
      if (!isOurs) return 0;
      const late = (): GatewayError =>
        new GatewayError(
          "unavailable",
          `The ledger's journal ${path} has taken no row within ${mostAppendMs / 1000} s.`,
        );
      try {
        const count = await within(mostAppendMs, journal.append(batch), late);
        works();
        if (count > 0) recover(); // the store may be back already
        return count;
      } catch (thrown) {
        if (fault === undefined) log.error({ err: thrown, journal: path }, "the ledger's journal cannot be written");
        fault = GatewayError.from(thrown);
        mending ??= mend();
        return 0;
      }
    },

    admits() {
      if (failure === undefined || (takesRows() && onFailure() === "serve")) return undefined;
      const why = takesRows()
        ? "The ledger cannot be written, and the gateway is set up to take no calls until it can ('ledger.on_failure')."
        : "The ledger cannot be written, and no more rows can wait for it: the gateway takes no calls until they can.";
      const message = `${why} Try again later. Whoever runs the gateway finds the cause in its log.`;
      return new GatewayError("unavailable", message, { retryAfterMs: Math.max(1000, retryAt - clock.now()) });
    },

    async close() {
      closing.abort();
      await owning;
      await Promise.all([recovering, mending]);
      await journal.close();
    },
  };
}
