import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PriceOverride } from "../../src/core/price.ts";
import { at, pricing, type UsageInit, usageOf } from "./fixtures.ts";

const usage = usageOf({ inputTokens: 1000, outputTokens: 1000, cacheReadTokens: 200, cacheWrite1hTokens: 300 });

const versionOf = (override: PriceOverride): string =>
  pricing({ overrides: [override] }).price("a", "b", usage, at).version;

describe("a price from the configuration", () => {
  test("goes before the catalogue, the first that fits counts", () => {
    const overrides = [
      { model: "openai/gpt-4o-mini", input: 1_000_000_000n, output: 2_000_000_000n },
      { model: "openai/*", input: 7_000_000_000n, output: 7_000_000_000n },
    ];
    const configured = pricing({ overrides });
    expect(configured.price("openai", "gpt-4o-mini", usage, at)).toEqual({
      costNanoUsd: 3_000_000n,
      cacheSavedNanoUsd: 0n,
      version: expect.stringMatching(/^config:[0-9a-f]{8}$/),
    });
    expect(configured.price("openai", "gpt-4o", usage, at).costNanoUsd).toBe(14_000_000n);
    expect(configured.price("anthropic", "claude-haiku-4-5", usage, at).version).toMatch(/^genai-prices@/);
    expect(configured.perMillion("openai", "gpt-4o")).toEqual({ input: 7_000_000_000n, output: 7_000_000_000n });
  });

  const full = {
    model: "a/b",
    input: 10_000_000n,
    output: 20_000_000n,
    cacheRead: 1_000_000n,
    cacheReadAudio: 2_000_000n,
    cacheWrite5m: 12_000_000n,
    cacheWrite1h: 16_000_000n,
    inputAudio: 100_000_000n,
    outputAudio: 200_000_000n,
    outputImage: 300_000_000n,
    webSearches: 10_000n,
    fileSearches: 20_000n,
    requests: 30_000n,
  };

  test("can say every kind; what it does not say costs what the nearest wider kind costs", () => {
    const tokens: UsageInit = {
      inputTokens: 1000,
      cacheReadTokens: 100,
      cacheReadAudioTokens: 30,
      cacheWrite5mTokens: 200,
      cacheWrite1hTokens: 300,
      inputAudioTokens: 80,
      outputTokens: 100,
      outputAudioTokens: 10,
      outputImageTokens: 20,
      reasoningTokens: 20,
    };
    const all = usageOf({ ...tokens, webSearches: 2, fileSearches: 3 });
    const price = (override: PriceOverride, of = all) =>
      pricing({ overrides: [override] }).price("a", "b", of, at).costNanoUsd;
    const input = 350n * 10n + 50n * 100n + 70n * 1n + 30n * 2n + 200n * 12n + 300n * 16n;
    const output = 70n * 20n + 10n * 200n + 20n * 300n;
    expect(price(full)).toBe(input + output + 2n * 10n + 3n * 20n + 30n);
    const { model, input: plain, output: said } = full;
    expect(price({ model, input: plain, output: said })).toBeNull(); // nobody knows what the searches cost
    expect(price({ model, input: plain, output: said }, usageOf(tokens))).toBe(12_000n);
    expect(price({ model, input: plain, output: said, cacheRead: 0n }, usageOf(tokens))).toBe(12_000n - 1000n);
  });

  test("can make a provider free", () => {
    const free = pricing({ overrides: [{ model: "demo/*", input: 0n, output: 0n }] });
    expect(free.price("demo", "any/model", usage, at)).toMatchObject({ costNanoUsd: 0n, cacheSavedNanoUsd: 0n });
    expect(free.price("demolition", "any", usage, at).costNanoUsd).toBeNull();
  });

  test("takes every character but * as it is", () => {
    const dotted = pricing({ overrides: [{ model: "a/gpt-4.1(x)*", input: 0n, output: 0n }] });
    expect(dotted.price("a", "gpt-4.1(x)-mini", usage, at).costNanoUsd).toBe(0n);
    expect(dotted.price("a", "gpt-401(x)", usage, at).costNanoUsd).toBeNull();
  });

  test("has another version when anything of it is another", () => {
    const changed: readonly PriceOverride[] = [
      { ...full, input: 10_000_001n },
      { ...full, requests: 0n },
      { ...full, above: [{ tokens: 1, input: 1n, output: 1n }] },
      { ...full, above: [{ tokens: 2, input: 1n, output: 1n }] },
    ];
    expect(versionOf({ ...full })).toBe(versionOf(full));
    expect(new Set([full, ...changed].map(versionOf)).size).toBe(1 + changed.length);
  });
});

describe("prices of long prompts", () => {
  const overrides: readonly PriceOverride[] = [
    {
      model: "a/b",
      input: 10_000_000n,
      output: 20_000_000n,
      cacheRead: 1_000_000n,
      above: [
        { tokens: 1000, input: 30_000_000n, output: 40_000_000n, cacheRead: 3_000_000n },
        { tokens: 2000, input: 50_000_000n, output: 60_000_000n },
      ],
    },
  ];
  const price = (init: UsageInit) => pricing({ overrides }).price("a", "b", usageOf(init), at);

  test("are those of the highest bound that is passed, for all of the request", () => {
    expect(price({ inputTokens: 1000, outputTokens: 1 }).costNanoUsd).toBe(1000n * 10n + 20n);
    expect(price({ inputTokens: 1001, outputTokens: 1 }).costNanoUsd).toBe(1001n * 30n + 40n);
    expect(price({ inputTokens: 2001, outputTokens: 1 }).costNanoUsd).toBe(2001n * 50n + 60n);
  });

  test("stay as they are below where nothing is said, and follow the wider kind where that never was", () => {
    const cached = (inputTokens: number) => price({ inputTokens, cacheReadTokens: inputTokens });
    expect(cached(1000)).toMatchObject({ costNanoUsd: 1000n * 1n, cacheSavedNanoUsd: 1000n * 9n });
    expect(cached(1001)).toMatchObject({ costNanoUsd: 1001n * 3n, cacheSavedNanoUsd: 1001n * 27n });
    expect(cached(2001)).toMatchObject({ costNanoUsd: 2001n * 3n, cacheSavedNanoUsd: 2001n * 47n });
    expect(price({ inputTokens: 2001, cacheWrite5mTokens: 2001 }).costNanoUsd).toBe(2001n * 50n);
  });
});

describe("a service tier", () => {
  const flex = usageOf({ inputTokens: 1000, serviceTier: "flex" });
  const standard = usageOf({ inputTokens: 1000 });

  test("has no price in the catalogue, and one in the configuration where an entry is for it or for all", () => {
    expect(pricing().price("openai", "gpt-5", flex, at)).toEqual({
      costNanoUsd: null,
      cacheSavedNanoUsd: null,
      version: "",
    });
    const own = pricing({
      overrides: [
        { model: "openai/gpt-5", serviceTier: "flex", input: 5_000_000n, output: 5_000_000n },
        { model: "openai/gpt-5-mini", input: 7_000_000n, output: 7_000_000n },
        { model: "openai/gpt-5-nano", serviceTier: "", input: 9_000_000n, output: 9_000_000n },
      ],
    });
    expect(own.price("openai", "gpt-5", flex, at).costNanoUsd).toBe(5000n);
    expect(own.price("openai", "gpt-5", standard, at)).toMatchObject({
      costNanoUsd: 1_250_000n,
      version: expect.stringMatching(/^genai/),
    });
    expect(own.price("openai", "gpt-5", usageOf({ inputTokens: 1, serviceTier: "priority" }), at).version).toBe("");
    expect(own.price("openai", "gpt-5-mini", flex, at).costNanoUsd).toBe(7000n);
    expect(own.price("openai", "gpt-5-nano", standard, at).costNanoUsd).toBe(9000n);
    expect(own.price("openai", "gpt-5-nano", flex, at).costNanoUsd).toBeNull();
  });

  test("can be a multiple of what holds as usual", () => {
    const half = { model: "openai/*", serviceTier: "flex", factor: 0.5 };
    const halved = pricing({ overrides: [half] });
    // "Flex processing": tokens at the rates of the Batch API, which are half of the others
    const long = { inputTokens: 300_000, cacheReadTokens: 100_000, serviceTier: "flex" };
    expect(halved.price("openai", "gpt-5.6-sol", usageOf(long), Date.parse("2026-09-01T00:00:00Z"))).toEqual({
      costNanoUsd: (200_000n * 8000n + 100_000n * 800n) / 2n,
      cacheSavedNanoUsd: (100_000n * 7200n) / 2n,
      version: expect.stringMatching(/^config:[0-9a-f]{8}\*genai-prices@/),
    });
    expect(halved.price("openai", "gpt-5", standard, at).costNanoUsd).toBe(1_250_000n);
    expect(halved.price("openai", "no-such-model", flex, at).costNanoUsd).toBeNull();
    const own = { model: "openai/gpt-5", input: 8_000_000n, output: 8_000_000n };
    const ofOwn = pricing({ overrides: [half, own] }).price("openai", "gpt-5", flex, at);
    expect(ofOwn.costNanoUsd).toBe(4000n);
    expect(ofOwn.version).toMatch(/^config:[0-9a-f]{8}\*config:[0-9a-f]{8}$/);
    const searched = usageOf({ inputTokens: 1000, webSearches: 1, serviceTier: "flex" });
    expect(halved.price("openai", "gpt-5", searched, at).costNanoUsd).toBe(625_000n + 10_000_000n);
  });

  test("is not priced by a factor that does not name it", () => {
    const discount = pricing({ overrides: [{ model: "openai/*", factor: 0.9 }] });
    expect(discount.price("openai", "gpt-5", standard, at).costNanoUsd).toBe(1_125_000n);
    expect(discount.price("openai", "gpt-5", flex, at).costNanoUsd).toBeNull();
    expect(discount.perMillion("openai", "gpt-5")).toEqual({ input: 1_125_000_000n, output: 9_000_000_000n });
  });
});

describe("the provider's own word", () => {
  const told = usageOf({ inputTokens: 1000, cacheReadTokens: 10, reportedCostNanoUsd: 123n });

  test("is the cost where no price is known", () => {
    const reported = { costNanoUsd: 123n, cacheSavedNanoUsd: null, version: "reported" };
    expect(pricing().price("openrouter", "no/such-model", told, at)).toEqual(reported);
    const free = usageOf({ inputTokens: 1000, reportedCostNanoUsd: 0n });
    expect(pricing().price("openrouter", "deepseek/deepseek-r1:free", free, at)).toMatchObject({ costNanoUsd: 0n });
  });

  test("is not where one is", () => {
    expect(pricing().price("openai", "gpt-4o-mini", told, at)).toMatchObject({
      costNanoUsd: 149_250n,
      version: expect.stringMatching(/^genai/),
    });
  });
});

test("savings and cost are together what it would have cost without the cache", () => {
  const tokens = fc.nat({ max: 400_000 });
  const parts = fc.record({ text: tokens, read: tokens, short: tokens, long: tokens, output: tokens });
  const models = fc.constantFrom("claude-haiku-4-5", "claude-sonnet-4-5", "gpt-5", "gpt-5.6-sol", "gemini-2.5-pro");
  const priced = pricing();
  fc.assert(
    fc.property(models, parts, (model, { text, read, short, long, output }) => {
      const inputTokens = text + read + short + long;
      const cached = { cacheReadTokens: read, cacheWrite5mTokens: short, cacheWrite1hTokens: long };
      const price = (init: UsageInit) => priced.price("proxy", model, usageOf(init), at);
      const { costNanoUsd: cost, cacheSavedNanoUsd: saved } = price({ inputTokens, outputTokens: output, ...cached });
      const without = price({ inputTokens, outputTokens: output });
      expect((cost ?? 0n) + (saved ?? 0n)).toBe(without.costNanoUsd);
      expect(without.cacheSavedNanoUsd).toBe(0n);
    }),
  );
});
