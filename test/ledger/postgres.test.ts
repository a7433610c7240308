import { spawn } from "node:child_process";
import { once } from "node:events";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { StoreLocation } from "../../src/core/ledger.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf } from "./fixtures.ts";
import { killAfter, settleForever } from "./killed.ts";
import { createPostgresServer, type PostgresServer, password, withoutPostgres } from "./postgres-server.ts";
import { differencesIn } from "./stores.ts";

const day = 86_400_000;
const march = Date.UTC(2026, 2);

describe.skipIf(withoutPostgres)("a ledger in PostgreSQL", () => {
  let server: PostgresServer;
  let store: StoreLocation & { readonly kind: "postgres" };
  const opened: Ledger[] = [];
  beforeAll(async () => {
    server = await createPostgresServer();
    await server.start();
  });
  afterAll(() => server.remove());
  beforeEach(async () => {
    store = await server.createDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
  });

  async function open(): Promise<Ledger> {
    const ledger = createLedger({ store, clock: systemClock });
    opened.push(ledger);
    await ledger.start();
    return ledger;
  }

  const run = (sql: string) => server.run(new URL(store.url).pathname.slice(1), sql);
  const count = async (table: string): Promise<number> =>
    Number((await run(`select count(*) from ${table}`))[0]?.count);

  describe("whose server is stopped", () => {
    test("says so, crashes nothing, and works again once it is there again", async () => {
      const ledger = await open();
      await Promise.all([ledger.settle(rowOf(), undefined), ledger.summary({}), ledger.values({})]);
      await server.stop();
      await expect(ledger.settle(rowOf(), undefined)).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/^The ledger postgres:.*127\.0\.0\.1:\d+\/ledger_\d+ cannot be written to: /),
      });
      await expect(ledger.summary({})).rejects.toMatchObject({ code: "unavailable" });
      expect(ledger.status()).toMatchObject({ kind: "postgres", location: store.location, writable: false });
      await server.start();
      const row = rowOf();
      await ledger.settle(row, undefined);
      expect(ledger.status().writable).toBe(true);
      expect((await ledger.find(row.id))?.row.id).toBe(row.id);
      expect((await ledger.summary({})).totals.requests).toBe(2n);
      expect(await differencesIn(store)).toEqual([]);
    });

    test("while rows settle has those rows that it said it has, once", async () => {
      const ledger = await open();
      const rows = Array.from({ length: 400 }, () => rowOf());
      const settled = new Set<string>();
      const settle = async (from: number): Promise<void> => {
        for (const row of rows.slice(from, from + 20)) {
          await ledger.settle(row, bodiesOf("question", "answer")).then(
            () => settled.add(row.id),
            () => undefined,
          );
        }
      };
      const settling = Promise.all(Array.from({ length: 20 }, (_, i) => settle(20 * i)));
      while (settled.size < 40) await new Promise((resolve) => setImmediate(resolve));
      await server.stop();
      await settling;
      await server.start();
      expect(settled.size).toBeLessThan(400);
      const there = new Set((await run("select id from requests")).map(({ id }) => id));
      expect([...settled].filter((id) => !there.has(id))).toEqual([]);
      await Promise.all(rows.map((row) => ledger.settle(row, bodiesOf("question", "answer"))));
      expect([await count("requests"), await count("trails"), await count("bodies")]).toEqual([400, 400, 400]);
      expect((await ledger.summary({})).totals.requests).toBe(400n);
      expect(await differencesIn(store)).toEqual([]);
    });
  });

  test("has what was settled, whenever the gateway is killed", async () => {
    const settled: string[] = [];
    for (const count of [1, 41, 81]) {
      const ids = await killAfter(store, count);
      expect(ids.length).toBeGreaterThanOrEqual(count);
      settled.push(...ids);
    }
    const whole = await run(
      "select id from requests join bodies using (seq) left join trails using (seq) " +
        "where (usual_trail is null) <> (trail is null)",
    );
    const there = new Set(whole.map(({ id }) => id));
    expect(settled.filter((id) => !there.has(id))).toEqual([]);
    expect(await differencesIn(store)).toEqual([]);
    const saved = await (await open()).state.load();
    expect(settled.filter((id) => !saved.has(id))).toEqual([]);
  });

  test("does not keep the process from ending when it is closed", async () => {
    const child = spawn(process.execPath, [settleForever, JSON.stringify(store), "once"], { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("is shared by gateways that write at once, also the same rows, and over the ends of quarters and months", async () => {
    const two = await Promise.all([open(), open()]); // which make the tables one after the other
    const rows = Array.from({ length: 600 }, (_, i) =>
      rowOf({
        startedAt: march - 3 * day + i * 700_000,
        alias: `alias-${i % 7}`,
        status: i % 5 === 0 ? "error" : "ok",
      }),
    );
    const settle = async (ledger: Ledger, from: number): Promise<void> => {
      for (const row of rows.slice(from, from + 60)) await ledger.settle(row, bodiesOf("question", "answer"));
    };
    // Each row comes through one gateway, every other part of them through both.
    const parts = rows.flatMap((_, i) => (i % 60 === 0 ? [i] : []));
    const ways = parts.flatMap((from, i) =>
      i % 2 === 0 ? two.map((one) => settle(one, from)) : [settle(two[i % 4 === 1 ? 0 : 1] ?? two[0], from)],
    );
    await Promise.all(ways);
    expect([await count("requests"), await count("trails"), await count("bodies")]).toEqual([600, 600, 600]);
    expect(await differencesIn(store)).toEqual([]);
    for (const ledger of two) expect((await ledger.summary({})).totals.requests).toBe(600n);
  });

  test("keeps each month of UTC apart, and makes one anew that somebody has removed", async () => {
    const ledger = await open();
    const times = [0, Date.UTC(2019, 11, 31), march - 1, march, march + 31 * day - 1, march + 31 * day, 5e12];
    await Promise.all(times.map((startedAt) => ledger.settle(rowOf({ startedAt }), bodiesOf("a", "b"))));
    const counts = () =>
      Promise.all(["early", "2026_02", "2026_03", "2026_04", "late"].map((month) => count(`requests_${month}`)));
    expect(await counts()).toEqual([2, 1, 2, 1, 1]);
    expect((await ledger.list({ from: march, to: march + 31 * day }, 10)).length).toBe(2);
    await run("drop table requests_2026_03, bodies_2026_03, trails_2026_03");
    const row = rowOf({ startedAt: march + day });
    await ledger.settle(row, bodiesOf("a", "b"));
    expect(await counts()).toEqual([2, 1, 1, 1, 1]);
    expect((await ledger.find(row.id))?.bodies).toBeDefined();
  });

  test("loses bodies and trails with their rows", async () => {
    const ledger = await open();
    const row = rowOf({ status: "error" });
    await Promise.all([ledger.settle(row, bodiesOf("a", "b")), ledger.settle(rowOf(), bodiesOf("c", "d"))]);
    await ledger.deleteErrors(row.startedAt, row.startedAt + 1);
    expect([await count("requests"), await count("trails"), await count("bodies")]).toEqual([1, 1, 1]);
    expect(await differencesIn(store)).toEqual([]);
  });

  test("takes names and ids of any length and with any characters, and finds rows by them", async () => {
    const ledger = await open();
    const long = "x".repeat(5000);
    const rows = [
      rowOf({ model: `${long}1`, answerId: `${long}a` }),
      rowOf({ model: `${long}2`, answerId: `${long}b` }),
      rowOf({
        model: "nul\0",
        errorMessage: "a\0b",
        tags: ["x\0", "\ud800"],
        dropped: ["\0"],
        clientRequestId: "\udfff",
      }),
      rowOf({ model: "\"{}\\,'$1?", tags: ["\"{}\\,'$1?"] }),
    ];
    await Promise.all(rows.map((row) => ledger.settle(row, undefined)));
    const listed = async (filter: Parameters<Ledger["list"]>[0]) => (await ledger.list(filter, 10)).map(({ id }) => id);
    for (const { id, model, tags } of rows) {
      expect(await listed({ models: [model] })).toEqual([id]);
      for (const tag of tags) expect(await listed({ tags: [tag] })).toEqual([id]);
    }
    expect((await ledger.findAnswer(`${long}b`))?.row.id).toBe(rows[1]?.id);
    expect((await ledger.find(rows[2]?.id ?? ""))?.row).toMatchObject({
      model: "nul\ufffd",
      errorMessage: "a\ufffdb",
      tags: ["x\0", "\ud800"],
    });
    expect(await differencesIn(store)).toEqual([]);
  });

  test("finds text in bodies whatever the case of its letters, and in bytes that are no text byte by byte", async () => {
    const ledger = await open();
    const text = rowOf({ errorMessage: "Zu Viele ÄNFRAGEN" });
    const cut = rowOf();
    await ledger.settle(text, bodiesOf("Grüße aus KÖLN", "{}"));
    const bytes = Buffer.from("Straße nach Köln\\000 123\0Ende");
    await ledger.settle(cut, { request: [bytes, Buffer.from([0xe2, 0x82])], response: [], truncated: true });
    const found = async (wanted: string) => (await ledger.list({ text: wanted }, 10)).map(({ id }) => id);
    expect(await found("grüsse")).toEqual([]);
    expect(await found("GRÜßE")).toEqual([text.id]);
    expect(await found("änfragen")).toEqual([text.id]);
    expect(await found("Köln")).toEqual([cut.id, text.id]);
    expect(await found("STRAßE")).toEqual([cut.id]);
    expect(await found("\\000 123ende")).toEqual([cut.id]);
    expect(await found("342")).toEqual([]); // as which PostgreSQL would write the cut byte
  });

  test("does not lose a batch over a row that cannot be written", async () => {
    const ledger = await open();
    const outcomes = await Promise.allSettled([
      ledger.settle(rowOf(), undefined),
      ledger.settle(rowOf({ durationUs: Number.NaN }), undefined),
      ledger.settle(rowOf({ costNanoUsd: 2n ** 70n }), undefined),
      ledger.settle(rowOf(), bodiesOf("a", "b")),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "internal" } });
    expect(ledger.status().writable).toBe(true);
    expect(await differencesIn(store)).toEqual([]);
  });

  test("never says its password", async () => {
    const ledger = await open();
    const status = JSON.stringify(ledger.status());
    expect(status).toContain(store.location);
    expect(status).not.toContain(password);
    await server.stop();
    const error: unknown = await ledger.settle(rowOf(), undefined).catch((thrown: unknown) => thrown);
    await server.start();
    expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining(store.location) });
    expect(inspect(error, { depth: null })).not.toContain(password);
  });
});
