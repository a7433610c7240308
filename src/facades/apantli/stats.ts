import type { components } from "../../../gen/openapi/causeway.ts";
import type { Clock } from "../../core/clock.ts";
import type { LedgerFigures, LedgerReader, RowFilter } from "../../core/ledger.ts";
import { usd } from "../../core/usd.ts";
import { sendJson } from "../http.ts";
import { Query } from "../query.ts";
import type { RouteHandler } from "../routes.ts";
import { byProvider, type Group, groupOf, mostRequested, shownProvider } from "./groups.ts";
import { dayAt, offsetOf, type Period, periodOf } from "./period.ts";

type Schemas = components["schemas"];

export interface StatsDeps {
  readonly ledger: Pick<LedgerReader, "summary" | "heat" | "list" | "find" | "rowsFrom"> &
    Pick<LedgerFigures, "page" | "speeds">;
  readonly clock: Clock;
}

/** Those that were answered whole. */
export const successes = ({ from, to }: Pick<Period, "from" | "to">): RowFilter => ({ from, to, statuses: ["ok"] });

const errorsListed = 10;

/** The sums of a period. */
export function stats({ ledger, clock }: StatsDeps): RouteHandler {
  return async (request, response) => {
    const { from, to } = periodOf(new Query(request), clock.now());
    const filter = successes({ from, to });
    const [summary, speeds, errors] = await Promise.all([
      ledger.summary(filter),
      ledger.speeds(filter),
      ledger.list({ from, to, statuses: ["error"] }, errorsListed),
    ]);
    const { totals, byAlias } = summary;
    await sendJson(request, response, {
      totals: {
        requests: Number(totals.requests),
        cost: usd(totals.costNanoUsd),
        unknown_cost: Number(totals.unknownCost),
        prompt_tokens: Number(totals.inputTokens),
        completion_tokens: Number(totals.outputTokens),
        avg_duration_ms: Number(totals.meanDurationUs) / 1000,
      },
      by_model: byAlias.map(groupOf).map((group) => ({ model: group.name, ...sumsOf(group) })),
      by_provider: byProvider(summary).map((group) => ({ provider: shownProvider(group.name), ...sumsOf(group) })),
      performance: speeds
        .toSorted((a, b) => b.tokensPerSecond.mean - a.tokensPerSecond.mean)
        .map(({ alias, requests, tokensPerSecond, meanDurationUs, meanCostNanoUsd }) => ({
          model: alias,
          requests,
          avg_tokens_per_sec: tokensPerSecond.mean,
          min_tokens_per_sec: tokensPerSecond.least,
          max_tokens_per_sec: tokensPerSecond.most,
          avg_duration_ms: meanDurationUs / 1000,
          avg_cost_per_request: (meanCostNanoUsd ?? 0) / 1e9,
        })),
      recent_errors: errors.map(({ startedAt, alias, errorCode, errorMessage }) => ({
        timestamp: new Date(startedAt).toISOString(),
        model: alias,
        error: errorMessage === "" ? errorCode : errorMessage,
      })),
    } satisfies Schemas["Stats"]);
  };
}

const sumsOf = ({ requests, costNanoUsd, unknownCost, tokens }: Group) => ({
  requests: Number(requests),
  cost: usd(costNanoUsd),
  unknown_cost: Number(unknownCost),
  tokens: Number(tokens),
});

/** The days of the oldest and the newest request. */
export function dateRange({ ledger }: StatsDeps): RouteHandler {
  return async (request, response) => {
    const offsetMs = offsetOf(new Query(request));
    const everything = successes({ from: undefined, to: undefined });
    const dayOf = async (ascending: boolean): Promise<string | null> => {
      const [row] = await ledger.list(everything, 1, undefined, { by: "start", ascending });
      return row === undefined ? null : dayAt(row.startedAt, offsetMs).date;
    };
    const [start_date, end_date] = await Promise.all([dayOf(true), dayOf(false)]);
    await sendJson(request, response, { start_date, end_date } satisfies Schemas["DateRange"]);
  };
}

/** The names to filter by. */
export function filterNames({ ledger, clock }: StatsDeps): RouteHandler {
  return async (request, response) => {
    const summary = await ledger.summary(successes(periodOf(new Query(request), clock.now())));
    const counts = (groups: readonly Group[]) =>
      groups.toSorted(mostRequested).map(({ name, requests }) => ({ name, count: Number(requests) }));
    await sendJson(request, response, {
      providers: counts(byProvider(summary).map((group) => ({ ...group, name: shownProvider(group.name) }))),
      models: counts(summary.byAlias.map(groupOf)),
    } satisfies Schemas["FilterNames"]);
  };
}
