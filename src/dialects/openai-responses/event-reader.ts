import type { ChatEvent, PartDelta } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part, TokenLogprob } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { chatEvent, partDelta } from "../../core/fold.ts";
import { count, isRecord, records, text, type Wire } from "../../core/wire-values.ts";
import { reportedError } from "./error.ts";
import { type ItemReader, itemReader, type PartSink } from "./item-readers.ts";
import { type Head, lateOf, noHead, readHead, startOf } from "./response.ts";
import { readAnswerUsage, readEnding } from "./wire.ts";

/** An item, as far as it was seen. */
interface Seen {
  readonly reader: ItemReader;
  isDone: boolean;
}

/**
 * Turns the data of events into the contract's. A whole answer reads as one that is told at its end: there is one
 * mapping, not two. Made for one answer.
 */
export class EventReader {
  #events: ChatEvent[] = [];
  #start: Head | undefined;
  #isFinished = false;
  readonly #items = new Map<number, Seen>();
  /** The item that may still begin parts: those of the items behind it have to wait, so that parts keep its order. */
  #holdUp: number | undefined;
  #waiting: Wire[] = [];
  readonly #sink = new Sink((event) => void this.#events.push(event));

  /** Throws GatewayError for a failure that is reported. */
  read(wire: unknown): ChatEvent[] {
    this.#events = [];
    if (isRecord(wire)) this.#event(wire);
    return this.#events;
  }

  /** Throws GatewayError for an answer that failed. */
  readWhole(response: Wire): ChatEvent[] {
    this.#events = [];
    const error = reportedError(response);
    if (error !== undefined) throw error;
    this.#begin(response);
    this.#finish(response);
    return this.#events;
  }

  #event(wire: Wire): void {
    const error = reportedError(wire);
    if (error !== undefined) throw error;
    const { response } = wire;
    if (isRecord(response)) {
      const failure = reportedError(response);
      if (failure !== undefined) throw failure;
      this.#begin(response);
      if (wire.type === "response.completed" || wire.type === "response.incomplete") this.#finish(response);
    } else if (!this.#isFinished && count(wire.output_index) !== undefined) this.#itemEvents([wire]);
  }

  #begin(response: Wire): void {
    if (this.#start !== undefined) return;
    this.#start = startOf(readHead(response));
    this.#events.push(chatEvent("start", this.#start));
  }

  /** Reads events about items, and those that had to wait for them. */
  #itemEvents(wires: readonly Wire[]): void {
    const pending = wires.toReversed();
    for (let wire = pending.pop(); wire !== undefined; wire = pending.pop()) {
      this.#itemEvent(wire);
      if (this.#holdUp !== undefined || this.#waiting.length === 0) continue;
      for (const next of this.#waiting.reverse()) pending.push(next);
      this.#waiting = [];
    }
  }

  #itemEvent(wire: Wire): void {
    const index = count(wire.output_index) ?? 0;
    if (this.#holdUp !== undefined && this.#holdUp !== index && this.#items.get(index)?.reader.holdsUp !== false) {
      this.#waiting.push(wire);
      return;
    }
    const type = text(wire.type);
    if (type === "response.output_item.done") {
      if (isRecord(wire.item)) this.#done(index, wire.item);
      if (this.#holdUp === index) this.#holdUp = undefined;
    } else {
      const seen = this.#items.get(index) ?? this.#see(index, isRecord(wire.item) ? wire.item : guessItem(type, wire));
      if (seen !== undefined && !seen.isDone) seen.reader.event(type, wire);
    }
  }

  #see(index: number, item: Wire | undefined): Seen | undefined {
    const reader = item && itemReader(item, this.#sink);
    if (reader === undefined) return undefined;
    if (this.#start === undefined) this.#begin({});
    const seen: Seen = { reader, isDone: false };
    this.#items.set(index, seen);
    if (reader.holdsUp) this.#holdUp = index;
    return seen;
  }

  #done(index: number, item: Wire): void {
    const seen = this.#items.get(index) ?? this.#see(index, item);
    if (seen === undefined || seen.isDone) return;
    seen.isDone = true;
    seen.reader.finish(item);
  }

  #finish(response: Wire): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#closeAll(records(response.output));
    const hasCalls = [...this.#items.values()].some(({ reader }) => reader.isCall);
    const { reason, native } = readEnding(response, hasCalls);
    const extensions = lateOf(response, this.#start ?? noHead);
    this.#events.push(chatEvent("finish", { choice: 0, reason, nativeReason: native, extensions }));
    const usage = readAnswerUsage(response);
    if (usage !== undefined) this.#events.push(chatEvent("usage", usage));
  }

  /** `output`: all items as they are in the end, where the server says so. */
  #closeAll(output: readonly Wire[]): void {
    output.forEach((item, output_index) => {
      this.#itemEvents([{ type: "response.output_item.done", output_index, item }]);
    });
    while (this.#holdUp !== undefined) {
      this.#holdUp = undefined;
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#itemEvents(waiting);
    }
    for (const seen of this.#items.values()) if (!seen.isDone) seen.reader.close();
  }
}

/** The item of an event whose server did not say that it begins. undefined: it will be there when it is done. */
function guessItem(type: string, wire: Wire): Wire | undefined {
  const id = text(wire.item_id);
  if (/^response\.(?:output_text|refusal)\./.test(type)) return { type: "message", id };
  return type.startsWith("response.reasoning_") ? { type: "reasoning", id } : undefined;
}

/** Numbers the parts of the answer's one choice. */
class Sink implements PartSink {
  last: Part | undefined;
  readonly #push: (event: ChatEvent) => void;
  readonly #signatures = new Map<string, Uint8Array>();
  #parts = 0;

  constructor(push: (event: ChatEvent) => void) {
    this.#push = push;
  }

  begin(begun: Part): number {
    const index = this.#parts;
    this.#parts += 1;
    this.last = begun;
    this.#push(chatEvent("partStart", { choice: 0, index, part: begun }));
    return index;
  }

  delta(index: number, delta: PartDelta["delta"], logprobs?: TokenLogprob[]): void {
    this.#push(partDelta(0, index, delta, logprobs));
  }

  end(index: number): void {
    this.#push(chatEvent("partEnd", { choice: 0, index }));
  }

  sign(callId: string, signature: Uint8Array): void {
    this.#signatures.set(callId, signature);
  }

  signatureOf(callId: string): Uint8Array | undefined {
    return this.#signatures.get(callId);
  }
}
