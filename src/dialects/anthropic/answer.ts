import type { ChatEvent, ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import { foldEvents } from "../../core/fold.ts";
import { holdsArray } from "../../core/json-array.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { answerTool } from "../../core/reserved-tools.ts";
import { watchAnswer } from "../../core/whole-answer.ts";
import { isRecord, records, text } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { reportedError } from "./error.ts";
import { EventReader } from "./event-reader.ts";
import { writeWhole } from "./event-writer.ts";
import { readStopReason, readUsage } from "./wire.ts";

/** "Create a Message", returns (platform.claude.com/docs/en/api/messages/create). */
export const answerCodec: AnswerCodec = { read, write: writeWhole, watch: (body) => watchAnswer(body, lookAt, look) };

function read(wire: unknown): ChatResponse {
  const error = isRecord(wire) ? reportedError(wire) : undefined;
  if (error !== undefined) throw error;
  if (!isRecord(wire) || !Array.isArray(wire.content)) throw malformedAnswer("has no 'content'");
  const events: ChatEvent[] = [];
  new EventReader().readWhole(wire, events);
  return foldEvents(events);
}

function lookAt(wire: unknown): AnswerFacts {
  const error = isRecord(wire) ? reportedError(wire) : undefined;
  if (error !== undefined) throw error;
  if (!isRecord(wire) || !Array.isArray(wire.content)) throw malformedAnswer("has no 'content'");
  const calls = records(wire.content).filter(({ type }) => type === "tool_use");
  const names = calls.map(({ name }) => text(name));
  return { usage: readUsage(wire.usage), finishReason: readStopReason(text(wire.stop_reason), names) };
}

/** The same for a long answer: only what is looked for is parsed. */
function look(members: JsonMembers): AnswerFacts {
  const isAnswer = holdsArray(members, "content") && !members.has("error");
  const stopReason = members.get("stop_reason");
  // an answer that came as a tool's input is rare, and what it is called stands in its content
  if (!isAnswer || (stopReason === "tool_use" && members.bytes.includes(answerTool))) return lookAt(members.value());
  return { usage: readUsage(members.get("usage")), finishReason: readStopReason(text(stopReason), []) };
}
