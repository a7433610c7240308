/**
 * At most `limit` values by name. Beyond it one has to go for each that comes: the longest unused one that is not needed,
 * or, if all are, the longest unused one. Clients can invent names, so nothing that is kept by name may grow with them.
 */
export class Recent<V> {
  readonly #limit: number;
  readonly #isNeeded: (value: V) => boolean;
  /** The longest unused one first. */
  readonly #values = new Map<string, V>();
  #newest: string | undefined;

  constructor(limit: number, isNeeded: (value: V) => boolean) {
    this.#limit = limit;
    this.#isNeeded = isNeeded;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Looks, without using it. */
  peek(name: string): V | undefined {
    return this.#values.get(name);
  }

  use(name: string): V | undefined {
    const value = this.#values.get(name);
    if (value !== undefined && name !== this.#newest) this.set(name, value);
    return value;
  }

  /** Returns the name of the one that had to go. */
  set(name: string, value: V): string | undefined {
    this.#values.delete(name);
    const dropped = this.#values.size < this.#limit ? undefined : this.#leastNeeded();
    if (dropped !== undefined) this.#values.delete(dropped);
    this.#values.set(name, value);
    this.#newest = name;
    return dropped;
  }

  delete(name: string): boolean {
    return this.#values.delete(name);
  }

  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  /** By name, as people look for them. */
  sorted(): [name: string, value: V][] {
    return [...this.#values].sort(([a], [b]) => byName(a, b));
  }

  #leastNeeded(): string | undefined {
    let oldest: string | undefined;
    for (const [name, value] of this.#values) {
      if (!this.#isNeeded(value)) return name;
      oldest ??= name;
    }
    return oldest;
  }
}

export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How many models are kept of one provider, or of one credential. */
export const mostModels = 1000;
