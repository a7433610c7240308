import type { components } from "../../../gen/openapi/causeway.ts";
import { GatewayError } from "../../core/error.ts";
import type { RowFilter } from "../../core/ledger.ts";
import { usd } from "../../core/usd.ts";
import { sendJson } from "../http.ts";
import { Query } from "../query.ts";
import type { RouteHandler } from "../routes.ts";
import { byProvider, type Group, mostExpensiveFirst, named, shownProvider, spanSums, sumOf } from "./groups.ts";
import { type Day, dayAt, dayMs, daysOf, hourMs, offsetOf, type Period, periodOf } from "./period.ts";
import { type StatsDeps, successes } from "./stats.ts";

type Schemas = components["schemas"];
type Ledger = StatsDeps["ledger"];

/** What was used day by day. */
export function daily({ ledger, clock }: StatsDeps): RouteHandler {
  return async (request, response) => {
    const now = clock.now();
    const period = periodOf(new Query(request), now);
    const days = daysOf(period, now);
    const sums = await byDay(ledger, period, days);
    const used = days
      .map(({ date }, i) => ({ date, providers: sums[i] ?? [] }))
      .filter(({ providers }) => providers.length > 0);
    const all = used.flatMap(({ providers }) => providers);
    await sendJson(request, response, {
      daily: used.toReversed().map(({ date, providers }) => ({
        date,
        ...spanSums(providers),
        by_provider: mostExpensiveFirst(providers).map(({ name, requests, costNanoUsd }) => ({
          provider: shownProvider(name),
          requests: Number(requests),
          cost: usd(costNanoUsd),
        })),
      })),
      total_days: used.length,
      total_cost: usd(sumOf(all, ({ costNanoUsd }) => costNanoUsd)),
      total_requests: Number(sumOf(all, ({ requests }) => requests)),
    } satisfies Schemas["DailyStats"]);
  };
}

/** The providers' sums of each day. */
async function byDay(ledger: Ledger, { from, to }: Period, days: readonly Day[]): Promise<Group[][]> {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const bounds = [...days.map(({ start }) => start), last.start + dayMs];
  const filter = successes({ from: from ?? first.start, to: to ?? last.start + dayMs });
  const providers = byProvider(await ledger.summary(filter));
  const sums = await Promise.all(providers.map(({ name }) => ledger.heat({ ...filter, providers: [name] }, bounds)));
  return days.map((_, i) => providers.flatMap(({ name }, at) => groupsOf(name, sums[at]?.[i])));
}

/** What was used in each hour of a day. */
export function hourly({ ledger }: StatsDeps): RouteHandler {
  return async (request, response) => {
    const query = new Query(request);
    const offsetMs = offsetOf(query);
    const midnight = query.day("date");
    if (midnight === undefined) {
      throw new GatewayError("invalid_request", "'date' is missing: say which day, as YYYY-MM-DD.", { param: "date" });
    }
    const day = dayAt(midnight - offsetMs, offsetMs);
    const bounds = Array.from({ length: 25 }, (_, hour) => day.start + hour * hourMs);
    const sums = await byHour(ledger, successes({ from: day.start, to: day.start + dayMs }), bounds);
    const all = sums.flat();
    await sendJson(request, response, {
      hourly: sums.map((groups, hour) => ({
        hour,
        ...spanSums(groups),
        by_model: mostExpensiveFirst(groups).map(({ name, provider, requests, costNanoUsd }) => ({
          model: name,
          provider: shownProvider(provider),
          requests: Number(requests),
          cost: usd(costNanoUsd),
        })),
      })),
      date: day.date,
      total_cost: usd(sumOf(all, ({ costNanoUsd }) => costNanoUsd)),
      total_requests: Number(sumOf(all, ({ requests }) => requests)),
    } satisfies Schemas["HourlyStats"]);
  };
}

/** The sums of each hour by the client's name for the model and by who served it. */
async function byHour(
  ledger: Ledger,
  filter: RowFilter,
  bounds: readonly number[],
): Promise<(Group & { readonly provider: string })[][]> {
  const { byAlias } = await ledger.summary(filter);
  const served = await Promise.all(
    byAlias.map(async ({ name }) => {
      const providers = byProvider(await ledger.summary({ ...filter, aliases: [name] }));
      return providers.map((group) => ({ name, provider: group.name }));
    }),
  );
  const sums = await Promise.all(
    served.flat().map(async ({ name, provider }) => {
      const heat = await ledger.heat({ ...filter, aliases: [name], providers: [provider] }, bounds);
      return heat.map((one) => groupsOf(name, one).map((group) => ({ ...group, provider })));
    }),
  );
  return bounds.slice(1).map((_, hour) => sums.flatMap((hours) => hours[hour] ?? []));
}

/** None for a span without requests. */
const groupsOf = (name: string, sums: Parameters<typeof named>[1] | undefined): Group[] =>
  sums === undefined || sums.requests === 0n ? [] : [named(name, sums)];
