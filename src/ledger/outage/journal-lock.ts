import Database from "better-sqlite3";
import { GatewayError } from "../../core/error.ts";

/** What to do about a journal that cannot be opened. */
export const journalAdvice = "Set 'ledger.journal' to a file in a folder that the gateway's user may write to.";

export interface FileLock {
  release(): void;
}

/**
 * Keeps a file for this process, through a file beside it that SQLite locks: Node has no locks of files, and this one
 * ends with its process however that ends. undefined: another process, or another part of this one, has it. Throws
 * GatewayError "unavailable".
 */
export function lockFile(path: string): FileLock | undefined {
  const beside = `${path}-lock`;
  let db: Database.Database | undefined;
  try {
    db = new Database(beside, { timeout: 0 });
    db.pragma("journal_mode = MEMORY"); // else a third file appears
    db.exec("begin exclusive");
  } catch (error) {
    db?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new GatewayError(
      "unavailable",
      `The ledger's journal cannot be locked by ${beside}: ${why}. ${journalAdvice}`,
      {
        cause: error,
      },
    );
  }
  const held = db;
  return { release: () => void held.close() };
}
