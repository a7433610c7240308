import type { ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import { foldEvents } from "../../core/fold.ts";
import { holdsArray } from "../../core/json-array.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { watchAnswer } from "../../core/whole-answer.ts";
import { isRecord, type Wire } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { reportedError } from "./error.ts";
import { EventReader } from "./event-reader.ts";
import { writeWhole } from "./event-writer.ts";
import { factsOf, scanFacts } from "./facts.ts";

/** "The response object" (platform.openai.com/docs/api-reference/responses/object). */
export const answerCodec: AnswerCodec = { read, write: writeWhole, watch: (body) => watchAnswer(body, lookAt, look) };

/** Throws GatewayError for what is no response, and for one that failed. */
function responseOf(wire: unknown): Wire {
  const error = isRecord(wire) ? reportedError(wire) : undefined;
  if (error !== undefined) throw error;
  if (!isRecord(wire) || !Array.isArray(wire.output)) throw malformedAnswer("has no 'output'");
  return wire;
}

const lookAt = (wire: unknown): AnswerFacts => factsOf(responseOf(wire));

function read(wire: unknown): ChatResponse {
  return foldEvents(new EventReader().readWhole(responseOf(wire)));
}

/** Of a long answer only what is looked for is parsed. */
function look(members: JsonMembers): AnswerFacts {
  return holdsArray(members, "output") ? scanFacts(members) : lookAt(members.value());
}
