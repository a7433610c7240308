import { expect, test } from "vitest";
import { reportedCost } from "../../src/core/reported-cost.ts";
import { unusualTier } from "../../src/core/service-tier.ts";

test.each<[what: string, usage: Record<string, unknown>, nanos: bigint | undefined]>([
  // openrouter.ai/docs, "Usage Accounting": the total amount charged to the account
  ["dollars", { cost: 0.00014 }, 140_000n],
  ["dollars in a float's own words", { cost: 9e-5, is_byok: false }, 90_000n],
  ["nothing, for free", { cost: 0 }, 0n],
  // … which holds what the vendor behind takes, but for a key of one's own: then that is charged beside
  [
    "what the vendor behind takes is a part",
    { cost: 0.95, cost_details: { upstream_inference_cost: 0.9 } },
    950_000_000n,
  ],
  [
    "with a key of one's own it is not",
    { cost: 0.0018, is_byok: true, cost_details: { upstream_inference_cost: 0.0360795 } },
    37_879_500n,
  ],
  ["with one's own key, and not all is told", { cost: 0, is_byok: true, cost_details: {} }, undefined],
  ["with one's own key, and nothing is told", { cost: 0, is_byok: true }, undefined],
  // docs.x.ai, "Cost Tracking": its two examples
  ["ticks", { cost_in_usd_ticks: 37_756_000 }, 3_775_600n],
  ["many ticks", { cost_in_usd_ticks: 200_000_000 }, 20_000_000n],
  ["no ticks, but a cost", { cost: 0.01, cost_in_usd_ticks: null }, 10_000_000n],
  ["less than a nano-dollar", { cost_in_usd_ticks: 4 }, 0n],
  // docs.perplexity.ai, "Chat Completions" and "Agent API", usage.cost
  [
    "the total of a breakdown",
    { cost: { input_tokens_cost: 1e-5, request_cost: 0.005, total_cost: 0.00503 } },
    5_030_000n,
  ],
  ["the same with its currency", { cost: { currency: "USD", total_cost: 0.5 } }, 500_000_000n],
  ["another currency", { cost: { currency: "EUR", total_cost: 0.5 } }, undefined],
  ["a breakdown without a total", { cost: { input_cost: 1 } }, undefined],
  ["nothing", { prompt_tokens: 3 }, undefined],
  ["null", { cost: null }, undefined],
  ["less than nothing", { cost: -1 }, undefined],
  ["a text", { cost: "0.1" }, undefined],
  ["more than anybody has", { cost: 1e9 }, undefined],
  ["no number at all", { cost: Number.NaN, cost_in_usd_ticks: undefined }, undefined],
])("a provider's word for its cost: %s", (_, usage, nanos) => {
  expect(reportedCost(usage)).toBe(nanos);
});

test.each([
  ["", ""],
  ["default", ""],
  ["standard", ""],
  ["auto", ""],
  ["on_demand", ""],
  ["STANDARD", ""],
  ["flex", "flex"],
  ["PRIORITY", "priority"],
  ["x".repeat(100), "x".repeat(40)],
])("a service tier that is called '%s'", (word, tier) => {
  expect(unusualTier(word)).toBe(tier);
});
