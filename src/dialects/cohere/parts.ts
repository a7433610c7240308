import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { PlacedPart } from "../../core/conversation.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import { fieldText, type Members } from "../../core/extensions.ts";
import { type PartInit, part, readMedia, writeDataUrl } from "../../core/media.ts";
import { dropProof } from "../../core/proof.ts";
import { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { type Json, RawJson } from "../../lib/json-text.ts";
import { readDocument, writeDocument } from "./documents.ts";
import type { ModelWords } from "./models.ts";
import { dialectName, planMark } from "./wire.ts";

/** The content of a message: "Chat", messages.content. */

/** The same message as bytes, for those who need a part of it as it stands. */
export type MessageSource = () => JsonMembers | undefined;

export function readContent(wire: WireObject, source: MessageSource): Part[] {
  const content = wire.raw("content");
  if (content === undefined) return [];
  if (typeof content === "string") return [part({ case: "text", value: { text: content } })];
  if (!Array.isArray(content)) throw wire.wrong("content", "a string or an array of parts");
  return content.map((item, i) =>
    readPart(new WireObject(item, `${wire.at("content")}[${i}]`), () => source()?.objects("content")[i]),
  );
}

function readPart(wire: WireObject, source: MessageSource): Part {
  const type = wire.required("type", wire.string("type"), "the kind of part, for example 'text'");
  switch (type) {
    case "text":
      return finish(wire, { case: "text", value: { text: wire.required("text", wire.string("text"), "a string") } });
    case "thinking": {
      const text = wire.required("thinking", wire.string("thinking"), "a string");
      return finish(wire, { case: "reasoning", value: { text } });
    }
    case "image_url": {
      const inner = wire.required(type, wire.object(type), "an object with 'url'");
      const url = inner.required("url", inner.string("url"), "an address or a data: URL");
      const read = finish(wire, {
        case: "image",
        value: { media: readMedia(url), detail: inner.string("detail") ?? "" },
      });
      Object.assign(read.extensions, inner.rest(dialectName, `${type}.`));
      return read;
    }
    case "document": {
      const inner = wire.required(type, wire.raw(type), "an object with 'data'");
      const read = readDocument(
        new WireObject(inner, wire.at(type)).value,
        wire.at(type),
        source()?.object(type),
        true,
      );
      Object.assign(read.extensions, wire.rest(dialectName));
      return read;
    }
    default: {
      const json = wire.required("type", fieldText(wire.value), "a part that is not nested too deeply");
      return part({ case: "opaque", value: { dialect: dialectName, type, json } });
    }
  }
}

function finish(wire: WireObject, kind: PartInit): Part {
  const read = part(kind);
  read.extensions = wire.rest(dialectName);
  return read;
}

/** What writing the messages needs to know and collects. */
export interface MessageContext {
  readonly drops: Drops;
  readonly words: ModelWords;
  /** Whether the model is to think: then what stands in front of tool calls has to be a thought. */
  readonly thinks: boolean;
  readonly emulated: string[];
  readonly documents: CitedDocument[];
}

/** A file of a message, which Cohere takes beside the messages. */
export interface CitedDocument {
  readonly document: Json;
  /** Whether it is to be cited. */
  readonly isCited: boolean;
}

/** Who speaks, on the wire: what may be said differs ("Chat", messages). */
export type RoleWord = "system" | "user" | "assistant" | "tool";

/** A part of a message and what became of it. */
export interface WrittenItem {
  readonly placed: PlacedPart;
  readonly item: Members | RawJson;
}

export const writeContent = (parts: readonly PlacedPart[], role: RoleWord, context: MessageContext): Json =>
  asContent(writeItems(parts, role, context));

/** Those that the role has words for; the others are reported. */
export function writeItems(parts: readonly PlacedPart[], role: RoleWord, context: MessageContext): WrittenItem[] {
  return parts.flatMap((placed) => {
    const item = writePart(placed, role, context);
    return item === undefined ? [] : { placed, item };
  });
}

/** A single plain text is a string; anything else is an array of parts. */
export function asContent(items: readonly WrittenItem[]): Json {
  const [first] = items;
  if (first === undefined) return "";
  return items.length === 1 && isPlainText(first.item) ? first.item.text : items.map(({ item }) => item);
}

const isPlainText = (written: Members | RawJson): written is Members =>
  !(written instanceof RawJson) && written.type === "text" && Object.keys(written).length === 2;

/** undefined, and reported: this role has no word for such a part. */
function writePart({ part, path }: PlacedPart, role: RoleWord, context: MessageContext): Members | RawJson | undefined {
  const { drops } = context;
  const { kind, extensions } = part;
  reportMarks(part, path, drops);
  if (kind.case === "opaque" && kind.value.dialect === dialectName) {
    drops.ifSet(`${path}.extensions`, extensions);
    return userJson(kind.value.json, `${path}.opaque.json`);
  }
  if (kind.case === "file") return writeFile(part, path, role, context);
  const written = writeKind(part, path, role, context);
  if (written === undefined) return drops.add(`${path}.${kind.case === undefined ? "kind" : snakeCase(kind.case)}`);
  const { [planMark]: _, ...more } = extensions; // a plan that is written as a thought is one
  drops.graft(written, kind.case === "reasoning" ? more : extensions, path);
  return written;
}

/** Reports what no part has a word for. */
export function reportMarks(part: Part, path: string, drops: Drops): void {
  drops.ifSet(`${path}.cache_breakpoint`, part.cacheBreakpoint);
  drops.ifSet(`${path}.logprobs`, part.logprobs);
}

function writeKind(
  { kind }: Part,
  path: string,
  role: RoleWord,
  { drops, words, emulated }: MessageContext,
): Members | undefined {
  switch (kind.case) {
    case "text":
      if (role !== "assistant") drops.ifSet(`${path}.text.citations`, kind.value.citations);
      return { type: "text", text: kind.value.text };
    case "refusal":
      emulated.push(`${path}.refusal`); // what a model said that declined is its text here
      return { type: "text", text: kind.value.text };
    case "reasoning":
      if (role !== "assistant" || !words.thoughts) return undefined;
      dropProof(kind.value, path, drops); // Cohere's thoughts are text
      return { type: "thinking", thinking: kind.value.text };
    case "image": {
      const { media, detail } = kind.value;
      const url = role === "user" && media !== undefined ? writeDataUrl(media) : undefined;
      if (url === undefined) return undefined;
      if (media?.source.case === "url") drops.ifSet(`${path}.image.media.media_type`, media.mediaType);
      const image: Members = detail === "" ? { url } : { url, detail };
      return { type: "image_url", image_url: image };
    }
    case "audio":
    case "video":
    case "file":
    case "opaque": // another dialect's
    case "toolCall":
    case "toolResult":
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** In a tool's result it is content; a user's or the system's is a document of the request. */
function writeFile(file: Part, path: string, role: RoleWord, context: MessageContext): Members | undefined {
  const { drops, documents } = context;
  if (file.kind.case !== "file" || role === "assistant") return drops.add(`${path}.file`);
  const told = writeDocument(file, path, drops);
  if (told === undefined) return drops.add(`${path}.file`);
  const { document, beside } = told;
  if (role !== "tool") {
    for (const key of Object.keys(beside)) drops.add(`${path}.extensions[${key}]`);
    documents.push({ document, isCited: file.kind.value.citations });
    return undefined;
  }
  const written: Members = { type: "document", document: typeof document === "string" ? { data: document } : document };
  drops.graft(written, beside, path);
  return written;
}

/** A field's name as the contract's documents spell it. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
