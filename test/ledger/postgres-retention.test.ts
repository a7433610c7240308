import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bodiesOf, rowOf } from "./fixtures.ts";
import { createPostgresServer, type PostgresServer, withoutPostgres } from "./postgres-server.ts";
import { day, type KeptLedger, now, openKept, sumsOf } from "./retention-fixtures.ts";
import { differencesIn } from "./stores.ts";

describe.skipIf(withoutPostgres)("on PostgreSQL a retention", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await createPostgresServer();
    await server.start();
  });
  afterAll(() => server.remove());

  let location: Awaited<ReturnType<PostgresServer["createDatabase"]>>;
  let kept: KeptLedger;
  beforeEach(async () => {
    location = await server.createDatabase();
    kept = await openKept(location);
    // Rows of March, April, May and June
    for (let age = 0; age < 90; age += 3) {
      const row = rowOf({ startedAt: now - age * day, status: age % 5 === 0 ? "error" : "ok" });
      await kept.ledger.settle(row, bodiesOf("x".repeat(3000), "y".repeat(3000)));
    }
  });
  afterEach(() => kept.ledger.close());

  const database = (): string => new URL(location.url).pathname.slice(1);
  /** What the rows of each month take on the disk, but for their indexes, and how many there are. */
  async function months(table: "requests" | "bodies"): Promise<unknown[]> {
    const names = ["2026_03", "2026_04", "2026_05", "2026_06"].map((month) => `${table}_${month}`);
    const found = names.map(async (name) => {
      const [row] = await server.run(
        database(),
        `select count(*) as rows, pg_table_size('${name}') as bytes from ${name}`,
      );
      return Number(row?.bytes) < 9000 ? 0 : Number(row?.rows);
    });
    return Promise.all(found);
  }

  test("empties months that are over as a whole, and removes days of the next one by rows", async () => {
    const before = await sumsOf(kept.ledger);
    expect(await months("requests")).toEqual([4, 10, 11, 5]);
    await kept.retain({ bodiesMs: 20 * day, rowsMs: 50 * day });
    expect(await months("bodies")).toEqual([0, 0, 2, 5]);
    expect(await months("requests")).toEqual([0, 1, 11, 5]);
    expect(await sumsOf(kept.ledger)).toEqual(before);
    expect(await differencesIn(location)).toEqual([]);
    expect(kept.lines).toMatchObject([{ level: "info", rows: 13, bodies: 23, bytes: 23 * 6000 }]);
  });

  test("of a size takes bodies of the oldest months first, then their rows, and never the month that it is", async () => {
    const before = await sumsOf(kept.ledger);
    await kept.retain({});
    const size = kept.ledger.status().sizeBytes ?? 0;
    await kept.retain({ sizeBytes: size - 1 });
    expect(await months("bodies")).toEqual([0, 10, 11, 5]);
    expect(await months("requests")).toEqual([4, 10, 11, 5]);
    await kept.retain({ sizeBytes: 1 });
    expect(await months("bodies")).toEqual([0, 0, 0, 5]);
    expect(await months("requests")).toEqual([0, 0, 0, 5]);
    expect(await sumsOf(kept.ledger)).toEqual(before);
    expect(await differencesIn(location)).toEqual([]);
    expect(kept.lines.filter(({ level }) => level === "warn")).toMatchObject([{ excessBytes: expect.any(Number) }]);
  });

  test("waits for nobody who reads a month for long, so that rows settle meanwhile, and comes back later", async () => {
    const reader = new pg.Client(location.url);
    await reader.connect();
    await reader.query("begin; select count(*) from requests_2026_04");
    const removing = kept.retain({ rowsMs: 40 * day });
    const start = performance.now();
    await kept.ledger.settle(rowOf({ startedAt: now }), undefined);
    await removing;
    expect(performance.now() - start).toBeLessThan(3000);
    expect(await months("requests")).toEqual([0, 10, 11, 6]);
    expect(kept.lines.at(-1)).toMatchObject({ level: "warn", message: expect.stringContaining("it is tried again") });
    expect(await differencesIn(location)).toEqual([]);
    await reader.end();
    await kept.retain({ rowsMs: 40 * day });
    expect(await months("requests")).toEqual([0, 0, 9, 6]);
    expect(await differencesIn(location)).toEqual([]);
  });
});
