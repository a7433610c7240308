import { create } from "@bufbuild/protobuf";
import { type ChatEvent, type ChatRequest, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { TokenLogprobSchema } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { chatEvent } from "../../core/fold.ts";
import type { PlannedAnswer, PlannedPart } from "./answer.ts";
import { countInput, splitTokens } from "./tokens.ts";

export interface AnswerHead {
  readonly id: string;
  readonly model: string;
  /** Unix seconds. */
  readonly created: bigint;
}

/** What was written so far, of all answers together. */
interface Tally {
  output: number;
  reasoning: number;
}

/** The events of these answers, a token at a time and the answers in turn, with the limit of tokens kept. */
export function* answerEvents(
  chat: ChatRequest,
  head: AnswerHead,
  answers: readonly PlannedAnswer[],
): Generator<ChatEvent, void, undefined> {
  const tally: Tally = { output: 0, reasoning: 0 };
  yield chatEvent("start", { ...head });
  let running = answers.map((answer, choice) => choiceEvents(chat, answer, choice, tally));
  while (running.length > 0) {
    const next: typeof running = [];
    for (const events of running) {
      const step = events.next();
      if (step.done === true) continue;
      yield step.value;
      next.push(events);
    }
    running = next;
  }
  yield chatEvent("usage", {
    inputTokens: countInput(chat),
    outputTokens: tally.output,
    reasoningTokens: tally.reasoning,
    source: UsageSource.REPORTED,
  });
}

function* choiceEvents(
  chat: ChatRequest,
  answer: PlannedAnswer,
  choice: number,
  tally: Tally,
): Generator<ChatEvent, void, undefined> {
  let left = chat.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  for (const [index, part] of answer.parts.entries()) {
    const tokens = splitTokens(part.text);
    const cost = startCost(part);
    if (left < cost || (left === 0 && tokens.length > 0)) {
      yield chatEvent("finish", { choice, reason: FinishReason.LENGTH });
      return;
    }
    left -= cost;
    count(tally, part, cost);
    yield chatEvent("partStart", { choice, index, part: part.start });
    for (const token of tokens.slice(0, left)) {
      count(tally, part, 1);
      yield deltaEvent(chat, part, choice, index, token);
    }
    yield chatEvent("partEnd", { choice, index });
    if (tokens.length > left) {
      yield chatEvent("finish", { choice, reason: FinishReason.LENGTH });
      return;
    }
    left -= tokens.length;
  }
  yield chatEvent("finish", { choice, reason: answer.finish, stopSequence: answer.stopSequence });
}

/** Naming a tool takes tokens, too. */
function startCost({ start }: PlannedPart): number {
  return start.kind.case === "toolCall" ? splitTokens(start.kind.value.name).length : 0;
}

function count(tally: Tally, { start }: PlannedPart, tokens: number): void {
  tally.output += tokens;
  if (start.kind.case === "reasoning") tally.reasoning += tokens;
}

function deltaEvent(chat: ChatRequest, part: PlannedPart, choice: number, index: number, token: string): ChatEvent {
  if (part.grows === "arguments") {
    return chatEvent("partDelta", { choice, index, delta: { case: "arguments", value: token } });
  }
  const wanted = chat.logprobs === true && part.start.kind.case !== "reasoning";
  return chatEvent("partDelta", {
    choice,
    index,
    delta: { case: "text", value: token },
    logprobs: wanted ? [certain(token, chat.topLogprobs ?? 0)] : [],
  });
}

/** There is no other token that the model could have said. */
function certain(token: string, top: number) {
  const bytes = Buffer.from(token, "utf8");
  const alone = { token, logprob: 0, bytes };
  return create(TokenLogprobSchema, { ...alone, top: top > 0 ? [alone] : [] });
}
