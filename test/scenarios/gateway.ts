import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configPresets, dialectNames } from "../../src/compose/providers.ts";
import { createApp } from "../../src/compose.ts";
import type { Config } from "../../src/config/config.ts";
import { showProblem } from "../../src/config/problem.ts";
import { readConfig } from "../../src/config/read.ts";
import { createLog } from "../../src/server/log.ts";
import { createLedgerView, type LedgerView } from "./ledger-view.ts";

/** What stands in causeway.yaml. The address and the store are put in. */
export type ConfigFile = Readonly<Record<string, unknown>>;

export interface RunningGateway {
  readonly url: string;
  /** The store's file. */
  readonly store: string;
  readonly ledger: LedgerView;
  /** All that was logged so far. */
  log(): string;
  /** Exchanges that are running. */
  inFlight(): number;
  /** Takes no more, lets what runs finish. Resolves with whether all did in time. */
  stop(): Promise<boolean>;
  /** Stops if that was not done, and removes what it wrote. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Composes a gateway in this process as main does, on a port that is free, with a new store. */
export async function startGateway(file: ConfigFile = {}): Promise<RunningGateway> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-scenario-"));
  const store = join(folder, "causeway.db");
  const config = await configOf(
    { shutdown: { grace: "5s" }, ...file, listen: "127.0.0.1:0", store: `sqlite:${store}` },
    folder,
  );
  let logged = "";
  const log = createLog({
    level: "trace",
    pretty: false,
    write: (line) => {
      logged += line;
    },
  });
  const source = {
    path: () => undefined,
    problems: () => [],
    check: async () => [],
    reload: async () => ({ problems: [] as const, changed: false, needsRestart: [] }),
  };
  const app = await createApp({ config, source, version: "0.0.0-test", log, env: {}, processUse: process });
  const url = await app.start();
  let stopped: Promise<boolean> | undefined;
  const stop = (): Promise<boolean> => {
    stopped ??= app.stop();
    return stopped;
  };
  return {
    url,
    store,
    ledger: createLedgerView(url, config.access.keys[0]),
    log: () => logged,
    inFlight: () => app.status().inFlight,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function configOf(file: ConfigFile, cwd: string): Promise<Config> {
  const { config, problems } = await readConfig({
    text: JSON.stringify(file), // JSON is YAML
    env: {},
    flags: {},
    cwd,
    presets: configPresets([]),
    dialects: dialectNames,
    readFile: (path) => readFile(path, "utf8"),
  });
  if (config === undefined) throw new Error(problems.map((problem) => showProblem(problem, "")).join("\n"));
  return config;
}
