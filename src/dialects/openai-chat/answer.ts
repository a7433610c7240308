import type { ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import { GatewayError } from "../../core/error.ts";
import { foldEvents } from "../../core/fold.ts";
import { JsonError } from "../../lib/json.ts";
import { JsonMembers } from "../../lib/json-members.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { writeWhole } from "./chunk-writer.ts";
import { readErrorObject } from "./error.ts";
import { readFinishReason, tryReadUsage } from "./wire.ts";

/** "The chat completion object" (platform.openai.com/docs/api-reference/chat/object). */
export const answerCodec: AnswerCodec = { read, write: writeWhole, watch };

function read(wire: unknown): ChatResponse {
  return foldEvents(new ChunkReader().read(wire));
}

function watch(body: Buffer): AnswerFacts {
  const members = scan(body);
  if (!members.has("choices")) {
    if (members.has("error")) throw readErrorObject(502, members.value());
    throw new GatewayError("upstream_malformed", "The provider's answer has no 'choices'.");
  }
  const usage = members.get("usage");
  const choices = members.span("choices");
  const finish = choices === undefined ? null : finishPattern.exec(body.toString("latin1", choices.start, choices.end));
  return {
    usage: usage === undefined || usage === null ? undefined : tryReadUsage(usage),
    finishReason: finish?.[1] === undefined ? FinishReason.UNSPECIFIED : readFinishReason(finish[1]),
  };
}

/** Inside a JSON string the quotes would be escaped, so this is a key. */
const finishPattern = /"finish_reason"\s*:\s*"([^"]*)"/;

function scan(body: Buffer): JsonMembers {
  try {
    return JsonMembers.scan(body);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new GatewayError("upstream_malformed", `The provider's answer is no JSON: ${error.message}.`, { cause: error });
  }
}
