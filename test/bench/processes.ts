import { type ChildProcess, spawn, spawnSync } from "node:child_process";

/** Who runs on which core, so that the measured process has one to itself. */
export interface Pins {
  readonly system: number;
  readonly mock: number;
  readonly load: number;
}

export interface StartOptions {
  /** What to call it in messages. */
  readonly name: string;
  /** Arguments for this same Node. */
  readonly args: readonly string[];
  readonly core: number | undefined;
  readonly cwd?: string;
  /** Whether it talks with us: then it ends by itself when we are gone. */
  readonly ipc: boolean;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  send(message: object): void;
  /** The next message from it. Rejects when it ends first, with what it wrote last. */
  next(): Promise<unknown>;
  /** Rejects when it ends; never resolves. */
  readonly ended: Promise<never>;
  end(): Promise<void>;
}

export interface Processes {
  start(options: StartOptions): Child;
  /** Ends all that still run, by their ids, the newest first. */
  end(): Promise<void>;
}

const endingMs = 10_000;
const outputKept = 4000;

/** The cores that this process may use, as `taskset` says; undefined where there is no `taskset`. */
function allowedCores(): number[] | undefined {
  const shown = spawnSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8" });
  if (shown.status !== 0) return undefined;
  const list = shown.stdout.slice(shown.stdout.lastIndexOf(":") + 1).trim();
  return list.split(",").flatMap((range) => {
    const [from = 0, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}

/** undefined when processes cannot be pinned: no `taskset`, or a single core. */
export function choosePins(): Pins | undefined {
  const [system, mock, load = mock] = allowedCores() ?? [];
  if (system === undefined || mock === undefined || load === undefined) return undefined;
  return { system, mock, load };
}

/** Without what could change what is measured, and without the keys of whoever runs it. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), endingMs);
  await ended;
  clearTimeout(timer);
}

function startChild(options: StartOptions): Child & { readonly process: ChildProcess } {
  const pinned = options.core === undefined ? [] : ["taskset", "-c", String(options.core)];
  const [command = process.execPath, ...args] = [...pinned, process.execPath, ...options.args];
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe", ...(options.ipc ? (["ipc"] as const) : [])],
    cwd: options.cwd,
    env: bareEnvironment(),
  });
  if (child.pid === undefined) throw new Error(`${options.name} could not be started: ${command} was not found.`);
  let output = "";
  const keep = (text: string) => {
    output = (output + text).slice(-outputKept);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);

  const ended = new Promise<never>((_, reject) => {
    child.once("close", (code, signal) =>
      reject(new Error(`${options.name} ended (${signal ?? `exit code ${code}`}). It wrote last:\n${output.trim()}`)),
    );
  });
  ended.catch(() => {}); // for those who do not wait for it
  const received: unknown[] = [];
  let waiting: ((message: unknown) => void) | undefined;
  child.on("message", (message) => {
    if (waiting === undefined) received.push(message);
    else waiting(message);
    waiting = undefined;
  });
  return {
    name: options.name,
    pid: child.pid,
    process: child,
    // That it could not be sent shows in next(), with the reason.
    send: (message) => void child.send(message, () => {}),
    next: () =>
      received.length > 0
        ? Promise.resolve(received.shift())
        : Promise.race([ended, new Promise<unknown>((resolve) => (waiting = resolve))]),
    ended,
    end: () => endChild(child),
  };
}

export function createProcesses(): Processes {
  const children: ChildProcess[] = [];
  return {
    start(options) {
      const child = startChild(options);
      children.push(child.process);
      return child;
    },
    async end() {
      for (let child = children.pop(); child !== undefined; child = children.pop()) await endChild(child);
    },
  };
}
