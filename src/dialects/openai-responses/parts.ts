import type { CacheBreakpoint, Media, Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { PlacedPart } from "../../core/conversation.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import { fieldText, type Members } from "../../core/extensions.ts";
import { type PartInit, part, readMedia, toBase64, writeDataUrl } from "../../core/media.ts";
import { WireObject } from "../../core/wire-object.ts";
import { records } from "../../core/wire-values.ts";
import type { Json, RawJson } from "../../lib/json-text.ts";
import { readAudioFormat, writeAudioFormat } from "../openai/audio-formats.ts";
import { readCitation, writeCitation } from "./citations.ts";
import { contentKey, isBareText, withoutLayout } from "./items.ts";
import { readLogprobs, writeLogprobs } from "./logprobs.ts";
import { dialectName, type ModelWords } from "./wire.ts";

/** The content of a message or of a tool's output: "Create a model response", input. */

/** `key`: "content" of a message, or "output" of a tool. */
export function readContent(wire: WireObject, key: "content" | "output"): Part[] {
  const content = wire.raw(key);
  if (typeof content === "string") return [part({ case: "text", value: { text: content } })];
  if (!Array.isArray(content)) throw wire.wrong(key, "a string or an array of parts");
  return content.map((item, i) => readPart(new WireObject(item, `${wire.at(key)}[${i}]`)));
}

function readPart(wire: WireObject): Part {
  const type = wire.required("type", wire.string("type"), "the kind of part, for example 'input_text'");
  const { kind, inner } = readKind(type, wire);
  const read = part(kind);
  if (kind.case === "opaque") {
    read.extensions = { [contentKey]: "true" };
    return read; // it holds all of the wire's
  }
  if (type === "output_text") read.logprobs = readLogprobs(wire.raw("logprobs"));
  read.cacheBreakpoint = readBreakpoint(wire);
  read.extensions = { ...wire.rest(dialectName), ...inner?.rest(dialectName, `${type}.`) };
  return read;
}

function readBreakpoint(wire: WireObject): CacheBreakpoint | undefined {
  const own = wire.object("prompt_cache_breakpoint");
  if (own === undefined) return undefined;
  return { $typeName: "causeway.chat.v1.CacheBreakpoint", ttl: own.string("ttl") ?? "" };
}

interface ReadKind {
  readonly kind: PartInit;
  /** The object that the part's type names. */
  readonly inner?: WireObject;
}

function readKind(type: string, wire: WireObject): ReadKind {
  switch (type) {
    case "input_text":
      return { kind: { case: "text", value: { text: wire.required("text", wire.string("text"), "a string") } } };
    case "output_text": {
      const text = wire.required("text", wire.string("text"), "a string");
      const citations = records(wire.array("annotations")).map(readCitation);
      return { kind: { case: "text", value: { text, citations } } };
    }
    case "refusal": {
      const text = wire.required("refusal", wire.string("refusal"), "a string");
      return { kind: { case: "refusal", value: { text } } };
    }
    case "input_image": {
      const url = wire.string("image_url");
      const detail = wire.string("detail") ?? "";
      return { kind: { case: "image", value: { media: readSource(wire, url, "image_url"), detail } } };
    }
    case "input_file": {
      const filename = wire.string("filename") ?? "";
      return { kind: { case: "file", value: { media: readSource(wire, readFileUrl(wire), "file_data"), filename } } };
    }
    case "input_audio": {
      const inner = wire.required(type, wire.object(type), "an object with 'data' and 'format'");
      const value = inner.required("data", inner.base64("data"), "base64");
      const format = inner.required("format", inner.string("format"), "'wav' or 'mp3'");
      const source = { case: "data" as const, value };
      return { kind: { case: "audio", value: { media: { source, mediaType: readAudioFormat(format) } } }, inner };
    }
    default: {
      const json = wire.required("type", fieldText(wire.value), "a part that is not nested too deeply");
      return { kind: { case: "opaque", value: { dialect: dialectName, type, json } } };
    }
  }
}

/** Bytes and addresses go before an id; where there is both, the id is among the rest. */
function readSource(
  wire: WireObject,
  bytes: string | ReturnType<typeof readMedia> | undefined,
  key: string,
): ReturnType<typeof readMedia> {
  if (bytes !== undefined) return typeof bytes === "string" ? readMedia(bytes) : bytes;
  const id = wire.required(key, wire.string("file_id"), "an address or a data: URL, or 'file_id'");
  return { source: { case: "fileId", value: id } };
}

/** A data: URL or the bare base64; else an address. */
function readFileUrl(file: WireObject): string | ReturnType<typeof readMedia> | undefined {
  const data = file.string("file_data");
  if (data === undefined) return file.string("file_url");
  if (/^data:/i.test(data)) return data;
  return { source: { case: "data", value: file.base64("file_data") ?? new Uint8Array() } };
}

/** What writing a message needs to know and collects. */
export interface MessageContext {
  readonly drops: Drops;
  readonly words: ModelWords;
}

/** Whose words they are: the model's own have types of their own. */
export type Speaker = "assistant" | "other";

/** A single plain text is a string; anything else is an array of parts. `isArray`: so is a plain text. */
export function writeContent(
  parts: readonly PlacedPart[],
  speaker: Speaker,
  context: MessageContext,
  isArray = false,
): Json {
  const written = parts.flatMap<Members | RawJson>((placed) => writePart(placed, speaker, context) ?? []);
  const [first] = written;
  if (first === undefined) return parts.length === 0 || isArray ? [] : "";
  const [only] = parts;
  const isPlain = !isArray && parts.length === 1 && only !== undefined && isBareText(only.part);
  return isPlain && "text" in first ? first.text : written;
}

function writePart(
  { part, path }: PlacedPart,
  speaker: Speaker,
  context: MessageContext,
): Members | RawJson | undefined {
  const { drops, words } = context;
  const { kind, cacheBreakpoint } = part;
  const extensions = withoutLayout(part.extensions);
  if (kind.case === "opaque" && kind.value.dialect === dialectName) {
    drops.ifSet(`${path}.cache_breakpoint`, cacheBreakpoint);
    drops.ifSet(`${path}.logprobs`, part.logprobs);
    drops.ifSet(`${path}.extensions`, extensions);
    return userJson(kind.value.json, `${path}.opaque.json`);
  }
  const written = speaker === "assistant" ? writeSpoken(part, path, drops) : writeKind(part, path, drops);
  if (written === undefined) return drops.add(`${path}.${kind.case === undefined ? "kind" : snakeCase(kind.case)}`);
  if (written.type !== "output_text") drops.ifSet(`${path}.logprobs`, part.logprobs);
  if (cacheBreakpoint !== undefined && words.cacheBreakpoints && speaker === "other") {
    const { ttl } = cacheBreakpoint;
    const isKnown = ttl === "30m" || ttl === "12h";
    written.prompt_cache_breakpoint = isKnown ? { mode: "explicit", ttl } : { mode: "explicit" };
    if (!isKnown) drops.ifSet(`${path}.cache_breakpoint.ttl`, ttl);
  } else drops.ifSet(`${path}.cache_breakpoint`, cacheBreakpoint);
  drops.graft(written, extensions, path);
  return written;
}

/** The model's own words. Other pieces of its messages the vendor does not take back. */
function writeSpoken({ kind, logprobs }: Part, path: string, drops: Drops): Members | undefined {
  switch (kind.case) {
    case "text": {
      const annotations = kind.value.citations.flatMap((citation, i) => {
        return writeCitation(citation) ?? drops.add(`${path}.text.citations[${i}]`) ?? [];
      });
      return { type: "output_text", text: kind.value.text, annotations, logprobs: writeLogprobs(logprobs) };
    }
    case "refusal":
      return { type: "refusal", refusal: kind.value.text };
    default:
      return undefined;
  }
}

/** undefined: this dialect has no word for such a part. */
function writeKind({ kind }: Part, path: string, drops: Drops): Members | undefined {
  switch (kind.case) {
    case "text":
      drops.ifSet(`${path}.text.citations`, kind.value.citations);
      return { type: "input_text", text: kind.value.text };
    case "image": {
      const { media, detail } = kind.value;
      const source = media && writeImage(media, `${path}.image`, drops);
      return source && { type: "input_image", ...source, detail: detail || undefined };
    }
    case "audio": {
      const { media, id, transcript, expiresAt } = kind.value;
      const format = media && writeAudioFormat(media.mediaType);
      if (media?.source.case !== "data" || format === undefined) return undefined;
      drops.ifSet(`${path}.audio.id`, id);
      drops.ifSet(`${path}.audio.transcript`, transcript);
      drops.ifSet(`${path}.audio.expires_at`, expiresAt);
      return { type: "input_audio", input_audio: { data: toBase64(media.source.value), format } };
    }
    case "file": {
      const { media, filename, context, citations } = kind.value;
      const source = media && writeFile(media, `${path}.file`, drops);
      if (source === undefined) return undefined;
      drops.ifSet(`${path}.file.context`, context);
      drops.ifSet(`${path}.file.citations`, citations);
      return { type: "input_file", ...source, filename: filename || undefined };
    }
    case "refusal": // only the model declines
    case "video":
    case "opaque": // another dialect's
    case "toolCall":
    case "toolResult":
    case "reasoning":
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

function writeImage(media: Media, path: string, drops: Drops): Members | undefined {
  const { source, mediaType } = media;
  if (source.case !== "data") drops.ifSet(`${path}.media.media_type`, mediaType);
  if (source.case === "fileId") return { file_id: source.value };
  const url = writeDataUrl(media);
  return url === undefined ? undefined : { image_url: url };
}

function writeFile(media: Media, path: string, drops: Drops): Members | undefined {
  const { source, mediaType } = media;
  if (source.case !== "data") drops.ifSet(`${path}.media.media_type`, mediaType);
  switch (source.case) {
    case "data":
      return { file_data: mediaType === "" ? toBase64(source.value) : writeDataUrl(media) };
    case "url":
      return /^data:/i.test(source.value) ? { file_data: source.value } : { file_url: source.value };
    case "fileId":
      return { file_id: source.value };
    case undefined:
      return undefined;
    default:
      return source satisfies never;
  }
}

/** A field's name as the contract's documents spell it. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
