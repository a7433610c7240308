import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import type { CompactReply, SlackReply } from "./messages.ts";

/** Marks a file as a ledger of ours ("CWAY"), so that another program's database is not taken for one. */
export const applicationId = 0x43574159;

/** The bytes of a database that are in use. */
export const usedBytes =
  "select (page_count - freelist_count) * page_size as bytes from pragma_page_count, pragma_freelist_count, pragma_page_size";

/** A page is moved in some 15 µs, but for what the disk takes. */
const pagesAtOnce = 32;
const shrinkMs = 3;
/** What stays free for the rows to come: otherwise the file would shrink and grow all the time. */
const reserve = 1 / 20;

/** Has a file give its free pages back. A new file takes it, an old one when it is compacted. */
export const askToShrink = (db: Database.Database): void => void db.pragma("auto_vacuum = incremental");

/** Gives free pages back to the file system, for some ms. */
export function shrink(db: Database.Database): SlackReply {
  const numberOf = (name: string): number => Number(db.pragma(name, { simple: true }));
  const freePages = (): number =>
    Math.max(0, numberOf("freelist_count") - Math.floor(numberOf("page_count") * reserve));
  const canShrink = numberOf("auto_vacuum") !== 0;
  const until = performance.now() + shrinkMs;
  let free = freePages();
  while (canShrink && free > 0 && performance.now() < until) {
    db.pragma(`incremental_vacuum(${Math.min(free, pagesAtOnce)})`);
    free = freePages();
  }
  return { kind: "slack", freeBytes: free * numberOf("page_size"), canShrink };
}

/** Writes a file anew without what is free in it. Nobody else may have it open. */
export function compact(path: string): CompactReply {
  const db = new Database(path, { fileMustExist: true, timeout: 500 });
  try {
    db.pragma("locking_mode = exclusive"); // from the first reading on, until it is closed
    if (db.pragma("application_id", { simple: true }) !== applicationId) throw new Error("it is no ledger");
    const { bavail, bsize } = statfsSync(dirname(path));
    const used = Number(db.prepare(usedBytes).pluck().get());
    if (bavail * bsize < used) throw new Database.SqliteError("no room", "SQLITE_FULL");
    askToShrink(db);
    const sizeOnDisk = (): number => {
      db.pragma("wal_checkpoint(truncate)");
      return statSync(path).size;
    };
    const before = sizeOnDisk();
    db.exec("vacuum");
    return { kind: "compacted", before, after: sizeOnDisk() };
  } finally {
    db.close();
  }
}
