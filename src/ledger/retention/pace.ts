import type { Clock } from "../../core/clock.ts";
import { pause } from "../../lib/pause.ts";

/** What a batch is to take. A row that settles meanwhile waits so long, but for what the disk takes. */
const batchUs = 3000;
const fewestRows = 100;
const mostRows = 1000;
/** How much longer than the batch before it a rest is: so most of the time is left to the rows that settle. */
const restFactor = 9;

/** Keeps work in the background from being felt: batches are short, and between them there is rest. */
export interface Pace {
  /** How many rows the next batch may have: fewer where the disk is slow. */
  readonly rows: number;
  /** Does a batch, then rests; no longer once the signal aborts. */
  batch<T>(work: () => Promise<T>): Promise<T>;
}

export function createPace(clock: Clock, signal: AbortSignal): Pace {
  let rows = 100;
  return {
    get rows() {
      return rows;
    },
    async batch(work) {
      const startUs = clock.micros();
      const result = await work();
      const tookUs = clock.micros() - startUs;
      const change = Math.min(2, Math.max(0.5, batchUs / Math.max(1, tookUs)));
      rows = Math.min(mostRows, Math.max(fewestRows, Math.round(rows * change)));
      await pause(Math.ceil((tookUs * restFactor) / 1000), signal);
      return result;
    },
  };
}
