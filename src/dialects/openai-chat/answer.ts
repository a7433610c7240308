import type { ChatEvent, ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import { foldEvents } from "../../core/fold.ts";
import { JsonError, parseJson } from "../../lib/json.ts";
import { JsonMembers } from "../../lib/json-members.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { writeWhole } from "./chunk-writer.ts";
import { reportedError } from "./error.ts";
import { isRecord, readFinishReason, readUsage, records, text } from "./wire.ts";

/** "The chat completion object" (platform.openai.com/docs/api-reference/chat/object). */
export const answerCodec: AnswerCodec = { read, write: writeWhole, watch };

const malformed = (why: string, cause?: unknown): GatewayError =>
  new GatewayError("upstream_malformed", `The provider's answer ${why}.`, { cause });

function read(wire: unknown): ChatResponse {
  const events: ChatEvent[] = [];
  new ChunkReader().read(wire, events);
  if (!isRecord(wire) || !Array.isArray(wire.choices)) throw malformed("has no 'choices'");
  return foldEvents(events);
}

/** Up to this length an answer is parsed whole, which is cheaper than finding its members first. */
const parsedWholeBytes = 16 * 1024;

function watch(body: Buffer): AnswerFacts {
  try {
    return body.length <= parsedWholeBytes ? lookAt(parseJson(body.toString("utf8"))) : look(JsonMembers.scan(body));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw malformed(`is no JSON: ${error.message}`, error);
  }
}

function lookAt(wire: unknown): AnswerFacts {
  const error = isRecord(wire) ? reportedError(wire) : undefined;
  if (error !== undefined) throw error;
  if (!isRecord(wire) || !Array.isArray(wire.choices)) throw malformed("has no 'choices'");
  const finished = records(wire.choices).find((choice) => text(choice.finish_reason) !== "");
  return { usage: readUsage(wire.usage), finishReason: readFinishReason(text(finished?.finish_reason)) };
}

const openBracket = 0x5b;

/** The same for a long answer: only what is looked for is parsed. */
function look(members: JsonMembers): AnswerFacts {
  const choices = members.span("choices");
  if (members.has("error") || choices === undefined || members.firstByte("choices") !== openBracket) {
    return lookAt(members.value());
  }
  const finish = finishPattern.exec(members.bytes.toString("latin1", choices.start, choices.end));
  return { usage: readUsage(members.get("usage")), finishReason: readFinishReason(finish?.[1] ?? "") };
}

/** Inside a JSON string the quotes would be escaped, so this is a key. The first choice's counts. */
const finishPattern = /"finish_reason"\s*:\s*"([^"]+)"/;
