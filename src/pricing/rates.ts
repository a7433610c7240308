import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";

/** Nano-dollars a million tokens. */
export interface Rate {
  readonly base: bigint;
  /** The rate of all tokens of a request whose prompt has more than `above` tokens; rising. */
  readonly tiers: readonly { readonly above: number; readonly rate: bigint }[];
}

/** What is paid for by kind; undefined: unknown. */
export interface Rates {
  readonly input: Rate | undefined;
  readonly cacheRead: Rate | undefined;
  readonly cacheReadAudio: Rate | undefined;
  readonly cacheWrite5m: Rate | undefined;
  readonly cacheWrite1h: Rate | undefined;
  readonly inputAudio: Rate | undefined;
  readonly output: Rate | undefined;
  readonly reasoning: Rate | undefined;
  readonly outputAudio: Rate | undefined;
  readonly outputImage: Rate | undefined;
  /** Nano-dollars for a thousand of them, as the next two. */
  readonly webSearches: bigint | undefined;
  readonly fileSearches: bigint | undefined;
  /** Each is paid for beside its tokens. */
  readonly requests: bigint;
}

/** A model's rates at a time in ms since 1970. undefined: it has no price. */
export type RatesAt = (at: number) => Rates | undefined;

/** Where the price of a model comes from. */
export interface Source {
  readonly ratesAt: RatesAt;
  readonly version: string;
}

/** In nano-dollars. */
export interface Cost {
  readonly cost: bigint;
  /** How much more it would be if nothing had come from a cache, or been written to one. null: unknown. */
  readonly saved: bigint | null;
}

export const flatRate = (base: bigint): Rate => ({ base, tiers: [] });

const million = 1_000_000n;

/**
 * Exact sums in whole numbers, rounded once, half up. null when there is something of a kind whose rate is unknown. The
 * details of a usage are parts of its totals; what is left of a total has the general rate. Where the details are more
 * than the total, audio that was read from a cache counts as cached.
 */
export function costOf(usage: Usage, rates: Rates): Cost | null {
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, outputTokens } = usage;
  const uncached = Math.max(0, inputTokens - cacheReadTokens - cacheWrite5mTokens - cacheWrite1hTokens);
  const cachedAudio = Math.min(usage.cacheReadAudioTokens, cacheReadTokens);
  const inputAudio = Math.min(Math.max(0, usage.inputAudioTokens - cachedAudio), uncached);
  const outputAudio = Math.min(usage.outputAudioTokens, outputTokens);
  const outputImage = Math.min(usage.outputImageTokens, outputTokens - outputAudio);
  const reasoning = Math.min(usage.reasoningTokens, outputTokens - outputAudio - outputImage);
  const tokens = new Sum(inputTokens);
  tokens.add(uncached - inputAudio, rates.input);
  tokens.add(inputAudio, rates.inputAudio);
  tokens.add(outputTokens - outputAudio - outputImage - reasoning, rates.output);
  tokens.add(reasoning, rates.reasoning);
  tokens.add(outputAudio, rates.outputAudio);
  tokens.add(outputImage, rates.outputImage);
  const plain = tokens.micros;
  tokens.add(cacheReadTokens - cachedAudio, rates.cacheRead);
  tokens.add(cachedAudio, rates.cacheReadAudio);
  tokens.add(cacheWrite5mTokens, rates.cacheWrite5m);
  tokens.add(cacheWrite1hTokens, rates.cacheWrite1h);
  const beside = costBeside(usage, rates);
  if (tokens.micros === null || beside === null) return null;
  const cost = rounded(tokens.micros) + beside;
  const cached = cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
  if (cached === 0) return { cost, saved: 0n };
  const uncachedInstead = new Sum(inputTokens, plain);
  uncachedInstead.add(cached - cachedAudio, rates.input);
  uncachedInstead.add(cachedAudio, rates.inputAudio);
  return { cost, saved: uncachedInstead.micros === null ? null : rounded(uncachedInstead.micros) + beside - cost };
}

/** Millionths of nano-dollars, rounded to whole ones. */
const rounded = (micros: bigint): bigint => (micros + million / 2n) / million;

/** Of tokens of one request. */
class Sum {
  /** In millionths of a nano-dollar. null: there were tokens without a rate. */
  micros: bigint | null;
  readonly #inputTokens: number;

  constructor(inputTokens: number, micros: bigint | null = 0n) {
    this.#inputTokens = inputTokens;
    this.micros = micros;
  }

  add(tokens: number, rate: Rate | undefined): void {
    if (tokens === 0 || this.micros === null) return;
    this.micros = rate === undefined ? null : this.micros + BigInt(tokens) * rateFor(rate, this.#inputTokens);
  }
}

/** What is paid for by the piece. null: unknown. */
function costBeside({ webSearches, fileSearches }: Usage, rates: Rates): bigint | null {
  let thousandths = rates.requests;
  if (webSearches > 0) {
    if (rates.webSearches === undefined) return null;
    thousandths += BigInt(webSearches) * rates.webSearches;
  }
  if (fileSearches > 0) {
    if (rates.fileSearches === undefined) return null;
    thousandths += BigInt(fileSearches) * rates.fileSearches;
  }
  return (thousandths + 500n) / 1000n;
}

function rateFor({ base, tiers }: Rate, inputTokens: number): bigint {
  let rate = base;
  for (const tier of tiers) if (inputTokens > tier.above) rate = tier.rate;
  return rate;
}
