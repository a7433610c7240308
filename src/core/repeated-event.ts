import type { ChatEvent } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { partDelta } from "./fold.ts";
import { parseEventData } from "./wire-values.ts";

const quote = '"';
const backslash = "\\";

/**
 * Reads one parsed event of a vendor's stream into the contract's. Returns whether one that differs in a text only would
 * do no more than let another text grow: nothing depends on what was said, and nothing else adds up.
 */
export type ReadEvent = (wire: unknown, events: ChatEvent[]) => boolean;

/**
 * A stream consists of events that differ in one string: the next words. Once such an event was parsed, the next one of
 * its shape is known by its beginning and its end, and needs no parsing, which is most of the work of reading it. Two JSON
 * texts that are the same but for what stands between the quotes of one string are the same value but for that string.
 * Made for one answer.
 */
export class RepeatedEvents {
  readonly #read: ReadEvent;
  #before = "";
  /** Empty: no shape is known. */
  #after = "";
  #choice = 0;
  #index = 0;
  #grows: "text" | "arguments" = "text";

  constructor(read: ReadEvent) {
    this.#read = read;
  }

  /** `data`: an event's JSON. Throws what `read` throws, and GatewayError "upstream_malformed" for what is no JSON. */
  read(data: string, events: ChatEvent[]): void {
    const said = this.#match(data);
    if (said !== undefined) {
      events.push(partDelta(this.#choice, this.#index, { case: this.#grows, value: said }));
      return;
    }
    const had = events.length;
    const isRepeatable = this.#read(parseEventData(data), events);
    const event = events[had];
    if (!isRepeatable || event === undefined || events.length !== had + 1) this.#after = "";
    else this.#learn(data, event);
  }

  /** Learns from an event that did nothing but let a text grow, and where it is clear which of its strings that was. */
  #learn(data: string, { kind }: ChatEvent): void {
    this.#after = "";
    if (kind.case !== "partDelta") return;
    const { choice, index, delta, logprobs } = kind.value;
    if ((delta.case !== "text" && delta.case !== "arguments") || logprobs.length > 0 || delta.value === "") return;
    const literal = JSON.stringify(delta.value);
    const at = data.indexOf(literal);
    if (at < 0 || data.includes(literal, at + 1)) return;
    this.#before = copyOf(data.slice(0, at + 1));
    this.#after = copyOf(data.slice(at + literal.length - 1));
    this.#choice = choice;
    this.#index = index;
    this.#grows = delta.case;
  }

  /** What an event of the known shape says; undefined for any other, and for what takes a closer look. */
  #match(data: string): string | undefined {
    const after = this.#after;
    const start = this.#before.length;
    const end = data.length - after.length;
    if (after === "" || end <= start || !data.endsWith(after) || !data.startsWith(this.#before)) return undefined;
    const text = data.slice(start, end);
    if (text.includes(backslash)) return unescaped(text);
    return text.includes(quote) ? undefined : text;
  }
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
