import { Bucket, type GetHeatMapRequest, type GetTimeSeriesRequest } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { RowFilter } from "../core/ledger.ts";
import { rowFilter } from "./stats-filter.ts";
import { invalid } from "./stats-invalid.ts";
import { type BucketUnit, bucketBounds, daysOfYear, type YearDay, yearAt } from "./time-buckets.ts";

const mostPoints = 2000;
const dayMs = 86_400_000;

/** Which rows, and the bounds of the buckets to sum them in, in ms since 1970. */
export function seriesOf(request: GetTimeSeriesRequest, now: number): { filter: RowFilter; bounds: number[] } {
  const filter = rowFilter(request.filter);
  const to = filter.to ?? now + 1; // up to now means this millisecond, too
  const from = filter.from ?? to - 30 * dayMs;
  if (from >= to) throw invalid("'filter.from' is in the future: there are no buckets until now. Set an earlier one.");
  const unit = bucketUnit(request.bucket, to - from);
  const { timeZone } = request;
  const bounds = inZone(timeZone, (zone) =>
    bucketBounds({ unit, from: Math.floor(from), to, timeZone: zone }, mostPoints),
  );
  if (bounds === undefined) {
    throw invalid(
      `The period has more than ${mostPoints} ${unit}s. Set a shorter one with 'filter.from' and 'filter.to'` +
        `${unit === "month" ? "" : ", or longer buckets, for example BUCKET_DAY or BUCKET_MONTH"}.`,
    );
  }
  return { filter: { ...filter, from: filter.from ?? bounds[0] }, bounds };
}

function bucketUnit(bucket: Bucket, spanMs: number): BucketUnit {
  switch (bucket) {
    case Bucket.UNSPECIFIED:
      return spanMs <= 3 * dayMs ? "hour" : "day";
    case Bucket.QUARTER_HOUR:
      return "quarter-hour";
    case Bucket.HOUR:
      return "hour";
    case Bucket.DAY:
      return "day";
    case Bucket.WEEK:
      return "week";
    case Bucket.MONTH:
      return "month";
    default:
      throw invalid(
        `'bucket' is ${bucket}; it takes BUCKET_QUARTER_HOUR, BUCKET_HOUR, BUCKET_DAY, BUCKET_WEEK and BUCKET_MONTH.`,
      );
  }
}

/** Which rows, and the days to sum them in. */
export function heatMapOf(request: GetHeatMapRequest, now: number): { filter: RowFilter; days: YearDay[] } {
  const { year, timeZone } = request;
  if (year !== 0 && (year < 1970 || year > 9998)) {
    throw invalid(`'year' is ${year}; it takes 1970 to 9998, or 0 for the year that it is.`);
  }
  const days = inZone(timeZone, (zone) => daysOfYear(year === 0 ? yearAt(now, zone) : year, zone));
  return { filter: { ...rowFilter(request.filter), from: undefined, to: undefined }, days };
}

/** The period of the same length before that of a filter, in ms since 1970. */
export function periodBefore({ from, to }: RowFilter, now: number): [number, number] {
  if (from === undefined) {
    throw invalid("'with_previous' is set, but 'filter.from' is not: there is nothing before the beginning. Set it.");
  }
  const end = to ?? now + 1;
  if (from >= end) throw invalid("'filter.from' is in the future. Set an earlier one.");
  return [from - (end - from), from];
}

function inZone<T>(timeZone: string, of: (zone: string) => T): T {
  try {
    return of(timeZone === "" ? "UTC" : timeZone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid(
      `'time_zone' is '${timeZone}', which is no IANA name. Set for example 'Europe/Berlin', or leave it empty.`,
    );
  }
}
