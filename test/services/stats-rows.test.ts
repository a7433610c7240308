import { fromJsonString, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  Bucket,
  ExportFormat,
  type FilterSchema,
  OrderBy,
  RequestRowSchema,
  StatsService,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { createStatsService } from "../../src/services/stats.ts";
import { bodiesOf, rowOf, usageOf } from "../ledger/fixtures.ts";
import { freshPlace } from "../ledger/stores.ts";

const now = Date.parse("2026-06-15T12:00:00Z");
const hour = 3_600_000;

let store: Awaited<ReturnType<typeof freshPlace>>;
let ledger: Ledger;
let stats: Client<typeof StatsService>;
beforeEach(async () => {
  const clock = { now: () => now, micros: () => 0 };
  store = await freshPlace();
  ledger = createLedger({ store: store.location, clock });
  await ledger.start();
  const service = createStatsService({ ledger, clock });
  const transport = createRouterTransport((router) => router.service(StatsService, service));
  stats = createClient(StatsService, transport);
});
afterEach(async () => {
  await ledger.close();
  await store.remove();
});

const settle = (...rows: Partial<ExchangeRow>[]): Promise<unknown> =>
  Promise.all(rows.map((row) => ledger.settle(rowOf({ startedAt: now, ...row }), undefined)));

const invalid = (message: RegExp) => ({ code: Code.InvalidArgument, rawMessage: expect.stringMatching(message) });

describe("a filter", () => {
  const cases: [string, MessageInitShape<typeof FilterSchema>, string[]][] = [
    ["access keys", { accessKeys: ["ck-1"] }, ["a"]],
    ["clients", { clients: ["sdk", "other"] }, ["b"]],
    ["end users", { endUserIds: ["ann"] }, ["a"]],
    ["sessions", { sessions: ["s1"] }, ["b"]],
    ["tags, of which a row has to have one", { tags: ["red", "none"] }, ["a", "c"]],
    ["error codes", { errorCodes: ["rate_limited"] }, ["c"]],
    ["credentials", { credentials: ["sk-2"] }, ["b"]],
    ["whether the answer was streamed", { stream: false }, ["b"]],
    ["durations", { minDurationUs: 10n, maxDurationUs: 19n }, ["b"]],
    ["a text in the error message, whatever its case", { text: "OVERloaded" }, ["c"]],
    ["a text in the client's name for the model, whatever its case", { text: "B" }, ["b"]],
    ["two of these together", { tags: ["red"], errorCodes: ["rate_limited"] }, ["c"]],
  ];
  const rows: Partial<ExchangeRow>[] = [
    { alias: "a", accessKey: "ck-1", endUserId: "ann", tags: ["red", "blue"], durationUs: 5 },
    { alias: "b", client: "sdk", session: "s1", credential: "sk-2", stream: false, durationUs: 10 },
    { alias: "c", tags: ["red"], status: "error", errorCode: "rate_limited", errorMessage: "It is overloaded." },
  ];

  test.each(cases)("by %s is the same for lists, sums and what settles", async (_, filter, expected) => {
    await settle(...rows);
    const { requests } = await stats.listRequests({ filter });
    expect(requests.map(({ alias }) => alias).sort()).toEqual(expected);
    const { byAlias } = await stats.getSummary({ filter });
    expect(byAlias.map(({ name }) => name).sort()).toEqual(expected);
    const { points } = await stats.getTimeSeries({ filter, bucket: Bucket.MONTH });
    expect(points.reduce((sum, { totals }) => sum + (totals?.requests ?? 0n), 0n)).toBe(BigInt(expected.length));
    const client = new AbortController();
    const watching = stats.watchRequests({ filter }, { signal: client.signal })[Symbol.asyncIterator]();
    let watched = false;
    const first = watching.next().finally(() => {
      watched = true;
    });
    while (!watched) await settle(...rows);
    expect(expected).toContain((await first).value?.request?.alias);
    client.abort();
  });

  test("by a text finds it in kept bodies, also in compressed ones", async () => {
    const long = `${"word ".repeat(4000)}Needle`;
    const [short, compressed, other] = ["short", "compressed", "other"].map((alias) =>
      rowOf({ startedAt: now, alias }),
    );
    if (short === undefined || compressed === undefined || other === undefined) throw new Error("three rows");
    await ledger.settle(short, bodiesOf("a needle", ""));
    await ledger.settle(compressed, bodiesOf("", long));
    await ledger.settle(other, bodiesOf("hay", "stack"));
    const { requests } = await stats.listRequests({ filter: { text: "needle" } });
    expect(requests.map(({ alias }) => alias).sort()).toEqual(["compressed", "short"]);
  });

  test("with a text that is too long, or durations the wrong way round, is refused", async () => {
    const tooLong = stats.getSummary({ filter: { text: "x".repeat(1001) } });
    await expect(tooLong).rejects.toMatchObject(invalid(/'filter.text' has 1001 characters; at most 1000/));
    const wrong = stats.getSummary({ filter: { minDurationUs: 2n, maxDurationUs: 1n } });
    await expect(wrong).rejects.toMatchObject(invalid(/'filter.min_duration_us' has to be at most/));
    const many = stats.getSummary({ filter: { endUserIds: Array<string>(501).fill("u") } });
    await expect(many).rejects.toMatchObject(invalid(/'filter.end_user_ids' has 501 names/));
  });
});

describe("GetSummary", () => {
  test("has the period before beside it, of the same length", async () => {
    await settle({ startedAt: now - 3 * hour }, { startedAt: now - 3 * hour + 1 }, { startedAt: now - 4 * hour - 1 });
    const filter = { from: timestampFromMs(now - 2 * hour), to: timestampFromMs(now) };
    const { totals, previous } = await stats.getSummary({ filter, withPrevious: true });
    expect([totals?.requests, previous?.requests]).toEqual([0n, 2n]);
    expect((await stats.getSummary({ filter })).previous).toBe(undefined);
    const without = stats.getSummary({ withPrevious: true });
    await expect(without).rejects.toMatchObject(invalid(/'with_previous' is set, but 'filter.from' is not/));
  });

  test("has all kinds of tokens, percentiles and speed, and groups by key and client", async () => {
    const usage = usageOf({ cacheWrite1hTokens: 5, inputAudioTokens: 3, outputAudioTokens: 2, outputTokens: 40 });
    await settle({ usage, client: "sdk", durationUs: 2_500_000, firstTokenUs: 500_000 }, { status: "error" });
    const { totals, byAccessKey, byClient } = await stats.getSummary({});
    expect(totals).toMatchObject({ cacheWriteTokens: 5n, cacheWrite1hTokens: 5n, inputAudioTokens: 3n });
    expect(totals).toMatchObject({ outputAudioTokens: 2n, outputTokensPerSecond: 20 });
    expect(Number(totals?.duration?.p99Us) / 2_500_000).toBeCloseTo(1, 1);
    expect(byAccessKey.map(({ name, totals: of }) => [name, of?.requests, of?.duration])).toEqual([
      ["ck-…abcd", 2n, undefined],
    ]);
    expect(byClient.map(({ name }) => name)).toEqual(["sdk"]);
  });
});

describe("GetHeatMap", () => {
  test("has all days of the year in the zone", async () => {
    await settle({ startedAt: Date.parse("2026-03-28T23:00:00Z") }, { startedAt: Date.parse("2026-03-29T21:59:59Z") });
    await settle({ startedAt: Date.parse("2025-12-31T23:00:00Z"), status: "error", provider: "b" });
    const { days } = await stats.getHeatMap({ timeZone: "Europe/Berlin" });
    expect([days.length, days[0]?.date, days.at(-1)?.date]).toEqual([365, "2026-01-01", "2026-12-31"]);
    const busy = days
      .filter(({ requests }) => requests > 0n)
      .map(({ date, requests, errors }) => [date, requests, errors]);
    expect(busy).toEqual([
      ["2026-01-01", 1n, 1n],
      ["2026-03-29", 2n, 0n],
    ]);
    const other = await stats.getHeatMap({ year: 2025, filter: { providers: ["b"] } });
    expect(other.days.at(-1)).toMatchObject({ date: "2025-12-31", requests: 1n, inputTokens: 100n });
  });

  test("refuses years and zones that there are not", async () => {
    await expect(stats.getHeatMap({ year: 1969 })).rejects.toMatchObject(invalid(/'year' is 1969; it takes 1970/));
    await expect(stats.getHeatMap({ timeZone: "Mars" })).rejects.toMatchObject(invalid(/'time_zone' is 'Mars'/));
  });
});

test("ListFilterValues gives what there is, in order", async () => {
  await settle({ provider: "b", tags: ["x", "y"], session: "s" }, { provider: "a", tags: ["y"], endUserId: "ann" });
  await settle({ provider: "c", startedAt: now - 90 * 24 * hour });
  const filter = { from: timestampFromMs(now - hour) };
  const { providers, tags, endUserIds, sessions, errorCodes } = await stats.listFilterValues({ filter });
  expect([providers, tags, endUserIds, sessions, errorCodes]).toEqual([["a", "b"], ["x", "y"], ["ann"], ["s"], []]);
});

describe("ListRequests", () => {
  test.each([
    ["cost", OrderBy.COST, ["dear", "cheap", "free", "unknown"]],
    ["duration", OrderBy.DURATION, ["free", "unknown", "cheap", "dear"]],
    ["tokens", OrderBy.TOKENS, ["unknown", "dear", "cheap", "free"]],
    ["start", OrderBy.START, ["cheap", "free", "dear", "unknown"]],
  ])("orders by %s, page by page, both ways", async (_, orderBy, expected) => {
    await settle(
      { alias: "cheap", costNanoUsd: 5n, durationUs: 20, usage: usageOf({ inputTokens: 1 }), startedAt: now + 3 },
      { alias: "dear", costNanoUsd: 2n ** 60n, durationUs: 10, usage: usageOf({ inputTokens: 2 }), startedAt: now + 1 },
      { alias: "free", costNanoUsd: 0n, durationUs: 99, usage: undefined, startedAt: now + 2 },
      { alias: "unknown", costNanoUsd: null, durationUs: 98, usage: usageOf({ inputTokens: 4e9 }), startedAt: now },
    );
    for (const ascending of [false, true]) {
      const found: string[] = [];
      let pageToken = "";
      do {
        const page = await stats.listRequests({ orderBy, ascending, pageSize: 1, pageToken });
        found.push(...page.requests.map(({ alias }) => alias));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect(found).toEqual(ascending ? expected.toReversed() : expected);
    }
  });

  test("refuses a token of another order", async () => {
    await settle({}, {});
    const { nextPageToken: pageToken } = await stats.listRequests({ pageSize: 1 });
    const wrong = stats.listRequests({ pageSize: 1, pageToken, orderBy: OrderBy.COST });
    await expect(wrong).rejects.toMatchObject(invalid(/'page_token' is of another order/));
    const beyond = Buffer.from(`start-/${2n ** 63n}/x`).toString("base64url");
    const tooLarge = stats.listRequests({ pageToken: beyond });
    await expect(tooLarge).rejects.toMatchObject(invalid(/'page_token' is not one that was given out/));
  });
});

describe("ExportRequests", () => {
  async function exported(format: ExportFormat): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const { chunk } of stats.exportRequests({ format })) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  test("gives each row once, oldest first, as JSON lines", async () => {
    await settle(...Array.from({ length: 1201 }, (_, i) => ({ startedAt: now - 2000 + i, costNanoUsd: BigInt(i) })));
    await settle({ startedAt: now + 5 }); // behind now
    const lines = (await exported(ExportFormat.NDJSON)).trimEnd().split("\n");
    const rows = lines.map((line) => fromJsonString(RequestRowSchema, line));
    expect(rows.map(({ costNanoUsd }) => costNanoUsd)).toEqual(Array.from({ length: 1201 }, (_, i) => BigInt(i)));
    expect(rows[0]).toMatchObject({ alias: "smart", finishReason: "stop", usage: { inputTokens: 100 } });
  });

  test("writes CSV that keeps what it quotes, and runs no formulas", async () => {
    await settle({ alias: 'a "b",\n', endUserId: "=1+1", tags: ["x,y"], costNanoUsd: null, usage: undefined });
    const [head = "", ...rest] = (await exported(ExportFormat.CSV)).split("\r\n");
    const names = head.split(",");
    const line = rest.join("\r\n");
    expect(names.slice(0, 2)).toEqual(["id", "started_at"]);
    expect(names).toContain("cost_nano_usd");
    expect(line).toContain(',2026-06-15T12:00:00.000Z,rest,dialect-a,dialect-b,"a ""b"",\n",acme,');
    expect(line).toContain(",'=1+1,");
    expect(line).toMatch(/,"\[""x,y""\]"\r\n$/);
  });

  test("has all of a price in CSV", async () => {
    const money = { serviceTier: "flex", reportedCostNanoUsd: 3n };
    const usage = usageOf({ ...money, outputImageTokens: 4, cacheReadAudioTokens: 5, webSearches: 6, fileSearches: 7 });
    await settle({ ...money, usage, costNanoUsd: 1n, cacheSavedNanoUsd: -2n, priceVersion: "config:1" });
    const [head = "", line = ""] = (await exported(ExportFormat.CSV)).split("\r\n");
    const values = line.split(",");
    const row = Object.fromEntries(head.split(",").map((name, i) => [name, values[i]]));
    expect(row).toMatchObject({
      cost_nano_usd: "1",
      cache_saved_nano_usd: "-2",
      reported_cost_nano_usd: "3",
      output_image_tokens: "4",
      cache_read_audio_tokens: "5",
      web_searches: "6",
      file_searches: "7",
      service_tier: "flex",
      price_version: "config:1",
    });
  });

  test("of nothing is empty, but for the names", async () => {
    expect(await exported(ExportFormat.UNSPECIFIED)).toBe("");
    expect((await exported(ExportFormat.CSV)).split("\r\n").length).toBe(2);
    await expect(exported(JSON.parse("9"))).rejects.toMatchObject(invalid(/'format' is 9/));
  });
});

describe("DeleteErrorRequests", () => {
  test("removes the failed rows of a period with their bodies, and from the sums", async () => {
    const failed = { status: "error", errorCode: "rate_limited" } as const;
    const row = rowOf({ ...failed, startedAt: now - hour });
    await ledger.settle(row, bodiesOf("a", "b"));
    await settle({ ...failed, startedAt: now - 30 * hour }, { ...failed, startedAt: now - 50 * hour }, {});
    const { deleted } = await stats.deleteErrorRequests({ from: timestampFromMs(now - 31 * hour) });
    expect(deleted).toBe(2n);
    const { totals, errors } = await stats.getSummary({});
    expect([totals?.requests, totals?.errors, errors.map(({ requests }) => requests)]).toEqual([2n, 1n, [1n]]);
    await expect(stats.getRequest({ id: row.id })).rejects.toMatchObject({ code: Code.NotFound });
  });

  test("refuses what has no start, or is empty", async () => {
    await expect(stats.deleteErrorRequests({})).rejects.toMatchObject(invalid(/'from' is not set/));
    const from = timestampFromMs(now + 9);
    await expect(stats.deleteErrorRequests({ from })).rejects.toMatchObject(invalid(/'from' has to be before 'to'/));
  });
});
