import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createProcessUsage } from "../bench/process-usage.ts";
import { startArguments } from "../start-command.ts";

const endingMs = 20_000;

/** What its log says that it should not. */
export interface LogFaults {
  /** Lines at level error or above, and such as no log writes: at most `mostKept`. */
  readonly lines: readonly string[];
  readonly count: number;
}

export interface SoakedGateway {
  readonly url: string;
  residentBytes(): number;
  /** What is open: paths, and the kinds of what has none, such as "socket". undefined: this system does not tell. */
  openFiles(): readonly string[] | undefined;
  log(): LogFaults;
  /** Undefined while it runs. */
  readonly endedEarly: () => string | undefined;
  /** Asks it to end. Resolves with its exit code; "killed" when it had to be. */
  end(): Promise<number | "killed">;
  [Symbol.asyncDispose](): Promise<void>;
}

const mostKept = 20;
const listening = /http:\/\/127\.0\.0\.1:\d+/;
/** pino's levels: 30 is info, 40 a warning. */
const errorLevel = 50;

/**
 * Of memory that nobody needs V8 lets more and more lie as long as it may. So little may be used here, in MB, that it is at
 * its limit soon: from then on what grows is a leak. Alive are about 50 MB.
 */
const heapLimit = 128;

/** Runs the gateway as `npm start` does, but for the limit, in a folder of its own. Resolves when it listens. */
export async function startSoakedGateway(config: object): Promise<SoakedGateway> {
  const cwd = await mkdtemp(join(tmpdir(), "causeway-soak-"));
  await writeFile(join(cwd, "causeway.yaml"), JSON.stringify(config)); // JSON is YAML
  const { PATH } = process.env;
  const child = spawn(process.execPath, [`--max-old-space-size=${heapLimit}`, ...startArguments, "--port", "0"], {
    cwd,
    env: { PATH, HOME: cwd }, // not the keys of whoever runs it
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("the gateway could not be started");

  const faulty: string[] = [];
  let faultCount = 0;
  const found = Promise.withResolvers<string>();
  const note = (line: string): void => {
    faultCount += 1;
    if (faulty.length < mostKept) faulty.push(line);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (isFault(line)) note(line);
    const url = listening.exec(line)?.[0];
    if (url !== undefined) found.resolve(url); // only the first counts
  });
  createInterface({ input: child.stderr }).on("line", note); // it has nothing to say there
  let early: string | undefined;
  let ending = false;
  const ended = once(child, "close").then(([code, signal]): number | string => {
    if (!ending) early = `it ended by itself (${signal ?? `exit code ${code}`})`;
    found.reject(new Error(`the gateway ended before it listened:\n${faulty.join("\n")}`));
    return code ?? signal;
  });
  const usage = createProcessUsage();
  const end = async (): Promise<number | "killed"> => {
    ending = true;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), endingMs);
    const code = await ended;
    clearTimeout(timer);
    return typeof code === "number" ? code : "killed";
  };
  return {
    url: await found.promise,
    residentBytes: () => usage.residentBytes(pid),
    openFiles: () => openFiles(pid),
    log: () => ({ lines: faulty, count: faultCount }),
    endedEarly: () => early,
    end,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

function isFault(line: string): boolean {
  if (!line.startsWith("{")) return /unhandled|uncaught|\bat .+:\d+:\d+/i.test(line);
  const { level }: { level?: unknown } = JSON.parse(line);
  return typeof level !== "number" || level >= errorLevel;
}

function openFiles(pid: number): string[] | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => kindOf(join(folder, name)) ?? []);
  } catch {
    return undefined; // no /proc, or the process is gone
  }
}

/** undefined: it is closed by now. */
function kindOf(link: string): string | undefined {
  try {
    return readlinkSync(link).replace(/:\[\d+\]$/, ""); // the numbers of sockets and pipes
  } catch {
    return undefined;
  }
}
