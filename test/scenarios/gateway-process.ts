import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigFile } from "./gateway.ts";
import { createLedgerView, type LedgerView } from "./ledger-view.ts";

const root = join(import.meta.dirname, "..", "..");
const main = join(root, "src", "main.ts");
/** Where gateways leave their compiled code when they end: the next one starts in half the time. */
const compiled = join(root, "node_modules", ".cache", "causeway-test");

export interface GatewayProcess {
  readonly url: string;
  readonly ledger: LedgerView;
  /** All that it wrote so far. */
  output(): string;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Resolves when it has ended, with its exit code; null after a signal. */
  readonly ended: Promise<number | null>;
}

/** A folder with a configuration and a store, in which gateways are started one after the other. */
export interface GatewayFolder {
  readonly store: string;
  /** Puts another text into the configuration file, as an editor does that writes a new file and renames it. */
  writeConfig(text: string): Promise<void>;
  /** Runs main as a user would. Resolves when it listens; rejects with what it wrote when it has ended before. */
  start(port?: string): Promise<GatewayProcess>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `file`: what stands in causeway.yaml, beside the address and the store. */
export async function createGatewayFolder(file: ConfigFile = {}): Promise<GatewayFolder> {
  const path = await mkdtemp(join(tmpdir(), "causeway-process-"));
  const config = join(path, "causeway.yaml");
  const store = join(path, "causeway.db");
  const processes: GatewayProcess[] = [];
  const folder: GatewayFolder = {
    store,
    async writeConfig(text) {
      await writeFile(`${config}.new`, text);
      await rename(`${config}.new`, config);
    },
    async start(port = "0") {
      const started = await startProcess(path, port);
      processes.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const { kill, ended } of processes) {
        kill("SIGKILL");
        await ended;
      }
      await rm(path, { recursive: true, force: true });
    },
  };
  await folder.writeConfig(JSON.stringify(file)); // JSON is YAML
  return folder;
}

async function startProcess(cwd: string, port: string): Promise<GatewayProcess> {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [main, "--port", port], {
    cwd,
    env: { PATH, HOME: cwd, NODE_COMPILE_CACHE: compiled }, // not the keys of whoever runs the tests
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listening = Promise.withResolvers<string>();
  const keep = (text: string): void => {
    output += text;
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
    if (url !== undefined) listening.resolve(url);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const ended = once(child, "close").then(([code]): number | null => code);
  ended.then(() => listening.reject(new Error(`the gateway ended before it listened:\n${output}`)));
  const url = await listening.promise;
  return {
    url,
    ledger: createLedgerView(url, undefined),
    output: () => output,
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
