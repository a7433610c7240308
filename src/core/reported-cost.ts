import { nanoUsd } from "./usd.ts";
import { isRecord, type Wire } from "./wire-values.ts";

/** Dollars beyond this are no cost of a request, and their nano-dollars no exact number. */
const greatestCost = 9_000_000;

/**
 * What a provider says in the usage of an answer that it cost, in nano-dollars. The forms in which vendors say it:
 * - `cost` in dollars, or `cost.total_cost`, whose `currency` is dollars where there is one. Where a key of one's own with
 *   another vendor was used (`is_byok`), `cost` is the fee alone, and `cost_details.upstream_inference_cost` what that
 *   vendor charges beside; else the latter is a part of the former ("Usage Accounting", cost breakdown).
 * - `cost_in_usd_ticks`, of which 10^10 are a dollar ("Cost Tracking").
 */
export function reportedCost(usage: Wire): bigint | undefined {
  const { cost, cost_in_usd_ticks: ticks } = usage;
  if (ticks !== undefined && ticks !== null) return nanos(ticks, 1e10);
  if (cost === undefined || cost === null) return undefined;
  if (!isRecord(cost)) return usage.is_byok === true ? sum(nanos(cost), upstreamCost(usage)) : nanos(cost);
  return (cost.currency ?? "USD") === "USD" ? nanos(cost.total_cost) : undefined;
}

/** undefined where it is not told: then the whole cost is not known. */
function upstreamCost({ cost_details: details }: Wire): bigint | undefined {
  return isRecord(details) ? nanos(details.upstream_inference_cost) : undefined;
}

const sum = (a: bigint | undefined, b: bigint | undefined): bigint | undefined =>
  a === undefined || b === undefined ? undefined : a + b;

/** `unit`: how many are a dollar. */
function nanos(amount: unknown, unit = 1): bigint | undefined {
  if (typeof amount !== "number" || !(amount >= 0 && amount / unit <= greatestCost)) return undefined;
  return nanoUsd(amount / unit);
}
