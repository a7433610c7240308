import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { GatewayError } from "../../core/error.ts";
import { WireObject } from "../../core/wire-object.ts";
import { type Json, RawJson } from "../../lib/json-text.ts";

/** The words of OpenAI's Chat Completions API (platform.openai.com/docs/api-reference/chat). */

export const dialectName = "openai-chat";

/** "The chat completion object", finish_reason. `function_call` is the deprecated form of `tool_calls`. */
const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: FinishReason.STOP,
  length: FinishReason.LENGTH,
  tool_calls: FinishReason.TOOL_CALLS,
  function_call: FinishReason.TOOL_CALLS,
  content_filter: FinishReason.CONTENT_FILTER,
  error: FinishReason.ERROR, // OpenRouter
};

export const readFinishReason = (native: string): FinishReason => finishReasons[native] ?? FinishReason.OTHER;

const finishWords: Readonly<Record<FinishReason, string>> = {
  [FinishReason.UNSPECIFIED]: "stop",
  [FinishReason.STOP]: "stop",
  [FinishReason.LENGTH]: "length",
  [FinishReason.TOOL_CALLS]: "tool_calls",
  [FinishReason.CONTENT_FILTER]: "content_filter",
  [FinishReason.REFUSAL]: "content_filter",
  [FinishReason.PAUSE]: "stop",
  [FinishReason.ERROR]: "stop",
  [FinishReason.OTHER]: "stop",
};

/** The vendor's own word if it is one of OpenAI's, else the nearest. */
export const writeFinishReason = (reason: FinishReason, native: string): string =>
  finishReasons[native] === reason && native !== "error" ? native : (finishWords[reason] ?? "stop");

const promptDetails = "prompt_tokens_details";
const completionDetails = "completion_tokens_details";

/**
 * "The chat completion object", usage. What the contract has no name for travels in the extensions, the details' fields
 * under a dotted name. Cached tokens outside the details are DeepSeek's (prompt_cache_hit_tokens).
 */
export function readUsage(wire: unknown): Usage {
  try {
    return usageOf(wire);
  } catch (error) {
    const what = error instanceof GatewayError ? error.message : "no usage";
    throw new GatewayError("upstream_malformed", `The provider's usage makes no sense: ${what}`, { cause: error });
  }
}

/** For the ledger: a provider whose usage makes no sense has told none, but its answer stands. */
export function tryReadUsage(wire: unknown): Usage | undefined {
  try {
    return usageOf(wire);
  } catch {
    return undefined;
  }
}

function usageOf(wire: unknown): Usage {
  const usage = new WireObject(wire, "usage");
  const prompt = usage.object(promptDetails);
  const completion = usage.object(completionDetails);
  const cacheHits = prompt?.count("cached_tokens") ?? usage.count("prompt_cache_hit_tokens");
  usage.raw("total_tokens"); // the sum of the other two
  return create(UsageSchema, {
    inputTokens: usage.count("prompt_tokens") ?? 0,
    outputTokens: usage.count("completion_tokens") ?? 0,
    cacheReadTokens: cacheHits ?? 0,
    // OpenRouter reports writes to the cache of the vendor behind it, without saying for how long: 5 minutes is the default
    cacheWrite5mTokens: prompt?.count("cache_write_tokens") ?? 0,
    inputAudioTokens: prompt?.count("audio_tokens") ?? 0,
    reasoningTokens: completion?.count("reasoning_tokens") ?? 0,
    outputAudioTokens: completion?.count("audio_tokens") ?? 0,
    source: UsageSource.REPORTED,
    extensions: {
      ...usage.rest(dialectName),
      ...prompt?.rest(dialectName, `${promptDetails}.`),
      ...completion?.rest(dialectName, `${completionDetails}.`),
    },
  });
}

export function writeUsage(usage: Usage): Json {
  const own = { top: {}, [promptDetails]: {}, [completionDetails]: {} } as Record<string, Record<string, RawJson>>;
  for (const [key, text] of Object.entries(usage.extensions)) {
    if (!key.startsWith(`${dialectName}/`)) continue;
    const [first = "", second] = key.slice(dialectName.length + 1).split(".", 2);
    const group = second === undefined ? own["top"] : own[first];
    if (group !== undefined) group[second ?? first] = new RawJson(text);
  }
  const cacheWrite = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    [promptDetails]: {
      cached_tokens: usage.cacheReadTokens,
      audio_tokens: usage.inputAudioTokens,
      cache_write_tokens: cacheWrite > 0 ? cacheWrite : undefined,
      ...own[promptDetails],
    },
    [completionDetails]: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.outputAudioTokens,
      ...own[completionDetails],
    },
    ...own["top"],
  };
}
