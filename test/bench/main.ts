/** `npm run bench`: starts all that is needed, measures, prints, and ends all that it started. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { measure } from "./measure.ts";
import { type BenchOptions, readOptions, usageText } from "./options.ts";
import { createProcessUsage } from "./process-usage.ts";
import { choosePins, createProcesses, type Processes } from "./processes.ts";
import { resultsTable, targetsTable } from "./report.ts";
import { createScenarios } from "./scenarios.ts";
import { summarize } from "./summary.ts";
import { createGateway, createMock, createPeer, createReference } from "./systems.ts";
import { judge } from "./targets.ts";

const root = resolve(import.meta.dirname, "../..");

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** On a terminal one line that changes; else nothing. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function bench(options: BenchOptions, processes: Processes, folder: string): Promise<void> {
  const time = new Date();
  const name = time.toISOString().replaceAll(":", "-").slice(0, 19);
  const json = resolve(options.json ?? join(root, "bench-results", `${name}.json`));
  const profileFolder = options.profile ? join(dirname(json), `profile-${name}`) : undefined;
  const scenarios = createScenarios({ quick: options.quick, sliceMs: options.quick ? 100 : 2000 });
  const chosen = scenarios.filter((scenario) => options.only?.test(scenario.name) ?? true);
  if (chosen.length === 0) {
    throw new Error(`No scenario matches --only. There are: ${scenarios.map((scenario) => scenario.name).join(", ")}.`);
  }
  const pins = choosePins();
  const usage = createProcessUsage();
  const machine = `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}`;
  say(machine);
  say(
    pins === undefined
      ? "Not pinned to cores (that takes taskset and two cores): expect more noise."
      : `Pinned: the measured system to core ${pins.system}, the mock to ${pins.mock}, the load to ${pins.load}.`,
  );
  say(
    `CPU: user and system time of the whole process, from ${usage.source}. ×: to the reference, median of the rounds' ratios.`,
  );

  say(`The gateway: access by key, ledger in SQLite, bodies kept: ${options.bodies}.`);

  const deps = { processes, pins, folder, root, profileFolder };
  const mock = createMock(deps);
  const upstream = await mock.start();
  const load = processes.start({
    name: "the load generator",
    args: [join(import.meta.dirname, "load.ts")],
    core: pins?.load,
    ipc: true,
  });
  const measured = await measure({
    systems: [
      { ...mock, start: () => Promise.resolve(upstream) },
      createReference(deps, upstream.url),
      createGateway(deps, upstream.url, options.bodies),
      ...(options.peers ? [createPeer(deps, upstream.url)] : []),
    ],
    scenarios: chosen,
    rounds: options.rounds,
    warmUp: !options.quick,
    load,
    usage,
    onProgress: showProgress,
  });
  showProgress("");
  await processes.end(); // a profile is written when its process ends

  const rows = summarize(measured);
  const targets = options.quick ? [] : judge(rows);
  const verdict = options.quick ? "A quick run: its figures mean nothing." : targetsTable(targets);
  say(`\n${resultsTable(rows)}\n\n${verdict}\n`);
  const slices = measured.map((one) => ({ scenario: one.scenario.name, system: one.system.name, slices: one.slices }));
  await mkdir(dirname(json), { recursive: true });
  await writeFile(
    json,
    JSON.stringify(
      { time, machine, pins, rounds: options.rounds, quick: options.quick, rows, targets, slices },
      null,
      1,
    ),
  );
  say(`Figures: ${json}`);
  if (profileFolder !== undefined) {
    say(`Profile: ${profileFolder}, one .cpuprofile a thread, for a browser's developer tools.`);
    say("Profiling costs time of its own: take the figures above from a run without it.");
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    say(usageText);
    return;
  }
  let interrupted = false;
  const processes = createProcesses();
  const folder = await mkdtemp(join(tmpdir(), "causeway-bench-"));
  const clean = async () => {
    await processes.end();
    await rm(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interrupted = true;
      clean().then(() => process.exit(130));
    });
  }
  try {
    await bench(options, processes, folder);
  } catch (error) {
    // Ending the children fails what waits for them, which is no news then.
    if (!interrupted) throw error;
  } finally {
    await clean();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
