// Runs on a worker thread: SQLite is synchronous, and the event loop must not wait for a disk.
import { parentPort } from "node:worker_threads";
import { constants, zstdCompressSync } from "node:zlib";
import Database from "better-sqlite3";
import { Cells, startOf } from "../rollups/cells.ts";
import { isHistogram } from "../rollups/sql.ts";
import { type BodyEncoding, requestColumns } from "../schema.ts";
import { addFunctions, createHistogramSum } from "./functions.ts";
import type {
  BodySpan,
  CommitRequest,
  SaveRequest,
  SqliteReply,
  SqliteRequest,
  TransactionRequest,
} from "./messages.ts";
import { createRollupWriter, type RollupWriter } from "./rollups.ts";
import { applicationId, askToShrink, compact, shrink } from "./space.ts";

/**
 * Below this a body costs more CPU to compress than to write: a zstd call costs about 15 µs and 3 µs a KB of text,
 * writing, syncing and checkpointing about 3 µs a KB.
 */
const compressedFromBytes = 8 * 1024;
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

interface Writing {
  readonly begin: Database.Statement;
  readonly commit: Database.Statement;
  readonly row: Database.Statement;
  readonly trail: Database.Statement;
  readonly bodies: Database.Statement;
  readonly rollups: RollupWriter;
}

interface PreparedQuery {
  readonly statement: Database.Statement;
  readonly columns: readonly string[];
  /** Which of the columns are histograms: there, several may come with separators. */
  readonly histograms: readonly number[];
}

let db: Database.Database | undefined;
let writing: Writing | undefined;
const mostStatements = 100;
const statements = new Map<string, PreparedQuery>();
const histogramSum = createHistogramSum();

parentPort?.on("message", (request: SqliteRequest) => {
  parentPort?.postMessage(answer(request));
  if (request.kind === "close") parentPort?.close();
});

function answer(request: SqliteRequest): SqliteReply {
  try {
    switch (request.kind) {
      case "open":
        db = open(request.path, request.readonly, request.busyTimeoutMs);
        return { kind: "done" };
      case "query":
        return query(opened(), request.sql, request.parameters);
      case "commit":
        commit(opened(), request);
        return { kind: "done" };
      case "transaction":
        return { kind: "changes", changes: transaction(opened(), request) };
      case "save":
        save(opened(), request);
        return { kind: "done" };
      case "shrink":
        return shrink(opened());
      case "compact":
        return compact(request.path);
      case "close":
        db?.close();
        return { kind: "done" };
      default:
        return request satisfies never;
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return { kind: "fault", code: error.code, message: error.message };
    return { kind: "fault", code: "", message: error instanceof Error ? error.message : String(error) };
  }
}

function opened(): Database.Database {
  if (db === undefined) throw new Error("the database is not open");
  return db;
}

function open(path: string, readonly: boolean, busyTimeoutMs: number): Database.Database {
  const opening = new Database(path, { readonly, timeout: busyTimeoutMs, fileMustExist: readonly });
  try {
    if (!readonly) prepareFile(opening);
    opening.pragma("foreign_keys = ON");
    opening.defaultSafeIntegers(true);
    addFunctions(opening);
    return opening;
  } catch (error) {
    opening.close();
    throw error;
  }
}

function prepareFile(opening: Database.Database): void {
  const id = opening.pragma("application_id", { simple: true });
  const tables = opening.prepare("select count(*) from sqlite_master").pluck().get();
  if (id !== applicationId && (id !== 0 || tables !== 0)) {
    throw new Error("it is another program's database; set 'store' to another file");
  }
  // Pages of 8 KB hold three pairs of 1 KB bodies where those of 4 KB hold one. Only new files take this setting.
  opening.pragma("page_size = 8192");
  askToShrink(opening); // the same
  const mode = opening.pragma("journal_mode = WAL", { simple: true });
  if (mode !== "wal" && !opening.memory) {
    throw new Error("its file system does not support WAL mode, as those of networks; set 'store' to a file on a disk");
  }
  // In WAL mode NORMAL outlives the end of the process, however it comes; a power cut may cost the last moments, never
  // the file's soundness. FULL would sync at each commit, for twice the CPU time a row.
  opening.pragma("synchronous = NORMAL");
  if (id === 0) opening.pragma(`application_id = ${applicationId}`);
}

function query(from: Database.Database, sql: string, parameters: readonly unknown[]): SqliteReply {
  const { statement, columns, histograms } = prepared(from, sql);
  if (!statement.reader) {
    statement.run(parameters);
    return { kind: "rows", columns, rows: [] };
  }
  const rows: unknown[][] = [];
  for (const row of statement.raw().iterate(parameters)) {
    if (!Array.isArray(row)) continue;
    for (const at of histograms) row[at] = histogramSum(row[at]);
    rows.push(row);
  }
  return { kind: "rows", columns, rows };
}

/** Statements differ in few ways; compiling one takes up to a fifth of a millisecond. */
function prepared(on: Database.Database, sql: string): PreparedQuery {
  const known = statements.get(sql);
  if (known !== undefined) return known;
  const statement = on.prepare(sql);
  const columns = statement.reader ? statement.columns().map(({ name }) => name) : [];
  const histograms = columns.flatMap((name, at) => (isHistogram(name) ? [at] : []));
  const query = { statement, columns, histograms };
  if (statements.size >= mostStatements) statements.clear();
  statements.set(sql, query);
  return query;
}

function commit(into: Database.Database, { rows, trails, bodies, bytes, summedBefore }: CommitRequest): void {
  writing ??= prepareWriting(into);
  writing.begin.run();
  try {
    let at = 0;
    let next = 0;
    const cells = new Cells();
    for (const [index, row] of rows.entries()) {
      const { changes, lastInsertRowid: seq } = writing.row.run(...row);
      const isNew = changes > 0;
      if (isNew) {
        const trail = trails[index];
        if (trail !== undefined) writing.trail.run(seq, trail);
        if (startOf(row) >= summedBefore) cells.add(row, seq);
      }
      const span = bodies[next];
      if (span?.row !== index) continue;
      if (isNew) insertBodies(writing.bodies, seq, span, bytes, at);
      at += span.request + span.response;
      next += 1;
    }
    writing.rollups.write(cells);
    writing.commit.run();
  } finally {
    if (into.inTransaction) {
      writing.rollups.forget();
      into.exec("rollback");
    }
  }
}

function transaction(on: Database.Database, { statements }: TransactionRequest): number[] {
  const prepared = new Map<string, Database.Statement>(); // of thousands, most are the same
  const run = on.transaction(() =>
    statements.map(({ sql, parameters }) => {
      const statement = prepared.get(sql) ?? on.prepare(sql);
      prepared.set(sql, statement);
      return statement.run(parameters).changes;
    }),
  );
  return run.immediate();
}

function prepareWriting(into: Database.Database): Writing {
  const marks = (count: number): string => Array(count).fill("?").join(", ");
  return {
    begin: into.prepare("begin immediate"),
    commit: into.prepare("commit"),
    // A row that is there already is left alone. What else is wrong with one stays an error.
    row: into.prepare(
      `insert into requests (${requestColumns.join(", ")}) values (${marks(requestColumns.length)}) ` +
        "on conflict (id) do nothing",
    ),
    trail: into.prepare("insert into trails (seq, trail) values (?, ?)"),
    bodies: into.prepare(
      "insert into bodies (seq, request, request_encoding, response, response_encoding, truncated) " +
        `values (${marks(6)})`,
    ),
    rollups: createRollupWriter(into),
  };
}

function insertBodies(
  statement: Database.Statement,
  seq: number | bigint,
  span: BodySpan,
  bytes: Uint8Array,
  start: number,
): void {
  const middle = start + span.request;
  const end = middle + span.response;
  const [request, requestEncoding] = encode(bytes.subarray(start, middle));
  const [response, responseEncoding] = encode(bytes.subarray(middle, end));
  statement.run(seq, request, requestEncoding, response, responseEncoding, span.truncated ? 1 : 0);
}

function encode(bytes: Uint8Array): [Uint8Array, BodyEncoding] {
  if (bytes.length < compressedFromBytes) return [bytes, ""];
  const compressed = zstdCompressSync(bytes, zstdOptions);
  return compressed.length < bytes.length ? [compressed, "zstd"] : [bytes, ""];
}

function save(into: Database.Database, { entries, at }: SaveRequest): void {
  const put = into.prepare("insert or replace into state (key, value, updated_at) values (?, ?, ?)");
  const remove = into.prepare("delete from state where key = ?");
  const write = into.transaction(() => {
    for (const [key, value] of entries) {
      if (value === undefined) remove.run(key);
      else put.run(key, value, at);
    }
  });
  write.immediate();
}
