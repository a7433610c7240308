import { type Usage, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Clock } from "../core/clock.ts";
import type { Price, Pricing } from "../core/ports.ts";
import { type PriceOverride, reportedVersion } from "../core/price.ts";
import { type CatalogueModel, catalogueVersion, findModel } from "./catalogue.ts";
import { createOverrides } from "./overrides.ts";
import { costOf, type Source } from "./rates.ts";

export interface PricingOptions {
  /** They go before the catalogue. */
  readonly overrides: readonly PriceOverride[];
  /** The catalogue's name for a provider, by ours. undefined: its prices are not known, whatever its models are called. */
  readonly catalogueName: (provider: string) => string | undefined;
  readonly clock: Clock;
}

/** Model names come from clients: so many are remembered, then all are forgotten. */
const remembered = 10_000;

const unknown: Price = { costNanoUsd: null, cacheSavedNanoUsd: null, version: "" };

/**
 * Prices from the configuration, else from the catalogue of @pydantic/genai-prices, else what the provider says; context
 * windows are only in the catalogue. It has no prices of service tiers: what was served in one, and has no price in the
 * configuration, has none.
 */
export function createPricing({ overrides, catalogueName, clock }: PricingOptions): Pricing {
  const override = createOverrides(overrides);

  const listed = remembering((provider, model): CatalogueModel | undefined => {
    const providerId = catalogueName(provider);
    return providerId === undefined ? undefined : findModel(providerId, model);
  });

  const sourceOf = remembering((provider, model, tier): Source | undefined =>
    override(`${provider}/${model}`, tier, () => {
      const found = listed(provider, model);
      return found && { ratesAt: found.ratesAt, version: catalogueVersion };
    }),
  );

  return {
    price(provider, model, usage, at) {
      const source = saysNothing(usage) ? undefined : sourceOf(provider, model, usage.serviceTier);
      const rates = source?.ratesAt(at);
      const computed = rates === undefined ? null : costOf(usage, rates);
      if (source === undefined || computed === null) return reported(usage);
      return { costNanoUsd: computed.cost, cacheSavedNanoUsd: computed.saved, version: source.version };
    },

    perMillion(provider, model) {
      const rates = sourceOf(provider, model)?.ratesAt(clock.now());
      if (rates?.input === undefined || rates.output === undefined) return undefined;
      return { input: rates.input.base, output: rates.output.base };
    },

    contextWindow: (provider, model) => listed(provider, model)?.contextWindow,
  };
}

/** The provider's word for it, where it says any. What it has saved by its cache is not in that. */
const reported = ({ reportedCostNanoUsd: costNanoUsd }: Usage): Price =>
  costNanoUsd === undefined ? unknown : { costNanoUsd, cacheSavedNanoUsd: null, version: reportedVersion };

/** Looks each model up once. */
function remembering<Found>(find: (provider: string, model: string, tier: string) => Found) {
  const known = new Map<string, Found>();
  return (provider: string, model: string, tier = ""): Found | undefined => {
    const name = `${tier}\n${provider}/${model}`;
    const before = known.get(name);
    if (before !== undefined || known.has(name)) return before;
    if (known.size >= remembered) known.clear();
    const found = find(provider, model, tier);
    known.set(name, found);
    return found;
  };
}

const saysNothing = (usage: Usage): boolean =>
  usage.source === UsageSource.UNSPECIFIED && usage.inputTokens === 0 && usage.outputTokens === 0;
