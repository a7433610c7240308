import type { Audio, CacheBreakpoint, Media, Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { PlacedPart } from "../../core/conversation.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import { fieldText, type Members } from "../../core/extensions.ts";
import { type PartInit, part, readMedia, toBase64, writeDataUrl } from "../../core/media.ts";
import { dropProof } from "../../core/proof.ts";
import { WireObject } from "../../core/wire-object.ts";
import { type Json, RawJson } from "../../lib/json-text.ts";
import { readAudioFormat, writeAudioFormat } from "../openai/audio-formats.ts";
import { isDetailType } from "./reasoning-details.ts";
import type { Words } from "./variant.ts";
import { dialectName } from "./wire.ts";

/** The content of a message: "Create chat completion", messages.content. */

export function readContent(wire: WireObject): Part[] {
  const content = wire.raw("content");
  if (content === undefined) return [];
  if (typeof content === "string") return [part({ case: "text", value: { text: content } })];
  if (!Array.isArray(content)) throw wire.wrong("content", "a string or an array of parts");
  return content.map((item, i) => readPart(new WireObject(item, `${wire.at("content")}[${i}]`)));
}

function readPart(wire: WireObject): Part {
  const type = wire.required("type", wire.string("type"), "the kind of part, for example 'text'");
  const { kind, inner } = readKind(type, wire);
  const read = part(kind);
  if (kind.case === "opaque") return read; // it holds all of the wire's
  read.cacheBreakpoint = readBreakpoint(wire);
  read.extensions = { ...wire.rest(dialectName), ...inner?.rest(dialectName, `${type}.`) };
  return read;
}

/** OpenAI's own breakpoint, and Anthropic's, which several compatible vendors take (OpenRouter, "Prompt caching"). */
export function readBreakpoint(wire: WireObject): CacheBreakpoint | undefined {
  const own = wire.object("prompt_cache_breakpoint");
  const control = wire.object("cache_control");
  if (own === undefined && control === undefined) return undefined;
  return { $typeName: "causeway.chat.v1.CacheBreakpoint", ttl: control?.string("ttl") ?? "" };
}

interface ReadKind {
  readonly kind: PartInit;
  /** The object that the part's type names. */
  readonly inner?: WireObject;
}

function readKind(type: string, wire: WireObject): ReadKind {
  switch (type) {
    case "text":
      return { kind: { case: "text", value: { text: wire.required("text", wire.string("text"), "a string") } } };
    case "refusal": {
      const words = wire.required("refusal", wire.string("refusal"), "a string");
      return { kind: { case: "refusal", value: { text: words } } };
    }
    case "image_url": {
      const inner = wire.required(type, wire.object(type), "an object with 'url'");
      const url = inner.required("url", inner.string("url"), "an address or a data: URL");
      return { kind: { case: "image", value: { media: readMedia(url), detail: inner.string("detail") ?? "" } }, inner };
    }
    case "input_audio": {
      if (typeof wire.raw(type) === "string") return readOpaque(type, wire); // Mistral's
      const inner = wire.required(type, wire.object(type), "an object with 'data' and 'format'");
      const value = inner.required("data", inner.base64("data"), "base64");
      const format = inner.required("format", inner.string("format"), "'wav' or 'mp3'");
      const source = { case: "data" as const, value };
      return { kind: { case: "audio", value: { media: { source, mediaType: readAudioFormat(format) } } }, inner };
    }
    case "file": {
      const own = wire.raw(type) === undefined ? wire.string("file_id") : undefined; // Mistral's
      if (own !== undefined) {
        return { kind: { case: "file", value: { media: { source: { case: "fileId", value: own } } } } };
      }
      const inner = wire.required(type, wire.object(type), "an object with 'file_id' or 'file_data'");
      const id = inner.string("file_id");
      const media = id === undefined ? readFileData(inner) : { source: { case: "fileId" as const, value: id } };
      return { kind: { case: "file", value: { media, filename: inner.string("filename") ?? "" } }, inner };
    }
    case "video_url": {
      // not OpenAI's: vLLM, OpenRouter and others take it
      const inner = wire.required(type, wire.object(type), "an object with 'url'");
      const url = inner.required("url", inner.string("url"), "an address or a data: URL");
      return { kind: { case: "video", value: { media: readMedia(url) } }, inner };
    }
    default:
      return readOpaque(type, wire);
  }
}

function readOpaque(type: string, wire: WireObject): ReadKind {
  const json = wire.required("type", fieldText(wire.value), "a part that is not nested too deeply");
  return { kind: { case: "opaque", value: { dialect: dialectName, type, json } } };
}

/** A data: URL, the bare base64, or (OpenRouter) an address. */
function readFileData(file: WireObject): ReturnType<typeof readMedia> {
  const data = file.required("file_data", file.string("file_data"), "a data: URL, or 'file_id'");
  if (/^[a-z][a-z0-9+.-]*:/i.test(data)) return readMedia(data);
  return { source: { case: "data", value: file.base64("file_data") ?? new Uint8Array() } };
}

/** What writing a message needs to know and collects. */
export interface MessageContext {
  readonly drops: Drops;
  readonly words: Words;
  /** The vendor's name for the model. */
  readonly model: string;
}

/** A single plain text is a string, which every compatible vendor takes; anything else is an array of parts. */
export function writeContent(parts: readonly PlacedPart[], context: MessageContext): Json {
  const written = parts.flatMap<Members | RawJson>((placed) => writePart(placed, context) ?? []);
  const [first] = written;
  if (first === undefined) return "";
  return written.length === 1 && isPlainText(first) ? first.text : written;
}

const isPlainText = (written: Members | RawJson): written is Members =>
  !(written instanceof RawJson) && written.type === "text" && Object.keys(written).length === 2;

function writePart({ part, path }: PlacedPart, context: MessageContext): Members | RawJson | undefined {
  const { drops, words } = context;
  const { kind, cacheBreakpoint, extensions } = part;
  drops.ifSet(`${path}.logprobs`, part.logprobs);
  if (kind.case === "opaque" && kind.value.dialect === dialectName && !isDetailType(kind.value.type)) {
    drops.ifSet(`${path}.cache_breakpoint`, cacheBreakpoint);
    drops.ifSet(`${path}.extensions`, extensions);
    return userJson(kind.value.json, `${path}.opaque.json`);
  }
  const written = writeKind(part, path, context);
  if (written === undefined) return drops.add(`${path}.${kind.case === undefined ? "kind" : snakeCase(kind.case)}`);
  writeBreakpoint(written, cacheBreakpoint, path, words, drops);
  drops.graft(written, extensions, path);
  return written;
}

/** Marks the end of what is to be cached, in the vendor's way, or reports that it cannot be. */
export function writeBreakpoint(
  target: Members,
  breakpoint: CacheBreakpoint | undefined,
  path: string,
  { breakpoints }: Words,
  drops: Drops,
): void {
  if (breakpoint === undefined) return;
  switch (breakpoints) {
    case "prompt_cache_breakpoint":
      target.prompt_cache_breakpoint = { mode: "explicit" };
      drops.ifSet(`${path}.cache_breakpoint.ttl`, breakpoint.ttl);
      return;
    case "cache_control":
      target.cache_control = { type: "ephemeral", ttl: breakpoint.ttl || undefined };
      return;
    case undefined:
      drops.add(`${path}.cache_breakpoint`);
      return;
    default:
      breakpoints satisfies never;
  }
}

/** undefined: this dialect, or this vendor, has no word for such a part. */
function writeKind({ kind }: Part, path: string, { drops, words }: MessageContext): Members | undefined {
  switch (kind.case) {
    case "text":
      drops.ifSet(`${path}.text.citations`, kind.value.citations);
      return { type: "text", text: kind.value.text };
    case "refusal":
      return words.refuses.has("assistant.refusal")
        ? { type: "text", text: kind.value.text }
        : { type: "refusal", refusal: kind.value.text };
    case "image": {
      const { media, detail } = kind.value;
      const url = media && writeUrl(media, `${path}.image`, drops);
      if (url === undefined) return undefined;
      const image: Members = detail === "" ? { url } : { url, detail };
      return { type: "image_url", image_url: image };
    }
    case "video": {
      const url = kind.value.media && writeUrl(kind.value.media, `${path}.video`, drops);
      return url === undefined ? undefined : { type: "video_url", video_url: { url } };
    }
    case "audio":
      return writeAudio(kind.value, path, drops, words);
    case "file": {
      const { media, context, citations } = kind.value;
      const written = media && writeFile(media, kind.value.filename, `${path}.file`, drops, words);
      if (written === undefined) return undefined;
      drops.ifSet(`${path}.file.context`, context);
      drops.ifSet(`${path}.file.citations`, citations);
      return written;
    }
    case "reasoning": {
      if (words.thoughts !== "content") return undefined;
      // Mistral's ("Reasoning"): it takes its thoughts back as they came
      const { text } = kind.value;
      if (text === "") return undefined;
      dropProof(kind.value, path, drops);
      return { type: "thinking", thinking: [{ type: "text", text }] };
    }
    case "opaque": // another dialect's
    case "toolCall":
    case "toolResult":
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

function writeAudio(audio: Audio, path: string, drops: Drops, words: Words): Members | undefined {
  const { media, id, transcript, expiresAt } = audio;
  const format = media && writeAudioFormat(media.mediaType);
  if (media?.source.case !== "data" || format === undefined) return undefined;
  drops.ifSet(`${path}.audio.id`, id);
  drops.ifSet(`${path}.audio.transcript`, transcript);
  drops.ifSet(`${path}.audio.expires_at`, expiresAt);
  const data = toBase64(media.source.value);
  if (words.audio === "object") return { type: "input_audio", input_audio: { data, format } };
  drops.add(`${path}.audio.media.media_type`); // the bytes tell
  return { type: "input_audio", input_audio: data };
}

function writeUrl(media: Media, path: string, drops: Drops): string | undefined {
  if (media.source.case === "url") drops.ifSet(`${path}.media.media_type`, media.mediaType);
  return writeDataUrl(media);
}

function writeFile(media: Media, filename: string, path: string, drops: Drops, words: Words): Members | undefined {
  const { source, mediaType } = media;
  if (words.documents === "document_url") return writeDocument(media, filename, path, drops);
  if (words.documents === "file_url") {
    // Perplexity's ("File Attachments"): base64 stands there bare
    const url = source.case === "data" ? toBase64(source.value) : source.case === "url" ? source.value : undefined;
    if (url === undefined) return undefined;
    drops.ifSet(`${path}.media.media_type`, mediaType);
    return { type: "file_url", file_url: { url }, file_name: filename || undefined };
  }
  const file = writeFileSource(media, path, drops);
  if (file === undefined) return undefined;
  if (filename !== "") file.filename = filename;
  return { type: "file", file };
}

/** Mistral's ("Document QnA"). */
function writeDocument(media: Media, filename: string, path: string, drops: Drops): Members | undefined {
  if (media.source.case === "fileId") {
    drops.ifSet(`${path}.media.media_type`, media.mediaType);
    drops.ifSet(`${path}.filename`, filename);
    return { type: "file", file_id: media.source.value };
  }
  const url = writeUrl(media, path, drops);
  if (url === undefined) return undefined;
  return { type: "document_url", document_url: url, document_name: filename || undefined };
}

function writeFileSource(media: Media, path: string, drops: Drops): Members | undefined {
  const { source, mediaType } = media;
  if (source.case === "data" && mediaType === "") return { file_data: toBase64(source.value) };
  if (source.case !== "fileId") {
    const url = writeUrl(media, path, drops);
    return url === undefined ? undefined : { file_data: url };
  }
  drops.ifSet(`${path}.media.media_type`, mediaType);
  return { file_id: source.value };
}

/** A field's name as the contract's documents spell it. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
