import { type LoadCommand, type LoadReply, type LoadResult, loadReplySchema } from "./load-protocol.ts";
import type { ProcessUsage } from "./process-usage.ts";
import type { Child } from "./processes.ts";
import type { RequestShape, Scenario } from "./scenarios.ts";
import type { RunningSystem, System } from "./systems.ts";

/** One system doing one kind of work for a while. */
export interface Slice extends LoadResult {
  /** CPU time of the system's process, of all its threads, in µs: whole, and by unit of work. */
  readonly cpuMicros: number;
  readonly cpuMicrosAUnit: number;
  /** The most that was seen resident in memory. */
  readonly residentBytes: number;
}

export interface Measured {
  readonly scenario: Scenario;
  readonly system: System;
  /** One a round, in order. */
  readonly slices: readonly Slice[];
}

export interface MeasureOptions {
  readonly systems: readonly System[];
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  /** Whether rounds go before that do not count. */
  readonly warmUp: boolean;
  readonly load: Child;
  readonly usage: ProcessUsage;
  /** Called before each slice. */
  onProgress(text: string): void;
}

interface Entry {
  readonly system: System;
  readonly running: RunningSystem;
}

const sliceLimitMs = 60_000;
const memorySampleMs = 200;
/**
 * What is called often V8 compiles once more, on threads that are measured as well, and in a large program that takes
 * seconds of load. A gateway runs for weeks after that: it is no part of what a call costs. After so many rounds the figures
 * have no trend any more.
 */
const warmUpRounds = 3;

function httpRequest(
  shape: RequestShape,
  modelName: string,
  upstream: Scenario["upstream"],
  running: RunningSystem,
): string {
  const body = shape.body(running.model(modelName, upstream));
  const headers = {
    host: new URL(running.url).host,
    accept: "*/*",
    "user-agent": "bench",
    "content-type": "application/json",
    ...running.headers,
    "content-length": String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${shape.path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

async function tell(load: Child, command: LoadCommand): Promise<LoadReply> {
  load.send(command);
  return loadReplySchema.parse(await load.next());
}

function requestShape(scenario: Scenario, system: System): RequestShape {
  switch (system.role) {
    case "direct":
    case "reference":
      return scenario.referenceRequest;
    case "gateway":
    case "peer":
      return scenario.request;
  }
}

/** Throws with the reason when an answer was not the right one, or none came. */
async function measureSlice(options: MeasureOptions, { system, running }: Entry, scenario: Scenario): Promise<Slice> {
  const { load, usage } = options;
  const shape = requestShape(scenario, system);
  const url = new URL(running.url);
  const about = `${system.name}, ${scenario.name}`;
  const opened = await tell(load, {
    kind: "open",
    host: url.hostname,
    port: Number(url.port),
    connections: scenario.connections,
    warmUpRequest: httpRequest(shape, scenario.warmUpModel, scenario.upstream, running),
    request: httpRequest(shape, scenario.model, scenario.upstream, running),
    check: shape.check,
    limitMs: sliceLimitMs,
  });
  if (opened.kind === "failed") throw new Error(`${about}, warming up: ${opened.message}`);

  let residentBytes = usage.residentBytes(running.pid);
  const sampling = setInterval(() => {
    residentBytes = Math.max(residentBytes, usage.residentBytes(running.pid));
  }, memorySampleMs);
  try {
    const before = usage.cpuMicros(running.pid);
    const reply = await tell(load, {
      kind: "go",
      spreadMs: scenario.spreadMs,
      ...(scenario.durationMs === undefined ? { requestsEach: 1 } : { durationMs: scenario.durationMs }),
    });
    const cpuMicros = usage.cpuMicros(running.pid) - before;
    if (reply.kind === "failed") throw new Error(`${about}: ${reply.message}`);
    if (reply.kind !== "result") throw new Error(`The load generator said "${reply.kind}" in place of a result.`);
    const cpuMicrosAUnit = cpuMicros / (reply.result.requests * scenario.unitsAnAnswer);
    return { ...reply.result, cpuMicros, cpuMicrosAUnit, residentBytes };
  } finally {
    clearInterval(sampling);
    await tell(load, { kind: "close" });
  }
}

/** The systems take turns within a round, and who is first changes from round to round: a drift of the machine hits all alike. */
function turns(entries: readonly Entry[], round: number): Entry[] {
  const first = round % entries.length;
  const rotated = [...entries.slice(first), ...entries.slice(0, first)];
  // What the mock itself can do does not depend on the others: once is enough.
  return rotated.filter(({ system }) => system.role !== "direct" || round === 0);
}

/** Runs every scenario on every system, in rounds of interleaved slices. Throws on the first wrong answer. */
export async function measure(options: MeasureOptions): Promise<Measured[]> {
  const entries: Entry[] = [];
  for (const system of options.systems) entries.push({ system, running: await system.start() });
  const measured = options.scenarios.flatMap((scenario) =>
    options.systems.map((system) => ({ scenario, system, slices: [] as Slice[] })),
  );

  async function runAll(when: Scenario["when"], round: number): Promise<void> {
    for (const scenario of options.scenarios.filter((one) => one.when === when)) {
      for (const entry of turns(entries, round)) {
        options.onProgress(`round ${round + 1} of ${options.rounds}: ${scenario.name}, ${entry.system.name}`);
        const slice = await measureSlice(options, entry, scenario);
        measured.find((one) => one.scenario === scenario && one.system === entry.system)?.slices.push(slice);
      }
    }
  }

  async function warmUp(round: number): Promise<void> {
    for (const scenario of options.scenarios.filter(({ durationMs }) => durationMs !== undefined)) {
      for (const entry of turns(entries, round)) {
        options.onProgress(`warming up, round ${round + 1} of ${warmUpRounds}: ${scenario.name}, ${entry.system.name}`);
        await measureSlice(options, entry, scenario);
      }
    }
  }

  await runAll("fresh", 0);
  for (let round = 0; options.warmUp && round < warmUpRounds; round += 1) await warmUp(round);
  for (let round = 0; round < options.rounds; round += 1) await runAll("every round", round);
  return measured;
}
