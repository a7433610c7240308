import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger } from "../../src/ledger/index.ts";
import { createJournal, type Journal } from "../../src/ledger/outage/journal.ts";
import type { Settlement } from "../../src/ledger/store.ts";
import { rows } from "./arbitraries.ts";
import { bodiesOf, nextId, rowOf, temporaryFolder } from "./fixtures.ts";

const limit = 64 * 1024;
let folder: ReturnType<typeof temporaryFolder>;
let path: string;
const opened: Journal[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "ledger.db.journal");
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close()));
  folder.remove();
});

async function openJournal(limitBytes = limit, file = path): Promise<Journal> {
  const journal = createJournal(file, limitBytes);
  expect(await journal.open()).toBe(true);
  opened.push(journal);
  return journal;
}

/** All that waits, in order, as comparable values; the journal is empty afterwards. */
async function drain(journal: Journal): Promise<Shown[]> {
  const found: Shown[] = [];
  while (journal.rows > 0) {
    const batch = await journal.oldest();
    found.push(...batch.settlements.map(shown));
    await journal.drop(batch);
  }
  return found;
}

type Shown = ReturnType<typeof shown>;

const shown = ({ row, bodies }: Settlement) => ({
  row,
  bodies: bodies && {
    request: Buffer.concat(bodies.request).toString("hex"),
    response: Buffer.concat(bodies.response).toString("hex"),
    truncated: bodies.truncated,
  },
});

const bytes = fc.uint8Array({ maxLength: 300 });
const settlements: fc.Arbitrary<Settlement> = fc.record({
  row: rows,
  bodies: fc.option(
    fc.record({
      request: fc.array(bytes, { maxLength: 2 }),
      response: fc.array(bytes, { maxLength: 3 }),
      truncated: fc.boolean(),
    }),
    { nil: undefined },
  ),
});

describe("what is put into a journal", () => {
  test("comes out as it was, in order, whoever opens it next", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(settlements, { maxLength: 4 }), { maxLength: 4 }), async (batches) => {
        const file = join(folder.path, nextId());
        const journal = await openJournal(16 * limit, file);
        for (const batch of batches) expect(await journal.append(batch)).toBe(batch.length);
        expect(journal.rows).toBe(batches.flat().length);
        await journal.close();
        const next = await openJournal(16 * limit, file);
        expect(await drain(next)).toEqual(batches.flat().map(shown));
        await next.close();
      }),
      { numRuns: 50 },
    );
  });

  test("stays until it is dropped, and does not come back", async () => {
    const journal = await openJournal();
    const batch = Array.from({ length: 5 }, (_, i) => ({ row: rowOf(), bodies: bodiesOf(`${i}`, "b") }));
    await journal.append(batch);
    const first = await journal.oldest();
    expect(await journal.oldest()).toEqual(first);
    await journal.drop({ ...first, rows: 5 });
    expect([journal.rows, journal.bytes]).toEqual([0, 0]);
    const later = { row: rowOf(), bodies: undefined };
    await journal.append([later]); // over the first record, whose neighbours are still in the file
    await journal.close();
    const next = await openJournal();
    expect(await drain(next)).toEqual([shown(later)]);
    await next.close();
    expect((await openJournal()).rows).toBe(0);
  });

  test("can be more than is read at once", async () => {
    const journal = await openJournal(8 * 1024 ** 2);
    const large = { row: rowOf(), bodies: bodiesOf("x".repeat(1_500_000), "y".repeat(100_000)) };
    const small = Array.from({ length: 700 }, () => ({ row: rowOf(), bodies: undefined }));
    expect(await journal.append([...small, large])).toBe(701);
    const first = await journal.oldest();
    expect(first.settlements.length).toBeLessThan(700);
    await journal.drop(first);
    await journal.close();
    const next = await openJournal(8 * 1024 ** 2);
    expect(next.rows).toBe(701 - first.rows);
    const found = await drain(next);
    expect(found.map(({ row }) => row.id)).toEqual([...small, large].slice(first.rows).map(({ row }) => row.id));
    expect(found.at(-1)?.bodies?.response).toBe("79".repeat(100_000));
  });

  test("is read, and can be written to a store, though an earlier version has put it there", async () => {
    const text = Buffer.from(readFileSync(new URL("./journal-record-1.json", import.meta.url), "utf8"));
    const record = Buffer.concat([uint32(text.length), text, Buffer.from("abcde")]);
    const frame = Buffer.concat([uint32(record.length), uint32(crc32(record, crc32(both(9, record.length)))), record]);
    const head = Buffer.concat([Buffer.from("CWAYJRNL"), uint32(1), uint32(9), both(600, 0)]);
    const file = Buffer.alloc(8192);
    Buffer.concat([head, uint32(crc32(head))]).copy(file);
    frame.copy(file, 600);
    writeFileSync(path, file);
    const { settlements: found } = await (await openJournal()).oldest();
    const [first] = found.map(shown);
    expect(first?.bodies).toEqual({ request: "616263", response: "6465", truncated: true });
    expect(first?.row).toMatchObject({
      id: "01996f2c-5a00-7000-8000-000000000001",
      startedAt: 1_758_000_000_000,
      stream: true,
      finishReason: FinishReason.STOP,
      usage: { inputTokens: 100, outputTokens: 20, source: UsageSource.REPORTED, extensions: { "a/b": "1" } },
      costNanoUsd: 2n ** 60n,
      cacheSavedNanoUsd: -5n,
      dropped: ["seed"],
      trail: { candidates: ["acme/large-1"], plannedUs: 120, steps: [{ target: "acme/large-1", outcome: "answered" }] },
    });
    const ledger = createLedger({ store: { kind: "sqlite", path: ":memory:" }, clock: systemClock });
    await ledger.start();
    for (const { row, bodies } of found) await ledger.settle(row, bodies);
    await ledger.close();
  });
});

const uint32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
};
const both = (a: number, b: number): Buffer => Buffer.concat([uint32(a), uint32(b)]);

describe("a journal whose file is", () => {
  let all: unknown[];
  let whole: Buffer;
  beforeEach(async () => {
    const journal = await openJournal();
    const batch = Array.from({ length: 8 }, (_, i) => ({
      row: rowOf(),
      bodies: i % 2 ? bodiesOf("q", "a") : undefined,
    }));
    await journal.append(batch);
    all = batch.map(shown);
    await journal.close();
    whole = readFileSync(path);
  });

  /** What is read of these bytes. undefined: they are refused. */
  async function readOf(file: Buffer): Promise<unknown[] | undefined> {
    writeFileSync(path, file);
    const journal = createJournal(path, limit);
    try {
      await journal.open();
      return await drain(journal);
    } catch (error) {
      expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("Move it away") });
      return undefined;
    } finally {
      await journal.close();
    }
  }

  test("cut off anywhere has the records before", async () => {
    const used = whole.findLastIndex((byte) => byte !== 0) + 1;
    const counts = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: used }), async (end) => {
        const found = (await readOf(whole.subarray(0, end))) ?? [];
        expect(found).toEqual(all.slice(0, found.length));
        counts.add(found.length);
      }),
      { numRuns: 150, examples: [[0], [1], [27], [28], [512], [519], [used - 1], [used]] },
    );
    expect([...counts].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await readOf(whole.subarray(0, used - 1))).toHaveLength(7);
  });

  test("changed anywhere has no record that nobody put there", async () => {
    const used = whole.findLastIndex((byte) => byte !== 0) + 1;
    const change = fc.record({ at: fc.nat({ max: used - 1 }), to: fc.nat({ max: 255 }) });
    const bursts = fc.array(change, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(bursts, async (changes) => {
        const file = Buffer.from(whole);
        for (const { at, to } of changes) file[at] = to;
        const found = (await readOf(file)) ?? [];
        expect(found).toEqual(all.slice(0, found.length));
      }),
      {
        numRuns: 150,
        // lengths and checksums of the first record, and the header's numbers
        examples: [515, 512, 516, 519, 12, 16, 23, 24].map((at) => [[{ at, to: 0xf7 }]]),
      },
    );
  });

  test("damaged under it goes on with what is put there later, and says how much is lost", async () => {
    const journal = await openJournal();
    const file = Buffer.from(whole);
    file[600] = (file[600] ?? 0) ^ 1;
    writeFileSync(path, file);
    const damaged = await journal.oldest();
    expect(damaged).toMatchObject({ settlements: [], rows: 8 });
    await journal.drop(damaged);
    const later = { row: rowOf(), bodies: undefined };
    await journal.append([later]);
    expect(await drain(journal)).toEqual([shown(later)]);
  });
});

describe("a journal's room", () => {
  test("is there from the start, and given back when less is wanted", async () => {
    const journal = await openJournal();
    expect(journal.roomBytes).toBe(limit - 512);
    const { size, blocks } = statSync(path);
    expect(size).toBe(limit);
    expect(blocks * 512).toBeGreaterThanOrEqual(limit);
    expect(statSync(path).mode & 0o077).toBe(0); // what people said is in it
    await journal.close();
    const larger = await openJournal(2 * limit);
    expect(statSync(path).size).toBe(2 * limit);
    await larger.close();
    await openJournal();
    expect(statSync(path).size).toBe(limit);
  });

  test("is kept free of bodies by half, and takes no row that does not fit", async () => {
    const journal = await openJournal();
    const put = Array.from({ length: 100 }, () => ({ row: rowOf(), bodies: bodiesOf("q".repeat(2000), "a") }));
    const count = await journal.append(put);
    expect(count).toBeGreaterThan(30);
    expect(count).toBeLessThan(100);
    expect(journal.isFull).toBe(true);
    expect(await journal.append(put.slice(count))).toBe(0);
    expect(statSync(path).size).toBe(limit);
    const found = await drain(journal);
    const left = { request: "", response: "", truncated: true };
    const kept = found.findIndex(({ bodies }) => bodies?.truncated);
    expect(kept).toBeGreaterThan(5);
    expect(found).toEqual(
      put.slice(0, count).map((one, i) => (i < kept ? shown(one) : { row: one.row, bodies: left })),
    );
    expect(journal.isFull).toBe(false);
    expect(await journal.append(put.slice(0, 3))).toBe(3);
  });

  test("is no smaller than what waits", async () => {
    const journal = await openJournal();
    const put = Array.from({ length: 30 }, () => ({ row: rowOf(), bodies: undefined }));
    await journal.append(put);
    await journal.close();
    const smaller = await openJournal(2000);
    expect(smaller.rows).toBe(30);
    expect(smaller.isFull).toBe(true);
    expect(await drain(smaller)).toHaveLength(30);
  });
});

describe("opening a journal", () => {
  test("is for one at a time, and for the next when that one has closed", async () => {
    const first = await openJournal();
    const second = createJournal(path, limit);
    expect(await second.open()).toBe(false);
    expect([second.rows, second.roomBytes]).toEqual([0, 0]);
    await first.close();
    expect(await second.open()).toBe(true);
    await second.close();
  });

  test("leaves another program's file as it is", async () => {
    writeFileSync(path, "dear diary, ".repeat(100));
    await expect(createJournal(path, limit).open()).rejects.toMatchObject({
      code: "unavailable",
      message: `The ledger's journal ${path} is another program's file. Move it away, or change 'ledger.journal'.`,
    });
    expect(readFileSync(path, "utf8")).toBe("dear diary, ".repeat(100));
  });

  test("refuses what a newer version has written, and leaves it as it is", async () => {
    await (await openJournal()).close();
    const file = readFileSync(path);
    file.writeUInt32LE(2, 8);
    file.writeUInt32LE(crc32(file.subarray(0, 24)), 24);
    writeFileSync(path, file);
    await expect(createJournal(path, limit).open()).rejects.toThrow(/is of a newer Causeway/);
    expect(readFileSync(path).equals(file)).toBe(true);
  });

  test("says what to do where there can be none, and does not keep it locked", async () => {
    mkdirSync(path);
    for (const file of [path, join(folder.path, "no", "journal")]) {
      await expect(createJournal(file, limit).open()).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/cannot be (opened|locked).*Set 'ledger.journal' to a file in a folder/),
      });
    }
    await openJournal(limit, join(folder.path, "other"));
    copyFileSync(join(folder.path, "other"), `${path}-copy`);
    truncateSync(`${path}-copy`, 0);
    await openJournal(limit, `${path}-copy`); // an empty file is a new one
  });
});
