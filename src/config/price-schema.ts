import * as z from "zod";
import type { PriceOverride, TokenPrices } from "../core/price.ts";
import { unusualTier } from "../core/service-tier.ts";
import { nanoUsd } from "../core/usd.ts";
import { countFrom, numberOf, text } from "./fields.ts";

/** What the file may say of prices. */

/** US dollars to nano-dollars. */
const dollars = (each: string) =>
  numberOf((price) => price >= 0 && price <= 1e6, `US dollars ${each}, from 0 to 1000000, such as 0.4`).transform(
    (price) => nanoUsd(price),
  );

const perMillion = dollars("a million tokens");
const perThousand = dollars("for a thousand");

const kinds = {
  cache_read: perMillion.nullish().describe("… of input tokens read from the provider's cache."),
  cache_read_audio: perMillion.nullish().describe("… of those that are audio. Default: as cache_read."),
  cache_write_5m: perMillion.nullish().describe("… of input tokens written to the cache for 5 minutes."),
  cache_write_1h: perMillion.nullish().describe("… of input tokens written to the cache for an hour."),
  input_audio: perMillion.nullish().describe("… of input tokens that are audio."),
  output_audio: perMillion.nullish().describe("… of output tokens that are audio."),
  output_image: perMillion.nullish().describe("… of output tokens that are images."),
};

const above = z.strictObject({
  tokens: countFrom(1).describe("The prompt has more tokens than this: then these prices are for all of the request."),
  input: perMillion.describe("US dollars a million input tokens."),
  output: perMillion.describe("US dollars a million output tokens."),
  ...kinds,
});

const expectedPrice = "is missing: expected US dollars a million tokens, or a factor in place of prices";

export const priceSchema = z
  .strictObject({
    model: z
      .string()
      .refine((name) => /[/*]/.test(name), { error: "expected provider/model, where * stands for any characters" })
      .describe("provider/model; * stands for any characters. The first entry that fits counts."),
    service_tier: text
      .nullish()
      .describe("Only for what the provider has served so: flex, priority, …; default: as usual. Default: all."),
    input: perMillion.nullish().describe("US dollars a million input tokens."),
    output: perMillion.nullish().describe("US dollars a million output tokens."),
    ...kinds,
    above: z.array(above).nullish().describe("Prices of requests with long prompts."),
    web_searches: perThousand.nullish().describe("US dollars for a thousand searches of the web by the provider."),
    file_searches: perThousand.nullish().describe("US dollars for a thousand searches of files by the provider."),
    requests: perThousand.nullish().describe("US dollars for a thousand requests, beside their tokens. Default: 0."),
    factor: numberOf((value) => value >= 0 && value <= 1000, "a number from 0 to 1000, such as 0.5")
      .nullish()
      .describe("In place of prices: so many times what holds without this entry."),
  })
  .check(({ value, issues }) => {
    const fault = (path: PropertyKey[], message: string): void => {
      issues.push({ code: "custom", path, message, input: value });
    };
    const { model: _model, service_tier: _tier, factor, ...prices } = value;
    if (factor !== undefined && factor !== null) {
      const given = Object.entries(prices).find(([, price]) => price !== undefined && price !== null);
      if (given !== undefined) fault([given[0]], "does not go with 'factor': an entry has prices or a factor");
      return;
    }
    for (const name of ["input", "output"] as const) {
      if (value[name] === undefined || value[name] === null) fault([name], expectedPrice);
    }
    let last = 0;
    for (const [i, { tokens }] of (value.above ?? []).entries()) {
      if (tokens <= last) fault(["above", i, "tokens"], `expected more than ${last}, the one before: they rise`);
      last = tokens;
    }
  })
  .meta({
    anyOf: [
      { properties: { input: {}, output: {} }, required: ["input", "output"] },
      { properties: { factor: {} }, required: ["factor"] },
    ],
  });

type Prices = z.output<typeof above>;

export function readPrice(entry: z.output<typeof priceSchema>): PriceOverride {
  const { model, service_tier: tier, factor, input, output } = entry;
  const serviceTier = tier === undefined || tier === null ? undefined : unusualTier(tier);
  if (factor !== undefined && factor !== null) return { model, serviceTier, factor };
  return {
    model,
    serviceTier,
    ...readTokens({ ...entry, input: input ?? 0n, output: output ?? 0n }),
    above: entry.above?.map((tier) => ({ tokens: tier.tokens, ...readTokens(tier) })),
    webSearches: entry.web_searches ?? undefined,
    fileSearches: entry.file_searches ?? undefined,
    requests: entry.requests ?? undefined,
  };
}

const readTokens = (prices: Omit<Prices, "tokens">): TokenPrices => ({
  input: prices.input,
  output: prices.output,
  cacheRead: prices.cache_read ?? undefined,
  cacheReadAudio: prices.cache_read_audio ?? undefined,
  cacheWrite5m: prices.cache_write_5m ?? undefined,
  cacheWrite1h: prices.cache_write_1h ?? undefined,
  inputAudio: prices.input_audio ?? undefined,
  outputAudio: prices.output_audio ?? undefined,
  outputImage: prices.output_image ?? undefined,
});
