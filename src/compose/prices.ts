import type { Config } from "../config/config.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Pricing } from "../core/ports.ts";
import type { LedgerRepricing } from "../core/reprice.ts";
import { createLedgerRepricing } from "../ledger/index.ts";
import { createPricing } from "../pricing/index.ts";
import { demoPreset } from "../upstreams/demo/index.ts";
import { presets } from "../upstreams/presets/index.ts";
import { presetOf } from "./providers.ts";

/** The prices of a configuration's providers, and of those known by name that were there once. */
export function pricingOf(config: Config, clock: Clock): Pricing {
  const names = new Map([
    ...presets.map((preset) => [preset.name, preset.priceProvider] as const),
    ...config.providers.map((provider) => [provider.name, presetOf(provider).priceProvider] as const),
  ]);
  const free = { model: `${demoPreset.name}/*`, input: 0n, output: 0n };
  return createPricing({
    clock,
    overrides: [...config.prices, free],
    catalogueName: (provider) => names.get(provider),
  });
}

/** The rows of a configuration's store, to be priced anew with its prices. */
export const openRepricing = (config: Config): LedgerRepricing =>
  createLedgerRepricing({ store: config.store, clock: systemClock }, pricingOf(config, systemClock));
