import Database from "better-sqlite3";
import { ImportError } from "../error.ts";

/** A row of apantli's table. SQLite holds columns to no type: what is in them has to be looked at. */
export interface ApantliRow {
  readonly id: number;
  readonly timestamp: unknown;
  readonly model: unknown;
  readonly provider: unknown;
  readonly prompt_tokens: unknown;
  readonly completion_tokens: unknown;
  readonly cost: unknown;
  readonly duration_ms: unknown;
  readonly request_data: unknown;
  readonly response_data: unknown;
  readonly error: unknown;
}

/** What a database comes to. */
export interface Sums {
  readonly rows: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNanoUsd: bigint;
}

export interface ApantliSource {
  /** Over all rows that were there when it was opened. */
  readonly sums: Sums;
  /** In the order of ids, some at a time. Between two of them the database is free for apantli to write. */
  pages(): Iterable<readonly ApantliRow[]>;
  close(): void;
}

const columns = [
  "id",
  "timestamp",
  "model",
  "provider",
  "prompt_tokens",
  "completion_tokens",
  "cost",
  "duration_ms",
  "request_data",
  "response_data",
  "error",
] as const satisfies readonly (keyof ApantliRow)[];

/** Few enough to hold, whatever is in them. */
const pageRows = 500;
const pageCharacters = 4_000_000;

/** Opens apantli's database to read it only. Throws ImportError when it is none. */
export function openApantli(path: string): ApantliSource {
  const db = openDatabase(path);
  try {
    checkColumns(db, path);
    const sums = sumsOf(db);
    const last = db.prepare<[], number | null>("select max(id) from requests").pluck().get() ?? 0;
    const read = db.prepare<[number, number], ApantliRow>(
      `select ${columns.join(", ")} from requests where id > ? and id <= ? order by id`,
    );
    return { sums, pages: () => pagesOf(read, last), close: () => void db.close() };
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError) throw new ImportError(`${path} cannot be read: ${error.message}`);
    throw error;
  }
}

function openDatabase(path: string): Database.Database {
  try {
    return new Database(path, { readonly: true, fileMustExist: true });
  } catch (error) {
    throw new ImportError(`${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkColumns(db: Database.Database, path: string): void {
  const found = db.prepare<[], string>("select name from pragma_table_info('requests')").pluck().all();
  if (found.length === 0) throw new ImportError(`${path} has no table 'requests': is it apantli's database?`);
  const missing = columns.filter((column) => !found.includes(column));
  if (missing.length === 0) return;
  throw new ImportError(
    `${path} is no database of apantli's: its table 'requests' has no column ${missing.map((name) => `'${name}'`).join(", ")}.`,
  );
}

/** By SQLite itself, as a check on what the rows come to one by one. */
function sumsOf(db: Database.Database): Sums {
  const sum = (column: string): string => `cast(total(${column}) as integer)`;
  const [rows = 0n, inputTokens = 0n, outputTokens = 0n, costNanoUsd = 0n] =
    db
      .prepare<[], bigint[]>(
        `select count(*), ${sum("prompt_tokens")}, ${sum("completion_tokens")},
       coalesce(sum(cast(round(cost * 1e9) as integer)), 0) from requests`,
      )
      .safeIntegers()
      .raw()
      .get() ?? [];
  return {
    rows: Number(rows),
    inputTokens: Number(inputTokens),
    outputTokens: Number(outputTokens),
    costNanoUsd,
  };
}

function* pagesOf(
  read: Database.Statement<[number, number], ApantliRow>,
  last: number,
): Generator<readonly ApantliRow[]> {
  let after = -1;
  while (true) {
    const page: ApantliRow[] = [];
    let characters = 0;
    for (const row of read.iterate(after, last)) {
      page.push(row);
      characters += lengthOf(row.request_data) + lengthOf(row.response_data);
      if (page.length >= pageRows || characters > pageCharacters) break;
    }
    const end = page.at(-1);
    if (end === undefined) return;
    after = end.id;
    yield page;
  }
}

const lengthOf = (value: unknown): number => (typeof value === "string" ? value.length : 0);
