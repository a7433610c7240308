import { createHash } from "node:crypto";
import { configuredVersion, type OwnPrice, type PriceOverride, type TokenPrices } from "../core/price.ts";
import { wildcard } from "../lib/wildcard.ts";
import type { Rate, Rates, RatesAt, Source } from "./rates.ts";

/**
 * Looks up what the configuration says of "provider/model", served in a tier. `listed`: the price as usual where it says
 * nothing, of which it may want a multiple. undefined: not known.
 */
export type FindPrice = (name: string, tier: string, listed: () => Source | undefined) => Source | undefined;

export function createOverrides(overrides: readonly PriceOverride[]): FindPrice {
  const entries = overrides.map((override) => ({
    fits: wildcard(override.model),
    tier: override.serviceTier,
    version: configuredVersion(hashOf(override)),
    ...("factor" in override
      ? { rates: undefined, millionths: BigInt(Math.round(override.factor * 1e6)) }
      : { rates: ratesOf(override), millionths: 0n }),
  }));

  function find(from: number, name: string, tier: string, listed: () => Source | undefined): Source | undefined {
    const at = entries.findIndex(
      (entry, i) => i >= from && (entry.tier === undefined || entry.tier === tier) && entry.fits(name),
    );
    const entry = entries[at];
    if (entry === undefined) return tier === "" ? listed() : undefined;
    const { rates, version, millionths } = entry;
    if (rates !== undefined) return { ratesAt: () => rates, version };
    const other = find(at + 1, name, entry.tier === undefined ? tier : "", listed);
    return other && { ratesAt: multiple(other.ratesAt, millionths), version: `${version}*${other.version}` };
  }
  return (name, tier, listed) => find(0, name, tier, listed);
}

/** Short, and another one when anything of the entry changes. */
function hashOf(override: PriceOverride): string {
  const text = JSON.stringify(override, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

type TokenKind = keyof TokenPrices;

/** The nearest wider kind. Of what is written for an hour that is what is written for five minutes. */
const wider: Readonly<Record<Exclude<TokenKind, "input" | "output">, TokenKind>> = {
  cacheRead: "input",
  cacheReadAudio: "cacheRead",
  cacheWrite5m: "input",
  cacheWrite1h: "cacheWrite5m",
  inputAudio: "input",
  outputAudio: "output",
  outputImage: "output",
};

function ratesOf(override: OwnPrice): Rates {
  const { above = [] } = override;
  const rate = (kind: TokenKind): Rate => {
    const own = override[kind];
    const next = kind === "input" || kind === "output" ? undefined : rate(wider[kind]);
    let current = own ?? next?.base ?? 0n;
    const base = current;
    const tiers = above.map((tier, i) => {
      current = tier[kind] ?? (own === undefined ? next?.tiers[i]?.rate : undefined) ?? current;
      return { above: tier.tokens, rate: current };
    });
    return { base, tiers };
  };
  return {
    input: rate("input"),
    cacheRead: rate("cacheRead"),
    cacheReadAudio: rate("cacheReadAudio"),
    cacheWrite5m: rate("cacheWrite5m"),
    cacheWrite1h: rate("cacheWrite1h"),
    inputAudio: rate("inputAudio"),
    output: rate("output"),
    reasoning: rate("output"),
    outputAudio: rate("outputAudio"),
    outputImage: rate("outputImage"),
    webSearches: override.webSearches,
    fileSearches: override.fileSearches,
    requests: override.requests ?? 0n,
  };
}

/** The rates times a number of millionths, made once for each rates. */
function multiple(ratesAt: RatesAt, millionths: bigint): RatesAt {
  let one: Rates | undefined;
  let made: Rates | undefined;
  return (at) => {
    const rates = ratesAt(at);
    if (rates !== one) {
      one = rates;
      made = rates && scaled(rates, millionths);
    }
    return made;
  };
}

/** Of what is paid for by the piece, vendors make no difference by tier. */
function scaled(rates: Rates, millionths: bigint): Rates {
  const times = (amount: bigint): bigint => (amount * millionths + 500_000n) / 1_000_000n;
  const rate = (of: Rate | undefined): Rate | undefined =>
    of && { base: times(of.base), tiers: of.tiers.map((tier) => ({ above: tier.above, rate: times(tier.rate) })) };
  return {
    ...rates,
    input: rate(rates.input),
    cacheRead: rate(rates.cacheRead),
    cacheReadAudio: rate(rates.cacheReadAudio),
    cacheWrite5m: rate(rates.cacheWrite5m),
    cacheWrite1h: rate(rates.cacheWrite1h),
    inputAudio: rate(rates.inputAudio),
    output: rate(rates.output),
    reasoning: rate(rates.reasoning),
    outputAudio: rate(rates.outputAudio),
    outputImage: rate(rates.outputImage),
  };
}
