import type { Exchange } from "../core/exchange.ts";

interface Entry {
  readonly exchange: Exchange;
  place: number;
}

/**
 * The exchanges that are running. An array whose last entry fills the gap of one that ends: a Set is rebuilt every few
 * dozen exchanges, and V8 chains its old tables to the new ones, so that all that were ever in it, with all they hold,
 * live until the next full garbage collection.
 */
export class Running {
  readonly #entries: Entry[] = [];
  #whenIdle: (() => void)[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** Returns what takes it out again. */
  add(exchange: Exchange): () => void {
    const entry: Entry = { exchange, place: this.#entries.length };
    this.#entries.push(entry);
    return () => this.#remove(entry);
  }

  all(): Exchange[] {
    return this.#entries.map(({ exchange }) => exchange);
  }

  /** Resolves when nothing is running. */
  idle(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #remove(entry: Entry): void {
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      last.place = entry.place;
      this.#entries[entry.place] = last;
    }
    if (this.size > 0) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }
}
