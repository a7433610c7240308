import type { Clock } from "../../core/clock.ts";
import type { Retention, StoreStatus } from "../../core/ledger.ts";
import type { Log } from "../../core/log.ts";
import { pause } from "../../lib/pause.ts";
import { progressOf } from "../rollups/progress.ts";
import type { Store } from "../store.ts";
import { type Done, noRun, type RetentionRun, runRetention } from "./run.ts";

/** How long it rests when nothing is left to do, or it cannot be done. */
const restMs = 60_000;
/** Each so many times, bodies are looked for from the first row on: for rows that came late with an old start. */
const fullRound = 60;

export interface UpkeepOptions {
  /** Asked anew all the time: what is to be kept from now on stays. */
  readonly retention: () => Retention;
  readonly log: Log;
}

/** Looks after a store that is in use. */
export interface Upkeep {
  /** Begins, and goes on until it is stopped. */
  start(): void;
  /** A run of its own, after that which may be under way. Never rejects. */
  run(): Promise<void>;
  /** As the last run has left it. */
  readonly seen: Pick<StoreStatus, "sizeBytes" | "rowsFrom">;
  /** Ends what runs, after its batch. */
  stop(): Promise<void>;
}

export function createUpkeep(store: Store, clock: Clock, { retention, log }: UpkeepOptions): Upkeep {
  const stopped = new AbortController();
  const { signal } = stopped;
  let seen: Upkeep["seen"] = {};
  let before = noRun;
  let last = Promise.resolve();
  let isFailing = false;

  async function look(): Promise<void> {
    const [sizeBytes, { rowsFrom }] = await Promise.all([store.size(), progressOf(store.writingDb)]);
    seen = { sizeBytes, rowsFrom };
  }

  async function runOnce(done: Done): Promise<void> {
    if (signal.aborted) return;
    const run = { ...noRun };
    try {
      await look();
      await runRetention({ store, clock, retention, signal, done }, run);
    } finally {
      describe(run, before, store.location, log);
      before = run;
    }
    if (run.until !== undefined && !signal.aborted) await look();
  }

  function run(from: Done): Promise<void> {
    last = last.then(() => runOnce(from)).then(recovered, failed);
    return last;
  }

  function recovered(): void {
    isFailing = false;
  }

  function failed(err: unknown): void {
    if (!isFailing) log.warn({ err }, "the ledger could not be looked after; it is tried again every minute");
    isFailing = true;
  }

  async function keepUp(): Promise<void> {
    const done: Done = { bodies: undefined };
    for (let rounds = 0; !signal.aborted; rounds += 1) {
      if (rounds % fullRound === 0) done.bodies = undefined;
      await run(done);
      await pause(restMs, signal);
    }
  }

  return {
    start: () => void keepUp(),
    run: () => run({ bodies: undefined }),
    get seen() {
      return seen;
    },
    async stop() {
      stopped.abort();
      await last;
    },
  };
}

/** What lasts is said once. */
function describe(run: RetentionRun, before: RetentionRun, location: string, log: Log): void {
  const { rows, bodies, bytes, until, excessBytes, stuckBytes } = run;
  if (until !== undefined) {
    log.info(
      { rows, bodies, bytes, until: new Date(until).toISOString() },
      "the ledger's retention has removed what is old",
    );
  }
  if (excessBytes > 0 && before.excessBytes === 0) {
    const what = "the ledger is larger than 'ledger.retention.size', and nothing is left that may be removed";
    log.warn({ location, excessBytes }, what);
  }
  if (stuckBytes > 0 && before.stuckBytes === 0) {
    const what =
      "the ledger's file cannot give back what is free in it: stop the gateway and run 'causeway ledger compact'";
    log.warn({ location, freeBytes: stuckBytes }, what);
  }
}
