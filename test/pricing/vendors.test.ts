import { expect, test } from "vitest";
import { at, pricing, type UsageInit, usageOf } from "./fixtures.ts";

interface Case {
  readonly page: string;
  readonly target: readonly [provider: string, model: string];
  readonly usage: UsageInit;
  /** In dollars, written out as the page's own prices times what was used. */
  readonly cost: string;
  readonly saved?: string;
}

/** Dollars, such as "0.3 * 10000 / 1e6 + 10 / 1000", in nano-dollars. */
function nanos(sum: string): bigint {
  const terms = sum.split(" + ").map((term) => {
    const [rate = "", amount = "1", each = "1"] = term.split(/ [*/] /);
    return BigInt(Math.round((Number(rate) * 1e9 * Number(amount)) / Number(each)));
  });
  return terms.reduce((a, b) => a + b);
}

const cases: readonly Case[] = [
  {
    page: "platform.claude.com, Pricing: Sonnet 4.5 reads a cache for a tenth",
    target: ["anthropic", "claude-sonnet-4-5"],
    usage: { inputTokens: 60_000, cacheReadTokens: 50_000, outputTokens: 1000 },
    cost: "3 * 10000 / 1e6 + 0.3 * 50000 / 1e6 + 15 * 1000 / 1e6",
    saved: "2.7 * 50000 / 1e6",
  },
  {
    page: "platform.claude.com, Pricing: Sonnet 4.5 with a prompt beyond 200K, all of it at the higher rates",
    target: ["anthropic", "claude-sonnet-4-5"],
    usage: { inputTokens: 250_000, cacheReadTokens: 200_000, outputTokens: 1000 },
    cost: "6 * 50000 / 1e6 + 0.6 * 200000 / 1e6 + 22.5 * 1000 / 1e6",
    saved: "5.4 * 200000 / 1e6",
  },
  {
    page: "platform.claude.com, Pricing: writing to a cache costs more than not to",
    target: ["anthropic", "claude-haiku-4-5"],
    usage: { inputTokens: 30_000, cacheWrite5mTokens: 10_000, cacheWrite1hTokens: 20_000 },
    cost: "1.25 * 10000 / 1e6 + 2 * 20000 / 1e6",
    saved: "-0.25 * 10000 / 1e6 + -1 * 20000 / 1e6",
  },
  {
    page: "platform.claude.com, Pricing: web search, $10 for 1000",
    target: ["anthropic", "claude-haiku-4-5"],
    usage: { inputTokens: 1000, webSearches: 3 },
    cost: "1 * 1000 / 1e6 + 10 * 3 / 1000",
  },
  {
    page: "platform.openai.com, Pricing: GPT-5 reads a cache for a tenth",
    target: ["openai", "gpt-5"],
    usage: { inputTokens: 10_000, cacheReadTokens: 8000, outputTokens: 500, reasoningTokens: 400 },
    cost: "1.25 * 2000 / 1e6 + 0.125 * 8000 / 1e6 + 10 * 500 / 1e6",
    saved: "1.125 * 8000 / 1e6",
  },
  {
    page: "platform.openai.com, Pricing: built-in tools, web search $10 and file search $2.50 for 1000",
    target: ["openai", "gpt-5"],
    usage: { inputTokens: 1000, webSearches: 2, fileSearches: 1 },
    cost: "1.25 * 1000 / 1e6 + 10 * 2 / 1000 + 2.5 * 1 / 1000",
  },
  {
    page: "platform.openai.com, Pricing: GPT Audio hears and speaks at rates of their own",
    target: ["openai", "gpt-audio"],
    usage: { inputTokens: 1000, inputAudioTokens: 900, outputTokens: 500, outputAudioTokens: 400 },
    cost: "2.5 * 100 / 1e6 + 32 * 900 / 1e6 + 10 * 100 / 1e6 + 64 * 400 / 1e6",
  },
  {
    page: "ai.google.dev, Pricing: Gemini 2.5 Pro beyond 200k",
    target: ["google", "gemini-2.5-pro"],
    usage: { inputTokens: 300_000, cacheReadTokens: 100_000, outputTokens: 2000 },
    cost: "2.5 * 200000 / 1e6 + 0.25 * 100000 / 1e6 + 15 * 2000 / 1e6",
    saved: "2.25 * 100000 / 1e6",
  },
  {
    page: "ai.google.dev, Pricing: Gemini 2.5 Flash, audio heard anew and from a cache",
    target: ["google", "gemini-2.5-flash"],
    usage: { inputTokens: 5000, inputAudioTokens: 4000, cacheReadTokens: 3000, cacheReadAudioTokens: 2500 },
    cost: "0.3 * 500 / 1e6 + 1 * 1500 / 1e6 + 0.03 * 500 / 1e6 + 0.1 * 2500 / 1e6",
    saved: "0.27 * 500 / 1e6 + 0.9 * 2500 / 1e6",
  },
  {
    page: "ai.google.dev, Pricing: Gemini 2.5 Flash Image, 1290 tokens an image, $0.039",
    target: ["google", "gemini-2.5-flash-image"],
    usage: { inputTokens: 100, outputTokens: 1310, outputImageTokens: 1290 },
    cost: "0.3 * 100 / 1e6 + 30 * 1290 / 1e6 + 2.5 * 20 / 1e6",
  },
  {
    page: "docs.x.ai, Models: Grok 4, cached prompts",
    target: ["x-ai", "grok-4-0709"],
    usage: { inputTokens: 2000, cacheReadTokens: 1000, outputTokens: 100 },
    cost: "3 * 1000 / 1e6 + 0.75 * 1000 / 1e6 + 15 * 100 / 1e6",
    saved: "2.25 * 1000 / 1e6",
  },
  {
    page: "openrouter.ai, Models: batches at half the price of tokens, as models of their own",
    target: ["openrouter", "openai/gpt-6-luna:batch"],
    usage: { inputTokens: 10_000, cacheReadTokens: 4000, outputTokens: 1000, webSearches: 1 },
    cost: "0.05 * 6000 / 1e6 + 0.005 * 4000 / 1e6 + 0.25 * 1000 / 1e6 + 10 * 1 / 1000",
    saved: "0.045 * 4000 / 1e6",
  },
];

test.each(cases)("$page", ({ target: [provider, model], usage, cost, saved = "0" }) => {
  const { costNanoUsd, cacheSavedNanoUsd } = pricing().price(provider, model, usageOf(usage), at);
  expect({ costNanoUsd, cacheSavedNanoUsd }).toEqual({ costNanoUsd: nanos(cost), cacheSavedNanoUsd: nanos(saved) });
});

test("what is paid for in a way that is not counted has no price, rather than too low a one", () => {
  const price = (provider: string, model: string, usage: UsageInit) =>
    pricing().price(provider, model, usageOf(usage), at).costNanoUsd;
  const usage = { inputTokens: 1000, outputTokens: 1000 };
  expect(price("perplexity", "sonar-deep-research", usage)).toBeNull(); // citations
  expect(price("google", "gemini-omni-flash-preview", usage)).toBeNull(); // films
  expect(price("google", "gemini-2.5-flash", { ...usage, webSearches: 1 })).toBeNull(); // free up to a quota
  expect(price("azure", "o1", { ...usage, fileSearches: 1 })).toBeNull();
  expect(price("azure", "o1", usage)).not.toBeNull();
});
