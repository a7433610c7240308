import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { restOf } from "../../core/wire-values.ts";
import { finishWords } from "../openai/finish-words.ts";
import { usageCodec } from "../openai/usage.ts";

/** The words of OpenAI's Completions API (platform.openai.com/docs/api-reference/completions). */

export const dialectName = "openai-completions";

/** What nobody reads of an answer's object, as extensions. */
export const rest = restOf(dialectName);

export const { read: readUsage, write: writeUsage } = usageCodec(dialectName);

/** "The completion object", finish_reason. */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["", FinishReason.UNSPECIFIED],
  ["stop", FinishReason.STOP],
  ["length", FinishReason.LENGTH],
  ["content_filter", FinishReason.CONTENT_FILTER],
  ["eos", FinishReason.STOP], // Together
  ["abort", FinishReason.ERROR], // vLLM
]);

export const readFinishReason = (native: string): FinishReason => finishReasons.get(native) ?? FinishReason.OTHER;

export const writeFinishReason = finishWords("stop");
