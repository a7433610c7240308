import {
  type ChatEvent,
  type ChatFinish,
  type ChatResponse,
  FinishReason,
  type PartDelta,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, type Reasoning, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { GatewayError } from "../../core/error.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { readBase64 } from "../../core/media.ts";
import { writeTextInput } from "../../core/reserved-tools.ts";
import { isRecord, parseLeniently } from "../../core/wire-values.ts";
import { type Json, RawJson, toJson } from "../../lib/json-text.ts";
import { isJson, reasoningBlocks } from "./blocks.ts";
import { writeCitation } from "./citations.ts";
import { imageFormats, writeFormat, writeSource } from "./media.ts";
import { dialectName, graftBesideUsage, writeServiceTier, writeStopReason, writeUsage } from "./wire.ts";

const eventText = (name: string, data: string): string => `event: ${name}\ndata: ${data}\n\n`;

const startText = (at: number, start: Json): string =>
  eventText("contentBlockStart", `{"contentBlockIndex":${at},"start":${toJson(start)}}`);
const deltaText = (at: number, delta: string): string =>
  eventText("contentBlockDelta", `{"contentBlockIndex":${at},"delta":${delta}}`);
const stopText = (at: number): string => eventText("contentBlockStop", `{"contentBlockIndex":${at}}`);

const textDelta = (value: string): string => `{"text":${JSON.stringify(value)}}`;
const inputDelta = (value: string): string => `{"toolUse":{"input":${JSON.stringify(value)}}}`;
const thoughtDelta = (name: string, value: string): string =>
  `{"reasoningContent":{"${name}":${JSON.stringify(value)}}}`;

/** What a part's start says: how its block starts, and its first deltas. */
interface BlockBegin {
  readonly start?: Members | RawJson;
  readonly deltas: readonly string[];
}

/** undefined: nothing that this dialect can say. */
function beginOf(part: Part): BlockBegin | undefined {
  const { kind } = part;
  switch (kind.case) {
    case "text": {
      const citations = kind.value.citations.map((citation) => toJson({ citation: writeCitation(citation) }));
      const { text } = kind.value;
      return { deltas: text === "" ? citations : [...citations, textDelta(text)] };
    }
    case "refusal":
      return { deltas: kind.value.text === "" ? [] : [textDelta(kind.value.text)] };
    case "reasoning":
      return beginThought(kind.value);
    case "toolCall": {
      const { id, name, arguments: input } = kind.value;
      const toolUse: Members = { toolUseId: id, name };
      const start: Members = { toolUse };
      graftOwn(start, part.extensions, dialectName);
      if (isTextCall(part)) return { start, deltas: [inputDelta(`{"input":"${inString(input)}`)] };
      return { start, deltas: input === "" ? [] : [inputDelta(input)] };
    }
    case "audio": // a stream has no words for sound
      return kind.value.transcript === "" ? undefined : { deltas: [textDelta(kind.value.transcript)] };
    case "image": {
      const image = writeImage(part);
      if (image === undefined) return undefined;
      const { format, ...rest } = image;
      return { start: { image: { format } }, deltas: [toJson({ image: rest })] };
    }
    case "opaque":
      return kind.value.dialect === dialectName ? beginOpaque(kind.value.json) : undefined;
    case "video":
    case "file":
    case "toolResult":
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Hidden thoughts are bytes here; what another vendor has hidden in another way nobody could send back. */
function beginThought({ text, signature, redacted }: Reasoning): BlockBegin | undefined {
  const deltas = text === "" ? [] : [thoughtDelta("text", text)];
  if (signature !== "") deltas.push(thoughtDelta("signature", signature));
  const isBinary = redacted !== "" && readBase64(redacted) !== undefined;
  if (isBinary) deltas.push(thoughtDelta("redactedContent", redacted));
  return redacted !== "" && deltas.length === 0 ? undefined : { deltas };
}

function writeImage(part: Part): Members | undefined {
  const media = part.kind.case === "image" ? part.kind.value.media : undefined;
  const format = media && writeFormat(media.mediaType, imageFormats);
  const source = media && writeSource(media);
  if (format === undefined || source === undefined) return undefined;
  const image: Members = { format, source };
  graftOwn({ image }, part.extensions, dialectName);
  return image;
}

/** A piece of Bedrock's own: in a stream, what calls of its own tools hold comes as deltas. */
function beginOpaque(json: string): BlockBegin {
  const block = parseLeniently(json);
  const { toolUse, toolResult } = isRecord(block) ? block : {};
  if (isRecord(toolUse)) {
    const { input, ...start } = toolUse;
    return {
      start: new RawJson(JSON.stringify({ toolUse: start })),
      deltas: [inputDelta(JSON.stringify(input ?? {}))],
    };
  }
  if (isRecord(toolResult)) {
    const { content, ...start } = toolResult;
    const pieces = JSON.stringify({ toolResult: Array.isArray(content) ? content : [] });
    return { start: new RawJson(JSON.stringify({ toolResult: start })), deltas: [pieces] };
  }
  return { start: new RawJson(json), deltas: [] };
}

/** A call whose arguments are free text: here they are a member of its input. */
const isTextCall = ({ kind }: Part): boolean => kind.case === "toolCall" && kind.value.kind === ToolKind.CUSTOM;

/** A piece of a JSON string. */
const inString = (value: string): string => JSON.stringify(value).slice(1, -1);

/** What a part's growth says. undefined: nothing. */
function growthOf({ delta }: PartDelta, { isThought, isText }: OpenBlock): string | undefined {
  switch (delta.case) {
    case "text":
      return isThought ? thoughtDelta("text", delta.value) : textDelta(delta.value);
    case "arguments":
      return inputDelta(isText ? inString(delta.value) : delta.value);
    case "signature":
      return thoughtDelta("signature", delta.value);
    case "citation":
      return toJson({ citation: writeCitation(delta.value) });
    case "transcript":
      return textDelta(delta.value);
    case "audio": // no word for it
    case undefined:
      return undefined;
    default:
      return delta satisfies never;
  }
}

type Finish = Pick<ChatFinish, "reason" | "nativeReason" | "stopSequence" | "extensions">;

/** Of an answer whose vendor did not say why it ended. */
const noReason: Finish = { reason: FinishReason.UNSPECIFIED, nativeReason: "", stopSequence: "", extensions: {} };

interface OpenBlock {
  /** Its part. */
  readonly index: number;
  readonly isThought: boolean;
  readonly isText: boolean;
  isEmpty: boolean;
}

/** A part that has begun but cannot be written yet, since another one's block is open. */
interface Waiting {
  readonly part: Part;
  readonly deltas: PartDelta[];
  ended: boolean;
}

/**
 * Turns events into the events of a stream, as text. Blocks follow each other: what a later part says waits until the
 * block that is open has ended. Made for one answer, of which Bedrock knows only one choice.
 */
export class EventWriter {
  #open: OpenBlock | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #blocks = 0;
  #started = false;
  #finished = false;
  #usage: Usage | undefined;
  #serviceTier = "";

  /** Throws GatewayError for an event that reports a failure. */
  write({ kind }: ChatEvent): string {
    switch (kind.case) {
      case "partDelta":
        return kind.value.choice === 0 ? this.#grow(kind.value) : "";
      case "partStart": {
        const { choice, index, part } = kind.value;
        if (choice !== 0 || part === undefined || this.#finished) return "";
        this.#waiting.set(index, { part, deltas: [], ended: false });
        return this.#begin() + (this.#open === undefined ? this.#advance() : "");
      }
      case "partEnd":
        return kind.value.choice === 0 ? this.#end(kind.value.index) : "";
      case "start":
        this.#serviceTier = kind.value.serviceTier;
        return this.#begin();
      case "finish":
        return kind.value.choice === 0 ? this.#finish(kind.value) : "";
      case "usage":
        this.#usage = kind.value; // told once, at the end: the last one counts
        return "";
      case "error":
        throw new GatewayError("upstream_error", kind.value.message);
      case undefined:
        return "";
      default:
        return kind satisfies never;
    }
  }

  /** The last event: what it took. */
  end(): string {
    const stop = this.#started ? this.#finish(noReason) : "";
    if (this.#usage === undefined) return stop;
    const metadata: Members = { usage: writeUsage(this.#usage), serviceTier: writeServiceTier(this.#serviceTier) };
    graftBesideUsage(metadata, this.#usage);
    return stop + eventText("metadata", toJson(metadata));
  }

  #begin(): string {
    if (this.#started) return "";
    this.#started = true;
    return eventText("messageStart", '{"role":"assistant"}');
  }

  #grow(delta: PartDelta): string {
    const open = this.#open;
    if (open?.index !== delta.index) {
      this.#waiting.get(delta.index)?.deltas.push(delta);
      return "";
    }
    const growth = growthOf(delta, open);
    if (growth === undefined) return "";
    open.isEmpty = false;
    return deltaText(this.#blocks, growth);
  }

  #end(index: number): string {
    if (this.#open?.index === index) return this.#close() + this.#advance();
    const waiting = this.#waiting.get(index);
    if (waiting !== undefined) waiting.ended = true;
    return "";
  }

  /** Ends the open block. One that nothing was said in is an empty text, or thought. */
  #close(): string {
    if (this.#open === undefined) return "";
    const { isThought, isText, isEmpty } = this.#open;
    const at = this.#blocks;
    this.#open = undefined;
    this.#blocks += 1;
    const nothing = isThought ? thoughtDelta("text", "") : textDelta("");
    const last = isText ? inputDelta('"}') : isEmpty ? nothing : undefined;
    return (last === undefined ? "" : deltaText(at, last)) + stopText(at);
  }

  /** Writes what waits, up to a part that still grows. */
  #advance(): string {
    let wire = "";
    for (const [index, { part, deltas, ended }] of this.#waiting) {
      this.#waiting.delete(index);
      const begin = beginOf(part);
      if (begin === undefined) continue;
      const isThought = part.kind.case === "reasoning";
      const isEmpty = begin.start === undefined && begin.deltas.length === 0;
      this.#open = { index, isThought, isText: isTextCall(part), isEmpty };
      if (begin.start !== undefined) wire += startText(this.#blocks, begin.start);
      for (const delta of begin.deltas) wire += deltaText(this.#blocks, delta);
      for (const delta of deltas) wire += this.#grow(delta);
      if (!ended) return wire;
      wire += this.#close();
    }
    return wire;
  }

  /** Nothing grows any more: what waits is written whole. */
  #finish({ reason, nativeReason, stopSequence, extensions }: Finish): string {
    if (this.#finished) return "";
    this.#finished = true;
    let wire = this.#begin() + this.#close();
    for (const waiting of this.#waiting.values()) waiting.ended = true;
    wire += this.#advance();
    const stop: Members = { stopReason: writeStopReason(reason, nativeReason, stopSequence) };
    graftFinish(stop, stopSequence, extensions);
    return wire + eventText("messageStop", toJson(stop));
  }
}

function graftFinish(target: Members, stopSequence: string, extensions: Readonly<Record<string, string>>): void {
  graftOwn(target, extensions, dialectName);
  if (stopSequence !== "") target.additionalModelResponseFields ??= { stop_sequence: stopSequence };
}

/** "ConverseResponse". Of several choices it can hold only one. */
export function writeWhole(chat: ChatResponse): string {
  const choice = chat.choices.find(({ index }) => index === 0) ?? chat.choices[0];
  const content = (choice?.message?.parts ?? []).flatMap<Members | RawJson>(wholeBlocks);
  const { finishReason = FinishReason.UNSPECIFIED, nativeFinishReason = "", stopSequence = "" } = choice ?? {};
  const answer: Members = {
    output: { message: { role: "assistant", content } },
    stopReason: writeStopReason(finishReason, nativeFinishReason, stopSequence),
    usage: chat.usage && writeUsage(chat.usage),
    serviceTier: writeServiceTier(chat.serviceTier),
  };
  if (choice !== undefined) graftFinish(answer, stopSequence, choice.extensions);
  if (chat.usage !== undefined) graftBesideUsage(answer, chat.usage);
  graftOwn(answer, chat.extensions, dialectName);
  return toJson(answer);
}

function wholeBlocks(part: Part): (Members | RawJson)[] {
  const { kind } = part;
  switch (kind.case) {
    case "text": {
      const { text, citations } = kind.value;
      if (citations.length === 0) return [{ text }];
      const written = citations.map((citation) => writeCitation(citation));
      return [{ citationsContent: { content: [{ text }], citations: written } }];
    }
    case "refusal":
      return [{ text: kind.value.text }];
    case "reasoning": {
      const { text, signature, redacted } = kind.value;
      const isBinary = redacted === "" || readBase64(redacted) !== undefined;
      if (!isBinary && text === "" && signature === "") return [];
      const blocks = reasoningBlocks(text, signature, isBinary ? redacted : "");
      if (blocks[0] !== undefined) graftOwn(blocks[0], part.extensions, dialectName);
      return blocks;
    }
    case "toolCall": {
      const { id, name, arguments: input } = kind.value;
      const block: Members = { toolUse: { toolUseId: id, name, input: writeArguments(input, isTextCall(part)) } };
      graftOwn(block, part.extensions, dialectName);
      return [block];
    }
    case "audio":
      return kind.value.transcript === "" ? [] : [{ text: kind.value.transcript }];
    case "image": {
      const image = writeImage(part);
      return image === undefined ? [] : [{ image }];
    }
    case "opaque":
      return kind.value.dialect === dialectName && isJson(kind.value.json) ? [new RawJson(kind.value.json)] : [];
    case "video":
    case "file":
    case "toolResult":
    case undefined:
      return [];
    default:
      return kind satisfies never;
  }
}

function writeArguments(written: string, isText: boolean): Json {
  if (isText) return writeTextInput(written);
  if (written.trim() === "") return {};
  // broken JSON stays what it is, as a text: a client that wants an object will say so
  return isJson(written) ? new RawJson(written) : written;
}
