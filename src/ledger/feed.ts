import { GatewayError } from "../core/error.ts";
import type { LedgerRow } from "../core/ledger.ts";

/** Passes rows on to those who watch. */
export interface Feed {
  publish(row: LedgerRow): void;
  /** Ends when the signal aborts or the feed closes. Throws GatewayError "unavailable" when more than the limit waits. */
  subscribe(wanted: (row: LedgerRow) => boolean, signal: AbortSignal): AsyncGenerator<LedgerRow, void, undefined>;
  close(): void;
}

/** `limit`: how many rows may wait for one subscriber. */
export function createFeed(limit: number): Feed {
  const subscribers = new Set<Subscriber>();
  return {
    publish(row) {
      for (const subscriber of subscribers) subscriber.offer(row);
    },
    async *subscribe(wanted, signal) {
      const subscriber = new Subscriber(wanted, limit);
      const end = (): void => subscriber.end();
      subscribers.add(subscriber);
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
      try {
        yield* subscriber.rows();
      } finally {
        subscribers.delete(subscriber);
        signal.removeEventListener("abort", end);
      }
    },
    close() {
      for (const subscriber of subscribers) subscriber.end();
    },
  };
}

class Subscriber {
  readonly #wanted: (row: LedgerRow) => boolean;
  readonly #limit: number;
  #waiting: LedgerRow[] = [];
  #missed = 0;
  #ended = false;
  #wake: () => void = () => {};

  constructor(wanted: (row: LedgerRow) => boolean, limit: number) {
    this.#wanted = wanted;
    this.#limit = limit;
  }

  offer(row: LedgerRow): void {
    if (!this.#wanted(row)) return;
    if (this.#missed > 0 || this.#waiting.length >= this.#limit) this.#missed += 1;
    else this.#waiting.push(row);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *rows(): AsyncGenerator<LedgerRow, void, undefined> {
    for (;;) {
      const rows = this.#waiting;
      this.#waiting = [];
      for (const row of rows) {
        if (this.#ended) return;
        yield row;
      }
      if (this.#ended) return;
      if (this.#waiting.length > 0) continue;
      if (this.#missed > 0) throw tooSlow(this.#missed);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const tooSlow = (missed: number): GatewayError =>
  new GatewayError(
    "unavailable",
    `Rows settle faster than they are read here: ${missed} were missed. List them, and watch anew with a narrower filter.`,
  );
