import { create } from "@bufbuild/protobuf";
import { type Message, MessageSchema, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { isInstruction, notOnlyResults, unknownRole } from "../../core/conversation.ts";
import type { RequestContext } from "./parts.ts";
import { dialectName } from "./wire.ts";

/** A message and its place in the contract's request. */
export interface PlacedMessage {
  readonly message: Message;
  /** "messages[0]" */
  readonly path: string;
}

/** What becomes one message of the wire. */
export interface Turn {
  readonly role: "user" | "assistant" | "system";
  readonly messages: PlacedMessage[];
}

export interface Conversation {
  /** Instructions for all of it. */
  readonly leading: readonly PlacedMessage[];
  readonly turns: readonly Turn[];
}

/**
 * Puts a conversation into turns. The results of tools stand in one user turn, and what the user says next stands behind
 * them in the same one ("Handle tool calls": each call is answered in the message right after it). Other messages stay
 * apart: "Consecutive `user` or `assistant` turns in your request will be combined into a single turn."
 */
export function toConversation(messages: readonly Message[], context: RequestContext): Conversation {
  const placed = messages.map((message, i): PlacedMessage => ({ message, path: `messages[${i}]` }));
  for (const one of placed) checkRole(one);
  const behind = placed.findIndex(({ message }) => !isInstruction(message));
  const turns: Turn[] = [];
  const spoken = behind < 0 ? [] : placed.slice(behind);
  for (const [i, one] of spoken.entries()) {
    const { role } = one.message;
    const last = turns.at(-1);
    if (isInstruction(one.message)) addInstruction(one, spoken[nextSpeaker(spoken, i)], turns, context);
    else if (role === Role.ASSISTANT) turns.push({ role: "assistant", messages: [one] });
    else if (last !== undefined && isOpen(last)) last.messages.push(one);
    else turns.push({ role: "user", messages: [one] });
  }
  return { leading: behind < 0 ? placed : placed.slice(0, behind), turns };
}

/** Whether nothing but results of tools stands in it so far. */
const isOpen = ({ role, messages }: Turn): boolean =>
  role === "user" && messages.every(({ message }) => message.role === Role.TOOL);

function nextSpeaker(messages: readonly PlacedMessage[], from: number): number {
  const at = messages.findIndex(({ message }, i) => i > from && !isInstruction(message));
  return at < 0 ? messages.length : at;
}

/**
 * "Mid-conversation system messages": after a user turn, or one that ends in a call of a server tool; before an
 * assistant's, or at the end; never two in a row. Anywhere else, and for models that know none, it is said as the user.
 */
function addInstruction(
  placed: PlacedMessage,
  next: PlacedMessage | undefined,
  turns: Turn[],
  { traits, emulated }: RequestContext,
): void {
  const last = turns.at(-1);
  const isPlaced = next === undefined || next.message.role === Role.ASSISTANT;
  if (traits.midSystem && isPlaced && last?.role === "system") {
    last.messages.push(placed);
    return;
  }
  if (traits.midSystem && isPlaced && last !== undefined && endsForSystem(last)) {
    turns.push({ role: "system", messages: [placed] });
    return;
  }
  emulated.add(`${placed.path}.role`);
  const { message, path } = placed;
  const asked = create(MessageSchema, { ...message, role: Role.USER });
  if (last !== undefined && isOpen(last)) last.messages.push({ message: asked, path });
  else turns.push({ role: "user", messages: [{ message: asked, path }] });
}

function endsForSystem({ role, messages }: Turn): boolean {
  if (role === "user") return true;
  const kind = messages.at(-1)?.message.parts.at(-1)?.kind;
  return kind?.case === "opaque" && kind.value.dialect === dialectName && kind.value.type === "server_tool_use";
}

/** Throws GatewayError "invalid_request". */
function checkRole({ message, path }: PlacedMessage): void {
  switch (message.role) {
    case Role.SYSTEM:
    case Role.DEVELOPER:
    case Role.USER:
    case Role.ASSISTANT:
      return;
    case Role.TOOL:
      if (message.parts.every(({ kind }) => kind.case === "toolResult")) return;
      throw notOnlyResults(path);
    default:
      throw unknownRole(message.role, path);
  }
}
