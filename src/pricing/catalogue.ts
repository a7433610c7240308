import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { calcPrice, findProvider, type ModelPrice, type PriceCalculation } from "@pydantic/genai-prices";
import { nanoUsd } from "../core/usd.ts";
import { flatRate, type Rate, type Rates, type RatesAt } from "./rates.ts";

const packageName = "@pydantic/genai-prices";

/** For example "genai-prices@0.1.8". */
export const catalogueVersion = readVersion();

function readVersion(): string {
  const file = findPackageJSON(packageName, import.meta.url);
  const manifest: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8"));
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return `genai-prices@${hasVersion ? manifest.version : "unknown"}`;
}

/** What the catalogue knows of a model. */
export interface CatalogueModel {
  readonly ratesAt: RatesAt;
  /** Tokens of the longest prompt; undefined when unknown. */
  readonly contextWindow: number | undefined;
}

/** Prices can depend on the date and the time of day; they are looked up anew when the minute changes. */
const minuteMs = 60_000;

/**
 * Finds a model in the catalogue. `providerId`: the catalogue's, or a name like it. A provider that it does not know can
 * still serve a model that it knows by name; of a provider that it knows, only the models that it lists are known.
 */
export function findModel(providerId: string, model: string): CatalogueModel | undefined {
  const provider = findProvider({ providerId });
  const found = calcPrice({}, model, provider === undefined ? {} : { provider });
  return found === null ? undefined : { ratesAt: ratesOver(found, model), contextWindow: found.model.context_window };
}

function ratesOver({ model: info, provider }: PriceCalculation, model: string): RatesAt {
  if (!Array.isArray(info.prices)) {
    const rates = ratesOf(info.prices);
    return () => rates;
  }
  const only = { ...provider, models: [info], fallback_model_providers: [] };
  let minute = Number.NaN;
  let rates: Rates | undefined;
  return (at) => {
    const now = Math.floor(at / minuteMs);
    if (now !== minute) {
      minute = now;
      const priced = calcPrice({}, model, { provider: only, timestamp: new Date(at) });
      rates = priced === null ? undefined : ratesOf(priced.model_price);
    }
    return rates;
  };
}

/** Kinds of output that no usage counts here, although these models' answers have them: their price is not known. */
const uncounted = ["output_citation_mtok", "output_video_mtok"];

/**
 * The catalogue's keys are documented in its README: tokens of a kind without a key of its own cost what the nearest
 * wider kind costs. A model without any is one whose price it does not know, or that is free: it does not say which.
 * Images and films in prompts have a price of their own only where nobody is asked from here.
 */
function ratesOf(prices: ModelPrice): Rates | undefined {
  if (Object.keys(prices).length === 0 || uncounted.some((key) => key in prices)) return undefined;
  const rate = (key: string): Rate | undefined => {
    const price = prices[key];
    if (price === undefined) return undefined;
    if (typeof price === "number") return flatRate(nanoUsd(price));
    const tiers = price.tiers.map((tier) => ({ above: tier.start, rate: nanoUsd(tier.price) }));
    return { base: nanoUsd(price.base), tiers: tiers.sort((a, b) => a.above - b.above) };
  };
  const perThousand = (key: string): bigint | undefined => {
    const price = prices[key];
    return typeof price === "number" ? nanoUsd(price) : undefined;
  };
  const input = rate("input_mtok");
  const output = rate("output_mtok");
  const cacheRead = rate("cache_read_mtok") ?? input;
  const cacheWrite = rate("cache_write_mtok") ?? input;
  return {
    input,
    cacheRead,
    cacheReadAudio: rate("cache_audio_read_mtok") ?? cacheRead,
    cacheWrite5m: rate("cache_write_5m_mtok") ?? cacheWrite,
    cacheWrite1h: rate("cache_write_1h_mtok") ?? cacheWrite,
    inputAudio: rate("input_audio_mtok") ?? input,
    output,
    reasoning: rate("output_reasoning_mtok") ?? output,
    outputAudio: rate("output_audio_mtok") ?? output,
    outputImage: rate("output_image_mtok") ?? output,
    webSearches: perThousand("web_searches_kcount"),
    fileSearches: perThousand("storage_searches_kcount"),
    requests: perThousand("requests_kcount") ?? 0n,
  };
}

/** US dollars → nano-dollars. */
