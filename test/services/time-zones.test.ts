import { beforeAll, describe, expect, test } from "vitest";
import { type BucketUnit, bucketBounds, daysOfYear, yearAt } from "../../src/services/time-buckets.ts";
import { dateOf, dayMs, type ZoneClock, zoneClock } from "./zone-clock.ts";

/** Every zone that the platform knows, over two years: where its clock is set, and on every one of its days. */

const hour = 3_600_000;
const start = Date.UTC(2025, 0, 1);
const end = Date.UTC(2027, 0, 1);
const units: readonly BucketUnit[] = ["quarter-hour", "hour", "day", "week", "month"];

/** Names of old stand for the same zones, and have to be taken as well. */
const oldNames = [
  "UTC",
  "GMT",
  "Etc/GMT+12",
  "Etc/GMT-14",
  "US/Eastern",
  "Asia/Calcutta",
  "Europe/Kiev",
  "Asia/Katmandu",
];

let clocks: readonly ZoneClock[];
beforeAll(() => {
  const zones = new Set([...Intl.supportedValuesOf("timeZone"), ...oldNames]);
  clocks = [...zones].map((zone) => zoneClock(zone, start - 40 * dayMs, end + 40 * dayMs));
});

const show = (times: readonly number[] | undefined): string =>
  (times ?? []).map((at) => new Date(at).toISOString()).join(" ");

/** What is wrong with the buckets of a period. Empty: nothing. */
function faultsOf(unit: BucketUnit, from: number, to: number, clock: ZoneClock): string[] {
  const bounds = bucketBounds({ unit, from, to, timeZone: clock.zone }, 2000);
  const wanted = clock.bounds(unit, from, to);
  if (bounds !== undefined && bounds.join() === wanted.join()) return [];
  const at = wanted.findIndex((bound, i) => bound !== bounds?.[i]);
  const near = [Math.max(0, at - 1), at + 3] as const;
  return [
    `${clock.zone}, ${show([from])} to ${show([to])}: ${show(bounds?.slice(...near))}, not ${show(wanted.slice(...near))}`,
  ];
}

test("there are zones of all kinds", () => {
  expect(clocks.length).toBeGreaterThan(400);
  const lengths = new Set<number>();
  for (const { changes, local } of clocks) {
    for (const at of changes) lengths.add((local(at) - local(at - 1) - 1) / 60_000);
  }
  // Troll's clock changes by two hours, Lord Howe's by half of one
  expect([...lengths].sort((a, b) => a - b)).toEqual([-120, -60, -30, 30, 60, 120]);
  const minutes = new Set(clocks.map(({ local }) => (((local(start) - start) / 60_000) % 60) + 0));
  expect([...minutes].sort((a, b) => a - b)).toEqual([-30, 0, 30, 45]);
});

describe.each(units)("buckets of a %s", (unit) => {
  /** Before and after, in ms: at odd times, and exactly where the clock is set. */
  const long = unit === "quarter-hour" || unit === "hour" ? 26 * hour : 3 * dayMs;
  const windows = [
    [long + 420_001, long + 1],
    [1, 1],
    [0, 1],
    [2 * hour, 0],
  ] as const;

  test("are those of the zone's clock around each time that it is set", () => {
    const faults = clocks.flatMap((clock) =>
      clock.changes
        .filter((at) => at > start && at < end)
        .flatMap((at) => windows.flatMap(([before, after]) => faultsOf(unit, at - before, at + after, clock))),
    );
    expect(faults).toEqual([]);
  });
});

test.each<BucketUnit>(["day", "week", "month"])("buckets of a %s are those of the zone's calendar all year", (unit) => {
  const faults = clocks.flatMap((clock) => [
    ...faultsOf(unit, start, end, clock),
    ...faultsOf(unit, start - 15 * dayMs, start + 15 * dayMs, clock), // across New Year
  ]);
  expect(faults).toEqual([]);
});

test("hours and their quarters go on across New Year", () => {
  const faults = clocks.flatMap((clock) =>
    (["quarter-hour", "hour"] as const).flatMap((unit) =>
      faultsOf(unit, start - 15 * hour - 1, start + 15 * hour + 1, clock),
    ),
  );
  expect(faults).toEqual([]);
});

/** How long a day of the calendar is: what its clock jumps over is missing, what it strikes twice is there twice. */
function lengthOf(date: string, { changes, local }: ZoneClock): number {
  const midnight = Date.parse(date);
  return changes.reduce((length, at) => {
    const before = local(at - 1) + 1;
    const after = local(at);
    const low = Math.max(midnight, Math.min(before, after));
    const high = Math.min(midnight + dayMs, Math.max(before, after));
    return high <= low ? length : length + (before > after ? high - low : low - high);
  }, dayMs);
}

test("the days of a year are the calendar's, and as long as its clock leaves them", () => {
  const faults: string[] = [];
  for (const clock of clocks) {
    const { zone } = clock;
    for (const year of [2025, 2026]) {
      const days = daysOfYear(year, zone);
      if (JSON.stringify(days) !== JSON.stringify(clock.dates(`${year}-01-01`, `${year + 1}-01-01`))) {
        faults.push(`${zone}: other days in ${year}`);
      }
      for (const { date, from, to } of days) {
        const length = lengthOf(date, clock);
        if (to - from !== length) faults.push(`${zone}, ${date}: ${(to - from) / hour} h, not ${length / hour}`);
      }
      const from = days[0]?.from ?? 0;
      if (yearAt(from, zone) !== year || yearAt(from - 1, zone) !== year - 1)
        faults.push(`${zone}: ${year} begins late`);
    }
  }
  expect(faults).toEqual([]);
});

/** From the rules of the time zone database (iana.org/time-zones): `from` in UTC. */
test.each([
  ["America/Santiago", "2026-09-06", "2026-09-06T04:00Z", 23], // there is no midnight
  ["America/Santiago", "2026-04-04", "2026-04-04T03:00Z", 25],
  ["Asia/Beirut", "2026-03-29", "2026-03-28T22:00Z", 23],
  ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00Z", 23],
  ["Africa/Cairo", "2026-10-29", "2026-10-28T21:00Z", 25],
  ["Atlantic/Azores", "2026-03-29", "2026-03-29T01:00Z", 23],
  ["Atlantic/Azores", "2026-10-25", "2026-10-25T00:00Z", 25], // midnight comes twice
  ["America/Havana", "2026-03-08", "2026-03-08T05:00Z", 23],
  ["America/Nuuk", "2026-03-28", "2026-03-28T02:00Z", 23], // the last hour is missing
  ["Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z", 24.5],
  ["Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30Z", 23.5],
  ["Pacific/Chatham", "2026-09-27", "2026-09-26T11:15Z", 23],
  ["Antarctica/Troll", "2026-03-29", "2026-03-29T00:00Z", 22],
  ["Antarctica/Troll", "2026-10-25", "2026-10-24T22:00Z", 26],
  ["Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15Z", 24],
  ["Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00Z", 24],
  ["America/New_York", "1969-04-27", "1969-04-27T05:00Z", 23], // before 1970
  ["Pacific/Pago_Pago", "2025-12-31", "2025-12-31T11:00Z", 24],
] as const)("in %s, %s begins at %s and has %s hours", (zone, date, text, hours) => {
  const from = Date.parse(text);
  const to = from + hours * hour;
  expect(daysOfYear(Number(date.slice(0, 4)), zone).find((day) => day.date === date)).toEqual({ date, from, to });
  expect(bucketBounds({ unit: "day", from: to - 1, to, timeZone: zone }, 2)).toEqual([from, to]);
});

/** The date line was moved over them. */
describe.each([
  ["Pacific/Apia", "2011-12-30"],
  ["Pacific/Fakaofo", "2011-12-30"],
  ["Pacific/Kwajalein", "1993-08-21"],
  ["Pacific/Kiritimati", "1994-12-31"],
  ["Pacific/Kanton", "1994-12-31"],
])("%s left %s out", (zone, date) => {
  const at = Date.parse(date);
  const clock = zoneClock(zone, at - 430 * dayMs, at + 430 * dayMs);

  test("and its year has that day without a time", () => {
    const year = Number(date.slice(0, 4));
    const days = daysOfYear(year, zone);
    expect(days).toEqual(clock.dates(`${year}-01-01`, `${year + 1}-01-01`));
    expect(days.filter(({ from, to }) => from === to)).toMatchObject([{ date }]);
  });

  test.each(units)("and no bucket of a %s", (unit) => {
    const bounds = bucketBounds({ unit, from: at - 3 * dayMs, to: at + 3 * dayMs, timeZone: zone }, 2000) ?? [];
    expect(bounds).toEqual(clock.bounds(unit, at - 3 * dayMs, at + 3 * dayMs));
    expect(bounds.slice(0, -1).map((bound) => dateOf(clock.local(bound)))).not.toContain(date);
    for (const [i, bound] of bounds.entries()) expect(bound).toBeGreaterThan(bounds[i - 1] ?? 0);
  });
});
