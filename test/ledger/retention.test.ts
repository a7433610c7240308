import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/core/error.ts";
import type { Retention } from "../../src/core/ledger.ts";
import { bodiesOf, rowOf } from "./fixtures.ts";
import {
  around,
  day,
  hour,
  type KeptLedger,
  keepAll,
  minute,
  now,
  openKept,
  settle,
  sumsOf,
  thirtyDaysAgo,
} from "./retention-fixtures.ts";
import { audited, differencesIn, freshStore, type TestStore } from "./stores.ts";

let store: TestStore;
let kept: KeptLedger;
beforeEach(async () => {
  store = await freshStore();
  kept = await openKept(store.location);
});
afterEach(async () => {
  await kept.ledger.close();
  await store.remove();
});

async function single(sql: string): Promise<number> {
  const [row] = await store.run(`select (${sql}) as value`);
  return Number(row !== null && typeof row === "object" && "value" in row ? row.value : Number.NaN);
}

const count = (table: string): Promise<number> => single(`select count(*) from ${table}`);
const counts = async (): Promise<number[]> => [await count("requests"), await count("trails"), await count("bodies")];
const differences = () => differencesIn(store.location);

/** How many of these ages belong to rows that are kept for 30 days. */
const youngIn = (ages: readonly number[]): number => ages.filter((age) => now - age >= thirtyDaysAgo).length;

describe("a retention", () => {
  test("that is not set removes nothing", async () => {
    await settle(kept.ledger, around(2 * hour));
    await kept.retain({});
    expect(await counts()).toEqual([300, 300, 300]);
    expect(kept.ledger.status()).toMatchObject({ rowsFrom: 0, sizeBytes: expect.any(Number) });
    expect(kept.lines).toEqual([]);
  });

  test("of bodies removes them by the start of their rows, and nothing else", async () => {
    await settle(kept.ledger, around(12 * hour));
    const before = await sumsOf(kept.ledger);
    await kept.retain({ bodiesMs: 40 * day });
    expect(await counts()).toEqual([50, 50, 30]);
    expect(await sumsOf(kept.ledger)).toEqual(before);
    const [youngest] = await kept.ledger.list({ to: now - 40 * day }, 1);
    const entry = await kept.ledger.find(youngest?.id ?? "");
    expect([entry?.bodies, entry?.trail?.candidates]).toEqual([undefined, ["acme/large-1"]]);
    const next = await kept.ledger.list({ from: now - 40 * day }, 1, undefined, { by: "start", ascending: true });
    expect((await kept.ledger.find(next[0]?.id ?? ""))?.bodies).toBeDefined();
    expect(kept.lines).toEqual([
      {
        level: "info",
        rows: 0,
        bodies: 20,
        bytes: 2000,
        until: new Date(now - 40 * day - 7).toISOString(),
        message: "the ledger's retention has removed what is old",
      },
    ]);
  });

  test("of rows removes whole days of UTC; sums stay, and hold against what is left", async () => {
    const ages = around(12 * hour);
    await settle(kept.ledger, ages);
    const before = await sumsOf(kept.ledger);
    await kept.retain({ rowsMs: 30 * day });
    const left = youngIn(ages);
    expect(left).toBeLessThan(ages.length);
    expect(await counts()).toEqual([left, left, left]);
    expect(await single("select min(started_at) from requests")).toBeGreaterThanOrEqual(thirtyDaysAgo);
    expect(await sumsOf(kept.ledger)).toEqual(before);
    expect(await differences()).toEqual([]);
    expect(kept.ledger.status().rowsFrom).toBe(thirtyDaysAgo);
    const gone = ages.length - left;
    expect(kept.lines).toMatchObject([{ rows: gone, bodies: gone, bytes: gone * 100 }]);
    await kept.retain({ rowsMs: 30 * day });
    expect(kept.lines).toHaveLength(1);
  });

  test("of both removes both, also of many rows that began at once", async () => {
    const ages = [...around(12 * hour), ...Array(250).fill(29 * day)];
    await settle(kept.ledger, ages);
    await kept.retain({ bodiesMs: 26 * day, rowsMs: 30 * day });
    expect(await counts()).toEqual([youngIn(ages), youngIn(ages), 2]);
    expect(await differences()).toEqual([]);
  });

  test("counts what comes late with an old start, and removes it the next time", async () => {
    await settle(kept.ledger, around(12 * hour));
    await kept.retain({ bodiesMs: 27 * day, rowsMs: 30 * day });
    const [rows, , bodies] = await counts();
    await settle(kept.ledger, [28 * day, 40 * day, 40 * day + hour, 300 * day]);
    expect(await differences()).toEqual([]);
    expect((await kept.ledger.summary({})).totals.requests).toBe(54n);
    await kept.retain({ bodiesMs: 27 * day, rowsMs: 30 * day });
    expect(await differences()).toEqual([]);
    expect((await kept.ledger.summary({})).totals.requests).toBe(54n);
    expect((await kept.ledger.summary({ to: now - 200 * day })).totals.requests).toBe(1n);
    expect([await count("requests"), await count("bodies")]).toEqual([(rows ?? 0) + 1, bodies]);
  });

  test("that is longer now leaves the rows that come from then on", async () => {
    await settle(kept.ledger, around(day));
    await kept.retain({ rowsMs: 30 * day });
    await settle(kept.ledger, [40 * day, 59 * day]);
    await kept.retain({ rowsMs: 50 * day });
    expect((await kept.ledger.list({ to: thirtyDaysAgo }, 9)).map(({ startedAt }) => startedAt)).toEqual([
      now - 40 * day,
    ]);
    expect(await differences()).toEqual([]);
  });
});

describe("where rows were removed", () => {
  const midnight = thirtyDaysAgo - 10 * day;

  test("periods begin and end at the nearest quarter of an hour, so that nothing counts twice", async () => {
    const minutes = [1, 7, 8, 14, 16, 22, 31];
    await settle(
      kept.ledger,
      minutes.map((at) => now - midnight - at * minute),
    );
    await kept.retain({ rowsMs: 30 * day });
    expect(await count("requests")).toBe(0);
    const requests = async (from: number, to: number): Promise<number> =>
      Number(
        (await kept.ledger.summary({ from: midnight + from * minute, to: midnight + to * minute })).totals.requests,
      );
    expect(await requests(0, 60)).toBe(7);
    expect(await requests(7, 60)).toBe(7);
    expect(await requests(8, 60)).toBe(3);
    expect(await requests(0, 22)).toBe(4);
    expect(await requests(0, 23)).toBe(6);
    const bounds = [0, 5, 9, 20, 23, 60].map((at) => midnight + at * minute);
    expect((await kept.ledger.series({}, bounds)).map((totals) => Number(totals.requests))).toEqual([0, 4, 0, 2, 1]);
  });

  test("failed rows can be deleted from then on only, and sums from before stay", async () => {
    const ages = around(4 * hour);
    await settle(kept.ledger, ages);
    await kept.retain({ rowsMs: 30 * day });
    const failed = ages.filter((_, i) => i % 20 === 0);
    const young = youngIn(failed);
    expect(await kept.ledger.deleteErrors(0, now + 1)).toBe(young);
    const { totals, errors } = await kept.ledger.summary({});
    expect(totals.errors).toBe(BigInt(failed.length - young));
    expect(errors).toEqual([{ code: "rate_limited", requests: totals.errors, lastMessage: "" }]);
    expect(await differences()).toEqual([]);
  });

  test("an error's message is not that of another row, whatever becomes of the numbers of rows", async () => {
    const failed = (startedAt: number, errorCode: ErrorCode) =>
      kept.ledger.settle(rowOf({ startedAt, status: "error", errorCode, errorMessage: `of ${errorCode}` }), undefined);
    await failed(midnight, "rate_limited");
    await kept.retain({ rowsMs: 30 * day });
    await failed(now, "unavailable");
    expect((await kept.ledger.summary({})).errors).toEqual([
      { code: "rate_limited", requests: 1n, lastMessage: "" },
      { code: "unavailable", requests: 1n, lastMessage: "of unavailable" },
    ]);
  });

  test("a rebuild leaves the sums, and mends those from then on", async () => {
    await settle(kept.ledger, around(4 * hour));
    const before = await sumsOf(kept.ledger);
    await kept.retain({ rowsMs: 30 * day });
    await store.run(
      "update rollups set output_tokens = 1 where level in (0, 3, 12); delete from rollups where level = 4",
    );
    expect((await differences()).length).toBeGreaterThan(0);
    await store.run(`update rollups set output_tokens = 20 * requests where level = 0 and start < ${thirtyDaysAgo}`);
    await audited(store.location, (audit) => audit.rebuild(new AbortController().signal));
    expect(await differences()).toEqual([]);
    expect(await sumsOf(kept.ledger)).toEqual(before);
  });
});

describe("a removal", () => {
  const long: Retention = { ...keepAll, rowsMs: 30 * day };
  const recent = Array.from({ length: 120 }, (_, i) => hour * i);
  /** Rows of one day that are too old, in a month that is not over. */
  const crowd = (size: number): number[] => Array.from({ length: size }, (_, i) => 35 * day + 7 * i);

  test("that is cut off by the end of the process goes on with the next one", async () => {
    await settle(kept.ledger, [...recent, ...crowd(2000)], 0);
    const before = await sumsOf(kept.ledger);
    let closing: Promise<void> | undefined;
    let asked = 0;
    kept.ask(() => {
      asked += 1;
      if (asked === 6) closing = kept.ledger.close();
      return long;
    });
    await kept.ledger.retain();
    await closing;
    const left = await count("requests");
    expect(left).toBeGreaterThan(120);
    expect(left).toBeLessThan(2120);
    expect(await differences()).toEqual([]);
    kept = await openKept(store.location);
    expect(await sumsOf(kept.ledger)).toEqual(before);
    await kept.retain(long);
    expect(await count("requests")).toBe(120);
    expect(await sumsOf(kept.ledger)).toEqual(before);
    expect(await differences()).toEqual([]);
  });

  test("ends at once when everything is to be kept", async () => {
    await settle(
      kept.ledger,
      crowd(1000).map((age) => age - 30 * day),
    );
    let asked = 0;
    kept.ask(() => {
      asked += 1;
      return asked < 5 ? { ...keepAll, bodiesMs: 4 * day } : keepAll;
    });
    await kept.ledger.retain();
    const bodies = await count("bodies");
    expect(bodies).toBeGreaterThan(0);
    expect(bodies).toBeLessThan(1000);
    expect(await count("requests")).toBe(1000);
  });

  test("lets the rows that settle meanwhile through, batch by batch", async () => {
    await settle(kept.ledger, crowd(3000), 0);
    kept.ask(() => long);
    let isRunning = true;
    const removing = kept.ledger.retain().finally(() => {
      isRunning = false;
    });
    const left: number[] = [];
    while (isRunning) {
      await kept.ledger.settle(rowOf({ startedAt: now }), bodiesOf("q", "a"));
      left.push(await single(`select count(*) from requests where started_at < ${now}`));
    }
    await removing;
    expect(left.at(-1)).toBeLessThan(3000);
    const steps = left.map((size, at) => (left[at - 1] ?? 3000) - size);
    expect(Math.max(...steps)).toBeLessThanOrEqual(2000);
    expect(await differences()).toEqual([]);
  });
});
