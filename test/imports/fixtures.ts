import Database from "better-sqlite3";
import { importLedger } from "../../src/compose/imports.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { ImportLedger } from "../../src/imports/ledger.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";

/** apantli's own schema (its database module's `init`). */
const schema = `
create table requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, model TEXT NOT NULL, provider TEXT,
  prompt_tokens INTEGER, completion_tokens INTEGER, total_tokens INTEGER, cost REAL, duration_ms INTEGER,
  request_data TEXT, response_data TEXT, error TEXT
);
CREATE INDEX idx_timestamp ON requests(timestamp);
CREATE INDEX idx_date_provider ON requests(DATE(timestamp), provider) WHERE error IS NULL;
CREATE INDEX idx_cost ON requests(cost) WHERE error IS NULL;
`;

const columns = [
  "timestamp",
  "model",
  "provider",
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "cost",
  "duration_ms",
  "request_data",
  "response_data",
  "error",
] as const;

export type StoredRequest = Partial<Record<(typeof columns)[number], string | number | null>>;

export const secret = "sk-proj-0123456789abcdefXYZ9";

/** What apantli writes of a request that was answered. */
export const answered = (changes: StoredRequest = {}): StoredRequest => ({
  timestamp: "2025-10-04T12:34:56.789012",
  model: "fast",
  provider: "openai",
  prompt_tokens: 1000,
  completion_tokens: 50,
  total_tokens: 1050,
  cost: 0.00123456,
  duration_ms: 1500,
  request_data: JSON.stringify({
    model: "openai/gpt-4.1-mini",
    messages: [{ role: "user", content: "What is a causeway?" }],
    api_key: secret,
    timeout: 120,
    num_retries: 3,
  }),
  response_data: JSON.stringify({
    id: "chatcmpl-1",
    choices: [{ message: { role: "assistant", content: "A raised road." }, finish_reason: "stop" }],
    usage: {
      prompt_tokens: 1000,
      completion_tokens: 50,
      total_tokens: 1050,
      prompt_tokens_details: { cached_tokens: 800 },
      completion_tokens_details: { reasoning_tokens: 20 },
    },
  }),
  error: null,
  ...changes,
});

/** …and of one that failed. */
export const failed = (changes: StoredRequest = {}): StoredRequest =>
  answered({
    prompt_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    cost: 0,
    response_data: null,
    error: `AuthenticationError: Incorrect API key provided: ${secret}.`,
    ...changes,
  });

export function writeApantli(path: string, rows: readonly StoredRequest[]): void {
  const db = new Database(path);
  if (db.prepare("select 1 from sqlite_master where name = 'requests'").get() === undefined) db.exec(schema);
  const insert = db.prepare(
    `insert into requests (${columns.join(", ")}) values (${columns.map((name) => `@${name}`).join(", ")})`,
  );
  db.transaction(() => {
    for (const row of rows) insert.run({ ...answered(), ...row });
  })();
  db.close();
}

export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly imports: ImportLedger;
}

/** The real one, on a file. */
export async function openLedger(path: string): Promise<OpenedLedger> {
  const ledger = createLedger({ store: { kind: "sqlite", path }, clock: systemClock });
  await ledger.start();
  return { ledger, imports: importLedger(ledger) };
}
