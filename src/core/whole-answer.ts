import { JsonError, parseJson } from "../lib/json.ts";
import { JsonMembers } from "../lib/json-members.ts";
import type { AnswerFacts } from "./dialect.ts";
import { malformedAnswer } from "./malformed.ts";

/** How a whole answer is looked at: for the ledger, without decoding it all. */

/** Up to this length, in bytes, JSON is parsed whole, which is cheaper than finding its members first. */
export const parsedWholeBytes = 16 * 1024;

/**
 * `lookAt`: an answer that was parsed whole. `look`: the same for a long one, of which it parses only what it looks for.
 * Throws what these throw, and GatewayError "upstream_malformed" for what is no JSON.
 */
export function watchAnswer(
  body: Buffer,
  lookAt: (wire: unknown) => AnswerFacts,
  look: (members: JsonMembers) => AnswerFacts,
): AnswerFacts {
  try {
    if (body.length > parsedWholeBytes) return look(JsonMembers.scan(body));
    const wire = parseJson(body.toString("utf8"));
    return { ...lookAt(wire), wire };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw malformedAnswer(`is no JSON: ${error.message}`, error);
  }
}
