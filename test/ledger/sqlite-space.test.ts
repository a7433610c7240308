import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "./fixtures.ts";
import { day, hour, type KeptLedger, now, openKept, settle, sumsOf } from "./retention-fixtures.ts";
import { audited, differencesIn } from "./stores.ts";

const kilobyte = 1024;
/** A body as long as one can be that is stored as it is. */
const bodyBytes = 14 * kilobyte;

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let kept: KeptLedger;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "ledger.db");
});
afterEach(async () => {
  await kept.ledger.close();
  folder.remove();
});

async function open(): Promise<void> {
  kept = await openKept({ kind: "sqlite", path });
}

/** As a Causeway made it that knew nothing of giving room back. */
async function openOldFile(): Promise<void> {
  const db = new Database(path);
  for (const setting of ["page_size = 8192", "auto_vacuum = none", `application_id = ${0x43574159}`])
    db.pragma(setting);
  db.close();
  await open();
}

function read<T>(work: (db: Database.Database) => T): T {
  const db = new Database(path, { readonly: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const count = (table: string) => read((db) => db.prepare(`select count(*) from ${table}`).pluck().get());
const pragma = (name: string): number => Number(read((db) => db.pragma(name, { simple: true })));
const usedBytes = (): number => (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");

/** The size of the file once all of it is written. */
async function fileBytes(): Promise<number> {
  await kept.ledger.close();
  const { size } = statSync(path);
  await open();
  return size;
}

const compact = (file = path) => audited({ kind: "sqlite", path: file }, (audit) => audit.compact());

/** Ten rows a day, back from the day before yesterday. */
const days = (many: number): number[] => Array.from({ length: 10 * many }, (_, i) => 2 * day + 2.4 * hour * i);

describe("a limit of the size", () => {
  test("takes the oldest bodies first, and as few as it can", async () => {
    await open();
    await settle(kept.ledger, days(30), bodyBytes);
    const before = await sumsOf(kept.ledger);
    const full = usedBytes();
    await kept.retain({ sizeBytes: full - 100 * bodyBytes });
    expect(usedBytes()).toBeLessThanOrEqual(full - 100 * bodyBytes);
    expect(kept.ledger.status().sizeBytes).toBe(usedBytes());
    expect(count("requests")).toBe(300);
    expect(count("bodies")).toBe(200); // a hundred go at once, and free enough
    const young = read((db) =>
      db.prepare("select max(started_at) from requests where seq not in (select seq from bodies)").pluck().get(),
    );
    const old = read((db) =>
      db.prepare("select min(started_at) from requests where seq in (select seq from bodies)").pluck().get(),
    );
    expect(young).toBeLessThan(Number(old));
    expect(await sumsOf(kept.ledger)).toEqual(before);
    expect(kept.lines).toMatchObject([{ level: "info", rows: 0, bodies: 300 - Number(count("bodies")) }]);
  });

  test("takes the oldest days next, never today, and says once when that is not enough", async () => {
    await open();
    await settle(kept.ledger, days(60), 0);
    await settle(kept.ledger, [3 * hour, hour], 2 * kilobyte);
    const before = await sumsOf(kept.ledger);
    await kept.retain({ sizeBytes: usedBytes() - 150 * kilobyte });
    expect(count("bodies")).toBe(0);
    const left = Number(count("requests"));
    expect(left).toBeGreaterThan(2);
    expect(left).toBeLessThan(602);
    const { rowsFrom = 0 } = kept.ledger.status();
    expect([rowsFrom % day, rowsFrom > now - 62 * day]).toEqual([0, true]);
    expect(read((db) => db.prepare("select min(started_at) from requests").pluck().get())).toBeGreaterThanOrEqual(
      rowsFrom,
    );
    expect(await sumsOf(kept.ledger)).toEqual(before);
    for (let i = 0; i < 2; i += 1) await kept.retain({ sizeBytes: 1000 });
    expect(count("requests")).toBe(2);
    expect(await sumsOf(kept.ledger)).toEqual(before);
    expect(await differencesIn({ kind: "sqlite", path })).toEqual([]);
    const warnings = kept.lines.filter(({ level }) => level === "warn");
    expect(warnings).toMatchObject([{ location: path, excessBytes: usedBytes() - 1000 }]);
    expect(warnings[0]?.message).toContain("'ledger.retention.size'");
  });
});

describe("a file", () => {
  test("shrinks when something was removed from it, and keeps a little for what comes next", async () => {
    await open();
    await settle(kept.ledger, days(30), bodyBytes);
    const full = await fileBytes();
    await kept.retain({ bodiesMs: 5 * day });
    expect(count("bodies")).toBe(31);
    const size = await fileBytes();
    expect(size).toBeLessThan(full / 4);
    expect(size).toBeGreaterThan(usedBytes());
    expect(size).toBeLessThanOrEqual(usedBytes() * 1.06);
    expect(kept.lines.filter(({ level }) => level !== "info")).toEqual([]);
    expect(read((db) => db.pragma("integrity_check", { simple: true }))).toBe("ok");
  });

  test("that was made before it could shrink says so once, and can from when it is compacted on", async () => {
    await openOldFile();
    await settle(kept.ledger, days(30), bodyBytes);
    const full = await fileBytes();
    for (let i = 0; i < 2; i += 1) await kept.retain({ bodiesMs: 10 * day });
    const warnings = kept.lines.filter(({ level }) => level === "warn");
    expect(warnings).toMatchObject([{ location: path, freeBytes: expect.any(Number) }]);
    expect(warnings[0]?.message).toContain("'causeway ledger compact'");
    expect(await fileBytes()).toBe(full);
    const before = await sumsOf(kept.ledger);
    await kept.ledger.close();
    expect(await compact()).toEqual({ before: full, after: statSync(path).size });
    expect(statSync(path).size).toBeLessThan(full / 2);
    await open();
    expect(await sumsOf(kept.ledger)).toEqual(before);
    expect(await differencesIn({ kind: "sqlite", path })).toEqual([]);
    await kept.retain({ bodiesMs: 3 * day });
    expect(kept.lines.filter(({ level }) => level === "warn")).toEqual([]);
    expect(await fileBytes()).toBeLessThan(full / 4);
  });
});

describe("compacting", () => {
  test("is refused while a gateway has the file open, and changes nothing", async () => {
    await open();
    await settle(kept.ledger, days(3));
    const { size } = statSync(path);
    await expect(compact()).rejects.toMatchObject({
      code: "unavailable",
      message: `The ledger ${path} is in use. Stop the gateway, then run this again.`,
    });
    expect(statSync(path).size).toBe(size);
    await settle(kept.ledger, days(3));
    expect(count("requests")).toBe(60);
  });

  test("is refused for what is no ledger, and for what is not there", async () => {
    await open();
    const other = join(folder.path, "other.db");
    const db = new Database(other);
    db.exec("create table t (x)");
    db.close();
    await expect(compact(other)).rejects.toThrow(/other\.db cannot be compacted: it is no ledger/);
    await expect(compact(join(folder.path, "none.db"))).rejects.toThrow(/none\.db cannot be compacted: .*CANTOPEN/);
  });
});
