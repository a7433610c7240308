import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { GatewayError } from "../../src/core/error.ts";
import { type Backlog, createBacklog } from "../../src/ledger/outage/backlog.ts";
import { createJournal, type Journal } from "../../src/ledger/outage/journal.ts";
import type { Settlement, Store } from "../../src/ledger/store.ts";
import { rowOf, temporaryFolder } from "./fixtures.ts";

/** What is seen of the moments between a store and a journal only when one of them is held. */

let folder: ReturnType<typeof temporaryFolder>;
let journal: Journal;
let told: string[];
let backlog: Backlog;
let stored: string[];
beforeEach(() => {
  folder = temporaryFolder();
  journal = createJournal(join(folder.path, "journal"), 64 * 1024);
  told = [];
  stored = [];
});
afterEach(async () => {
  await backlog.close();
  folder.remove();
});

const log = {
  debug: () => {},
  info: (_: object, message: string) => void told.push(message),
  warn: (_: object, message: string) => void told.push(message),
  error: (_: object, message: string) => void told.push(message),
};

const works: Store["commit"] = async (batch) => void stored.push(...batch.map(({ row }) => row.id));

async function startBacklog(parts: Partial<Journal> = {}, commit = works): Promise<void> {
  const changed = Object.entries(parts).map(([name, value]) => [name, { value }]);
  backlog = createBacklog({
    store: { commit },
    journal: Object.create(journal, Object.fromEntries(changed)),
    clock: systemClock,
    log,
    onFailure: () => "serve",
    firstRetryMs: 1,
  });
  await backlog.start();
}

const down = new GatewayError("unavailable", "It is down.");
const settlement = (): Settlement => ({ row: rowOf(), bodies: undefined });

test("rows that are on their way into the journal while the store comes back do not stay in it", async () => {
  const gate = Promise.withResolvers<void>();
  await startBacklog({
    async append(batch) {
      await gate.promise;
      return journal.append(batch);
    },
  });
  backlog.fail(down);
  const late = settlement();
  const putting = backlog.put([late]);
  await vi.waitFor(() => expect(backlog.failure).toBe(undefined));
  gate.resolve();
  expect(await putting).toBe(1);
  await vi.waitFor(() => expect(stored).toEqual([late.row.id]));
  await vi.waitFor(() => expect(backlog.journal.rows).toBe(0));
});

test("a journal that cannot be written refuses calls until it can, and is told of once", async () => {
  let isBroken = true;
  const fails: Store["commit"] = () => Promise.reject(down);
  await startBacklog(
    {
      append: (batch) => (isBroken ? Promise.reject(new Error("EIO")) : journal.append(batch)),
      probe: () => (isBroken ? Promise.reject(new Error("EIO")) : journal.probe()),
    },
    fails,
  );
  backlog.fail(down);
  expect(backlog.admits()).toBe(undefined);
  for (let i = 0; i < 3; i += 1) expect(await backlog.put([settlement()])).toBe(0);
  expect(backlog.journal.takesRows).toBe(false);
  expect(backlog.admits()).toMatchObject({ code: "unavailable", message: expect.stringContaining("no more rows") });
  expect(told.filter((message) => message.includes("journal cannot be written"))).toHaveLength(1);
  isBroken = false;
  await vi.waitFor(() => expect(backlog.admits()).toBe(undefined)); // though nobody has a row for it
  expect(backlog.journal.takesRows).toBe(true);
  expect(told).toContain("the ledger's journal can be written again");
  expect(await backlog.put([settlement()])).toBe(1);
});

test("a journal that does not answer holds nobody for long", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await startBacklog({ append: () => new Promise(() => {}) });
    const putting = backlog.put([settlement()]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await putting).toBe(0);
    expect(backlog.journal.takesRows).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test("what cannot be read of the journal any more is told of, and not in the way", async () => {
  await journal.open();
  await journal.append([settlement(), settlement()]);
  const end = 512 + journal.bytes;
  await startBacklog({ oldest: async () => ({ settlements: [], rows: 2, end }) });
  await vi.waitFor(() => expect(backlog.journal.rows).toBe(0));
  expect(told).toContain("the ledger's journal is damaged: rows in it are lost");
});

test("a store that is down is asked more and more seldom, and no more when all is closed", async () => {
  const asked: number[] = [];
  await startBacklog({}, () => {
    asked.push(performance.now());
    return Promise.reject(down);
  });
  backlog.fail(down);
  await vi.waitFor(() => expect(asked.length).toBe(8), 5000);
  await backlog.close();
  const whenClosed = asked.length;
  const gaps = asked.slice(1).map((at, i) => at - (asked[i] ?? at));
  for (const [i, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(2 ** (i + 1) - 1); // 2, 4, 8, … ms
  expect(told).toEqual(["the ledger cannot be written: rows wait"]);
  let askedOfNext = 0; // when that is more often, the next question of the closed one would have come long ago
  await startBacklog({}, () => {
    askedOfNext += 1;
    return Promise.reject(down);
  });
  backlog.fail(down);
  await vi.waitFor(() => expect(askedOfNext).toBeGreaterThan(whenClosed), 5000);
  expect(asked).toHaveLength(whenClosed);
});
