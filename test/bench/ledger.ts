/**
 * What the ledger costs: `node test/bench/ledger.ts [--rows 10000000] [--keep] [--store postgres://…]`. Writes rows of a year
 * through the ledger, into a file of its own or an empty database, then asks for what a dashboard asks for. Prints rows a
 * second, and milliseconds of each reading.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import { createIds } from "../../src/core/ids.ts";
import type { RowFilter, StoreLocation } from "../../src/core/ledger.ts";
import { createLedger, createLedgerAudit, type Ledger } from "../../src/ledger/index.ts";
import { bucketBounds, daysOfYear } from "../../src/services/time-buckets.ts";

const dayMs = 86_400_000;
const yearStart = Date.parse("2025-01-01T00:00:00Z");
const yearEnd = Date.parse("2026-01-01T00:00:00Z");
/** As many calls are on their way at a time. */
const concurrency = 512;
const runs = 100;

/** A linear congruential generator (Numerical Recipes), so that each run has the same data. */
function createRandom(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A team of twelve programs, each with its key, its way in and three models; 4 of 100 calls fail. */
function rowMaker(count: number, from: number, to: number): (index: number) => ExchangeRow {
  const random = createRandom();
  const ids = createIds(systemClock.now);
  return (index) => {
    const key = random(12);
    const model = (key + random(3)) % 8;
    const failed = random(100) < 4;
    const durationUs = 300_000 + random(200_000) * (1 + random(40));
    const inputTokens = 200 + random(8_000);
    return {
      id: ids(),
      startedAt: Math.floor(from + ((to - from) * index) / count),
      facade: ["openai", "anthropic", "grpc"][key % 3] ?? "",
      clientDialect: "dialect-a",
      upstreamDialect: "dialect-b",
      alias: `alias-${model}`,
      provider: `provider-${model % 3}`,
      model: `model-${model}`,
      credential: "sk-…1234",
      stream: random(2) === 0,
      status: failed ? "error" : "ok",
      errorCode: failed ? "rate_limited" : "",
      errorMessage: failed ? "The provider has too many requests." : "",
      finishReason: FinishReason.STOP,
      attempts: 1,
      firstTokenUs: failed ? null : Math.floor(durationUs / 3),
      durationUs,
      overheadUs: 150,
      usage: failed
        ? undefined
        : create(UsageSchema, {
            inputTokens,
            cacheReadTokens: Math.floor(inputTokens / 2),
            outputTokens: random(2_000),
            source: UsageSource.REPORTED,
          }),
      costNanoUsd: failed ? null : BigInt(inputTokens * 2_500),
      priceVersion: "prices@1",
      dropped: [],
      clientRequestId: "",
      answerId: "",
      accessKey: `ck-…${key}`,
      endUserId: `user-${random(500)}`,
      client: `client-${key % 4}`,
      session: "",
      tags: [],
      serviceTier: "",
      reportedCostNanoUsd: null,
      cacheSavedNanoUsd: null,
      trail: {
        strategy: "",
        condition: "",
        affinity: "",
        candidates: [`provider-${model % 3}/model-${model}`],
        plannedUs: 120,
        steps: [
          {
            kind: "attempt",
            atUs: 150,
            target: `provider-${model % 3}/model-${model}`,
            credential: "sk-…1234",
            hedge: false,
            outcome: failed ? "failed" : "answered",
            headUs: Math.floor(durationUs / 4),
            begunUs: Math.floor(durationUs / 3),
            endUs: durationUs,
          },
        ],
      },
    };
  };
}

interface Cost {
  /** Rows a second. */
  readonly rate: number;
  /** CPU µs of the process a row: those who call, the ledger, and its threads. */
  readonly micros: number;
}

/** `from`, `to`: when the rows started, in ms since 1970. */
async function write(ledger: Ledger, count: number, from: number, to: number): Promise<Cost> {
  const make = rowMaker(count, from, to);
  let next = 0;
  let noted = 0;
  const call = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await ledger.settle(make(next - 1), undefined);
      if (next - noted < count / 10) continue;
      noted = next;
      process.stderr.write(`  ${Math.round((100 * next) / count)} %\n`);
    }
  };
  const start = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, call));
  const { user, system } = process.cpuUsage(cpu);
  return { rate: count / ((performance.now() - start) / 1000), micros: (user + system) / count };
}

/** Rows as they come: many in each quarter of an hour. */
async function measureWriting(store: StoreLocation, count: number): Promise<void> {
  const ledger = createLedger({ store, clock: systemClock });
  await ledger.start();
  const { rate, micros } = await write(ledger, count, yearEnd - 3_600_000, yearEnd);
  await ledger.close();
  const met = rate >= 20_000 ? ">= 20000" : "MISSED 20000";
  process.stdout.write(`inserts: ${Math.round(rate)} rows a second, ${micros.toFixed(1)} µs of CPU a row  ${met}\n`);
}

type Reading = readonly [name: string, targetMs: number | undefined, read: (run: number) => Promise<unknown>];

/** Periods end at another moment each time, as now does. */
function readings(ledger: Ledger): Reading[] {
  const endOf = (run: number): number => yearEnd - 1 - run * 7_777_777;
  const last = (days: number, run: number): RowFilter => ({ from: endOf(run) - days * dayMs, to: endOf(run) });
  const series =
    (unit: "quarter-hour" | "hour" | "day" | "week", days: number, timeZone: string, only: RowFilter = {}) =>
    (run: number) => {
      const { from = 0, to = 0 } = last(days, run);
      return ledger.series({ from, to, ...only }, bucketBounds({ unit, from, to, timeZone }, 2000) ?? []);
    };
  const heatMap =
    (timeZone: string, only: RowFilter = {}) =>
    () => {
      const days = daysOfYear(2025, timeZone);
      return ledger.heat(only, [...days.map(({ from }) => from), days.at(-1)?.to ?? 0]);
    };
  const providers = ["provider-1"];
  return [
    ["summary of a day", 10, (run) => ledger.summary(last(1, run))],
    ["summary of 7 days", 10, (run) => ledger.summary(last(7, run))],
    ["summary of 30 days", 10, (run) => ledger.summary(last(30, run))],
    ["summary of all", 10, () => ledger.summary({})],
    ["summary of 30 days of a provider", 10, (run) => ledger.summary({ ...last(30, run), providers })],
    ["series of a day by 15 min", 10, series("quarter-hour", 1, "UTC")],
    ["series of 7 days by hour, Kolkata", 10, series("hour", 7, "Asia/Kolkata")],
    ["series of 30 days, Berlin", 10, series("day", 30, "Europe/Berlin")],
    ["series of a year by week, New York", 10, series("week", 364, "America/New_York")],
    ["series of 30 days of a provider, Berlin", 10, series("day", 30, "Europe/Berlin", { providers })],
    ["heat map, Berlin", 10, heatMap("Europe/Berlin")],
    ["heat map, Kolkata", 10, heatMap("Asia/Kolkata")],
    ["heat map of a provider, Berlin", undefined, heatMap("Europe/Berlin", { providers })],
    ["newest page of 50", 20, () => ledger.list({}, 51)],
    [
      "a page of 50 in the middle",
      20,
      (run) => ledger.list({ to: endOf(run) }, 51, { place: BigInt(endOf(run)), id: "" }),
    ],
    [
      "a page of 50 failures of a provider",
      20,
      (run) => ledger.list({ ...last(30, run), providers, statuses: ["error"] }, 51),
    ],
    [
      "the dearest 50 of a day",
      undefined,
      (run) => ledger.list(last(1, run), 51, undefined, { by: "cost", ascending: false }),
    ],
    ["a page of 50 of a day by text", undefined, (run) => ledger.list({ ...last(1, run), text: "too many" }, 51)],
    ["values to filter by", undefined, () => ledger.values({})],
  ];
}

async function measure([name, target, read]: Reading): Promise<string> {
  const times: number[] = [];
  for (let run = 0; run < 3; run += 1) await read(run); // the reading thread has to start, and statements and pages come into memory
  const cpu = process.cpuUsage();
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await read(run);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(runs - 1, Math.floor(share * runs))] ?? 0;
  const p95 = at(0.95);
  const met = target === undefined ? "" : p95 < target ? `< ${target}` : `MISSED ${target}`;
  return `${name.padEnd(42)}${at(0.5).toFixed(1).padStart(9)}${p95.toFixed(1).padStart(9)}${((user + system) / 1000 / runs).toFixed(1).padStart(9)}  ${met}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: "10000000" },
      keep: { type: "boolean", default: false },
      store: { type: "string" },
    },
  });
  const count = Number(values.rows);
  if (!Number.isSafeInteger(count) || count < 1000) throw new Error("--rows takes a whole number from 1000.");
  const folder = await mkdtemp(join(tmpdir(), "causeway-bench-ledger-"));
  const file = (name: string): StoreLocation => ({ kind: "sqlite", path: join(folder, name) });
  const url = values.store;
  const store = url === undefined ? file("ledger.db") : ({ kind: "postgres", url, location: "the database" } as const);
  const ledger = createLedger({ store, clock: systemClock });
  try {
    await ledger.start();
    await measureWriting(url === undefined ? file("inserts.db") : store, Math.min(count, 300_000));
    const { rate } = await write(ledger, count, yearStart, yearEnd);
    const size = store.kind === "sqlite" ? (await stat(store.path)).size : undefined;
    const each = size === undefined ? "" : `, ${Math.round(size / count)} bytes a row`;
    process.stdout.write(`a year of ${count} rows: ${Math.round(rate)} rows a second${each}\n`);
    process.stdout.write(`${"".padEnd(42)}${"p50 ms".padStart(9)}${"p95 ms".padStart(9)}${"CPU ms".padStart(9)}\n`);
    for (const reading of readings(ledger)) process.stdout.write(`${await measure(reading)}\n`);
    const audit = createLedgerAudit({ store, clock: systemClock });
    const start = performance.now();
    let differences = 0;
    const looked = await audit.verify(() => (differences += 1), new AbortController().signal);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`verify: ${looked} rollups, ${differences} differences, ${seconds} s\n`);
    await audit.close();
  } finally {
    await ledger.close();
    if (values.keep) process.stdout.write(`${folder}\n`);
    else await rm(folder, { recursive: true });
  }
}

await main();
