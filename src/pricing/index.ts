import { type Usage, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Clock } from "../core/clock.ts";
import type { Price, Pricing } from "../core/ports.ts";
import { type CatalogueModel, catalogueVersion, findModel, type RatesAt } from "./catalogue.ts";
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

/** Prices from the configuration, else from the catalogue of @pydantic/genai-prices; context windows are only there. */
export function createPricing({ overrides, providerIds, clock }: PricingOptions): Pricing {
  const override = createOverrides(overrides);

  const listed = remembering((provider, model): CatalogueModel | undefined => {
    const providerId = Object.hasOwn(providerIds, provider) ? providerIds[provider] : provider;
    return providerId === null || providerId === undefined ? undefined : findModel(providerId, model);
  });

  const sourceOf = remembering((provider, model): Source | undefined => {
    const configured = override(`${provider}/${model}`);
    if (configured !== undefined) return { ratesAt: () => configured, version: "config" };
    const found = listed(provider, model);
    return found && { ratesAt: found.ratesAt, version: catalogueVersion };
  });

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

    contextWindow: (provider, model) => listed(provider, model)?.contextWindow,
  };
}

/** Looks each model up once. */
function remembering<Found>(find: (provider: string, model: string) => Found) {
  const known = new Map<string, Found>();
  return (provider: string, model: string): Found | undefined => {
    const name = `${provider}/${model}`;
    const before = known.get(name);
    if (before !== undefined || known.has(name)) return before;
    if (known.size >= remembered) known.clear();
    const found = find(provider, model);
    known.set(name, found);
    return found;
  };
}

const saysNothing = (usage: Usage): boolean =>
  usage.source === UsageSource.UNSPECIFIED && usage.inputTokens === 0 && usage.outputTokens === 0;
