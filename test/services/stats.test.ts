import { timestampDate, timestampFromDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import {
  Affinity,
  AttemptOutcome,
  Bucket,
  SkipReason,
  StatsService,
  Status,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { createStatsService } from "../../src/services/stats.ts";
import { bodiesOf, nextId, rowOf, usageOf } from "../ledger/fixtures.ts";
import { freshPlace } from "../ledger/stores.ts";

const now = Date.parse("2026-06-15T12:00:00Z");
const clock = { now: () => now, micros: () => 0 };

let store: Awaited<ReturnType<typeof freshPlace>>;
let ledger: Ledger;
let stats: Client<typeof StatsService>;
beforeEach(async () => {
  store = await freshPlace();
  ledger = createLedger({ store: store.location, clock });
  await ledger.start();
  const service = createStatsService({ ledger, clock });
  stats = createClient(
    StatsService,
    createRouterTransport((router) => router.service(StatsService, service)),
  );
});
afterEach(async () => {
  await ledger.close();
  await store.remove();
});

const settle = (...rows: Partial<ExchangeRow>[]): Promise<unknown> =>
  Promise.all(rows.map((row) => ledger.settle(rowOf({ startedAt: now, ...row }), undefined)));

const time = (text: string) => timestampFromDate(new Date(text));

const invalid = (message: RegExp) => ({
  code: Code.InvalidArgument,
  rawMessage: expect.stringMatching(message),
});

describe("GetSummary", () => {
  test("sums the rows of a period, and groups them", async () => {
    await settle(
      { startedAt: now - 2, costNanoUsd: 2n ** 60n, usage: usageOf({ inputTokens: 4_000_000_000 }) },
      { startedAt: now - 1, status: "error", errorCode: "rate_limited", errorMessage: "Too many.", costNanoUsd: null },
      { startedAt: now },
    );
    const summary = await stats.getSummary({ filter: { from: timestampFromMs(now - 2), to: timestampFromMs(now) } });
    expect(summary.totals).toMatchObject({
      requests: 2n,
      ok: 1n,
      errors: 1n,
      inputTokens: 4_000_000_100n,
      costNanoUsd: 2n ** 60n,
      unknownCost: 1n,
    });
    expect(summary.byModel.map(({ name, totals }) => [name, totals?.requests])).toEqual([["acme/large-1", 2n]]);
    expect(summary.byProvider.map(({ name }) => name)).toEqual(["acme"]);
    expect(summary.byAlias.map(({ name }) => name)).toEqual(["smart"]);
    expect(summary.byFacade.map(({ name }) => name)).toEqual(["rest"]);
    expect(summary.errors).toMatchObject([{ code: "rate_limited", requests: 1n, lastMessage: "Too many." }]);
  });

  test("without a filter is of everything", async () => {
    await settle({ startedAt: 0 }, { status: "cancelled" });
    expect((await stats.getSummary({})).totals).toMatchObject({ requests: 2n, cancelled: 1n });
  });

  test("filters by status", async () => {
    await settle({}, { status: "error" }, { status: "cancelled" });
    const statuses = [Status.ERROR, Status.CANCELLED];
    expect((await stats.getSummary({ filter: { statuses } })).totals?.requests).toBe(2n);
  });
});

describe("a filter that makes no sense is refused with what to do:", () => {
  test.each([
    ["an empty period", { from: timestampFromMs(5), to: timestampFromMs(5) }, /'filter.from' has to be before/],
    ["a time that no calendar has", { from: { seconds: 10n ** 15n, nanos: 0 } }, /'filter.from' is no time/],
    ["a status that is not set", { statuses: [Status.UNSPECIFIED] }, /'filter.statuses' holds 0; it takes STATUS_OK/],
    ["costs the wrong way round", { minCostNanoUsd: 2n, maxCostNanoUsd: 1n }, /'filter.min_cost_nano_usd'/],
    ["more names than fit", { models: Array<string>(501).fill("m") }, /'filter.models' has 501 names; at most 500/],
  ])("%s", async (_, filter, message) => {
    await expect(stats.getSummary({ filter })).rejects.toMatchObject(invalid(message));
    await expect(stats.getTimeSeries({ filter })).rejects.toMatchObject(invalid(message));
    await expect(stats.listRequests({ filter })).rejects.toMatchObject(invalid(message));
    const watching = stats.watchRequests({ filter })[Symbol.asyncIterator]();
    await expect(watching.next()).rejects.toMatchObject(invalid(message));
  });
});

describe("GetTimeSeries", () => {
  const series = async (from: string, to: string, bucket: Bucket, timeZone = "") => {
    const { points } = await stats.getTimeSeries({ filter: { from: time(from), to: time(to) }, bucket, timeZone });
    return points.map(({ start, totals }) => {
      const at = start === undefined ? "" : timestampDate(start).toISOString().slice(0, 16);
      return `${at} ${totals?.requests}`;
    });
  };
  const startedAt = (...times: string[]) => settle(...times.map((text) => ({ startedAt: Date.parse(text) })));

  test("has a point an hour, empty ones included, that begin on the hour", async () => {
    await startedAt("2026-06-01T00:59:59.999Z", "2026-06-01T02:00:00Z", "2026-06-01T02:30:00Z");
    expect(await series("2026-06-01T00:10:00Z", "2026-06-01T03:00:00Z", Bucket.HOUR)).toEqual([
      "2026-06-01T00:00 1",
      "2026-06-01T01:00 0",
      "2026-06-01T02:00 2",
    ]);
  });

  test("counts only what is in the period, also in a first and last bucket that reach beyond it", async () => {
    await startedAt("2026-06-01T00:05:00Z", "2026-06-01T00:15:00Z", "2026-06-01T01:15:00Z", "2026-06-01T01:25:00Z");
    expect(await series("2026-06-01T00:10:00Z", "2026-06-01T01:20:00Z", Bucket.HOUR)).toEqual([
      "2026-06-01T00:00 1",
      "2026-06-01T01:00 1",
    ]);
  });

  test("has days of 23 and 25 hours where clocks change", async () => {
    await startedAt("2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z");
    expect(await series("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", Bucket.DAY, "Europe/Berlin")).toEqual([
      "2026-03-27T23:00 1",
      "2026-03-28T23:00 2",
      "2026-03-29T22:00 1",
    ]);
    expect(await series("2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z", Bucket.DAY, "Europe/Berlin")).toEqual([
      "2026-10-24T22:00 0",
      "2026-10-25T23:00 0",
    ]);
  });

  test("has hours of the clock in zones that are half an hour off, also where clocks change by half an hour", async () => {
    await startedAt("2026-06-01T18:29:59Z", "2026-06-01T18:30:00Z");
    expect(await series("2026-06-01T17:45:00Z", "2026-06-01T19:00:00Z", Bucket.HOUR, "Asia/Kolkata")).toEqual([
      "2026-06-01T17:30 1",
      "2026-06-01T18:30 1",
    ]);
    const back = await series("2026-04-04T13:00:00Z", "2026-04-04T17:00:00Z", Bucket.HOUR, "Australia/Lord_Howe");
    expect(back.map((point) => point.slice(11, 16))).toEqual(["13:00", "14:00", "15:00", "15:30", "16:30"]);
  });

  test("takes hours for up to three days and days beyond, if it is not told", async () => {
    const points = async (to: string) => (await series("2026-06-01T00:00:00Z", to, Bucket.UNSPECIFIED)).length;
    expect(await points("2026-06-04T00:00:00Z")).toBe(72);
    expect(await points("2026-06-04T00:00:01Z")).toBe(4);
  });

  test("without an end goes until now, this moment included", async () => {
    await startedAt("2026-06-15T11:30:00Z", "2026-06-15T12:00:00Z");
    const { points } = await stats.getTimeSeries({ filter: { from: time("2026-06-15T11:00:00Z") } });
    expect(points.map(({ totals }) => totals?.requests)).toEqual([1n, 1n]);
  });

  test("without a period is of the 30 days until now, and of the whole bucket in which these begin", async () => {
    await startedAt("2026-05-16T12:00:00Z", "2026-05-16T00:00:00Z", "2026-05-15T23:59:59Z", "2026-06-15T12:00:00Z");
    const { points } = await stats.getTimeSeries({});
    expect(points.length).toBe(31);
    expect(points.at(0)?.totals?.requests).toBe(2n);
    expect(points.at(-1)?.totals?.requests).toBe(1n);
  });

  test("sums to what the summary says", async () => {
    await settle(...Array.from({ length: 40 }, (_, i) => ({ startedAt: now - i * 40_000_000 })));
    const filter = { from: timestampFromMs(now - 15 * 86_400_000), to: timestampFromMs(now) };
    const { points } = await stats.getTimeSeries({ filter, timeZone: "America/New_York" });
    const { totals } = await stats.getSummary({ filter });
    const sum = points.reduce((total, point) => total + (point.totals?.costNanoUsd ?? 0n), 0n);
    expect(totals?.requests).toBeGreaterThan(20n);
    expect(sum).toBe(totals?.costNanoUsd);
  });

  test.each([
    ["too many points", "2026-01-01T00:00:00Z", Bucket.HOUR, "", /more than 2000 hours\. .*BUCKET_DAY/],
    ["centuries of days", "1000-01-01T00:00:00Z", Bucket.DAY, "", /more than 2000 days/],
    ["an unknown zone", "2026-06-01T00:00:00Z", Bucket.DAY, "Mars/Olympus", /'time_zone' is 'Mars\/Olympus'/],
    ["a start in the future", "2026-06-16T00:00:00Z", Bucket.DAY, "", /'filter.from' is in the future/],
  ])("refuses %s", async (_, from, bucket, timeZone, message) => {
    const asked = stats.getTimeSeries({ filter: { from: time(from) }, bucket, timeZone });
    await expect(asked).rejects.toMatchObject(invalid(message));
  });
});

describe("ListRequests", () => {
  test("gives pages, newest first, that do not move while rows are added", async () => {
    const rows = Array.from({ length: 7 }, (_, i) => rowOf({ startedAt: now + Math.floor(i / 2) }));
    await Promise.all(rows.map((row) => ledger.settle(row, undefined)));
    const ids: string[] = [];
    let pageToken = "";
    do {
      const page = await stats.listRequests({ pageSize: 3, pageToken });
      ids.push(...page.requests.map(({ id }) => id));
      pageToken = page.nextPageToken;
      await settle({ startedAt: now + 1000 });
    } while (pageToken !== "");
    expect(ids).toEqual(rows.map(({ id }) => id).toReversed());
  });

  test("gives 50 rows when it is not told, and no token with the last page", async () => {
    await settle(...Array.from({ length: 50 }, () => ({})));
    const whole = await stats.listRequests({});
    expect([whole.requests.length, whole.nextPageToken]).toEqual([50, ""]);
    await settle({});
    expect((await stats.listRequests({})).nextPageToken).not.toBe("");
  });

  test("filters", async () => {
    await settle({ provider: "a" }, { provider: "b" });
    const { requests } = await stats.listRequests({ filter: { providers: ["b"] } });
    expect(requests.map(({ provider }) => provider)).toEqual(["b"]);
  });

  test("refuses a page that is too large and a token that is none", async () => {
    await expect(stats.listRequests({ pageSize: 201 })).rejects.toMatchObject(invalid(/the largest is 200/));
    for (const pageToken of ["x", "bm9uc2Vuc2U", "💥"]) {
      await expect(stats.listRequests({ pageToken })).rejects.toMatchObject(invalid(/'page_token' is not one/));
    }
  });
});

describe("GetRequest", () => {
  test("gives the row with all it has, and its bodies", async () => {
    const row = rowOf({
      startedAt: now,
      finishReason: FinishReason.TOOL_CALLS,
      usage: usageOf({
        cacheReadTokens: 7,
        webSearches: 2,
        serviceTier: "flex",
        reportedCostNanoUsd: 1_400_000n,
        extensions: { "dialect-b/extra": "1" },
      }),
      dropped: ["top_k"],
      clientRequestId: "mine",
      serviceTier: "flex",
      reportedCostNanoUsd: 1_400_000n,
      cacheSavedNanoUsd: -20n,
    });
    await ledger.settle(row, { ...bodiesOf("question", "answer"), truncated: true });
    const { request, requestBody, responseBody, truncated } = await stats.getRequest({ id: row.id });
    const { startedAt, firstTokenUs, durationUs, overheadUs, costNanoUsd, trail: _, ...same } = row;
    expect(request).toMatchObject({
      ...same,
      reportedCostNanoUsd: 1_400_000n,
      cacheSavedNanoUsd: -20n,
      startedAt: timestampFromMs(startedAt),
      status: Status.OK,
      finishReason: "tool_calls",
      firstTokenUs: BigInt(firstTokenUs ?? 0),
      durationUs: BigInt(durationUs),
      overheadUs: BigInt(overheadUs),
      costNanoUsd: costNanoUsd ?? undefined,
    });
    expect([requestBody, responseBody].map((body) => Buffer.from(body).toString())).toEqual(["question", "answer"]);
    expect(truncated).toBe(true);
  });

  test("leaves out what is not known, and bodies that were not kept", async () => {
    const row = rowOf({
      status: "cancelled",
      finishReason: FinishReason.UNSPECIFIED,
      usage: undefined,
      costNanoUsd: null,
      firstTokenUs: null,
    });
    await ledger.settle(row, undefined);
    const { request, requestBody, truncated } = await stats.getRequest({ id: row.id });
    expect(request).toMatchObject({ status: Status.CANCELLED, finishReason: "" });
    const unknown = [request?.usage, request?.costNanoUsd, request?.reportedCostNanoUsd, request?.cacheSavedNanoUsd];
    expect([...unknown, request?.firstTokenUs]).toEqual(Array(5).fill(undefined));
    expect([requestBody.length, truncated]).toEqual([0, false]);
  });

  test("says where ids come from when there is no such row", async () => {
    const id = nextId();
    await expect(stats.getRequest({ id })).rejects.toMatchObject({
      code: Code.NotFound,
      rawMessage: `The ledger has no request with the id '${id}'. ListRequests gives the ids.`,
    });
    await expect(stats.getRequest({})).rejects.toMatchObject(invalid(/'id' is empty/));
  });
});

describe("ExplainRequest", () => {
  test("gives the way that a request went, as it was settled", async () => {
    const step = { atUs: 7, target: "acme/large-1", credential: "first" };
    const row = rowOf({
      trail: {
        ...{ strategy: "weighted", condition: "", affinity: "kept", candidates: ["acme/large-1"], plannedUs: 5 },
        steps: [
          { ...step, kind: "skipped", why: "cooling", until: now + 1_000 },
          { ...step, kind: "attempt", credential: "second", hedge: false, outcome: "answered", headUs: 20, endUs: 30 },
        ],
      },
    });
    await ledger.settle(row, undefined);
    const { request, trail, phases } = await stats.explainRequest({ id: row.id });
    expect(request).toMatchObject({ id: row.id, alias: "smart", status: Status.OK });
    expect(trail).toMatchObject({ strategy: "weighted", affinity: Affinity.KEPT, candidates: ["acme/large-1"] });
    expect(trail?.steps.map(({ atUs, kind }) => [atUs, kind.case, kind.value])).toMatchObject([
      [7n, "skipped", { credential: "first", why: SkipReason.COOLING, until: timestampFromMs(now + 1_000) }],
      [7n, "attempt", { credential: "second", outcome: AttemptOutcome.ANSWERED, headUs: 20n, endUs: 30n }],
    ]);
    expect(phases).toMatchObject({ plannedUs: 5n, askedUs: 7n, headUs: 20n, endedUs: 30n, totalUs: 2_000_000n });
  });
});

describe("WatchRequests", () => {
  test("gives the wanted rows as they settle, until the client leaves", async () => {
    const client = new AbortController();
    const filter = { providers: ["b"], maxCostNanoUsd: 10n, to: timestampFromMs(1) };
    const watching = stats.watchRequests({ filter }, { signal: client.signal })[Symbol.asyncIterator]();
    const first = watching.next();
    let watched = false;
    first.then(() => {
      watched = true;
    });
    while (!watched) {
      const cheap = { provider: "b", costNanoUsd: 5n };
      await settle(
        { provider: "a", costNanoUsd: 5n },
        { ...cheap, costNanoUsd: 11n },
        { ...cheap, costNanoUsd: null },
        cheap,
      );
    }
    expect((await first).value?.request).toMatchObject({ provider: "b", costNanoUsd: 5n });
    client.abort();
    await expect(watching.next()).rejects.toMatchObject({ code: Code.Canceled });
  });
});
