import type { components } from "../../../gen/openapi/causeway.ts";
import type { Heat, LedgerRow, PageOrderBy, RowFilter, RowPage } from "../../core/ledger.ts";
import { usd } from "../../core/usd.ts";
import { drained, type FacadeResponse, whenGone } from "../http.ts";
import { Query } from "../query.ts";
import type { RouteHandler } from "../routes.ts";
import { providersShownAs, shownProvider } from "./groups.ts";
import { type KeptOptions, keptOf } from "./kept.ts";
import { endOfTime, periodOf } from "./period.ts";
import { type StatsDeps, successes } from "./stats.ts";

type Schemas = components["schemas"];

const defaultLimit = 50;
const largestLimit = 200;
const mostOffset = 1_000_000;
/** Of how many rows the bodies are in memory together. */
const rowsAtOnce = 10;

/** What `sort_by` takes, in the ledger's words. */
const orders: ReadonlyMap<string, PageOrderBy> = new Map([
  ["timestamp", "start"],
  ["model", "model"],
  ["total_tokens", "tokens"],
  ["cost", "cost"],
  ["duration_ms", "duration"],
]);

/**
 * Rows with their bodies, and the sums of all that match. It is written piece by piece: 200 rows can have a hundred
 * megabytes of bodies.
 */
export function requests({ ledger, clock, ...options }: StatsDeps & KeptOptions): RouteHandler {
  return async (request, response) => {
    const gone = whenGone(response);
    const query = new Query(request);
    const filter = filterOf(query, clock.now());
    const page = pageOf(query);
    const [rows, sums] = await Promise.all([ledger.page(filter, page), sumsOfRows(ledger, filter)]);
    const write = writing(response, gone);
    response.writeHead(200, { "content-type": "application/json" });
    await write('{"requests":[');
    for (let at = 0; at < rows.length && !gone.aborted; at += rowsAtOnce) {
      const some = rows.slice(at, at + rowsAtOnce);
      const entries = await Promise.all(some.map(({ id }) => ledger.find(id)));
      const texts = some.map((row, i) => JSON.stringify(describe(row, keptOf(entries[i], options))));
      await write(`${at === 0 ? "" : ","}${texts.join(",")}`);
    }
    if (!gone.aborted) response.end(`],${JSON.stringify(sumsOf(sums, page)).slice(1)}`);
  };
}

/** Without those of rows that are removed, of which the ledger has only sums: they cannot be listed. */
async function sumsOfRows(ledger: StatsDeps["ledger"], filter: RowFilter): Promise<Heat | undefined> {
  const [sums] = await ledger.heat(filter, [await ledger.rowsFrom(), endOfTime]);
  return sums;
}

function filterOf(query: Query, now: number): RowFilter {
  const provider = query.text("provider");
  const model = query.text("model");
  const least = query.dollars("min_cost");
  return {
    ...successes(periodOf(query, now)),
    providers: provider === undefined ? [] : providersShownAs(provider),
    aliases: model === undefined ? [] : [model],
    // forms send 0 for no bound, and any bound leaves unknown costs out
    minCostNanoUsd: least === 0n ? undefined : least,
    maxCostNanoUsd: query.dollars("max_cost"),
    text: query.text("search") ?? "",
  };
}

function pageOf(query: Query): RowPage {
  return {
    by: orders.get(query.oneOf("sort_by", [...orders.keys()]) ?? "timestamp") ?? "start",
    ascending: query.oneOf("sort_dir", ["asc", "desc"]) === "asc",
    offset: query.whole("offset", 0, mostOffset) ?? 0,
    limit: Math.min(query.whole("limit", 1, Number.MAX_SAFE_INTEGER) ?? defaultLimit, largestLimit),
  };
}

/** Writes, and waits while the client does not read. */
function writing(response: FacadeResponse, gone: AbortSignal): (text: string) => Promise<void> {
  return async (text) => {
    if (!response.write(text)) await drained(response, gone);
  };
}

function describe(row: LedgerRow, kept: ReturnType<typeof keptOf>): Schemas["RequestEntry"] {
  const { inputTokens = 0, outputTokens = 0 } = row.usage ?? {};
  return {
    id: row.id,
    timestamp: new Date(row.startedAt).toISOString(),
    model: row.alias,
    provider: shownProvider(row.provider),
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    cost: usd(row.costNanoUsd ?? 0n), // a null, which apantli never sent, breaks its page
    cost_known: row.costNanoUsd !== null,
    duration_ms: Math.round(row.durationUs / 1000),
    request_data: kept.request,
    response_data: kept.response,
  };
}

function sumsOf(sums: Heat | undefined, { offset, limit }: RowPage): Omit<Schemas["RequestPage"], "requests"> {
  const { requests = 0n, inputTokens = 0n, outputTokens = 0n, costNanoUsd = 0n, unknownCost = 0n } = sums ?? {};
  const priced = Number(requests - unknownCost);
  return {
    total: Number(requests),
    total_tokens: Number(inputTokens + outputTokens),
    total_cost: usd(costNanoUsd),
    unknown_cost: Number(unknownCost),
    avg_cost: priced === 0 ? 0 : Number(costNanoUsd) / priced / 1e9,
    offset,
    limit,
  };
}
