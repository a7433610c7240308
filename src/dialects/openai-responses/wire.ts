import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { reportedCost } from "../../core/reported-cost.ts";
import { unusualTier } from "../../core/service-tier.ts";
import { count, isRecord, noFields, records, restOf, text, type Wire } from "../../core/wire-values.ts";

/** The words of OpenAI's Responses API (platform.openai.com/docs/api-reference/responses). */

export const dialectName = "openai-responses";

/** What nobody reads of an answer's object, as extensions. */
export const rest = restOf(dialectName);

/** What a model takes, as far as its name tells: sending what it does not know can fail a request. */
export interface ModelWords {
  /** `prompt_cache_breakpoint`: gpt-5.6 and later ("Create a model response", prompt_cache_options). */
  readonly cacheBreakpoints: boolean;
  /** Whether it thinks, and so has thoughts that can be asked for encrypted. undefined: its name does not tell. */
  readonly reasons: boolean | undefined;
  /** An effort of "none": gpt-5.1 and later, but for those that always think ("Create a model response", reasoning). */
  readonly effortNone: boolean;
}

export function wordsOf(model: string): ModelWords {
  const [known, major = "0", minor = "0"] = /(?:^|\/)gpt-(\d)(?:\.(\d+))?(?!\d)/.exec(model) ?? [];
  const version = Number(major) * 100 + Number(minor);
  const isNamed = known !== undefined || /(?:^|\/)(?:chatgpt|o\d)/.test(model);
  const thinks = /(?:^|\/)o\d/.test(model) || (version >= 500 && !/-chat\b/.test(model));
  const effortNone = version >= 501 && thinks && !/-(?:pro|codex)\b/.test(model);
  return { cacheBreakpoints: version >= 506, reasons: isNamed ? thinks : undefined, effortNone };
}

/** Entries of `include`. */
export const includeThoughts = "reasoning.encrypted_content";
export const includeLogprobs = "message.output_text.logprobs";

/** How an answer ended. */
export interface Ending {
  readonly reason: FinishReason;
  /** The response's `status`, or why it is incomplete. */
  readonly native: string;
}

const incompleteReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["max_output_tokens", FinishReason.LENGTH],
  ["content_filter", FinishReason.CONTENT_FILTER],
]);

/** "The response object", status and incomplete_details. `hasCalls`: whether it asks the client for tools. */
export function readEnding(response: Wire, hasCalls: boolean): Ending {
  const status = text(response.status) || "completed";
  if (status === "completed") {
    return { reason: hasCalls ? FinishReason.TOOL_CALLS : FinishReason.STOP, native: status };
  }
  if (status === "queued" || status === "in_progress") return { reason: FinishReason.UNSPECIFIED, native: status };
  const details = isRecord(response.incomplete_details) ? response.incomplete_details : noFields;
  const native = (status === "incomplete" && text(details.reason)) || status;
  return { reason: incompleteReasons.get(native) ?? FinishReason.OTHER, native };
}

/** The statuses, and reasons of incompleteness, of which the contract knows no more than the word. */
const ownOthers: ReadonlySet<string> = new Set(["cancelled", "incomplete"]);
const ownReasons: ReadonlySet<string> = new Set(["max_messages", "max_tool_calls", "steered"]);

/**
 * `error`, `incomplete_details` and `status` of an answer that ended so. What is not complete, and has no word here, is
 * `max_output_tokens`: SDKs take that for an answer that was cut off.
 */
export function writeEnding({ reason, native }: Ending): Members {
  const incomplete = (why: string | undefined): Members => ({
    status: "incomplete",
    error: null,
    incomplete_details: why === undefined ? null : { reason: why },
  });
  const ended = (status: string): Members => ({ status, error: null, incomplete_details: null });
  switch (reason) {
    case FinishReason.LENGTH:
    case FinishReason.PAUSE:
      return incomplete("max_output_tokens");
    case FinishReason.CONTENT_FILTER:
      return incomplete("content_filter");
    case FinishReason.ERROR:
      return {
        status: "failed",
        error: { code: "server_error", message: "The model failed in the middle of its answer." },
        incomplete_details: null,
      };
    case FinishReason.UNSPECIFIED:
      return ended(native === "queued" || native === "in_progress" ? native : "completed");
    case FinishReason.OTHER:
      if (ownReasons.has(native)) return incomplete(native);
      if (ownOthers.has(native)) return ended(native);
      return ended("completed");
    default:
      return ended("completed");
  }
}

const serviceTiers: ReadonlySet<string> = new Set([
  "auto",
  "default",
  "flex",
  "scale",
  "priority",
  "fast",
  "ultrafast",
]);

/** undefined for another vendor's word: SDKs know the list. */
export const writeServiceTier = (tier: string): string | undefined => (serviceTiers.has(tier) ? tier : undefined);

const inputDetails = "input_tokens_details";
const outputDetails = "output_tokens_details";
const usageFields = new Set(["input_tokens", "output_tokens", "total_tokens", inputDetails, outputDetails]);
const inputFields = new Set(["cached_tokens", "cache_write_tokens"]);
const outputFields = new Set(["reasoning_tokens"]);

/**
 * "The response object", usage: the totals hold what was cached, and the reasoning. undefined for what makes no sense:
 * such a provider has told none, but its answer stands.
 */
function readUsage(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const inputTokens = count(wire.input_tokens ?? 0);
  const outputTokens = count(wire.output_tokens ?? 0);
  const isTold = (wire.input_tokens ?? wire.output_tokens ?? null) !== null;
  if (!isTold || inputTokens === undefined || outputTokens === undefined) return undefined;
  const input = isRecord(wire[inputDetails]) ? wire[inputDetails] : noFields;
  const output = isRecord(wire[outputDetails]) ? wire[outputDetails] : noFields;
  return create(UsageSchema, {
    inputTokens,
    outputTokens,
    cacheReadTokens: count(input.cached_tokens) ?? 0,
    // kept for half an hour or longer: the contract's shorter one is the nearer of two
    cacheWrite5mTokens: count(input.cache_write_tokens) ?? 0,
    reasoningTokens: count(output.reasoning_tokens) ?? 0,
    source: UsageSource.REPORTED,
    reportedCostNanoUsd: reportedCost(wire),
    extensions: {
      ...rest(wire, usageFields),
      ...rest(input, inputFields, `${inputDetails}.`),
      ...rest(output, outputFields, `${outputDetails}.`),
    },
  });
}

/**
 * A response's usage, with what it says elsewhere of its price: how it was served, and in its output which searches were
 * made. Of those in the web only looking for something is charged, not opening what was found ("Web search", output).
 */
export function readAnswerUsage(response: Wire): Usage | undefined {
  const usage = readUsage(response.usage);
  if (usage === undefined) return undefined;
  usage.serviceTier = unusualTier(text(response.service_tier));
  for (const { type, action } of records(response.output)) {
    if (type === "file_search_call") usage.fileSearches += 1;
    if (type === "web_search_call" && (!isRecord(action) || action.type === "search")) usage.webSearches += 1;
  }
  return usage;
}

export function writeUsage(usage: Usage): Members {
  const written: Members = {
    input_tokens: usage.inputTokens,
    [inputDetails]: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens,
    [outputDetails]: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
  graftOwn(written, usage.extensions, dialectName);
  return written;
}
