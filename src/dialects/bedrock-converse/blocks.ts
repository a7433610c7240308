import {
  type CacheBreakpoint,
  type File,
  type Part,
  type Reasoning,
  type Text,
  type ToolCall,
  ToolKind,
  type ToolResult,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { PlacedPart } from "../../core/conversation.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { readBase64 } from "../../core/media.ts";
import { writeTextInput } from "../../core/reserved-tools.ts";
import { isRecord, parseLeniently } from "../../core/wire-values.ts";
import { RawJson } from "../../lib/json-text.ts";
import { writeCitation } from "./citations.ts";
import {
  audioFormats,
  documentFormats,
  type Formats,
  imageFormats,
  videoFormats,
  writeFormat,
  writeSource,
} from "./media.ts";
import type { ModelWords } from "./models.ts";
import { marks } from "./parts.ts";
import { checkToolName, textToolName } from "./reserved-tools.ts";
import { dialectName } from "./wire.ts";

/** What writing a request needs to know and collects. */
export interface WriteContext {
  readonly drops: Drops;
  readonly words: ModelWords;
  /** Fields that are brought about in another way. */
  readonly emulated: string[];
  /** Names of documents that are taken: they have to differ. */
  readonly names: Set<string>;
}

export type Block = Members | RawJson;

/** A part's blocks: none for what is empty or cannot be said, several for thoughts that are partly shown. */
export function writeBlocks({ part, path }: PlacedPart, context: WriteContext): Block[] {
  const { drops } = context;
  const { kind, extensions } = part;
  drops.ifSet(`${path}.logprobs`, part.logprobs);
  if (kind.case === "opaque" && kind.value.dialect === dialectName) {
    drops.ifSet(`${path}.extensions`, extensions);
    return [userJson(kind.value.json, `${path}.opaque.json`)];
  }
  const others = withoutMarks(extensions, kind.case);
  const written = writeKind(part, path, context);
  if (written === undefined) drops.add(`${path}.${kind.case === undefined ? "kind" : snakeCase(kind.case)}`);
  const [first] = written ?? [];
  if (first !== undefined && !(first instanceof RawJson)) drops.graft(first, others, path);
  else if (written !== undefined) drops.ifSet(`${path}.extensions`, others);
  return written ?? [];
}

function withoutMarks(extensions: Part["extensions"], kind: Part["kind"]["case"]): Part["extensions"] {
  const taken: readonly string[] =
    kind === "text" ? [marks.guarded, marks.json] : kind === "file" ? [marks.textDocument] : [];
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => !taken.includes(key)));
}

/** "CachePointBlock". undefined: this model takes none there, which is reported. */
export function writeCachePoint(
  breakpoint: CacheBreakpoint,
  path: string,
  isTaken: boolean,
  drops: Drops,
): Members | undefined {
  if (!isTaken) return drops.add(`${path}.cache_breakpoint`);
  const { ttl } = breakpoint;
  const isKnown = ttl === "5m" || ttl === "1h";
  if (!isKnown) drops.ifSet(`${path}.cache_breakpoint.ttl`, ttl);
  return { cachePoint: { type: "default", ttl: isKnown ? ttl : undefined } };
}

/** undefined: Bedrock has no word for such a part. */
function writeKind(part: Part, path: string, context: WriteContext): Block[] | undefined {
  const { kind } = part;
  const { drops } = context;
  switch (kind.case) {
    case "text":
      return writeText(kind.value, part.extensions, path, drops);
    case "refusal": {
      context.emulated.push(`${path}.refusal`); // in the words of the model, where it has no others
      return kind.value.text === "" ? [] : [{ text: kind.value.text }];
    }
    case "image": {
      const written = writeMedium("image", kind.value.media, imageFormats);
      if (written !== undefined) drops.ifSet(`${path}.image.detail`, kind.value.detail);
      return written;
    }
    case "video":
      return writeMedium("video", kind.value.media, videoFormats);
    case "audio": {
      const { media, id, transcript, expiresAt } = kind.value;
      const written = writeMedium("audio", media, audioFormats);
      if (written === undefined) return undefined;
      drops.ifSet(`${path}.audio.id`, id);
      drops.ifSet(`${path}.audio.transcript`, transcript);
      drops.ifSet(`${path}.audio.expires_at`, expiresAt);
      return written;
    }
    case "file":
      return writeDocument(kind.value, part.extensions[marks.textDocument], path, context);
    case "toolCall":
      return [writeToolUse(kind.value, path, context)];
    case "toolResult":
      return [writeToolResult(kind.value, path, context)];
    case "reasoning":
      return writeReasoning(kind.value, path, context);
    case "opaque": // another dialect's
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** An empty text, which says nothing, is refused ("The text field in the ContentBlock object is blank"). */
function writeText(value: Text, extensions: Part["extensions"], path: string, drops: Drops): Block[] {
  const { text, citations } = value;
  if (citations.length > 0) {
    const written = citations.map((citation, i) => writeCitation(citation, drops, `${path}.text.citations[${i}]`));
    return [{ citationsContent: { content: [{ text }], citations: written } }];
  }
  const json = extensions[marks.json];
  if (json === "true" && isJson(text)) return [{ json: new RawJson(text) }];
  const guarded = extensions[marks.guarded];
  if (guarded !== undefined) {
    const more = parseLeniently(userJson(guarded, `${path}.extensions[${marks.guarded}]`).text);
    return [{ guardContent: { text: { text, ...(isRecord(more) ? raw(more) : {}) } } }];
  }
  return text === "" ? [] : [{ text }];
}

const raw = (value: Readonly<Record<string, unknown>>): Members =>
  Object.fromEntries(Object.entries(value).map(([key, member]) => [key, new RawJson(JSON.stringify(member))]));

function writeMedium(kind: string, media: File["media"], formats: Formats): Block[] | undefined {
  const format = media && writeFormat(mediaTypeOf(media), formats);
  const source = media && writeSource(media);
  return format === undefined || source === undefined ? undefined : [{ [kind]: { format, source } }];
}

/** Addresses often come without a type: then their ending tells. */
function mediaTypeOf(media: NonNullable<File["media"]>): string {
  if (media.mediaType !== "" || media.source.case !== "url") return media.mediaType;
  const format = /\.([a-z0-9]+)$/i.exec(media.source.value)?.[1]?.toLowerCase() ?? "";
  const known = [imageFormats, videoFormats, audioFormats, documentFormats].find((formats) => formats.has(format));
  return known?.get(format) ?? (format === "jpg" ? "image/jpeg" : "");
}

/** "DocumentBlock". */
function writeDocument(file: File, mark: string | undefined, path: string, context: WriteContext): Block[] | undefined {
  const { media, context: about, citations } = file;
  const isText = mark !== undefined && media?.source.case === "data";
  const mediaType = media === undefined ? "" : mediaTypeOf(media);
  const format = writeFormat(mediaType, documentFormats);
  const source = media && writeSource(media);
  if (source === undefined || (format === undefined && mediaType !== "")) return undefined;
  const bytes = isText ? media.source.value : undefined;
  const document: Members = {
    format: mark === '"text"' ? undefined : format,
    name: writeName(file.filename, path, context),
    source: bytes instanceof Uint8Array ? { text: Buffer.from(bytes).toString("utf8") } : source,
    context: about === "" ? undefined : about,
    citations: citations ? { enabled: true } : undefined,
  };
  return [{ document }];
}

/** "DocumentBlock", name: of what is refused. */
const notInNames = /[^A-Za-z0-9 \-()[\]]+/g;
const longestName = 200;

/** Names that are refused are made such as are taken, and such as are the same are told apart. */
function writeName(filename: string, path: string, { names, emulated }: WriteContext): string {
  const bare = filename.replace(notInNames, "-").replace(/ {2,}/g, " ").slice(0, longestName);
  const stem = /[A-Za-z0-9]/.test(bare) ? bare : "document";
  let name = stem;
  for (let i = 2; names.has(name); i += 1) name = `${stem.slice(0, longestName - 8)}-${i}`;
  names.add(name);
  if (name !== filename && filename !== "") emulated.push(`${path}.file.filename`);
  return name;
}

/** "ToolUseBlock". */
function writeToolUse(call: ToolCall, path: string, { drops, emulated }: WriteContext): Members {
  const { id: toolUseId, name, arguments: written } = call;
  drops.ifSet(`${path}.tool_call.signature`, call.signature.length > 0);
  if (call.kind === ToolKind.CUSTOM) {
    emulated.push(`${path}.tool_call.kind`);
    const toolName = textToolName(name, `${path}.tool_call.name`);
    return { toolUse: { toolUseId, name: toolName, input: writeTextInput(written) } };
  }
  checkToolName(name, `${path}.tool_call.name`);
  const isWrapped = written.trim() !== "" && !isRecord(parseLeniently(written));
  if (isWrapped) emulated.push(`${path}.tool_call.arguments`);
  return { toolUse: { toolUseId, name, input: isWrapped ? { INVALID_JSON: written } : writeInput(written) } };
}

/**
 * A call's input has to be a JSON object, or the request is refused. Arguments that are none, such as the broken JSON
 * that models write at times, go back to the model as they are, in an object of one member: so it sees what it wrote.
 */
const writeInput = (written: string): Members | RawJson => (written.trim() === "" ? {} : new RawJson(written));

export const isJson = (text: string): boolean => parseLeniently(text) !== undefined;

/** "ToolResultBlock". */
function writeToolResult(result: ToolResult, path: string, context: WriteContext): Members {
  const { drops } = context;
  drops.ifSet(`${path}.tool_result.name`, result.name);
  const content = result.parts.flatMap((part, i) => {
    const placed = { part, path: `${path}.tool_result.parts[${i}]` };
    drops.ifSet(`${placed.path}.cache_breakpoint`, part.cacheBreakpoint);
    return isInResults(part) ? writeBlocks(placed, context) : (drops.add(placed.path) ?? []);
  });
  const status = result.isError ? "error" : undefined;
  return { toolResult: { toolUseId: result.toolCallId, content, status } };
}

/** "ToolResultContentBlock". */
function isInResults({ kind, extensions }: Part): boolean {
  if (kind.case === "text") return kind.value.citations.length === 0 && extensions[marks.guarded] === undefined;
  return kind.case === "image" || kind.case === "file" || kind.case === "video" || kind.case === "opaque";
}

/** "ReasoningContentBlock". */
function writeReasoning(reasoning: Reasoning, path: string, { drops, words }: WriteContext): Block[] {
  const { text, signature, redacted, summary, id } = reasoning;
  drops.ifSet(`${path}.reasoning.summary`, summary);
  drops.ifSet(`${path}.reasoning.id`, id);
  const isBinary = redacted !== "" && readBase64(redacted) !== undefined;
  if (!isBinary) drops.ifSet(`${path}.reasoning.redacted`, redacted);
  const isShown = signature !== "" || (text !== "" && !words.provenThoughts);
  if (!isShown) drops.ifSet(`${path}.reasoning.text`, text);
  const blocks = reasoningBlocks(isShown ? text : "", signature, isBinary ? redacted : "");
  return isShown || isBinary ? blocks : [];
}

/** What is shown of thoughts and what is not stand in blocks of their own. Also of an answer. */
export function reasoningBlocks(text: string, signature: string, redacted: string): Members[] {
  const blocks: Members[] = [];
  if (text !== "" || signature !== "" || redacted === "") {
    const reasoningText = signature === "" ? { text } : { text, signature };
    blocks.push({ reasoningContent: { reasoningText } });
  }
  if (redacted !== "") blocks.push({ reasoningContent: { redactedContent: redacted } });
  return blocks;
}

/** A field's name as the contract's documents spell it. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
