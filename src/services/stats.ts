import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import {
  Bucket,
  type Filter,
  type GetTimeSeriesRequest,
  type ListRequestsRequest,
  type StatsService,
  Status,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Clock } from "../core/clock.ts";
import type { ExchangeStatus } from "../core/exchange.ts";
import type { LedgerEntry, LedgerReader, LedgerRow, RowCursor, RowFilter } from "../core/ledger.ts";
import { explain } from "./explain.ts";
import { requestRow } from "./request-row.ts";
import { bucketBounds } from "./time-buckets.ts";

export interface StatsServiceOptions {
  readonly ledger: LedgerReader;
  readonly clock: Clock;
}

const defaultPageSize = 50;
const largestPageSize = 200;
const mostPoints = 2000;
const mostNames = 500;
const dayMs = 86_400_000;
/** Where Date and Temporal end. */
const lastMs = 8.64e15;

/** The ledger's readings. What a client asks wrongly is InvalidArgument; the ledger's own failures pass as GatewayError. */
export function createStatsService({ ledger, clock }: StatsServiceOptions): ServiceImpl<typeof StatsService> {
  async function entryOf(id: string): Promise<LedgerEntry> {
    if (id === "") throw invalid("'id' is empty. Set it to the id of a row; ListRequests gives them.");
    const entry = await ledger.find(id);
    if (entry !== undefined) return entry;
    throw new ConnectError(`The ledger has no request with the id '${id}'. ListRequests gives the ids.`, Code.NotFound);
  }

  return {
    async getSummary({ filter }) {
      const { totals, byModel, byProvider, byAlias, byFacade, errors } = await ledger.summary(rowFilter(filter));
      return {
        totals,
        byModel: [...byModel],
        byProvider: [...byProvider],
        byAlias: [...byAlias],
        byFacade: [...byFacade],
        errors: [...errors],
      };
    },

    async getTimeSeries(request) {
      const { filter, bounds } = seriesOf(request, clock.now());
      const sums = await ledger.series(filter, bounds);
      return { points: sums.map((totals, i) => ({ start: timestampFromMs(bounds[i] ?? 0), totals })) };
    },

    async listRequests(request) {
      const { limit, before } = pageOf(request);
      const rows = await ledger.list(rowFilter(request.filter), limit + 1, before);
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return { requests: page.map(requestRow), nextPageToken: last === undefined ? "" : pageToken(last) };
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
  };
}

const invalid = (message: string): ConnectError => new ConnectError(message, Code.InvalidArgument);

function rowFilter(filter: Filter | undefined): RowFilter {
  if (filter === undefined) return {};
  const { providers, models, aliases, facades, minCostNanoUsd, maxCostNanoUsd } = filter;
  const from = timeOf("filter.from", filter.from);
  const to = timeOf("filter.to", filter.to);
  if (from !== undefined && to !== undefined && from >= to) {
    throw invalid("'filter.from' has to be before 'filter.to': no row starts in an empty period.");
  }
  if (minCostNanoUsd !== undefined && maxCostNanoUsd !== undefined && minCostNanoUsd > maxCostNanoUsd) {
    throw invalid("'filter.min_cost_nano_usd' has to be at most 'filter.max_cost_nano_usd'.");
  }
  for (const [name, names] of Object.entries({ providers, models, aliases, facades })) {
    if (names.length > mostNames) {
      throw invalid(`'filter.${name}' has ${names.length} names; at most ${mostNames} are taken. Ask in parts.`);
    }
  }
  const statuses = [...new Set(filter.statuses.map(exchangeStatus))];
  return { from, to, providers, models, aliases, facades, statuses, minCostNanoUsd, maxCostNanoUsd };
}

function timeOf(field: string, time: Timestamp | undefined): number | undefined {
  if (time === undefined) return undefined;
  const ms = timestampMs(time);
  if (Math.abs(ms) > lastMs) throw invalid(`'${field}' is no time: its year has to be between 1 and 9999.`);
  return ms;
}

function exchangeStatus(status: Status): ExchangeStatus {
  switch (status) {
    case Status.OK:
      return "ok";
    case Status.ERROR:
      return "error";
    case Status.CANCELLED:
      return "cancelled";
    default:
      throw invalid(`'filter.statuses' holds ${status}; it takes STATUS_OK, STATUS_ERROR and STATUS_CANCELLED.`);
  }
}

/** The same as the ledger's own filter, but for the period. */
function rowMatcher({
  providers,
  models,
  aliases,
  facades,
  statuses,
  ...cost
}: RowFilter): (row: LedgerRow) => boolean {
  const among = <T>(values: readonly T[] | undefined, value: T): boolean =>
    values === undefined || values.length === 0 || values.includes(value);
  const { minCostNanoUsd: min, maxCostNanoUsd: max } = cost;
  return (row) =>
    among(providers, row.provider) &&
    among(models, row.model) &&
    among(aliases, row.alias) &&
    among(facades, row.facade) &&
    among(statuses, row.status) &&
    (min === undefined || (row.costNanoUsd !== null && row.costNanoUsd >= min)) &&
    (max === undefined || (row.costNanoUsd !== null && row.costNanoUsd <= max));
}

function seriesOf(request: GetTimeSeriesRequest, now: number): { filter: RowFilter; bounds: number[] } {
  const filter = rowFilter(request.filter);
  const to = filter.to ?? now + 1; // up to now means this millisecond, too
  const from = filter.from ?? to - 30 * dayMs;
  if (from >= to) throw invalid("'filter.from' is in the future: there are no buckets until now. Set an earlier one.");
  const unit = bucketUnit(request.bucket, to - from);
  const bounds = boundsOf(unit, from, to, request.timeZone === "" ? "UTC" : request.timeZone);
  return { filter: { ...filter, from }, bounds };
}

function bucketUnit(bucket: Bucket, spanMs: number): "hour" | "day" {
  switch (bucket) {
    case Bucket.UNSPECIFIED:
      return spanMs <= 3 * dayMs ? "hour" : "day";
    case Bucket.HOUR:
      return "hour";
    case Bucket.DAY:
      return "day";
    default:
      throw invalid(`'bucket' is ${bucket}; it takes BUCKET_HOUR and BUCKET_DAY.`);
  }
}

function boundsOf(unit: "hour" | "day", from: number, to: number, timeZone: string): number[] {
  let bounds: number[] | undefined;
  try {
    bounds = bucketBounds({ unit, from: Math.floor(from), to, timeZone }, mostPoints);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid(
      `'time_zone' is '${timeZone}', which is no IANA name. Set for example 'Europe/Berlin', or leave it empty.`,
    );
  }
  if (bounds !== undefined) return bounds;
  throw invalid(
    `The period has more than ${mostPoints} ${unit}s. Set a shorter one with 'filter.from' and 'filter.to'` +
      `${unit === "hour" ? ", or BUCKET_DAY" : ""}.`,
  );
}

function pageOf({ pageSize, pageToken: token }: ListRequestsRequest): { limit: number; before: RowCursor | undefined } {
  if (pageSize > largestPageSize) {
    throw invalid(`'page_size' is ${pageSize}; the largest is ${largestPageSize}. Follow 'next_page_token' for more.`);
  }
  return { limit: pageSize === 0 ? defaultPageSize : pageSize, before: token === "" ? undefined : cursorOf(token) };
}

/** Says after which row the next page begins, so rows that come meanwhile move nothing. */
const pageToken = ({ startedAt, id }: RowCursor): string => Buffer.from(`${startedAt}/${id}`).toString("base64url");

function cursorOf(token: string): RowCursor {
  const [, startedAt, id] = /^(\d{1,16})\/(.+)$/s.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (startedAt === undefined || id === undefined) {
    throw invalid("'page_token' is not one that was given out. Send 'next_page_token' of the page before, or none.");
  }
  return { startedAt: Number(startedAt), id };
}
