import type { BucketUnit } from "../../src/services/time-buckets.ts";

/**
 * The calendar of a time zone, worked out by hand from nothing but what Intl shows on the zone's clock: by other code, and
 * another part of the platform, than what it is held against. Times in ms since 1970.
 */
export interface ZoneClock {
  readonly zone: string;
  /** Where the clock is set, in order of time. */
  readonly changes: readonly number[];
  /** What the clock shows, as if it were UTC. */
  local(ms: number): number;
  /** The bounds of the buckets that cover a period. */
  bounds(unit: BucketUnit, from: number, to: number): number[];
  /** The days whose dates are from this one on and before that one, by what the clock shows; some are left out. */
  dates(from: string, to: string): { readonly date: string; readonly from: number; readonly to: number }[];
}

const second = 1000;
const quarter = 900_000;
const hour = 4 * quarter;
export const dayMs = 24 * hour;

/** How far apart a unit's starts can be on the clock, and where its grid is: midnight is a start of all longer ones. */
const gridOf: Readonly<Record<BucketUnit, number>> = {
  "quarter-hour": quarter,
  hour,
  day: dayMs,
  week: dayMs,
  month: dayMs,
};
const longest: Readonly<Record<BucketUnit, number>> = {
  "quarter-hour": quarter,
  hour: 2 * hour,
  day: 3 * dayMs,
  week: 9 * dayMs,
  month: 33 * dayMs,
};

/** The same for all times of one bucket, but for the hours that a clock strikes twice. `local`: as a clock shows it. */
export function bucketName(unit: BucketUnit, local: number): number {
  switch (unit) {
    case "quarter-hour":
    case "hour":
    case "day":
      return Math.floor(local / gridOf[unit]);
    case "week":
      return Math.floor((Math.floor(local / dayMs) + 3) / 7); // 1970 began on a Thursday
    case "month": {
      const date = new Date(local);
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    }
    default:
      return unit satisfies never;
  }
}

export const dateOf = (local: number): string => new Date(local).toISOString().slice(0, 10);

/** What Intl shows on the clock of a zone, as if it were UTC. */
export function intlClock(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone: zone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23" },
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
  });
  return (ms) => {
    const shown = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? Number.NaN;
    const date = Date.UTC(part("year"), part("month") - 1, part("day"));
    const time = (part("hour") * 60 + part("minute")) * 60 + part("second");
    return date + time * second + (((ms % second) + second) % second);
  };
}

/** `from`, `to`: what is asked of it is between them. No clock is set twice within a day. */
export function zoneClock(zone: string, from: number, to: number): ZoneClock {
  const shown = intlClock(zone);
  const offsetAt = (ms: number): number => shown(ms) - ms;
  const changes: number[] = [];
  const offsets = [offsetAt(from)];
  for (let at = from; at < to; at += dayMs) {
    const before = offsets.at(-1);
    if (offsetAt(at + dayMs) === before) continue;
    let low = at;
    let high = at + dayMs;
    while (high - low > second) {
      const middle = Math.floor((low + high) / 2 / second) * second;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
    offsets.push(offsetAt(high));
  }
  const local = (ms: number): number => ms + (offsets[changes.filter((change) => change <= ms).length] ?? Number.NaN);

  /** A start has another name than what is before it; or the clock has just been set back, and strikes an hour again. */
  const isStart = (unit: BucketUnit, at: number): boolean =>
    bucketName(unit, local(at)) !== bucketName(unit, local(at - 1)) ||
    (gridOf[unit] < dayMs && local(at) < local(at - 1));

  /** From `low` on and before `high`. */
  function starts(unit: BucketUnit, low: number, high: number): number[] {
    const found: number[] = [];
    const edges = [low, ...changes.filter((change) => change > low && change < high), high];
    for (const [i, edge] of edges.slice(0, -1).entries()) {
      const next = edges[i + 1] ?? high;
      const offset = local(edge) - edge;
      const first = Math.ceil((edge + offset) / gridOf[unit]) * gridOf[unit] - offset;
      if (edge !== first && isStart(unit, edge)) found.push(edge);
      for (let at = first; at < next; at += gridOf[unit]) if (isStart(unit, at)) found.push(at);
    }
    return found;
  }

  return {
    zone,
    changes,
    local,
    bounds(unit, low, high) {
      const all = starts(unit, low - longest[unit], high + longest[unit]);
      const first = all.findLastIndex((at) => at <= low);
      const last = all.findIndex((at) => at >= high);
      return all.slice(first, last + 1);
    },
    dates(first, last) {
      const until = Date.parse(last);
      const all = starts("day", Date.parse(first) - 2 * dayMs, until + 2 * dayMs);
      const byDate = new Map(all.map((at) => [dateOf(local(at)), at]));
      const startOf = (at: number): number => {
        for (let day = at; day <= until + dayMs; day += dayMs) {
          const start = byDate.get(dateOf(day)); // one that was left out ends where it begins
          if (start !== undefined) return start;
        }
        throw new RangeError(`${zone} has no day after ${dateOf(at)}`);
      };
      const days = [];
      for (let at = Date.parse(first); at < until; at += dayMs) {
        days.push({ date: dateOf(at), from: startOf(at), to: startOf(at + dayMs) });
      }
      return days;
    },
  };
}
