import type { LatencyStatus } from "../../core/health.ts";
import type { Latency } from "./types.ts";

/** The weight of a new sample: about the last 20 count (2 ÷ (n + 1), as is usual for moving averages over n samples). */
const sampleWeight = 2 / 21;
/** An average whose last sample is older is forgotten: what was slow then is tried again some time. */
const forgottenAfterMs = 5 * 60_000;
const mostSamples = 100;
/** Of fewer samples nobody knows the 95th percentile. */
const leastSamples = 20;

/** An exponentially weighted moving average. */
class Average {
  readonly #now: () => number;
  #value = 0;
  #at = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  get value(): number | undefined {
    return this.#now() - this.#at > forgottenAfterMs ? undefined : this.#value;
  }

  add(sample: number): void {
    const before = this.value ?? sample;
    this.#value = before + (sample - before) * sampleWeight;
    this.#at = this.#now();
  }
}

/** The last samples of a time until an answer began. */
class Beginnings {
  readonly average: Average;
  readonly #samples: number[] = [];
  #oldest = 0;
  #p95: number | undefined;

  constructor(now: () => number) {
    this.average = new Average(now);
  }

  get p95(): number | undefined {
    if (this.#samples.length < leastSamples) return undefined;
    this.#p95 ??= this.#samples.toSorted((a, b) => a - b)[Math.ceil(this.#samples.length * 0.95) - 1];
    return this.#p95;
  }

  add(us: number): void {
    this.average.add(us);
    this.#p95 = undefined;
    if (this.#samples.length < mostSamples) this.#samples.push(us);
    else {
      this.#samples[this.#oldest] = us;
      this.#oldest = (this.#oldest + 1) % mostSamples;
    }
  }
}

/** How fast one model of one provider is. */
export class ModelLatency implements Latency {
  readonly #streams: Beginnings;
  readonly #wholes: Beginnings;
  readonly #speed: Average;
  #inFlight = 0;

  constructor(now: () => number) {
    this.#streams = new Beginnings(now);
    this.#wholes = new Beginnings(now);
    this.#speed = new Average(now);
  }

  /** Of streams, where any are known: an answer that was asked for whole begins when it is there. */
  get firstTokenUs(): number | undefined {
    return this.#streams.average.value ?? this.#wholes.average.value;
  }

  get tokensPerSecond(): number | undefined {
    return this.#speed.value;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  p95Us(stream: boolean): number | undefined {
    return (stream ? this.#streams : this.#wholes).p95;
  }

  enter(): void {
    this.#inFlight += 1;
  }

  leave(): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
  }

  began(stream: boolean, afterUs: number): void {
    (stream ? this.#streams : this.#wholes).add(afterUs);
  }

  /** Of no tokens, or in no time, nothing is learnt. */
  served(outputTokens: number, overUs: number): void {
    if (outputTokens > 0 && overUs > 0) this.#speed.add((outputTokens * 1e6) / overUs);
  }

  status(provider: string, model: string): LatencyStatus {
    return {
      provider,
      model,
      firstTokenUs: this.firstTokenUs,
      tokensPerSecond: this.tokensPerSecond,
      p95FirstTokenUs: this.p95Us(true) ?? this.p95Us(false),
      inFlight: this.#inFlight,
    };
  }
}
