import type { ChatStart } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { fieldText, graftOwn, type Members } from "../../core/extensions.ts";
import { text, type Wire } from "../../core/wire-values.ts";
import { type Json, RawJson, toJson } from "../../lib/json-text.ts";
import { readSeconds } from "../openai/answer-fields.ts";
import { derivedId } from "./capsule.ts";
import { dialectName, rest, writeServiceTier, writeUsage } from "./wire.ts";

/** "The response object": all of it but its output. */

export type Head = Pick<ChatStart, "id" | "created" | "model" | "serviceTier" | "extensions">;

export const noHead: Head = { id: "", created: 0n, model: "", serviceTier: "", extensions: {} };

/**
 * What every response repeats of its request, where that is not known: the document requires these fields. So read,
 * they say nothing.
 */
const neutral: Readonly<Record<string, string>> = {
  instructions: "null",
  metadata: "{}",
  parallel_tool_calls: "true",
  temperature: "null",
  tool_choice: '"auto"',
  tools: "[]",
  top_p: "null",
};

const knownFields = new Set([
  "id",
  "object",
  "created_at",
  "status",
  "error",
  "incomplete_details",
  "model",
  "output",
  "output_text", // an SDK's sum of the output
  "usage",
  "service_tier",
]);

/** The id that clients know an answer by: they need one. */
export const answerIdOf = ({ id, created }: Head): string => id || derivedId("resp", created.toString(36), 0);

/** `ending`: `status`, `error` and `incomplete_details`. `late`: extensions that came with the end of a stream. */
export function writeResponse(
  head: Head,
  ending: Members,
  output: readonly Json[],
  usage?: Usage,
  late: Readonly<Record<string, string>> = {},
): string {
  const response: Members = {
    id: answerIdOf(head),
    object: "response",
    created_at: new RawJson(head.created.toString()),
    ...ending,
    model: head.model,
    output,
    usage: usage && writeUsage(usage),
  };
  graftOwn(response, late, dialectName);
  response.service_tier ??= writeServiceTier(head.serviceTier);
  graftOwn(response, head.extensions, dialectName);
  for (const key in neutral) response[key] ??= new RawJson(neutral[key] ?? "null");
  return toJson(response);
}

/** A response's fields that the contract has no name for. */
function readRest(response: Wire): Record<string, string> {
  const extensions = rest(response, knownFields);
  for (const key in neutral) {
    const name = `${dialectName}/${key}`;
    if (extensions[name] === neutral[key]) delete extensions[name];
  }
  return extensions;
}

export function readHead(response: Wire): Head {
  return {
    id: text(response.id),
    created: readSeconds(response.created_at),
    model: text(response.model),
    serviceTier: text(response.service_tier),
    extensions: readRest(response),
  };
}

/** Told with the end of an answer, and so never of its start. */
const lateFields: readonly string[] = [`${dialectName}/completed_at`];

/** What is told at the start of an answer, whether it comes whole or not. */
export function startOf(head: Head): Head {
  const extensions = { ...head.extensions };
  for (const key of lateFields) delete extensions[key];
  return { ...head, extensions };
}

/** What an answer's end tells beside what its start did. */
export function lateOf(response: Wire, start: Head): Record<string, string> {
  const { extensions, serviceTier } = readHead(response);
  for (const key in extensions) if (extensions[key] === start.extensions[key]) delete extensions[key];
  const tier = fieldText(serviceTier);
  if (serviceTier !== "" && serviceTier !== start.serviceTier && tier !== undefined) {
    extensions[`${dialectName}/service_tier`] = tier;
  }
  return extensions;
}
