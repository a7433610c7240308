import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import * as z from "zod";
import { startArguments } from "../start-command.ts";
import type { Bodies } from "./options.ts";
import type { Child, Pins, Processes } from "./processes.ts";

/** Something that can be measured. */
export interface System {
  readonly name: string;
  /** What it is compared by: the reference is what the others' ratios are to. */
  readonly role: "direct" | "reference" | "gateway" | "peer";
  start(): Promise<RunningSystem>;
}

export interface RunningSystem {
  readonly pid: number;
  /** "http://127.0.0.1:PORT". */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Its name for a model of the mock's, when the mock is to be spoken to in that language. */
  model(name: string, upstream: "openai" | "anthropic"): string;
}

export interface SystemDeps {
  readonly processes: Processes;
  readonly pins: Pins | undefined;
  /** A folder that is removed at the end. */
  readonly folder: string;
  /** The checkout. */
  readonly root: string;
  /** Where profiles go, if wanted. */
  readonly profileFolder: string | undefined;
}

const listeningSchema = z.object({ listening: z.object({ port: z.number() }) });

/** How long a system may take to listen. */
const startLimitMs = 30_000;
const pollMs = 50;

const sameModel = (name: string) => name;

async function portOf(child: Child): Promise<number> {
  return listeningSchema.parse(await child.next()).listening.port;
}

/** A port that was free a moment ago, for systems that must be told theirs. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port of 127.0.0.1 is free.");
  return address.port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Resolves when it accepts connections. Rejects when it ends, or does not in time. */
async function waitUntilAccepts(child: Child, port: number): Promise<void> {
  const until = performance.now() + startLimitMs;
  while (!(await Promise.race([accepts(port), child.ended]))) {
    if (performance.now() > until) throw new Error(`${child.name} does not listen after ${startLimitMs / 1000} s.`);
    await Promise.race([setTimeout(pollMs), child.ended]);
  }
}

/** The mock upstream. Asked straight, it shows what the load generator and it can do at most. */
export function createMock(deps: SystemDeps): System {
  return {
    name: "mock, asked straight",
    role: "direct",
    async start() {
      const child = deps.processes.start({
        name: "the mock upstream",
        args: [join(import.meta.dirname, "mock.ts")],
        core: deps.pins?.mock,
        ipc: true,
      });
      return { pid: child.pid, url: `http://127.0.0.1:${await portOf(child)}`, headers: {}, model: sameModel };
    },
  };
}

export function createReference(deps: SystemDeps, upstreamUrl: string): System {
  return {
    name: "reference (undici, piped)",
    role: "reference",
    async start() {
      const child = deps.processes.start({
        name: "the reference proxy",
        args: [join(import.meta.dirname, "reference.ts"), upstreamUrl],
        core: deps.pins?.system,
        ipc: true,
      });
      const url = `http://127.0.0.1:${await portOf(child)}`;
      return { pid: child.pid, url, headers: { authorization: "Bearer bench" }, model: sameModel };
    },
  };
}

const gatewayKey = "bench-key";

/** As a user runs it: access by key, routing, metering, and the ledger in a SQLite file. JSON is YAML. */
function gatewayConfig(port: number, upstreamUrl: string, store: string, bodies: Bodies): string {
  return JSON.stringify({
    listen: `127.0.0.1:${port}`,
    access: { keys: [gatewayKey] },
    providers: {
      "mock-openai": { dialect: "openai-chat", base_url: `${upstreamUrl}/v1`, keys: ["upstream-key"] },
      "mock-anthropic": { dialect: "anthropic", base_url: upstreamUrl, keys: ["upstream-key"] },
    },
    store: `sqlite:${store}`,
    ledger: { bodies },
    log: { level: "warn" },
  });
}

export function createGateway(deps: SystemDeps, upstreamUrl: string, bodies: Bodies): System {
  return {
    name: "causeway",
    role: "gateway",
    async start() {
      const port = await freePort();
      const config = join(deps.folder, "causeway.yaml");
      await writeFile(config, gatewayConfig(port, upstreamUrl, join(deps.folder, "bench.db"), bodies));
      const profiling = deps.profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${deps.profileFolder}`];
      const child = deps.processes.start({
        name: "the gateway",
        args: [...profiling, ...startArguments, "--config", config],
        core: deps.pins?.system,
        cwd: deps.folder,
        ipc: false,
      });
      await waitUntilAccepts(child, port);
      return {
        pid: child.pid,
        url: `http://127.0.0.1:${port}`,
        headers: { authorization: `Bearer ${gatewayKey}` },
        model: (name, upstream) => `mock-${upstream}/${name}`,
      };
    },
  };
}

/**
 * Later versions of its server library keep the headers of fetched answers immutable, and this peer then fails at
 * every stream.
 */
const peerPackage = {
  private: true,
  dependencies: { "@portkey-ai/gateway": "1.15.2" },
  overrides: { "@hono/node-server": "1.13.8" },
};

/** It can only listen on every interface; nobody but this machine is to reach it. */
const listenOnLoopback = `data:text/javascript,${encodeURIComponent(`
  import { Server } from "node:net";
  const { listen } = Server.prototype;
  Server.prototype.listen = function (port, host, ...rest) { return listen.call(this, port, "127.0.0.1", ...rest); };
`)}`;

/** A gateway of the field, installed when it is started. */
export function createPeer(deps: SystemDeps, upstreamUrl: string): System {
  return {
    name: "@portkey-ai/gateway 1.15.2",
    role: "peer",
    async start() {
      const folder = join(deps.folder, "peer");
      await mkdir(folder);
      await writeFile(join(folder, "package.json"), JSON.stringify(peerPackage));
      await promisify(execFile)("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
      const port = await freePort();
      const script = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
      const child = deps.processes.start({
        name: "the peer",
        args: ["--import", listenOnLoopback, script, `--port=${port}`, "--headless"],
        core: deps.pins?.system,
        cwd: folder,
        ipc: false,
      });
      await waitUntilAccepts(child, port);
      return {
        pid: child.pid,
        url: `http://127.0.0.1:${port}`,
        headers: {
          authorization: "Bearer upstream-key",
          "x-portkey-provider": "openai",
          "x-portkey-custom-host": `${upstreamUrl}/v1`,
        },
        model: sameModel,
      };
    },
  };
}
