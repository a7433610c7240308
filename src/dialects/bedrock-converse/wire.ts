import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { unusualTier } from "../../core/service-tier.ts";
import { count, isRecord, records, restOf, text, type Wire } from "../../core/wire-values.ts";

/** The words of Amazon Bedrock's Converse API (docs.aws.amazon.com/bedrock/latest/APIReference, "Converse", "ConverseStream"). */

export const dialectName = "bedrock-converse";

/** What nobody reads of an answer's object, as extensions. */
export const rest = restOf(dialectName);

/** "StopReason". */
const stopReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["", FinishReason.UNSPECIFIED],
  ["end_turn", FinishReason.STOP],
  ["stop_sequence", FinishReason.STOP],
  ["tool_use", FinishReason.TOOL_CALLS],
  ["max_tokens", FinishReason.LENGTH],
  ["model_context_window_exceeded", FinishReason.LENGTH],
  ["guardrail_intervened", FinishReason.CONTENT_FILTER],
  ["content_filtered", FinishReason.CONTENT_FILTER],
  ["malformed_model_output", FinishReason.ERROR],
  ["malformed_tool_use", FinishReason.ERROR],
]);

export const readStopReason = (native: string): FinishReason => stopReasons.get(native) ?? FinishReason.OTHER;

/** What is not complete, and has no word here, is "max_tokens": clients take that for an answer that was cut off. */
const stopWords: Readonly<Record<FinishReason, string>> = {
  [FinishReason.UNSPECIFIED]: "end_turn",
  [FinishReason.STOP]: "end_turn",
  [FinishReason.LENGTH]: "max_tokens",
  [FinishReason.TOOL_CALLS]: "tool_use",
  [FinishReason.CONTENT_FILTER]: "content_filtered",
  [FinishReason.REFUSAL]: "content_filtered",
  [FinishReason.PAUSE]: "max_tokens",
  [FinishReason.ERROR]: "malformed_model_output",
  [FinishReason.OTHER]: "end_turn",
};

/** The native word where it is one of Bedrock's. */
export function writeStopReason(reason: FinishReason, native: string, stopSequence: string): string {
  if (native !== "" && stopReasons.get(native) === reason) return native;
  return reason === FinishReason.STOP && stopSequence !== "" ? "stop_sequence" : (stopWords[reason] ?? "end_turn");
}

/** "ServiceTier", type. */
const serviceTiers: ReadonlySet<string> = new Set(["default", "flex", "priority", "reserved"]);

/** undefined for another vendor's word. */
export const writeServiceTier = (tier: string): Members | undefined =>
  serviceTiers.has(tier) ? { type: tier } : undefined;

const usageFields = new Set([
  "inputTokens",
  "outputTokens",
  "totalTokens",
  "cacheReadInputTokens",
  "cacheWriteInputTokens",
  "cacheDetails",
]);

/** Under this name a usage's extensions hold what an answer says beside its usage: a stream says both in one event, its last. */
const metadata = "metadata.";

/**
 * "TokenUsage". What was read from or written to a cache is counted beside inputTokens ("Prompt caching for faster model
 * inference": the total is the sum of the three). `beside`: what the answer, or the stream's "metadata", says apart
 * from its usage. undefined for what makes no sense: such a provider has told none, but its answer stands.
 */
export function readUsage(wire: unknown, beside: Wire): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const input = count(wire.inputTokens ?? 0);
  const output = count(wire.outputTokens ?? 0);
  const read = count(wire.cacheReadInputTokens ?? 0) ?? 0;
  const written = readCacheWrites(wire);
  if (input === undefined || output === undefined) return undefined;
  const inputTokens = count(input + read + written.short + written.long);
  if (inputTokens === undefined) return undefined;
  return create(UsageSchema, {
    inputTokens,
    outputTokens: output,
    cacheReadTokens: read,
    cacheWrite5mTokens: written.short,
    cacheWrite1hTokens: written.long,
    serviceTier: isRecord(beside.serviceTier) ? unusualTier(text(beside.serviceTier.type)) : "",
    source: UsageSource.REPORTED,
    extensions: { ...rest(wire, usageFields), ...rest(beside, besideUsage, metadata) },
  });
}

/** Members of an answer, and of a stream's "metadata", that are read elsewhere. "p" pads events, so that their length tells nothing. */
const besideUsage = new Set(["output", "stopReason", "usage", "additionalModelResponseFields", "p"]);

/** "CacheDetail": how long what was written is kept. What it does not say is kept for the shorter of two times, as Bedrock does. */
function readCacheWrites(wire: Wire): { short: number; long: number } {
  let short = 0;
  let long = 0;
  for (const detail of records(wire.cacheDetails)) {
    const tokens = count(detail.inputTokens) ?? 0;
    if (text(detail.ttl) === "1h") long += tokens;
    else short += tokens;
  }
  const total = count(wire.cacheWriteInputTokens) ?? short + long;
  return { short: Math.max(0, total - long), long: Math.min(long, total) };
}

export function writeUsage(usage: Usage): Members {
  const { cacheReadTokens: read, cacheWrite5mTokens: short, cacheWrite1hTokens: long } = usage;
  const details = [
    { ttl: "1h", inputTokens: long },
    { ttl: "5m", inputTokens: short },
  ].filter(({ inputTokens }) => inputTokens > 0);
  const written: Members = {
    inputTokens: Math.max(0, usage.inputTokens - read - short - long),
    outputTokens: usage.outputTokens,
    totalTokens: usage.inputTokens + usage.outputTokens,
    cacheReadInputTokens: read,
    cacheWriteInputTokens: short + long,
    cacheDetails: details.length > 0 ? details : undefined,
  };
  graftOwn(written, apart(usage.extensions, false), dialectName);
  return written;
}

/** What stands beside the usage, in an answer or in a stream's last event. */
export function graftBesideUsage(target: Members, usage: Usage): void {
  graftOwn(target, apart(usage.extensions, true), dialectName);
}

function apart(extensions: Readonly<Record<string, string>>, isBeside: boolean): Record<string, string> {
  const prefix = `${dialectName}/${metadata}`;
  const picked: Record<string, string> = {};
  for (const [key, value] of Object.entries(extensions)) {
    if (key.startsWith(prefix) !== isBeside) continue;
    picked[isBeside ? `${dialectName}/${key.slice(prefix.length)}` : key] = value;
  }
  return picked;
}
