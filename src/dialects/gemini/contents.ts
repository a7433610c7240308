import { type Message, type Part, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { isInstruction, roleFault, unknownRole } from "../../core/conversation.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import type { RawJson } from "../../lib/json-text.ts";
import { isDerivedCallId } from "./call-ids.ts";
import type { WriteContext } from "./context.ts";
import { isMembers } from "./members.ts";
import { writePart } from "./parts.ts";
import { writeResult } from "./results.ts";

/**
 * "Content" (ai.google.dev/api/caching#Content), written. The model's turns and the user's alternate as far as the model's
 * go: a function's result has to follow its call at once. Results stand before what the user says in the same turn.
 */

export interface WrittenConversation {
  readonly systemInstruction: Members | undefined;
  readonly contents: Members[];
}

interface Turn {
  readonly role: "user" | "model";
  /** Results of functions. */
  readonly results: WrittenCallResult[];
  /** Media that belong to the results. */
  readonly beside: Members[];
  readonly parts: (Members | RawJson)[];
  /** Whether the user has spoken: what follows is another turn. */
  hasSpoken: boolean;
  readonly content: Members;
}

interface WrittenCallResult {
  readonly callId: string;
  readonly name: string;
  readonly written: Members;
}

/** Throws GatewayError "invalid_request" for roles that make no sense, and when nothing is left to be asked. */
export function writeConversation(messages: readonly Message[], context: WriteContext): WrittenConversation {
  const firstOther = messages.findIndex((message) => !isInstruction(message));
  // there has to be a content: of a conversation of nothing but instructions the last one is it
  const leading = firstOther < 0 ? messages.length - 1 : firstOther;
  const systemInstruction = writeSystem(messages.slice(0, leading), context);
  const writer = new TurnWriter(context);
  for (const [i, message] of messages.entries()) if (i >= leading) writer.add(message, `messages[${i}]`);
  const contents = writer.contents();
  if (contents.length > 0) return { systemInstruction, contents };
  const { paths } = context.drops;
  const why = paths.length === 0 ? "there is nothing in them" : `Gemini has no word for ${paths.join(", ")}`;
  throw new GatewayError("invalid_request", `Nothing of 'messages' can be asked: ${why}.`, { param: "messages" });
}

function writeSystem(messages: readonly Message[], context: WriteContext): Members | undefined {
  const instruction: Members = { parts: [] };
  const parts = messages.flatMap((message, i) => {
    const path = `messages[${i}]`;
    reportNames(message, path, context);
    const written = message.parts.flatMap((item, j) => writePart(item, `${path}.parts[${j}]`, context) ?? []);
    context.drops.graft(instruction, message.extensions, path);
    return written;
  });
  instruction.parts = parts;
  return parts.length === 0 ? undefined : instruction;
}

function reportNames({ name, id }: Message, path: string, { drops }: WriteContext): void {
  drops.ifSet(`${path}.name`, name);
  drops.ifSet(`${path}.id`, id);
}

class TurnWriter {
  readonly #context: WriteContext;
  readonly #turns: Turn[] = [];
  /** The names of the functions that were called, by the calls' ids: clients of other languages tell only the id. */
  readonly #names = new Map<string, string>();
  /** Which of all calls it is, by the call's id. */
  readonly #order = new Map<string, number>();

  constructor(context: WriteContext) {
    this.#context = context;
  }

  add(message: Message, path: string): void {
    const { drops } = this.#context;
    reportNames(message, path, this.#context);
    const turn = this.#turnFor(message.role, path);
    // Gemini has instructions in front of the conversation only; within it they are said by the user
    if (isInstruction(message)) drops.add(`${path}.role`);
    for (const [i, item] of message.parts.entries()) this.#addPart(turn, message.role, item, `${path}.parts[${i}]`);
    drops.graft(turn.content, message.extensions, path);
  }

  #turnFor(role: Role, path: string): Turn {
    const last = this.#turns.at(-1);
    switch (role) {
      case Role.ASSISTANT:
        return last?.role === "model" ? last : this.#begin("model");
      case Role.TOOL:
        return last?.role === "user" && !last.hasSpoken ? last : this.#begin("user");
      case Role.USER:
      case Role.SYSTEM:
      case Role.DEVELOPER: {
        const turn = last?.role === "user" && !last.hasSpoken ? last : this.#begin("user");
        turn.hasSpoken = true;
        return turn;
      }
      default:
        throw unknownRole(role, path);
    }
  }

  #begin(role: "user" | "model"): Turn {
    const content: Members = { role, parts: [] };
    const turn: Turn = { role, results: [], beside: [], parts: [], hasSpoken: false, content };
    this.#turns.push(turn);
    return turn;
  }

  #addPart(turn: Turn, role: Role, item: Part, path: string): void {
    const { kind } = item;
    if (kind.case === "toolResult" && turn.role === "user") {
      const { toolCallId: callId } = kind.value;
      const name = kind.value.name || (this.#names.get(callId) ?? callId);
      const { functionResponse, beside } = writeResult(item, kind.value, name, path, this.#context);
      turn.results.push({ callId, name, written: functionResponse });
      turn.beside.push(...beside);
      return;
    }
    if (role === Role.TOOL) {
      throw roleFault(path.slice(0, path.lastIndexOf(".")), "a message of the role 'tool' holds tool results only");
    }
    if (kind.case === "toolCall") {
      this.#names.set(kind.value.id, kind.value.name);
      this.#order.set(kind.value.id, this.#order.size);
    }
    const written = writePart(item, path, this.#context);
    if (written !== undefined) turn.parts.push(written);
  }

  contents(): Members[] {
    const contents: Members[] = [];
    for (const { results, beside, parts, content } of this.#turns) {
      this.#sortResults(results);
      const all = [...results.map(({ written }) => written), ...beside, ...parts];
      content.parts = all;
      if (all.length > 0) contents.push(content);
    }
    if (this.#context.words.wantsSignatures) signCalls(contents);
    return contents;
  }

  /** Without ids the results of one function's calls have to stand in the order of the calls. */
  #sortResults(results: WrittenCallResult[]): void {
    const nameless = results.filter(({ callId }) => isDerivedCallId(callId) && this.#order.has(callId));
    for (const name of new Set(nameless.map((result) => result.name))) {
      const same = nameless.filter((result) => result.name === name);
      const places = same.map((result) => results.indexOf(result));
      same.sort((a, b) => (this.#order.get(a.callId) ?? 0) - (this.#order.get(b.callId) ?? 0));
      for (const [i, place] of places.entries()) {
        const result = same[i];
        if (result !== undefined) results[place] = result;
      }
    }
  }
}

/** What stands for the signature of a call that another model made, or whose signature a client lost ("Thought signatures"). */
const noSignature = "skip_thought_signature_validator";

/**
 * Of the current turn each step's first function call needs a signature. A turn begins where the user speaks without
 * answering a call.
 */
function signCalls(contents: readonly Members[]): void {
  const turnStart = contents.findLastIndex(
    ({ role, parts }) => role === "user" && !membersOf(parts).some((item) => "functionResponse" in item),
  );
  for (const { role, parts } of contents.slice(turnStart + 1)) {
    if (role !== "model") continue;
    const first = membersOf(parts).find((item) => "functionCall" in item);
    if (first !== undefined) first.thoughtSignature ??= noSignature;
  }
}

/** The parts that are no opaque JSON. */
function membersOf(parts: Members[string]): Members[] {
  return Array.isArray(parts) ? parts.filter(isMembers) : [];
}
