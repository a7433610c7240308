import type { WindowUse } from "../../core/health.ts";

/** A window slides in steps of a sixtieth of its length. */
const bucketsPerWindow = 60;

/** The beginning of a bucket in ms since 1970, and a sum for each column. */
export type Bucket = readonly [start: number, ...sums: number[]];

/**
 * Sums over a sliding window, in several columns, kept as a ring of buckets. A bucket counts until all of it lies
 * outside of the window: what is inside is never missed, and what is outside by more than one bucket never counted.
 * A clock that is set back a little goes on in the newest bucket; one that is set back far empties the window.
 */
export class SlidingWindow {
  readonly windowMs: number;
  readonly #columns: number;
  readonly #width: number;
  readonly #slots: number;
  readonly #sums: Float64Array;
  readonly #totals: Float64Array;
  /** The number of the newest bucket, counted in buckets since 1970. */
  #newest = 0;

  /** `windowMs`: at least 1. */
  constructor(windowMs: number, columns: number) {
    this.windowMs = windowMs;
    this.#columns = columns;
    this.#width = Math.max(1, Math.ceil(windowMs / bucketsPerWindow));
    this.#slots = Math.ceil(windowMs / this.#width) + 1;
    this.#sums = new Float64Array(this.#slots * columns);
    this.#totals = new Float64Array(columns);
  }

  add(column: number, amount: number, now: number): void {
    this.#slideTo(now);
    const at = this.#offsetOf(this.#newest) + column;
    this.#sums[at] = (this.#sums[at] ?? 0) + amount;
    this.#totals[column] = (this.#totals[column] ?? 0) + amount;
  }

  total(column: number, now: number): number {
    this.#slideTo(now);
    return this.#totals[column] ?? 0;
  }

  /** When the column's total is below `limit`, in ms since 1970, if nothing is added. undefined: never, for a limit of 0. */
  belowAt(column: number, limit: number, now: number): number | undefined {
    let total = this.total(column, now);
    if (total < limit) return now;
    for (let bucket = this.#newest - this.#slots + 1; bucket <= this.#newest; bucket += 1) {
      total -= this.#sums[this.#offsetOf(bucket) + column] ?? 0;
      if (total < limit) return (bucket + this.#slots) * this.#width;
    }
    return undefined;
  }

  clear(column: number): void {
    for (let at = column; at < this.#sums.length; at += this.#columns) this.#sums[at] = 0;
    this.#totals[column] = 0;
  }

  scale(column: number, factor: number): void {
    for (let at = column; at < this.#sums.length; at += this.#columns) this.#sums[at] = (this.#sums[at] ?? 0) * factor;
    this.#sumUp();
  }

  /** Takes over a column of another window of the same length, each bucket times `factor`. */
  copy(column: number, from: SlidingWindow, factor: number, now: number): void {
    this.#slideTo(now);
    from.#slideTo(now);
    // after a clock was set back, one of them may be ahead
    this.#advance(from.#newest);
    from.#advance(this.#newest);
    for (let at = column; at < this.#sums.length; at += this.#columns) this.#sums[at] = (from.#sums[at] ?? 0) * factor;
    this.#sumUp();
  }

  /** Buckets in which anything was counted, the oldest first. */
  buckets(now: number): Bucket[] {
    this.#slideTo(now);
    const found: Bucket[] = [];
    for (let bucket = this.#newest - this.#slots + 1; bucket <= this.#newest; bucket += 1) {
      const at = this.#offsetOf(bucket);
      const sums = this.#sums.subarray(at, at + this.#columns);
      if (sums.some((sum) => sum !== 0)) found.push([bucket * this.#width, ...sums]);
    }
    return found;
  }

  /** Adds what another window counted, whatever its length; what is too old for this one, or of the future, is left out. */
  put(buckets: readonly Bucket[], now: number): void {
    this.#slideTo(now);
    for (const [start, ...sums] of buckets) {
      const bucket = Math.floor(start / this.#width);
      if (bucket > this.#newest || bucket <= this.#newest - this.#slots) continue;
      const offset = this.#offsetOf(bucket);
      for (let column = 0; column < this.#columns; column += 1) {
        this.#sums[offset + column] = (this.#sums[offset + column] ?? 0) + (sums[column] ?? 0);
      }
    }
    this.#sumUp();
  }

  #offsetOf(bucket: number): number {
    return (bucket % this.#slots) * this.#columns;
  }

  #slideTo(now: number): void {
    const bucket = Math.floor(now / this.#width);
    if (bucket > this.#newest - this.#slots) this.#advance(bucket);
    else {
      this.#sums.fill(0);
      this.#totals.fill(0);
      this.#newest = bucket;
    }
  }

  #advance(bucket: number): void {
    if (bucket <= this.#newest) return;
    const emptied = Math.min(bucket - this.#newest, this.#slots);
    for (let next = bucket - emptied + 1; next <= bucket; next += 1) {
      const at = this.#offsetOf(next);
      this.#sums.fill(0, at, at + this.#columns);
    }
    this.#newest = bucket;
    this.#sumUp();
  }

  /** Anew each time that something falls out: what is added and taken away again leaves no rounding errors behind. */
  #sumUp(): void {
    this.#totals.fill(0);
    for (let at = 0; at < this.#sums.length; at += 1) {
      const column = at % this.#columns;
      this.#totals[column] = (this.#totals[column] ?? 0) + (this.#sums[at] ?? 0);
    }
  }
}

/** The columns of a credential's windows. `level` is what rotation compares: see pool.ts. */
export const column = { requests: 0, failures: 1, tokens: 2, costNanoUsd: 3, level: 4 } as const;
export const useColumns = 5;

export function useOf(window: SlidingWindow, now: number): WindowUse {
  return {
    windowMs: window.windowMs,
    requests: window.total(column.requests, now),
    failures: window.total(column.failures, now),
    tokens: window.total(column.tokens, now),
    costNanoUsd: BigInt(window.total(column.costNanoUsd, now)),
  };
}
