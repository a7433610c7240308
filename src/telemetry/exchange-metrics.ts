import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { ExchangeRow } from "../core/exchange.ts";
import type { AttemptStep, Trail } from "../core/trail.ts";
import { totalTokens } from "../core/usage.ts";
import { Counters, Histograms, type MetricFamily } from "./families.ts";
import { type ModelNames, unknown } from "./model-names.ts";

/** From a cache's answer to the longest reasoning; in s. */
const durations = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600];
const firstTokens = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60];
const overheads = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** What is counted of exchanges that are over. Every label's values are few: see `ModelNames`. */
export class ExchangeMetrics {
  readonly #models: ModelNames;
  readonly #requests = new Counters({
    name: "causeway_requests",
    help: "Exchanges that are over. The code says why one failed.",
    labels: ["facade", "provider", "model", "status", "code"],
  });
  readonly #tokens = new Counters({
    name: "causeway_tokens",
    help: "Tokens used, each in one kind: input is what no cache had, output is what was no reasoning.",
    labels: ["provider", "model", "kind"],
  });
  readonly #cost = new Counters({
    name: "causeway_cost_dollars",
    help: "What exchanges have cost in US dollars, as far as their price is known.",
    labels: ["provider", "model"],
    unit: 1e9, // nano-dollars
  });
  readonly #reportedCost = new Counters({
    name: "causeway_reported_cost_dollars",
    help: "What exchanges have cost in US dollars by their providers' own word, as far as these say it.",
    labels: ["provider", "model"],
    unit: 1e9, // nano-dollars
  });
  readonly #unpriced = new Counters({
    name: "causeway_unpriced_requests",
    help: "Exchanges that have used tokens whose price is not known.",
    labels: ["provider", "model"],
  });
  readonly #duration = new Histograms({
    name: "causeway_request_duration_seconds",
    help: "From an exchange's start to the end of its answer.",
    labels: ["provider", "facade", "stream"],
    bounds: durations,
  });
  readonly #firstToken = new Histograms({
    name: "causeway_time_to_first_token_seconds",
    help: "From an exchange's start to the beginning of its answer; an answer that is not streamed begins when it is there.",
    labels: ["provider", "facade", "stream"],
    bounds: firstTokens,
  });
  readonly #overhead = new Histograms({
    name: "causeway_overhead_seconds",
    help: "Spent in the gateway before the first provider was asked.",
    labels: ["facade"],
    bounds: overheads,
  });
  readonly #attempts = new Counters({
    name: "causeway_attempts",
    help: "Requests to providers. The outcome is answered, failed, or left: not waited for to its end.",
    labels: ["provider", "outcome", "code"],
  });
  readonly #fallbacks = new Counters({
    name: "causeway_fallbacks",
    help: "Failures after which another target was asked, by the provider that failed and how.",
    labels: ["provider", "code"],
  });
  readonly #skips = new Counters({
    name: "causeway_skipped_targets",
    help: "Targets and credentials that were passed over, and why.",
    labels: ["provider", "why"],
  });
  readonly #hedges = new Counters({
    name: "causeway_hedges",
    help: "Attempts made beside one that took long, and whether theirs became the answer.",
    labels: ["provider", "won"],
  });

  constructor(models: ModelNames) {
    this.#models = models;
  }

  count(row: ExchangeRow): void {
    const { facade, status, errorCode, costNanoUsd, reportedCostNanoUsd, usage, firstTokenUs } = row;
    const provider = row.provider || unknown;
    const model = this.#models.of(row);
    const stream = row.stream ? "true" : "false";
    this.#requests.with(facade, provider, model, status, errorCode).add();
    this.#duration.with(provider, facade, stream).record(row.durationUs / 1e6);
    if (firstTokenUs !== null) this.#firstToken.with(provider, facade, stream).record(firstTokenUs / 1e6);
    if (row.attempts > 0) this.#overhead.with(facade).record(row.overheadUs / 1e6);
    if (usage !== undefined) this.#countTokens(provider, model, usage);
    if (costNanoUsd !== null) this.#cost.with(provider, model).add(Number(costNanoUsd));
    else if (usage !== undefined && totalTokens(usage) > 0) this.#unpriced.with(provider, model).add();
    if (reportedCostNanoUsd !== null) this.#reportedCost.with(provider, model).add(Number(reportedCostNanoUsd));
    this.#countSteps(row.trail);
  }

  collect(): MetricFamily[] {
    return [
      this.#requests,
      this.#tokens,
      this.#cost,
      this.#reportedCost,
      this.#unpriced,
      this.#duration,
      this.#firstToken,
      this.#overhead,
      this.#attempts,
      this.#fallbacks,
      this.#skips,
      this.#hedges,
    ].map((family) => family.collect());
  }

  #countTokens(provider: string, model: string, usage: Usage): void {
    const { cacheReadTokens, reasoningTokens } = usage;
    const cacheWriteTokens = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
    const add = (kind: string, tokens: number): void => {
      if (tokens > 0) this.#tokens.with(provider, model, kind).add(tokens);
    };
    add("input", usage.inputTokens - cacheReadTokens - cacheWriteTokens);
    add("cache_read", cacheReadTokens);
    add("cache_write", cacheWriteTokens);
    add("output", usage.outputTokens - reasoningTokens);
    add("reasoning", reasoningTokens);
  }

  #countSteps({ steps }: Trail): void {
    let failed: AttemptStep | undefined;
    for (const step of steps) {
      if (step.kind === "wait") continue;
      const provider = step.target.slice(0, step.target.indexOf("/"));
      if (step.kind === "skipped") {
        this.#skips.with(provider, step.why).add();
        continue;
      }
      const outcome = step.outcome === "running" ? "left" : step.outcome;
      this.#attempts.with(provider, outcome, step.code ?? "").add();
      if (step.hedge) this.#hedges.with(provider, outcome === "answered" ? "true" : "false").add();
      else if (failed !== undefined && failed.target !== step.target) {
        this.#fallbacks.with(failed.target.slice(0, failed.target.indexOf("/")), failed.code ?? "").add();
      }
      if (outcome === "failed") failed = step;
    }
  }
}
