import type { ChatEvent } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { eventsText, readEvent } from "../lib/sse.ts";
import { partDelta } from "./fold.ts";
import { parseEventData } from "./wire-values.ts";

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
  /** From the quote behind it to the blank line. */
  readonly tail: string;
  readonly choice: number;
  readonly index: number;
  readonly grows: "text" | "arguments";
}

/**
 * A stream consists of events that differ in one string: the next words. Once such an event was parsed, the next ones of
 * its shape are known by their beginning and their end, and need no parsing, which is most of the work of reading them: a
 * run of them is cut where one ends and the next begins. Two JSON texts that are the same but for what stands between the
 * quotes of one string are the same value but for that string. Made for one answer.
 */
export class RepeatedEvents {
  readonly #read: ReadEvent;
  readonly #done: string | undefined;
  #shape: Shape | undefined;
  #telling = "";

  /** `done`: the data of an event that is passed over. */
  constructor(read: ReadEvent, done?: string) {
    this.#read = read;
    this.#done = done;
  }

  /** `bytes`: whole events. Throws what `ReadEvent` throws, and GatewayError "upstream_malformed" for what is no JSON. */
  read(bytes: Buffer): ChatEvent[] {
    const events: ChatEvent[] = [];
    this.#telling = "";
    this.#readAll(eventsText(bytes), events);
    return events;
  }

  /** Those events of the last read that were parsed. */
  get telling(): Buffer {
    return Buffer.from(this.#telling);
  }

  #readAll(wire: string, events: ChatEvent[]): void {
    for (let at = 0; at < wire.length; ) {
      const shape = this.#shape;
      const isKnown = shape !== undefined && wire.slice(at, at + shape.head.length) === shape.head;
      at = isKnown ? this.#readRun(shape, wire, at, events) : this.#readOne(wire, at, events);
    }
  }

  /** Reads from an event of this shape to the last one. Returns where that ends. */
  #readRun(shape: Shape, wire: string, at: number, events: ChatEvent[]): number {
    const { head, tail } = shape;
    let start = at + head.length;
    let end = wire.indexOf(tail, start);
    if (end >= 0 && end + tail.length < wire.length) {
      const texts = wire.slice(start).split(tail + head);
      const last = texts.pop() ?? "";
      for (const text of texts) {
        const said = this.#shape === shape ? saidBy(text) : undefined;
        if (said !== undefined) events.push(grown(shape, said));
        else this.#readAll(head + text + tail, events); // there are others between, or were
      }
      start = wire.length - last.length;
      end = wire.indexOf(tail, start);
    }
    const said = end >= 0 && this.#shape === shape ? saidBy(wire.slice(start, end)) : undefined;
    if (said === undefined) return this.#readOne(wire, start - head.length, events);
    events.push(grown(shape, said));
    return end + tail.length;
  }

  #readOne(wire: string, at: number, events: ChatEvent[]): number {
    let data: string | undefined;
    const end = readEvent(wire, at, (found) => {
      data = found;
    });
    this.#telling += wire.slice(at, end);
    if (data === undefined || data === this.#done) return end;
    const had = events.length;
    const isRepeatable = this.#read(parseEventData(data), events);
    const event = events[had];
    this.#shape =
      isRepeatable && event !== undefined && events.length === had + 1
        ? shapeOf(wire.slice(at, end), data, event)
        : undefined;
    return end;
  }
}

/** The shape of an event that did nothing but let a text grow, where it is clear which of its strings that was. */
function shapeOf(wire: string, data: string, { kind }: ChatEvent): Shape | undefined {
  if (kind.case !== "partDelta" || !wire.endsWith(data + blankLine)) return undefined;
  const { choice, index, delta, logprobs } = kind.value;
  if ((delta.case !== "text" && delta.case !== "arguments") || logprobs.length > 0 || delta.value === "")
    return undefined;
  const literal = JSON.stringify(delta.value);
  const at = data.indexOf(literal);
  if (at < 0 || data.includes(literal, at + 1)) return undefined;
  const start = wire.length - blankLine.length - data.length + at;
  const head = copyOf(wire.slice(0, start + quote.length));
  const tail = copyOf(wire.slice(start + literal.length - quote.length));
  return { head, tail, choice, index, grows: delta.case };
}

const grown = ({ choice, index, grows }: Shape, said: string): ChatEvent =>
  partDelta(choice, index, { case: grows, value: said });

/** What stands between the quotes, if that is all there is. undefined: it takes a closer look. */
function saidBy(text: string): string | undefined {
  if (text === "") return undefined;
  if (text.includes(backslash)) return unescaped(text);
  return text.includes(quote) || text.includes("\n") ? undefined : text;
}

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
