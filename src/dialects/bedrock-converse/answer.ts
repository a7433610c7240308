import type { ChatEvent, ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import { foldEvents } from "../../core/fold.ts";
import { holdsArray } from "../../core/json-array.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { answerTool } from "../../core/reserved-tools.ts";
import { watchAnswer } from "../../core/whole-answer.ts";
import { isRecord, records, text, type Wire } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { errorCodec } from "./error.ts";
import { EventReader, finishReason } from "./event-reader.ts";
import { writeWhole } from "./event-writer.ts";
import { readUsage } from "./wire.ts";

/** "Converse", response syntax. */
export const answerCodec: AnswerCodec = { read, write: writeWhole, watch: (body) => watchAnswer(body, lookAt, look) };

function read(wire: unknown): ChatResponse {
  const { answer, content } = contentOf(wire);
  const events: ChatEvent[] = [];
  new EventReader().readWhole(answer, content, events);
  return foldEvents(events);
}

/** Throws for what is no answer: the failure that it reports, or "upstream_malformed". */
function contentOf(wire: unknown): { answer: Wire; content: readonly Wire[] } {
  const output = isRecord(wire) ? wire.output : undefined;
  const message = isRecord(output) ? output.message : undefined;
  if (isRecord(wire) && isRecord(message) && Array.isArray(message.content)) {
    return { answer: wire, content: records(message.content) };
  }
  if (isRecord(wire) && (text(wire.__type) !== "" || text(wire.message) !== "")) {
    throw errorCodec.read(502, Buffer.from(JSON.stringify(wire)));
  }
  throw malformedAnswer("has no 'output' with a message");
}

function lookAt(wire: unknown): AnswerFacts {
  const { answer, content } = contentOf(wire);
  const calls = content.flatMap(({ toolUse }) => (isRecord(toolUse) ? [toolUse] : []));
  const called = {
    hasAnswerTool: calls.some(({ name }) => name === answerTool),
    hasOtherTool: calls.some(({ name, type }) => name !== answerTool && type !== "server_tool_use"),
  };
  return { usage: readUsage(answer.usage, answer), finishReason: finishReason(answer.stopReason, called) };
}

/** The same for a long answer: the message, which is most of it, is parsed only if a tool may stand for its form. */
function look(members: JsonMembers): AnswerFacts {
  const message = members.object("output")?.object("message");
  const isKnown = message !== undefined && holdsArray(message, "content") && !members.bytes.includes(answerTool);
  if (!isKnown) return lookAt(members.value());
  const names = [...members.keys()].filter((key) => key !== "output");
  const beside: Wire = Object.fromEntries(names.map((key) => [key, members.get(key)]));
  return {
    usage: readUsage(beside.usage, beside),
    finishReason: finishReason(beside.stopReason, { hasAnswerTool: false, hasOtherTool: false }),
  };
}
