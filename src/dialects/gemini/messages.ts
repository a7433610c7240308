import { type Message, type Part, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { messageOf } from "../../core/conversation.ts";
import { GatewayError } from "../../core/error.ts";
import { OpenCalls, requestCallId } from "./call-ids.ts";
import { isProven } from "./foreign-thoughts.ts";
import type { GoogleObject } from "./google-object.ts";
import { readPart } from "./parts.ts";
import { readResult } from "./results.ts";

/**
 * "Content" (ai.google.dev/api/caching#Content), read. The user's contents also hold what functions answered: of such a
 * content the results become a message of their own, and what else it holds follows.
 */

const roles: Readonly<Record<string, "user" | "model">> = { user: "user", model: "model", function: "user" };

/** Without a role it is the user who speaks; Vertex AI's examples write roles in capitals. */
function readRole(wire: GoogleObject): "user" | "model" {
  const word = wire.string("role") ?? "user";
  const role = Object.hasOwn(roles, word.toLowerCase()) ? roles[word.toLowerCase()] : undefined;
  if (role !== undefined) return role;
  wire.oneOf("role", ["user", "model"]); // refuses it
  return "user";
}

export function readSystem(wire: GoogleObject | undefined): Message[] {
  if (wire === undefined) return [];
  wire.string("role"); // SDKs write "user", and it means nothing
  const parts = ownParts(wire).map((item, i) => readPart(item, requestCallId(0, i)));
  return [messageOf(Role.SYSTEM, parts, wire.own())];
}

export function readContents(contents: readonly GoogleObject[]): Message[] {
  const calls = new OpenCalls();
  const messages: Message[] = [];
  for (const [at, wire] of contents.entries()) {
    if (readRole(wire) === "model") readModelContent(wire, at, calls, messages);
    else readUserContent(wire, at, calls, messages);
  }
  return messages;
}

const ownParts = (wire: GoogleObject): GoogleObject[] => wire.list("parts");

function readModelContent(wire: GoogleObject, at: number, calls: OpenCalls, messages: Message[]): void {
  // streams have chunks of an empty text, which is nothing to say
  const parts = ownParts(wire)
    .map((item, i) => readPart(item, requestCallId(at, i)))
    .filter((read) => !isNothing(read));
  for (const { kind } of parts) if (kind.case === "toolCall") calls.add(kind.value.name, kind.value.id);
  const extensions = wire.own();
  if (parts.length === 0 && Object.keys(extensions).length === 0) return;
  const last = messages.at(-1);
  if (last?.role !== Role.ASSISTANT || Object.keys(extensions).length > 0) {
    messages.push(messageOf(Role.ASSISTANT, parts, extensions));
    return;
  }
  // SDKs keep a streamed answer as one content for each of its chunks
  const [first, ...rest] = parts;
  if (first === undefined) return;
  if (continuePart(last.parts.at(-1), first)) last.parts.push(...rest);
  else last.parts.push(...parts);
}

const isNothing = (read: Part): boolean => read.kind.case === "text" && read.kind.value.text === "" && isPlain(read);

const isPlain = ({ extensions }: Part): boolean => Object.keys(extensions).length === 0;

/** Adds the next chunk's first part to the last one's last, as a reader of the stream would. Returns whether it could. */
function continuePart(open: Part | undefined, next: Part): boolean {
  if (open === undefined || !isPlain(open) || !isPlain(next)) return false;
  if (open.kind.case === "text" && next.kind.case === "text") {
    open.kind.value.text += next.kind.value.text;
    return true;
  }
  if (open.kind.case !== "reasoning" || next.kind.case !== "reasoning" || isProven(open.kind.value)) return false;
  const { text, signature, redacted, summary, id } = next.kind.value;
  if (!isProven(next.kind.value)) {
    open.kind.value.text += text;
    return true;
  }
  if (text !== "") return false;
  Object.assign(open.kind.value, { signature, redacted, summary, id }); // the proof of the thoughts before it
  return true;
}

function readUserContent(wire: GoogleObject, at: number, calls: OpenCalls, messages: Message[]): void {
  const results: Part[] = [];
  const rest: Part[] = [];
  for (const [i, item] of ownParts(wire).entries()) {
    const id = requestCallId(at, i);
    const result = readResult(item, calls, id);
    if (result === undefined) rest.push(readPart(item, id));
    else results.push(result);
  }
  const extensions = wire.own();
  const isResultsOnly = results.length > 0 && rest.length === 0;
  if (results.length > 0) messages.push(messageOf(Role.TOOL, results, isResultsOnly ? extensions : {}));
  if (!isResultsOnly) messages.push(messageOf(Role.USER, rest, extensions));
}

export const noContents = (): GatewayError =>
  new GatewayError("invalid_request", "'contents' has to hold at least one content.", { param: "contents" });
