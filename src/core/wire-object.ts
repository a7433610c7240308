import { GatewayError } from "./error.ts";
import { fieldText } from "./extensions.ts";
import { readBase64 } from "./media.ts";
import { quoted } from "./quoted.ts";

/** A JSON value's kind, in the words of an error message. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
}

const fault = (path: string, expected: string, found: string): GatewayError =>
  new GatewayError("invalid_request", `'${path}': expected ${expected}, found ${found}.`, { param: path });

const wrongType = (path: string, expected: string, found: unknown): GatewayError =>
  fault(path, expected, kindOf(found));

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

  /** Gives a field that was looked at back to the rest. */
  leave(key: string): void {
    this.#read.delete(key);
  }

  string(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "string") return value;
    throw wrongType(this.at(key), "a string", value);
  }

  number(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
    if (typeof value === "number") throw fault(this.at(key), "a number", "one that is too large");
    throw wrongType(this.at(key), "a number", value);
  }

  /** A whole number that fits the contract's uint32. */
  count(key: string): number | undefined {
    const value = this.number(key);
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= 0xffffffff)) return value;
    throw fault(this.at(key), "a whole number from 0 to 4294967295", String(value));
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

  /** The bytes of a base64 text. */
  base64(key: string): Buffer | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    const bytes = readBase64(value);
    if (bytes === undefined) throw fault(this.at(key), "base64", "a text that is none");
    return bytes;
  }

  /** One of the vendor's words. */
  oneOf<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    throw fault(this.at(key), `one of ${words.map((w) => `'${w}'`).join(", ")}`, quoted(value));
  }

  required<T>(key: string, value: T | undefined, expected: string): T {
    if (value !== undefined) return value;
    throw wrongType(this.at(key), expected, Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined);
  }

  wrong(key: string, expected: string): GatewayError {
    return wrongType(this.at(key), expected, this.#fields[key]);
  }

  /**
   * What was not read, as the contract's extensions: "dialect/field" to JSON text. `prefix`: the way to this object from
   * the one that holds the extensions. `source`: the text as the caller wrote it, where it is known.
   */
  rest(dialect: string, prefix = "", source?: (key: string) => string | undefined): Record<string, string> {
    const extensions: Record<string, string> = {};
    for (const key of Object.keys(this.#fields)) {
      const value = this.#fields[key];
      if (value === null || value === undefined || this.#read.has(key)) continue;
      const text = source?.(key) ?? fieldText(value);
      if (text === undefined) throw fault(this.at(key), "a value", "one that is nested too deeply");
      extensions[`${dialect}/${prefix}${key}`] = text;
    }
    return extensions;
  }
}
