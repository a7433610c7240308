import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Citation, type Part, type TokenLogprob, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { fieldText } from "../../core/extensions.ts";
import { chatEvent, partDelta } from "../../core/fold.ts";
import { part, readMedia } from "../../core/media.ts";
import { WholeText } from "../../core/whole-text.ts";
import { count, isRecord, noFields, records, text, type Wire } from "../../core/wire-values.ts";
import { readSeconds } from "../openai/answer-fields.ts";
import { readCitation, readSources } from "./citations.ts";
import { GeminiThoughts, isOnlyMark } from "./gemini-thoughts.ts";
import { readLegacyLogprobs, readLogprobs } from "./logprobs.ts";
import { type Block, beginBlock, goesOn, isBlock, isDetail, readDetails, strangePart } from "./reasoning-details.ts";
import { ToldTwice } from "./told-twice.ts";
import { readSignature } from "./tool-calls.ts";
import { dialectName, readFinishReason, rest } from "./wire.ts";

const choiceFields = new Set(["index", "delta", "message", "finish_reason", "logprobs"]);
const messageFields = new Set([
  "role",
  "content",
  "refusal",
  "reasoning_content",
  "reasoning",
  "reasoning_details",
  "annotations",
  "audio",
  "images",
  "tool_calls",
  "function_call",
]);
const callFields = new Set(["index", "id", "type", "function", "custom"]);
const signedCallFields = new Set([...callFields, "extra_content"]);
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
export class ChoiceReader {
  readonly #choice: number;
  readonly #isOfWhole: boolean;
  /** How many parts have begun. */
  #parts = 0;
  /** The part that grows, until another one begins. */
  #open: { readonly kind: OpenKind; readonly index: number } | undefined;
  /** The block of thoughts that the open part is, where details tell it. */
  #block: Block | undefined;
  readonly #thoughts = new ToldTwice();
  readonly #geminiThoughts = new GeminiThoughts();
  /** How many blocks of thoughts have begun. */
  #blocks = 0;
  /** The text of the open part. */
  readonly #said = new WholeText();
  /** Tool calls stay open until the end: their deltas may interleave. */
  readonly #calls: CallPlace[] = [];
  /** The latest call at each of the wire's indexes. */
  readonly #callAt = new Map<number, CallPlace>();
  #finished = false;
  #isCited = false;
  /** Vendor fields of the choice; they leave with its end. */
  readonly #extensions: Record<string, string> = {};
  /** Vendor fields of the message, as their deltas add up. */
  readonly #message = new Map<string, unknown>();

  /** `isOfWhole`: of a whole answer, not of a stream. */
  constructor(choice: number, isOfWhole: boolean) {
    this.#choice = choice;
    this.#isOfWhole = isOfWhole;
  }

  /**
   * `late`: vendor fields of the whole answer that came after its start. `sources`: what tells where the answer's
   * claims come from. Returns whether those fields left with the end.
   */
  read(wire: Wire, late: Readonly<Record<string, string>>, sources: Wire | undefined, events: ChatEvent[]): boolean {
    // Perplexity has both: a whole answer's delta is empty, and a stream's message is what was said so far
    const isWhole = this.#isOfWhole ? isRecord(wire.message) : !isRecord(wire.delta);
    const delta = isWhole ? wire.message : wire.delta;
    if (isRecord(delta)) this.#delta(delta, wire, isWhole, events);
    for (const key in wire) if (!choiceFields.has(key)) this.#note(key, wire[key]);
    const native = text(wire.finish_reason);
    if (native === "" || this.#finished) return false;
    this.#finished = true;
    if (sources !== undefined && !this.#isCited && this.#open?.kind === "text") {
      for (const source of readSources(sources)) this.#cite(source, events);
    }
    this.#close(events);
    for (const { index, input } of this.#calls) {
      this.#growCall(index, input.end(), events);
      events.push(chatEvent("partEnd", { choice: this.#choice, index }));
    }
    for (const [key, value] of this.#message) this.#note(`message.${key}`, value);
    const extensions = { ...this.#extensions, ...late };
    const reason = readFinishReason(native);
    const stopSequence = text(wire.stop_reason); // vLLM's
    events.push(chatEvent("finish", { choice: this.#choice, reason, nativeReason: native, stopSequence, extensions }));
    return true;
  }

  /** Azure says {} in most chunks: that does not undo what one of them said. */
  #note(key: string, value: unknown): void {
    const name = `${dialectName}/${text(key)}`;
    const json = value === null ? undefined : fieldText(value);
    if (json !== undefined && (json !== "{}" || !Object.hasOwn(this.#extensions, name))) this.#extensions[name] = json;
  }

  #delta(delta: Wire, wire: Wire, isWhole: boolean, events: ChatEvent[]): void {
    const logprobs = isRecord(wire.logprobs) ? wire.logprobs : noFields;
    const split = this.#geminiThoughts.split(delta);
    // reasoning_content is DeepSeek's and others', reasoning OpenRouter's and Groq's
    const reasoning = split?.thought || string(delta.reasoning_content) || string(delta.reasoning);
    const content = split?.said ?? delta.content;
    const isLegacy = logprobs.tokens !== undefined || typeof wire.logprobs === "number";
    const entries = isLegacy ? readLegacyLogprobs(wire.logprobs, content) : readLogprobs(logprobs.content);
    // vLLM reports those of thoughts under the same name
    const areOfReasoning = entries.length > 0 && reasoning !== "" && string(content) === "";
    this.#think(reasoning, delta.reasoning_details, areOfReasoning ? entries : [], events);
    if (Array.isArray(content)) for (const item of content) this.#contentPart(item, events);
    else this.#grow("text", string(content), areOfReasoning ? [] : entries, events);
    for (const annotation of records(delta.annotations)) this.#cite(readCitation(annotation), events);
    this.#grow("refusal", string(delta.refusal), readLogprobs(logprobs.refusal), events);
    if (isRecord(delta.audio)) this.#audio(delta.audio, events);
    for (const image of records(delta.images)) this.#image(image, events);
    for (const [i, call] of records(delta.tool_calls).entries()) this.#toolCall(call, isWhole ? i : undefined, events);
    // the deprecated form of a single tool call
    if (isRecord(delta.function_call)) this.#toolCall({ index: 0, function: delta.function_call }, 0, events);
    for (const key in delta) {
      if (!messageFields.has(key) && !(key === "extra_content" && isOnlyMark(delta[key]))) this.#add(key, delta[key]);
    }
  }

  /** `plain` and the text of the details are the same thoughts. */
  #think(plain: string, told: unknown, logprobs: TokenLogprob[], events: ChatEvent[]): void {
    if (told === undefined || told === null) {
      this.#grow("reasoning", this.#thoughts.plain(plain), logprobs, events);
      return;
    }
    const list = records(told);
    const details = readDetails(list);
    if (!Array.isArray(told)) this.#add("reasoning_details", told);
    else if (!list.every(isDetail))
      this.#add(
        "reasoning_details",
        list.filter((item) => !isDetail(item)),
      );
    const isTextTold = details.some((detail) => isBlock(detail) && detail.text !== "");
    // so that those which have no text come behind it
    if (!isTextTold) this.#grow("reasoning", this.#thoughts.plain(plain), logprobs, events);
    for (const detail of details) {
      if (isBlock(detail)) this.#tellBlock(detail, events);
      else this.#startWhole(strangePart(detail), events);
    }
    if (isTextTold) this.#grow("reasoning", this.#thoughts.plain(plain), logprobs, events);
  }

  #tellBlock(piece: Block, events: ChatEvent[]): void {
    const fresh = this.#thoughts.details(piece.text);
    const { signature, redacted, id, summary } = piece;
    const block = this.#block;
    const isMoreOfOpen = block !== undefined && goesOn(block, piece);
    // the open part was told as plain text so far
    const isTold = piece.text === "" ? signature !== "" : fresh !== piece.text;
    const isOfOpenText = this.#open?.kind === "reasoning" && block === undefined && isTold && isPlain(piece);
    if (isMoreOfOpen || isOfOpenText) this.#block = { ...piece, signature: (block?.signature ?? "") + signature };
    else {
      // all of it was told, but its vendor fields: those alone are no part
      if (fresh === "" && piece.text !== "" && signature === "" && redacted === "" && id === "" && !summary) return;
      this.#open = { kind: "reasoning", index: this.#beginPart(beginBlock(piece, this.#blocks, "", ""), events) };
      this.#block = piece;
      this.#blocks += 1;
    }
    this.#grow("reasoning", fresh, [], events);
    if (signature === "" || this.#open === undefined) return;
    events.push(partDelta(this.#choice, this.#open.index, { case: "signature", value: signature }));
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
    const index = this.#beginPart(part({ case: kind, value: {} }), events);
    this.#open = { kind, index };
    if (kind === "reasoning") this.#blocks += 1;
    return index;
  }

  #beginPart(begun: Part, events: ChatEvent[]): number {
    this.#close(events);
    return this.#start(begun, events);
  }

  #cite(citation: Citation, events: ChatEvent[]): void {
    this.#isCited = true;
    const index = this.#open?.kind === "text" ? this.#open.index : this.#begin("text", events);
    events.push(partDelta(this.#choice, index, { case: "citation", value: citation }));
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
    this.#block = undefined;
  }

  /** Mistral's content is a list where the model thinks ("Reasoning"): text, thinking, and others such as references. */
  #contentPart(item: unknown, events: ChatEvent[]): void {
    if (!isRecord(item)) return;
    const type = text(item.type);
    if (type === "text") this.#grow("text", string(item.text), [], events);
    else if (type === "thinking") {
      const thoughts = records(item.thinking).map((thought) => string(thought.text));
      const thought = thoughts.join("") || string(item.thinking);
      this.#grow("reasoning", this.#thoughts.plain(thought), [], events);
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
    const expiresAt = readSeconds(wire.expires_at);
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
    const signature = readSignature(wire.extra_content);
    const value = { id, name, arguments: input.push(written), kind, ...(signature && { signature }) };
    const begun = part({ case: "toolCall", value });
    begun.extensions = {
      ...rest(wire, signature === undefined ? callFields : signedCallFields),
      ...rest(body, callBodyFields, `${type}.`),
    };
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

/** Whether a piece is no more than text and its signature, which can be added to a part that has begun without them. */
const isPlain = ({ redacted, id, summary, extensions }: Block): boolean =>
  redacted === "" && id === "" && !summary && Object.keys(extensions).length === 0;

/** Byte for byte where they are text, as they should be; some servers send the object itself. */
const writtenArguments = (value: unknown): string =>
  typeof value === "object" && value !== null ? (fieldText(value) ?? "") : string(value);

/** As it is: it may go on in the middle of a character. */
const string = (value: unknown): string => (typeof value === "string" ? value : "");
