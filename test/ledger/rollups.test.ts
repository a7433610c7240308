import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import type { LedgerSummary, RollupDifference, RowFilter, Totals } from "../../src/core/ledger.ts";
import type { Ledger } from "../../src/ledger/index.ts";
import { nextId, rowOf, usageOf } from "./fixtures.ts";
import { audited, differencesIn, ledgerForEach, type TestStore } from "./stores.ts";

let store: TestStore;
let ledger: Ledger;
ledgerForEach((opened) => {
  ({ store, ledger } = opened);
});

const never = new AbortController().signal;

const differences = (): Promise<RollupDifference[]> => differencesIn(store.location);
const rebuild = (signal = never): Promise<number> => audited(store.location, (audit) => audit.rebuild(signal));

const minute = 60_000;
const day = 1440 * minute;
const start = Date.parse("2026-03-01T00:00:00Z");

/** Days around the ends of the longer spans: few, as each costs every verification of the ledger its time. */
const farDays = fc.constantFrom(-200, -128, -65, -9, -1, 1, 9, 65, 128, 200);

/** Few names, so that rows share their rollups. */
const rows: fc.Arbitrary<ExchangeRow> = fc
  .record({
    // mostly of some hours, so that quarters are sealed and late rows come; some from far away
    startedAt: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: start, max: start + 300 * minute }) },
      {
        weight: 1,
        arbitrary: fc.tuple(farDays, fc.nat({ max: 300 * minute })).map(([days, after]) => start + days * day + after),
      },
    ),
    provider: fc.constantFrom("", "acme", "beta"),
    model: fc.constantFrom("large-1", "small-1"),
    alias: fc.constantFrom("smart", "quick\u0000"),
    accessKey: fc.constantFrom("", "ck-…abcd"),
    client: fc.constantFrom("", "sdk"),
    status: fc.constantFrom("ok", "ok", "error", "cancelled"),
    errorCode: fc.constantFrom("", "rate_limited"),
    stream: fc.boolean(),
    firstTokenUs: fc.option(fc.nat({ max: 3e6 })),
    durationUs: fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 2 ** 45 })),
    usage: fc.option(
      fc
        .record({
          inputTokens: fc.nat({ max: 1000 }),
          cacheReadTokens: fc.nat({ max: 9 }),
          cacheWrite5mTokens: fc.nat({ max: 9 }),
          cacheWrite1hTokens: fc.nat({ max: 9 }),
          outputTokens: fc.nat({ max: 1000 }),
          reasoningTokens: fc.nat({ max: 9 }),
          inputAudioTokens: fc.nat({ max: 9 }),
          outputAudioTokens: fc.nat({ max: 9 }),
        })
        .map(usageOf),
      { nil: undefined },
    ),
    costNanoUsd: fc.option(fc.bigInt(0n, 2n ** 53n)),
    cacheSavedNanoUsd: fc.option(fc.bigInt(-(2n ** 53n), 2n ** 53n)),
  })
  .map((row) => rowOf({ ...row, errorCode: row.status === "error" ? "rate_limited" : "" }));

const batches = fc.array(fc.array(rows, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });

/** Under other ids, as a case is run again when it is made smaller. */
const settleAnew = (batch: readonly ExchangeRow[]): Promise<unknown> =>
  Promise.all(batch.map((row) => ledger.settle({ ...row, id: nextId() }, undefined)));

/** A filter that all rows pass, and that rollups know nothing of. */
const fromRows = { maxDurationUs: 2n ** 60n } satisfies RowFilter;

const bare = (summary: LedgerSummary) => ({
  ...summary,
  errors: summary.errors.map(({ code, requests }) => [code, requests]),
});

describe("rollups", () => {
  test("are the sums over the rows, whatever settles when, also after rows are deleted", async () => {
    const times = fc.integer({ min: start - 2 * day, max: start + 2 * day });
    await fc.assert(
      fc.asyncProperty(batches, times, times, async (settled, a, b) => {
        for (const batch of settled) await settleAnew(batch);
        expect(await differences()).toEqual([]);
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
        await ledger.deleteErrors(from, to);
        expect(await differences()).toEqual([]);
        expect((await ledger.summary({ from, to, statuses: ["error"], ...fromRows })).totals.requests).toBe(0n);
        for (const period of [
          {},
          { from, to },
          { from: from + 0.5 },
          { to, providers: ["acme"] },
          { errorCodes: [""] },
        ]) {
          const [rolled, scanned] = [await ledger.summary(period), await ledger.summary({ ...period, ...fromRows })];
          expect(bare(rolled)).toEqual(bare(scanned));
        }
      }),
      { numRuns: 10 },
    );
  }, 90_000);

  test("give the same series and heat as the rows, for any bounds and filter", async () => {
    const near = fc.integer({ min: start - 100 * minute, max: start + 400 * minute });
    const far = fc.integer({ min: start - 200 * day, max: start + 200 * day });
    const bounds = fc
      .uniqueArray(fc.oneof(near, near, far), { minLength: 2, maxLength: 6 })
      .map((times) => times.sort((a, b) => a - b));
    const filters: fc.Arbitrary<RowFilter> = fc.constantFrom<RowFilter[]>(
      {},
      { models: ["large-1"] },
      { providers: ["acme", ""] },
      { statuses: ["error"] },
      { clients: ["nobody"] },
      { models: ["large-1"], accessKeys: [""] },
    );
    await fc.assert(
      fc.asyncProperty(batches, bounds, filters, async (settled, times, filter) => {
        for (const batch of settled) await settleAnew(batch);
        const quarters = times.map((time) => time - (time % (15 * minute)));
        for (const among of [times, quarters]) {
          expect(await ledger.series(filter, among)).toEqual(await ledger.series({ ...filter, ...fromRows }, among));
          expect(await ledger.heat(filter, among)).toEqual(await ledger.heat({ ...filter, ...fromRows }, among));
        }
      }),
      { numRuns: 25 },
    );
  });

  test("of one value are not added up from those of all series that have it", async () => {
    for (let hour = 0; hour < 80; hour += 1) {
      const [provider, accessKey] = [hour % 3 === 0 ? "acme" : "beta", `ck-${hour % 7}`];
      await ledger.settle(rowOf({ startedAt: start + hour * 60 * minute, provider, accessKey }), undefined);
    }
    const days = [0, 1, 2, 3].map((at) => start + at * day);
    const read = (filter: RowFilter) => Promise.all([ledger.series(filter, days), ledger.heat(filter, days)]);
    const filters = [{ providers: ["acme"] }, { accessKeys: ["ck-1", "ck-2"] }, {}];
    const before = await Promise.all(filters.map(read));
    expect(before[0]?.[1].map(({ requests }) => requests)).toEqual([8n, 8n, 8n]);
    await store.run("delete from rollups where level < 10");
    expect(await Promise.all(filters.map(read))).toEqual(before);
  });

  test("of rows that a transaction took back are taken back, too, with the names of their series", async () => {
    await ledger.settle(rowOf({ startedAt: start, alias: "first" }), undefined);
    await store.refuse("rollups", "new.level = 0");
    const again = rowOf({ startedAt: start, alias: "again" });
    await expect(ledger.settle(again, undefined)).rejects.toMatchObject({ code: "internal" });
    await store.allow("rollups");
    await store.run(
      "insert into rollup_series select 99, 'x', model, alias, access_key, facade, client, status, error_code from rollup_series",
    );
    await ledger.settle(again, undefined);
    expect(await differences()).toEqual([]);
    expect((await ledger.summary({})).byAlias.map(({ totals }) => totals.requests)).toEqual([1n, 1n]);
  });
});

describe("an audit", () => {
  const surplus =
    "create temp table one as select * from rollups where level = 0 limit 1; " +
    `update one set start = start + ${64 * day}; insert into rollups select * from one`;
  const settleSome = async (): Promise<void> => {
    for (let i = 0; i < 12; i += 1) {
      await ledger.settle(rowOf({ startedAt: start + i * 400 * minute, durationUs: 1000 * i + 1 }), undefined);
    }
  };

  test.each<[string, string, Partial<RollupDifference>]>([
    ["a sum", "update rollups set output_tokens = 1 where level = 3", { kind: "wrong", columns: ["output_tokens"] }],
    [
      "a histogram",
      "update rollups set durations = first_token_times where level = 0",
      { kind: "wrong", columns: ["durations"] },
    ],
    ["a missing rollup", "delete from rollups where level = 11", { kind: "missing", series: "all rows" }],
    ["one too many", surplus, { kind: "surplus" }],
    [
      "a sum over a value",
      "update rollups set requests = 9 where level = 22",
      { kind: "wrong", series: "provider=acme", columns: ["requests"] },
    ],
    [
      "a value without its name",
      "delete from rollup_series where provider = 'acme' and model = ''",
      { series: "rows of no known series" },
    ],
    [
      "a series without its name",
      "update rollup_series set alias = alias || 'x'",
      { series: "rows of no known series" },
    ],
  ])("finds %s that is wrong, and a rebuild mends it", async (_, sql, expected) => {
    await settleSome();
    expect(await differences()).toEqual([]);
    const before = await ledger.summary({});
    await store.run(sql);
    const found = await differences();
    expect(found.length).toBeGreaterThan(0);
    expect(found).toContainEqual(expect.objectContaining(expected));
    await rebuild();
    expect(await differences()).toEqual([]);
    expect(await ledger.summary({})).toEqual(before);
  });

  test("and a rebuild can go on while rows settle", async () => {
    await settleSome();
    await store.run("delete from rollups");
    const settling = (async () => {
      for (let i = 0; i < 60; i += 1) await ledger.settle(rowOf({ startedAt: start + i * 97 * minute }), undefined);
    })();
    await rebuild();
    await settling;
    expect(await differences()).toEqual([]);
  });

  test("ends when it is told to", async () => {
    await settleSome();
    const stop = AbortSignal.abort(new Error("enough"));
    await expect(rebuild(stop)).rejects.toThrow("enough");
  });
});

test("percentiles are at most a 32nd off, and tokens a second are of what was streamed after the first token", async () => {
  const durations = Array.from({ length: 200 }, (_, i) => 1_000_000 + 10_000 * i);
  await Promise.all(
    durations.map((durationUs) =>
      ledger.settle(
        rowOf({ startedAt: start, durationUs, firstTokenUs: 1_000_000 - 500_000, stream: true }),
        undefined,
      ),
    ),
  );
  await ledger.settle(rowOf({ startedAt: start, stream: false, durationUs: 600_000, firstTokenUs: 1 }), undefined);
  const { totals }: { readonly totals: Totals } = await ledger.summary({});
  const near = (value: bigint | undefined, exact: number) =>
    expect(Math.abs(Number(value) - exact) / exact).toBeLessThan(1 / 32);
  near(totals.duration?.p50Us, 1_990_000);
  near(totals.duration?.p95Us, 2_890_000);
  near(totals.duration?.p99Us, 2_970_000);
  near(totals.firstToken?.p99Us, 500_000);
  const seconds = durations.reduce((sum, us) => sum + us - 500_000, 0) / 1e6;
  expect(totals.outputTokensPerSecond).toBeCloseTo((200 * 20) / seconds, 6);
});
