import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { StoreLocation } from "../../src/core/ledger.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf } from "./fixtures.ts";
import { freshStore, type TestStore } from "./stores.ts";

let store: TestStore;
let ledger: Ledger;
beforeEach(async () => {
  store = await freshStore();
  ledger = ledgerAt(store.location);
  await ledger.start();
});
afterEach(async () => {
  await ledger.close();
  await store.remove();
});

const ledgerAt = (location: StoreLocation): Ledger =>
  createLedger({ store: location, clock: systemClock, busyTimeoutMs: 50 });

async function reopen(): Promise<void> {
  await ledger.close();
  ledger = ledgerAt(store.location);
  await ledger.start();
}

/** Counts from 1 to `times`, a save each. */
async function saveCounts(key: string, times: number): Promise<void> {
  for (let i = 1; i <= times; i += 1) await ledger.state.save(new Map([[key, String(i)]]));
}

async function settleMany(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await ledger.settle(rowOf(), bodiesOf("question", "answer"));
}

describe("state", () => {
  test("is empty at first", async () => {
    expect(await ledger.state.load()).toEqual(new Map());
  });

  test("is what was saved last by each key; what no save names stays", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    const key = fc.oneof(fc.constantFrom("a", "b", "c"), text);
    const change = fc.tuple(key, fc.option(text, { nil: undefined }));
    const expected = new Map<string, string>();
    const saves = fc.array(change, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(saves, async (changes) => {
        const entries = new Map(changes);
        for (const [key, value] of entries) {
          if (value === undefined) expected.delete(key);
          else expected.set(key, value);
        }
        await ledger.state.save(entries);
        expect(await ledger.state.load()).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("outlives closing, and what is saved while closing begins", async () => {
    await ledger.state.save(new Map([["first", "1"]]));
    const saving = ledger.state.save(new Map([["second", "2"]]));
    await reopen();
    await saving;
    const stored = [
      ["first", "1"],
      ["second", "2"],
    ] as const;
    expect(await ledger.state.load()).toEqual(new Map(stored));
  });

  test("is saved and loaded while rows are settled", async () => {
    const load = async (): Promise<void> => {
      let seen = 0;
      while (seen < 100) {
        const now = Number((await ledger.state.load()).get("k0") ?? 0);
        expect(now).toBeGreaterThanOrEqual(seen);
        seen = now;
      }
    };
    const settling = Array.from({ length: 50 }, () => settleMany(20));
    const saving = Array.from({ length: 4 }, (_, i) => saveCounts(`k${i}`, 100));
    await Promise.all([...settling, ...saving, load()]);
    expect((await ledger.summary({})).totals.requests).toBe(1000n);
    expect(await ledger.state.load()).toEqual(new Map([0, 1, 2, 3].map((i) => [`k${i}`, "100"])));
  });

  test("is the same in memory", async () => {
    const inMemory = ledgerAt({ kind: "sqlite", path: ":memory:" });
    await inMemory.start();
    await Promise.all([inMemory.settle(rowOf(), undefined), inMemory.state.save(new Map([["a", "1"]]))]);
    expect(await inMemory.state.load()).toEqual(new Map([["a", "1"]]));
    await inMemory.close();
  });
});

describe("a save that fails", () => {
  test("has written nothing, and says why; the next one is tried again", async () => {
    await ledger.state.save(new Map([["old", "1"]]));
    const unlock = await store.lock();
    await expect(ledger.state.save(new Map([["new", "1"]]))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/ledger.* cannot be written to.*Another process/),
    });
    await unlock();
    expect(await ledger.state.load()).toEqual(new Map([["old", "1"]]));
    await ledger.state.save(new Map([["new", "2"]]));
    expect((await ledger.state.load()).get("new")).toBe("2");
  });

  test("in the middle has written nothing", async () => {
    await store.refuse("state", "new.key = 'b'");
    const entries = new Map([
      ["a", "1"],
      ["b", "2"],
    ]);
    await expect(ledger.state.save(entries)).rejects.toMatchObject({ code: "unavailable" });
    expect(await ledger.state.load()).toEqual(new Map());
    await settleMany(1);
  });
});

test("before the start and after the end there is no state", async () => {
  const never = ledgerAt(store.location);
  const closed = ledgerAt(store.location);
  await closed.start();
  await closed.close();
  for (const { state } of [never, closed]) {
    await expect(state.load()).rejects.toMatchObject({ code: "unavailable" });
    await expect(state.save(new Map([["a", "1"]]))).rejects.toMatchObject({ code: "unavailable" });
  }
});
