import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { chatEvent, partDelta } from "../../core/fold.ts";
import { malformedEvent } from "../../core/malformed.ts";
import { part } from "../../core/media.ts";
import { WholeText } from "../../core/whole-text.ts";
import { count, isRecord, noFields, records, text, type Wire } from "../../core/wire-values.ts";
import { AnswerFields, readSeconds } from "../openai/answer-fields.ts";
import { reportedError } from "../openai/error.ts";
import { readLogprobs } from "./logprobs.ts";
import { dialectName, readFinishReason, readUsage, rest } from "./wire.ts";

const topFields = new Set(["id", "object", "created", "model", "choices", "usage"]);
const choiceFields = new Set(["index", "text", "logprobs", "finish_reason"]);

interface ReaderChoice {
  readonly text: WholeText;
  isOpen: boolean;
  isFinished: boolean;
  /** Vendor fields of the choice; they leave with its end. */
  extensions: Record<string, string>;
}

/** Turns chunks into events. A whole answer reads as one chunk. Made for one answer. */
export class ChunkReader {
  #started = false;
  readonly #choices = new Map<number, ReaderChoice>();
  readonly #fields = new AnswerFields(dialectName, topFields);

  /** Adds the chunk's events. Throws the error that the chunk reports, or "upstream_malformed". */
  read(chunk: unknown, events: ChatEvent[]): boolean {
    if (!isRecord(chunk)) throw malformedEvent();
    const error = reportedError(chunk);
    if (error !== undefined) throw error;
    this.#fields.note(chunk);
    if (!this.#started) this.#start(chunk, events);
    for (const choice of records(chunk.choices)) this.#choice(choice, events);
    const usage = readUsage(chunk.usage);
    if (usage === undefined) return false;
    Object.assign(usage.extensions, this.#fields.take());
    events.push(chatEvent("usage", usage));
    return false;
  }

  #start(chunk: Wire, events: ChatEvent[]): void {
    this.#started = true;
    const head = { id: text(chunk.id), model: text(chunk.model), created: readSeconds(chunk.created) };
    events.push(chatEvent("start", { ...head, extensions: this.#fields.take() }));
  }

  #choice(wire: Wire, events: ChatEvent[]): void {
    const index = count(wire.index) ?? 0;
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { text: new WholeText(), isOpen: false, isFinished: false, extensions: {} };
      this.#choices.set(index, choice);
    }
    const entries = readLogprobs(isRecord(wire.logprobs) ? wire.logprobs : noFields);
    const piece = choice.text.push(typeof wire.text === "string" ? wire.text : "");
    if (piece !== "" || entries.length > 0) {
      if (!choice.isOpen) events.push(chatEvent("partStart", { choice: index, index: 0, part: emptyText() }));
      choice.isOpen = true;
      events.push(partDelta(index, 0, { case: "text", value: piece }, entries));
    }
    Object.assign(choice.extensions, rest(wire, choiceFields));
    const native = text(wire.finish_reason);
    if (native !== "" && !choice.isFinished) this.#finish(index, choice, native, wire, events);
  }

  #finish(index: number, choice: ReaderChoice, native: string, wire: Wire, events: ChatEvent[]): void {
    choice.isFinished = true;
    const end = choice.text.end();
    if (end !== "" && !choice.isOpen) {
      events.push(chatEvent("partStart", { choice: index, index: 0, part: emptyText() }));
      choice.isOpen = true;
    }
    if (end !== "") events.push(partDelta(index, 0, { case: "text", value: end }));
    if (choice.isOpen) events.push(chatEvent("partEnd", { choice: index, index: 0 }));
    const stopSequence = text(wire.stop_reason); // vLLM's
    const extensions = { ...choice.extensions, ...this.#fields.take() };
    const reason = readFinishReason(native);
    events.push(chatEvent("finish", { choice: index, reason, nativeReason: native, stopSequence, extensions }));
  }
}

const emptyText = () => part({ case: "text", value: {} });
