import { wildcard } from "../lib/wildcard.ts";
import { flatRate, type Rates } from "./rates.ts";

/** A price from the configuration, in nano-dollars a million tokens. What is undefined costs what input or output costs. */
export interface PriceOverride {
  /** "provider/model", where * stands for any characters. */
  readonly model: string;
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead?: bigint | undefined;
  readonly cacheWrite5m?: bigint | undefined;
  readonly cacheWrite1h?: bigint | undefined;
  readonly inputAudio?: bigint | undefined;
  readonly outputAudio?: bigint | undefined;
}

/** Looks "provider/model" up: the first override that fits counts. */
export function createOverrides(overrides: readonly PriceOverride[]): (name: string) => Rates | undefined {
  const entries = overrides.map((override) => ({ fits: wildcard(override.model), rates: ratesOf(override) }));
  return (name) => entries.find(({ fits }) => fits(name))?.rates;
}

function ratesOf(override: PriceOverride): Rates {
  const { input, output } = override;
  return {
    input: flatRate(input),
    cacheRead: flatRate(override.cacheRead ?? input),
    cacheWrite5m: flatRate(override.cacheWrite5m ?? input),
    cacheWrite1h: flatRate(override.cacheWrite1h ?? override.cacheWrite5m ?? input),
    inputAudio: flatRate(override.inputAudio ?? input),
    output: flatRate(output),
    reasoning: flatRate(output),
    outputAudio: flatRate(override.outputAudio ?? output),
    request: 0n,
  };
}
