import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bucket, StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { createStatsService } from "../../src/services/stats.ts";
import type { BucketUnit } from "../../src/services/time-buckets.ts";
import { rowOf, usageOf } from "../ledger/fixtures.ts";
import { randomOf } from "../soak/random.ts";
import { bucketName, dateOf, dayMs, intlClock, zoneClock } from "./zone-clock.ts";

/** Rows around every time that a clock is set, in sums by the calendar of the zone, against a count by what Intl shows. */

const start = Date.UTC(2026, 0, 1);
const end = Date.UTC(2027, 0, 1);
const zones = [
  ...["UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "Atlantic/Azores"],
  ...["Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kathmandu", "Antarctica/Troll", "America/Nuuk"],
].map((zone) => zoneClock(zone, start - 40 * dayMs, end + 40 * dayMs));

interface Placed {
  readonly startedAt: number;
  readonly tokens: number;
  readonly costNanoUsd: bigint;
  readonly failed: boolean;
}

const seed = 2026;
const random = randomOf(seed, "zones");

/** At the edges, a millisecond beside them, and anywhere near; around New Year; and all year. */
function times(): number[] {
  const edges = [start, end, ...zones.flatMap(({ changes }) => changes)];
  const near = edges.flatMap((edge) => [
    ...[-1, 0, 1, -900_000, 900_000, -3_600_000, 3_600_000, -dayMs, dayMs].map((ms) => edge + ms),
    ...Array.from({ length: 30 }, () => edge + Math.floor(random.between(-3 * dayMs, 3 * dayMs))),
  ]);
  const all = Array.from({ length: 1000 }, () => Math.floor(random.between(start - 20 * dayMs, end + 20 * dayMs)));
  return [...near, ...all];
}

const rows: readonly Placed[] = times().map((startedAt) => ({
  startedAt,
  tokens: Math.floor(random.between(1, 1000)),
  costNanoUsd: BigInt(Math.floor(random.between(0, 1e6))),
  failed: random.happens(0.2),
}));

let ledger: Ledger;
let stats: Client<typeof StatsService>;
beforeAll(async () => {
  const clock = { now: () => end, micros: () => 0 };
  ledger = createLedger({ store: { kind: "sqlite", path: ":memory:" }, clock });
  await ledger.start();
  const settling = rows.map(({ startedAt, tokens, costNanoUsd, failed }) => {
    const usage = usageOf({ inputTokens: tokens, outputTokens: 1 });
    return ledger.settle(rowOf({ startedAt, usage, costNanoUsd, status: failed ? "error" : "ok" }), undefined);
  });
  await Promise.all(settling);
  const service = createStatsService({ ledger, clock });
  const transport = createRouterTransport((router) => router.service(StatsService, service));
  stats = createClient(StatsService, transport);
});
afterAll(() => ledger.close());

/** What the rows with one name come to, as a line. */
function linesOf(those: readonly Placed[], nameOf: (startedAt: number) => string): string[] {
  return [...Map.groupBy(those, ({ startedAt }) => nameOf(startedAt))]
    .map(([name, group]) => {
      const tokens = group.reduce((sum, row) => sum + row.tokens, 0);
      const cost = group.reduce((sum, row) => sum + row.costNanoUsd, 0n);
      return `${name}: ${group.length} rows, ${group.filter(({ failed }) => failed).length} failed, ${tokens}, ${cost}`;
    })
    .sort();
}

interface Summed {
  readonly requests: bigint;
  readonly errors: bigint;
  readonly inputTokens: bigint;
  readonly costNanoUsd: bigint;
}

const lineOf = (name: string, { requests, errors, inputTokens, costNanoUsd }: Summed): string =>
  `${name}: ${requests} rows, ${errors} failed, ${inputTokens}, ${costNanoUsd}`;

const msOf = (time: Timestamp | undefined): number => (time === undefined ? Number.NaN : timestampMs(time));

const buckets: readonly (readonly [BucketUnit, Bucket])[] = [
  ["quarter-hour", Bucket.QUARTER_HOUR],
  ["hour", Bucket.HOUR],
  ["day", Bucket.DAY],
  ["week", Bucket.WEEK],
  ["month", Bucket.MONTH],
];

describe.each(zones)("in $zone", ({ zone, changes }) => {
  const shown = intlClock(zone);

  /** An hour that the clock strikes twice is two of one name, with other offsets. */
  const nameIn = (unit: BucketUnit) => (at: number) => {
    const local = shown(at);
    const isShort = unit === "quarter-hour" || unit === "hour";
    return `${unit} ${bucketName(unit, local)}${isShort ? `, ${(local - at) / 60_000} min from UTC` : ""}`;
  };

  async function expectSeries(unit: BucketUnit, bucket: Bucket, from: number, to: number): Promise<void> {
    const filter = { from: timestampFromMs(from), to: timestampFromMs(to) };
    const { points } = await stats.getTimeSeries({ filter, bucket, timeZone: zone });
    const nameOf = nameIn(unit);
    const lines = points.flatMap(({ start: at, totals }) =>
      totals === undefined || totals.requests === 0n ? [] : [lineOf(nameOf(msOf(at)), totals)],
    );
    const those = rows.filter(({ startedAt }) => startedAt >= from && startedAt < to);
    expect(those.length).toBeGreaterThan(0);
    expect(lines.sort()).toEqual(linesOf(those, nameOf));
  }

  test.each(buckets)("a series by %s has each row around a change in its bucket", async (unit, bucket) => {
    for (const at of [start, ...changes.filter((change) => change > start && change < end)]) {
      await expectSeries(unit, bucket, at - 3 * dayMs, at + 3 * dayMs);
      await expectSeries(unit, bucket, at, at + dayMs); // the period begins where the clock is set
    }
  });

  test.each(buckets.slice(2))("a series of a year by %s has each row in its bucket", async (unit, bucket) => {
    await expectSeries(unit, bucket, start, end);
    await expectSeries(unit, bucket, start - 20 * dayMs + 1, end + 20 * dayMs - 1);
  });

  test("the heat map has each row of the year on its date, and no other", async () => {
    const { days } = await stats.getHeatMap({ year: 2026, timeZone: zone });
    expect(days).toHaveLength(365);
    const those = rows.filter(({ startedAt }) => dateOf(shown(startedAt)).startsWith("2026-"));
    const lines = days.flatMap((day) => (day.requests === 0n ? [] : [lineOf(day.date, day)]));
    expect(lines).toEqual(linesOf(those, (at) => dateOf(shown(at))));
  });
});
