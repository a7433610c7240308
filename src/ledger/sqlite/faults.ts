import { GatewayError } from "../../core/error.ts";

/** What to do about SQLite's primary result codes (sqlite.org/rescode.html). */
const advice: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: "Set 'store' to another file, or move this one away.",
  SQLITE_CORRUPT: "The file is damaged. Restore it from a backup, or move it away to begin with an empty ledger.",
  SQLITE_CANTOPEN: "Check that it is a file, and that its folder exists and may be written to.",
  SQLITE_READONLY: "Let the gateway's user write to the file and its folder, or set 'store' to another file.",
  SQLITE_PERM: "Let the gateway's user write to the file and its folder, or set 'store' to another file.",
  SQLITE_AUTH: "Let the gateway's user write to the file and its folder, or set 'store' to another file.",
  SQLITE_FULL: "The disk is full: make room on it.",
  SQLITE_IOERR: "The disk reports an error: check it, and the room on it.",
  SQLITE_BUSY: "Another process has it locked: stop that process, or set 'store' to another file.",
  SQLITE_LOCKED: "Another process has it locked: stop that process, or set 'store' to another file.",
  SQLITE_NOMEM: "There is no memory left.",
};

/** Codes that say that what was to be written is wrong, not the store. */
const rowsFaults = ["SQLITE_CONSTRAINT", "SQLITE_TOOBIG", "SQLITE_MISMATCH", "SQLITE_RANGE"];

/** "SQLITE_IOERR_FSYNC" → "SQLITE_IOERR" */
const primary = (code: string): string => code.split("_", 2).join("_");

/** A fault that SQLite or its thread reports, as the error of those who asked. `doing`: "opened", "read", "written to", …. */
export function storeFault(path: string, doing: string, code: string, message: string, cause?: unknown): GatewayError {
  const what = `The ledger ${path} cannot be ${doing}: ${message}${code === "" ? "" : ` (${code})`}.`;
  const toDo = advice[primary(code)];
  return new GatewayError("unavailable", toDo === undefined ? what : `${what} ${toDo}`, { cause });
}

/** A commit's fault: a row that cannot be written is nobody's but ours. */
export function commitFault(path: string, code: string, message: string): GatewayError {
  if (code !== "" && !rowsFaults.includes(primary(code))) return storeFault(path, "written to", code, message);
  return GatewayError.from(new Error(`A row cannot be written to the ledger ${path}: ${message} (${code})`));
}

/** A fault while a file is written anew. */
export function compactFault(path: string, code: string, message: string): GatewayError {
  switch (primary(code)) {
    case "SQLITE_BUSY":
      return new GatewayError("unavailable", `The ledger ${path} is in use. Stop the gateway, then run this again.`);
    case "SQLITE_FULL":
      return new GatewayError(
        "unavailable",
        `The ledger ${path} cannot be compacted: a disk is full. It needs room for what it holds twice: beside the file, ` +
          "and in the folder for temporary files, which the variable TMPDIR names. Nothing was changed.",
      );
    default:
      return storeFault(path, "compacted", code, message);
  }
}
