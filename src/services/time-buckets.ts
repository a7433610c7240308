/** What is used here of Temporal (tc39.es/proposal-temporal), which Node has and TypeScript's library does not describe yet. */
interface ZonedDateTime {
  readonly epochMilliseconds: number;
  startOfDay(): ZonedDateTime;
  add(duration: { readonly days: number } | { readonly hours: number }): ZonedDateTime;
  round(to: { readonly smallestUnit: "hour"; readonly roundingMode: "floor" }): ZonedDateTime;
}

declare const Temporal: {
  readonly Instant: {
    fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(timeZone: string): ZonedDateTime };
  };
};

export interface BucketSpan {
  readonly unit: "hour" | "day";
  /** In ms since 1970. */
  readonly from: number;
  /** After `from`. */
  readonly to: number;
  /** IANA name. Throws RangeError for one that is unknown. */
  readonly timeZone: string;
}

/**
 * Where the buckets begin that cover a period, and where the last one ends: n + 1 rising times in ms since 1970. Hours and
 * days are the clock's and the calendar's in the zone, so a day has 23 to 25 hours where clocks change. undefined: there
 * would be more than `most`.
 */
export function bucketBounds({ unit, from, to, timeZone }: BucketSpan, most: number): number[] | undefined {
  let start = bucketOf(Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone), unit);
  const bounds = [start.epochMilliseconds];
  while (start.epochMilliseconds < to) {
    if (bounds.length > most) return undefined;
    start = bucketAfter(start, unit);
    bounds.push(start.epochMilliseconds);
  }
  return bounds;
}

const bucketOf = (time: ZonedDateTime, unit: BucketSpan["unit"]): ZonedDateTime =>
  unit === "day" ? time.startOfDay() : time.round({ smallestUnit: "hour", roundingMode: "floor" });

function bucketAfter(start: ZonedDateTime, unit: BucketSpan["unit"]): ZonedDateTime {
  const later = unit === "day" ? start.add({ days: 1 }) : start.add({ hours: 1 });
  const next = bucketOf(later, unit);
  // Where clocks are set back by half an hour, the hour that contains `later` began before `start`'s did end.
  return next.epochMilliseconds > start.epochMilliseconds ? next : later;
}
