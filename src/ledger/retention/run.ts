import type { Clock } from "../../core/clock.ts";
import type { Removed, Retention } from "../../core/ledger.ts";
import { dayMs, floorTo } from "../rollups/levels.ts";
import type { RowKey } from "../sql-flavor.ts";
import type { Store } from "../store.ts";
import { createPace, type Pace } from "./pace.ts";
import { clearPart, countPart, firstPart } from "./parts.ts";
import { deleteBodies, deleteRows, type OldRow, oldestStart, oldRows, oldRowsWithBodies } from "./removal.ts";

export interface RetentionOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Asked anew before each batch: from then on, nothing goes that is to be kept. */
  readonly retention: () => Retention;
  /** Ends the run between two batches. */
  readonly signal: AbortSignal;
  /** What runs before this one have done, so that nobody looks for it again. */
  readonly done: Done;
}

export interface Done {
  /** No bodies are left of the rows before this one, in the order of their start. undefined: that is not known. */
  bodies: RowKey | undefined;
}

/** What a run has removed so far, and what is in its way. */
export interface RetentionRun extends Writable<Removed> {
  /** By how many bytes the store is larger than it may be, though nothing is left that may be removed. */
  excessBytes: number;
  /** What is free in the store, and cannot be given back while it is in use. */
  stuckBytes: number;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

export const noRun: Readonly<RetentionRun> = {
  rows: 0,
  bodies: 0,
  bytes: 0,
  until: undefined,
  excessBytes: 0,
  stuckBytes: 0,
};

/**
 * Removes what is not to be kept any longer: first bodies, then rows, then what is too much. `counts` are added to, so that
 * they hold what was removed before a failure. Rejects with GatewayError "unavailable".
 */
export async function runRetention(options: RetentionOptions, counts: RetentionRun): Promise<void> {
  const run = new Run(options, counts);
  await run.removeOldBodies();
  await run.removeOldRows();
  await run.removeExcess();
  await run.shrink();
}

/** Rows that started before these times, in ms since 1970, are too old. undefined: none is. */
export const limitsOf = ({ bodiesMs, rowsMs }: Retention, now: number) => ({
  bodiesBefore: bodiesMs === undefined ? undefined : now - bodiesMs,
  rowsBefore: rowsMs === undefined ? undefined : floorTo(now - rowsMs, dayMs),
});

class Run {
  readonly #options: RetentionOptions;
  readonly #counts: RetentionRun;
  readonly #pace: Pace;

  constructor(options: RetentionOptions, counts: RetentionRun) {
    this.#options = options;
    this.#counts = counts;
    this.#pace = createPace(options.clock, options.signal);
  }

  async removeOldBodies(): Promise<void> {
    const { clock, retention, done, signal } = this.#options;
    const limit = (): number | undefined => limitsOf(retention(), clock.now()).bodiesBefore;
    while (await this.#clearPart("bodies", limit));
    const next = this.#bodies(done.bodies);
    while (!signal.aborted) {
      const before = limit();
      if (before === undefined) return;
      if (await next(before)) continue;
      done.bodies = { started_at: BigInt(Math.ceil(before)), seq: -1n };
      return;
    }
  }

  async removeOldRows(): Promise<void> {
    const { clock, retention } = this.#options;
    const limit = (): number | undefined => limitsOf(retention(), clock.now()).rowsBefore;
    while (await this.#clearPart("rows", limit));
    while (await this.#removeDay(limit));
  }

  async removeExcess(): Promise<void> {
    const { store, clock, retention, signal } = this.#options;
    const hasParts = store.db.flavor.parts !== undefined;
    const today = (): number | undefined =>
      retention().sizeBytes === undefined ? undefined : floorTo(clock.now(), dayMs);
    const bodies = this.#bodies(undefined);
    while (!signal.aborted) {
      const { sizeBytes } = retention();
      const excess = sizeBytes === undefined ? 0 : (await store.size()) - sizeBytes;
      if (excess <= 0) return;
      // Where there are parts, only they give room back when they are emptied.
      const removed = hasParts
        ? (await this.#clearPart("bodies", today)) || (await this.#clearPart("rows", today))
        : (await bodies(Number.MAX_SAFE_INTEGER)) || (await this.#removeDay(today));
      if (removed) continue;
      this.#counts.excessBytes = excess;
      return;
    }
  }

  /** Gives back the room that is free. */
  async shrink(): Promise<void> {
    const { store, clock, retention, signal } = this.#options;
    const pace = createPace(clock, signal);
    while (!signal.aborted && Object.values(retention()).some((limit) => limit !== undefined)) {
      const { freeBytes, canShrink } = await pace.batch(() => store.shrink());
      if (!canShrink) this.#counts.stuckBytes = freeBytes;
      if (freeBytes === 0 || !canShrink) return;
    }
  }

  /** Removes bodies from a row on, a batch each time, as long as their rows started before a time. False: there were none. */
  #bodies(from: RowKey | undefined): (before: number) => Promise<boolean> {
    const { scanDb, transact } = this.#options.store;
    let after = from;
    return async (before) => {
      const batch = await oldRowsWithBodies(scanDb, before, after, this.#pace.rows);
      if (batch.length === 0) return false;
      await this.#pace.batch(() => transact(deleteBodies(scanDb, batch)));
      this.#count(batch);
      after = batch.at(-1);
      return true;
    };
  }

  /**
   * Removes the rows of the oldest day, as long as it is over before a limit; undefined: nothing may go. Resolves with
   * whether there was such a day, and it is gone.
   */
  async #removeDay(limit: () => number | undefined): Promise<boolean> {
    if (limit() === undefined) return false; // nor is a thread begun to look
    const { store, signal } = this.#options;
    const oldest = await oldestStart(store.scanDb);
    if (oldest === undefined) return false;
    const until = floorTo(oldest, dayMs) + dayMs;
    while (!signal.aborted && until <= (limit() ?? 0)) {
      const batch = await oldRows(store.scanDb, until, this.#pace.rows);
      const last = batch.at(-1);
      if (last === undefined) return true;
      const [, rows = 0] = await this.#pace.batch(() => store.transact(deleteRows(last, until)));
      this.#counts.rows += rows;
      this.#count(batch);
    }
    return false;
  }

  /** Empties the first part that is over before a limit. Resolves with whether there was one with something in it. */
  async #clearPart(what: "rows" | "bodies", limit: () => number | undefined): Promise<boolean> {
    const before = limit();
    if (before === undefined) return false;
    const { store, signal } = this.#options;
    const part = await firstPart(store.scanDb, what, before);
    if (part === undefined || signal.aborted) return false;
    const { rows, bodies, bytes, until } = await countPart(store.scanDb, part, what);
    if (part.to > (limit() ?? 0)) return false;
    await this.#pace.batch(() => store.transact(clearPart(part, what)));
    this.#counts.rows += rows;
    this.#add(bodies, bytes, until);
    return true;
  }

  #count(batch: readonly OldRow[]): void {
    for (const { started_at, bytes } of batch) this.#add(bytes === null ? 0 : 1, bytes ?? 0, Number(started_at));
  }

  #add(bodies: number, bytes: number, until: number): void {
    const counts = this.#counts;
    counts.bodies += bodies;
    counts.bytes += bytes;
    counts.until = Math.max(counts.until ?? until, until);
  }
}
