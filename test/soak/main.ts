import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, setGlobalDispatcher } from "undici";
import {
  attemptsSeen,
  bookedOnce,
  dearerRows,
  endsInTime,
  type Finding,
  holds,
  type MemorySample,
  memoryIsFlat,
  noSocketIsLeft,
  socketsLeft,
  type TriedAttempts,
  tellsTheTruth,
  tokensAgree,
  unequalRows,
} from "./checks.ts";
import { startSoakedGateway } from "./gateway.ts";
import { createOverseer, type Overseer } from "./ledger.ts";
import { createLoad, type Load } from "./load.ts";
import { readOptions, type SoakOptions, usageText } from "./options.ts";
import { configFor, planNames, type SoakProviders, startProviders } from "./providers.ts";
import { report } from "./report.ts";

const sampleMs = 500;
/** Often: a refused key is out for minutes, and soon nothing but that would be seen. */
const clearMs = 200;
/** So long a provider is down when it is started anew. */
const downMs = 300;
/** How long the last things may take to end: idle connections of clients are kept for some seconds. */
const settlingMs = 15_000;

/** Repeats until it is aborted. */
async function every(ms: number, until: AbortSignal, act: () => void | Promise<void>): Promise<void> {
  while (!until.aborted) {
    await act();
    await pause(ms, undefined, { signal: until }).catch(() => {});
  }
}

/** Resolves as soon as it holds, or when the time is over. */
async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + settlingMs;
  while (!(await condition()) && performance.now() < until) await pause(50);
}

/** Each provider breaks down once, at a quarter, a half and three quarters of the time. */
async function restartProviders({ servers }: SoakProviders, seconds: number, until: AbortSignal): Promise<void> {
  for (const server of servers) {
    await pause((seconds * 1000) / (servers.length + 1), undefined, { signal: until }).catch(() => {});
    await server.stop();
    await pause(downMs);
    await server.start();
  }
}

/** Those of fetch, from here on. They end when they are told to, and not some time after their last use. */
function newConnections(): Agent {
  const connections = new Agent();
  setGlobalDispatcher(connections);
  return connections;
}

async function soak({ seconds, concurrency, faults, seed }: SoakOptions): Promise<boolean> {
  await using providers = await startProviders(seed, faults);
  await using gateway = await startSoakedGateway(configFor(providers.servers));
  const overseer = createOverseer(gateway.url);
  const ofLoad = newConnections();
  console.log(
    `Soaking ${gateway.url} for ${seconds} s, ${concurrency} at a time, seed ${seed}: ${planNames.join(", ")}\n`,
  );
  await overseer.rows(); // the store is open
  const idle = gateway.openFiles();
  const load = createLoad(gateway.url, seed, concurrency);
  const samples: MemorySample[] = [];
  const until = AbortSignal.timeout(seconds * 1000);
  const from = performance.now();
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  await Promise.all([
    load.run(until),
    every(sampleMs, until, () => void samples.push({ at: performance.now(), bytes: gateway.residentBytes() })),
    every(clearMs, until, () => overseer.clearCredentials()),
    restartProviders(providers, seconds, until),
  ]);
  lag.disable();
  const tookSeconds = (performance.now() - from) / 1000;
  load.close();
  await ofLoad.destroy();
  const ofOverseer = newConnections();

  await eventually(async () => (await overseer.inFlight()) === 0 && runningAt(providers) === 0);
  const [inFlight, running] = [await overseer.inFlight(), runningAt(providers)];
  const { rows, findings } = await examine(load, overseer, providers);
  await ofOverseer.destroy();
  await providers[Symbol.asyncDispose](); // the gateway lets go of their connections
  await eventually(() => socketsLeft(idle, gateway.openFiles()) === 0);
  const files = gateway.openFiles();
  const early = gateway.endedEarly();
  const code = await gateway.end();
  const { count, lines } = gateway.log();
  const all: Finding[] = [
    endsInTime(load.told, lag.max / 1e6),
    tellsTheTruth(load.told),
    ...findings,
    memoryIsFlat(samples),
    holds(
      "nothing is left in flight",
      `${inFlight} exchanges, ${running} requests to providers`,
      inFlight + running === 0 ? undefined : "some were still running when all clients had gone",
    ),
    noSocketIsLeft(idle, files),
    holds("the log has no errors", `${count} lines`, ...lines),
    holds("the gateway ends when it is told to", `exit code ${code}`, early, code === 0 ? undefined : `not 0`),
  ];
  console.log(report(load.told, rows, all, tookSeconds));
  return all.every((finding) => finding.faults.length === 0);
}

const runningAt = ({ servers }: SoakProviders): number =>
  servers.reduce((sum, { journal }) => sum + journal.seen.filter(({ outcome }) => outcome === "running").length, 0);

/** Compares what clients were told, what the ledger says, and what providers saw. */
async function examine({ told }: Load, overseer: Overseer, providers: SoakProviders) {
  const rows = await overseer.rows();
  const seen = providers.seen();
  const trails = new Map<string, TriedAttempts>();
  for (const row of new Set([...unequalRows(rows, seen), ...dearerRows(rows)]))
    trails.set(row.id, await overseer.attempts(row));
  const summed = await overseer.rowCount();
  const findings = [
    bookedOnce(told, rows),
    attemptsSeen(rows, seen, trails),
    tokensAgree(rows, seen, trails),
    holds(
      "sums are over all rows",
      `${summed} of ${rows.length}`,
      summed === BigInt(rows.length) ? undefined : "they are not the same",
    ),
  ];
  return { rows, findings };
}

const options = readOptions(process.argv.slice(2));
if (options.help) console.log(usageText);
else if (!(await soak(options))) process.exitCode = 1;
