import type { AnswerFacts } from "../../core/dialect.ts";
import { records, text, type Wire } from "../../core/wire-values.ts";
import { JsonError } from "../../lib/json.ts";
import { JsonMembers } from "../../lib/json-members.ts";
import { reportedError } from "./error.ts";
import { readAnswerUsage, readEnding } from "./wire.ts";

/** What the ledger has to know of a response. */

const isCall = ({ type }: Wire): boolean => type === "function_call" || type === "custom_tool_call";

/** Throws GatewayError for a response that failed. */
export function factsOf(response: Wire): AnswerFacts {
  const error = reportedError(response);
  if (error !== undefined) throw error;
  const { reason } = readEnding(response, records(response.output).some(isCall));
  return { id: text(response.id) || undefined, usage: readAnswerUsage(response), finishReason: reason };
}

/** Inside a JSON string the quotes would be escaped: so it finds every call and search, and perhaps something else. */
const callPattern = /"(?:(?:function|custom_tool)_call|(?:web|file)_search_call)"/;

/**
 * The same, without parsing the greatest parts of it: what it repeats of its request, and an output without calls and
 * searches. Throws JsonError too.
 */
export function scanFacts(members: JsonMembers): AnswerFacts {
  const looked: Record<string, unknown> = {};
  for (const key of lookedAt) looked[key] = members.get(key);
  const output = members.span("output");
  const hasItems = output !== undefined && callPattern.test(members.bytes.toString("latin1", output.start, output.end));
  if (hasItems) looked.output = members.get("output");
  return factsOf(looked);
}

const lookedAt = ["id", "status", "error", "incomplete_details", "usage", "service_tier"] as const;

/** What an event of a response's life tells. */
export interface Told {
  readonly type: string;
  readonly facts: AnswerFacts;
}

/**
 * What a long event tells of the response in it, which repeats all of its request. undefined: it is none of those, or
 * has to be looked at as a whole. Throws GatewayError for a response that failed.
 */
export function scanEvent(data: string): Told | undefined {
  try {
    const event = JsonMembers.scan(Buffer.from(data));
    const type = event.get("type");
    const response = event.has("error") ? undefined : event.object("response");
    if (response === undefined || typeof type !== "string" || type === "response.failed") return undefined;
    return { type, facts: scanFacts(response) };
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
