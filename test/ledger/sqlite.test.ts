import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { newestVersion } from "../../src/ledger/migrations.ts";
import { requestColumns } from "../../src/ledger/schema.ts";
import { bodiesOf, rowOf, temporaryFolder, trailOf } from "./fixtures.ts";
import { differencesIn, lockFile } from "./stores.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
const opened: Ledger[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "ledger.db");
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
  folder.remove();
});

/** By default, one that soon stops waiting for another process. */
function ledgerAt(file: string, busyTimeoutMs = 50): Ledger {
  const ledger = createLedger({ store: { kind: "sqlite", path: file }, clock: systemClock, busyTimeoutMs });
  opened.push(ledger);
  return ledger;
}

async function startLedger(): Promise<Ledger> {
  const ledger = ledgerAt(path);
  await ledger.start();
  return ledger;
}

/** The next thread that is started. */
const nextThread = (): Promise<Worker> => new Promise((resolve) => process.once("worker", resolve));

/** Resolves when something is asked of the thread. */
function nextMessageTo(worker: Worker): Promise<void> {
  const post = worker.postMessage.bind(worker);
  return new Promise((resolve) => {
    worker.postMessage = (...message: Parameters<typeof post>) => {
      post(...message);
      resolve();
    };
  });
}

const countRows = (): unknown => {
  const db = new Database(path, { readonly: true });
  const count = db.prepare("select count(*) from requests").pluck().get();
  db.close();
  return count;
};

describe("group commit", () => {
  test("rows that settle while a commit runs share the next one", async () => {
    const thread = nextThread();
    const ledger = await startLedger();
    let replies = 0;
    (await thread).on("message", () => {
      replies += 1;
    });
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 20; i += 1) await ledger.settle(rowOf(), undefined);
    };
    await Promise.all(Array.from({ length: 50 }, settle));
    expect(countRows()).toBe(1000);
    expect(replies).toBeGreaterThanOrEqual(20);
    expect(replies).toBeLessThanOrEqual(50);
  });

  test("a batch with many bytes is written in parts", async () => {
    const ledger = await startLedger();
    const large = "x".repeat(3_000_000);
    const settled = Array.from({ length: 6 }, () => rowOf());
    await Promise.all(settled.map((row) => ledger.settle(row, bodiesOf(large, large))));
    expect(countRows()).toBe(6);
    expect((await ledger.find(settled[5]?.id ?? ""))?.bodies?.response.length).toBe(3_000_000);
  });

  test("a row that cannot be written does not take the others of its batch with it", async () => {
    const ledger = await startLedger();
    const [first, second, third] = [rowOf(), rowOf({ alias: JSON.parse("null") }), rowOf()];
    const outcomes = await Promise.allSettled([
      ledger.settle(first, undefined),
      ledger.settle(second, undefined),
      ledger.settle(third, bodiesOf("a", "b")),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "internal" } });
    expect(countRows()).toBe(2);
    expect(ledger.status()).toMatchObject({ writable: true, pending: 0 });
  });

  test("a row that is there already is left as it is, with all that belongs to it, and its batch is written", async () => {
    const ledger = await startLedger();
    const [before, known, after] = [rowOf(), rowOf(), rowOf()];
    await ledger.settle(known, bodiesOf("asked", "answered"));
    await Promise.all([
      ledger.settle(before, bodiesOf("a", "b")),
      ledger.settle({ ...known, alias: "another", trail: trailOf({ plannedUs: 9 }) }, bodiesOf("other", "words")),
      ledger.settle(after, bodiesOf("c", "d")),
    ]);
    const bodies = async ({ id }: { readonly id: string }): Promise<string[]> => {
      const found = (await ledger.find(id))?.bodies;
      return [found?.request, found?.response].map((bytes) => Buffer.from(bytes ?? []).toString());
    };
    expect(await ledger.find(known.id)).toMatchObject({ row: { alias: known.alias }, trail: known.trail });
    expect(await bodies(known)).toEqual(["asked", "answered"]);
    expect(await bodies(before)).toEqual(["a", "b"]);
    expect(await bodies(after)).toEqual(["c", "d"]);
    expect((await ledger.summary({})).totals.requests).toBe(3n);
    expect(await differencesIn({ kind: "sqlite", path })).toEqual([]);
  });
});

describe("reading", () => {
  test("does not hold up commits", async () => {
    const ledger = await startLedger();
    await ledger.settle(rowOf(), undefined);
    const db = new Database(path);
    const columns = requestColumns.slice(1).join(", ");
    db.exec(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 150000)
       insert into requests (id, ${columns}) select 'row-' || i, ${columns} from n join requests limit 150000`,
    );
    db.close();
    await ledger.find("row-1"); // the reading thread has started
    const finished: string[] = [];
    const note = (name: string) => (): number => finished.push(name);
    const reading = ledger.summary({ stream: true }).then(note("read"));
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) await ledger.settle(rowOf(), undefined).then(note("settled"));
    };
    await Promise.all([reading, settle()]);
    expect(finished).toEqual(["settled", "settled", "settled", "read"]);
  });

  test("sees what was settled", async () => {
    const ledger = await startLedger();
    for (let i = 1; i <= 20; i += 1) {
      await ledger.settle(rowOf(), undefined);
      expect((await ledger.summary({})).totals.requests).toBe(BigInt(i));
    }
  });
});

describe("a commit that fails", () => {
  test("rejects its rows and says why; the next one is tried again", async () => {
    const ledger = await startLedger();
    const lock = lockFile(path);
    const outcomes = await Promise.allSettled([ledger.settle(rowOf(), undefined), ledger.settle(rowOf(), undefined)]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        reason: {
          code: "unavailable",
          message: expect.stringMatching(/ledger\.db cannot be written to.*Another process/),
        },
      });
    }
    expect(ledger.status()).toEqual({ kind: "sqlite", location: path, writable: false, pending: 0 });
    lock[Symbol.dispose]();
    await ledger.settle(rowOf(), undefined);
    expect(ledger.status().writable).toBe(true);
    expect(countRows()).toBe(1);
  });

  test("because its thread has died is reported; the next batch starts a new one", async () => {
    const thread = nextThread();
    const ledger = ledgerAt(path, 1000); // a thread ends when what it waits for does
    await ledger.start();
    const lock = lockFile(path); // holds the commit up until its thread is gone
    const worker = await thread;
    const asked = nextMessageTo(worker);
    const settling = ledger.settle(rowOf(), undefined);
    expect(ledger.status().pending).toBe(1);
    await asked; // else the thread is gone before the commit is asked of it, and another one takes it
    worker.terminate();
    await expect(settling).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("The thread 'ledger-writer' has ended."),
    });
    lock[Symbol.dispose]();
    expect(ledger.status()).toMatchObject({ writable: false, pending: 0 });
    await ledger.settle(rowOf(), undefined);
    expect(ledger.status().writable).toBe(true);
    expect(countRows()).toBe(1);
  });
});

describe("starting", () => {
  test("again keeps the rows and migrates nothing twice", async () => {
    const first = await startLedger();
    await first.settle(rowOf(), undefined);
    await first.close();
    const second = await startLedger();
    expect((await second.summary({})).totals.requests).toBe(1n);
    const db = new Database(path);
    expect(db.prepare("select version from ledger_schema").pluck().all()).toEqual(
      Array.from({ length: newestVersion }, (_, at) => at + 1),
    );
    db.close();
  });

  test("on a file of version 2 keeps its rows, which have no trails", async () => {
    const db = new Database(path);
    db.exec(readFileSync(new URL("./version-2.sql", import.meta.url), "utf8"));
    db.close();
    const ledger = await startLedger();
    const added = rowOf();
    await ledger.settle(added, undefined);
    const [newest, failed, answered, ...none] = await ledger.list({}, 10, undefined);
    expect([newest?.id, none]).toEqual([added.id, []]);
    expect(failed).toMatchObject({ errorCode: "rate_limited", usage: undefined, costNanoUsd: null });
    expect(answered).toMatchObject({ credential: "sk-…1234", usage: { inputTokens: 100 }, costNanoUsd: 1_500_000n });
    const entry = await ledger.findAnswer("resp_1");
    expect(entry).toEqual({ row: answered, trail: undefined, bodies: expect.anything() });
    expect(Buffer.from(entry?.bodies?.request ?? []).toString()).toBe("question");
    expect((await ledger.find(added.id))?.trail).toEqual(added.trail);
    expect(await ledger.state.load()).toEqual(new Map());
    expect((await ledger.summary({})).totals).toMatchObject({ requests: 3n, errors: 1n, costNanoUsd: 3_000_000n });
    expect(await differencesIn({ kind: "sqlite", path })).toEqual([]);
  });

  test("twice at once on a new file migrates it once", async () => {
    const two = [ledgerAt(path, 10_000), ledgerAt(path, 10_000)];
    await Promise.all(two.map((ledger) => ledger.start()));
    await Promise.all(two.map((ledger) => ledger.settle(rowOf(), undefined)));
    expect(countRows()).toBe(2);
  });

  test("with a newer schema is refused, and changes nothing", async () => {
    await (await startLedger()).close();
    const db = new Database(path);
    db.exec("insert into ledger_schema (version, applied_at) values (99, 0)");
    db.close();
    const ledger = ledgerAt(path);
    await expect(ledger.start()).rejects.toMatchObject({
      code: "unavailable",
      message:
        `The ledger at ${path} has schema version 99; this Causeway knows versions up to ${newestVersion}. ` +
        "Start the newer Causeway that wrote it, or set 'store' to another file.",
    });
    expect(ledger.status().writable).toBe(false);
  });

  test.each<[string, () => string, RegExp]>([
    [
      "in a folder that is not there",
      () => join(folder.path, "no", "ledger.db"),
      /there is no folder .*no\. Create it/,
    ],
    ["on a folder", () => makeFolder(), /it is a folder\. Set 'store' to a file in it/],
    [
      "on a file that is no database",
      () => makeFile("no database".repeat(1000)),
      /file is not a database.*move this one/,
    ],
    [
      "on another program's database",
      () => makeDatabase(),
      /cannot be opened: it is another program's database; set 'store'/,
    ],
  ])("%s is refused with what to do", async (_, make, message) => {
    const ledger = ledgerAt(make());
    await expect(ledger.start()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(message),
    });
  });

  test("on a damaged file is refused with what to do", async () => {
    await (await startLedger()).close();
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(4000, 0xff), 0, 4000, 100); // behind the file's header
    closeSync(file);
    await expect(ledgerAt(path).start()).rejects.toMatchObject({ message: expect.stringMatching(/damaged.*backup/) });
  });
});

function makeFolder(): string {
  mkdirSync(path);
  return path;
}

function makeFile(text: string): string {
  writeFileSync(path, text);
  return path;
}

function makeDatabase(): string {
  const db = new Database(path);
  db.exec("create table requests (id integer primary key)");
  db.close();
  return path;
}

describe("closing", () => {
  test("commits what is pending", async () => {
    const ledger = await startLedger();
    const settling = Promise.all(Array.from({ length: 100 }, () => ledger.settle(rowOf(), undefined)));
    expect(ledger.status().pending).toBe(100);
    await ledger.close();
    await settling;
    expect(countRows()).toBe(100);
  });

  test("twice is the same as once; what settles afterwards is rejected", async () => {
    const ledger = await startLedger();
    await Promise.all([ledger.close(), ledger.close()]);
    await expect(ledger.settle(rowOf(), undefined)).rejects.toMatchObject({ code: "unavailable" });
    await expect(ledger.summary({})).rejects.toMatchObject({ code: "unavailable" });
    expect(ledger.status().writable).toBe(false);
  });

  test("is fine for a ledger that never started, which takes no rows", async () => {
    const ledger = ledgerAt(path);
    await expect(ledger.settle(rowOf(), undefined)).rejects.toMatchObject({ code: "unavailable" });
    await ledger.close();
  });
});
