import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll } from "vitest";
import { openImport, providerOf } from "../../src/compose/imports.ts";
import { run } from "../cli/fixtures.ts";
import { answered, failed, type StoredRequest, writeApantli } from "../imports/fixtures.ts";
import { type RunningGateway, startGateway } from "../scenarios/gateway.ts";
import { createReader, type Reader } from "./reader.ts";

/** A database of apantli's, and questions to it in plain SQL. */
export interface Books {
  readonly path: string;
  all<Row>(sql: string, ...parameters: readonly (string | number)[]): Row[];
  one<Row>(sql: string, ...parameters: readonly (string | number)[]): Row;
  /** Brings it into a store, as a person would. */
  importInto(store: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function writeBooks(rows: readonly StoredRequest[]): Promise<Books> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-apantli-"));
  const path = join(folder, "requests.db");
  writeApantli(path, rows);
  const ask = <Row>(sql: string, parameters: readonly (string | number)[]): Row[] => {
    const db = new Database(path, { readonly: true });
    try {
      return db.prepare<unknown[], Row>(sql).all(...parameters);
    } finally {
      db.close();
    }
  };
  return {
    path,
    all: (sql, ...parameters) => ask(sql, parameters),
    one<Row>(sql: string, ...parameters: readonly (string | number)[]) {
      const [row] = ask<Row>(sql, parameters);
      if (row === undefined) throw new Error(`no row: ${sql}`);
      return row;
    },
    async importInto(store) {
      const actions = { version: "1.2.3", openImport, providerOf };
      const { code, out, err } = await run(["import", "apantli", path, "--store", `sqlite:${store}`], {
        cwd: folder,
        actions,
      });
      if (code !== 0 || !out.includes("The sums agree.")) throw new Error(`${out}${err}`);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** apantli's own form: UTC without saying so. `at`: in ms since 1970. */
export const timestamp = (at: number): string => new Date(at).toISOString().slice(0, -1);

/** Numbers from 0 to 1 that are the same each time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const places = [
  ["fast", "openai"],
  ["fast", "openai"],
  ["smart", "openai"],
  ["smart", "anthropic"],
  ["claude-haiku", "anthropic"],
  ["odd one", "unknown"],
] as const;
const words = ["python", "Rust", "50%_off", "a\\b", "naïve"] as const;

/** A request at a time: of some model, answered or failed, with or without a known cost. */
function someRequest(at: number, random: () => number): StoredRequest {
  const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
  const [model, provider] = pick(places);
  const timed = { timestamp: timestamp(at), model, provider };
  if (random() < 0.12) return failed({ ...timed, error: `RateLimitError: number ${at}`, duration_ms: 40 });
  const [input, output] = [Math.floor(random() * 5000), Math.floor(random() * 900)];
  const content = `${pick(words)} ${at}`;
  return answered({
    ...timed,
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    cost: random() < 0.15 ? 0 : Math.ceil(random() * 1e9) / 1e9,
    duration_ms: 1 + Math.floor(random() * 9000),
    request_data: JSON.stringify({ model: `${provider}/its-own-name`, messages: [{ role: "user", content }] }),
    response_data: JSON.stringify({ choices: [{ message: { role: "assistant", content: `Said ${at}.` } }] }),
  });
}

/** Requests over a year with both changes of the clocks, and over the last days. */
function aYearOfRequests(now: number): StoredRequest[] {
  const random = createRandom(7);
  const spans: readonly (readonly [from: number, to: number, count: number])[] = [
    [Date.parse("2025-01-01T00:00:00Z"), Date.parse("2025-12-31T00:00:00Z"), 300],
    [Date.parse("2025-03-29T20:00:00Z"), Date.parse("2025-03-31T04:00:00Z"), 60],
    [Date.parse("2025-10-25T20:00:00Z"), Date.parse("2025-10-27T04:00:00Z"), 60],
    [now - 40 * 86_400_000, now - 60_000, 120],
    [now - 7_200_000, now - 60_000, 20],
  ];
  return spans.flatMap(([from, to, count]) =>
    Array.from({ length: count }, () => someRequest(Math.floor(from + random() * (to - from)), random)),
  );
}

/** A year of requests in apantli's own database, and in the ledger of a gateway that answers for it. For all tests of a file. */
export function importedBooks(
  now: number,
  take: (imported: { readonly books: Books; readonly gateway: RunningGateway; readonly reader: Reader }) => void,
): void {
  let books: Books;
  let gateway: RunningGateway;
  beforeAll(async () => {
    books = await writeBooks(aYearOfRequests(now));
    gateway = await startGateway();
    await books.importInto(gateway.store);
    take({ books, gateway, reader: createReader(gateway.url) });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await books[Symbol.asyncDispose]();
  });
}
