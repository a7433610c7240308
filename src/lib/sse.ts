/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), as bytes where they pass
 * through and as text only where they are read. Lines may end in LF, CRLF or CR.
 */

const lf = 0x0a;
const cr = 0x0d;
const nothing = Buffer.alloc(0);

/** An event longer than this is no event: some upstream sends without end. */
const longestEvent = 64 * 1024 * 1024;

/**
 * Cuts a stream of bytes into runs of whole events, so that nobody downstream sees half an event or half a character.
 * Copies only what a read left unfinished.
 */
export class EventBatcher {
  #rest: Buffer[] = [];
  #restLength = 0;
  /** The last two bytes of the rest: a blank line can begin in one read and end in the next. */
  #lastButOne: number | undefined;
  #last: number | undefined;

  /** All whole events that are there by now, or an empty buffer. Throws RangeError for an event without end. */
  push(chunk: Buffer): Buffer {
    const end = endOfLastEvent(chunk, this.#lastButOne, this.#last);
    if (end === 0) {
      this.#keep(chunk);
      if (this.#restLength > longestEvent) throw new RangeError(`An event is longer than ${longestEvent} bytes`);
      return nothing;
    }
    const whole = this.#take(chunk.subarray(0, end));
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return whole;
  }

  /**
   * When the bytes have ended: the last event if it only lacks its blank line, as some servers leave it, or an empty
   * buffer. Half an event stays unseen.
   */
  end(): Buffer {
    const rest = this.#take(nothing);
    const last = rest[rest.length - 1];
    if (last === lf) return Buffer.concat([rest, Buffer.from("\n")]);
    if (last === cr) return Buffer.concat([rest, Buffer.from("\n\n")]); // its LF, or an end of its own, and the blank line
    return rest.length > 0 && isWholeData(rest) ? Buffer.concat([rest, Buffer.from("\n\n")]) : nothing;
  }

  #keep(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#rest.push(chunk);
    this.#restLength += chunk.length;
    this.#lastButOne = chunk.length > 1 ? chunk[chunk.length - 2] : this.#last;
    this.#last = chunk[chunk.length - 1];
  }

  /** The rest with `more` behind it. Nothing is left. */
  #take(more: Buffer): Buffer {
    this.#lastButOne = undefined;
    this.#last = undefined;
    if (this.#restLength === 0) return more;
    this.#rest.push(more);
    const all = Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    return all;
  }
}

/** Offset in `chunk` behind its last blank line, or 0. The other two are the bytes in front of the chunk. */
function endOfLastEvent(chunk: Buffer, lastButOne: number | undefined, last: number | undefined): number {
  for (let i = chunk.length - 1; i >= 0; i -= 1) {
    const byte = chunk[i];
    if (byte !== lf && byte !== cr) continue;
    const previous = i > 0 ? chunk[i - 1] : last;
    if (byte === cr) {
      if (previous === cr) return i + 1;
      continue;
    }
    if (previous === lf) return i + 1;
    const beforeThat = i > 1 ? chunk[i - 2] : i === 1 ? last : lastButOne;
    if (previous === cr && (beforeThat === lf || beforeThat === cr)) return i + 1;
  }
  return 0;
}

/** Whether text without a line end is nevertheless a whole "data:" line: [DONE], or JSON that parses. */
function isWholeData(rest: Buffer): boolean {
  const text = rest.toString("utf8");
  const line = text.slice(Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1);
  if (!line.startsWith("data:")) return false;
  const data = line.slice(5).trim();
  if (!data.startsWith("{") && !data.startsWith("[")) return false;
  if (data === "[DONE]") return true;
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads whole events. Calls `each` for every event that has data, with its data lines joined by LF and its name, or ""
 * where it has none. Comments, ids and retry times are passed over.
 */
export function readEvents(bytes: Buffer, each: (data: string, event: string) => void): void {
  const text = eventsText(bytes);
  for (let at = 0; at < text.length; ) at = readEvent(text, at, each);
}

/** Whole events as text, in which lines end in LF. */
export function eventsText(bytes: Buffer): string {
  let text = bytes.toString("utf8");
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** Reads the event that begins at an offset, as `readEvents` does. Returns the offset behind its blank line. */
export function readEvent(text: string, start: number, each: (data: string, event: string) => void): number {
  let data: string | undefined;
  let event = "";
  let at = start;
  while (at < text.length) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    if (end === at) {
      if (data !== undefined) each(data, event);
      return at + 1;
    }
    if (text.startsWith("data", at)) {
      const value = fieldValue(text, at + 4, end);
      if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`;
    } else if (text.startsWith("event", at)) event = fieldValue(text, at + 5, end) ?? event;
    at = end + 1;
  }
  return at;
}

/** What stands behind the colon, less one space. undefined when the field's name goes on. */
function fieldValue(text: string, at: number, end: number): string | undefined {
  if (at === end) return "";
  if (text[at] !== ":") return undefined;
  return text.slice(text[at + 1] === " " ? at + 2 : at + 1, end);
}
