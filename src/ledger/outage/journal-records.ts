import { crc32 } from "node:zlib";
import type { Selectable } from "kysely";
import type { ExchangeBodies, ExchangeRow } from "../../core/exchange.ts";
import { ledgerRow, rowValues } from "../rows.ts";
import { type RequestsTable, requestColumns } from "../schema.ts";
import type { Settlement } from "../store.ts";
import { trailIn, trailText } from "../trails.ts";

/**
 * A settlement as the journal has it: 4 bytes with the length of a JSON text, the text, then the request's bytes and the
 * response's. The text is `{"row":{…},"trail":"…","bodies":{"request":9,"response":7,"truncated":false}}`: the row by the
 * names of its columns, with whole numbers over 2^53 as `["…"]`; the trail as the store has it; the bodies' lengths, where
 * there are any. A column that is added to the schema needs its default here, for rows that an older version has put down.
 */
export function encodeSettlement({ row, bodies }: Settlement): Buffer {
  const values = rowValues(row);
  const columns: Record<string, JsonValue> = {};
  for (const [at, column] of requestColumns.entries()) columns[column] = jsonValue(values[at]);
  const head: Head = {
    row: columns,
    trail: trailText(row.trail),
    bodies: bodies && {
      request: lengthOf(bodies.request),
      response: lengthOf(bodies.response),
      truncated: bodies.truncated,
    },
  };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...(bodies === undefined ? [] : [...bodies.request, ...bodies.response])]);
}

/** What `encodeSettlement` made; the bodies share its bytes. */
export function decodeSettlement(bytes: Buffer): Settlement {
  const textEnd = lengthBytes + bytes.readUInt32LE();
  const { row, trail, bodies }: Head = JSON.parse(bytes.toString("utf8", lengthBytes, textEnd));
  const stored = Object.fromEntries(requestColumns.map((column) => [column, storedValue(row[column])]));
  const { errorCode, ...facts } = ledgerRow(stored as Selectable<RequestsTable>); // as it was written under these names
  const settled: ExchangeRow = { ...facts, errorCode: errorCode as ExchangeRow["errorCode"], trail: trailIn(trail) };
  if (bodies === undefined) return { row: settled, bodies };
  const middle = textEnd + bodies.request;
  return {
    row: settled,
    bodies: {
      request: [bytes.subarray(textEnd, middle)],
      response: [bytes.subarray(middle, middle + bodies.response)],
      truncated: bodies.truncated,
    },
  };
}

interface Head {
  readonly row: Readonly<Record<string, JsonValue>>;
  readonly trail: string;
  readonly bodies: { readonly request: number; readonly response: number; readonly truncated: boolean } | undefined;
}

const lengthBytes = 4;

type JsonValue = string | number | null | readonly [string];

function jsonValue(value: string | number | bigint | null | undefined): JsonValue {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : [String(value)];
  return value ?? null;
}

/** As the store gives it: whole numbers are bigint. */
function storedValue(value: JsonValue | undefined): string | bigint | null {
  if (typeof value === "number") return BigInt(Math.trunc(value));
  if (typeof value === "string") return value;
  return value === undefined || value === null ? null : BigInt(value[0]);
}

/** In bytes. */
export const bodiesLength = (bodies: ExchangeBodies): number => lengthOf(bodies.request) + lengthOf(bodies.response);

function lengthOf(pieces: readonly Uint8Array[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

/** Length and checksum, in front of each record. */
const frameBytes = 8;

/**
 * A record as it stands in the file: its length, a CRC-32 over generation, length and record, the record. `generation`:
 * changes each time the file is emptied, so that what is left of before is no record.
 */
export function frameRecord(record: Buffer, generation: number): Buffer {
  const frame = Buffer.alloc(frameBytes);
  frame.writeUInt32LE(record.length, 0);
  frame.writeUInt32LE(checksum(record, generation), 4);
  return Buffer.concat([frame, record]);
}

export interface FramedRecords {
  readonly records: readonly Buffer[];
  /** Offset behind the last of them. */
  readonly end: number;
  /** How many bytes the next one has, with its frame, if it is one: it may be cut off, or no record. */
  readonly next: number;
}

/** The whole records at the beginning of these bytes, up to `most` of them; they share the bytes. */
export function recordsIn(bytes: Buffer, generation: number, most: number): FramedRecords {
  const records: Buffer[] = [];
  let end = 0;
  let next = 0;
  while (records.length < most && end + frameBytes <= bytes.length) {
    const length = bytes.readUInt32LE(end);
    next = length === 0 ? 0 : frameBytes + length;
    if (next === 0 || end + next > bytes.length) break;
    const record = bytes.subarray(end + frameBytes, end + next);
    if (bytes.readUInt32LE(end + 4) !== checksum(record, generation)) break;
    records.push(record);
    end += next;
    next = 0;
  }
  return { records, end, next };
}

function checksum(record: Buffer, generation: number): number {
  const seed = Buffer.alloc(8);
  seed.writeUInt32LE(generation, 0);
  seed.writeUInt32LE(record.length, 4);
  return crc32(record, crc32(seed));
}
