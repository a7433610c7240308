import {
  type Message,
  type Part,
  Role,
  type ToolCall,
  ToolKind,
  type ToolResult,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import { notOnlyResults, type PlacedPart, placeParts, unknownRole } from "../../core/conversation.ts";
import { userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { isRecord } from "../../core/wire-values.ts";
import { type Json, RawJson } from "../../lib/json-text.ts";
import { contentKey, continues, isOwnThought, isSpeech, itemKey, placeKey, typeKey, withoutLayout } from "./items.ts";
import { type MessageContext, type Speaker, snakeCase, writeContent } from "./parts.ts";
import { dialectName } from "./wire.ts";

/** Turns messages into items of `input`. Made for one request. */
export class InputWriter {
  readonly items: Json[] = [];
  readonly #context: MessageContext;
  /** What was called, by the call's id. */
  readonly #calls = new Map<string, ToolCall>();
  /** Whether thoughts are among the items. */
  hasThoughts = false;

  constructor(context: MessageContext) {
    this.#context = context;
  }

  /** `path`: "messages[0]". Throws GatewayError "invalid_request" for a role that is none. */
  write(message: Message, path: string): void {
    const word = roleWord(message.role, path);
    const { drops } = this.#context;
    drops.ifSet(`${path}.name`, message.name);
    const ownExtensions = Object.fromEntries(Object.entries(message.extensions).filter(([key]) => key !== placeKey));
    const rest: MessageRest = { id: message.id, extensions: ownExtensions, path };
    if (message.parts.length === 0 && word !== undefined && word !== "assistant") {
      this.#message(word, [], rest);
    } else for (const group of groupsOf(message, path)) this.#group(word, group, rest);
    drops.ifSet(`${path}.id`, rest.id);
    for (const key of Object.keys(rest.extensions)) drops.add(`${path}.extensions[${key}]`);
    if (message.parts.length === 0 && word === "assistant") drops.add(path);
  }

  /** An item's parts. */
  #group(word: RoleWord | undefined, group: readonly PlacedPart[], message: MessageRest): void {
    const [first] = group;
    if (first === undefined) return;
    const { kind, extensions } = first.part;
    const isItem = kind.case === "opaque" && kind.value.dialect === dialectName && !(contentKey in extensions);
    if (isItem) this.#opaque(first, kind.value.json);
    else if (kind.case === "toolResult") this.#result(first, kind.value);
    else if (word === "assistant") this.#spoken(group, first, message);
    else if (word !== undefined) this.#message(word, group, message);
    else throw notOnlyResults(message.path);
  }

  #spoken(group: readonly PlacedPart[], first: PlacedPart, message: MessageRest): void {
    const { part, path } = first;
    const { kind } = part;
    if (kind.case === "toolCall") this.#call(first, kind.value);
    else if (kind.case === "reasoning") this.#thoughts(group, first);
    else if (isSpeech(part)) this.#message("assistant", group, message);
    else this.#context.drops.add(`${path}.${kind.case === undefined ? "kind" : snakeCase(kind.case)}`);
  }

  #message(role: RoleWord, content: readonly PlacedPart[], message: MessageRest): void {
    const { drops } = this.#context;
    const item: Members = { type: "message" };
    const [first] = content;
    if (first !== undefined) graftItem(item, first, this.#context);
    if (message.id !== "" && item.id === undefined) {
      item.id = message.id;
      message.id = "";
    }
    drops.graft(item, message.extensions, message.path);
    message.extensions = {};
    const speaker: Speaker = role === "assistant" ? role : "other";
    const isOutput = speaker === "assistant" && item.id !== undefined;
    if (isOutput) item.status ??= "completed";
    item.role = role;
    item.content = writeContent(content, speaker, this.#context, isOutput);
    this.items.push(item);
  }

  #opaque({ part, path }: PlacedPart, json: string): void {
    const { drops } = this.#context;
    this.#nothingBeside(part, path);
    drops.ifSet(`${path}.extensions`, part.extensions);
    this.items.push(userJson(json, `${path}.opaque.json`));
  }

  #nothingBeside(part: Part, path: string): void {
    this.#context.drops.ifSet(`${path}.cache_breakpoint`, part.cacheBreakpoint);
    this.#context.drops.ifSet(`${path}.logprobs`, part.logprobs);
  }

  #call({ part, path }: PlacedPart, call: ToolCall): void {
    const { drops } = this.#context;
    const isCustom = call.kind === ToolKind.CUSTOM;
    this.#calls.set(call.id, call);
    const item: Members = isCustom
      ? { type: "custom_tool_call", call_id: call.id, name: call.name, input: call.arguments }
      : { type: "function_call", call_id: call.id, name: call.name, arguments: call.arguments };
    drops.graft(item, part.extensions, path);
    if (!isCustom && item.id !== undefined) item.status ??= "completed"; // a custom tool's has none
    this.#nothingBeside(part, path);
    // another vendor's: this one would take it for broken
    drops.ifSet(`${path}.tool_call.signature`, call.signature.length > 0);
    this.items.push(item);
  }

  #result({ part: result, path }: PlacedPart, { toolCallId, name, parts, isError }: ToolResult): void {
    const { drops } = this.#context;
    const call = this.#calls.get(toolCallId);
    const told = result.extensions[typeKey];
    const isCustom = told === undefined ? call?.kind === ToolKind.CUSTOM : told === customOutput;
    const placed = placeParts(parts, `${path}.tool_result`);
    const item: Members = {
      type: isCustom ? "custom_tool_call_output" : "function_call_output",
      call_id: toolCallId || undefined,
      // the call tells the name; servers before the field was added refuse it
      name: call?.name === name ? undefined : name || undefined,
      output: parts.length === 0 ? "" : writeContent(placed, "other", this.#context),
    };
    drops.ifSet(`${path}.tool_result.is_error`, isError);
    this.#nothingBeside(result, path);
    drops.graft(item, withoutLayout(result.extensions), path);
    this.items.push(item);
  }

  /** Another vendor's thoughts this one does not know: it refuses what it has not said itself. */
  #thoughts(group: readonly PlacedPart[], first: PlacedPart): void {
    const { drops } = this.#context;
    if (!isOwnThought(group.map(({ part }) => part))) {
      for (const { path } of group) drops.add(`${path}.reasoning`);
      return;
    }
    const item: Members = { type: "reasoning" };
    graftItem(item, first, this.#context);
    const summary: Members[] = [];
    const content: Members[] = [];
    for (const { part, path } of group) {
      if (part.kind.case !== "reasoning") continue;
      const { text, id, redacted, signature, summary: isSummary } = part.kind.value;
      const entry: Members = { type: isSummary ? "summary_text" : "reasoning_text", text };
      if (isSummary) summary.push(entry);
      else if (text !== "") content.push(entry);
      if (id !== "") item.id = id;
      if (redacted !== "") item.encrypted_content = redacted;
      drops.ifSet(`${path}.reasoning.signature`, signature);
      this.#nothingBeside(part, path);
      drops.graft(isSummary || text !== "" ? entry : item, withoutLayout(part.extensions), path);
    }
    item.summary = summary;
    if (content.length > 0) item.content = content;
    this.hasThoughts = true;
    this.items.push(item);
  }
}

/** What a message has beside its parts; what an item has taken is gone from it. */
interface MessageRest {
  id: string;
  extensions: Readonly<Record<string, string>>;
  readonly path: string;
}

const customOutput = '"custom_tool_call_output"';

type RoleWord = "system" | "developer" | "user" | "assistant";

/** undefined: a tool's. */
function roleWord(role: Role, path: string): RoleWord | undefined {
  switch (role) {
    case Role.SYSTEM:
      return "system";
    case Role.DEVELOPER:
      return "developer";
    case Role.USER:
      return "user";
    case Role.ASSISTANT:
      return "assistant";
    case Role.TOOL:
      return undefined;
    default:
      throw unknownRole(role, path);
  }
}

/** A message's parts, item by item. */
function groupsOf({ role, parts }: Message, path: string): PlacedPart[][] {
  const groups: PlacedPart[][] = [];
  const isItem = ({ kind, extensions }: Part): boolean =>
    kind.case === "toolResult" ||
    (kind.case === "opaque" && kind.value.dialect === dialectName && !Object.hasOwn(extensions, contentKey));
  let last: Part[] = [];
  parts.forEach((part, i) => {
    const placed = { part, path: `${path}.parts[${i}]` };
    const [first] = last;
    const isSame = first !== undefined && !isItem(first) && !isItem(part);
    const joins = role === Role.ASSISTANT ? continues(last, part) : isSame;
    if (joins) groups.at(-1)?.push(placed);
    else groups.push([placed]);
    if (joins) last.push(part);
    else last = [part];
  });
  return groups;
}

/** Puts an item's own fields back. */
function graftItem(item: Members, { part, path }: PlacedPart, { drops }: MessageContext): void {
  const text = part.extensions[itemKey];
  if (text === undefined) return;
  const at = `${path}.extensions[${itemKey}]`;
  const members: unknown = JSON.parse(userJson(text, at).text);
  const own = isRecord(members) ? members : undefined;
  if (own === undefined) drops.add(at);
  for (const [key, value] of Object.entries(own ?? {})) {
    if (Object.hasOwn(item, key)) drops.add(at);
    else Object.defineProperty(item, key, { value: new RawJson(JSON.stringify(value)), ...plainMember });
  }
}

const plainMember = { enumerable: true, writable: true, configurable: true };
