import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { reportedCost } from "../../core/reported-cost.ts";
import { answerTool } from "../../core/reserved-tools.ts";
import { unusualTier } from "../../core/service-tier.ts";
import { count, isRecord, noFields, restOf, text, type Wire } from "../../core/wire-values.ts";

/** The words of Anthropic's Messages API (platform.claude.com/docs/en/api/messages). */

export const dialectName = "anthropic";

/** What nobody reads of an answer's object, as extensions. */
export const rest = restOf(dialectName);

/** "Stop reasons and fallback". `compaction` is a beta's: the turn goes on when it is sent back. */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["", FinishReason.UNSPECIFIED],
  ["end_turn", FinishReason.STOP],
  ["stop_sequence", FinishReason.STOP],
  ["max_tokens", FinishReason.LENGTH],
  ["model_context_window_exceeded", FinishReason.LENGTH],
  ["tool_use", FinishReason.TOOL_CALLS],
  ["pause_turn", FinishReason.PAUSE],
  ["compaction", FinishReason.PAUSE],
  ["refusal", FinishReason.REFUSAL],
]);

/** `calls`: the names of the tools that were called. An answer that came as the input of one is no call. */
export function readStopReason(native: string, calls: readonly string[]): FinishReason {
  const isAnswer = native === "tool_use" && calls.length > 0 && calls.every((name) => name === answerTool);
  return isAnswer ? FinishReason.STOP : (finishReasons.get(native) ?? FinishReason.OTHER);
}

/** An answer that another vendor failed in the middle of must not look complete. */
const stopWords: Readonly<Record<FinishReason, string>> = {
  [FinishReason.UNSPECIFIED]: "end_turn",
  [FinishReason.STOP]: "end_turn",
  [FinishReason.LENGTH]: "max_tokens",
  [FinishReason.TOOL_CALLS]: "tool_use",
  [FinishReason.CONTENT_FILTER]: "refusal",
  [FinishReason.REFUSAL]: "refusal",
  [FinishReason.PAUSE]: "pause_turn",
  [FinishReason.ERROR]: "max_tokens",
  [FinishReason.OTHER]: "end_turn",
};

/** How an answer ended, as the contract has it. */
export interface Finish {
  readonly reason: FinishReason;
  readonly nativeReason: string;
  readonly stopSequence: string;
}

/** What was said before it ended. */
export interface Said {
  readonly calls: boolean;
  readonly refusal: boolean;
}

/**
 * Anthropic's own word comes back as it was. Others' are made to agree with the content, which is where SDKs look first:
 * OpenAI says "stop" beside a refusal, and beside a call that it was made to make.
 */
export function writeStopReason({ reason, nativeReason, stopSequence }: Finish, said: Said): string {
  if (nativeReason !== "" && finishReasons.get(nativeReason) === reason) return nativeReason;
  if (reason === FinishReason.STOP || reason === FinishReason.UNSPECIFIED) {
    if (said.refusal) return "refusal";
    if (said.calls) return "tool_use";
    if (stopSequence !== "") return "stop_sequence";
  }
  return stopWords[reason] ?? "end_turn";
}

/** "Service tiers": the class that was used. "standard" is what others call the default. */
export const readServiceTier = (tier: string): string => (tier === "standard" ? "default" : tier);

const tiersUsed: ReadonlySet<string> = new Set(["standard", "priority", "batch"]);

function writeServiceTier(tier: string): string | null {
  const word = tier === "default" ? "standard" : tier;
  return tiersUsed.has(word) ? word : null;
}

const usualPlaces: ReadonlySet<string> = new Set(["", "global", "not_available"]);

/**
 * What makes an answer cost more or less than the list says: the class of service, the speed ("Fast mode"), and that it
 * was to be computed in one part of the world ("Data residency", pricing).
 */
function pricedAs({ service_tier: tier, speed, inference_geo: place }: Wire): string {
  const where = text(place);
  const words = [unusualTier(text(tier)), unusualTier(text(speed)), usualPlaces.has(where) ? "" : unusualTier(where)];
  return words.filter((word) => word !== "").join("+");
}

const usageFields = new Set([
  "input_tokens",
  "output_tokens",
  "cache_creation_input_tokens",
  "cache_read_input_tokens",
  "cache_creation",
  "output_tokens_details",
  "service_tier",
]);
const creationFields = new Set(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"]);
const outputFields = new Set(["thinking_tokens"]);
const greatestCount = 0xffffffff;

/**
 * "Prompt caching", tracking cache performance: the whole input is `input_tokens` plus what was read from the cache and
 * what was written to it; the output holds the thinking. undefined for what makes no sense: such a provider has told
 * none, but its answer stands.
 */
export function readUsage(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const { input_tokens: input = null, output_tokens: output = null } = wire;
  if (input === null && output === null) return undefined;
  const uncached = count(input ?? 0);
  const outputTokens = count(output ?? 0);
  if (uncached === undefined || outputTokens === undefined) return undefined;
  const creation = isRecord(wire.cache_creation) ? wire.cache_creation : noFields;
  const details = isRecord(wire.output_tokens_details) ? wire.output_tokens_details : noFields;
  const tools = isRecord(wire.server_tool_use) ? wire.server_tool_use : noFields;
  const cacheReadTokens = count(wire.cache_read_input_tokens) ?? 0;
  const cacheWrite1hTokens = count(creation.ephemeral_1h_input_tokens) ?? 0;
  const told5m = count(creation.ephemeral_5m_input_tokens) ?? 0;
  // a `message_delta` tells the total only, and older servers tell no more: five minutes is the default
  const cacheWrite5mTokens = Math.max(told5m, (count(wire.cache_creation_input_tokens) ?? 0) - cacheWrite1hTokens);
  const inputTokens = uncached + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
  if (inputTokens > greatestCount) return undefined;
  return create(UsageSchema, {
    inputTokens,
    outputTokens,
    cacheReadTokens,
    cacheWrite5mTokens,
    cacheWrite1hTokens,
    reasoningTokens: Math.min(outputTokens, count(details.thinking_tokens) ?? 0),
    webSearches: count(tools.web_search_requests) ?? 0,
    serviceTier: pricedAs(wire),
    source: UsageSource.REPORTED,
    reportedCostNanoUsd: reportedCost(wire),
    extensions: {
      ...rest(wire, usageFields),
      ...rest(creation, creationFields, "cache_creation."),
      ...rest(details, outputFields, "output_tokens_details."),
    },
  });
}

/** The counts that are told twice: with the start as far as they are known, and with the end. */
export function writeCounts(usage: Usage): Members {
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } = usage;
  const cacheWrites = cacheWrite5mTokens + cacheWrite1hTokens;
  const written: Members = {
    input_tokens: Math.max(0, inputTokens - cacheReadTokens - cacheWrites),
    cache_creation_input_tokens: cacheWrites,
    cache_read_input_tokens: cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5mTokens,
      ephemeral_1h_input_tokens: cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
  };
  graftOwn(written, usage.extensions, dialectName);
  return fillIn(written, ["server_tool_use"]);
}

/** "Messages", usage. `tier`: the contract's word for the class of service. */
export function writeUsage(usage: Usage, tier: string): Members {
  const written = writeCounts(usage);
  written.service_tier = writeServiceTier(tier);
  return fillIn(written, ["inference_geo", "speed"]);
}

/** Fields that the vendor's schema requires, where there is nothing to say. */
export function fillIn(target: Members, fields: readonly string[], nothing: string | null = null): Members {
  for (const field of fields) if (target[field] === undefined) target[field] = nothing;
  return target;
}

/** The usage of a streamed answer: later events tell less of it, but newer counts. */
export class ToldUsage {
  #told: Wire = noFields;

  /** undefined: nothing new was told. */
  hear(wire: unknown): Usage | undefined {
    if (!isRecord(wire)) return undefined;
    const news = Object.entries(wire).filter(([, value]) => value !== null);
    this.#told = { ...this.#told, ...Object.fromEntries(news) };
    return readUsage(this.#told);
  }
}
