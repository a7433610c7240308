import type { Settlement } from "../../gen/causeway/chat/v1/service_pb.ts";
import { type Usage, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";

/** "one/m · 12 tokens in (8 cached), 34 out (5 reasoning) · $0.0012 · request 0198…", and what was dropped. */
export function settlementLine({ requestId, provider, model, usage, costNanoUsd, dropped }: Settlement): string {
  const cost = costNanoUsd === undefined ? "price unknown" : formatDollars(costNanoUsd);
  const left = dropped.length === 0 ? [] : [`not sent, as the provider cannot be told: ${dropped.join(", ")}`];
  return [`${provider}/${model}`, describeUsage(usage), cost, `request ${requestId}`, ...left].join(" · ");
}

/** "12 tokens in (8 cached), 34 out (5 reasoning)". */
export function describeUsage(usage: Usage | undefined): string {
  if (usage === undefined || usage.source === UsageSource.UNSPECIFIED) return "tokens unknown";
  const cached = usage.cacheReadTokens === 0 ? "" : ` (${usage.cacheReadTokens} cached)`;
  const reasoning = usage.reasoningTokens === 0 ? "" : ` (${usage.reasoningTokens} reasoning)`;
  const counted = usage.source === UsageSource.ESTIMATED ? ", estimated" : "";
  const partial = usage.source === UsageSource.PARTIAL ? ", until it ended" : "";
  return `${usage.inputTokens} tokens in${cached}, ${usage.outputTokens} out${reasoning}${counted}${partial}`;
}

/** Nano-dollars as "$0.00", "$0.0000125", "-$12.30": all digits there are, at least cents. */
export function formatDollars(nano: bigint): string {
  if (nano < 0n) return `-${formatDollars(-nano)}`;
  const digits = (nano % 1_000_000_000n).toString().padStart(9, "0");
  return `$${nano / 1_000_000_000n}.${digits.slice(0, 2)}${digits.slice(2).replace(/0+$/, "")}`;
}
