import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { reportedCost } from "../../core/reported-cost.ts";
import { count, isRecord, type RestReader, restOf } from "../../core/wire-values.ts";

export interface UsageCodec {
  read(wire: unknown): Usage | undefined;
  write(usage: Usage): Members;
}

/** The usage of OpenAI's chats, completions and embeddings, whose vendor fields are that dialect's. */
export function usageCodec(dialect: string): UsageCodec {
  const rest = restOf(dialect);
  return { read: (wire) => readUsage(wire, rest), write: (usage) => writeUsage(usage, dialect) };
}

const promptDetails = "prompt_tokens_details";
const completionDetails = "completion_tokens_details";
const usageFields = new Set(["prompt_tokens", "completion_tokens", "total_tokens", promptDetails, completionDetails]);
const promptFields = new Set(["cached_tokens", "cache_write_tokens", "audio_tokens"]);
const completionFields = new Set(["reasoning_tokens", "audio_tokens"]);

/**
 * "The chat completion object", usage. undefined for what makes no sense: such a provider has told none, but its answer
 * stands. What the contract has no name for travels in the extensions, the details' fields under a dotted name.
 */
function readUsage(wire: unknown, rest: RestReader): Usage | undefined {
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
    reportedCostNanoUsd: reportedCost(wire),
    extensions: {
      ...rest(wire, usageFields),
      ...rest(prompt, promptFields, `${promptDetails}.`),
      ...rest(completion, completionFields, `${completionDetails}.`),
    },
  });
}

function writeUsage(usage: Usage, dialect: string): Members {
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
  graftOwn(written, usage.extensions, dialect);
  return written;
}
