import { isUtf8 } from "node:buffer";
import { JsonError, parseJson } from "./json.ts";

/** Where a member's value is, as byte offsets. */
export interface JsonSpan {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/**
 * A JSON object as bytes, of which only the places of its top-level members are known. Agents send up to megabytes with
 * every turn; parsing those stops the event loop for milliseconds, while this scan is an order of magnitude cheaper.
 * The rest is parsed when somebody asks for it.
 */
export class JsonMembers {
  readonly bytes: Buffer;
  readonly #spans: ReadonlyMap<string, JsonSpan>;
  readonly #firstAt: number;
  #value: unknown;

  private constructor(bytes: Buffer, spans: ReadonlyMap<string, JsonSpan>, firstAt: number) {
    this.bytes = bytes;
    this.#spans = spans;
    this.#firstAt = firstAt;
  }

  /**
   * Scans. Throws JsonError for what is no JSON object, for bytes that are not UTF-8, and for a top-level key that
   * stands twice: readers disagree on which one counts. Faults inside a member go unnoticed until it is parsed.
   */
  static scan(bytes: Buffer): JsonMembers {
    if (!isUtf8(bytes)) throw new JsonError("Not valid UTF-8", "", 0);
    const spans = new Map<string, JsonSpan>();
    return new JsonMembers(bytes, spans, scanObject(bytes, spans));
  }

  has(key: string): boolean {
    return this.#spans.has(key);
  }

  keys(): Iterable<string> {
    return this.#spans.keys();
  }

  span(key: string): JsonSpan | undefined {
    return this.#spans.get(key);
  }

  /** The first byte of a member's value, which tells its type: `"`, `{`, `[`, `t`, `f`, `n`, `-` or a digit. */
  firstByte(key: string): number | undefined {
    const span = this.#spans.get(key);
    return span === undefined ? undefined : this.bytes[span.start];
  }

  /** One member's JSON text, byte for byte. */
  text(key: string): string | undefined {
    const span = this.#spans.get(key);
    return span === undefined ? undefined : this.bytes.toString("utf8", span.start, span.end);
  }

  /** A member that is an object, for byte-exact access to what is in it. undefined for anything else. */
  object(key: string): JsonMembers | undefined {
    const span = this.#spans.get(key);
    return span === undefined ? undefined : JsonMembers.#within(this.bytes.subarray(span.start, span.end));
  }

  /** A member that is an array, item by item; items that are no objects are undefined. */
  objects(key: string): (JsonMembers | undefined)[] {
    const span = this.#spans.get(key);
    if (span === undefined || this.bytes[span.start] !== openBracket) return [];
    const items: (JsonMembers | undefined)[] = [];
    let at = skipSpace(this.bytes, span.start + 1);
    while (this.bytes[at] !== closeBracket) {
      const end = skipValue(this.bytes, at);
      items.push(JsonMembers.#within(this.bytes.subarray(at, end)));
      at = skipSpace(this.bytes, end);
      if (this.bytes[at] === comma) at = skipSpace(this.bytes, at + 1);
      else if (this.bytes[at] !== closeBracket) throw wrong(this.bytes, "',' or ']'", at);
    }
    return items;
  }

  static #within(bytes: Buffer): JsonMembers | undefined {
    if (bytes[0] !== openBrace) return undefined;
    const spans = new Map<string, JsonSpan>();
    return new JsonMembers(bytes, spans, scanObject(bytes, spans));
  }

  /** One member, parsed. undefined when there is none. Throws JsonError. */
  get(key: string): unknown {
    const span = this.#spans.get(key);
    return span === undefined ? undefined : parseJson(this.bytes.toString("utf8", span.start, span.end));
  }

  /** The whole object, parsed once. Throws JsonError. */
  value(): unknown {
    if (this.#value === undefined) this.#value = parseJson(this.bytes.toString("utf8"));
    return this.#value;
  }

  /** The same bytes with some members set to other JSON texts: replaced in place, or added in front. */
  with(changes: Readonly<Record<string, string>>): Buffer {
    const edits: { at: number; end: number; text: string }[] = [];
    for (const key in changes) {
      const text = changes[key];
      if (text === undefined) continue;
      const span = this.#spans.get(key);
      if (span !== undefined) edits.push({ at: span.start, end: span.end, text });
      else {
        const more = this.#spans.size > 0 || edits.some((edit) => edit.at === this.#firstAt);
        edits.unshift({
          at: this.#firstAt,
          end: this.#firstAt,
          text: `${JSON.stringify(key)}:${text}${more ? "," : ""}`,
        });
      }
    }
    edits.sort((a, b) => a.at - b.at);
    const pieces: Buffer[] = [];
    let from = 0;
    for (const edit of edits) {
      pieces.push(this.bytes.subarray(from, edit.at), Buffer.from(edit.text));
      from = edit.end;
    }
    pieces.push(this.bytes.subarray(from));
    return Buffer.concat(pieces);
  }
}

/** Fills `spans` and returns the offset right behind the opening brace. */
function scanObject(bytes: Buffer, spans: Map<string, JsonSpan>): number {
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== openBrace) throw wrong(bytes, "a JSON object", at);
  at += 1;
  const firstAt = at;
  at = skipSpace(bytes, at);
  if (bytes[at] === closeBrace) at += 1;
  else {
    for (;;) {
      if (bytes[at] !== quote) throw wrong(bytes, "a key in double quotes", at);
      const keyEnd = skipString(bytes, at);
      const key = readKey(bytes, at, keyEnd);
      if (spans.has(key)) throw new JsonError(`The key ${JSON.stringify(key)} stands twice`, textBefore(bytes, at), at);
      at = skipSpace(bytes, keyEnd);
      if (bytes[at] !== colon) throw wrong(bytes, "':'", at);
      const start = skipSpace(bytes, at + 1);
      const end = skipValue(bytes, start);
      spans.set(key, { start, end });
      at = skipSpace(bytes, end);
      if (bytes[at] === closeBrace) {
        at += 1;
        break;
      }
      if (bytes[at] !== comma) throw wrong(bytes, "',' or '}'", at);
      at = skipSpace(bytes, at + 1);
    }
  }
  at = skipSpace(bytes, at);
  if (at < bytes.length) throw wrong(bytes, "nothing more", at);
  return firstAt;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
}

/** `from` is at the opening quote; returns the offset behind the closing one. */
function skipString(bytes: Buffer, from: number): number {
  // Short strings byte by byte; long ones with the native search, which skips what a loop would have to look at.
  const near = Math.min(bytes.length, from + 48);
  for (let at = from + 1; at < near; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash) at += 1;
  }
  let at = from + 1;
  for (;;) {
    const found = bytes.indexOf(quote, at);
    if (found < 0) throw wrong(bytes, "'\"' at the end of a string", bytes.length);
    let slashes = 0;
    while (bytes[found - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return found + 1;
    at = found + 1;
  }
}

/** Returns the offset behind the value. Containers are skipped by counting brackets outside strings. */
function skipValue(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === quote) return skipString(bytes, from);
  if (first !== openBrace && first !== openBracket) return skipScalar(bytes, from);
  let depth = 0;
  for (let at = from; at < bytes.length; ) {
    const byte = bytes[at];
    if (byte === quote) {
      at = skipString(bytes, at);
      continue;
    }
    at += 1;
    if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw wrong(bytes, "the end of an object or array", bytes.length);
}

const scalarText = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

function skipScalar(bytes: Buffer, from: number): number {
  let at = from;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (
      byte === comma ||
      byte === closeBrace ||
      byte === closeBracket ||
      byte === 0x20 ||
      byte === 0x0a ||
      byte === 0x0d ||
      byte === 0x09
    )
      break;
  }
  if (!scalarText.test(bytes.toString("latin1", from, at))) throw wrong(bytes, "a value", from);
  return at;
}

function readKey(bytes: Buffer, start: number, end: number): string {
  const raw = bytes.toString("utf8", start + 1, end - 1);
  return raw.includes("\\") ? String(parseJson(`"${raw}"`)) : raw;
}

const textBefore = (bytes: Buffer, at: number): string => bytes.toString("utf8", 0, at);

/** Prefers the error of a whole parse: it names the first fault in text order, with what was found. */
function wrong(bytes: Buffer, expected: string, at: number): JsonError {
  const text = bytes.toString("utf8");
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
  }
  return new JsonError(`Expected ${expected}`, text, Math.min(at, text.length));
}
