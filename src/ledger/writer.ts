import { GatewayError } from "../core/error.ts";
import type { ExchangeBodies, ExchangeRow } from "../core/exchange.ts";
import type { Backlog } from "./outage/backlog.ts";
import { bodiesLength } from "./outage/journal-records.ts";
import type { Settlement, Store } from "./store.ts";

/** A batch with more bytes of bodies than this waits for no further row: they are copied, and held until committed. */
const batchBytes = 8 * 1024 * 1024;

interface Waiting extends Settlement {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Writer {
  settle(row: ExchangeRow, bodies: ExchangeBodies | undefined): Promise<void>;
  /** Rows that are not committed yet. */
  readonly pending: number;
  /** Whether the last commit failed for the store's sake. */
  readonly failing: boolean;
  /** Resolves when nothing is pending any more. */
  idle(): Promise<void>;
}

export interface WriterOptions {
  readonly store: Pick<Store, "commit">;
  /** Takes what the store does not. undefined: that is rejected. */
  readonly backlog: Backlog | undefined;
  /** Called for each row that is durable. */
  readonly onDurable: (row: ExchangeRow) => void;
}

/**
 * Group commit without timers: while one commit runs, the next batch gathers. It is taken some turns of the event loop
 * after the commit before it ended, so that all calls that end in them share a commit.
 */
export function createWriter({ store, backlog, onDurable }: WriterOptions): Writer {
  let gathering: Waiting[] = [];
  let committing = 0;
  let running: Promise<void> | undefined;
  let failing = false;

  async function commitAll(): Promise<void> {
    while (gathering.length > 0) {
      await turnsEnd();
      const batch = takeBatch();
      committing = batch.length;
      await commit(batch);
    }
    running = undefined;
  }

  function takeBatch(): Waiting[] {
    let bytes = 0;
    const end = gathering.findIndex(({ bodies }) => {
      const full = bytes > batchBytes;
      if (bodies !== undefined) bytes += bodiesLength(bodies);
      return full;
    });
    const batch = end < 0 ? gathering : gathering.slice(0, end);
    gathering = end < 0 ? [] : gathering.slice(end);
    return batch;
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    if (backlog?.failure !== undefined) return wait(batch, backlog);
    try {
      await store.commit(batch);
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      const rowsFault = error.code === "internal";
      failing = !rowsFault;
      if (rowsFault && batch.length > 1) {
        // One row that cannot be written must not take the others with it.
        for (const one of batch) await commit([one]);
      } else if (!rowsFault && backlog !== undefined) {
        backlog.fail(error);
        await wait(batch, backlog);
      } else {
        refused(batch, error);
      }
      return;
    }
    failing = false;
    settled(batch);
  }

  /** Puts rows where they wait for the store. */
  async function wait(batch: readonly Waiting[], { failure, put }: Backlog): Promise<void> {
    const count = await put(batch);
    settled(batch.slice(0, count));
    if (count === batch.length) return;
    const message = `Neither the ledger nor its journal takes the row. ${failure?.message ?? ""}`;
    refused(batch.slice(count), new GatewayError("unavailable", message));
  }

  function settled(batch: readonly Waiting[]): void {
    committing -= batch.length;
    for (const { row, resolve } of batch) {
      resolve();
      onDurable(row);
    }
  }

  function refused(batch: readonly Waiting[], error: GatewayError): void {
    committing -= batch.length;
    for (const { reject } of batch) reject(error);
  }

  return {
    settle(row, bodies) {
      return new Promise((resolve, reject) => {
        gathering.push({ row, bodies, resolve, reject });
        running ??= commitAll();
      });
    },
    get pending() {
      return gathering.length + committing;
    },
    get failing() {
      return backlog === undefined ? failing : backlog.failure !== undefined;
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}

/**
 * How many turns of the event loop a batch gathers. A turn takes microseconds when there is nothing to do, and many calls
 * end in one when there is a lot: so only those wait who share the cost of a commit.
 */
const gatheringTurns = 8;

async function turnsEnd(): Promise<void> {
  for (let turn = 0; turn < gatheringTurns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
