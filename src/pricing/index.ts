import { type Usage, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Clock } from "../core/clock.ts";
import type { Price, Pricing } from "../core/ports.ts";
import { catalogueVersion, findRates, type RatesAt } from "./catalogue.ts";
import { createOverrides, type PriceOverride } from "./overrides.ts";
import { costOf } from "./rates.ts";

export type { PriceOverride } from "./overrides.ts";

export interface PricingOptions {
  /** They go before the catalogue. */
  readonly overrides: readonly PriceOverride[];
  /**
   * The catalogue's name for a provider, by ours. null: its prices are not known, whatever its models are called.
   * A provider that is not here goes by its own name.
   */
  readonly providerIds: Readonly<Record<string, string | null>>;
  readonly clock: Clock;
}

interface Source {
  readonly ratesAt: RatesAt;
  readonly version: string;
}

/** Model names come from clients: so many are remembered, then all are forgotten. */
const remembered = 10_000;

const unknown: Price = { costNanoUsd: null, version: "" };

/** Prices from the configuration, else from the catalogue of @pydantic/genai-prices; a model is looked up once. */
export function createPricing({ overrides, providerIds, clock }: PricingOptions): Pricing {
  const override = createOverrides(overrides);
  const sources = new Map<string, Source | undefined>();

  function sourceOf(provider: string, model: string): Source | undefined {
    const name = `${provider}/${model}`;
    const source = sources.get(name);
    if (source !== undefined || sources.has(name)) return source;
    if (sources.size >= remembered) sources.clear();
    const found = findSource(name, provider, model);
    sources.set(name, found);
    return found;
  }

  function findSource(name: string, provider: string, model: string): Source | undefined {
    const configured = override(name);
    if (configured !== undefined) return { ratesAt: () => configured, version: "config" };
    const providerId = Object.hasOwn(providerIds, provider) ? providerIds[provider] : provider;
    if (providerId === null || providerId === undefined) return undefined;
    const ratesAt = findRates(providerId, model);
    return ratesAt === undefined ? undefined : { ratesAt, version: catalogueVersion };
  }

  return {
    price(provider, model, usage, at) {
      if (saysNothing(usage)) return unknown;
      const source = sourceOf(provider, model);
      const rates = source?.ratesAt(at);
      if (source === undefined || rates === undefined) return unknown;
      const costNanoUsd = costOf(usage, rates);
      return costNanoUsd === null ? unknown : { costNanoUsd, version: source.version };
    },

    perMillion(provider, model) {
      const rates = sourceOf(provider, model)?.ratesAt(clock.now());
      if (rates?.input === undefined || rates.output === undefined) return undefined;
      return { input: rates.input.base, output: rates.output.base };
    },
  };
}

const saysNothing = (usage: Usage): boolean =>
  usage.source === UsageSource.UNSPECIFIED && usage.inputTokens === 0 && usage.outputTokens === 0;
