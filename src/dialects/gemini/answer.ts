import { type ChatEvent, type ChatResponse, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { AnswerCodec, AnswerFacts } from "../../core/dialect.ts";
import type { GatewayError } from "../../core/error.ts";
import { foldEvents } from "../../core/fold.ts";
import { holdsArray } from "../../core/json-array.ts";
import { malformedAnswer } from "../../core/malformed.ts";
import { watchAnswer } from "../../core/whole-answer.ts";
import { count, isRecord, noFields, records, text, type Wire } from "../../core/wire-values.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { blockedPrompt, ChunkReader } from "./chunk-reader.ts";
import { writeWhole } from "./chunk-writer.ts";
import { reportedError } from "./error.ts";
import { readUsage } from "./usage.ts";
import { readFinishReason } from "./wire.ts";

/** "GenerateContentResponse" (ai.google.dev/api/generate-content). */
export const answerCodec: AnswerCodec = { read, write: writeWhole, watch: (body) => watchAnswer(body, lookAt, look) };

/** Without candidates there has to be a reason. */
const isAnswer = (wire: unknown): wire is Wire =>
  isRecord(wire) && (Array.isArray(wire.candidates) || isRecord(wire.promptFeedback));

const noAnswer = (): GatewayError => malformedAnswer("has neither 'candidates' nor 'promptFeedback'");

function read(wire: unknown): ChatResponse {
  const events: ChatEvent[] = [];
  const reader = new ChunkReader();
  reader.read(wire, events);
  if (!isAnswer(wire)) throw noAnswer();
  reader.end(events);
  return foldEvents(events);
}

function lookAt(wire: unknown): AnswerFacts {
  const error = reportedError(wire);
  if (error !== undefined) throw error;
  if (!isAnswer(wire)) throw noAnswer();
  const ends = records(wire.candidates).map((candidate, i) => ({
    index: count(candidate.index) ?? i,
    native: text(candidate.finishReason),
    hasCalls: hasCalls(candidate),
  }));
  return factsOf(ends, blockedPrompt(wire) !== undefined, wire.usageMetadata);
}

/** Whether a candidate asks for tools. */
export function hasCalls({ content }: Wire): boolean {
  const { parts } = isRecord(content) ? content : noFields;
  return records(parts).some((item) => typeof item.text !== "string" && isRecord(item.functionCall));
}

interface CandidateEnd {
  readonly index: number;
  readonly native: string;
  readonly hasCalls: boolean;
}

function factsOf(ends: readonly CandidateEnd[], isBlocked: boolean, usage: unknown): AnswerFacts {
  const [first] = [...ends].sort((a, b) => a.index - b.index);
  const finishReason = isBlocked
    ? FinishReason.CONTENT_FILTER
    : readFinishReason(first?.native ?? "", first?.hasCalls ?? false);
  return { usage: readUsage(usage), finishReason };
}

/** The same for a long answer, most of which is an image as a rule: only what is looked for is parsed. */
function look(members: JsonMembers): AnswerFacts {
  if (members.has("error") || !holdsArray(members, "candidates")) return lookAt(members.value());
  const candidates = members.objects("candidates").filter((candidate) => candidate !== undefined);
  const ends = candidates.map((candidate, i) => {
    const parts = candidate.object("content")?.objects("parts") ?? [];
    return {
      index: count(candidate.get("index")) ?? i,
      native: text(candidate.get("finishReason")),
      hasCalls: parts.some((item) => item?.object("functionCall") !== undefined && item.firstByte("text") !== quote),
    };
  });
  const feedback = { candidates: ends, promptFeedback: members.get("promptFeedback") };
  return factsOf(ends, blockedPrompt(feedback) !== undefined, members.get("usageMetadata"));
}

const quote = 0x22;
