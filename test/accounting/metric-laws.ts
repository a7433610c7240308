import {
  AttemptOutcome,
  type RequestRow,
  SkipReason,
  Status,
  type TrailStep,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import { keyOf, readScrape } from "../telemetry/scraped.ts";
import type { Evidence } from "./run.ts";
import { hasTokens } from "./sum-laws.ts";
import { tokensIn } from "./tokens.ts";

/** What /metrics has to say: counted here, row by row and step by step. Gives what differs; nothing: it holds. */

type Labels = Readonly<Record<string, string>>;

/** Series by their keys. */
class Counted {
  readonly series = new Map<string, number>();

  add(name: string, labels: Labels, amount = 1): void {
    const key = keyOf(name, labels);
    this.series.set(key, (this.series.get(key) ?? 0) + amount);
  }
}

const statusWords: ReadonlyMap<Status, string> = new Map([
  [Status.OK, "ok"],
  [Status.ERROR, "error"],
  [Status.CANCELLED, "cancelled"],
]);
const outcomeWords: ReadonlyMap<AttemptOutcome, string> = new Map([
  [AttemptOutcome.ANSWERED, "answered"],
  [AttemptOutcome.FAILED, "failed"],
  [AttemptOutcome.LEFT, "left"],
]);
const skipWords: ReadonlyMap<SkipReason, string> = new Map([
  [SkipReason.COOLING, "cooling"],
  [SkipReason.FAILED, "failed"],
  [SkipReason.NOT_SUPPORTED, "not_supported"],
]);

const nanos = 1e9;
const micros = 1e6;

function countRow(counted: Counted, row: RequestRow): void {
  const { facade, costNanoUsd, usage, firstTokenUs, durationUs, overheadUs } = row;
  const provider = row.provider || "unknown";
  const model = row.model || "unknown"; // of the others each has answered before
  const place = { provider, model };
  const status = statusWords.get(row.status) ?? "";
  counted.add("causeway_requests_total", { facade, ...place, status, code: row.errorCode });
  const times = { provider, facade, stream: String(row.stream) };
  counted.add("causeway_request_duration_seconds_count", times);
  counted.add("causeway_request_duration_seconds_sum", times, Number(durationUs));
  if (firstTokenUs !== undefined) {
    counted.add("causeway_time_to_first_token_seconds_count", times);
    counted.add("causeway_time_to_first_token_seconds_sum", times, Number(firstTokenUs));
  }
  if (row.attempts > 0) {
    counted.add("causeway_overhead_seconds_count", { facade });
    counted.add("causeway_overhead_seconds_sum", { facade }, Number(overheadUs));
  }
  const of = tokensIn(usage);
  const { inputTokens = 0, cacheReadTokens = 0, cacheWrite5mTokens = 0, cacheWrite1hTokens = 0 } = of;
  const { outputTokens = 0, reasoningTokens = 0 } = of;
  const written = cacheWrite5mTokens + cacheWrite1hTokens;
  const kinds = {
    input: inputTokens - cacheReadTokens - written,
    cache_read: cacheReadTokens,
    cache_write: written,
    output: outputTokens - reasoningTokens,
    reasoning: reasoningTokens,
  };
  for (const [kind, tokens] of Object.entries(kinds)) {
    if (tokens > 0) counted.add("causeway_tokens_total", { ...place, kind }, tokens);
  }
  if (costNanoUsd !== undefined) counted.add("causeway_cost_dollars_total", place, Number(costNanoUsd));
  else if (hasTokens(row)) counted.add("causeway_unpriced_requests_total", place);
}

function countSteps(counted: Counted, steps: readonly TrailStep[]): void {
  let failed: { readonly target: string; readonly code: string } | undefined;
  for (const { kind } of steps) {
    if (kind.case === "skipped") {
      const provider = providerOf(kind.value.target);
      counted.add("causeway_skipped_targets_total", { provider, why: skipWords.get(kind.value.why) ?? "" });
    }
    if (kind.case !== "attempt") continue;
    const { target, outcome, errorCode: code, hedge } = kind.value;
    const provider = providerOf(target);
    counted.add("causeway_attempts_total", { provider, outcome: outcomeWords.get(outcome) ?? "", code });
    if (hedge) counted.add("causeway_hedges_total", { provider, won: String(outcome === AttemptOutcome.ANSWERED) });
    else if (failed !== undefined && failed.target !== target) {
      counted.add("causeway_fallbacks_total", { provider: providerOf(failed.target), code: failed.code });
    }
    if (outcome === AttemptOutcome.FAILED) failed = { target, code };
  }
}

const providerOf = (target: string): string => target.slice(0, target.indexOf("/"));

/** Of these nothing may be there that is not counted here. */
const families =
  /^causeway_(?:requests|tokens|cost|unpriced|attempts|hedges|fallbacks|skipped|request_duration|time_to_first|overhead)/;

/** Doubles that are summed up in another order differ in their last digits. */
function exact(key: string, value: number): number {
  if (key.startsWith("causeway_cost_dollars_total")) return Math.round(value * nanos);
  return /^\w+_seconds_sum/.test(key) ? Math.round(value * micros) : value;
}

export function metricFaults({ rows, trails }: Evidence, scrape: string): string[] {
  const counted = new Counted();
  for (const row of rows) {
    countRow(counted, row);
    countSteps(counted, trails.get(row.id)?.steps ?? []);
  }
  const { series } = readScrape(scrape, "prometheus");
  const told = new Map(
    [...series]
      .filter(([key]) => families.test(key) && !/^\w+_bucket/.test(key))
      .map(([key, value]) => [key, exact(key, value)]),
  );
  const keys = new Set([...counted.series.keys(), ...told.keys()]);
  return [...keys].flatMap((key) => {
    const [value = 0, wanted = 0] = [told.get(key), counted.series.get(key)];
    return value === wanted ? [] : [`${key} is ${value}, the rows come to ${wanted}`];
  });
}
