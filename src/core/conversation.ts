import { create } from "@bufbuild/protobuf";
import { type Message, MessageSchema, type Part, Role } from "../../gen/causeway/chat/v1/content_pb.ts";
import type { GatewayError } from "./error.ts";
import { invalidRequest } from "./invalid-request.ts";

/** A request's messages, as most of the dialects read and write them. */

export function messageOf(role: Role, parts: Part[], extensions: Record<string, string>): Message {
  const message = create(MessageSchema, { role });
  message.parts = parts;
  message.extensions = extensions;
  return message;
}

export interface PlacedPart {
  readonly part: Part;
  /** "messages[0].parts[1]" */
  readonly path: string;
}

/** `path`: of what holds the parts. */
export const placeParts = (parts: readonly Part[], path: string): PlacedPart[] =>
  parts.map((part, i) => ({ part, path: `${path}.parts[${i}]` }));

export const isInstruction = ({ role }: Message): boolean => role === Role.SYSTEM || role === Role.DEVELOPER;

/** `path`: of the message. */
export const roleFault = (path: string, why: string): GatewayError =>
  invalidRequest(`${path}.role`, `'${path}.role': ${why}.`);

/** Why a message of a tool cannot be written. */
export const notOnlyResults = (path: string): GatewayError =>
  roleFault(path, "a message of the role 'tool' has to hold tool results, and nothing else");

/** `role`: none of those that are known. */
export const unknownRole = (role: Role, path: string): GatewayError =>
  roleFault(path, role === Role.UNSPECIFIED ? "it has to be set" : `${String(role)} is none that this gateway knows`);
