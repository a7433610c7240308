import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import { placeOf, type RowFilter } from "../../src/core/ledger.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { rows } from "./arbitraries.ts";
import { bodiesOf, nextId, rowOf, trailOf, usageOf } from "./fixtures.ts";
import { ledgerForEach } from "./stores.ts";

let ledger: Ledger;
ledgerForEach((opened) => {
  ledger = opened.ledger;
});

const settleAll = (rows: readonly ExchangeRow[]): Promise<unknown> =>
  Promise.all(rows.map((row) => ledger.settle(row, undefined)));

describe("an answer that its client knows by an id", () => {
  test("is found by it, the newest first, with its bodies", async () => {
    await ledger.settle(rowOf({ answerId: "resp_1" }), bodiesOf("a", "b"));
    const newer = rowOf({ answerId: "resp_1" });
    await ledger.settle(newer, bodiesOf("c", "d"));
    expect(await ledger.findAnswer("resp_1")).toMatchObject({ row: { id: newer.id }, bodies: { truncated: false } });
    expect(await ledger.findAnswer("resp_2")).toBe(undefined);
  });

  test("is forgotten with what was said, but not what was spent", async () => {
    const row = rowOf({ answerId: "resp_3" });
    const other = rowOf({ answerId: "resp_4" });
    await ledger.settle(row, bodiesOf("a", "b"));
    await ledger.settle(other, bodiesOf("a", "b"));
    await ledger.forgetAnswer("resp_3");
    expect(await ledger.findAnswer("resp_3")).toBe(undefined);
    const { trail, ...spent } = row;
    expect(await ledger.find(row.id)).toEqual({ row: { ...spent, answerId: "" }, trail, bodies: undefined });
    expect((await ledger.findAnswer("resp_4"))?.bodies).toBeDefined();
  });
});

describe("a settled row", () => {
  test("is found again as it was", async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (row) => {
        await ledger.settle(row, undefined);
        const { trail, ...stored } = row;
        expect(await ledger.find(row.id)).toEqual({ row: stored, trail, bodies: undefined });
      }),
    );
  });

  test("keeps a finish reason and a usage source of a newer contract as other and as unspecified", async () => {
    const row = rowOf({ finishReason: newerValue(), usage: usageOf({ source: newerValue() }) });
    await ledger.settle(row, undefined);
    const found = await ledger.find(row.id);
    expect(found?.row.finishReason).toBe(FinishReason.OTHER);
    expect(found?.row.usage?.source).toBe(UsageSource.UNSPECIFIED);
  });

  test("is not found under an id that nobody has", async () => {
    expect(await ledger.find(nextId())).toBeUndefined();
  });
});

const newerValue = (): FinishReason & UsageSource => JSON.parse("77");

describe("bodies", () => {
  test.each([0, 1, 5000, 8191, 8192, 300_000])("of %i bytes come back as they were", async (length) => {
    const request = Buffer.from(Array.from({ length }, (_, i) => (i * i) % 251));
    const row = rowOf();
    const halves = [request.subarray(0, length / 2), request.subarray(length / 2)];
    await ledger.settle(row, { request: halves, response: [], truncated: true });
    const bodies = (await ledger.find(row.id))?.bodies;
    expect(Buffer.from(bodies?.request ?? []).equals(request)).toBe(true);
    expect(bodies?.response.length).toBe(0);
    expect(bodies?.truncated).toBe(true);
  });

  test("and trails of one batch are not mixed up, with rows between them that have no bodies", async () => {
    const batch = Array.from({ length: 30 }, (_, i) => ({
      row: rowOf({ trail: trailOf({ plannedUs: i, strategy: i % 2 === 0 ? "" : "weighted" }) }),
      text: i % 3 === 0 ? undefined : `body ${i}`,
    }));
    await Promise.all(
      batch.map(({ row, text }) =>
        ledger.settle(row, text === undefined ? undefined : bodiesOf(text, text.repeat(2000))),
      ),
    );
    for (const { row, text } of batch) {
      const { bodies, trail } = (await ledger.find(row.id)) ?? {};
      expect(trail).toEqual(row.trail);
      expect(bodies === undefined ? undefined : Buffer.from(bodies.request).toString()).toBe(text);
      expect(bodies === undefined ? undefined : Buffer.from(bodies.response).toString()).toBe(text?.repeat(2000));
    }
  });

  test("can be incompressible", async () => {
    const noise = crypto.getRandomValues(new Uint8Array(20_000));
    const row = rowOf();
    await ledger.settle(row, { request: [noise], response: [noise], truncated: false });
    expect(Buffer.from((await ledger.find(row.id))?.bodies?.request ?? []).equals(noise)).toBe(true);
  });
});

describe("sums", () => {
  test("are those of the rows that were settled", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 20 }), async (settled) => {
        const alias = nextId();
        const mine = settled.map((row) => ({ ...row, alias }));
        await settleAll(mine);
        const { totals } = await ledger.summary({ aliases: [alias] });
        const sum = (of: (row: ExchangeRow) => number | bigint | undefined | null): bigint =>
          mine.reduce((total, row) => total + BigInt(of(row) ?? 0), 0n);
        expect(totals).toMatchObject({
          requests: BigInt(mine.length),
          ok: sum((row) => Number(row.status === "ok")),
          errors: sum((row) => Number(row.status === "error")),
          cancelled: sum((row) => Number(row.status === "cancelled")),
          inputTokens: sum((row) => row.usage?.inputTokens),
          cacheReadTokens: sum((row) => row.usage?.cacheReadTokens),
          cacheWriteTokens: sum(({ usage }) => (usage?.cacheWrite5mTokens ?? 0) + (usage?.cacheWrite1hTokens ?? 0)),
          outputTokens: sum((row) => row.usage?.outputTokens),
          reasoningTokens: sum((row) => row.usage?.reasoningTokens),
          costNanoUsd: sum((row) => row.costNanoUsd),
          unknownCost: sum(({ usage, costNanoUsd }) =>
            Number(costNanoUsd === null && usage !== undefined && usage.inputTokens + usage.outputTokens > 0),
          ),
        });
      }),
      { numRuns: 50 },
    );
  });

  test("of nothing are 0", async () => {
    const { totals, byModel, errors } = await ledger.summary({});
    const { duration, firstToken, outputTokensPerSecond, ...sums } = totals;
    expect(Object.values(sums).every((value) => value === 0n)).toBe(true);
    expect([duration, firstToken, outputTokensPerSecond]).toEqual([undefined, undefined, undefined]);
    expect([byModel, errors]).toEqual([[], []]);
  });

  test("take the means over the rows answered whole", async () => {
    await settleAll([
      rowOf({ durationUs: 100, firstTokenUs: 10 }),
      rowOf({ durationUs: 300, firstTokenUs: null }),
      rowOf({ durationUs: 9999, firstTokenUs: 9999, status: "error" }),
      rowOf({ durationUs: 9999, firstTokenUs: 9999, status: "cancelled" }),
    ]);
    expect((await ledger.summary({})).totals).toMatchObject({ meanDurationUs: 200n, meanFirstTokenUs: 10n });
  });

  test("are grouped, the most expensive first, and without rows that have no name", async () => {
    await settleAll([
      rowOf({ provider: "a", model: "m", costNanoUsd: 1n }),
      rowOf({ provider: "b", model: "m", costNanoUsd: 5n }),
      rowOf({ provider: "a", model: "m", costNanoUsd: 2n, facade: "rpc" }),
      rowOf({ provider: "", model: "", alias: "wrong", status: "error", costNanoUsd: null }),
    ]);
    const summary = await ledger.summary({});
    const brief = (groups: typeof summary.byModel) =>
      groups.map(({ name, totals }) => [name, totals.requests, totals.costNanoUsd]);
    expect(brief(summary.byModel)).toEqual([
      ["b/m", 1n, 5n],
      ["a/m", 2n, 3n],
    ]);
    expect(brief(summary.byProvider)).toEqual([
      ["b", 1n, 5n],
      ["a", 2n, 3n],
    ]);
    expect(brief(summary.byAlias)).toEqual([
      ["smart", 3n, 8n],
      ["wrong", 1n, 0n],
    ]);
    expect(brief(summary.byFacade)).toEqual([
      ["rest", 3n, 6n],
      ["rpc", 1n, 2n],
    ]);
  });

  test("count the failed rows by code, with the newest message", async () => {
    const failed = { status: "error", errorCode: "rate_limited" } as const;
    await settleAll([
      rowOf({ ...failed, errorMessage: "first" }),
      rowOf({ ...failed, errorMessage: "second" }),
      rowOf({ status: "error", errorCode: "upstream_cut", errorMessage: "cut" }),
      rowOf({ status: "cancelled", errorCode: "cancelled", errorMessage: "left" }),
    ]);
    expect((await ledger.summary({})).errors).toEqual([
      { code: "rate_limited", requests: 2n, lastMessage: "second" },
      { code: "upstream_cut", requests: 1n, lastMessage: "cut" },
    ]);
  });

  test("of a series fall between its bounds, whatever their distances", async () => {
    const bounds = [1000, 1300, 1900, 5000];
    await settleAll([999, 1000, 1299, 1300, 4999, 5000].map((startedAt) => rowOf({ startedAt })));
    const series = await ledger.series({}, bounds);
    expect(series.map(({ requests }) => requests)).toEqual([2n, 1n, 1n]);
    const filtered = await ledger.series({ from: 1200, to: 1301 }, bounds);
    expect(filtered.map(({ requests }) => requests)).toEqual([1n, 1n, 0n]);
  });
});

describe("a filter", () => {
  const cases: [string, RowFilter, string[]][] = [
    ["nothing", {}, ["late", "mid", "early"]],
    ["a start", { from: 2000 }, ["late", "mid"]],
    ["an end, which is not in the period", { to: 2000 }, ["early"]],
    ["a fraction of a millisecond", { from: 1999.5, to: 2000.5 }, ["mid"]],
    ["providers", { providers: ["p1", "p3"] }, ["late", "early"]],
    ["models", { models: ["m2"] }, ["mid"]],
    ["aliases", { aliases: ["late"] }, ["late"]],
    ["statuses", { statuses: ["error", "cancelled"] }, ["late", "mid"]],
    ["facades", { facades: ["rpc"] }, ["mid"]],
    ["a least cost, which leaves unknown costs out", { minCostNanoUsd: 10n }, ["mid"]],
    ["a most cost, which leaves unknown costs out", { maxCostNanoUsd: 10n }, ["early"]],
    ["two things that have to hold together", { providers: ["p1", "p2"], statuses: ["ok"] }, ["early"]],
  ];
  test.each(cases)("by %s", async (_, filter, expected) => {
    await settleAll([
      rowOf({ alias: "early", startedAt: 1000, provider: "p1", costNanoUsd: 5n }),
      rowOf({
        alias: "mid",
        startedAt: 2000,
        provider: "p2",
        model: "m2",
        status: "error",
        facade: "rpc",
        costNanoUsd: 10n + 1n,
      }),
      rowOf({ alias: "late", startedAt: 3000, provider: "p3", status: "cancelled", costNanoUsd: null }),
    ]);
    expect((await ledger.list(filter, 10, undefined)).map(({ alias }) => alias)).toEqual(expected);
  });
});

test("pages follow one another without gaps or repetitions, even where rows start in the same millisecond", async () => {
  const settled = Array.from({ length: 23 }, (_, i) => rowOf({ startedAt: 1000 + Math.floor(i / 7) }));
  await settleAll(settled);
  const listed: string[] = [];
  for (let page = await ledger.list({}, 5, undefined); page.length > 0; ) {
    listed.push(...page.map(({ id }) => id));
    await ledger.settle(rowOf({ startedAt: 9999 }), undefined);
    const last = page.at(-1);
    page = await ledger.list({}, 5, last && { place: placeOf(last, "start"), id: last.id });
  }
  expect(listed).toEqual(settled.map(({ id }) => id).toReversed());
});

describe("watching", () => {
  test("gives the rows that are wanted, once they are committed", async () => {
    const stop = new AbortController();
    const rows = ledger.watch((row) => row.alias === "wanted", stop.signal)[Symbol.asyncIterator]();
    const first = rows.next();
    const wanted = rowOf({ alias: "wanted" });
    await settleAll([rowOf(), wanted, rowOf()]);
    expect(await first).toEqual({ done: false, value: wanted });
    const { trail: _, ...stored } = wanted;
    expect((await ledger.find(wanted.id))?.row).toEqual(stored);
    const second = rows.next();
    stop.abort();
    expect(await second).toEqual({ done: true, value: undefined });
  });

  test("ends when the ledger closes", async () => {
    const rows = ledger.watch(() => true, new AbortController().signal)[Symbol.asyncIterator]();
    const next = rows.next();
    await ledger.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("that is too slow ends with how many rows it has missed", async () => {
    const bounded = createLedger({ store: { kind: "sqlite", path: ":memory:" }, clock: systemClock, watchLimit: 3 });
    await bounded.start();
    const rows = bounded.watch(() => true, new AbortController().signal)[Symbol.asyncIterator]();
    const first = rows.next();
    const settled = Array.from({ length: 10 }, () => rowOf());
    for (const row of settled) await bounded.settle(row, undefined);
    expect(await first).toEqual({ done: false, value: settled[0] });
    for (const row of settled.slice(1, 4)) expect(await rows.next()).toEqual({ done: false, value: row });
    await expect(rows.next()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("6 were missed"),
    });
    await bounded.close();
  });
});
