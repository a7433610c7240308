import type { ChatEvent, ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import { foldEvents } from "../../core/fold.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { watchAnswer } from "../../core/whole-answer.ts";
import { isRecord, text, type Wire } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { reportedError } from "./error.ts";
import { EventReader } from "./event-reader.ts";
import { writeWhole } from "./event-writer.ts";
import { readFinishReason, readUsage } from "./wire.ts";

/** "Chat" (docs.cohere.com/reference/chat), the response. */
export const answerCodec: AnswerCodec = { read, write: writeWhole, watch: (body) => watchAnswer(body, lookAt, look) };

function read(wire: unknown): ChatResponse {
  const events: ChatEvent[] = [];
  new EventReader().readWhole(answerOf(wire), events);
  return foldEvents(events);
}

/** Throws GatewayError for what is no answer. */
function answerOf(wire: unknown): Wire {
  const error = isRecord(wire) ? reportedError(wire, "") : undefined;
  if (error !== undefined) throw error;
  if (!isRecord(wire) || !isRecord(wire.message)) throw malformedAnswer("has no 'message'");
  return wire;
}

function lookAt(wire: unknown): AnswerFacts {
  const { usage, finish_reason: reason } = answerOf(wire);
  return { usage: readUsage(usage), finishReason: readFinishReason(text(reason)) };
}

const openBrace = 0x7b;

/** The same for a long answer: only what is looked for is parsed. */
function look(members: JsonMembers): AnswerFacts {
  if (members.has("error") || members.firstByte("message") !== openBrace) return lookAt(members.value());
  const finishReason = readFinishReason(text(members.get("finish_reason")));
  return { usage: readUsage(members.get("usage")), finishReason };
}
