import { create } from "@bufbuild/protobuf";
import {
  type Message,
  MessageSchema,
  type Part,
  Role,
  type ToolCall,
  ToolKind,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import { notOnlyResults, type PlacedPart, placeParts, unknownRole } from "../../core/conversation.ts";
import { fieldText, type Members } from "../../core/extensions.ts";
import { part } from "../../core/media.ts";
import { dropProof } from "../../core/proof.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { Json } from "../../lib/json-text.ts";
import { isOwnCitation, readCitation, readStray, writeCitation } from "./citations.ts";
import {
  asContent,
  type MessageContext,
  type MessageSource,
  type RoleWord,
  readContent,
  reportMarks,
  type WrittenItem,
  writeContent,
  writeItems,
} from "./parts.ts";
import { dialectName, own, planMark } from "./wire.ts";

/** "Chat", messages. */
const roleWords: readonly RoleWord[] = ["system", "user", "assistant", "tool"];
const roleList = roleWords.map((word) => `'${word}'`).join(", ");

const citationsField = own("citations");

export function readMessage(wire: WireObject, source: MessageSource): Message {
  const word = wire.required("role", wire.oneOf("role", roleWords), roleList);
  switch (word) {
    case "tool":
      return finishMessage(wire, Role.TOOL, [readToolResult(wire, source)]);
    case "assistant":
      return readAssistant(wire, source);
    case "system":
    case "user": {
      wire.required("content", wire.raw("content"), "a string or an array of parts");
      return finishMessage(wire, word === "user" ? Role.USER : Role.SYSTEM, readContent(wire, source));
    }
    default:
      return word satisfies never;
  }
}

function finishMessage(wire: WireObject, role: Role, parts: Part[]): Message {
  const message = create(MessageSchema, { role });
  message.parts = parts;
  message.extensions = wire.rest(dialectName);
  return message;
}

function readToolResult(wire: WireObject, source: MessageSource): Part {
  const toolCallId = wire.required("tool_call_id", wire.string("tool_call_id"), "the id of the call that this answers");
  return part({ case: "toolResult", value: { toolCallId, parts: readContent(wire, source) } });
}

/** The plan stands between what is said and the calls it is for. */
function readAssistant(wire: WireObject, source: MessageSource): Message {
  const content = readContent(wire, source);
  const plan = wire.string("tool_plan");
  const stray: unknown[] = [];
  for (const citation of wire.objects("citations") ?? []) {
    const at = citation.count("content_index") ?? 0;
    const cited = content[at]?.kind;
    if (cited?.case === "text") cited.value.citations.push(readCitation(citation.value));
    else stray.push(citation.value);
  }
  const calls = (wire.objects("tool_calls") ?? []).map(readToolCall);
  const message = finishMessage(wire, Role.ASSISTANT, [
    ...content,
    ...(plan === undefined ? [] : [planPart(plan)]),
    ...calls,
  ]);
  const json = stray.length === 0 ? undefined : fieldText(stray);
  if (json !== undefined) message.extensions[citationsField] = json;
  return message;
}

/** The plan in front of tool calls, as a part of the contract. */
export function planPart(text: string): Part {
  const plan = part({ case: "reasoning", value: { text } });
  plan.extensions[planMark] = "true";
  return plan;
}

function readToolCall(wire: WireObject): Part {
  wire.oneOf("type", ["function"]);
  const id = wire.required("id", wire.string("id"), "the call's id");
  const body = wire.required("function", wire.object("function"), "an object");
  const name = body.required("name", body.string("name"), "a string");
  const value = { id, name, arguments: body.string("arguments") ?? "", kind: ToolKind.FUNCTION };
  const call = part({ case: "toolCall", value });
  call.extensions = { ...wire.rest(dialectName), ...body.rest(dialectName, "function.") };
  return call;
}

/** One message of the contract is several of the wire's when it holds several tool results. */
export function writeMessage(message: Message, path: string, context: MessageContext): Members[] {
  const { drops } = context;
  const written: Members[] = [];
  const others: PlacedPart[] = [];
  for (const placed of placeParts(message.parts, path)) {
    const result = writeToolResult(placed, context);
    if (result === undefined) others.push(placed);
    else written.push(result);
  }
  if (others.length > 0 || written.length === 0) written.push(writeSpeech(message, others, path, context));
  drops.ifSet(`${path}.name`, message.name);
  drops.ifSet(`${path}.id`, message.id);
  const { [citationsField]: stray, ...extensions } = message.extensions;
  const target = written.at(-1) ?? {};
  const isStray = stray !== undefined && message.role === Role.ASSISTANT;
  if (isStray) target.citations = [...(Array.isArray(target.citations) ? target.citations : []), ...readStray(stray)];
  drops.graft(target, isStray ? extensions : message.extensions, path);
  return written;
}

function writeSpeech({ role }: Message, parts: readonly PlacedPart[], path: string, context: MessageContext): Members {
  switch (role) {
    case Role.ASSISTANT:
      return { role: "assistant", ...writeAssistant(parts, context) };
    case Role.SYSTEM:
    case Role.DEVELOPER: // a role that Cohere does not know
      return { role: "system", content: writeContent(parts, "system", context) };
    case Role.USER:
      return { role: "user", content: writeContent(parts, "user", context) };
    case Role.TOOL:
      throw notOnlyResults(path);
    default:
      throw unknownRole(role, path);
  }
}

/** undefined for any other part. */
function writeToolResult({ part: result, path }: PlacedPart, context: MessageContext): Members | undefined {
  if (result.kind.case !== "toolResult") return undefined;
  const { drops } = context;
  const { toolCallId, name, parts, isError } = result.kind.value;
  drops.ifSet(`${path}.tool_result.name`, name);
  drops.ifSet(`${path}.tool_result.is_error`, isError);
  reportMarks(result, path, drops);
  const placed = placeParts(parts, `${path}.tool_result`);
  const written: Members = { role: "tool", tool_call_id: toolCallId, content: writeContent(placed, "tool", context) };
  drops.graft(written, result.extensions, path);
  return written;
}

/**
 * "text content is not allowed when tool_calls are provided", says the API: what a model said or thought in front of its
 * calls is their plan, or a thought where the model is to think.
 */
function writeAssistant(parts: readonly PlacedPart[], context: MessageContext): Members {
  const content: PlacedPart[] = [];
  const calls: Members[] = [];
  const plan: string[] = [];
  const message: Members = {};
  const hasCalls = parts.some(({ part: { kind } }) => kind.case === "toolCall");
  for (const placed of parts) {
    const { kind } = placed.part;
    if (kind.case === "toolCall") calls.push(writeToolCall(placed.part, kind.value, placed.path, context));
    else if (isSealed(placed.part)) context.drops.add(`${placed.path}.reasoning`);
    else {
      const moved = hasCalls ? besideCalls(placed, context) : placed;
      if (moved === undefined) continue;
      if (isPlan(moved.part, hasCalls, context)) plan.push(writePlan(moved, message, context));
      else content.push(moved);
    }
  }
  const items = writeItems(content, "assistant", context);
  if (items.length > 0 || (calls.length === 0 && plan.length === 0)) message.content = asContent(items);
  if (plan.length > 0) message.tool_plan = plan.join("\n\n");
  if (calls.length > 0) message.tool_calls = calls;
  const citations = writeCitations(items, context);
  if (citations.length > 0) message.citations = citations;
  return message;
}

/** Whether a thought is another vendor's secret: there is no text to tell. */
const isSealed = ({ kind }: Part): boolean =>
  kind.case === "reasoning" && kind.value.text === "" && (kind.value.redacted !== "" || kind.value.signature !== "");

/** What may stand in front of calls: no text. undefined for an empty one, which says nothing. */
function besideCalls(placed: PlacedPart, { drops, emulated }: MessageContext): PlacedPart | undefined {
  const { part: spoken, path } = placed;
  const { kind } = spoken;
  if (kind.case !== "text" && kind.case !== "refusal") return placed;
  if (kind.case === "text") drops.ifSet(`${path}.text.citations`, kind.value.citations);
  if (kind.value.text === "") return undefined;
  emulated.push(`${path}.${kind.case}`);
  const thought = part({ case: "reasoning", value: { text: kind.value.text } });
  const { extensions, cacheBreakpoint, logprobs } = spoken;
  return { part: Object.assign(thought, { extensions, cacheBreakpoint, logprobs }), path };
}

/** Whether a thought is written as `tool_plan`, rather than as content. */
function isPlan({ kind, extensions }: Part, hasCalls: boolean, { thinks }: MessageContext): boolean {
  if (kind.case !== "reasoning") return false;
  return hasCalls ? !thinks : planMark in extensions;
}

function writePlan({ part: plan, path }: PlacedPart, message: Members, { drops }: MessageContext): string {
  if (plan.kind.case !== "reasoning") return "";
  reportMarks(plan, path, drops);
  dropProof(plan.kind.value, path, drops);
  const { [planMark]: _, ...extensions } = plan.extensions;
  drops.graft(message, extensions, path);
  return plan.kind.value.text;
}

function writeToolCall(item: Part, call: ToolCall, path: string, { drops, emulated }: MessageContext): Members {
  drops.ifSet(`${path}.tool_call.signature`, call.signature.length > 0);
  reportMarks(item, path, drops);
  const isCustom = call.kind === ToolKind.CUSTOM;
  if (isCustom) emulated.push(`${path}.tool_call.kind`); // a function of one text: Cohere's arguments are JSON
  const input = isCustom ? JSON.stringify({ input: call.arguments }) : call.arguments;
  const written: Members = { id: call.id, type: "function", function: { name: call.name, arguments: input } };
  drops.graft(written, item.extensions, path);
  return written;
}

/** Those that Cohere gave: it knows the sources of no others. */
function writeCitations(items: readonly WrittenItem[], { drops }: MessageContext): Json[] {
  return items.flatMap(({ placed: { part: spoken, path } }, at) => {
    if (spoken.kind.case !== "text") return [];
    return spoken.kind.value.citations.flatMap((citation, i): Json[] => {
      const place = `${path}.text.citations[${i}]`;
      if (!isOwnCitation(citation)) return drops.add(place) ?? [];
      const written = writeCitation(citation, at);
      drops.graft(written, citation.extensions, place);
      return [written];
    });
  });
}
