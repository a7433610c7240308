import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { fieldText } from "../../core/extensions.ts";
import { chatEvent } from "../../core/fold.ts";
import { malformedEvent } from "../../core/malformed.ts";
import { count, isRecord, noFields, records, text, type Wire } from "../../core/wire-values.ts";
import { ChoiceReader } from "./choice-reader.ts";
import { reportedError } from "./error.ts";
import { readUsage } from "./usage.ts";
import { dialectName } from "./wire.ts";

const topFields = new Set([
  "candidates",
  "promptFeedback",
  "usageMetadata",
  "modelVersion",
  "responseId",
  "createTime",
]);

/**
 * Turns GenerateContentResponses into events. A whole answer reads as a stream of one: there is one mapping, not a
 * streaming one and another. Made for one answer.
 */
export class ChunkReader {
  #started = false;
  /** Google's id of the answer. */
  #id = "";
  readonly #choices = new Map<number, ChoiceReader>();
  /** Vendor fields of the answer: they may be repeated in every chunk. */
  readonly #told = new Map<string, string>();
  /** Those that nobody was told of yet. */
  #untold: Record<string, string> = {};

  /** Adds the chunk's events. Throws the error that the chunk reports, or "upstream_malformed". */
  read(chunk: unknown, events: ChatEvent[]): void {
    const error = reportedError(chunk);
    if (error !== undefined) throw error;
    if (!isRecord(chunk)) throw malformedEvent();
    const usage = readUsage(chunk.usageMetadata);
    const blocked = blockedPrompt(chunk);
    this.#note(chunk, blocked !== undefined);
    if (!this.#started) {
      if (usage === undefined && saysNothing(chunk)) return;
      this.#start(chunk, events);
    }
    records(chunk.candidates).forEach((candidate, i) => {
      const choice = this.#choice(count(candidate.index) ?? i);
      if (choice.read(candidate, this.#id, this.#untold, events)) this.#untold = {};
    });
    if (blocked !== undefined && this.#choice(0).block(blocked, this.#untold, events)) this.#untold = {};
    if (usage !== undefined) this.#usage(usage, events);
  }

  /** For a whole answer: nothing follows. */
  end(events: ChatEvent[]): void {
    for (const choice of this.#choices.values()) choice.end(this.#id, events);
  }

  #note(chunk: Wire, isBlocked: boolean): void {
    for (const key in chunk) {
      const value = chunk[key];
      if (value === null || (topFields.has(key) && !(key === "promptFeedback" && !isBlocked))) continue;
      this.#noteField(key, value);
    }
    const { createTime: time } = chunk;
    if (typeof time === "string" && time !== writeTime(readTime(time))) this.#noteField("createTime", time);
  }

  #noteField(key: string, value: unknown): void {
    const json = fieldText(value);
    if (json === undefined || this.#told.get(key) === json) return;
    this.#told.set(key, json);
    this.#untold[`${dialectName}/${text(key)}`] = json;
  }

  #start(chunk: Wire, events: ChatEvent[]): void {
    this.#started = true;
    this.#id = text(chunk.responseId);
    const created = readTime(chunk.createTime);
    events.push(
      chatEvent("start", { id: this.#id, model: text(chunk.modelVersion), created, extensions: this.#untold }),
    );
    this.#untold = {};
  }

  #usage(usage: Usage, events: ChatEvent[]): void {
    Object.assign(usage.extensions, this.#untold);
    this.#untold = {};
    events.push({ $typeName: "causeway.chat.v1.ChatEvent", kind: { case: "usage", value: usage } });
  }

  #choice(index: number): ChoiceReader {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = new ChoiceReader(index);
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

/** The feedback on a prompt that was refused ("PromptFeedback"): then there are no candidates. */
export function blockedPrompt({ candidates, promptFeedback }: Wire): Wire | undefined {
  if (Array.isArray(candidates) && candidates.length > 0) return undefined;
  return isRecord(promptFeedback) && text(promptFeedback.blockReason) !== "" ? promptFeedback : undefined;
}

/** Whether a chunk is only there to keep the connection from looking dead. */
function saysNothing(chunk: Wire): boolean {
  if (text(chunk.responseId) !== "" || text(chunk.modelVersion) !== "" || isRecord(chunk.promptFeedback)) return false;
  return records(chunk.candidates).every((candidate) => {
    const { parts } = isRecord(candidate.content) ? candidate.content : noFields;
    const isEnd = Object.keys(candidate).some((key) => key !== "content" && key !== "index");
    return !isEnd && records(parts).every((item) => item.text === "" && Object.keys(item).length === 1);
  });
}

/** Unix seconds of an RFC 3339 time. 0 for what is none. */
function readTime(value: unknown): bigint {
  const ms = Date.parse(text(value));
  return Number.isNaN(ms) ? 0n : BigInt(Math.floor(ms / 1000));
}

/** "" for 0, which is not said. */
export function writeTime(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return seconds === 0n || Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(".000Z", "Z");
}
