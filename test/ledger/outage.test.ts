import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import { createLedger, type Ledger, type OutageOptions } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf, temporaryFolder } from "./fixtures.ts";
import { differencesIn, freshStore, type TestStore } from "./stores.ts";

let store: TestStore;
let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let told: { readonly level: string; readonly message: string; readonly fields: object }[];
const opened: Ledger[] = [];
const locks = new Set<() => Promise<void>>();
beforeEach(async () => {
  store = await freshStore();
  folder = temporaryFolder();
  path = join(folder.path, "journal");
  told = [];
});
afterEach(async () => {
  await Promise.all([...locks].map((unlock) => unlock()));
  await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
  await store.remove();
  folder.remove();
});

const telling =
  (level: string) =>
  (fields: object, message: string): void => {
    told.push({ level, message, fields });
  };
const log = { debug: telling("debug"), info: telling("info"), warn: telling("warn"), error: telling("error") };

const commitTimeoutMs = 601; // half of it is no whole number
const patient = { timeout: 20_000 };

interface Options extends Partial<OutageOptions> {
  readonly limitBytes?: number;
  readonly busyTimeoutMs?: number;
}

function ledgerWith({ limitBytes = 256 * 1024, busyTimeoutMs, ...outage }: Options = {}): Ledger {
  const ledger = createLedger({
    store: store.location,
    clock: systemClock,
    outage: {
      journal: { path: path, limitBytes },
      commitTimeoutMs,
      onFailure: () => "serve",
      firstRetryMs: 50,
      log,
      ...outage,
    },
    ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
  });
  opened.push(ledger);
  return ledger;
}

async function startLedger(options: Options = {}): Promise<Ledger> {
  const ledger = ledgerWith(options);
  await ledger.start();
  return ledger;
}

/** Keeps all others from writing to the store, as another process does. Resolves with what lets go of it. */
async function lockStore(): Promise<() => Promise<void>> {
  const unlock = await store.lock();
  const once = async (): Promise<void> => {
    if (locks.delete(once)) await unlock();
  };
  locks.add(once);
  return once;
}

const recovered = (ledger: Ledger): Promise<void> =>
  vi.waitFor(
    () => {
      expect(ledger.status()).toMatchObject({ writable: true, journal: { rows: 0 } });
    },
    { ...patient, interval: 5 },
  );

/** The ids in the store, in the order in which they came there, once it is sure that its sums are right. */
async function storedIds(): Promise<unknown[]> {
  expect(await differencesIn(store.location)).toEqual([]);
  const rows = await store.run("select id from requests join trails using (seq) order by seq");
  return rows.map((row) => Object(row).id);
}

const settleAll = (ledger: Ledger, rows: readonly ExchangeRow[]): Promise<unknown> =>
  Promise.all(rows.map((row) => ledger.settle(row, bodiesOf(`asked ${row.id}`, "answered"))));
const rowsOf = (count: number): ExchangeRow[] => Array.from({ length: count }, () => rowOf());
const idsOf = (rows: readonly ExchangeRow[]): string[] => rows.map(({ id }) => id);

describe("while the store is locked", () => {
  test("rows wait in the journal, the first ones no longer than a commit may take, and are in the store afterwards", async () => {
    const ledger = await startLedger();
    const before = rowsOf(3);
    await settleAll(ledger, before);
    const unlock = await lockStore();
    const waiting = rowsOf(10);
    const start = performance.now();
    await settleAll(ledger, waiting);
    expect(performance.now() - start).toBeLessThan(commitTimeoutMs + 2000);
    const rest = rowsOf(50);
    const later = performance.now();
    for (const row of rest) await ledger.settle(row, undefined);
    expect(performance.now() - later).toBeLessThan(50 * commitTimeoutMs * 0.2); // none of them waits for the store
    expect(ledger.status()).toMatchObject({
      writable: false,
      pending: 0,
      failure: { since: expect.any(Number), message: expect.stringMatching(/cannot be written to/) },
      journal: { path: path, rows: 60, takesRows: true },
      refusing: false,
    });
    expect(ledger.status().journal?.bytes).toBeGreaterThan(60 * 500);
    expect(ledger.admits()).toBe(undefined);
    expect(await ledger.find(rest[0]?.id ?? "")).toBe(undefined);
    await unlock();
    await recovered(ledger);
    const after = rowOf();
    await ledger.settle(after, undefined);
    expect(await storedIds()).toEqual(idsOf([...before, ...waiting, ...rest, after]));
    const { trail, ...row } = waiting[4] ?? rowOf();
    const entry = await ledger.find(row.id);
    expect(entry).toMatchObject({ row, trail });
    expect(Buffer.from(entry?.bodies?.request ?? []).toString()).toBe(`asked ${row.id}`);
    expect(told.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "error: the ledger cannot be written: rows wait",
      "info: the ledger is written again: no row waits any more",
    ]);
    expect(told[0]?.fields).toMatchObject({ err: { message: expect.stringContaining("cannot be written to") } });
    expect(told[1]?.fields).toMatchObject({ rows: 60, ms: expect.any(Number) });
  });

  test("rows are watched as they come, and once", async () => {
    const ledger = await startLedger();
    const unlock = await lockStore();
    const leaving = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { id } of ledger.watch(() => true, leaving.signal)) seen.push(id);
    })();
    const waiting = rowsOf(5);
    await settleAll(ledger, waiting);
    await vi.waitFor(() => expect(seen).toEqual(idsOf(waiting)));
    await unlock();
    await recovered(ledger);
    const after = rowOf();
    await ledger.settle(after, undefined);
    await vi.waitFor(() => expect(seen.at(-1)).toBe(after.id));
    expect(seen).toEqual(idsOf([...waiting, after]));
    leaving.abort();
    await watching;
  });

  test("a commit that ends too late has its rows in the store once", async () => {
    const ledger = await startLedger({ commitTimeoutMs: 100, busyTimeoutMs: 10_000 });
    const unlock = await lockStore();
    const rows = rowsOf(20);
    await settleAll(ledger, rows); // what was asked of the store is still being tried
    expect(ledger.status().failure?.message).toContain("within 100 ms ('ledger.commit_timeout')");
    expect(ledger.status().journal?.rows).toBe(20);
    await unlock();
    await recovered(ledger);
    expect(await storedIds()).toEqual(idsOf(rows));
    expect(await store.run("select seq from bodies")).toHaveLength(20);
    expect(told.map(({ level }) => level)).toEqual(["error", "info"]); // none of them was taken for one at fault
  });

  test("it is the same the next time", async () => {
    const ledger = await startLedger();
    const rows = rowsOf(3);
    for (const row of rows) {
      const unlock = await lockStore();
      await ledger.settle(row, undefined);
      await unlock();
      await recovered(ledger);
    }
    expect(await storedIds()).toEqual(idsOf(rows));
    expect(told.map(({ level }) => level)).toEqual(["error", "info", "error", "info", "error", "info"]);
  });

  test("new calls are refused when they are to be, from one moment to the next, and told when to come again", async () => {
    let onFailure: "serve" | "refuse" = "refuse";
    const ledger = await startLedger({ onFailure: () => onFailure, firstRetryMs: 5000 });
    expect(ledger.admits()).toBe(undefined);
    await lockStore();
    await ledger.settle(rowOf(), undefined);
    const refusal = ledger.admits();
    expect(refusal).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/cannot be written.*'ledger.on_failure'.*in its log/),
    });
    expect(refusal?.retryAfterMs).toBeGreaterThan(3000);
    expect(refusal?.retryAfterMs).toBeLessThanOrEqual(5000);
    expect(ledger.status().refusing).toBe(true);
    await ledger.settle(rowOf(), undefined); // of a call that was running
    expect(ledger.status().journal?.rows).toBe(2);
    onFailure = "serve";
    expect(ledger.admits()).toBe(undefined);
    expect(ledger.status().refusing).toBe(false);
  });

  test("state is not saved, without a wait for the store", async () => {
    const busyTimeoutMs = 3000; // so long waits what waits for the store
    const ledger = await startLedger({ busyTimeoutMs });
    const unlock = await lockStore();
    await ledger.settle(rowOf(), undefined);
    const start = performance.now();
    await expect(ledger.state.save(new Map([["a", "b"]]))).rejects.toMatchObject({ code: "unavailable" });
    expect(performance.now() - start).toBeLessThan(busyTimeoutMs / 2);
    await unlock();
    await recovered(ledger);
    await ledger.state.save(new Map([["a", "b"]]));
    expect(await ledger.state.load()).toEqual(new Map([["a", "b"]]));
  });
});

describe("a journal that is full", () => {
  test("refuses calls whatever is set up, keeps room for those that run, and is free again afterwards", async () => {
    const ledger = await startLedger({ limitBytes: 64 * 1024 });
    const unlock = await lockStore();
    const kept: ExchangeRow[] = [];
    while (ledger.admits() === undefined) {
      const row = rowOf();
      await ledger.settle(row, bodiesOf("q".repeat(3000), "a"));
      kept.push(row);
    }
    expect(kept.length).toBeGreaterThan(20);
    expect(ledger.admits()).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("no more rows can wait"),
    });
    expect(ledger.status()).toMatchObject({ refusing: true, journal: { takesRows: false } });
    const running = rowsOf(200);
    const outcomes = await Promise.allSettled(running.map((row) => ledger.settle(row, undefined)));
    const fitting = running.filter((_, i) => outcomes[i]?.status === "fulfilled");
    expect(fitting.length).toBeGreaterThan(3);
    expect(outcomes.at(-1)).toMatchObject({
      status: "rejected",
      reason: {
        code: "unavailable",
        message: expect.stringMatching(/Neither the ledger nor its journal.*cannot be written to/),
      },
    });
    await unlock();
    await recovered(ledger);
    expect(ledger.admits()).toBe(undefined);
    expect(await storedIds()).toEqual(idsOf([...kept, ...fitting]));
    expect(statSync(path).size).toBe(64 * 1024);
  });
});

describe("rows that wait", () => {
  test("are brought to the store by the next start", async () => {
    const first = await startLedger({ limitBytes: 1024 ** 2 });
    const unlock = await lockStore();
    const rows = rowsOf(450); // more than are brought over at once
    await settleAll(first, rows);
    await first.close();
    await unlock();
    const second = await startLedger();
    const added = rowOf();
    await second.settle(added, undefined);
    await recovered(second);
    const stored = await storedIds();
    expect(stored.filter((id) => id !== added.id)).toEqual(idsOf(rows));
    expect(stored).toContain(added.id);
    expect(told.at(-1)).toMatchObject({ level: "info", fields: { rows: 450 } });
  });

  test("and cannot be written, are told of and left out, so that the others are not held up", async () => {
    const ledger = await startLedger();
    const unlock = await lockStore();
    const [first, last] = [rowOf(), rowOf()];
    const wrong = rowOf({ alias: JSON.parse("null"), costNanoUsd: 12n });
    await settleAll(ledger, [first, wrong, last]);
    await unlock();
    await recovered(ledger);
    expect(await storedIds()).toEqual(idsOf([first, last]));
    expect(told[1]).toMatchObject({
      level: "error",
      message: "a row of the ledger could not be written, and is no longer tried",
      fields: { row: { id: wrong.id, costNanoUsd: 12n }, err: { code: "internal" } },
    });
    expect(told).toHaveLength(3);
  });

  test("wait on when the store fails anew while they are brought over", async () => {
    const ledger = await startLedger({ limitBytes: 8 * 1024 ** 2 });
    const unlock = await lockStore();
    const rows = rowsOf(3000);
    await Promise.all(rows.map((row) => ledger.settle(row, undefined)));
    await unlock();
    const waiting = (): number => ledger.status().journal?.rows ?? 0;
    await vi.waitFor(() => expect(waiting()).toBeLessThan(3000), { ...patient, interval: 1 });
    const unlockAgain = await lockStore();
    await vi.waitFor(() => expect(ledger.status().writable).toBe(false), patient);
    expect(waiting()).toBeGreaterThan(0);
    const last = rowOf();
    await ledger.settle(last, undefined);
    await unlockAgain();
    await recovered(ledger);
    expect(await storedIds()).toEqual(idsOf([...rows, last]));
    expect(told.map(({ level }) => level)).toEqual(["error", "error", "info"]);
    expect(told.at(-1)?.fields).toMatchObject({ rows: 3001 });
  });
});

describe("a second gateway on the same store", () => {
  test("has no journal until the first one has ended", async () => {
    const first = await startLedger();
    const second = await startLedger();
    expect(told).toMatchObject([{ level: "warn", message: expect.stringContaining("another gateway has") }]);
    expect(second.status()).toMatchObject({ writable: true, journal: { takesRows: false }, refusing: false });
    await second.settle(rowOf(), undefined);
    const unlock = await lockStore();
    await expect(second.settle(rowOf(), undefined)).rejects.toMatchObject({ code: "unavailable" });
    expect(second.admits()).toMatchObject({ message: expect.stringContaining("no more rows can wait") });
    await first.settle(rowOf(), undefined);
    await first.close();
    const waiting = rowOf();
    await vi.waitFor(() => expect(second.status().journal).toMatchObject({ rows: 1, takesRows: true }), patient);
    await second.settle(waiting, undefined);
    await unlock();
    await recovered(second);
    const stored = await storedIds();
    expect(stored).toHaveLength(3);
    expect(stored).toContain(waiting.id);
  });
});

describe("a ledger whose journal cannot be opened", () => {
  test("does not start, and leaves nothing open", async () => {
    const ledger = ledgerWith({ journal: { path: join(folder.path, "no", "journal"), limitBytes: 1e6 } });
    await expect(ledger.start()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("ledger.journal"),
    });
    const { location } = store;
    if (location.kind === "sqlite") expect(existsSync(`${location.path}-wal`)).toBe(false); // removed when it is closed
    expect(ledger.status().writable).toBe(false);
  });
});
