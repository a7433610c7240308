import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openCopy } from "../../src/compose/copy.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import { createLedger, createLedgerAudit, type Ledger } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf, trailOf, usageOf } from "../ledger/fixtures.ts";
import { createPostgresServer, type PostgresServer, withoutPostgres } from "../ledger/postgres-server.ts";
import { differencesIn, postgresStore, sqliteStore, type TestStore } from "../ledger/stores.ts";
import { type Outcome, run } from "./fixtures.ts";

const hour = 3_600_000;
const day = 24 * hour;
const march = Date.UTC(2026, 2);
const actions = { openCopy };

const urlOf = ({ location }: TestStore): string =>
  location.kind === "sqlite" ? `sqlite:${location.path}` : location.url;

const copy = (from: TestStore, to: TestStore, signal?: AbortSignal): Promise<Outcome> =>
  run(["ledger", "copy", "--from", urlOf(from), "--to", urlOf(to)], { actions, ...(signal && { signal }) });

async function withLedger<T>(
  { location }: Pick<TestStore, "location">,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const ledger = createLedger({ store: location, clock: systemClock });
  await ledger.start();
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** Over two months, some failed, some with bodies. */
const rows: readonly ExchangeRow[] = Array.from({ length: 60 }, (_, i) =>
  rowOf({
    startedAt: march - 20 * day + i * 13 * hour,
    alias: `alias-${i % 5}`,
    status: i % 7 === 0 ? "error" : "ok",
    errorCode: i % 7 === 0 ? "rate_limited" : "",
    errorMessage: i % 7 === 0 ? `failed ${i}` : "",
    costNanoUsd: i % 4 === 0 ? null : BigInt(i),
    durationUs: 1000 + i * 77_777,
    usage: i % 7 === 0 ? undefined : usageOf({ inputTokens: i, extensions: i % 3 === 0 ? { a: "ä" } : {} }),
    tags: i % 3 === 0 ? ["nightly"] : [],
    answerId: i % 9 === 0 ? `answer-${i}` : "",
    trail: trailOf({ plannedUs: i }),
  }),
);
const bodiesFor = (i: number) => (i % 2 === 0 ? bodiesOf(`question ${i} `.repeat(i * 40), `answer ${i}`) : undefined);

const settleAll = (ledger: Ledger, some: readonly ExchangeRow[]): Promise<unknown> =>
  Promise.all(some.map((row) => ledger.settle(row, bodiesFor(rows.indexOf(row)))));

async function entryOf(ledger: Ledger, id: string) {
  const entry = await ledger.find(id);
  const texts =
    entry?.bodies && [entry.bodies.request, entry.bodies.response].map((bytes) => Buffer.from(bytes).toString());
  return { ...entry, bodies: entry?.bodies && { ...entry.bodies, request: texts?.[0], response: texts?.[1] } };
}

/** All that a ledger says of its rows. */
const contents = (store: TestStore) =>
  withLedger(store, async (ledger) => ({
    entries: await Promise.all((await ledger.list({}, 1000)).map(({ id }) => entryOf(ledger, id))),
    summary: await ledger.summary({}),
    series: await ledger.series(
      {},
      Array.from({ length: 80 }, (_, i) => march - 25 * day + i * day),
    ),
    state: await ledger.state.load(),
  }));

describe.skipIf(withoutPostgres)("ledger copy", () => {
  let server: PostgresServer;
  let stores: TestStore[];
  beforeAll(async () => {
    server = await createPostgresServer();
    await server.start();
  });
  afterAll(() => server.remove());
  beforeEach(() => {
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.remove();
  });

  const kinds = { sqlite: sqliteStore, postgres: () => postgresStore(server) };
  const storeOf = async (kind: keyof typeof kinds): Promise<TestStore> => {
    const store = await kinds[kind]();
    stores.push(store);
    return store;
  };

  describe.each<[keyof typeof kinds, keyof typeof kinds]>([
    ["sqlite", "postgres"],
    ["postgres", "sqlite"],
  ])("from %s to %s", (fromKind, toKind) => {
    let from: TestStore;
    let to: TestStore;
    beforeEach(async () => {
      from = await storeOf(fromKind);
      to = await storeOf(toKind);
    });

    test("brings all that there is, and only once, also what comes later while both are in use", async () => {
      await withLedger(from, async (source) => {
        await settleAll(source, rows.slice(0, 40));
        await source.state.save(
          new Map([
            ["a", "1"],
            ["b", "2"],
          ]),
        );
        const first = await copy(from, to);
        expect(first).toMatchObject({ code: 0, err: "" });
        expect(first.out).toBe(
          "40 requests copied, 20 of them with what was said; 0 were there already\n2 entries of state\n" +
            "ok: what was copied is the same in both\n",
        );
        expect(await contents(to)).toEqual(await contents(from));
        await withLedger(to, async (target) => {
          await target.state.save(new Map([["b", "newer"]]));
          await settleAll(target, rows.slice(50));
          await settleAll(source, rows.slice(40, 50));
          const second = await copy(from, to);
          expect(second.out).toContain("10 requests copied, 5 of them with what was said; 40 were there already\nok:");
          expect((await target.state.load()).get("b")).toBe("newer");
        });
        await settleAll(source, rows.slice(50));
      });
      const [copied, original] = [await contents(to), await contents(from)];
      expect(copied.entries).toEqual(original.entries);
      expect(copied.series).toEqual(original.series);
      expect(await differencesIn(to.location)).toEqual([]);
    });

    test("brings the sums over rows that were removed, for once", async () => {
      const kept = march;
      await withLedger(from, (source) => settleAll(source, rows));
      await from.run(`delete from requests where started_at < ${kept - day}`); // some that are still there, are to go
      await from.run(`update rollup_progress set rows_from = ${kept}`);
      for (const sums of [
        /^\d\d requests copied, .*\n[1-9]\d* sums over requests that were removed\n/,
        /^0 requests copied.*\nok/,
      ]) {
        expect((await copy(from, to)).out).toMatch(sums);
        const [copied, original] = [await contents(to), await contents(from)];
        const messages = { errors: expect.anything() }; // whose newest one may be gone
        expect({ ...copied, summary: { ...copied.summary, ...messages } }).toEqual({
          ...original,
          summary: { ...original.summary, ...messages },
        });
        expect(copied.summary.totals.requests).toBe(60n);
        expect(await differencesIn(to.location)).toEqual([]);
      }
    });

    test("counts nothing twice that the other ledger has removed since, and nothing as different", async () => {
      await withLedger(from, (source) => settleAll(source, rows));
      expect((await copy(from, to)).code).toBe(0);
      await to.run(`delete from requests where started_at < ${march}`);
      await to.run(`update rollup_progress set rows_from = ${march}`);
      await to.run("delete from bodies");
      const gone = rows.filter(({ startedAt }) => startedAt < march).length;
      expect((await copy(from, to)).out).toBe(
        `0 requests copied, 0 of them with what was said; ${rows.length - gone} were there already\n` +
          `${gone} left out: the other ledger removes what is as old, and has them in its sums\n` +
          "ok: what was copied is the same in both\n",
      );
      const [copied, original] = [await contents(to), await contents(from)];
      expect(copied.summary).toEqual({ ...original.summary, errors: expect.anything() });
      expect(copied.series).toEqual(original.series);
      expect(await differencesIn(to.location)).toEqual([]);
    });

    test("brings the sums over what the other ledger removes before it is there", async () => {
      await withLedger(from, (source) => settleAll(source, rows));
      await withLedger(to, async () => {});
      await to.run(`update rollup_progress set rows_from = ${march}`);
      expect((await copy(from, to)).out).toMatch(/\d\d left out: .*\n[1-9]\d* sums over requests.*\nok/);
      expect((await contents(to)).series).toEqual((await contents(from)).series);
      expect((await copy(from, to)).out).toMatch(/^0 requests copied.*\n\d\d left out.*\nok/);
      expect((await contents(to)).summary.totals.requests).toBe(60n);
    });

    test("keeps the sums that it has brought when it is interrupted, also when they are made anew", async () => {
      await withLedger(from, (source) => settleAll(source, rows));
      await from.run(`delete from requests where started_at < ${march}`);
      await from.run(`update rollup_progress set rows_from = ${march}`);
      await withLedger(to, async () => {});
      const { signal } = new AbortController();
      let days = 0;
      vi.spyOn(signal, "throwIfAborted").mockImplementation(() => {
        days += 1;
        if (days > 3) throw new Error("Ctrl-C");
      });
      const half = openCopy(from.location, to.location);
      await expect(
        half.run(
          () => {},
          () => {},
          signal,
        ),
      ).rejects.toThrow("Ctrl-C");
      await half.close();
      const { series, summary } = await contents(to);
      expect(summary.totals.requests).toBeGreaterThan(0n);
      const audit = createLedgerAudit({ store: to.location, clock: systemClock });
      await audit.rebuild(new AbortController().signal);
      await audit.close();
      expect((await contents(to)).series).toEqual(series);
      expect((await copy(from, to)).out).toMatch(/[1-9]\d* sums over.*\nok/);
      expect((await contents(to)).series).toEqual((await contents(from)).series);
    });

    test("says what differs", async () => {
      await withLedger(from, (source) => settleAll(source, rows.slice(0, 3)));
      expect((await copy(from, to)).code).toBe(0);
      const id = rows[1]?.id;
      await to.run(`update requests set cost_nano_usd = 5 where id = '${id}'`);
      const outcome = await copy(from, to);
      const time = new Date(rows[1]?.startedAt ?? 0).toISOString();
      expect(outcome.out).toContain(`${time}: 1 row is missing or different\n`);
      expect(outcome).toMatchObject({ code: 1, err: "The ledgers differ in what was copied.\n" });
    });

    test.each([
      ["of its own", "weighted", "delete from trails"],
      ["in its row", "", "update requests set usual_trail = null"],
    ])("says that a trail %s is missing", async (_, strategy, remove) => {
      await withLedger(from, (source) => source.settle(rowOf({ trail: trailOf({ strategy }) }), undefined));
      expect((await copy(from, to)).code).toBe(0);
      await to.run(remove);
      expect((await copy(from, to)).out).toContain(": 1 row is missing or different\n");
    });

    test("that is interrupted goes on the next time", async () => {
      await withLedger(from, (source) => settleAll(source, rows));
      const stop = new AbortController();
      stop.abort(new Error("Ctrl-C"));
      expect(await copy(from, to, stop.signal)).toMatchObject({
        code: 130,
        err: "Interrupted. What was copied stays; run it again for the rest.\n",
      });
      await withLedger(to, (target) => settleAll(target, rows.slice(5, 9)));
      const half = openCopy(from.location, to.location);
      const later = new AbortController();
      const work = half.run(
        () => later.abort(new Error("Ctrl-C")),
        () => {},
        later.signal,
      );
      await expect(work).rejects.toThrow("Ctrl-C");
      await half.close();
      expect((await copy(from, to)).out).toMatch(/^0 requests copied, .*; 60 were there already\nok/);
      expect((await contents(to)).summary).toEqual({ ...(await contents(from)).summary, errors: expect.anything() });
    });
  });

  test("goes from one schema of a database to another", async () => {
    const { location, run: runSql } = await storeOf("postgres");
    if (location.kind !== "postgres") throw new Error("no PostgreSQL");
    await runSql("create schema one; create schema two");
    const [one, two] = ["one", "two"].map((name) => `${location.url}?options=-c%20search_path%3D${name}`);
    await withLedger({ location: { ...location, url: one ?? "" } }, (source) => settleAll(source, rows.slice(0, 4)));
    const outcome = await run(["ledger", "copy", "--from", one ?? "", "--to", two ?? ""], { actions });
    expect(outcome).toMatchObject({ code: 0, out: expect.stringMatching(/^4 requests copied/) });
  });

  test("of nothing makes an empty ledger, of no ledger or into itself is refused", async () => {
    const [from, to] = [await storeOf("sqlite"), await storeOf("postgres")];
    expect(await copy(from, to)).toMatchObject({ code: 1, err: expect.stringContaining("cannot be") });
    await withLedger(from, async () => {});
    expect(await copy(from, to)).toMatchObject({ code: 0, out: expect.stringMatching(/^0 requests copied/) });
    expect(await copy(from, from)).toMatchObject({ code: 2, err: "Both stores are the same.\n" });
  });
});
