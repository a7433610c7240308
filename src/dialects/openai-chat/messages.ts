import { create } from "@bufbuild/protobuf";
import {
  type Message,
  MessageSchema,
  type Part,
  Role,
  type ToolCall,
  ToolKind,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { type MessageContext, type PlacedPart, part, readContent, writeContent } from "./parts.ts";
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

type RoleWord = keyof typeof roles;
const roleWords: readonly RoleWord[] = ["system", "developer", "user", "assistant", "tool", "function"];
const roleList = roleWords.map((word) => `'${word}'`).join(", ");

/** Marks the result of a deprecated function call. */
const functionRole = `${dialectName}/role`;

export function readMessage(wire: WireObject): Message {
  const word = wire.required("role", wire.oneOf("role", roleWords), roleList);
  switch (word) {
    case "tool":
    case "function":
      return create(MessageSchema, { role: Role.TOOL, parts: [readToolResult(wire, word)] });
    case "assistant": {
      const parts = [...readReasoning(wire), ...readContent(wire), ...readSpoken(wire)];
      return finishMessage(wire, Role.ASSISTANT, parts);
    }
    case "system":
    case "developer":
    case "user":
      wire.required("content", wire.raw("content"), "a string or an array of parts");
      return finishMessage(wire, roles[word], readContent(wire));
    default:
      return word satisfies never;
  }
}

function finishMessage(wire: WireObject, role: Role, parts: Part[]): Message {
  const name = wire.string("name") ?? "";
  const message = create(MessageSchema, { role, name });
  message.parts = parts;
  message.extensions = wire.rest(dialectName);
  return message;
}

function readToolResult(wire: WireObject, word: "tool" | "function"): Part {
  const id = wire.string("tool_call_id");
  const toolCallId = word === "tool" ? wire.required("tool_call_id", id, "the id of the call that this answers") : id;
  const value = { toolCallId: toolCallId ?? "", name: wire.string("name") ?? "", parts: readContent(wire) };
  const result = part({ case: "toolResult", value });
  result.extensions = wire.rest(dialectName);
  if (word === "function") result.extensions[functionRole] = '"function"';
  return result;
}

/** What an assistant's message has beside its content. */
function readSpoken(wire: WireObject): Part[] {
  const parts: Part[] = [];
  const refusal = wire.string("refusal");
  if (refusal !== undefined) parts.push(part({ case: "refusal", value: { text: refusal } }));
  const audio = wire.object("audio");
  if (audio !== undefined) {
    const spoken = part({
      case: "audio",
      value: { id: audio.required("id", audio.string("id"), "an answer's audio id") },
    });
    spoken.extensions = audio.rest(dialectName, "audio.");
    parts.push(spoken);
  }
  for (const call of wire.objects("tool_calls") ?? []) parts.push(readToolCall(call));
  return parts;
}

/** Thoughts of an earlier turn: reasoning_content is DeepSeek's and others', reasoning OpenRouter's. */
function readReasoning(wire: WireObject): Part[] {
  const text = wire.string("reasoning_content") ?? wire.string("reasoning");
  return text === undefined || text === "" ? [] : [part({ case: "reasoning", value: { text } })];
}

function readToolCall(wire: WireObject): Part {
  const type = wire.oneOf("type", ["function", "custom"]) ?? "function";
  const id = wire.required("id", wire.string("id"), "the call's id");
  const body = wire.required(type, wire.object(type), "an object");
  const name = body.required("name", body.string("name"), "a string");
  const input = body.string(type === "custom" ? "input" : "arguments") ?? "";
  const kind = type === "custom" ? ToolKind.CUSTOM : ToolKind.FUNCTION;
  const call = part({ case: "toolCall", value: { id, kind, name, arguments: input } });
  call.extensions = { ...wire.rest(dialectName), ...body.rest(dialectName, `${type}.`) };
  return call;
}

/** One message of the contract is several of the wire's when it holds several tool results. */
export function writeMessage(message: Message, path: string, context: MessageContext): Members[] {
  const { drops } = context;
  const placed = message.parts.map((part, i): PlacedPart => ({ part, path: `${path}.parts[${i}]` }));
  const written: Members[] = [];
  const rest: PlacedPart[] = [];
  for (const one of placed) {
    const result = writeToolResult(one, context);
    if (result === undefined) rest.push(one);
    else written.push(result);
  }
  if (rest.length > 0 || written.length === 0) written.push(writeSpeech(message, rest, path, context));
  else drops.ifSet(`${path}.name`, message.name);
  drops.ifSet(`${path}.id`, message.id);
  drops.graft(written.at(-1) ?? {}, message.extensions, path);
  return written;
}

function writeSpeech(message: Message, parts: readonly PlacedPart[], path: string, context: MessageContext): Members {
  const { role, name } = message;
  const named: Members = name === "" ? {} : { name };
  switch (role) {
    case Role.ASSISTANT:
      return { role: "assistant", ...writeSpoken(parts, context), ...named };
    case Role.SYSTEM:
      return { role: "system", content: writeContent(parts, context), ...named };
    case Role.DEVELOPER:
      return { role: "developer", content: writeContent(parts, context), ...named };
    case Role.USER:
      return { role: "user", content: writeContent(parts, context), ...named };
    case Role.TOOL:
      throw roleFault(path, "a message of the role 'tool' has to hold tool results, and nothing else");
    case Role.UNSPECIFIED:
      throw roleFault(path, "it has to be set");
    default:
      throw roleFault(path, `${String(role)} is none that this gateway knows`);
  }
}

const roleFault = (path: string, why: string): GatewayError =>
  new GatewayError("invalid_request", `'${path}.role': ${why}.`, { param: `${path}.role` });

/** undefined for any other part. */
function writeToolResult({ part: result, path }: PlacedPart, context: MessageContext): Members | undefined {
  if (result.kind.case !== "toolResult") return undefined;
  const { drops } = context;
  const { toolCallId, name, parts, isError } = result.kind.value;
  drops.ifSet(`${path}.tool_result.is_error`, isError);
  drops.ifSet(`${path}.cache_breakpoint`, result.cacheBreakpoint);
  drops.ifSet(`${path}.logprobs`, result.logprobs);
  const texts: PlacedPart[] = [];
  parts.forEach((part, i) => {
    const placed = { part, path: `${path}.tool_result.parts[${i}]` };
    if (part.kind.case === "text" || part.kind.case === "opaque") texts.push(placed);
    else drops.add(placed.path); // "For tool messages, only type `text` is supported."
  });
  const content = writeContent(texts, context);
  const { [functionRole]: role, ...extensions } = result.extensions;
  if (role === '"function"' && toolCallId === "") {
    const written: Members = { role: "function", name, content };
    drops.graft(written, extensions, path);
    return written;
  }
  const written: Members = { role: "tool", tool_call_id: toolCallId, content };
  if (name !== "") written.name = name;
  drops.graft(written, result.extensions, path);
  return written;
}

function writeSpoken(parts: readonly PlacedPart[], context: MessageContext): Members {
  const { drops, words } = context;
  const content: PlacedPart[] = [];
  const message: Members = {};
  const calls: Members[] = [];
  for (const placed of parts) {
    const { part, path } = placed;
    const { kind } = part;
    if (kind.case === "toolCall") {
      calls.push(writeToolCall(kind.value, path, context));
      graftBeside(part, calls.at(-1) ?? {}, path, context);
    } else if (kind.case === "refusal" && Object.keys(part.extensions).length === 0) {
      message.refusal = `${message.refusal ?? ""}${kind.value.text}`;
      graftBeside(part, message, path, context);
    } else if (kind.case === "audio" && kind.value.id !== "" && message.audio === undefined) {
      // with the id the provider has all the rest
      message.audio = { id: kind.value.id };
      graftBeside(part, message, path, context);
    } else if (kind.case === "reasoning" && words.thoughts) {
      message.reasoning_content = `${message.reasoning_content ?? ""}${kind.value.text}`;
      drops.ifSet(`${path}.reasoning.signature`, kind.value.signature);
      drops.ifSet(`${path}.reasoning.redacted`, kind.value.redacted);
      drops.ifSet(`${path}.reasoning.summary`, kind.value.summary);
      drops.ifSet(`${path}.reasoning.id`, kind.value.id);
      graftBeside(part, message, path, context);
    } else content.push(placed);
  }
  message.content = content.length === 0 ? null : writeContent(content, context);
  if (calls.length > 0) message.tool_calls = calls;
  if (calls.length > 0 && words.thoughts) message.reasoning_content ??= ""; // none is told by an empty one
  return message;
}

/** The rest of a part that is not among the content. */
function graftBeside(part: Part, target: Members, path: string, { drops }: MessageContext): void {
  drops.ifSet(`${path}.cache_breakpoint`, part.cacheBreakpoint);
  drops.ifSet(`${path}.logprobs`, part.logprobs);
  drops.graft(target, part.extensions, path);
}

function writeToolCall(call: ToolCall, path: string, { drops }: MessageContext): Members {
  drops.ifSet(`${path}.tool_call.signature`, call.signature.length > 0);
  return call.kind === ToolKind.CUSTOM
    ? { id: call.id, type: "custom", custom: { name: call.name, input: call.arguments } }
    : { id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } };
}
