import { fieldText } from "../../core/extensions.ts";
import { text, type Wire } from "../../core/wire-values.ts";

/** Vendor fields of an answer: most servers repeat them in every chunk, and they are told once. Made for one answer. */
export class AnswerFields {
  readonly #dialect: string;
  /** The fields that the contract has names for. */
  readonly #known: ReadonlySet<string>;
  readonly #told = new Map<string, string>();
  #untold: Record<string, string> = {};

  constructor(dialect: string, known: ReadonlySet<string>) {
    this.#dialect = dialect;
    this.#known = known;
  }

  /** Those that nobody was told of yet, as extensions. */
  get untold(): Readonly<Record<string, string>> {
    return this.#untold;
  }

  note(chunk: Wire): void {
    for (const key in chunk) {
      if (this.#known.has(key) || chunk[key] === null) continue;
      const json = fieldText(chunk[key]);
      if (json === undefined || this.#told.get(key) === json) continue;
      this.#told.set(key, json);
      this.#untold[`${this.#dialect}/${text(key)}`] = json;
    }
  }

  /** The same as `untold`: from now on they are told. */
  take(): Record<string, string> {
    const untold = this.#untold;
    this.#untold = {};
    return untold;
  }
}

/** The seconds of a time, without their fraction; 0 for what is none. */
export function readSeconds(value: unknown): bigint {
  const whole = typeof value === "number" ? Math.trunc(value) : 0;
  return Number.isSafeInteger(whole) ? BigInt(whole) : 0n;
}
