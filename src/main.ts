import { once } from "node:events";
import packageJson from "../package.json" with { type: "json" };
import { banner } from "./cli/banner.ts";
import type { ImportActions } from "./cli/import.ts";
import { type CliActions, CliError, type CliIo } from "./cli/io.ts";
import type { LedgerActions } from "./cli/ledger.ts";
import { showPlan } from "./cli/plan-text.ts";
import { createProgram } from "./cli/program.ts";
import { openCopy } from "./compose/copy.ts";
import { openImport, providerOf } from "./compose/imports.ts";
import { openRepricing } from "./compose/prices.ts";
import { configPresets, dialectNames, findLocalServers } from "./compose/providers.ts";
import { createApp, openLedgerAudit } from "./compose.ts";
import type { ConfigFlags } from "./config/overlay.ts";
import { showProblem } from "./config/problem.ts";
import { type ConfigSource, createConfigSource, type LoadedConfig } from "./config/source.ts";
import { createLog } from "./server/log.ts";

const { env, stdin, stdout, stderr } = process;
const cwd = process.cwd();
const interrupted = new AbortController();

async function createSource(flags: ConfigFlags): Promise<ConfigSource> {
  const presets = configPresets(await findLocalServers(env));
  return createConfigSource({ flags, env, cwd, presets, dialects: dialectNames });
}

const describeProblems = ({ problems, path = "" }: LoadedConfig): string =>
  problems.map((problem) => showProblem(problem, path)).join("\n");

/** Serves until the process is told to end: once to finish what runs, twice to end at once. */
async function serve(flags: ConfigFlags): Promise<void> {
  const told = Promise.race([once(process, "SIGTERM"), once(interrupted.signal, "abort")]); // also while it starts
  const source = await createSource(flags);
  const first = await source.load();
  const { config } = first;
  if (config === undefined) throw new CliError(describeProblems(first));
  const log = createLog({
    level: config.log.level,
    pretty: stdout.isTTY === true,
    write: (line) => stdout.write(line),
  });
  let { path } = first;

  const take = (loaded: LoadedConfig) => {
    path = loaded.path;
    if (loaded.config === undefined) {
      log.error({ problems: loaded.problems }, "the configuration has faults; the old one stays in force");
      return { problems: loaded.problems };
    }
    const { changed, needsRestart } = app.apply(loaded.config);
    if (changed) log.info({ path, needsRestart }, "another configuration is in force");
    return { problems: [] as const, changed, needsRestart };
  };
  const app = await createApp({
    config,
    source: {
      path: () => path,
      problems: () => source.problems,
      check: (yaml) => source.check(yaml),
      reload: async () => take(await source.load()),
    },
    version: packageJson.version,
    log,
    env,
    processUse: process,
  });
  const url = await app.start();
  const { providers, store } = app.status();
  stdout.write(
    banner({
      version: packageJson.version,
      url,
      configPath: path,
      providers: providers.map(({ name, credentials }) => ({ name, keys: credentials })),
      aliases: Object.fromEntries(Object.entries(config.plans).map(([name, plan]) => [name, showPlan(plan)])),
      store: `${store.kind === "sqlite" ? "sqlite:" : ""}${store.location}`,
      accessRequired: config.access.keys.length > 0,
      model: "demo",
    }),
  );
  source.watch({
    onChange: (loaded) => void take(loaded),
    onError: (err) => log.error({ err }, "the configuration file cannot be watched"),
  });
  process.on("SIGHUP", () => void source.load().then(take));

  await told;
  const ending = (): never => process.exit(130);
  process.on("SIGTERM", ending).on("SIGINT", ending);
  log.info({ inFlight: app.status().inFlight, graceMs: config.shutdown.graceMs }, "ending: what runs may finish");
  source.close();
  const inTime = await app.stop();
  log.info({}, inTime ? "ended" : "ended: what was still running was told so");
}

const io: CliIo = { stdout, stderr, stdin, env, cwd, signal: interrupted.signal };
const actions: CliActions & ImportActions & LedgerActions = {
  version: packageJson.version,
  presets: configPresets([]),
  serve,
  openLedger: openLedgerAudit,
  openRepricing,
  openCopy,
  openImport,
  providerOf,
  loadConfig: async (flags) => (await createSource(flags)).load(),
  probe: async ({ name }) => (await findLocalServers(env)).includes(name),
};

process.once("SIGINT", () => interrupted.abort());
process.exitCode = await createProgram(io, actions).run(process.argv.slice(2));
