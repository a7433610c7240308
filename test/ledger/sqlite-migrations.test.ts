import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { rowOf, trailOf } from "./fixtures.ts";
import { differencesIn, sqliteStore, type TestStore } from "./stores.ts";

let store: TestStore;
let ledger: Ledger;
beforeEach(async () => {
  store = await sqliteStore();
  await open();
});
afterEach(async () => {
  await ledger.close();
  await store.remove();
});

async function open(): Promise<void> {
  ledger = createLedger({ store: store.location, clock: systemClock });
  await ledger.start();
}

const differences = () => differencesIn(store.location);
const tamper = (sql: string) => store.run(sql);

const minute = 60_000;
const day = 1440 * minute;
const start = Date.parse("2026-03-01T00:00:00Z");

test("rows from before there were rollups are rolled up when the schema is brought up to date", async () => {
  for (let i = 0; i < 60; i += 1) {
    await ledger.settle(
      rowOf({ startedAt: start + i * i * 100 * minute, status: i % 9 === 0 ? "error" : "ok" }),
      undefined,
    );
  }
  const before = await ledger.summary({});
  await ledger.close();
  const columns = ["access_key", "end_user_id", "client", "session", "tags", "usual_trail"];
  columns.push("service_tier", "reported_cost_nano_usd", "cache_saved_nano_usd");
  await tamper(
    "drop table rollups; drop table rollup_series; drop table rollup_progress; " +
      columns.map((column) => `alter table requests drop column ${column}; `).join("") +
      "delete from ledger_schema where version > 3",
  );
  await open();
  expect(await differences()).toEqual([]);
  expect(await ledger.summary({})).toEqual({ ...before, byAccessKey: [] });
  await ledger.settle(rowOf({ startedAt: start + 7 * minute }), undefined); // in what is sealed
  await ledger.settle(rowOf({ startedAt: start + 500 * day }), undefined);
  expect(await differences()).toEqual([]);
});

/** Takes away what version 6 has brought. */
const withoutValues =
  "drop index rollups_over_series; delete from rollups where level >= 20; delete from rollup_series where model = ''";

test("a file of version 4 keeps its rollups", async () => {
  await ledger.settle(rowOf({ startedAt: start }), undefined);
  const before = await ledger.summary({});
  await ledger.close();
  const columns = ["service_tier", "reported_cost_nano_usd", "cache_saved_nano_usd", "usual_trail"];
  await tamper(
    columns.map((column) => `alter table requests drop column ${column}; `).join("") +
      `${withoutValues}; alter table rollups drop column cache_saved_nano_usd; alter table rollup_progress drop column rows_from; ` +
      "delete from ledger_schema where version > 4",
  );
  await open();
  expect(await ledger.summary({})).toEqual(before);
  await ledger.settle(rowOf({ startedAt: start + minute, cacheSavedNanoUsd: 5n }), undefined);
  expect((await ledger.summary({})).totals).toMatchObject({ requests: 2n, cacheSavedNanoUsd: 5n });
  expect(await differences()).toEqual([]);
});

test("a file of version 5 gets sums of what each value has", async () => {
  for (let hour = 0; hour < 60; hour += 1) {
    const alias = hour % 2 === 0 ? "smart" : "";
    await ledger.settle(rowOf({ startedAt: start + hour * 60 * minute, alias }), undefined);
  }
  const read = () =>
    Promise.all(["smart", ""].map((alias) => ledger.series({ aliases: [alias] }, [start, start + day])));
  const before = await read();
  expect(before.map(([totals]) => totals?.requests)).toEqual([12n, 12n]);
  await ledger.close();
  await tamper(
    `${withoutValues}; alter table requests drop column usual_trail; delete from ledger_schema where version > 5`,
  );
  await open();
  expect(await differences()).toEqual([]);
  expect(await read()).toEqual(before);
});

test("a file of version 6 keeps its trails", async () => {
  const [old, added] = [rowOf(), rowOf({ trail: trailOf() })];
  await ledger.settle(old, undefined);
  await ledger.close();
  await tamper("alter table requests drop column usual_trail; delete from ledger_schema where version > 6");
  await open();
  await ledger.settle(added, undefined);
  expect((await ledger.find(old.id))?.trail).toEqual(old.trail);
  expect((await ledger.find(added.id))?.trail).toEqual(added.trail);
});
