/** A metric with all its series, as a scrape shows it. */
export interface MetricFamily {
  /** Without the endings of its samples: "causeway_requests", not "causeway_requests_total". */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary" | "info";
  /** One sentence for whoever reads the scrape. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** What follows the family's name. */
  readonly ending: "" | "_total" | "_bucket" | "_sum" | "_count" | "_info";
  readonly labels: readonly Label[];
  readonly value: number;
}

export type Label = readonly [name: string, value: string];

export interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export class Counter {
  value = 0;

  /** `amount`: not negative. */
  add(amount = 1): void {
    this.value += amount;
  }
}

/** Counters by their labels' values. `unit`: how many of what is added make one of what is shown. */
export class Counters {
  readonly #options: FamilyOptions & { readonly unit?: number };
  readonly #tree = new Tree(() => new Counter());

  constructor(options: FamilyOptions & { readonly unit?: number }) {
    this.#options = options;
  }

  /** The one with these values, in the order of the labels' names. */
  with(...values: string[]): Counter {
    return this.#tree.at(values);
  }

  collect(): MetricFamily {
    const { name, help, labels, unit = 1 } = this.#options;
    const samples = this.#tree.leaves.map(
      ({ values, leaf }): Sample => ({
        ending: "_total",
        labels: zip(labels, values),
        value: leaf.value / unit,
      }),
    );
    return { name, type: "counter", help, samples };
  }
}

export class Histogram {
  /** How many fell in each bucket, alone; the last is what is over all bounds. */
  readonly counts: number[];
  sum = 0;
  readonly #bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  record(value: number): void {
    let at = 0;
    for (const bound of this.#bounds) {
      if (value <= bound) break;
      at += 1;
    }
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += value;
  }
}

/** Histograms by their labels' values. `bounds`: the buckets' upper bounds, rising. */
export class Histograms {
  readonly #options: FamilyOptions & { readonly bounds: readonly number[] };
  readonly #tree: Tree<Histogram>;

  constructor(options: FamilyOptions & { readonly bounds: readonly number[] }) {
    this.#options = options;
    this.#tree = new Tree(() => new Histogram(options.bounds));
  }

  /** As `Counters.with`. */
  with(...values: string[]): Histogram {
    return this.#tree.at(values);
  }

  collect(): MetricFamily {
    const { name, help, labels, bounds } = this.#options;
    const samples = this.#tree.leaves.flatMap(({ values, leaf }): Sample[] => {
      const own = zip(labels, values);
      let count = 0;
      const buckets = leaf.counts.map((inBucket, i): Sample => {
        count += inBucket;
        const bound = bounds[i];
        const le = bound === undefined ? "+Inf" : Number.isInteger(bound) ? `${bound}.0` : String(bound);
        return { ending: "_bucket", labels: [...own, ["le", le]], value: count };
      });
      return [
        ...buckets,
        { ending: "_sum", labels: own, value: leaf.sum },
        { ending: "_count", labels: own, value: count },
      ];
    });
    return { name, type: "histogram", help, samples };
  }
}

interface Branch<T> {
  readonly below: Map<string, Branch<T>>;
  leaf: T | undefined;
}

/**
 * What is known by a list of names. Found by going down name by name: each is a string of the configuration or of the
 * code, whose hash is known, so that no key has to be made for each exchange.
 */
class Tree<T> {
  readonly leaves: { readonly values: readonly string[]; readonly leaf: T }[] = [];
  readonly #root: Branch<T> = { below: new Map(), leaf: undefined };
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  at(values: readonly string[]): T {
    let branch = this.#root;
    for (const value of values) {
      let next = branch.below.get(value);
      if (next === undefined) {
        next = { below: new Map(), leaf: undefined };
        branch.below.set(value, next);
      }
      branch = next;
    }
    branch.leaf ??= this.#add(values);
    return branch.leaf;
  }

  #add(values: readonly string[]): T {
    const leaf = this.#make();
    this.leaves.push({ values, leaf });
    return leaf;
  }
}

const zip = (names: readonly string[], values: readonly string[]): Label[] =>
  names.map((name, i) => [name, values[i] ?? ""]);

/** A gauge that is read when it is asked for. */
export const gauge = (
  name: string,
  help: string,
  samples: readonly { readonly labels?: readonly Label[]; readonly value: number }[],
): MetricFamily => ({
  name,
  type: "gauge",
  help,
  samples: samples.map(({ labels = [], value }) => ({ ending: "", labels, value })),
});
