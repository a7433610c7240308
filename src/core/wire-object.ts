import { GatewayError } from "./error.ts";

/** A JSON value's kind, in the words of an error message. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
}

const wrongType = (path: string, expected: string, found: unknown): GatewayError =>
  new GatewayError("invalid_request", `'${path}': expected ${expected}, found ${kindOf(found)}.`, { param: path });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A JSON object of unknown shape, read field by field. Every fault is a GatewayError "invalid_request" that names the
 * path. null counts as absent. What nobody read is the rest: so a codec that passes the rest on loses nothing.
 */
export class WireObject {
  readonly path: string;
  readonly #fields: Record<string, unknown>;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string) {
    if (!isRecord(value)) throw wrongType(path === "" ? "body" : path, "an object", value);
    this.#fields = value;
    this.path = path;
  }

  /** The whole object as it came in. */
  get value(): Readonly<Record<string, unknown>> {
    return this.#fields;
  }

  at(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  /** The value as it is; undefined when absent or null. */
  raw(key: string): unknown {
    this.#read.add(key);
    return Object.hasOwn(this.#fields, key) ? (this.#fields[key] ?? undefined) : undefined;
  }

  string(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "string") return value;
    throw wrongType(this.at(key), "a string", value);
  }

  number(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "number") return value;
    throw wrongType(this.at(key), "a number", value);
  }

  /** A whole number that fits the contract's uint32. */
  count(key: string): number | undefined {
    const value = this.number(key);
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= 0xffffffff)) return value;
    throw new GatewayError("invalid_request", `'${this.at(key)}': expected a whole number from 0, found ${value}.`, {
      param: this.at(key),
    });
  }

  /** A whole number that fits the contract's int64 without loss. */
  integer(key: string): bigint | undefined {
    const value = this.number(key);
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value)) return BigInt(value);
    throw new GatewayError("invalid_request", `'${this.at(key)}': expected a whole number, found ${value}.`, {
      param: this.at(key),
    });
  }

  boolean(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "boolean") return value;
    throw wrongType(this.at(key), "true or false", value);
  }

  object(key: string): WireObject | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : new WireObject(value, this.at(key));
  }

  array(key: string): readonly unknown[] | undefined {
    const value = this.raw(key);
    if (value === undefined || Array.isArray(value)) return value;
    throw wrongType(this.at(key), "an array", value);
  }

  objects(key: string): WireObject[] | undefined {
    return this.array(key)?.map((item, i) => new WireObject(item, `${this.at(key)}[${i}]`));
  }

  strings(key: string): string[] | undefined {
    return this.array(key)?.map((item, i) => {
      if (typeof item === "string") return item;
      throw wrongType(`${this.at(key)}[${i}]`, "a string", item);
    });
  }

  /** One of the vendor's words. */
  oneOf<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    throw new GatewayError(
      "invalid_request",
      `'${this.at(key)}': expected one of ${words.map((w) => `'${w}'`).join(", ")}, found '${value}'.`,
      { param: this.at(key) },
    );
  }

  required<T>(key: string, value: T | undefined, expected: string): T {
    if (value !== undefined) return value;
    throw wrongType(this.at(key), expected, Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined);
  }

  wrong(key: string, expected: string): GatewayError {
    return wrongType(this.at(key), expected, this.#fields[key]);
  }

  /** What was not read, as the contract's extensions: "dialect/field" to JSON text. */
  rest(dialect: string, prefix = ""): Record<string, string> {
    const extensions: Record<string, string> = {};
    for (const key of Object.keys(this.#fields)) {
      const value = this.#fields[key];
      if (value !== null && value !== undefined && !this.#read.has(key)) {
        extensions[`${dialect}/${prefix}${key}`] = JSON.stringify(value);
      }
    }
    return extensions;
  }
}
