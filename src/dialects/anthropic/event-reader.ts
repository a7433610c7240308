import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { chatEvent } from "../../core/fold.ts";
import { malformedEvent } from "../../core/malformed.ts";
import { isRecord, records, text, type Wire } from "../../core/wire-values.ts";
import { BlockReader } from "./block-reader.ts";
import { reportedError } from "./error.ts";
import { dialectName, readServiceTier, readStopReason, rest, ToldUsage } from "./wire.ts";

const messageFields = new Set(["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"]);
/** What comes with the end of a stream, and so belongs to the end. */
const endFields = new Set(["container", "context_management", "input_transformations", "stop_details"]);
const deltaFields = new Set(["stop_reason", "stop_sequence"]);
const endEventFields = new Set(["type", "delta", "usage"]);

/**
 * Turns stream events into the contract's ("Streaming messages"). A whole answer reads as its start, its blocks and its
 * end: there is one mapping, not a streaming one and another. Made for one answer.
 */
export class EventReader {
  #hasStarted = false;
  #hasFinished = false;
  readonly #blocks = new BlockReader();
  readonly #usage = new ToldUsage();
  /** Vendor fields that leave with the end. */
  readonly #atEnd: Record<string, string> = {};

  /** Adds the event's events: a `ReadEvent`. Throws the error that it reports, or "upstream_malformed". */
  read(event: unknown, events: ChatEvent[]): boolean {
    if (!isRecord(event)) throw malformedEvent();
    switch (event.type) {
      case "content_block_delta":
        return isRecord(event.delta) && this.#blocks.grow(event.index, event.delta, events);
      case "content_block_start":
        if (isRecord(event.content_block)) this.#blocks.begin(event.index, event.content_block, events);
        return false;
      case "content_block_stop":
        this.#blocks.end(event.index, events);
        return false;
      case "message_start":
        if (isRecord(event.message)) this.#begin(event.message, events);
        return false;
      case "message_delta":
        this.#end(event, events);
        return false;
      case "message_stop":
      case "ping":
        return false;
      default: {
        // "Other events": new kinds of events may be added
        const error = reportedError(event);
        if (error !== undefined) throw error;
        return false;
      }
    }
  }

  /** `message`: a whole answer. */
  readWhole(message: Wire, events: ChatEvent[]): void {
    this.#begin(message, events);
    this.#finish(message, events);
  }

  #begin(message: Wire, events: ChatEvent[]): void {
    const usage = this.#usage.hear(message.usage);
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      const tier = isRecord(message.usage) ? readServiceTier(text(message.usage.service_tier)) : "";
      const head = { id: text(message.id), model: text(message.model), serviceTier: tier };
      const extensions = rest(message, messageFields);
      for (const field of endFields) {
        const name = `${dialectName}/${field}`;
        const told = extensions[name];
        if (told === undefined) continue;
        this.#atEnd[name] = told;
        delete extensions[name];
      }
      events.push(chatEvent("start", { ...head, extensions }));
    }
    if (usage !== undefined) events.push(chatEvent("usage", usage));
    // also in a stream: a turn that goes on begins with the calls that were open
    for (const [i, block] of records(message.content).entries()) {
      this.#blocks.begin(i, block, events);
      this.#blocks.end(i, events);
    }
  }

  #end(event: Wire, events: ChatEvent[]): void {
    const delta = isRecord(event.delta) ? event.delta : {};
    Object.assign(this.#atEnd, rest(event, endEventFields), rest(delta, deltaFields));
    this.#finish(delta, events);
    const usage = this.#usage.hear(event.usage);
    if (usage !== undefined) events.push(chatEvent("usage", usage));
  }

  #finish(wire: Wire, events: ChatEvent[]): void {
    const nativeReason = text(wire.stop_reason);
    if (nativeReason === "" || this.#hasFinished) return;
    this.#hasFinished = true;
    this.#blocks.endAll(events);
    const reason = readStopReason(nativeReason, this.#blocks.calls);
    const stopSequence = text(wire.stop_sequence);
    events.push(chatEvent("finish", { choice: 0, reason, nativeReason, stopSequence, extensions: this.#atEnd }));
  }
}
