import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";

/** Nano-dollars a million tokens. */
export interface Rate {
  readonly base: bigint;
  /** The rate of all tokens of a request whose prompt has more than `above` tokens; rising. */
  readonly tiers: readonly { readonly above: number; readonly rate: bigint }[];
}

/** What tokens cost by kind; undefined: unknown. */
export interface Rates {
  readonly input: Rate | undefined;
  readonly cacheRead: Rate | undefined;
  readonly cacheWrite5m: Rate | undefined;
  readonly cacheWrite1h: Rate | undefined;
  readonly inputAudio: Rate | undefined;
  readonly output: Rate | undefined;
  readonly reasoning: Rate | undefined;
  readonly outputAudio: Rate | undefined;
  /** Nano-dollars a request. */
  readonly request: bigint;
}

export const flatRate = (base: bigint): Rate => ({ base, tiers: [] });

const million = 1_000_000n;

/**
 * The cost in nano-dollars: exact sums in whole numbers, rounded once, half up. null when there are tokens of a kind
 * whose rate is unknown. The details of a usage are parts of its totals; what is left of a total has the general rate.
 * Where the details are more than the total, audio that was read from a cache counts as cached.
 */
export function costOf(usage: Usage, rates: Rates): bigint | null {
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = usage;
  const uncached = Math.max(0, inputTokens - cacheReadTokens - cacheWrite5mTokens - cacheWrite1hTokens);
  const inputAudio = Math.min(usage.inputAudioTokens, uncached);
  const outputAudio = Math.min(usage.outputAudioTokens, outputTokens);
  const reasoning = Math.min(usage.reasoningTokens, outputTokens - outputAudio);
  let cost = 0n;
  let known = true;
  const add = (tokens: number, rate: Rate | undefined): void => {
    if (tokens === 0) return;
    if (rate === undefined) known = false;
    else cost += BigInt(tokens) * rateFor(rate, inputTokens);
  };
  add(uncached - inputAudio, rates.input);
  add(cacheReadTokens, rates.cacheRead);
  add(cacheWrite5mTokens, rates.cacheWrite5m);
  add(cacheWrite1hTokens, rates.cacheWrite1h);
  add(inputAudio, rates.inputAudio);
  add(outputTokens - outputAudio - reasoning, rates.output);
  add(reasoning, rates.reasoning);
  add(outputAudio, rates.outputAudio);
  return known ? (cost + million / 2n) / million + rates.request : null;
}

function rateFor({ base, tiers }: Rate, inputTokens: number): bigint {
  let rate = base;
  for (const tier of tiers) if (inputTokens > tier.above) rate = tier.rate;
  return rate;
}
