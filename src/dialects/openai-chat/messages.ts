import { create } from "@bufbuild/protobuf";
import {
  type Message,
  MessageSchema,
  type Part,
  PartSchema,
  Role,
  type ToolCall,
  ToolCallSchema,
  ToolKind,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import { type PartInit, readMedia, writeDataUrl } from "../../core/media.ts";
import { WireObject } from "../../core/wire-object.ts";
import type { Json } from "../../lib/json-text.ts";
import { readCacheControl } from "./tools.ts";
import { dialectName } from "./wire.ts";

/** "Create chat completion", messages. `function` is the deprecated form of `tool`. */
const roles = {
  system: Role.SYSTEM,
  developer: Role.DEVELOPER,
  user: Role.USER,
  assistant: Role.ASSISTANT,
  tool: Role.TOOL,
  function: Role.TOOL,
} as const;

const roleWords = Object.keys(roles) as (keyof typeof roles)[];

/** Media types of input_audio's and audio's formats. */
export const audioTypes: Readonly<Record<string, string>> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  flac: "audio/flac",
  opus: "audio/opus",
  aac: "audio/aac",
  pcm16: "audio/pcm",
};

const audioFormat = (mediaType: string): string | undefined =>
  Object.keys(audioTypes).find((format) => audioTypes[format] === mediaType);

export function readMessage(wire: WireObject): Message {
  const word = wire.required("role", wire.oneOf("role", roleWords), roleWords.map((w) => `'${w}'`).join(", "));
  const role = roles[word];
  const message = create(MessageSchema, { role, name: wire.string("name") ?? "" });
  if (role === Role.TOOL) {
    const kind = {
      case: "toolResult" as const,
      value: {
        toolCallId: wire.string("tool_call_id") ?? "",
        name: message.name,
        parts: readContent(wire),
      },
    };
    if (word === "tool") wire.required("tool_call_id", wire.string("tool_call_id"), "the id of the call that this answers");
    message.parts = [create(PartSchema, { kind })];
    message.name = "";
  } else {
    if (role === Role.ASSISTANT) message.parts.push(...readReasoning(wire));
    message.parts.push(...readContent(wire));
    if (role === Role.ASSISTANT) message.parts.push(...readSpoken(wire));
    else wire.required("content", wire.raw("content"), "a string or an array of parts");
  }
  message.extensions = wire.rest(dialectName);
  if (word === "function") message.extensions[`${dialectName}/role`] = '"function"';
  return message;
}

/** What an assistant's message has beside its content. */
function readSpoken(wire: WireObject): Part[] {
  const parts: Part[] = [];
  const refusal = wire.string("refusal");
  if (refusal !== undefined) parts.push(part({ case: "refusal", value: { text: refusal } }));
  const audio = wire.object("audio");
  if (audio !== undefined) parts.push(part({ case: "audio", value: { id: audio.string("id") ?? "" } }));
  for (const call of wire.objects("tool_calls") ?? []) parts.push(part({ case: "toolCall", value: readToolCall(call) }));
  return parts;
}

/** Thoughts of an earlier turn: reasoning_content is DeepSeek's and others', reasoning OpenRouter's. */
export function readReasoning(wire: WireObject): Part[] {
  const text = wire.string("reasoning_content") ?? wire.string("reasoning");
  return text === undefined || text === "" ? [] : [part({ case: "reasoning", value: { text } })];
}

export function readToolCall(wire: WireObject): ToolCall {
  const type = wire.string("type") ?? "function";
  const id = wire.string("id") ?? "";
  if (type === "custom") {
    const custom = wire.required("custom", wire.object("custom"), "an object");
    return create(ToolCallSchema, {
      id,
      kind: ToolKind.CUSTOM,
      name: custom.string("name") ?? "",
      arguments: custom.string("input") ?? "",
    });
  }
  const fn = wire.required("function", wire.object("function"), "an object");
  return create(ToolCallSchema, {
    id,
    kind: ToolKind.FUNCTION,
    name: fn.string("name") ?? "",
    arguments: fn.string("arguments") ?? "",
  });
}

function readContent(wire: WireObject): Part[] {
  const content = wire.raw("content");
  if (content === undefined) return [];
  if (typeof content === "string") return [part({ case: "text", value: { text: content } })];
  if (!Array.isArray(content)) throw wire.wrong("content", "a string or an array of parts");
  return content.map((item, i) => readPart(new WireObject(item, `${wire.at("content")}[${i}]`)));
}

function readPart(wire: WireObject): Part {
  const type = wire.required("type", wire.string("type"), "the kind of part, for example 'text'");
  const read = part(readPartKind(type, wire));
  const cache = readCacheControl(wire);
  if (cache !== undefined) read.cacheBreakpoint = { $typeName: "causeway.chat.v1.CacheBreakpoint", ...cache };
  if (read.kind.case !== "opaque") read.extensions = wire.rest(dialectName);
  return read;
}

function readPartKind(type: string, wire: WireObject): PartInit {
  switch (type) {
    case "text":
      return { case: "text", value: { text: wire.required("text", wire.string("text"), "a string") } };
    case "refusal":
      return { case: "refusal", value: { text: wire.required("refusal", wire.string("refusal"), "a string") } };
    case "image_url": {
      const image = wire.required("image_url", wire.object("image_url"), "an object with 'url'");
      const url = image.required("url", image.string("url"), "an address or a data: URL");
      return { case: "image", value: { media: readMedia(url), detail: image.string("detail") ?? "" } };
    }
    case "input_audio": {
      const audio = wire.required("input_audio", wire.object("input_audio"), "an object with 'data' and 'format'");
      const data = Buffer.from(audio.required("data", audio.string("data"), "base64"), "base64");
      const format = audio.required("format", audio.string("format"), "'wav' or 'mp3'");
      const mediaType = audioTypes[format] ?? `audio/${format}`;
      return { case: "audio", value: { media: { source: { case: "data", value: data }, mediaType } } };
    }
    case "file": {
      const file = wire.required("file", wire.object("file"), "an object with 'file_id' or 'file_data'");
      const id = file.string("file_id");
      const data = file.string("file_data");
      const filename = file.string("filename") ?? "";
      if (id !== undefined) return { case: "file", value: { media: { source: { case: "fileId", value: id } }, filename } };
      return { case: "file", value: { media: readMedia(file.required("file_data", data, "a data: URL")), filename } };
    }
    case "video_url": {
      // not OpenAI's: vLLM, Together and others take it
      const video = wire.required("video_url", wire.object("video_url"), "an object with 'url'");
      return { case: "video", value: { media: readMedia(video.required("url", video.string("url"), "an address")) } };
    }
    default:
      return { case: "opaque", value: { dialect: dialectName, type, json: JSON.stringify(wire.value) } };
  }
}

const part = (kind: PartInit): Part => create(PartSchema, { kind });

/** One message of the contract is several of the wire's when it holds several tool results. */
export function writeMessage(message: Message, path: string, drops: Drops): Json[] {
  const written: Json[] = [];
  const rest: { part: Part; path: string }[] = [];
  message.parts.forEach((item, i) => {
    const at = `${path}.parts[${i}]`;
    if (item.kind.case === "toolResult") written.push(writeToolResult(message, item, at, drops));
    else rest.push({ part: item, path: at });
  });
  if (rest.length === 0 && written.length > 0) return written;
  const extensions = drops.own(message.extensions, path);
  const name = message.name === "" ? undefined : message.name;
  switch (message.role) {
    case Role.ASSISTANT:
      written.push({ role: "assistant", ...writeSpoken(rest, drops), name, ...extensions });
      break;
    case Role.SYSTEM:
    case Role.DEVELOPER:
    case Role.USER: {
      const role = roleWords.find((word) => roles[word] === message.role);
      written.push({ role, content: writeContent(rest, drops), name, ...extensions });
      break;
    }
    default:
      throw new GatewayError("invalid_request", `'${path}.role': expected a role that fits the message's parts.`, {
        param: `${path}.role`,
      });
  }
  return written;
}

function writeToolResult(message: Message, item: Part, path: string, drops: Drops): Json {
  if (item.kind.case !== "toolResult") return undefined;
  const { toolCallId, name, parts, isError } = item.kind.value;
  drops.unless(false, `${path}.tool_result.is_error`, isError);
  const isFunction = message.extensions[`${dialectName}/role`] !== undefined;
  const { role: _, ...extensions } = drops.own(message.extensions, path);
  const content = writeContent(
    parts.map((p, i) => ({ part: p, path: `${path}.tool_result.parts[${i}]` })),
    drops,
    true,
  );
  if (isFunction) return { role: "function", name, content, ...extensions };
  return { role: "tool", tool_call_id: toolCallId, content, name: name === "" ? undefined : name, ...extensions };
}

interface PlacedPart {
  readonly part: Part;
  readonly path: string;
}

/** A single plain text is a string, which every compatible vendor takes; anything else is an array of parts. */
function writeContent(parts: readonly PlacedPart[], drops: Drops, textOnly = false): Json {
  const [first] = parts;
  const written = parts.flatMap((p) => {
    const json = writePart(p, drops, textOnly);
    return json === undefined ? [] : [json];
  });
  if (parts.length === 1 && first?.part.kind.case === "text" && Object.keys(first.part.extensions).length === 0) {
    return first.part.kind.value.text;
  }
  return written.length === 0 ? "" : written;
}

function writePart({ part: { kind, cacheBreakpoint, extensions }, path }: PlacedPart, drops: Drops, textOnly: boolean): Json {
  drops.unless(false, `${path}.cache_breakpoint`, cacheBreakpoint?.$typeName);
  const own = drops.own(extensions, path);
  if (textOnly && kind.case !== "text") {
    drops.add(`${path}.${kind.case ?? "kind"}`);
    return undefined;
  }
  switch (kind.case) {
    case "text":
      return { type: "text", text: kind.value.text, ...own };
    case "refusal":
      return { type: "refusal", refusal: kind.value.text, ...own };
    case "image": {
      const url = kind.value.media && writeDataUrl(kind.value.media);
      if (url === undefined) return drops.add(`${path}.image`);
      const detail = kind.value.detail === "" ? undefined : kind.value.detail;
      return { type: "image_url", image_url: { url, detail }, ...own };
    }
    case "audio": {
      const media = kind.value.media;
      const format = media && audioFormat(media.mediaType);
      if (media?.source.case !== "data" || format === undefined) return drops.add(`${path}.audio`);
      return { type: "input_audio", input_audio: { data: Buffer.from(media.source.value).toString("base64"), format }, ...own };
    }
    case "video": {
      const url = kind.value.media && writeDataUrl(kind.value.media);
      return url === undefined ? drops.add(`${path}.video`) : { type: "video_url", video_url: { url }, ...own };
    }
    case "file": {
      const { media, filename, context, citations } = kind.value;
      drops.unless(false, `${path}.file.context`, context);
      drops.unless(false, `${path}.file.citations`, citations);
      const name = filename === "" ? undefined : filename;
      if (media?.source.case === "fileId") return { type: "file", file: { file_id: media.source.value, filename: name }, ...own };
      const data = media?.source.case === "data" ? writeDataUrl(media) : undefined;
      return data === undefined ? drops.add(`${path}.file`) : { type: "file", file: { file_data: data, filename: name }, ...own };
    }
    case "opaque":
      return kind.value.dialect === dialectName ? userJson(kind.value.json, `${path}.opaque.json`) : drops.add(`${path}.opaque`);
    case "toolCall":
    case "toolResult":
    case "reasoning":
      return drops.add(`${path}.${kind.case}`);
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

function writeSpoken(parts: readonly PlacedPart[], drops: Drops): { [key: string]: Json } {
  const content: PlacedPart[] = [];
  const toolCalls: Json[] = [];
  let refusal: string | undefined;
  let audio: Json;
  for (const placed of parts) {
    const { kind } = placed.part;
    if (kind.case === "toolCall") {
      drops.unless(false, `${placed.path}.tool_call.signature`, kind.value.signature.length > 0);
      toolCalls.push(writeToolCall(kind.value));
    } else if (kind.case === "audio" && kind.value.id !== "") audio = { id: kind.value.id };
    else if (kind.case === "refusal") refusal = (refusal ?? "") + kind.value.text;
    else if (kind.case === "reasoning") drops.add(`${placed.path}.reasoning`);
    else content.push(placed);
  }
  return {
    content: content.length === 0 ? null : writeContent(content, drops),
    refusal,
    audio,
    tool_calls: toolCalls.length === 0 ? undefined : toolCalls,
  };
}

export function writeToolCall(call: ToolCall): { [key: string]: Json } {
  return call.kind === ToolKind.CUSTOM
    ? { id: call.id, type: "custom", custom: { name: call.name, input: call.arguments } }
    : { id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } };
}
