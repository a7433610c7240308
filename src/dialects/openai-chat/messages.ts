import { create } from "@bufbuild/protobuf";
import { type Message, MessageSchema, type Part, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { notOnlyResults, type PlacedPart, placeParts, unknownRole } from "../../core/conversation.ts";
import { type Members, ownField } from "../../core/extensions.ts";
import { part } from "../../core/media.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { type MessageContext, readBreakpoint, readContent, writeBreakpoint, writeContent } from "./parts.ts";
import { writeSpoken } from "./spoken.ts";
import { readThoughts } from "./thoughts.ts";
import { readToolCall, writeCallId } from "./tool-calls.ts";
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
      const parts = [...readThoughts(wire), ...readContent(wire), ...readSpoken(wire)];
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
  result.cacheBreakpoint = readBreakpoint(wire);
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

/** One message of the contract is several of the wire's when it holds several tool results. */
export function writeMessage(message: Message, path: string, context: MessageContext): Members[] {
  const { drops } = context;
  const written: Members[] = [];
  const rest: PlacedPart[] = [];
  for (const one of placeParts(message.parts, path)) {
    const result = writeToolResult(one, context);
    if (result === undefined) rest.push(one);
    else written.push(result);
  }
  if (rest.length > 0 || written.length === 0) written.push(writeSpeech(message, rest, path, context));
  else drops.ifSet(`${path}.name`, message.name);
  drops.ifSet(`${path}.id`, message.id);
  graftMessage(written.at(-1) ?? {}, message.extensions, path, context);
  return written;
}

function writeSpeech(message: Message, parts: readonly PlacedPart[], path: string, context: MessageContext): Members {
  const { role, name } = message;
  const { words } = context;
  switch (role) {
    case Role.ASSISTANT:
      return writeName({ role: "assistant", ...writeSpoken(parts, context) }, name, path, context);
    case Role.SYSTEM:
      return writeName({ role: "system", content: writeContent(parts, context) }, name, path, context);
    case Role.DEVELOPER:
      return writeName({ role: words.developerRole, content: writeContent(parts, context) }, name, path, context);
    case Role.USER:
      return writeName({ role: "user", content: writeContent(parts, context) }, name, path, context);
    case Role.TOOL:
      throw notOnlyResults(path);
    default:
      throw unknownRole(role, path);
  }
}

function writeName(target: Members, name: string, path: string, { drops, words }: MessageContext): Members {
  if (name === "") return target;
  if (words.refuses.has(`${target.role}.name`)) drops.add(`${path}.name`);
  else target.name = name;
  return target;
}

/** The client's own vendor fields, as far as the vendor takes them. */
function graftMessage(
  target: Members,
  extensions: Readonly<Record<string, string>>,
  path: string,
  { drops, words }: MessageContext,
): void {
  const taken = { ...extensions };
  for (const key of Object.keys(extensions)) {
    if (!words.refuses.has(`${target.role}.${ownField(key, dialectName)}`)) continue;
    drops.add(`${path}.extensions[${key}]`);
    delete taken[key];
  }
  drops.graft(target, taken, path);
}

/** undefined for any other part. */
function writeToolResult({ part: result, path }: PlacedPart, context: MessageContext): Members | undefined {
  if (result.kind.case !== "toolResult") return undefined;
  const { drops, words } = context;
  const { toolCallId, name, parts, isError } = result.kind.value;
  drops.ifSet(`${path}.tool_result.is_error`, isError);
  drops.ifSet(`${path}.logprobs`, result.logprobs);
  const said: PlacedPart[] = [];
  parts.forEach((part, i) => {
    const placed = { part, path: `${path}.tool_result.parts[${i}]` };
    if (part.kind.case === "text" || part.kind.case === "opaque" || words.toolMedia) said.push(placed);
    else drops.add(placed.path); // "For tool messages, only type `text` is supported."
  });
  const content = writeContent(said, context);
  const { [functionRole]: role, ...extensions } = result.extensions;
  if (role === '"function"' && toolCallId === "") {
    const written: Members = { role: "function", name, content };
    writeBreakpoint(written, result.cacheBreakpoint, path, words, drops);
    graftMessage(written, extensions, path, context);
    return written;
  }
  const written: Members = { role: "tool", tool_call_id: writeCallId(toolCallId, words), content };
  if (name !== "" && words.refuses.has("tool.name")) drops.add(`${path}.tool_result.name`);
  else if (name !== "") written.name = name;
  writeBreakpoint(written, result.cacheBreakpoint, path, words, drops);
  graftMessage(written, result.extensions, path, context);
  return written;
}
