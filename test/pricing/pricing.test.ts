import { readFileSync } from "node:fs";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { calcPrice } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageSchema } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { at, pricing, usageOf } from "./fixtures.ts";

const manifest: { version: string } = JSON.parse(
  readFileSync("node_modules/@pydantic/genai-prices/package.json", "utf8"),
);
const version = `genai-prices@${manifest.version}`;

describe("the catalogue", () => {
  test("prices input and output, and names its version", () => {
    const usage = usageOf({ inputTokens: 1000, outputTokens: 10 });
    // $0.15 and $0.60 a million
    expect(pricing().price("openai", "gpt-4o-mini", usage, at)).toEqual({
      costNanoUsd: 156_000n,
      cacheSavedNanoUsd: 0n,
      version,
    });
    expect(pricing().perMillion("openai", "gpt-4o-mini")).toEqual({ input: 150_000_000n, output: 600_000_000n });
  });

  test("prices what was read from and written to caches, for five minutes and for an hour", () => {
    const price = (init: MessageInitShape<typeof UsageSchema>) =>
      pricing().price("anthropic", "claude-haiku-4-5", usageOf(init), at).costNanoUsd;
    // $1 input, $0.10 read, $1.25 and $2 written, $5 output a million
    expect(price({ inputTokens: 1000, cacheReadTokens: 1000 })).toBe(100_000n);
    expect(price({ inputTokens: 1000, cacheWrite5mTokens: 1000 })).toBe(1_250_000n);
    expect(price({ inputTokens: 1000, cacheWrite1hTokens: 1000 })).toBe(2_000_000n);
    expect(
      price({ inputTokens: 3100, cacheReadTokens: 1000, cacheWrite5mTokens: 1000, cacheWrite1hTokens: 1000 }),
    ).toBe(3_450_000n);
  });

  test("prices audio apart from text, and what is both cached and audio once", () => {
    const price = (init: MessageInitShape<typeof UsageSchema>) =>
      pricing().price("openai", "gpt-realtime", usageOf(init), at).costNanoUsd;
    // $4 input, $0.40 read, $32 audio, $16 output, $64 audio a million
    expect(price({ inputTokens: 100, inputAudioTokens: 40 })).toBe(60n * 4000n + 40n * 32_000n);
    expect(price({ outputTokens: 100, outputAudioTokens: 40 })).toBe(60n * 16_000n + 40n * 64_000n);
    expect(price({ inputTokens: 100, inputAudioTokens: 80, cacheReadTokens: 50 })).toBe(50n * 400n + 50n * 32_000n);
  });

  test("prices the whole request higher when its prompt is beyond a tier", () => {
    const price = (inputTokens: number) =>
      pricing().price("anthropic", "claude-sonnet-4-5", usageOf({ inputTokens, outputTokens: 10 }), at).costNanoUsd;
    expect(price(200_000)).toBe(200_000n * 3000n + 10n * 15_000n);
    expect(price(200_001)).toBe(200_001n * 6000n + 10n * 22_500n);
  });

  test("prices with what was in force when the request was made", () => {
    const usage = usageOf({ inputTokens: 1000, outputTokens: 1000 });
    const same = pricing();
    const price = (time: string) => same.price("openai", "o3", usage, Date.parse(time)).costNanoUsd;
    expect(price("2025-06-09T23:59:59Z")).toBe(50_000_000n);
    expect(price("2025-06-10T00:00:00Z")).toBe(10_000_000n);
    expect(price("2025-06-09T23:59:59Z")).toBe(50_000_000n);
  });

  test("adds what a request costs by itself", () => {
    const usage = usageOf({ inputTokens: 1000, outputTokens: 1000 });
    // $1 and $1 a million, $12 for 1000 requests
    expect(pricing().price("perplexity", "sonar", usage, at).costNanoUsd).toBe(14_000_000n);
  });

  test("agrees with the package's own calculation", () => {
    const models = ["gpt-4o-mini", "gpt-4o", "o3", "gpt-5", "claude-haiku-4-5", "claude-sonnet-4-5", "gemini-2.5-pro"];
    const tokens = fc.nat({ max: 400_000 });
    const parts = fc.record({ text: tokens, read: tokens, write: tokens, output: tokens });
    const priced = pricing();
    fc.assert(
      fc.property(fc.constantFrom(...models), parts, (model, { text, read, write, output }) => {
        const inputTokens = text + read + write;
        const usage = { inputTokens, cacheReadTokens: read, cacheWrite5mTokens: write, outputTokens: output };
        const expected = calcPrice(
          { input_tokens: inputTokens, cache_read_tokens: read, cache_write_tokens: write, output_tokens: output },
          model,
          { timestamp: new Date(at) },
        );
        const { costNanoUsd } = priced.price("some-proxy", model, usageOf(usage), at);
        expect(Math.abs(Number(costNanoUsd) - (expected?.total_price ?? Number.NaN) * 1e9)).toBeLessThan(0.51);
      }),
    );
  });
});

describe("a price that is not known", () => {
  const usage = usageOf({ inputTokens: 1000, outputTokens: 10 });
  const unknown = { costNanoUsd: null, cacheSavedNanoUsd: null, version: "" };

  test("is null for a model nobody lists, and has no price for a list", () => {
    expect(pricing().price("openai", "no-such-model", usage, at)).toEqual(unknown);
    expect(pricing().perMillion("openai", "no-such-model")).toBeUndefined();
    expect(pricing().price("my-server", "no-such-model", usage, at)).toEqual(unknown);
  });

  test("is null where a known provider does not list another's model", () => {
    expect(pricing().price("groq", "gpt-4o-mini", usage, at)).toEqual(unknown);
  });

  test("is null for tokens of a kind that has no rate", () => {
    expect(pricing().price("openai", "text-embedding-3-small", usage, at)).toEqual(unknown);
    expect(pricing().price("openai", "text-embedding-3-small", usageOf({ inputTokens: 1000 }), at).costNanoUsd).toBe(
      20_000n,
    );
    expect(pricing().price("openai", "whisper-1", usage, at)).toEqual(unknown);
  });

  test("is null, not 0, for a model that is listed without prices", () => {
    expect(pricing().price("openrouter", "deepseek/deepseek-r1:free", usage, at)).toEqual(unknown);
  });

  test("is null when nothing is known of the usage", () => {
    expect(pricing().price("openai", "gpt-4o-mini", create(UsageSchema), at)).toEqual(unknown);
    expect(pricing().price("openai", "gpt-4o-mini", usageOf({}), at).costNanoUsd).toBe(0n);
  });
});

describe("a provider", () => {
  const usage = usageOf({ inputTokens: 1_000_000 });

  test("goes by the catalogue's name for it where that differs", () => {
    const renamed = pricing({ names: { "team-a": "openai" } });
    expect(renamed.price("team-a", "gpt-4o-mini", usage, at).costNanoUsd).toBe(150_000_000n);
  });

  test("that the catalogue does not know is priced by the model alone", () => {
    expect(pricing().price("my-server", "gpt-4o-mini", usage, at).costNanoUsd).toBe(150_000_000n);
  });

  test("without prices of its own is not priced as another that serves the same model", () => {
    const local = pricing({ names: { local: undefined } });
    expect(local.price("local", "gpt-4o-mini", usage, at).costNanoUsd).toBeNull();
  });
});

describe("the context window", () => {
  test("is the catalogue's", () => {
    expect(pricing().contextWindow("openai", "gpt-4o-mini")).toBe(128_000);
    expect(pricing().contextWindow("anthropic", "claude-sonnet-4-5")).toBe(200_000);
  });

  test("is the catalogue's also where the price is not", () => {
    const overrides = [{ model: "openai/*", input: 1n, output: 1n }];
    expect(pricing({ overrides }).contextWindow("openai", "gpt-4o-mini")).toBe(128_000);
  });

  test("is not known of models that nobody lists, that are listed without, and of a provider without prices", () => {
    expect(pricing().contextWindow("openai", "no-such-model")).toBeUndefined();
    expect(pricing().contextWindow("openai", "whisper-1")).toBeUndefined();
    expect(pricing({ names: { local: undefined } }).contextWindow("local", "gpt-4o-mini")).toBeUndefined();
  });

  test("goes by the catalogue's name for the provider", () => {
    const renamed = pricing({ names: { "team-a": "openai" } });
    expect(renamed.contextWindow("team-a", "gpt-4o-mini")).toBe(128_000);
  });
});

test("a sum is rounded once, half up", () => {
  const overrides = [{ model: "a/b", input: 500_000n, output: 500_000n }];
  const price = (inputTokens: number, outputTokens: number) =>
    pricing({ overrides }).price("a", "b", usageOf({ inputTokens, outputTokens }), at).costNanoUsd;
  expect(price(1, 0)).toBe(1n);
  expect(price(1, 1)).toBe(1n);
  expect(price(2, 1)).toBe(2n);
});

test("costs beyond what a float holds stay exact", () => {
  const overrides = [{ model: "a/b", input: 999_999_999_999n, output: 1n }];
  const usage = usageOf({ inputTokens: 4_294_967_295 });
  const cost = (4_294_967_295n * 999_999_999_999n + 500_000n) / 1_000_000n;
  expect(pricing({ overrides }).price("a", "b", usage, at).costNanoUsd).toBe(cost);
});
