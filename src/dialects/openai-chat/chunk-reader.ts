import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { GatewayError } from "../../core/error.ts";
import { chatEvent } from "../../core/fold.ts";
import { malformedEvent } from "../../core/malformed.ts";
import { unusualTier } from "../../core/service-tier.ts";
import { count, isRecord, text, type Wire } from "../../core/wire-values.ts";
import { AnswerFields, readSeconds } from "../openai/answer-fields.ts";
import { reportedError } from "../openai/error.ts";
import { ChoiceReader } from "./choice-reader.ts";
import { dialectName, readUsage } from "./wire.ts";

const topFields = new Set(["id", "object", "created", "model", "choices", "usage", "service_tier", "obfuscation"]);

/**
 * Turns chunks into events. A whole answer reads as one chunk whose deltas are its messages: there is one mapping, not
 * a streaming one and another. Made for one answer.
 */
export class ChunkReader {
  readonly #isWhole: boolean;
  #started = false;
  readonly #choices = new Map<number, ChoiceReader>();
  readonly #fields = new AnswerFields(dialectName, topFields);
  /** The latest chunk that told what was searched. */
  #sources: Wire | undefined;

  /** `isWhole`: there is one chunk only, which is a whole answer. */
  constructor(isWhole = false) {
    this.#isWhole = isWhole;
  }

  /**
   * Adds the chunk's events. Returns whether it is one of the many that say content and nothing else. Throws the error
   * that the chunk reports, or "upstream_malformed".
   */
  read(chunk: unknown, events: ChatEvent[]): boolean {
    if (!isRecord(chunk)) throw malformedEvent();
    const error = chunkError(chunk);
    if (error !== undefined) throw error;
    this.#fields.note(chunk);
    if (chunk.search_results !== undefined || chunk.citations !== undefined) this.#sources = chunk;
    const { choices } = chunk;
    const usage = isRecord(chunk.usage) || isRecord(chunk.x_groq) ? readToldUsage(chunk) : undefined;
    if (!this.#started) {
      // Azure's first chunk tells of its filters only, with an empty id
      const isEmpty = usage === undefined && text(chunk.id) === "" && !(Array.isArray(choices) && choices.length > 0);
      if (isEmpty) return false;
      this.#start(chunk, events);
    }
    if (Array.isArray(choices)) for (const choice of choices) if (isRecord(choice)) this.#choice(choice, events);
    if (usage === undefined) return Array.isArray(choices) && choices.length === 1 && saysContentOnly(choices[0]);
    Object.assign(usage.extensions, this.#fields.take());
    events.push(chatEvent("usage", usage));
    return false;
  }

  #start(chunk: Wire, events: ChatEvent[]): void {
    this.#started = true;
    const created = readSeconds(chunk.created);
    const head = { id: text(chunk.id), model: text(chunk.model), serviceTier: text(chunk.service_tier) };
    events.push(chatEvent("start", { ...head, created, extensions: this.#fields.take() }));
  }

  #choice(wire: Wire, events: ChatEvent[]): void {
    const index = count(wire.index) ?? 0;
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = new ChoiceReader(index, this.#isWhole);
      this.#choices.set(index, choice);
    }
    if (choice.read(wire, this.#fields.untold, this.#sources, events)) this.#fields.take();
  }
}

function saysContentOnly(choice: unknown): boolean {
  if (!isRecord(choice) || !isRecord(choice.delta) || choice.message !== undefined) return false;
  for (const key in choice.delta) if (key !== "content" && key !== "role") return false;
  return typeof choice.delta.content === "string" && text(choice.finish_reason) === "";
}

/**
 * Groq's stream has the usage in a place of its own ("Create chat completion", x_groq). The service tier stands beside it:
 * in a whole answer, and in every chunk ("The chat completion chunk object", service_tier).
 */
export function readToldUsage({ usage, x_groq: groq, service_tier: tier }: Wire): ReturnType<typeof readUsage> {
  const told = readUsage(usage) ?? (isRecord(groq) ? readUsage(groq.usage) : undefined);
  if (told !== undefined) told.serviceTier = unusualTier(text(tier));
  return told;
}

/** Also why Groq stopped a stream early ("Create chat completion", x_groq.error). */
export function chunkError(chunk: Wire): GatewayError | undefined {
  const { x_groq: groq } = chunk;
  return reportedError(chunk) ?? (isRecord(groq) ? reportedError({ error: groq.error }) : undefined);
}
