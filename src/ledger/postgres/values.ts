import { histogramIn } from "./histogram.ts";

/** Types of PostgreSQL by their numbers (pg_type.dat). */
const types = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, float4: 700, float8: 701, numeric: 1700 };

const readers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [types.bool, (text) => text === "t"],
  [types.bytea, (text) => Buffer.from(text.slice(2), "hex")],
  [types.int8, BigInt],
  [types.int2, Number],
  [types.int4, Number],
  [types.float4, Number],
  [types.float8, Number],
  [types.numeric, histogramIn], // sums of whole numbers are cast to bigint, so all of this type are histograms
]);

const asText = (text: string): string => text;

/** How values are read, for `pg`. */
export const valueTypes = { getTypeParser: (type: number) => readers.get(type) ?? asText };

/** PostgreSQL has no text with the character NUL. Where names differ in it alone, they are one there. */
const storable = (text: string): string => (text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text);

/** A statement's parameter as `pg` takes it. */
export function parameterOf(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  return typeof value === "bigint" ? String(value) : value;
}

/** Statements by hand have ? for their parameters; PostgreSQL wants $1, $2, … */
export function withNumbers(text: string): string {
  let count = 0;
  return text.replaceAll("?", () => `$${++count}`);
}

/**
 * Many values in one parameter, in PostgreSQL's binary form (array_send, int8send, textsend, byteasend): as text, each
 * would have to be quoted, and bytes be twice as long.
 */
function arrayOf(type: number, count: number, bytes: number): { readonly array: Buffer; readonly start: number } {
  const array = Buffer.allocUnsafe(20 + 4 * count + bytes);
  array.writeInt32BE(count === 0 ? 0 : 1, 0); // dimensions
  array.writeInt32BE(1, 4); // some may be null
  array.writeInt32BE(type, 8);
  if (count === 0) return { array: array.subarray(0, 12), start: 12 };
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16); // the first index
  return { array, start: 20 };
}

/** Fractions are cut off. */
export function intArray(values: readonly (number | bigint | null)[]): Buffer {
  const { array, start } = arrayOf(types.int8, values.length, 8 * values.length);
  let at = start;
  for (const value of values) {
    at = array.writeInt32BE(value === null ? -1 : 8, at);
    if (value !== null) at = array.writeBigInt64BE(typeof value === "bigint" ? value : BigInt(Math.trunc(value)), at);
  }
  return array.subarray(0, at);
}

export function textArray(values: readonly (string | null)[]): Buffer {
  const texts = values.map((value) => (value === null ? null : storable(value)));
  const most = texts.reduce((sum, text) => sum + (text === null ? 0 : 3 * text.length), 0); // UTF-8 of UTF-16
  const { array, start } = arrayOf(types.text, values.length, most);
  let at = start;
  for (const text of texts) {
    const length = text === null ? -1 : array.write(text, at + 4);
    array.writeInt32BE(length, at);
    at += 4 + Math.max(0, length);
  }
  return array.subarray(0, at);
}

/** Each value in pieces. */
export function bytesArray(values: readonly (readonly Uint8Array[])[]): Buffer {
  const lengths = values.map((pieces) => pieces.reduce((sum, piece) => sum + piece.length, 0));
  const { array, start } = arrayOf(
    types.bytea,
    values.length,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  let at = start;
  for (const [index, pieces] of values.entries()) {
    at = array.writeInt32BE(lengths[index] ?? 0, at);
    for (const piece of pieces) {
      array.set(piece, at);
      at += piece.length;
    }
  }
  return array;
}
