import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Filter, Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { ExchangeStatus } from "../core/exchange.ts";
import type { LedgerRow, RowFilter } from "../core/ledger.ts";
import { invalid } from "./stats-invalid.ts";

const mostNames = 500;
const longestText = 1000;
/** Where Date and Temporal end. */
const lastMs = 8.64e15;

/** Throws InvalidArgument for a filter that makes no sense. */
export function rowFilter(filter: Filter | undefined): RowFilter {
  if (filter === undefined) return {};
  const { minCostNanoUsd, maxCostNanoUsd, minDurationUs, maxDurationUs, stream, text } = filter;
  const from = timeOf("filter.from", filter.from);
  const to = timeOf("filter.to", filter.to);
  if (from !== undefined && to !== undefined && from >= to) {
    throw invalid("'filter.from' has to be before 'filter.to': no row starts in an empty period.");
  }
  checkBounds("cost_nano_usd", minCostNanoUsd, maxCostNanoUsd);
  checkBounds("duration_us", minDurationUs, maxDurationUs);
  if (text.length > longestText)
    throw invalid(`'filter.text' has ${text.length} characters; at most ${longestText} are taken.`);
  const statuses = [...new Set(filter.statuses.map(exchangeStatus))];
  const bounds = { from, to, minCostNanoUsd, maxCostNanoUsd, minDurationUs, maxDurationUs };
  return { ...bounds, ...namesOf(filter), statuses, stream, text };
}

function namesOf(filter: Filter) {
  const { providers, models, aliases, facades, accessKeys, clients, endUserIds, sessions, tags } = filter;
  const { errorCodes, credentials } = filter;
  const lists = { providers, models, aliases, facades, accessKeys, clients, endUserIds, sessions, tags };
  const all = { ...lists, errorCodes, credentials };
  for (const [key, names] of Object.entries(all)) {
    if (names.length <= mostNames) continue;
    const field = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    throw invalid(`'filter.${field}' has ${names.length} names; at most ${mostNames} are taken. Ask in parts.`);
  }
  return all;
}

function checkBounds(name: string, least: bigint | undefined, most: bigint | undefined): void {
  if (least === undefined || most === undefined || least <= most) return;
  throw invalid(`'filter.min_${name}' has to be at most 'filter.max_${name}'.`);
}

/** In ms since 1970. */
export function timeOf(field: string, time: Timestamp | undefined): number | undefined {
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

/** The same as the ledger's own filter, but for the period, and for the text of bodies. */
export function rowMatcher(filter: RowFilter): (row: LedgerRow) => boolean {
  const among = <T>(values: readonly T[] | undefined, value: T): boolean =>
    values === undefined || values.length === 0 || values.includes(value);
  const { minCostNanoUsd: minCost, maxCostNanoUsd: maxCost, minDurationUs, maxDurationUs, tags = [] } = filter;
  const text = filter.text?.toLowerCase() ?? "";
  return (row) =>
    among(filter.providers, row.provider) &&
    among(filter.models, row.model) &&
    among(filter.aliases, row.alias) &&
    among(filter.facades, row.facade) &&
    among(filter.statuses, row.status) &&
    among(filter.accessKeys, row.accessKey) &&
    among(filter.clients, row.client) &&
    among(filter.errorCodes, row.errorCode) &&
    among(filter.credentials, row.credential) &&
    among(filter.endUserIds, row.endUserId) &&
    among(filter.sessions, row.session) &&
    (tags.length === 0 || tags.some((tag) => row.tags.includes(tag))) &&
    (filter.stream === undefined || row.stream === filter.stream) &&
    (minDurationUs === undefined || BigInt(row.durationUs) >= minDurationUs) &&
    (maxDurationUs === undefined || BigInt(row.durationUs) <= maxDurationUs) &&
    (minCost === undefined || (row.costNanoUsd !== null && row.costNanoUsd >= minCost)) &&
    (maxCost === undefined || (row.costNanoUsd !== null && row.costNanoUsd <= maxCost)) &&
    (row.errorMessage.toLowerCase().includes(text) || row.alias.toLowerCase().includes(text));
}
