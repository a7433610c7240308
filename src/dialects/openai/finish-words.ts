import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";

/**
 * The words for why a choice ended, as a function. What is not complete, and has no word here, is "length": SDKs take
 * that for an answer that was cut off. `toolCalls`: the word where a model stopped to call tools.
 */
export function finishWords(toolCalls: string): (reason: FinishReason) => string {
  const words: Readonly<Record<FinishReason, string>> = {
    [FinishReason.UNSPECIFIED]: "stop",
    [FinishReason.STOP]: "stop",
    [FinishReason.LENGTH]: "length",
    [FinishReason.TOOL_CALLS]: toolCalls,
    [FinishReason.CONTENT_FILTER]: "content_filter",
    [FinishReason.REFUSAL]: "content_filter",
    [FinishReason.PAUSE]: "length",
    [FinishReason.ERROR]: "length",
    [FinishReason.OTHER]: "stop",
  };
  return (reason) => words[reason] ?? "stop";
}
