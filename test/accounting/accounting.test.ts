import { spawn } from "node:child_process";
import { join } from "node:path";
import { env, execPath } from "node:process";
import { text } from "node:stream/consumers";
import { fromJsonString, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AttemptOutcome,
  Bucket,
  ExportFormat,
  type FilterSchema,
  OrderBy,
  type RequestRow,
  RequestRowSchema,
  Status,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import { dateOf, dayMs, intlClock } from "../services/zone-clock.ts";
import { csvOf } from "./csv.ts";
import { fates } from "./fates.ts";
import { metricFaults } from "./metric-laws.ts";
import { planCalls } from "./mix.ts";
import { mockModels, rawModels } from "./places.ts";
import {
  attemptsAreRequests,
  booksAreKept,
  type Case,
  casesOf,
  clientsAreToldTheSame,
  costsAreRight,
  cutTokensAreMarked,
  endsAsPlanned,
  lostTokensAreAsTold,
  oneRowEach,
  saysWhoAsked,
  sourceOf,
  tokensAreAsTold,
} from "./row-laws.ts";
import { type Accounting, account } from "./run.ts";
import { errorFaults, groupFaults, heatFaults, seriesFaults, startOf, summaryFaults } from "./sum-laws.ts";
import { ways } from "./ways.ts";

/**
 * Two thousand calls of all kinds, and then everybody's books: what clients were told, what providers saw and told, what
 * rows say, and what every sum of rows says, have to be the same to the last token and nano-dollar.
 */

const seed = Number(env.ACCOUNTING_SEED ?? 20261121);
const count = 2000;

describe(`${count} calls of seed ${seed}`, () => {
  let all: Accounting;
  let cases: readonly Case[];
  beforeAll(async () => {
    all = await account(seed, planCalls(seed, count));
    cases = casesOf(all);
  }, 180_000);
  afterAll(() => all[Symbol.asyncDispose]());

  /** So many are shown. */
  const most = 10;
  const expectNone = (faults: readonly string[]): void =>
    expect({ count: faults.length, first: faults.slice(0, most) }).toEqual({ count: 0, first: [] });

  test("are of every kind", () => {
    const planned = all.told.map((told) => told.planned);
    const missing = [
      ...fates.filter((fate) => !planned.some((one) => one.fate === fate)).map(({ name }) => name),
      ...ways.filter((way) => !planned.some((one) => one.way === way)).map(({ name }) => name),
      ...[...mockModels, ...rawModels].filter((place) => !all.entries.some((entry) => entry.place === place)),
    ];
    expectNone(missing);
    const attempts = cases.map((one) => one.attempts);
    const kinds = {
      answered: all.rows.filter(({ status }) => status === Status.OK),
      failed: all.rows.filter(({ status }) => status === Status.ERROR),
      left: all.rows.filter(({ status }) => status === Status.CANCELLED),
      told: all.rows.filter((row) => sourceOf(row) === "told"),
      "counted here": all.rows.filter((row) => sourceOf(row) === "counted here"),
      "cut off": all.rows.filter((row) => sourceOf(row) === "cut off"),
      "of no known price": all.rows.filter(
        ({ usage, costNanoUsd }) => usage !== undefined && costNanoUsd === undefined,
      ),
      "with lost tokens": attempts.filter((steps) => steps.some(({ usage }) => usage !== undefined)),
      hedged: attempts.filter((steps) => steps.some(({ hedge }) => hedge)),
      "tried again": attempts.filter((steps) => steps.length > 1 && steps[0]?.outcome === AttemptOutcome.FAILED),
    };
    for (const [kind, those] of Object.entries(kinds)) expect(those.length, kind).toBeGreaterThan(20);
  });

  test("have one row each, and nothing else has one", () => {
    expect(all.rows.length).toBe(count);
    expectNone(oneRowEach(all));
  });
  test("are told apart from what is none, which is in no books", () => {
    expect(all.strangers.map(({ name, status, id }) => `${name}: ${status}, ${id}`)).toEqual([
      "shows a wrong key: 401, null",
      "is no JSON: 400, null",
      "names no model: 400, null",
      "counts tokens: 200, null",
      "goes nowhere: 404, null",
      "asks for the models: 200, null",
    ]);
  });
  test("ended as they were to end", () => expectNone(endsAsPlanned(cases)));
  test("are booked with what their clients said of themselves", () => expectNone(saysWhoAsked(cases)));
  test("have an attempt for each request that a provider saw", () => expectNone(attemptsAreRequests(cases)));
  test("took what their providers told, kind by kind", () => expectNone(tokensAreAsTold(cases)));
  test("that broke off are marked as such", () => expectNone(cutTokensAreMarked(cases)));
  test("took in lost attempts what these were told or marked with", () => expectNone(lostTokensAreAsTold(cases)));
  test("cost what their tokens cost", () => expectNone(costsAreRight(cases)));
  test("are settled with their clients as they are booked", () => expectNone(clientsAreToldTheSame(cases)));
  test("were told once each to who watched, as they are booked", () => {
    const rows = new Map(all.rows.map((row) => [row.id, toJsonString(RequestRowSchema, row)]));
    expect(new Set(all.watched.map(({ id }) => id)).size).toBe(all.watched.length);
    expectNone(
      all.watched.filter((row) => toJsonString(RequestRowSchema, row) !== rows.get(row.id)).map(({ id }) => id),
    );
  });
  test("left no error in the log", () => expect(all.output).not.toMatch(/"level":[56]0/));

  describe("are summed up rightly", () => {
    test("by model: what the providers' books say, and what is marked apart", async () => {
      const { byModel } = await all.stats.getSummary({});
      expectNone(booksAreKept(all, cases, byModel));
    });

    test("in a summary, and in each of its groups", async () => {
      const { rows, stats } = all;
      const told = await stats.getSummary({});
      expectNone([
        ...summaryFaults("all", told.totals, rows),
        ...groupFaults("model", told.byModel, rows, ({ provider, model }) =>
          model === "" ? "" : `${provider}/${model}`,
        ),
        ...groupFaults("provider", told.byProvider, rows, ({ provider }) => provider),
        ...groupFaults("alias", told.byAlias, rows, ({ alias }) => alias),
        ...groupFaults("facade", told.byFacade, rows, ({ facade }) => facade),
        ...groupFaults("key", told.byAccessKey, rows, ({ accessKey }) => accessKey),
        ...groupFaults("client", told.byClient, rows, ({ client }) => client),
        ...errorFaults(told.errors, rows),
      ]);
    });

    /** From rollups, from rows, and from both. */
    const filters: readonly (readonly [string, MessageInitShape<typeof FilterSchema>, (row: RequestRow) => boolean])[] =
      [
        ["status", { statuses: [Status.ERROR, Status.CANCELLED] }, ({ status }) => status !== Status.OK],
        ["provider", { providers: ["north", "mock-gemini"] }, ({ provider }) => /^north$|gemini/.test(provider)],
        ["model", { models: ["priceless"] }, ({ model }) => model === "priceless"],
        ["alias", { aliases: ["fall", "hedged"] }, ({ alias }) => /^fall$|^hedged$/.test(alias)],
        ["facade", { facades: ["grpc", "cohere"] }, ({ facade }) => /^grpc$|^cohere$/.test(facade)],
        ["error code", { errorCodes: ["upstream_cut"] }, ({ errorCode }) => errorCode === "upstream_cut"],
        ["stream", { stream: true }, ({ stream }) => stream],
        ["tag", { tags: ["team-a", "trial"] }, ({ tags }) => tags.includes("team-a") || tags.includes("trial")],
        ["end user", { endUserIds: ["user-1"] }, ({ endUserId }) => endUserId === "user-1"],
        ["session", { sessions: ["session-3"] }, ({ session }) => session === "session-3"],
        [
          "cost",
          { minCostNanoUsd: 1n, maxCostNanoUsd: 10n ** 7n },
          ({ costNanoUsd = 0n }) => costNanoUsd >= 1n && costNanoUsd <= 10n ** 7n,
        ],
        ["duration", { minDurationUs: 50_000n }, ({ durationUs }) => durationUs >= 50_000n],
        ["text", { text: "THE MOCK SAYS 400" }, ({ errorMessage }) => errorMessage.includes("The mock says 400")],
      ];
    test.each(filters)("of a filter by %s", async (what, filter, isWanted) => {
      const wanted = all.rows.filter(isWanted);
      expect(wanted.length).toBeGreaterThan(0);
      const { totals, byModel } = await all.stats.getSummary({ filter });
      expectNone([
        ...summaryFaults(what, totals, wanted),
        ...groupFaults("model", byModel, wanted, ({ provider, model }) => (model === "" ? "" : `${provider}/${model}`)),
      ]);
    });

    test("of a period that begins and ends in the middle", async () => {
      const starts = all.rows.map(startOf).sort((a, b) => a - b);
      const [from = 0, to = 0] = [starts[300], starts[1700]];
      const filter = { from: timestampFromMs(from), to: timestampFromMs(to) };
      const { totals } = await all.stats.getSummary({ filter });
      expectNone(
        summaryFaults(
          "part",
          totals,
          all.rows.filter((row) => startOf(row) >= from && startOf(row) < to),
        ),
      );
    });

    test.each([
      ["quarters of an hour", Bucket.QUARTER_HOUR, 2],
      ["hours", Bucket.HOUR, 2],
      ["days", Bucket.DAY, 40],
      ["weeks", Bucket.WEEK, 400],
      ["months", Bucket.MONTH, 4000],
    ])("in a series of %s", async (what, bucket, days) => {
      const filter = { from: timestampFromMs(Date.now() - days * dayMs) };
      for (const timeZone of ["", "Asia/Kathmandu", "America/Los_Angeles"]) {
        const { points } = await all.stats.getTimeSeries({ filter, bucket, timeZone });
        expectNone(seriesFaults(`${what} ${timeZone}`, points, all.rows));
      }
    });

    test("in the heat map of the year", async () => {
      for (const timeZone of ["UTC", "Pacific/Kiritimati"]) {
        const shown = intlClock(timeZone);
        const years = new Set(all.rows.map((row) => Number(dateOf(shown(startOf(row))).slice(0, 4))));
        const maps = await Promise.all([...years].map((year) => all.stats.getHeatMap({ year, timeZone })));
        expectNone(
          heatFaults(
            maps.flatMap(({ days }) => days),
            all.rows,
            (at) => dateOf(shown(at)),
          ),
        );
      }
    });

    test("in /metrics", () => expectNone(metricFaults(all, all.metrics)));

    test("in the rollups, as 'ledger verify' says", async () => {
      const main = join(import.meta.dirname, "..", "..", "src", "main.ts");
      const args = [main, "ledger", "verify", "--store", `sqlite:${all.store}`];
      const child = spawn(execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
      expect(out + err).toMatch(/^ok: \d+ sums are what the rows come to\n$/);
    });
  });

  describe("are given out whole", () => {
    async function exported(format: ExportFormat): Promise<string> {
      const parts: Uint8Array[] = [];
      for await (const { chunk } of all.stats.exportRequests({ format })) parts.push(chunk);
      return Buffer.concat(parts).toString("utf8");
    }
    const oldestFirst = (): RequestRow[] =>
      [...all.rows].sort((a, b) => startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1));

    test("as NDJSON", async () => {
      const lines = (await exported(ExportFormat.NDJSON)).split("\n");
      expect(lines.pop()).toBe("");
      expect(lines.map((line) => fromJsonString(RequestRowSchema, line))).toEqual(oldestFirst());
    });

    test("as CSV", async () => {
      const [names = [], ...lines] = csvOf(await exported(ExportFormat.CSV));
      const column = (name: string): string[] => lines.map((line) => line[names.indexOf(name)] ?? "");
      const rows = oldestFirst();
      expect(column("id")).toEqual(rows.map(({ id }) => id));
      expect(column("cost_nano_usd")).toEqual(rows.map(({ costNanoUsd }) => String(costNanoUsd ?? "")));
      expect(column("input_tokens")).toEqual(rows.map(({ usage }) => String(usage?.inputTokens ?? "")));
      expect(column("output_tokens")).toEqual(rows.map(({ usage }) => String(usage?.outputTokens ?? "")));
      expect(column("cache_read_tokens")).toEqual(rows.map(({ usage }) => String(usage?.cacheReadTokens ?? "")));
    });

    const tokensOf = ({ usage }: RequestRow): bigint =>
      usage === undefined ? -1n : BigInt(usage.inputTokens) + BigInt(usage.outputTokens);
    test.each([
      ["start", OrderBy.START, (row: RequestRow) => BigInt(startOf(row))],
      ["cost", OrderBy.COST, ({ costNanoUsd = -1n }: RequestRow) => costNanoUsd],
      ["duration", OrderBy.DURATION, ({ durationUs }: RequestRow) => durationUs],
      ["tokens", OrderBy.TOKENS, tokensOf],
    ] as const)("page by page by %s, up and down", async (_, orderBy, placeOf) => {
      for (const ascending of [true, false]) {
        const rows: RequestRow[] = [];
        let pageToken = "";
        do {
          const page = await all.stats.listRequests({ pageSize: 173, orderBy, ascending, pageToken });
          rows.push(...page.requests);
          pageToken = page.nextPageToken;
        } while (pageToken !== "");
        expect(new Set(rows.map(({ id }) => id)).size).toBe(count);
        expect(rows.length).toBe(count);
        const places = rows.map(placeOf);
        expect(
          places.every(
            (place, at) => at === 0 || place === places[at - 1] || place > (places[at - 1] ?? 0n) === ascending,
          ),
        ).toBe(true);
      }
    });
  });
});
