import type { CacheBreakpoint, Part, ToolCall, ToolResult } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type PlacedPart, placeParts } from "../../core/conversation.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import { fieldText, type Members } from "../../core/extensions.ts";
import { type PartInit, part } from "../../core/media.ts";
import { writeTextInput } from "../../core/reserved-tools.ts";
import { WireObject } from "../../core/wire-object.ts";
import { isRecord } from "../../core/wire-values.ts";
import { RawJson } from "../../lib/json-text.ts";
import { readCitation, writeOwnCitation } from "./citations.ts";
import { type CallIds, unpackId } from "./ids.ts";
import { writeInput } from "./input.ts";
import type { ModelTraits } from "./models.ts";
import { checkToolName, textToolName } from "./reserved-tools.ts";
import { itemsOf, type Source, textOf } from "./source-text.ts";
import { readDocument, readImage, writeDocument, writeImage } from "./sources.ts";
import { isOwnThought, unpackSignature } from "./thoughts.ts";
import { dialectName } from "./wire.ts";

/** Content blocks of requests: "Messages", messages.content. */

/** `key`: the member that holds them. */
export function readContent(wire: WireObject, source: Source, key = "content"): Part[] {
  const content = wire.raw(key);
  if (content === undefined) return [];
  if (typeof content === "string") return [part({ case: "text", value: { text: content } })];
  if (!Array.isArray(content)) throw wire.wrong(key, "a string or an array of content blocks");
  const sourceAt = itemsOf(source, key);
  return content.map((item, i) => readBlock(new WireObject(item, `${wire.at(key)}[${i}]`), sourceAt(i)));
}

function readBlock(wire: WireObject, source: Source): Part {
  const type = wire.required("type", wire.string("type"), "the kind of block, for example 'text'");
  const { kind, extensions } = readKind(type, wire, source);
  const read = part(kind);
  if (kind.case === "opaque") return read; // it holds all of the wire's
  const cache = readBreakpoint(wire);
  read.cacheBreakpoint = cache?.breakpoint;
  read.extensions = { ...wire.rest(dialectName, "", textOf(source)), ...extensions, ...cache?.extensions };
  return read;
}

interface ReadBreakpoint {
  readonly breakpoint: CacheBreakpoint;
  readonly extensions: Record<string, string>;
}

/** "Prompt caching", cache_control. One of a kind that is not known yet is left to the rest. */
export function readBreakpoint(wire: WireObject): ReadBreakpoint | undefined {
  const control = wire.object("cache_control");
  if (control === undefined) return undefined;
  if (control.string("type") !== "ephemeral") {
    wire.leave("cache_control");
    return undefined;
  }
  const breakpoint = { $typeName: "causeway.chat.v1.CacheBreakpoint" as const, ttl: control.string("ttl") ?? "" };
  return { breakpoint, extensions: control.rest(dialectName, "cache_control.") };
}

export function writeBreakpoint(breakpoint: CacheBreakpoint, path: string, drops: Drops): Members {
  const { ttl } = breakpoint;
  if (ttl === "5m" || ttl === "1h") return { type: "ephemeral", ttl };
  drops.ifSet(`${path}.cache_breakpoint.ttl`, ttl);
  return { type: "ephemeral" };
}

interface ReadKind {
  readonly kind: PartInit;
  readonly extensions?: Record<string, string>;
}

function readKind(type: string, wire: WireObject, source: Source): ReadKind {
  switch (type) {
    case "text": {
      const said = wire.required("text", wire.string("text"), "a string");
      const citations = (wire.array("citations") ?? []).filter(isRecord).map(readCitation);
      return { kind: { case: "text", value: { text: said, citations } } };
    }
    case "thinking": {
      const thoughts = wire.required("thinking", wire.string("thinking"), "a string");
      return {
        kind: { case: "reasoning", value: { text: thoughts, ...unpackSignature(wire.string("signature") ?? "") } },
      };
    }
    case "redacted_thinking":
      return {
        kind: { case: "reasoning", value: { redacted: wire.required("data", wire.string("data"), "a string") } },
      };
    case "tool_use": {
      const id = wire.required("id", wire.string("id"), "the call's id");
      const name = wire.required("name", wire.string("name"), "the tool's name");
      const input = wire.required("input", wire.raw("input"), "an object");
      const text = source()?.text("input") ?? fieldText(input) ?? "{}";
      const value = { ...unpackId(id), name, arguments: text, kind: ToolKind.FUNCTION };
      return { kind: { case: "toolCall", value } };
    }
    case "tool_result": {
      const id = wire.required("tool_use_id", wire.string("tool_use_id"), "the id of the call that this answers");
      const isError = wire.boolean("is_error") ?? false;
      const parts = readContent(wire, source);
      return { kind: { case: "toolResult", value: { toolCallId: unpackId(id).id, parts, isError } } };
    }
    case "image":
      return readImage(wire) ?? readOpaque(type, wire, source);
    case "document":
      return readDocument(wire) ?? readOpaque(type, wire, source);
    default:
      return readOpaque(type, wire, source);
  }
}

function readOpaque(type: string, wire: WireObject, source: Source): ReadKind {
  const json = source()?.bytes.toString("utf8") ?? fieldText(wire.value);
  const whole = wire.required("type", json, "a block that is not nested too deeply");
  return { kind: { case: "opaque", value: { dialect: dialectName, type, json: whole } } };
}

/** What writing a request needs to know and collects. */
export interface RequestContext {
  readonly drops: Drops;
  /** Paths of what is brought about in another way. */
  readonly emulated: Set<string>;
  readonly traits: ModelTraits;
  readonly ids: CallIds;
}

/** Whose content a block stands in: each takes other kinds. */
export type Place = "system" | "user" | "assistant" | "result";

const taken: Readonly<Record<Place, ReadonlySet<Part["kind"]["case"]>>> = {
  system: new Set(["text", "opaque"]),
  user: new Set(["text", "image", "file", "toolResult", "opaque"]),
  assistant: new Set(["text", "refusal", "reasoning", "toolCall", "opaque"]),
  result: new Set(["text", "image", "file", "opaque"]),
};

export type Block = Members | RawJson;

/** undefined: it was reported, or says nothing. */
export function writeBlock({ part, path }: PlacedPart, place: Place, context: RequestContext): Block | undefined {
  const { drops } = context;
  const { kind, cacheBreakpoint, extensions } = part;
  if (!taken[place].has(kind.case))
    return drops.add(`${path}.${kind.case === undefined ? "kind" : snakeCase(kind.case)}`);
  drops.ifSet(`${path}.logprobs`, part.logprobs);
  if (kind.case === "opaque") {
    drops.ifSet(`${path}.cache_breakpoint`, cacheBreakpoint);
    drops.ifSet(`${path}.extensions`, extensions);
    return kind.value.dialect === dialectName
      ? userJson(kind.value.json, `${path}.opaque.json`)
      : drops.add(`${path}.opaque`);
  }
  const written = writeKind(part, path, context);
  if (written === undefined) {
    drops.ifSet(`${path}.cache_breakpoint`, cacheBreakpoint);
    drops.ifSet(`${path}.extensions`, extensions);
    return undefined;
  }
  if (cacheBreakpoint !== undefined && kind.case === "reasoning") drops.add(`${path}.cache_breakpoint`);
  else if (cacheBreakpoint !== undefined) written.cache_control = writeBreakpoint(cacheBreakpoint, path, drops);
  drops.graft(written, extensions, path);
  return written;
}

/** undefined: there is nothing to write, which is reported where something is lost. */
function writeKind({ kind }: Part, path: string, context: RequestContext): Members | undefined {
  const { drops, emulated } = context;
  switch (kind.case) {
    case "text": {
      const { text, citations } = kind.value;
      if (isBlank(text, `${path}.text`, drops)) {
        drops.ifSet(`${path}.text.citations`, citations);
        return undefined;
      }
      const cited = citations.flatMap((one, i) => writeOwnCitation(one, `${path}.text.citations[${i}]`, drops) ?? []);
      return cited.length === 0 ? { type: "text", text } : { type: "text", text, citations: cited };
    }
    case "refusal":
      if (isBlank(kind.value.text, `${path}.refusal`, drops)) return undefined;
      emulated.add(`${path}.refusal`);
      return { type: "text", text: kind.value.text };
    case "image":
      return writeImage(kind.value, `${path}.image`, drops) ?? drops.add(`${path}.image`);
    case "file":
      return writeDocument(kind.value, `${path}.file`, drops) ?? drops.add(`${path}.file`);
    case "reasoning": {
      const { text, signature, redacted } = kind.value;
      const isSigned = redacted !== "" || signature !== "";
      if (!isOwnThought(kind.value) || !isSigned) return drops.add(`${path}.reasoning`); // the vendor checks its signature
      return redacted === ""
        ? { type: "thinking", thinking: text, signature }
        : { type: "redacted_thinking", data: redacted };
    }
    case "toolCall":
      return writeCall(kind.value, path, context);
    case "toolResult":
      return writeResult(kind.value, path, context);
    case "audio":
    case "video":
    case "opaque":
    case undefined:
      return undefined; // not taken anywhere, or written whole
    default:
      return kind satisfies never;
  }
}

/** "text content blocks must be non-empty", and hold more than white space: Anthropic refuses a request with such. */
function isBlank(text: string, path: string, drops: Drops): boolean {
  if (text.trim() !== "") return false;
  drops.ifSet(path, text);
  return true;
}

function writeCall(call: ToolCall, path: string, { drops, emulated, ids }: RequestContext): Members {
  drops.ifSet(`${path}.tool_call.signature`, call.signature.length > 0);
  const id = ids.ofCall(call);
  if (call.kind === ToolKind.CUSTOM) {
    emulated.add(`${path}.tool_call.kind`);
    const name = textToolName(call.name, `${path}.tool_call.name`);
    return { type: "tool_use", id, name, input: writeTextInput(call.arguments) };
  }
  checkToolName(call.name, `${path}.tool_call.name`);
  const { input, isWrapped } = writeInput(call.arguments);
  if (isWrapped) emulated.add(`${path}.tool_call.arguments`);
  return { type: "tool_use", id, name: call.name, input };
}

function writeResult(result: ToolResult, path: string, context: RequestContext): Members {
  const { drops, ids } = context;
  if (!ids.isNamed(result)) drops.ifSet(`${path}.tool_result.name`, result.name);
  const written: Members = { type: "tool_result", tool_use_id: ids.ofResult(result) };
  const placed = placeParts(result.parts, `${path}.tool_result`);
  const content = placed.flatMap<Block>((one) => writeBlock(one, "result", context) ?? []);
  if (content.length > 0) written.content = writtenContent(content);
  if (result.isError) written.is_error = true;
  return written;
}

/** A single plain text is a string; anything else is an array of blocks. */
export function writtenContent(blocks: readonly Block[]): Members[string] {
  const [first] = blocks;
  return blocks.length === 1 && first !== undefined && isPlainText(first) ? first.text : blocks;
}

const isPlainText = (written: Block): written is Members =>
  !(written instanceof RawJson) && written.type === "text" && Object.keys(written).length === 2;

/** A field's name as the contract's documents spell it. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
