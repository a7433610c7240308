import { create } from "@bufbuild/protobuf";
import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import {
  type Part,
  type TokenLogprob,
  TokenLogprobSchema,
  ToolKind,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import { GatewayError } from "../../core/error.ts";
import { fieldText } from "../../core/extensions.ts";
import { chatEvent, partDelta } from "../../core/fold.ts";
import { readMedia } from "../../core/media.ts";
import { WholeText } from "../../core/whole-text.ts";
import { readCitation } from "./citations.ts";
import { reportedError } from "./error.ts";
import { part } from "./parts.ts";
import {
  count,
  dialectName,
  isRecord,
  noFields,
  readFinishReason,
  readUsage,
  records,
  rest,
  text,
  type Wire,
} from "./wire.ts";

const topFields = new Set(["id", "object", "created", "model", "choices", "usage", "service_tier", "obfuscation"]);
const choiceFields = new Set(["index", "delta", "message", "finish_reason", "logprobs"]);
const messageFields = new Set([
  "role",
  "content",
  "refusal",
  "reasoning_content",
  "reasoning",
  "annotations",
  "audio",
  "images",
  "tool_calls",
  "function_call",
]);
const callFields = new Set(["index", "id", "type", "function", "custom"]);
const callBodyFields = new Set(["name", "arguments", "input"]);
const imageFields = new Set(["type", "image_url"]);
const audioFields = new Set(["id", "data", "transcript", "expires_at"]);

interface CallPlace {
  readonly index: number;
  readonly id: string;
  readonly input: WholeText;
}

type OpenKind = "text" | "reasoning" | "refusal" | "audio";

/** Turns chunks' choices of one index into events. */
class ChoiceReader {
  readonly #choice: number;
  /** How many parts have begun. */
  #parts = 0;
  /** The part that grows, until another one begins. */
  #open: { readonly kind: OpenKind; readonly index: number } | undefined;
  /** The text of the open part. */
  readonly #said = new WholeText();
  /** Tool calls stay open until the end: their deltas may interleave. */
  readonly #calls: CallPlace[] = [];
  /** The latest call at each of the wire's indexes. */
  readonly #callAt = new Map<number, CallPlace>();
  #finished = false;
  /** Vendor fields of the choice; they leave with its end. */
  readonly #extensions: Record<string, string> = {};
  /** Vendor fields of the message, as their deltas add up. */
  readonly #message = new Map<string, unknown>();

  constructor(choice: number) {
    this.#choice = choice;
  }

  /** `late`: vendor fields of the whole answer that came after its start. Returns whether they left with the end. */
  read(wire: Wire, late: Readonly<Record<string, string>>, events: ChatEvent[]): boolean {
    const isWhole = !isRecord(wire.delta);
    const delta = isWhole ? wire.message : wire.delta;
    if (isRecord(delta)) this.#delta(delta, isRecord(wire.logprobs) ? wire.logprobs : noFields, isWhole, events);
    for (const key in wire) if (!choiceFields.has(key)) this.#note(key, wire[key]);
    const native = text(wire.finish_reason);
    if (native === "" || this.#finished) return false;
    this.#finished = true;
    this.#close(events);
    for (const { index, input } of this.#calls) {
      this.#growCall(index, input.end(), events);
      events.push(chatEvent("partEnd", { choice: this.#choice, index }));
    }
    for (const [key, value] of this.#message) this.#note(`message.${key}`, value);
    const extensions = { ...this.#extensions, ...late };
    const reason = readFinishReason(native);
    events.push(chatEvent("finish", { choice: this.#choice, reason, nativeReason: native, extensions }));
    return true;
  }

  /** Azure says {} in most chunks: that does not undo what one of them said. */
  #note(key: string, value: unknown): void {
    const name = `${dialectName}/${text(key)}`;
    const json = value === null ? undefined : fieldText(value);
    if (json !== undefined && (json !== "{}" || !Object.hasOwn(this.#extensions, name))) this.#extensions[name] = json;
  }

  #delta(delta: Wire, logprobs: Wire, isWhole: boolean, events: ChatEvent[]): void {
    // reasoning_content is DeepSeek's and others', reasoning OpenRouter's and Groq's
    const reasoning = string(delta.reasoning_content) || string(delta.reasoning);
    const { content } = delta;
    const entries = readLogprobs(logprobs.content);
    // vLLM reports those of thoughts under the same name
    const areOfReasoning = entries.length > 0 && reasoning !== "" && string(content) === "";
    if (reasoning !== "") this.#grow("reasoning", reasoning, areOfReasoning ? entries : [], events);
    if (Array.isArray(content)) for (const item of content) this.#contentPart(item, events);
    else this.#grow("text", string(content), areOfReasoning ? [] : entries, events);
    for (const annotation of records(delta.annotations)) {
      const index = this.#open?.kind === "text" ? this.#open.index : this.#begin("text", events);
      events.push(partDelta(this.#choice, index, { case: "citation", value: readCitation(annotation) }));
    }
    this.#grow("refusal", string(delta.refusal), readLogprobs(logprobs.refusal), events);
    if (isRecord(delta.audio)) this.#audio(delta.audio, events);
    for (const image of records(delta.images)) this.#image(image, events);
    for (const [i, call] of records(delta.tool_calls).entries()) this.#toolCall(call, isWhole ? i : undefined, events);
    // the deprecated form of a single tool call
    if (isRecord(delta.function_call)) this.#toolCall({ index: 0, function: delta.function_call }, 0, events);
    for (const key in delta) if (!messageFields.has(key)) this.#add(key, delta[key]);
  }

  /** Adds to a field of the message as OpenAI's SDKs do: what can be appended is appended. */
  #add(key: string, value: unknown): void {
    const before = this.#message.get(key);
    if (typeof before === "string" && typeof value === "string") this.#message.set(key, before + value);
    else if (Array.isArray(before) && Array.isArray(value)) for (const item of value) before.push(item);
    else if (value !== null) this.#message.set(key, Array.isArray(value) ? [...value] : value);
  }

  #grow(kind: OpenKind, value: string, logprobs: TokenLogprob[], events: ChatEvent[]): void {
    if (value === "" && logprobs.length === 0) return;
    const index = this.#open?.kind === kind ? this.#open.index : this.#begin(kind, events);
    const whole = this.#said.push(value);
    if (whole === "" && logprobs.length === 0) return;
    events.push(partDelta(this.#choice, index, { case: "text", value: whole }, logprobs));
  }

  #begin(kind: OpenKind, events: ChatEvent[]): number {
    this.#close(events);
    const index = this.#start(part({ case: kind, value: {} }), events);
    this.#open = { kind, index };
    return index;
  }

  #start(begun: Part, events: ChatEvent[]): number {
    const index = this.#parts;
    this.#parts += 1;
    events.push(chatEvent("partStart", { choice: this.#choice, index, part: begun }));
    return index;
  }

  /** A part that comes whole. */
  #startWhole(begun: Part, events: ChatEvent[]): void {
    this.#close(events);
    const index = this.#start(begun, events);
    events.push(chatEvent("partEnd", { choice: this.#choice, index }));
  }

  #close(events: ChatEvent[]): void {
    if (this.#open === undefined) return;
    const { kind, index } = this.#open;
    const value = this.#said.end();
    const delta = kind === "audio" ? "transcript" : "text";
    if (value !== "") events.push(partDelta(this.#choice, index, { case: delta, value }));
    events.push(chatEvent("partEnd", { choice: this.#choice, index }));
    this.#open = undefined;
  }

  /** Mistral's content is a list where the model thinks ("Reasoning"): text, thinking, and others such as references. */
  #contentPart(item: unknown, events: ChatEvent[]): void {
    if (!isRecord(item)) return;
    const type = text(item.type);
    if (type === "text") this.#grow("text", string(item.text), [], events);
    else if (type === "thinking") {
      const thoughts = records(item.thinking).map((thought) => string(thought.text));
      this.#grow("reasoning", thoughts.join("") || string(item.thinking), [], events);
    } else {
      const json = fieldText(item);
      if (json === undefined) return;
      this.#startWhole(part({ case: "opaque", value: { dialect: dialectName, type, json } }), events);
    }
  }

  #audio(wire: Wire, events: ChatEvent[]): void {
    const isOpen = this.#open?.kind === "audio";
    if (isOpen && wire.expires_at !== undefined) this.#note("message.audio.expires_at", wire.expires_at);
    const index = this.#open?.kind === "audio" ? this.#open.index : this.#beginAudio(wire, events);
    const data = text(wire.data);
    if (data !== "") events.push(partDelta(this.#choice, index, { case: "audio", value: Buffer.from(data, "base64") }));
    const transcript = this.#said.push(string(wire.transcript));
    if (transcript !== "") events.push(partDelta(this.#choice, index, { case: "transcript", value: transcript }));
  }

  #beginAudio(wire: Wire, events: ChatEvent[]): number {
    this.#close(events);
    const expiresAt = integer(wire.expires_at);
    const begun = part({ case: "audio", value: { id: text(wire.id), expiresAt } });
    begun.extensions = rest(wire, audioFields, "audio.");
    const index = this.#start(begun, events);
    this.#open = { kind: "audio", index };
    return index;
  }

  /** OpenRouter's ("Image Generation"). */
  #image(wire: Wire, events: ChatEvent[]): void {
    const url = isRecord(wire.image_url) ? text(wire.image_url.url) : "";
    const begun = part({ case: "image", value: { media: readMedia(url) } });
    begun.extensions = rest(wire, imageFields);
    this.#startWhole(begun, events);
  }

  /** `place`: where it stands among an answer's calls, when they are all there. */
  #toolCall(wire: Wire, place: number | undefined, events: ChatEvent[]): void {
    const type = isRecord(wire.custom) ? "custom" : "function";
    const body = isRecord(wire[type]) ? wire[type] : {};
    const id = text(wire.id);
    const name = text(body.name);
    const at = place ?? count(wire.index);
    const written = writtenArguments(body.arguments ?? body.input);
    const known = this.#findCall(at, id, name);
    if (known !== undefined) {
      this.#growCall(known.index, known.input.push(written), events);
      return;
    }
    this.#close(events);
    const input = new WholeText();
    const kind = type === "custom" ? ToolKind.CUSTOM : ToolKind.FUNCTION;
    const begun = part({ case: "toolCall", value: { id, name, arguments: input.push(written), kind } });
    begun.extensions = { ...rest(wire, callFields), ...rest(body, callBodyFields, `${type}.`) };
    const call = { index: this.#start(begun, events), id, input };
    this.#calls.push(call);
    this.#callAt.set(at ?? this.#calls.length - 1, call);
  }

  #growCall(index: number, value: string, events: ChatEvent[]): void {
    if (value !== "") events.push(partDelta(this.#choice, index, { case: "arguments", value }));
  }

  /**
   * The call that a delta goes on with. Some compatible servers leave the index out, or count every call as 0: then a
   * new id begins a new call, and so does a name where there is neither id nor index.
   */
  #findCall(at: number | undefined, id: string, name: string): CallPlace | undefined {
    if (at !== undefined) {
      const call = this.#callAt.get(at);
      return call !== undefined && (id === "" || call.id === "" || call.id === id) ? call : undefined;
    }
    if (id !== "") return this.#calls.find((call) => call.id === id);
    return name === "" ? this.#calls.at(-1) : undefined;
  }
}

/** Byte for byte where they are text, as they should be; some servers send the object itself. */
const writtenArguments = (value: unknown): string =>
  typeof value === "object" && value !== null ? (fieldText(value) ?? "") : string(value);

/** As it is: it may go on in the middle of a character. */
const string = (value: unknown): string => (typeof value === "string" ? value : "");

/**
 * Turns chunks into events. A whole answer reads as one chunk whose deltas are its messages: there is one mapping, not
 * a streaming one and another. Made for one answer.
 */
export class ChunkReader {
  #started = false;
  readonly #choices = new Map<number, ChoiceReader>();
  /** Vendor fields of the answer: most servers repeat them in every chunk. */
  readonly #told = new Map<string, string>();
  /** Those that nobody was told of yet. */
  #untold: Record<string, string> = {};

  /** Adds the chunk's events. Throws the error that the chunk reports, or "upstream_malformed". */
  read(chunk: unknown, events: ChatEvent[]): void {
    if (!isRecord(chunk)) {
      throw new GatewayError("upstream_malformed", "The provider sent an event that is no JSON object.");
    }
    const error = reportedError(chunk);
    if (error !== undefined) throw error;
    this.#note(chunk);
    const { choices } = chunk;
    const usage = isRecord(chunk.usage) || isRecord(chunk.x_groq) ? readToldUsage(chunk) : undefined;
    if (!this.#started) {
      // Azure's first chunk tells of its filters only, with an empty id
      const isEmpty = usage === undefined && text(chunk.id) === "" && !(Array.isArray(choices) && choices.length > 0);
      if (isEmpty) return;
      this.#start(chunk, events);
    }
    if (Array.isArray(choices)) for (const choice of choices) if (isRecord(choice)) this.#choice(choice, events);
    if (usage === undefined) return;
    Object.assign(usage.extensions, this.#untold);
    this.#untold = {};
    events.push(chatEvent("usage", usage));
  }

  #note(chunk: Wire): void {
    for (const key in chunk) {
      if (topFields.has(key) || chunk[key] === null) continue;
      const json = fieldText(chunk[key]);
      if (json === undefined || this.#told.get(key) === json) continue;
      this.#told.set(key, json);
      this.#untold[`${dialectName}/${text(key)}`] = json;
    }
  }

  #start(chunk: Wire, events: ChatEvent[]): void {
    this.#started = true;
    const created = integer(chunk.created);
    const head = { id: text(chunk.id), model: text(chunk.model), serviceTier: text(chunk.service_tier) };
    events.push(chatEvent("start", { ...head, created, extensions: this.#untold }));
    this.#untold = {};
  }

  #choice(wire: Wire, events: ChatEvent[]): void {
    const index = count(wire.index) ?? 0;
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = new ChoiceReader(index);
      this.#choices.set(index, choice);
    }
    if (choice.read(wire, this.#untold, events)) this.#untold = {};
  }
}

/** Groq's stream has the usage in a place of its own ("Create chat completion", x_groq). */
export function readToldUsage({ usage, x_groq: groq }: Wire): ReturnType<typeof readUsage> {
  return readUsage(usage) ?? (isRecord(groq) ? readUsage(groq.usage) : undefined);
}

function integer(value: unknown): bigint {
  const whole = typeof value === "number" ? Math.trunc(value) : 0;
  return Number.isSafeInteger(whole) ? BigInt(whole) : 0n;
}

/** "The chat completion object", choices.logprobs. One without a number is none. */
function readLogprobs(wire: unknown): TokenLogprob[] {
  if (!Array.isArray(wire)) return [];
  return records(wire).flatMap((entry) => {
    const read = readLogprob(entry);
    if (read === undefined) return [];
    read.top = records(entry.top_logprobs).flatMap((top) => readLogprob(top) ?? []);
    return read;
  });
}

function readLogprob({ token, logprob, bytes }: Wire): TokenLogprob | undefined {
  if (typeof logprob !== "number") return undefined;
  const read = create(TokenLogprobSchema, { token: text(token), logprob });
  if (Array.isArray(bytes)) read.bytes = Uint8Array.from(bytes);
  return read;
}
