import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { Bucket, StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { createLedger } from "../../src/ledger/index.ts";
import { createStatsService } from "../../src/services/stats.ts";
import { rowOf } from "../ledger/fixtures.ts";

/** On the Chatham Islands clocks go from 02:45 to 03:45: there is no 03:00 for that hour's bucket to begin at. */
test("a series by hour that begins where a clock is set in the middle of one has its first rows", async () => {
  const set = Date.parse("2026-09-26T14:00:00Z");
  const clock = { now: () => set, micros: () => 0 };
  const ledger = createLedger({ store: { kind: "sqlite", path: ":memory:" }, clock });
  onTestFinished(() => ledger.close());
  await ledger.start();
  await ledger.settle(rowOf({ startedAt: set + 300_000 }), undefined);
  const service = createStatsService({ ledger, clock });
  const stats = createClient(
    StatsService,
    createRouterTransport((router) => router.service(StatsService, service)),
  );
  const { points } = await stats.getTimeSeries({
    filter: { from: timestampFromMs(set), to: timestampFromMs(set + 3_600_000) },
    bucket: Bucket.HOUR,
    timeZone: "Pacific/Chatham",
  });
  expect(points.map(({ start, totals }) => [start, totals?.requests])).toEqual([
    [timestampFromMs(set), 1n],
    [timestampFromMs(set + 900_000), 0n],
  ]);
});
