import type { ChatEvent, ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import { foldEvents } from "../../core/fold.ts";
import { JsonError } from "../../lib/json.ts";
import { JsonMembers } from "../../lib/json-members.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { writeWhole } from "./chunk-writer.ts";
import { reportedError } from "./error.ts";
import { isRecord, readFinishReason, readUsage } from "./wire.ts";

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

function watch(body: Buffer): AnswerFacts {
  try {
    return look(JsonMembers.scan(body, false));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw malformed(`is no JSON: ${error.message}`, error);
  }
}

const openBracket = 0x5b;

function look(members: JsonMembers): AnswerFacts {
  const wire = members.has("error") || !members.has("choices") ? members.value() : undefined;
  const error = isRecord(wire) ? reportedError(wire) : undefined;
  if (error !== undefined) throw error;
  const choices = members.span("choices");
  if (choices === undefined || members.firstByte("choices") !== openBracket) throw malformed("has no 'choices'");
  const finish = finishPattern.exec(members.bytes.toString("latin1", choices.start, choices.end));
  return {
    usage: readUsage(members.get("usage")),
    finishReason: finish?.[1] === undefined ? FinishReason.UNSPECIFIED : readFinishReason(finish[1]),
  };
}

/** Inside a JSON string the quotes would be escaped, so this is a key. The first choice's counts. */
const finishPattern = /"finish_reason"\s*:\s*"([^"]+)"/;
