import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BucketUnit, bucketBounds, daysOfYear, yearAt } from "../../src/services/time-buckets.ts";

/** Whole hours, half and quarter hours, changes by an hour and by half of one, at midnight, and days left out. */
const zones = [
  ...["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu"],
  ...["Australia/Lord_Howe", "Australia/Adelaide", "America/St_Johns", "Africa/Cairo", "Asia/Beirut"],
  ...["Pacific/Apia", "Pacific/Chatham", "America/Santiago", "Africa/Casablanca"],
];

/** What the platform's calendar says, by Intl and so by other code than what is tested. */
function wallClock(ms: number, timeZone: string) {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
    weekday: "short",
    hourCycle: "h23",
  });
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const { year = "", month = "", day = "", hour = "", minute = "", second = "", weekday = "" } = parts;
  return { date: `${year}-${month}-${day}`, month: `${year}-${month}`, hour, minute, second, weekday };
}

const quarter = 900_000;
const hour = 4 * quarter;
const day = 24 * hour;
const from2000 = Date.parse("2000-01-01T00:00:00Z");
const times = fc.integer({ min: from2000, max: Date.parse("2037-01-01T00:00:00Z") });

/** The name of the bucket that a time is in. Mondays count for weeks: 1970 began on a Thursday. */
function bucketName(unit: BucketUnit, ms: number, zone: string): string {
  const { date, month, hour: hours, minute } = wallClock(ms, zone);
  switch (unit) {
    case "quarter-hour":
      return `${date} ${hours}:${Math.floor(Number(minute) / 15)}`;
    case "hour":
      return `${date} ${hours}`;
    case "day":
      return date;
    case "week":
      return String(Math.floor((Date.parse(`${date}T00:00:00Z`) / day + 3) / 7));
    case "month":
      return month;
    default:
      return unit satisfies never;
  }
}

const lengths = { "quarter-hour": quarter, hour, day, week: 7 * day, month: 30 * day };

describe.each<BucketUnit>(["quarter-hour", "hour", "day", "week", "month"])("buckets of a %s", (unit) => {
  test("cover the period, and are the calendar's: one name from start to end, another one after", () => {
    fc.assert(
      fc.property(times, fc.nat({ max: 12 }), fc.constantFrom(...zones), (from, count, timeZone) => {
        const to = from + 1 + count * lengths[unit];
        const bounds = bucketBounds({ unit, from, to, timeZone }, 100) ?? [];
        expect(bounds[0]).toBeLessThanOrEqual(from);
        expect(bounds.at(-1)).toBeGreaterThanOrEqual(to);
        expect(bounds.at(-2)).toBeLessThan(to);
        for (const [at, start] of bounds.slice(0, -1).entries()) {
          const end = bounds[at + 1] ?? start;
          expect(end).toBeGreaterThan(start);
          expect(bucketName(unit, end - 1, timeZone)).toBe(bucketName(unit, start, timeZone));
          const before = bucketName(unit, start - 1, timeZone);
          // An hour that the clock strikes twice is two buckets of one name.
          if (before === bucketName(unit, start, timeZone)) expect(["hour", "quarter-hour"]).toContain(unit);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test("weeks begin on Monday, months on the 1st, also where clocks change on that day", () => {
  const start = (unit: BucketUnit, text: string, timeZone: string): string => {
    const from = Date.parse(text);
    const [first = 0] = bucketBounds({ unit, from, to: from + 1, timeZone }, 10) ?? [];
    return new Date(first).toISOString();
  };
  expect(start("week", "2026-03-29T22:30:00Z", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
  expect(start("week", "2026-03-29T21:30:00Z", "Europe/Berlin")).toBe("2026-03-22T23:00:00.000Z");
  expect(start("month", "2026-11-21T00:00:00Z", "America/New_York")).toBe("2026-11-01T04:00:00.000Z");
  // Beirut's clocks went from 23:59 to 01:00: that month's day 26 began at 1.
  expect(start("day", "2028-03-26T10:00:00Z", "Asia/Beirut")).toBe("2028-03-25T22:00:00.000Z");
});

describe("the days of a year", () => {
  test.each(zones)("in %s follow one another from January 1st, each with its date", (zone) => {
    for (const year of [2011, 2026, 2028]) {
      const days = daysOfYear(year, zone);
      expect(days.length).toBe(year === 2028 ? 366 : 365);
      for (const [at, { date, from, to }] of days.entries()) {
        expect(to).toBe(days[at + 1]?.from ?? to);
        if (from === to) continue; // left out
        expect([wallClock(from, zone).date, wallClock(to - 1, zone).date]).toEqual([date, date]);
        expect(wallClock(from - 1, zone).date).not.toBe(date);
      }
    }
  });

  test("leave out the one that Samoa left out", () => {
    expect(daysOfYear(2011, "Pacific/Apia").filter(({ from, to }) => from === to)).toMatchObject([
      { date: "2011-12-30" },
    ]);
  });

  test("are of the year that it is in the zone", () => {
    const newYear = Date.parse("2026-12-31T23:30:00Z");
    expect([yearAt(newYear, "UTC"), yearAt(newYear, "Asia/Kolkata")]).toEqual([2026, 2027]);
  });
});
