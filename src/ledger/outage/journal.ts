import { type FileHandle, open, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { GatewayError } from "../../core/error.ts";
import { isMissing } from "../../lib/missing.ts";
import type { Settlement } from "../store.ts";
import { type FileLock, journalAdvice, lockFile } from "./journal-lock.ts";
import { bodiesLength, decodeSettlement, encodeSettlement, frameRecord, recordsIn } from "./journal-records.ts";

/**
 * Rows that wait for their store, in a file of a fixed size. It begins with a header: 8 bytes that say what it is, then as
 * little-endian numbers the format's version (4 bytes), the generation (4), the offset of the first record that is not in
 * the store yet (8) and a CRC-32 over all that (4). Records follow from byte 512 on, one after the other. When all are in
 * the store, the generation rises and they begin there anew.
 */
export interface Journal {
  readonly path: string;
  /**
   * Opens the file, or makes it. Resolves with whether it is ours: a journal has one owner at a time. Rejects with GatewayError
   * "unavailable", which says what to do.
   */
  open(): Promise<boolean>;
  /** Rows that wait. */
  readonly rows: number;
  /** What they take, and how much may be taken, in bytes. */
  readonly bytes: number;
  readonly roomBytes: number;
  /** Whether there is room only for what is on its way. */
  readonly isFull: boolean;
  /**
   * Resolves with how many of the first ones are in it, durably; it has no room for the others. Bodies are left out
   * when they would take a row's room. Rejects when the file cannot be written.
   */
  append(batch: readonly Settlement[]): Promise<number>;
  /** Rejects when the file cannot be written. */
  probe(): Promise<void>;
  /** The oldest ones. They stay until they are dropped. */
  oldest(): Promise<JournalBatch>;
  drop(batch: JournalBatch): Promise<void>;
  /** Lets go of the file. What waits stays in it. */
  close(): Promise<void>;
}

export interface JournalBatch {
  /** None: what waits cannot be read any more, since the file is damaged. */
  readonly settlements: readonly Settlement[];
  /** How many of the rows that wait this is. */
  readonly rows: number;
  /** Offset behind them. */
  readonly end: number;
}

const magic = Buffer.from("CWAYJRNL");
const version = 1;
const headerBytes = 28;
const firstRecord = 512;
/** A batch has no more of either, so that calls that settle meanwhile do not wait long for it. */
const batchRows = 200;
const batchBytes = 1024 * 1024;

/** The file has all of its room from the start, written: where a disk is full, nothing can grow. `limitBytes`: its size. */
export function createJournal(path: string, limitBytes: number): Journal {
  let lock: FileLock | undefined;
  let file: FileHandle | undefined;
  let generation = 1;
  let head = firstRecord;
  let tail = firstRecord;
  let rows = 0;
  let size = 0;
  let headerIsStale = true;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: both ends move. */
  function inTurn<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const mine = last.then(() => {
      if (file === undefined) throw new GatewayError("unavailable", `The journal ${path} is not open.`);
      return work(file);
    });
    last = mine.catch(() => undefined);
    return mine;
  }

  async function take(): Promise<FileHandle> {
    const opened = await openFile(path);
    try {
      const found = await readHeader(opened, path);
      generation = found.generation;
      head = found.head;
      await findTail(opened);
      if (rows === 0) empty();
      size = await reserve(opened, Math.max(tail, await affordable(path, opened, limitBytes)));
      headerIsStale = true;
      if (size >= firstRecord) await writeHeader(opened);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** From here on, what stands in the file is no record any more. */
  function empty(): void {
    generation = (generation + 1) % 2 ** 32;
    head = firstRecord;
    tail = firstRecord;
  }

  async function findTail(opened: FileHandle): Promise<void> {
    ({ size } = await opened.stat());
    tail = head;
    rows = 0;
    for (;;) {
      const { records, end } = await recordsFrom(opened, { start: tail, end: size, generation });
      if (records.length === 0) return;
      tail = end;
      rows += records.length;
    }
  }

  /** Before this has gone well, no record is good. */
  async function writeHeader(to: FileHandle): Promise<void> {
    await writeAll(to, headerOf(generation, head), 0);
    headerIsStale = false;
  }

  return {
    path,
    get rows() {
      return rows;
    },
    get bytes() {
      return tail - head;
    },
    get roomBytes() {
      return Math.max(0, size - firstRecord);
    },
    get isFull() {
      return tail - firstRecord >= (size - firstRecord) * (7 / 8);
    },

    async open() {
      lock ??= lockFile(path);
      if (lock === undefined) return false;
      try {
        file ??= await take();
        return true;
      } catch (error) {
        lock.release();
        lock = undefined;
        throw error;
      }
    },

    append: (batch) =>
      inTurn(async (to) => {
        const records: Buffer[] = [];
        let end = tail;
        for (const settlement of batch) {
          const withBodies = end + bodiesOf(settlement) <= (firstRecord + size) / 2;
          const record = frameRecord(encodeSettlement(withBodies ? settlement : withoutBodies(settlement)), generation);
          if (end + record.length > size) break;
          records.push(record);
          end += record.length;
        }
        if (records.length === 0) return 0;
        if (headerIsStale) await writeHeader(to);
        await writeAll(to, Buffer.concat(records), tail);
        await to.datasync();
        tail = end;
        rows += records.length;
        return records.length;
      }),

    probe: () =>
      inTurn(async (to) => {
        await writeHeader(to);
        await to.datasync();
      }),

    oldest: () =>
      inTurn(async (from) => {
        const { records, end } = await recordsFrom(from, { start: head, end: tail, generation });
        if (records.length === 0) return { settlements: [], rows, end: tail };
        return { settlements: records.map(decodeSettlement), rows: records.length, end };
      }),

    drop: (batch) =>
      inTurn(async (to) => {
        head = batch.end;
        rows -= batch.rows;
        headerIsStale = true;
        const isEmpty = head === tail;
        if (isEmpty) empty();
        await writeHeader(to);
        if (isEmpty) await to.datasync(); // rows that are removed from the store later must not come back
      }),

    async close() {
      await last;
      await file?.close();
      file = undefined;
      lock?.release();
      lock = undefined;
    },
  };
}

const bodiesOf = ({ bodies }: Settlement): number => (bodies === undefined ? 0 : bodiesLength(bodies));

const withoutBodies = ({ row, bodies }: Settlement): Settlement => ({
  row,
  bodies: bodies && { request: [], response: [], truncated: true },
});

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+").catch((error: unknown) => {
      if (isMissing(error)) return open(path, "wx+", 0o600); // people's words are in it
      throw error;
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("unavailable", `The ledger's journal ${path} cannot be opened: ${why}. ${journalAdvice}`, {
      cause,
    });
  }
}

interface Header {
  readonly generation: number;
  readonly head: number;
}

function headerOf(generation: number, head: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header);
  header.writeUInt32LE(version, 8);
  header.writeUInt32LE(generation, 12);
  header.writeBigUInt64LE(BigInt(head), 16);
  header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
  return header;
}

/** Of a file that was cut off before it had one, and of a new one, that of an empty journal. */
async function readHeader(file: FileHandle, path: string): Promise<Header> {
  const header = await readUpTo(file, headerBytes, 0);
  if (header.length < headerBytes || header.every((byte) => byte === 0)) return { generation: 1, head: firstRecord };
  const faulty = (what: string): GatewayError =>
    new GatewayError("unavailable", `The ledger's journal ${path} ${what}. Move it away, or change 'ledger.journal'.`);
  if (!header.subarray(0, 8).equals(magic)) throw faulty("is another program's file");
  if (header.readUInt32LE(24) !== crc32(header.subarray(0, 24))) throw faulty("is damaged");
  if (header.readUInt32LE(8) !== version) throw faulty("is of a newer Causeway, which alone can read it");
  return { generation: header.readUInt32LE(12), head: Number(header.readBigUInt64LE(16)) };
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly generation: number;
}

/** The first records of a stretch of the file, and the offset behind them. */
async function recordsFrom(file: FileHandle, { start, end, generation }: Stretch) {
  const bytes = await readUpTo(file, Math.max(0, Math.min(batchBytes, end - start)), start);
  let found = recordsIn(bytes, generation, batchRows);
  if (found.records.length === 0 && found.next > bytes.length && found.next <= end - start) {
    found = recordsIn(await readUpTo(file, found.next, start), generation, 1);
  }
  return { records: found.records, end: start + found.end };
}

/** The most of the file's size that leaves its disk three quarters of what is free. */
async function affordable(path: string, file: FileHandle, wanted: number): Promise<number> {
  const [{ size }, { bavail, bsize }] = await Promise.all([file.stat(), statfs(dirname(path))]);
  return Math.min(wanted, size + Math.floor((bavail * bsize) / 4));
}

/** Makes the file just so long, without holes, or leaves it as it is when there is no room. Resolves with how long it is. */
async function reserve(file: FileHandle, wanted: number): Promise<number> {
  const { size } = await file.stat();
  if (size > wanted) await file.truncate(wanted);
  const zeros = Buffer.alloc(batchBytes);
  try {
    for (let at = size; at < wanted; at += zeros.length) {
      await writeAll(file, zeros.subarray(0, Math.min(zeros.length, wanted - at)), at);
    }
    return wanted;
  } catch {
    await file.truncate(size);
    return size;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, start: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, start + at);
    at += bytesWritten;
  }
}

/** Fewer at the file's end. */
async function readUpTo(file: FileHandle, length: number, start: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
