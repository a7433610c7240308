import type { ChatEvent } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { eventsText, readEvent } from "../lib/sse.ts";
import { partDelta } from "./fold.ts";
import { isRecord, parseEventData } from "./wire-values.ts";

const quote = '"';
const backslash = "\\";
const blankLine = "\n\n";

/**
 * Reads one parsed event of a vendor's stream into the contract's. Returns whether one that differs in a text only would
 * do no more than let another text grow: nothing depends on what was said, and nothing else adds up.
 */
export type ReadEvent = (wire: unknown, events: ChatEvent[]) => boolean;

/** What events of one shape have in common. */
interface Shape {
  /** Up to the quote before what is said. */
  readonly head: string;
  /** From the quote behind it to the quote before the padding. undefined: they have none. */
  readonly middle: string | undefined;
  /** From the quote behind all of that to the blank line. */
  readonly tail: string;
  readonly choice: number;
  readonly index: number;
  readonly grows: "text" | "arguments";
}

/**
 * A stream consists of events that differ in one string: the next words. Once such an event was parsed, the next one of
 * its shape is known by its beginning and its end, and needs no parsing, which is most of the work of reading it. Two JSON
 * texts that are the same but for what stands between the quotes of one string are the same value but for that string. The
 * same holds for two: behind the words there may be padding, random letters that hide how long they are.
 * Made for one answer.
 */
export class RepeatedEvents {
  readonly #read: ReadEvent;
  readonly #done: string | undefined;
  readonly #padding: string | undefined;
  #shape: Shape | undefined;
  #telling = "";

  /**
   * `done`: the data of an event that is passed over. `padding`: the name of a member of events that is padding when it is a
   * string: the reader does not look at it.
   */
  constructor(read: ReadEvent, done?: string, padding?: string) {
    this.#read = read;
    this.#done = done;
    this.#padding = padding;
  }

  /** `bytes`: whole events. Throws what `ReadEvent` throws, and GatewayError "upstream_malformed" for what is no JSON. */
  read(bytes: Buffer): ChatEvent[] {
    const events: ChatEvent[] = [];
    const wire = eventsText(bytes);
    this.#telling = "";
    for (let at = 0; at < wire.length; ) at = this.#repeat(wire, at, events) ?? this.#readOne(wire, at, events);
    return events;
  }

  /** All of the last read that was no event of a known shape. */
  get telling(): Buffer {
    return Buffer.from(this.#telling);
  }

  /** Reads an event of the known shape. Returns where it ends; undefined for any other, and for what takes a closer look. */
  #repeat(wire: string, at: number, events: ChatEvent[]): number | undefined {
    if (this.#shape === undefined) return undefined;
    const { head, middle, tail, choice, index, grows } = this.#shape;
    const start = at + head.length;
    // not by `startsWith`, for which V8 goes from character to character, at five times the cost
    if (wire.slice(at, start) !== head) return undefined;
    const end = wire.indexOf(blankLine, start) + blankLine.length;
    const behind = end - tail.length;
    if (behind <= start || wire.slice(behind, end) !== tail) return undefined;
    const said = middle === undefined ? wire.slice(start, behind) : beforePadding(wire.slice(start, behind), middle);
    const value = said ? saidBy(said) : undefined;
    if (value === undefined) return undefined;
    events.push(partDelta(choice, index, { case: grows, value }));
    return end;
  }

  #readOne(wire: string, at: number, events: ChatEvent[]): number {
    let data: string | undefined;
    const end = readEvent(wire, at, (found) => {
      data = found;
    });
    this.#telling += wire.slice(at, end);
    if (data === undefined || data === this.#done) return end;
    const had = events.length;
    const parsed = parseEventData(data);
    const isRepeatable = this.#read(parsed, events);
    const event = events[had];
    const isShaped = isRepeatable && event !== undefined && events.length === had + 1;
    this.#shape = isShaped ? shapeOf(wire.slice(at, end), data, event, this.#paddingOf(parsed)) : undefined;
    return end;
  }

  /** The name of its padding, if it has one. */
  #paddingOf(event: unknown): string | undefined {
    const name = this.#padding;
    return name !== undefined && isRecord(event) && typeof event[name] === "string" ? name : undefined;
  }
}

/**
 * The shape of an event that did nothing but let a text grow, where it is clear which of its strings that was. Names and
 * strings that are written with escapes may be what they do not look like: then it is not clear.
 */
function shapeOf(wire: string, data: string, { kind }: ChatEvent, padding: string | undefined): Shape | undefined {
  if (kind.case !== "partDelta") return undefined;
  const behind = wire.length - blankLine.length;
  const line = behind - data.length;
  if (wire.slice(line, behind) !== data || !dataLine.test(wire.slice(0, line))) return undefined;
  const { choice, index, delta, logprobs } = kind.value;
  if ((delta.case !== "text" && delta.case !== "arguments") || logprobs.length > 0 || delta.value === "")
    return undefined;
  const literal = JSON.stringify(delta.value);
  const at = data.indexOf(literal);
  if (at < 0 || data.includes(literal, at + 1)) return undefined;
  if (data.slice(0, at).includes(backslash) || data.includes(backslash, at + literal.length)) return undefined;
  const start = line + at;
  const head = copyOf(wire.slice(0, start + quote.length));
  const rest = wire.slice(start + literal.length - quote.length);
  const padded = paddingIn(data, rest, padding);
  const middle = padded && copyOf(rest.slice(0, padded.start));
  return { head, middle, tail: copyOf(rest.slice(padded?.end)), choice, index, grows: delta.case };
}

/** Where the padding stands in what follows the words, between its quotes. undefined: nowhere, or that is not clear. */
function paddingIn(data: string, rest: string, name: string | undefined) {
  if (name === undefined) return undefined;
  const key = JSON.stringify(name);
  if (data.indexOf(key) !== data.lastIndexOf(key)) return undefined; // another member has that name, too
  const before = `${key}:${quote}`;
  const at = rest.indexOf(before);
  if (at < 0) return undefined;
  const start = at + before.length;
  const end = rest.indexOf(quote, start);
  return plainPadding.test(rest.slice(start, end)) ? { start, end } : undefined;
}

/** What an event's data stand behind, where they are its last line. */
const dataLine = /(?:^|\n)data: ?$/;

/** What stands before the middle, if what stands behind it is padding as it usually is. */
function beforePadding(text: string, middle: string): string | undefined {
  const behind = text.lastIndexOf(quote) + 1; // to search for all of the middle takes a hostile text's length squared
  const end = behind - middle.length;
  if (end < 0 || text.slice(end, behind) !== middle) return undefined;
  return plainPadding.test(text.slice(behind)) ? text.slice(0, end) : undefined;
}

const plainPadding = /^\w*$/;

/** What stands between the quotes, if that is all there is. undefined: it takes a closer look. */
function saidBy(text: string): string | undefined {
  if (text.includes(backslash)) return unescaped(text);
  return notPlain.test(text) ? undefined : text;
}

/** A quote, or what JSON has to escape. */
const notPlain = /["\x00-\x1f]/;

/** What is cut out of a text keeps all of it in memory, which is a whole read here. */
const copyOf = (text: string): string => Buffer.from(text).toString();

/** undefined for what is no string of JSON, and for half a character: the other half may follow. */
function unescaped(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === "string" && value.isWellFormed() ? value : undefined;
  } catch {
    return undefined;
  }
}
