import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import type { PageOrderBy, RowFilter } from "../../src/core/ledger.ts";
import type { Ledger } from "../../src/ledger/index.ts";
import { nextId, rowOf, usageOf } from "./fixtures.ts";
import { ledgerForEach } from "./stores.ts";

let ledger: Ledger;
ledgerForEach((opened) => {
  ledger = opened.ledger;
});

const settle = (rows: readonly ExchangeRow[]): Promise<unknown> =>
  Promise.all(rows.map((row) => ledger.settle(row, undefined)));

const start = Date.parse("2026-03-01T00:00:00Z");

/** Few different values, so that rows share places and groups. */
const row: fc.Arbitrary<ExchangeRow> = fc
  .record({
    startedAt: fc.integer({ min: start, max: start + 5 }),
    provider: fc.constantFrom("", "acme", "beta"),
    model: fc.constantFrom("large-1", "small-1"),
    alias: fc.constantFrom("smart", "fast", "fast-2"),
    credential: fc.constantFrom("", "sk-…aaaa", "sk-…bbbb"),
    status: fc.constantFrom("ok" as const, "error" as const, "cancelled" as const),
    durationUs: fc.constantFrom(0, 1, 1_500_000, 2 ** 45),
    usage: fc.option(
      fc.record({
        inputTokens: fc.constantFrom(0, 10, 2 ** 32 - 1),
        cacheReadTokens: fc.constantFrom(0, 5),
        outputTokens: fc.constantFrom(0, 7, 700),
      }),
      { nil: undefined },
    ),
    costNanoUsd: fc.constantFrom(null, 0n, 1_234_567n, 2n ** 55n),
  })
  .map(({ usage, ...rest }) => rowOf({ ...rest, id: nextId(), usage: usage && usageOf(usage) }));

const sample = (count: number, seed: number): ExchangeRow[] => fc.sample(row, { numRuns: count, seed });

describe.each([1, 2, 3])("of rows by chance (%d)", (seed) => {
  test("pages, in every order, are what comes at these places", async () => {
    const rows = sample(150, seed);
    await settle(rows);
    const places: Record<PageOrderBy, (of: ExchangeRow) => number | bigint | string> = {
      start: ({ startedAt }) => startedAt,
      cost: ({ costNanoUsd }) => costNanoUsd ?? -1n,
      duration: ({ durationUs }) => durationUs,
      tokens: ({ usage }) => (usage === undefined ? -1 : usage.inputTokens + usage.outputTokens),
      model: ({ alias }) => alias,
    };
    const wanted = rows.filter(({ status }) => status === "ok");
    const filter: RowFilter = { statuses: ["ok"] };
    for (const by of ["start", "cost", "duration", "tokens", "model"] as const) {
      const rising = wanted.toSorted((a, b) => {
        const [at, other] = [places[by](a), places[by](b)];
        if (at === other) return a.id < b.id ? -1 : 1;
        return at < other ? -1 : 1;
      });
      const ids = { true: rising.map(({ id }) => id), false: rising.map(({ id }) => id).reverse() };
      for (const ascending of [true, false]) {
        for (const offset of [0, 7, wanted.length - 3, wanted.length, 1_000_000]) {
          const page = await ledger.page(filter, { by, ascending, offset, limit: 20 });
          expect(page.map(({ id }) => id)).toEqual(ids[`${ascending}`].slice(offset, offset + 20));
        }
      }
    }
  });

  test("speeds are of the rows that have output and took time", async () => {
    const rows = sample(120, seed);
    await settle(rows);
    const wanted = rows.filter(
      ({ status, usage, durationUs }) => status === "ok" && (usage?.outputTokens ?? 0) > 0 && durationUs > 0,
    );
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    // of doubles that were added up in some order
    const near = (value: number): unknown =>
      value === 0 ? 0 : expect.closeTo(value, 9 - Math.ceil(Math.log10(value)));
    const groups = Map.groupBy(wanted, ({ alias }) => alias);
    const expected = [...groups].map(([alias, of]) => {
      const speeds = of.map(({ usage, durationUs }) => ((usage?.outputTokens ?? 0) * 1e6) / durationUs);
      const costs = of.flatMap(({ costNanoUsd }) => (costNanoUsd === null ? [] : [Number(costNanoUsd)]));
      return {
        alias,
        requests: of.length,
        tokensPerSecond: {
          mean: near(mean(speeds)),
          least: near(Math.min(...speeds)),
          most: near(Math.max(...speeds)),
        },
        meanDurationUs: near(mean(of.map(({ durationUs }) => durationUs))),
        meanCostNanoUsd: costs.length === 0 ? null : near(mean(costs)),
      };
    });
    const found = await ledger.speeds({ statuses: ["ok"] });
    expect(found).toEqual(expected.sort((a, b) => (a.alias < b.alias ? -1 : 1)));
  });

  test("uses are of all rows that reached a provider", async () => {
    const rows = sample(200, seed);
    await settle(rows);
    const groups = Map.groupBy(
      rows.filter(({ provider }) => provider !== ""),
      ({ provider, credential, model }) => JSON.stringify([provider, credential, model]),
    );
    const sum = (of: readonly ExchangeRow[], value: (one: ExchangeRow) => number): bigint =>
      of.reduce((total, one) => total + BigInt(value(one)), 0n);
    const expected = [...groups].map(([key, of]) => {
      const [provider, credential, model] = JSON.parse(key);
      return {
        provider,
        credential,
        model,
        requests: BigInt(of.length),
        inputTokens: sum(of, ({ usage }) => usage?.inputTokens ?? 0),
        cacheReadTokens: sum(of, ({ usage }) => usage?.cacheReadTokens ?? 0),
        outputTokens: sum(of, ({ usage }) => usage?.outputTokens ?? 0),
        costNanoUsd: of.reduce((total, { costNanoUsd }) => total + (costNanoUsd ?? 0n), 0n),
        unknownCost: sum(of, ({ costNanoUsd, usage }) =>
          costNanoUsd === null && (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0) > 0 ? 1 : 0,
        ),
        lastUsedAt: Math.max(...of.map(({ startedAt }) => startedAt)),
      };
    });
    const found = await ledger.uses();
    expect(found).toHaveLength(expected.length);
    expect(found).toEqual(expect.arrayContaining(expected));
  });
});

test("of no rows there is nothing", async () => {
  const page = { by: "model", ascending: true, offset: 0, limit: 5 } as const;
  expect(await Promise.all([ledger.page({}, page), ledger.speeds({}), ledger.uses()])).toEqual([[], [], []]);
});

test("a text is looked for in the client's name for the model as well, as it is", async () => {
  await settle(["Fast-1", "fast_2", "50%!", "smart", "Äpfel"].map((alias) => rowOf({ alias })));
  const found = async (text: string): Promise<string[]> => (await ledger.list({ text }, 9)).map(({ alias }) => alias);
  expect((await found("FAST")).sort()).toEqual(["Fast-1", "fast_2"]);
  expect(await found("t_2")).toEqual(["fast_2"]);
  expect(await found("%!")).toEqual(["50%!"]);
  expect(await found("f%t")).toEqual([]);
  expect(await found("äPF")).toEqual(["Äpfel"]);
});
