import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { type ApantliImport, type ApantliReport, importApantli } from "../../src/imports/apantli/index.ts";
import { describeApantli, sumsAgree } from "../../src/imports/apantli/report.ts";
import { temporaryFolder } from "../config/fixtures.ts";
import { openKept } from "../ledger/retention-fixtures.ts";
import { differencesIn } from "../ledger/stores.ts";
import {
  answered,
  failed,
  type OpenedLedger,
  openLedger,
  type StoredRequest,
  secret,
  writeApantli,
} from "./fixtures.ts";

interface Books extends OpenedLedger {
  readonly path: string;
  readonly ledgerPath: string;
  run(changes?: Partial<ApantliImport>): Promise<ApantliReport>;
}

async function books(rows: readonly StoredRequest[]): Promise<Books> {
  const folder = await temporaryFolder();
  const path = join(folder, "requests.db");
  const ledgerPath = join(folder, "causeway.db");
  writeApantli(path, rows);
  const opened = await openLedger(ledgerPath);
  onTestFinished(() => opened.ledger.close());
  return {
    ...opened,
    path,
    ledgerPath,
    run: (changes = {}) =>
      importApantli({
        path,
        ledger: opened.imports,
        dryRun: false,
        signal: new AbortController().signal,
        providerName: (name) => (name === "together_ai" ? "together" : name),
        bodyLimit: 100_000,
        ...changes,
      }),
  };
}

const all = async ({ ledger }: Books) => ledger.list({}, 10_000);

async function only(rows: readonly StoredRequest[]) {
  const opened = await books(rows);
  const report = await opened.run();
  const [row] = await all(opened);
  const entry = await opened.ledger.find(row?.id ?? "");
  const [request, response] = [entry?.bodies?.request, entry?.bodies?.response].map((body) =>
    Buffer.from(body ?? []).toString(),
  );
  return { report, row, request, response };
}

test("A request becomes a row with its time, tokens, cost, and bodies without the key.", async () => {
  const { row, request, response, report } = await only([answered()]);
  expect(row).toMatchObject({
    startedAt: Date.parse("2025-10-04T12:34:56.789Z"),
    facade: "apantli",
    alias: "fast",
    provider: "openai",
    model: "gpt-4.1-mini",
    credential: "sk-…XYZ9",
    status: "ok",
    errorCode: "",
    finishReason: FinishReason.STOP,
    stream: false,
    durationUs: 1_500_000,
    costNanoUsd: 1_234_560n,
    usage: {
      inputTokens: 1000,
      outputTokens: 50,
      cacheReadTokens: 800,
      reasoningTokens: 20,
      source: UsageSource.REPORTED,
    },
  });
  expect(row?.priceVersion).toBe("imported:apantli");
  expect(JSON.parse(request ?? "")).toEqual({
    model: "openai/gpt-4.1-mini",
    messages: [{ role: "user", content: "What is a causeway?" }],
    timeout: 120,
    num_retries: 3,
  });
  expect(response).toBe(answered().response_data);
  expect(report).toMatchObject({ secrets: 1, rowsWithSecrets: 1 });
});

test("What the ledger has removed for its age is not brought back, nor counted twice.", async () => {
  const opened = await books([answered(), answered({ timestamp: new Date().toISOString() })]);
  expect((await opened.run()).imported.rows).toBe(2);
  const { totals } = await opened.ledger.summary({});
  const keeper = await openKept({ kind: "sqlite", path: opened.ledgerPath });
  await keeper.retain({ rowsMs: 30 * 86_400_000 });
  await keeper.ledger.close();
  expect(await all(opened)).toHaveLength(1);
  const again = await opened.run();
  expect(again).toMatchObject({ imported: { rows: 0 }, present: { rows: 1 }, skipped: { rows: 1 } });
  expect(again.skips[0]?.why).toMatch(/^it began before \d{4}-\d\d-\d\d, and the ledger has removed what is that old/);
  expect((await opened.ledger.summary({})).totals).toEqual(totals);
});

test("A failed request is an error without usage, cost or the key in its message.", async () => {
  const { row } = await only([failed()]);
  expect(row).toMatchObject({
    status: "error",
    errorCode: "upstream_unauthenticated",
    errorMessage: "AuthenticationError: Incorrect API key provided: ….",
    usage: undefined,
    costNanoUsd: null,
    priceVersion: "",
  });
});

test("No key is anywhere in the ledger's files.", async () => {
  const deep = JSON.stringify({
    model: "openai/x",
    extra: [{ headers: { Authorization: `Bearer ${secret}`, "X-Api-Key": secret } }],
    tools: [{ function: { parameters: { properties: { api_key: { type: "string" } } } } }],
    messages: [{ role: "user", content: `my key is ${secret}` }],
    aws_secret_access_key: secret,
    max_tokens: 5,
  });
  const opened = await books([answered(), failed(), answered({ request_data: deep })]);
  const report = await opened.run();
  expect(report).toMatchObject({ secrets: 5, rowsWithSecrets: 3 });
  await opened.ledger.close();
  const bytes = ["", "-wal"].map((end) => {
    try {
      return readFileSync(opened.ledgerPath + end);
    } catch {
      return Buffer.alloc(0);
    }
  });
  expect(Buffer.concat(bytes).includes(secret)).toBe(false);
  expect(Buffer.concat(bytes).includes('"api_key":{"type":"string"}')).toBe(true);
});

test("What apantli did not know is unknown, not 0.", async () => {
  const opened = await books([
    answered({ cost: 0 }),
    answered({ cost: null, prompt_tokens: null, completion_tokens: null, total_tokens: null }),
    answered({ cost: 0, prompt_tokens: 0, completion_tokens: 0, provider: "unknown" }),
  ]);
  const report = await opened.run();
  expect(report).toMatchObject({ unpriced: 1, withoutUsage: 2 });
  const rows = await all(opened);
  expect(rows.map(({ costNanoUsd }) => costNanoUsd)).toEqual([null, null, null]);
  expect(rows.filter(({ usage }) => usage === undefined)).toHaveLength(2);
});

test.each([
  ["2025-10-04T12:34:56.789012", "2025-10-04T12:34:56.789Z"],
  ["2025-10-04T12:34:56", "2025-10-04T12:34:56.000Z"],
  ["2025-10-04 12:34:56.5", "2025-10-04T12:34:56.500Z"],
  ["2025-10-04T12:34:56.789012Z", "2025-10-04T12:34:56.789Z"],
  ["2025-10-04T12:34:56+02:00", "2025-10-04T10:34:56.000Z"],
  ["2025-10-04T12:34:56-0730", "2025-10-04T20:04:56.000Z"],
])("The timestamp %s is %s.", async (timestamp, expected) => {
  const { row } = await only([answered({ timestamp })]);
  expect(new Date(row?.startedAt ?? 0).toISOString()).toBe(expected);
});

test("A second run adds nothing, a third one only what is new.", async () => {
  const opened = await books([answered(), answered(), failed()]);
  await opened.run();
  const before = await all(opened);
  expect(await opened.run()).toMatchObject({
    imported: { rows: 0 },
    present: { rows: 3, inputTokens: 2000 },
    secrets: 0,
  });
  expect(await all(opened)).toEqual(before);
  writeApantli(opened.path, [answered({ timestamp: "2025-11-01T00:00:00" })]);
  expect(await opened.run()).toMatchObject({ imported: { rows: 1 }, present: { rows: 3 } });
  expect(await all(opened)).toHaveLength(4);
});

test("Ids are UUIDv7s of the rows' times; the same database elsewhere has the same ones.", async () => {
  const [one, two] = [await books([answered(), answered()]), await books([answered(), answered()])];
  await one.run();
  await two.run();
  const ids = (await all(one)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect((await all(two)).map(({ id }) => id)).toEqual(ids);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const time = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
    expect(time).toBe(Date.parse("2025-10-04T12:34:56.789Z"));
  }
});

test("Rows that are none are skipped and told with their ids; the sums still agree.", async () => {
  const { report } = await only([
    answered(),
    answered({ timestamp: "yesterday" }),
    answered({ prompt_tokens: -1 }),
    answered({ cost: "much" }),
    answered({ model: "" }),
  ]);
  expect(report.skips).toEqual([
    { id: 2, why: "its timestamp is none: 'yesterday'" },
    { id: 3, why: "its tokens are no counts: -1, 50" },
    { id: 4, why: "its cost is none: 'much'" },
    { id: 5, why: "its model is none: ''" },
  ]);
  expect(sumsAgree(report)).toBe(true);
  expect(sumsAgree({ ...report, imported: { ...report.imported, outputTokens: 49 } })).toBe(false);
});

test("A body that is no JSON is left out, and what is too long is cut.", async () => {
  const opened = await books([answered({ request_data: `{"api_key": "${secret}", "x": NaN}` })]);
  expect(await opened.run({ bodyLimit: 10 })).toMatchObject({ unreadable: 1, truncated: 1 });
  const [row] = await all(opened);
  const bodies = (await opened.ledger.find(row?.id ?? ""))?.bodies;
  expect([bodies?.request.length, bodies?.response.length]).toEqual([0, 10]);
});

test("Many rows come over in pages, with the sums and the statistics as SQLite has them.", async () => {
  const many = Array.from({ length: 1203 }, (_, i) =>
    answered({
      timestamp: new Date(Date.parse("2025-01-01T00:00:00Z") + i * 3_600_000).toISOString().slice(0, -1),
      prompt_tokens: i,
      cost: i / 7e5,
      provider: i % 2 === 0 ? "openai" : "together_ai",
    }),
  );
  const opened = await books(many);
  const progress: number[] = [];
  const report = await opened.run({ onProgress: (rows) => progress.push(rows) });
  expect(progress).toEqual([500, 1000, 1203]);
  expect(report.imported).toEqual(report.source);
  expect(sumsAgree(report)).toBe(true);
  const { totals } = await opened.ledger.summary({});
  expect(totals).toMatchObject({ requests: 1203n, costNanoUsd: report.source.costNanoUsd });
  expect(new Set((await all(opened)).map(({ provider }) => provider))).toEqual(new Set(["openai", "together"]));
  expect(await differencesIn({ kind: "sqlite", path: opened.ledgerPath })).toEqual([]);
});

test("A dry run, with a ledger or without, writes nothing; no run writes to apantli's file.", async () => {
  const opened = await books([answered()]);
  const hash = () => createHash("sha256").update(readFileSync(opened.path)).digest("hex");
  const before = hash();
  expect(await opened.run({ dryRun: true })).toMatchObject({ imported: { rows: 1 } });
  expect(await opened.run({ dryRun: true, ledger: undefined })).toMatchObject({ imported: { rows: 1 } });
  expect(await all(opened)).toEqual([]);
  await opened.run();
  expect(hash()).toBe(before);
});

test("An interrupted run stops between pages.", async () => {
  const opened = await books(Array.from({ length: 600 }, () => answered()));
  const controller = new AbortController();
  const running = opened.run({ signal: controller.signal, onProgress: () => controller.abort() });
  await expect(running).rejects.toThrow("aborted");
  expect(await all(opened)).toHaveLength(500);
  expect(await opened.run()).toMatchObject({ imported: { rows: 100 }, present: { rows: 500 } });
});

test("What is no database of apantli's is refused.", async () => {
  const folder = await temporaryFolder();
  const run = (path: string) => importApantli({ ...base, path: join(folder, path), providerName: (name) => name });
  const base = { ledger: undefined, dryRun: true, signal: new AbortController().signal, bodyLimit: 1 } as const;
  const ours = new Database(join(folder, "ours.db"));
  ours.exec("create table requests (id text, started_at integer)");
  ours.close();
  new Database(join(folder, "empty.db")).close();
  writeFileSync(join(folder, "text.db"), "no database, ".repeat(100));
  await expect(run("none.db")).rejects.toThrow(/none\.db cannot be opened/);
  await expect(run("text.db")).rejects.toThrow(/text\.db cannot be read: file is not a database/);
  await expect(run("empty.db")).rejects.toThrow(/empty\.db has no table 'requests'/);
  await expect(run("ours.db")).rejects.toThrow(
    /ours\.db is no database of apantli's: .* no column 'timestamp', 'model'/,
  );
});

test("The report says it all.", async () => {
  const { report } = await only([answered(), answered({ cost: 0 }), failed(), answered({ timestamp: "never" })]);
  expect(describeApantli(report, false)).toBe(`read           4 rows  3000 input tokens  150 output tokens  $0.002469120
imported       3 rows  2000 input tokens  100 output tokens  $0.001234560
there already  0 rows     0 input tokens    0 output tokens  $0.000000000
skipped         1 row  1000 input tokens   50 output tokens  $0.001234560
The sums agree.
1 row failed, and is kept as errors.
3 keys taken out of the bodies of 3 rows; they are not in the ledger.
1 row with tokens and a cost of 0: apantli writes 0 where it knows no price, so it is unknown.
skipped row 4: its timestamp is none: 'never'
`);
});
