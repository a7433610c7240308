import { create } from "@bufbuild/protobuf";
import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Citation, CitationSchema, type TokenLogprob, TokenLogprobSchema, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { GatewayError } from "../../core/error.ts";
import { chatEvent } from "../../core/fold.ts";
import { readErrorObject } from "./error.ts";
import { audioTypes } from "./messages.ts";
import { dialectName, readFinishReason, readUsage } from "./wire.ts";

type Wire = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);
const records = (value: unknown): Wire[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const whole = (value: unknown): number | undefined => (Number.isInteger(value) ? Number(value) : undefined);

const topFields = new Set(["id", "object", "created", "model", "choices", "usage", "service_tier", "obfuscation"]);
const choiceFields = new Set(["index", "delta", "message", "finish_reason", "logprobs"]);

function rest(wire: Wire, known: ReadonlySet<string>): Record<string, string> {
  const extensions: Record<string, string> = {};
  for (const key in wire) {
    if (!known.has(key) && wire[key] !== null) extensions[`${dialectName}/${key}`] = JSON.stringify(wire[key]);
  }
  return extensions;
}

interface ChoiceState {
  /** How many parts have begun. */
  parts: number;
  /** The part that plain text of some kind goes to, until another part begins. */
  open: { kind: "text" | "reasoning" | "refusal" | "audio"; index: number } | undefined;
  /** Tool calls stay open until the end, by the wire's index: their deltas may interleave. */
  tools: Map<number, { index: number; id: string }>;
}

/**
 * Turns chunks into events. A whole answer reads as one chunk whose deltas are its messages: there is one mapping, not
 * a streaming one and another. Made for one answer.
 */
export class ChunkReader {
  #started = false;
  readonly #choices = new Map<number, ChoiceState>();
  /** Vendor fields that came after the start: they leave with the end. */
  #late: Record<string, string> = {};

  /** Throws the error that the chunk reports, or "upstream_malformed". */
  read(chunk: unknown): ChatEvent[] {
    if (!isRecord(chunk)) throw new GatewayError("upstream_malformed", "The provider sent an event that is no JSON object.");
    if (isRecord(chunk["error"]) || typeof chunk["error"] === "string") throw readErrorObject(502, chunk);
    const events: ChatEvent[] = [];
    const extensions = rest(chunk, topFields);
    if (this.#started) Object.assign(this.#late, extensions);
    else {
      this.#started = true;
      const created = BigInt(Math.trunc(Number(chunk["created"]) || 0));
      const id = text(chunk["id"]);
      const serviceTier = text(chunk["service_tier"]);
      events.push(chatEvent("start", { id, model: text(chunk["model"]), created, serviceTier, extensions }));
    }
    for (const choice of records(chunk["choices"])) this.#choice(choice, events);
    if (isRecord(chunk["usage"])) events.push(chatEvent("usage", readUsage(chunk["usage"])));
    return events;
  }

  #choice(wire: Wire, events: ChatEvent[]): void {
    const choice = whole(wire["index"]) ?? 0;
    let state = this.#choices.get(choice);
    if (state === undefined) {
      state = { parts: 0, open: undefined, tools: new Map() };
      this.#choices.set(choice, state);
    }
    const delta = wire["delta"] ?? wire["message"];
    const logprobs = isRecord(wire["logprobs"]) ? wire["logprobs"] : undefined;
    if (isRecord(delta)) this.#delta(choice, state, delta, logprobs, events);
    if (typeof wire["finish_reason"] !== "string") return;
    this.#close(choice, state, events);
    for (const { index } of state.tools.values()) events.push(chatEvent("partEnd", { choice, index }));
    const nativeReason = wire["finish_reason"];
    const extensions = { ...rest(wire, choiceFields), ...this.#late };
    this.#late = {};
    events.push(chatEvent("finish", { choice, reason: readFinishReason(nativeReason), nativeReason, extensions }));
  }

  #delta(choice: number, state: ChoiceState, delta: Wire, logprobs: Wire | undefined, events: ChatEvent[]): void {
    // reasoning_content is DeepSeek's and others', reasoning OpenRouter's and Groq's
    const reasoning = text(delta["reasoning_content"]) || text(delta["reasoning"]);
    if (reasoning !== "") this.#text("reasoning", reasoning, [], choice, state, events);
    const content = text(delta["content"]);
    const contentLogprobs = readLogprobs(logprobs?.["content"]);
    if (content !== "" || contentLogprobs.length > 0) this.#text("text", content, contentLogprobs, choice, state, events);
    for (const annotation of records(delta["annotations"])) {
      if (state.open?.kind !== "text") this.#open("text", choice, state, events);
      const { index } = state.open ?? { index: 0 };
      events.push(chatEvent("partDelta", { choice, index, delta: { case: "citation", value: readCitation(annotation) } }));
    }
    const refusal = text(delta["refusal"]);
    const refusalLogprobs = readLogprobs(logprobs?.["refusal"]);
    if (refusal !== "" || refusalLogprobs.length > 0) this.#text("refusal", refusal, refusalLogprobs, choice, state, events);
    if (isRecord(delta["audio"])) this.#audio(delta["audio"], choice, state, events);
    for (const call of records(delta["tool_calls"])) this.#toolCall(call, choice, state, events);
    // the deprecated form of a single tool call
    if (isRecord(delta["function_call"])) this.#toolCall({ index: 0, function: delta["function_call"] }, choice, state, events);
  }

  #text(
    kind: "text" | "reasoning" | "refusal",
    value: string,
    logprobs: TokenLogprob[],
    choice: number,
    state: ChoiceState,
    events: ChatEvent[],
  ): void {
    const index = state.open?.kind === kind ? state.open.index : this.#open(kind, choice, state, events);
    events.push(chatEvent("partDelta", { choice, index, delta: { case: "text", value }, logprobs }));
  }

  #open(kind: "text" | "reasoning" | "refusal", choice: number, state: ChoiceState, events: ChatEvent[]): number {
    this.#close(choice, state, events);
    const index = state.parts++;
    state.open = { kind, index };
    events.push(chatEvent("partStart", { choice, index, part: { kind: { case: kind, value: {} } } }));
    return index;
  }

  #close(choice: number, state: ChoiceState, events: ChatEvent[]): void {
    if (state.open !== undefined) events.push(chatEvent("partEnd", { choice, index: state.open.index }));
    state.open = undefined;
  }

  #audio(wire: Wire, choice: number, state: ChoiceState, events: ChatEvent[]): void {
    if (state.open?.kind !== "audio") {
      this.#close(choice, state, events);
      const index = state.parts++;
      state.open = { kind: "audio", index };
      const media = { source: { case: "data" as const, value: new Uint8Array() }, mediaType: audioTypes[text(wire["format"])] ?? "" };
      const value = { id: text(wire["id"]), media, expiresAt: BigInt(whole(wire["expires_at"]) ?? 0) };
      events.push(chatEvent("partStart", { choice, index, part: { kind: { case: "audio", value } } }));
    }
    const { index } = state.open;
    if (typeof wire["data"] === "string") {
      const value = Buffer.from(wire["data"], "base64");
      events.push(chatEvent("partDelta", { choice, index, delta: { case: "audio", value } }));
    }
    if (typeof wire["transcript"] === "string") {
      events.push(chatEvent("partDelta", { choice, index, delta: { case: "transcript", value: wire["transcript"] } }));
    }
  }

  #toolCall(wire: Wire, choice: number, state: ChoiceState, events: ChatEvent[]): void {
    const body = isRecord(wire["custom"]) ? wire["custom"] : isRecord(wire["function"]) ? wire["function"] : {};
    const id = text(wire["id"]);
    const at = whole(wire["index"]) ?? placeOf(id, state.tools);
    const argument = text(body["arguments"]) || text(body["input"]);
    const known = state.tools.get(at);
    if (known !== undefined) {
      if (argument !== "") {
        const delta = { case: "arguments" as const, value: argument };
        events.push(chatEvent("partDelta", { choice, index: known.index, delta }));
      }
      return;
    }
    this.#close(choice, state, events);
    const index = state.parts++;
    state.tools.set(at, { index, id });
    const kind = wire["type"] === "custom" ? ToolKind.CUSTOM : ToolKind.FUNCTION;
    const value = { id, name: text(body["name"]), arguments: argument, kind };
    events.push(chatEvent("partStart", { choice, index, part: { kind: { case: "toolCall", value } } }));
  }
}

/** Some compatible vendors leave the index out: a new id then begins a new call, anything else goes on with the last. */
function placeOf(id: string, tools: ChoiceState["tools"]): number {
  const last = Math.max(-1, ...tools.keys());
  if (id === "") return Math.max(0, last);
  for (const [at, tool] of tools) if (tool.id === id) return at;
  return last + 1;
}

function readLogprobs(wire: unknown): TokenLogprob[] {
  return records(wire).map((entry) =>
    create(TokenLogprobSchema, {
      token: text(entry["token"]),
      logprob: Number(entry["logprob"]),
      bytes: Array.isArray(entry["bytes"]) ? Uint8Array.from(entry["bytes"]) : undefined,
      top: readLogprobs(entry["top_logprobs"]),
    }),
  );
}

const citationFields = new Set(["type", "url_citation"]);

/** "The chat completion object", choices.message.annotations. */
function readCitation(wire: Wire): Citation {
  const url = isRecord(wire["url_citation"]) ? wire["url_citation"] : {};
  return create(CitationSchema, {
    type: text(wire["type"]),
    url: text(url["url"]),
    title: text(url["title"]),
    startIndex: whole(url["start_index"]),
    endIndex: whole(url["end_index"]),
    extensions: rest(wire, citationFields),
  });
}
