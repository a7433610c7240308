/** What is used here of Temporal (tc39.es/proposal-temporal), which Node has and TypeScript's library does not describe yet. */
interface ZonedDateTime {
  readonly epochMilliseconds: number;
  readonly offsetNanoseconds: number;
  readonly year: number;
  readonly dayOfWeek: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  startOfDay(): ZonedDateTime;
  with(fields: { readonly day: number }): ZonedDateTime;
  add(duration: Duration): ZonedDateTime;
  subtract(duration: Duration): ZonedDateTime;
  /** Where the zone's clock is set next, or was set before this time. */
  getTimeZoneTransition(direction: "next" | "previous"): ZonedDateTime | null;
}

interface PlainDate {
  toZonedDateTime(timeZone: string): ZonedDateTime;
}

type Duration = Readonly<Partial<Record<"milliseconds" | "days" | "months", number>>>;

declare const Temporal: {
  readonly Instant: {
    fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(timeZone: string): ZonedDateTime };
  };
  readonly PlainDate: {
    /** For example "2026-11-21". */
    from(date: string): PlainDate;
  };
};

export type BucketUnit = "quarter-hour" | "hour" | "day" | "week" | "month";

export interface BucketSpan {
  readonly unit: BucketUnit;
  /** In ms since 1970. */
  readonly from: number;
  /** After `from`. */
  readonly to: number;
  /** IANA name. Throws RangeError for one that is unknown. */
  readonly timeZone: string;
}

const zoned = (ms: number, timeZone: string): ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);

/**
 * Where the buckets begin that cover a period, and where the last one ends: n + 1 rising times in ms since 1970. All are
 * the clock's and the calendar's in the zone, so a day has 23 to 25 hours where clocks change, and one is cut where its
 * clock is set within an hour. Weeks begin on Monday (ISO 8601). undefined: there would be more than `most`.
 */
export function bucketBounds({ unit, from, to, timeZone }: BucketSpan, most: number): number[] | undefined {
  const endOf = steps(timeZone, lengths[unit]);
  let start = bucketOf(zoned(from, timeZone), unit).epochMilliseconds;
  const bounds = [start];
  while (start < to) {
    if (bounds.length > most) return undefined;
    start = endOf(start, () => bucketAfter(zoned(start, timeZone), unit));
    bounds.push(start);
  }
  return bounds;
}

const quarterMs = 900_000;
const hourMs = 4 * quarterMs;
const dayMs = 24 * hourMs;

/** How long buckets are while the clock is not set. undefined: that depends. */
const lengths: Readonly<Record<BucketUnit, number | undefined>> = {
  "quarter-hour": quarterMs,
  hour: hourMs,
  day: dayMs,
  week: 7 * dayMs,
  month: undefined,
};

/**
 * Gives the ends of spans that follow one another, in ms since 1970. The calendar, which takes its time, is asked only near
 * where the clock is set: since the start before, it was not, so that all are as long.
 */
function steps(timeZone: string, lengthMs: number | undefined) {
  let steadyUntil = Number.NEGATIVE_INFINITY;
  return (start: number, ask: () => ZonedDateTime): number => {
    if (lengthMs !== undefined && start + lengthMs < steadyUntil) return start + lengthMs;
    const next = zoned(start, timeZone).getTimeZoneTransition("next");
    steadyUntil = next?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    return ask().epochMilliseconds;
  };
}

function bucketOf(time: ZonedDateTime, unit: BucketUnit): ZonedDateTime {
  switch (unit) {
    case "quarter-hour":
      return spanOf(time, quarterMs);
    case "hour":
      return spanOf(time, hourMs);
    case "day":
      return time.startOfDay();
    case "week":
      return time.subtract({ days: time.dayOfWeek - 1 }).startOfDay();
    case "month":
      return time.with({ day: 1 }).startOfDay();
    default:
      return unit satisfies never;
  }
}

function bucketAfter(start: ZonedDateTime, unit: BucketUnit): ZonedDateTime {
  switch (unit) {
    case "quarter-hour":
      return spanAfter(start, quarterMs);
    case "hour":
      return spanAfter(start, hourMs);
    case "day":
      return start.add({ days: 1 }).startOfDay();
    case "week":
      return start.add({ days: 7 }).startOfDay();
    case "month":
      return start.add({ months: 1 }).startOfDay();
    default:
      return unit satisfies never;
  }
}

/** How long the clock has shown the hour, or the part of one, that it shows. */
const sinceStart = ({ minute, second, millisecond }: ZonedDateTime, spanMs: number): number =>
  ((minute * 60 + second) * 1000 + millisecond) % spanMs;

/** A span begins on the clock's hour, or where the clock was set in the middle of one. */
function spanOf(time: ZonedDateTime, spanMs: number): ZonedDateTime {
  const start = time.subtract({ milliseconds: sinceStart(time, spanMs) });
  if (start.offsetNanoseconds === time.offsetNanoseconds) return start;
  return time.add({ milliseconds: 1 }).getTimeZoneTransition("previous") ?? start;
}

function spanAfter(start: ZonedDateTime, spanMs: number): ZonedDateTime {
  const next = start.add({ milliseconds: spanMs - sinceStart(start, spanMs) });
  if (next.offsetNanoseconds === start.offsetNanoseconds) return next;
  return start.getTimeZoneTransition("next") ?? next;
}

/** The year that it is in a zone. `ms`: since 1970. Throws RangeError for a zone that is unknown. */
export const yearAt = (ms: number, timeZone: string): number => zoned(ms, timeZone).year;

/** A day of the calendar: times in ms since 1970. Some zones have left one out: it is empty. */
export interface YearDay {
  /** For example "2026-11-21". */
  readonly date: string;
  readonly from: number;
  readonly to: number;
}

/** Throws RangeError for a zone that is unknown. */
export function daysOfYear(year: number, timeZone: string): YearDay[] {
  const days: YearDay[] = [];
  const dateOf = (day: number): string => new Date(day).toISOString().slice(0, 10);
  const startOf = (day: number): ZonedDateTime => Temporal.PlainDate.from(dateOf(day)).toZonedDateTime(timeZone);
  const endOf = steps(timeZone, dayMs);
  let day = Date.UTC(year, 0);
  for (let from = startOf(day).epochMilliseconds; day < Date.UTC(year + 1, 0); day += dayMs) {
    const to = endOf(from, () => startOf(day + dayMs));
    days.push({ date: dateOf(day), from, to });
    from = to;
  }
  return days;
}
