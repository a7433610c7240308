import { type Message, type Part, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import {
  isInstruction,
  messageOf,
  notOnlyResults,
  type PlacedPart,
  placeParts,
  unknownRole,
} from "../../core/conversation.ts";
import type { Members } from "../../core/extensions.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { type Block, type WriteContext, writeBlocks, writeCachePoint } from "./blocks.ts";
import { readContent, type Source } from "./parts.ts";
import { dialectName } from "./wire.ts";

/** "Message", "SystemContentBlock". */

const roles = { user: Role.USER, assistant: Role.ASSISTANT, system: Role.SYSTEM } as const;
const roleWords = ["user", "assistant", "system"] as const;

/** A user's message with tools' results is one of the tools, and one of the user with what else it holds. */
export function readMessage(wire: WireObject, source: Source): Message[] {
  const word = wire.required("role", wire.oneOf("role", roleWords), "'user', 'assistant' or 'system'");
  const parts = readContent(wire, "content", source);
  const extensions = wire.rest(dialectName);
  if (word !== "user") return [messageOf(roles[word], parts, extensions)];
  const results = parts.filter(({ kind }) => kind.case === "toolResult");
  if (results.length === 0) return [messageOf(Role.USER, parts, extensions)];
  const others = parts.filter(({ kind }) => kind.case !== "toolResult");
  if (others.length === 0) return [messageOf(Role.TOOL, results, extensions)];
  return [messageOf(Role.TOOL, results, {}), messageOf(Role.USER, others, extensions)];
}

/** The field `system`, as the message that comes first. */
export function readSystem(wire: WireObject, source: Source): Message[] {
  if (wire.raw("system") === undefined) return [];
  const parts = readContent(wire, "system", source);
  return parts.length === 0 ? [] : [messageOf(Role.SYSTEM, parts, {})];
}

type RoleWord = (typeof roleWords)[number];

/** A message on the wire: of users and tools, results come first (Claude refuses them behind anything else). */
interface Turn {
  readonly role: RoleWord;
  readonly results: Block[];
  readonly others: Block[];
  readonly more: Members;
}

export interface WrittenConversation {
  readonly system: Block[];
  readonly messages: Members[];
}

/**
 * Instructions before anything else are the field `system`. Bedrock wants turns to alternate ("A conversation must
 * alternate between user and assistant roles"), so messages of one side that follow each other are one.
 */
export function writeConversation(messages: readonly Message[], context: WriteContext): WrittenConversation {
  const system: Block[] = [];
  const turns: Turn[] = [];
  for (const [i, message] of messages.entries()) {
    const path = `messages[${i}]`;
    context.drops.ifSet(`${path}.name`, message.name);
    context.drops.ifSet(`${path}.id`, message.id);
    const isInstructing = isInstruction(message);
    if (isInstructing && turns.length === 0) {
      context.drops.ifSet(`${path}.extensions`, message.extensions);
      for (const placed of placeParts(message.parts, path)) writeInstruction(placed, system, context);
      continue;
    }
    const word = isInstructing ? placeOfInstruction(messages, i, turns, context) : roleOf(message.role, path);
    if (isInstructing && word === "user") context.emulated.push(`${path}.role`);
    const last = turns.at(-1);
    const turn = last?.role === word ? last : { role: word, results: [], others: [], more: {} };
    for (const placed of placeParts(message.parts, path)) writePart(placed, message.role, turn, context);
    context.drops.graft(turn.more, message.extensions, path);
    const isEmpty = turn.results.length + turn.others.length === 0 && Object.keys(turn.more).length === 0;
    if (turn !== last && !isEmpty) turns.push(turn); // one without content is refused
  }
  return {
    system,
    messages: turns.map(({ role, results, others, more }) => ({ role, content: [...results, ...others], ...more })),
  };
}

function roleOf(role: Role, path: string): RoleWord {
  switch (role) {
    case Role.USER:
    case Role.TOOL:
      return "user";
    case Role.ASSISTANT:
      return "assistant";
    default:
      throw unknownRole(role, path);
  }
}

/**
 * "Mid-conversation system messages": between what the user says and what the model answers, and only some models know
 * them. Elsewhere an instruction stays at its place in the words of the user.
 */
function placeOfInstruction(
  messages: readonly Message[],
  at: number,
  turns: readonly Turn[],
  { words }: WriteContext,
): RoleWord {
  const before = turns.at(-1)?.role;
  const next = messages.slice(at + 1).find((message) => !isInstruction(message));
  const isBetween = before !== "assistant" && (next === undefined || next.role === Role.ASSISTANT);
  return words.systemTurns && isBetween ? "system" : "user";
}

/** "SystemContentBlock": texts, those for guardrails among them, and cache points. */
function writeInstruction(placed: PlacedPart, system: Block[], context: WriteContext): void {
  const { part, path } = placed;
  const { drops } = context;
  if (part.kind.case !== "text" && part.kind.case !== "opaque") {
    drops.add(path);
    return;
  }
  system.push(...writeBlocks(withoutCitations(placed, context), context));
  pushCachePoint(part, path, system, context);
}

function writePart(placed: PlacedPart, role: Role, turn: Turn, context: WriteContext): void {
  const { part, path } = placed;
  const isResult = part.kind.case === "toolResult";
  if (isResult && turn.role !== "user") {
    context.drops.add(path);
    return;
  }
  if (!isResult && role === Role.TOOL) {
    throw notOnlyResults(path.slice(0, path.indexOf(".")));
  }
  const blocks = isResult ? turn.results : turn.others;
  blocks.push(...writeBlocks(role === Role.ASSISTANT ? placed : withoutCitations(placed, context), context));
  pushCachePoint(part, path, blocks, context);
}

/** A cache point behind nothing is refused ("There is nothing available to cache"). */
function pushCachePoint(part: Part, path: string, blocks: Block[], { words, drops }: WriteContext): void {
  if (part.cacheBreakpoint === undefined) return;
  const isTaken = words.cachePoints !== "nowhere" && blocks.length > 0;
  const written = writeCachePoint(part.cacheBreakpoint, path, isTaken, drops);
  if (written !== undefined) blocks.push(written);
}

/** Only a model cites. */
function withoutCitations(placed: PlacedPart, { drops }: WriteContext): PlacedPart {
  const { part, path } = placed;
  if (part.kind.case !== "text" || part.kind.value.citations.length === 0) return placed;
  drops.add(`${path}.text.citations`);
  const kind = { case: "text" as const, value: { ...part.kind.value, citations: [] } };
  return { part: { ...part, kind }, path };
}

/** Whether a conversation holds calls of tools, or their results: then Bedrock wants to be told of tools again. */
export const hasToolBlocks = (messages: readonly Message[]): boolean =>
  messages.some(({ parts }) => parts.some(({ kind }) => kind.case === "toolCall" || kind.case === "toolResult"));
