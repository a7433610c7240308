import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type { StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Clock } from "../core/clock.ts";
import type { LedgerEntry, LedgerEraser, LedgerReader, TotalsGroup } from "../core/ledger.ts";
import { explain } from "./explain.ts";
import { requestRow } from "./request-row.ts";
import { exportRows } from "./stats-export.ts";
import { rowFilter, rowMatcher, timeOf } from "./stats-filter.ts";
import { invalid } from "./stats-invalid.ts";
import { pageOf, pageToken } from "./stats-pages.ts";
import { heatMapOf, periodBefore, seriesOf } from "./stats-periods.ts";

export interface StatsServiceOptions {
  readonly ledger: LedgerReader & LedgerEraser;
  readonly clock: Clock;
}

/** The ledger's readings. What a client asks wrongly is InvalidArgument; the ledger's own failures pass as GatewayError. */
export function createStatsService({ ledger, clock }: StatsServiceOptions): ServiceImpl<typeof StatsService> {
  async function entryOf(id: string): Promise<LedgerEntry> {
    if (id === "") throw invalid("'id' is empty. Set it to the id of a row; ListRequests gives them.");
    const entry = await ledger.find(id);
    if (entry !== undefined) return entry;
    throw new ConnectError(`The ledger has no request with the id '${id}'. ListRequests gives the ids.`, Code.NotFound);
  }

  return {
    async getSummary(request) {
      const filter = rowFilter(request.filter);
      const before = request.withPrevious ? periodBefore(filter, clock.now()) : undefined;
      const [summary, [previous] = []] = await Promise.all([
        ledger.summary(filter),
        before && ledger.series({ ...filter, from: undefined, to: undefined }, before),
      ]);
      const groups = (of: readonly TotalsGroup[]): TotalsGroup[] => [...of];
      return {
        totals: summary.totals,
        byModel: groups(summary.byModel),
        byProvider: groups(summary.byProvider),
        byAlias: groups(summary.byAlias),
        byFacade: groups(summary.byFacade),
        byAccessKey: groups(summary.byAccessKey),
        byClient: groups(summary.byClient),
        errors: [...summary.errors],
        previous,
      };
    },

    async getTimeSeries(request) {
      const { filter, bounds } = seriesOf(request, clock.now());
      const sums = await ledger.series(filter, bounds);
      return { points: sums.map((totals, i) => ({ start: timestampFromMs(bounds[i] ?? 0), totals })) };
    },

    async getHeatMap(request) {
      const { filter, days } = heatMapOf(request, clock.now());
      const heat = await ledger.heat(filter, [...days.map(({ from }) => from), days.at(-1)?.to ?? 0]);
      return { days: days.map(({ date }, i) => ({ date, ...heat[i] })) };
    },

    async listFilterValues({ filter }) {
      const values = await ledger.values(rowFilter(filter));
      return Object.fromEntries(Object.entries(values).map(([name, of]) => [name, [...of]]));
    },

    async listRequests(request) {
      const { limit, after, order } = pageOf(request);
      const rows = await ledger.list(rowFilter(request.filter), limit + 1, after, order);
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return { requests: page.map(requestRow), nextPageToken: last === undefined ? "" : pageToken(last, order) };
    },

    async getRequest({ id }) {
      const { row, bodies } = await entryOf(id);
      return {
        request: requestRow(row),
        requestBody: bodies?.request,
        responseBody: bodies?.response,
        truncated: bodies?.truncated,
      };
    },

    async explainRequest({ id }) {
      return explain(await entryOf(id));
    },

    async *watchRequests({ filter }, { signal }) {
      const wanted = rowMatcher(rowFilter(filter));
      for await (const row of ledger.watch(wanted, signal)) yield { request: requestRow(row) };
    },

    async *exportRequests({ filter, format }) {
      const rows = rowFilter(filter);
      const until = { ...rows, to: rows.to ?? clock.now() + 1 }; // what settles meanwhile would never end
      for await (const chunk of exportRows(ledger, until, format)) yield { chunk };
    },

    async deleteErrorRequests(request) {
      const from = timeOf("from", request.from);
      const to = timeOf("to", request.to) ?? clock.now() + 1;
      if (from === undefined) throw invalid("'from' is not set. Set it: what is removed does not come back.");
      if (from >= to) throw invalid("'from' has to be before 'to', or before now: no row starts in an empty period.");
      return { deleted: BigInt(await ledger.deleteErrors(from, to)) };
    },
  };
}
