import type { Pricing } from "../core/ports.ts";
import type { Strategy, TargetSpec } from "../core/routing.ts";
import type { Latency } from "./health/types.ts";

export interface OrderDeps {
  readonly latency: (provider: string, model: string) => Latency;
  readonly pricing: () => Pricing;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Counts up, for targets that take turns. */
  readonly turn: () => number;
}

/** A typical answer: the time until it is there decides, not only that of its first token. */
const typicalTokens = 300;

/** What a million tokens cost when three of four are input, as is usual. */
const inputShare = 3n;

/** The targets in the order in which they are to be tried. */
export function inOrder(strategy: Strategy, targets: readonly TargetSpec[], deps: OrderDeps): readonly TargetSpec[] {
  switch (strategy) {
    case "fallback":
      return targets;
    case "weighted":
      // drawn without putting back: the smallest of exponentially distributed times, as the weights have it, is first
      return ascending(targets, ({ weight }) => -Math.log(1 - deps.random()) / weight);
    case "round-robin": {
      const first = deps.turn() % targets.length;
      return [...targets.slice(first), ...targets.slice(0, first)];
    }
    case "least-latency":
      return ascending(targets, ({ provider, model }) => expectedUs(deps.latency(provider, model)));
    case "least-cost":
      return ascending(targets, (target) => costOf(target, deps.pricing()));
    case "least-busy":
      return ascending(targets, ({ provider, model, weight }) => deps.latency(provider, model).inFlight / weight);
    default:
      return strategy satisfies never;
  }
}

/** Equal ones stay in the order in which they are configured. */
function ascending(targets: readonly TargetSpec[], score: (target: TargetSpec) => number): readonly TargetSpec[] {
  return targets
    .map((target) => ({ target, score: score(target) }))
    .sort((a, b) => a.score - b.score)
    .map(({ target }) => target);
}

/** How long a typical answer takes. What has not been tried for a while is tried: it counts as the fastest. */
function expectedUs({ firstTokenUs, tokensPerSecond }: Latency): number {
  if (firstTokenUs === undefined) return 0;
  return firstTokenUs + (tokensPerSecond === undefined ? 0 : (typicalTokens / tokensPerSecond) * 1e6);
}

/** An unknown price is no low one. */
function costOf({ provider, model }: TargetSpec, pricing: Pricing): number {
  const price = pricing.perMillion(provider, model);
  return price === undefined ? Number.MAX_VALUE : Number(price.input * inputShare + price.output);
}
