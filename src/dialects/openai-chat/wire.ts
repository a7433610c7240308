import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { fieldText, graftOwn, type Members } from "../../core/extensions.ts";

/** The words of OpenAI's Chat Completions API (platform.openai.com/docs/api-reference/chat). */

export const dialectName = "openai-chat";

/** Parsed JSON of an answer: what a provider sends is looked at field by field, and never trusted. */
export type Wire = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Wire =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const noFields: Wire = {};
const noRecords: readonly Wire[] = [];
export const records = (value: unknown): readonly Wire[] => (Array.isArray(value) ? value.filter(isRecord) : noRecords);
/** Of whole characters, as the contract wants it. */
export const text = (value: unknown): string =>
  typeof value !== "string" ? "" : value.isWellFormed() ? value : value.toWellFormed();

/** A whole number, of which two can be added in the contract's uint32. */
export const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0x7fffffff ? value : undefined;

/** What nobody reads of an answer's object, as extensions. null counts as absent. */
export function rest(wire: Wire, known: ReadonlySet<string>, prefix = ""): Record<string, string> {
  const extensions: Record<string, string> = {};
  for (const key of Object.keys(wire)) {
    if (known.has(key) || wire[key] === null) continue;
    const value = fieldText(wire[key]);
    if (value !== undefined) extensions[`${dialectName}/${prefix}${text(key)}`] = value;
  }
  return extensions;
}

/** Servers differ in what they take. Sending what one does not know can fail a request, so the model's name decides. */
export interface ModelWords {
  /** OpenAI's reasoning models refuse `max_tokens`; many compatible servers know nothing else. */
  readonly limit: "max_tokens" | "max_completion_tokens";
  /** `prompt_cache_breakpoint`: gpt-5.6 and later ("Create chat completion", prompt_cache_options). */
  readonly cacheBreakpoints: boolean;
  /** DeepSeek wants the thoughts behind tool calls back, as `reasoning_content` ("Thinking Mode"). Others refuse them. */
  readonly thoughts: boolean;
}

export function wordsOf(model: string): ModelWords {
  const [, major = "0", minor = "0"] = /(?:^|\/)gpt-(\d)(?:\.(\d+))?(?!\d)/.exec(model) ?? [];
  const version = Number(major) * 100 + Number(minor);
  return {
    limit: version >= 500 || /(?:^|\/)o\d/.test(model) ? "max_completion_tokens" : "max_tokens",
    cacheBreakpoints: version >= 506,
    thoughts: /(?:^|\/)deepseek-(?:chat|reasoner|v\d)/i.test(model),
  };
}

/** "The chat completion object", finish_reason. `function_call` is the deprecated form of `tool_calls`. */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["", FinishReason.UNSPECIFIED],
  ["stop", FinishReason.STOP],
  ["length", FinishReason.LENGTH],
  ["tool_calls", FinishReason.TOOL_CALLS],
  ["function_call", FinishReason.TOOL_CALLS],
  ["content_filter", FinishReason.CONTENT_FILTER],
  ["error", FinishReason.ERROR], // OpenRouter
]);

export const readFinishReason = (native: string): FinishReason => finishReasons.get(native) ?? FinishReason.OTHER;

/** What is not complete, and has no word here, is "length": SDKs take that for an answer that was cut off. */
const finishWords: Readonly<Record<FinishReason, string>> = {
  [FinishReason.UNSPECIFIED]: "stop",
  [FinishReason.STOP]: "stop",
  [FinishReason.LENGTH]: "length",
  [FinishReason.TOOL_CALLS]: "tool_calls",
  [FinishReason.CONTENT_FILTER]: "content_filter",
  [FinishReason.REFUSAL]: "content_filter",
  [FinishReason.PAUSE]: "length",
  [FinishReason.ERROR]: "length",
  [FinishReason.OTHER]: "stop",
};

export const writeFinishReason = (reason: FinishReason): string => finishWords[reason] ?? "stop";

const serviceTiers: ReadonlySet<string> = new Set(["auto", "default", "flex", "scale", "priority", "fast"]);

/** undefined for another vendor's word: SDKs know the list. */
export const writeServiceTier = (tier: string): string | undefined => (serviceTiers.has(tier) ? tier : undefined);

const promptDetails = "prompt_tokens_details";
const completionDetails = "completion_tokens_details";
const usageFields = new Set(["prompt_tokens", "completion_tokens", "total_tokens", promptDetails, completionDetails]);
const promptFields = new Set(["cached_tokens", "cache_write_tokens", "audio_tokens"]);
const completionFields = new Set(["reasoning_tokens", "audio_tokens"]);

/**
 * "The chat completion object", usage. undefined for what makes no sense: such a provider has told none, but its answer
 * stands. What the contract has no name for travels in the extensions, the details' fields under a dotted name.
 */
export function readUsage(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const { prompt_tokens: input = null, completion_tokens: output = null, total_tokens: total } = wire;
  if (input === null && output === null) return undefined;
  const told = { input: count(input ?? 0), output: count(output ?? 0) };
  if (told.input === undefined || told.output === undefined) return undefined;
  const prompt = isRecord(wire[promptDetails]) ? wire[promptDetails] : {};
  const completion = isRecord(wire[completionDetails]) ? wire[completionDetails] : {};
  // outside the details: DeepSeek's and Moonshot's
  const cacheReadTokens =
    count(prompt.cached_tokens) ?? count(wire.prompt_cache_hit_tokens) ?? count(wire.cached_tokens) ?? 0;
  const reasoningTokens = count(completion.reasoning_tokens) ?? 0;
  // xAI counts reasoning beside the completion and can count what was cached beside the prompt; the total tells
  const isBeside = reasoningTokens > told.output || total === told.input + told.output + reasoningTokens;
  return create(UsageSchema, {
    inputTokens: cacheReadTokens > told.input ? told.input + cacheReadTokens : told.input,
    outputTokens: isBeside ? told.output + reasoningTokens : told.output,
    cacheReadTokens,
    // nobody says for how long: what the vendors' price lists call a write is the shorter of two
    cacheWrite5mTokens: count(prompt.cache_write_tokens) ?? 0,
    inputAudioTokens: count(prompt.audio_tokens) ?? 0,
    reasoningTokens,
    outputAudioTokens: count(completion.audio_tokens) ?? 0,
    source: UsageSource.REPORTED,
    extensions: {
      ...rest(wire, usageFields),
      ...rest(prompt, promptFields, `${promptDetails}.`),
      ...rest(completion, completionFields, `${completionDetails}.`),
    },
  });
}

export function writeUsage(usage: Usage): Members {
  const cacheWrite = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  const written: Members = {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    [promptDetails]: {
      cached_tokens: usage.cacheReadTokens,
      audio_tokens: usage.inputAudioTokens,
      cache_write_tokens: cacheWrite > 0 ? cacheWrite : undefined,
    },
    [completionDetails]: { reasoning_tokens: usage.reasoningTokens, audio_tokens: usage.outputAudioTokens },
  };
  graftOwn(written, usage.extensions, dialectName);
  return written;
}
