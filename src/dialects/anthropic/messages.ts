import { type Message, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { messageOf, type PlacedPart, placeParts } from "../../core/conversation.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { noMessages } from "../../core/invalid-request.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { type Json, RawJson } from "../../lib/json-text.ts";
import { type Block, type RequestContext, readContent, writeBlock, writtenContent } from "./parts.ts";
import { itemsOf, type Source } from "./source-text.ts";
import { type PlacedMessage, type Turn, toConversation } from "./turns.ts";
import { dialectName } from "./wire.ts";

/** "Messages", messages and system. */

const roles = { user: Role.USER, assistant: Role.ASSISTANT, system: Role.SYSTEM } as const;
type RoleWord = keyof typeof roles;
const roleWords: readonly RoleWord[] = ["user", "assistant", "system"];

/** Instructions for the whole conversation: a message of their own in front of the others. */
export function readSystem(request: WireObject, source: Source): Message[] {
  const system = request.raw("system");
  const isEmpty = system === "" || (Array.isArray(system) && system.length === 0);
  if (system === undefined || isEmpty) return [];
  return [messageOf(Role.SYSTEM, readContent(request, source, "system"), {})];
}

export function readMessages(request: WireObject, source: Source): Message[] {
  const messages = request.required("messages", request.objects("messages"), "an array of messages");
  if (messages.length === 0) throw noMessages();
  const sourceAt = itemsOf(source, "messages");
  return messages.flatMap((wire, i) => readMessage(wire, sourceAt(i)));
}

function readMessage(wire: WireObject, source: Source): Message[] {
  const word = wire.required("role", wire.oneOf("role", roleWords), roleWords.map((role) => `'${role}'`).join(", "));
  // the beta of per-message effort has system messages without content
  if (word !== "system") wire.required("content", wire.raw("content"), "a string or an array of content blocks");
  const parts = readContent(wire, source);
  const results = parts.filter(({ kind }) => kind.case === "toolResult");
  const extensions = wire.rest(dialectName);
  if (word !== "user" || results.length === 0) return [messageOf(roles[word], parts, extensions)];
  const rest = parts.filter(({ kind }) => kind.case !== "toolResult");
  const answered = messageOf(Role.TOOL, results, extensions);
  return rest.length === 0 ? [answered] : [answered, messageOf(Role.USER, rest, {})];
}

export interface WrittenConversation {
  readonly system: Json;
  readonly messages: readonly Members[];
}

/** Throws GatewayError "invalid_request" for a conversation in which nothing is said. */
export function writeConversation(messages: readonly Message[], context: RequestContext): WrittenConversation {
  if (messages.length === 0) throw noMessages();
  const { leading, turns } = toConversation(messages, context);
  const system = leading.flatMap<Block>((placed) => {
    reportUnsaid(placed, context);
    context.drops.ifSet(`${placed.path}.extensions`, placed.message.extensions);
    return placeParts(placed.message.parts, placed.path).flatMap<Block>(
      (one) => writeBlock(one, "system", context) ?? [],
    );
  });
  const written = turns.flatMap<Members>((turn, i) => writeTurn(turn, i === turns.length - 1, context) ?? []);
  if (written.length === 0 && system.length === 0) {
    throw new GatewayError("invalid_request", "'messages' says nothing: Anthropic wants a text that is not blank.", {
      param: "messages",
    });
  }
  return {
    system: system.length === 0 ? undefined : writtenContent(system),
    messages: beginWithUser(written, context),
  };
}

/**
 * "First message must use the 'user' role". Where another vendor's conversation begins otherwise, a turn that says as
 * little as possible stands in front. What only Anthropic knows may begin one: a summary of what was said before.
 */
function beginWithUser(written: readonly Members[], { emulated }: RequestContext): readonly Members[] {
  const [first] = written;
  const content = first?.content;
  const isOwnBeginning = Array.isArray(content) && content[0] instanceof RawJson;
  if (first?.role === "user" || isOwnBeginning) return written;
  emulated.add("messages[0].role");
  return [{ role: "user", content: "." }, ...written];
}

/** A name and an id have no place here. */
function reportUnsaid({ message, path }: PlacedMessage, { drops }: RequestContext): void {
  drops.ifSet(`${path}.name`, message.name);
  drops.ifSet(`${path}.id`, message.id);
}

const placeAll = (messages: readonly PlacedMessage[]): PlacedPart[] =>
  messages.flatMap(({ message, path }) => placeParts(message.parts, path));

/** undefined: nothing is left that says something. */
function writeTurn({ role, messages }: Turn, isLast: boolean, context: RequestContext): Members | undefined {
  const { drops } = context;
  for (const placed of messages) reportUnsaid(placed, context);
  const parts = placeAll(messages);
  // "tool_result blocks must come first in the content array"
  const ordered = [...parts.filter(isResult), ...parts.filter((one) => !isResult(one))];
  const last = ordered.at(-1);
  const blocks = ordered.flatMap<Block>((one) => {
    const isEnd = isLast && role === "assistant" && one === last;
    return writeBlock(isEnd ? trimEnd(one, context) : one, role, context) ?? [];
  });
  const written: Members = { role, content: writtenContent(blocks) };
  for (const { message, path } of messages) drops.graft(written, message.extensions, path);
  const isSilent = blocks.length === 0 && !(role === "system" && Object.keys(written).length > 2);
  if (isSilent) return undefined;
  if (blocks.length === 0) delete written.content;
  return written;
}

const isResult = ({ part }: PlacedPart): boolean => part.kind.case === "toolResult";

/** "Final assistant content cannot end with trailing whitespace": the answer goes on right behind it. */
function trimEnd(placed: PlacedPart, { drops }: RequestContext): PlacedPart {
  const { part, path } = placed;
  if (part.kind.case !== "text") return placed;
  const text = part.kind.value.text.trimEnd();
  if (text === part.kind.value.text) return placed;
  drops.add(`${path}.text`);
  return { path, part: { ...part, kind: { case: "text", value: { ...part.kind.value, text } } } };
}
