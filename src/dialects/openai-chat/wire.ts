import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { restOf } from "../../core/wire-values.ts";
import { finishWords } from "../openai/finish-words.ts";
import { usageCodec } from "../openai/usage.ts";

/** The words of OpenAI's Chat Completions API (platform.openai.com/docs/api-reference/chat). */

export const dialectName = "openai-chat";

/** How the names of a request's extensions begin that are options of its stream. */
export const streamOptions = "stream_options.";

/** What nobody reads of an answer's object, as extensions. */
export const rest = restOf(dialectName);

/** "The chat completion object", finish_reason. `function_call` is the deprecated form of `tool_calls`. */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["", FinishReason.UNSPECIFIED],
  ["stop", FinishReason.STOP],
  ["length", FinishReason.LENGTH],
  ["tool_calls", FinishReason.TOOL_CALLS],
  ["function_call", FinishReason.TOOL_CALLS],
  ["content_filter", FinishReason.CONTENT_FILTER],
  ["error", FinishReason.ERROR], // OpenRouter, Mistral
  ["model_length", FinishReason.LENGTH], // Mistral
  ["eos", FinishReason.STOP], // Together
  ["insufficient_system_resource", FinishReason.ERROR], // DeepSeek
  ["abort", FinishReason.ERROR], // vLLM
]);

export function readFinishReason(native: string): FinishReason {
  const reason = finishReasons.get(native);
  if (reason !== undefined) return reason;
  // Gemini tells which filter: "content_filter: RECITATION"
  return native.startsWith("content_filter:") ? FinishReason.CONTENT_FILTER : FinishReason.OTHER;
}

export const writeFinishReason = finishWords("tool_calls");

const serviceTiers: ReadonlySet<string> = new Set(["auto", "default", "flex", "scale", "priority", "fast"]);

/** undefined for another vendor's word: SDKs know the list. */
export const writeServiceTier = (tier: string): string | undefined => (serviceTiers.has(tier) ? tier : undefined);

/** "The chat completion object", usage. */
export const { read: readUsage, write: writeUsage } = usageCodec(dialectName);
