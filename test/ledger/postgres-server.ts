import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  chownSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { StoreLocation } from "../../src/core/ledger.ts";

const debianFolder = "/usr/lib/postgresql";
const missing =
  "There is no postgres with initdb on the PATH, nor in /usr/lib/postgresql: install the package postgresql.";

/** Where PostgreSQL's programs are. */
const programs: string | undefined = findPrograms();

/** Whether tests of PostgreSQL are left out, as they are where there is none. In CI they run all the same, and fail. */
export const withoutPostgres: boolean = programs === undefined && process.env.CI === undefined;

if (withoutPostgres) console.warn(`SKIPPED: tests on PostgreSQL. ${missing}`);

function findPrograms(): string | undefined {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const versions = isReadable(debianFolder) ? readdirSync(debianFolder) : [];
  const ofDebian = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(debianFolder, version, "bin"));
  return [...onPath, ...ofDebian].find((folder) =>
    ["postgres", "initdb"].every((name) => isReadable(join(folder, name), constants.X_OK)),
  );
}

function isReadable(path: string, mode = constants.R_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to be run by root: somebody else has to. undefined: we are not root. */
function somebodyElse(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const line = ["postgres:", "nobody:"].flatMap((name) => users.filter((user) => user.startsWith(name)))[0] ?? "";
  const [, , uid, gid] = line.split(":").map(Number);
  if (uid === undefined || gid === undefined) throw new Error("There is no user to run PostgreSQL as.");
  return { uid, gid };
}

const user = "causeway";
export const password = "p4ss-w0rd";

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  readonly port: number;
  /** A new, empty database. */
  createDatabase(): Promise<StoreLocation & { readonly kind: "postgres" }>;
  /** As somebody who may do everything; the rows of the last statement. */
  run(database: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Starts it, as it was stopped: at the same port with the same data. */
  start(): Promise<void>;
  /** Breaks all connections. */
  stop(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** Makes a server with its data in a folder of its own, on a port that is free. It is not running yet. */
export async function createPostgresServer(): Promise<PostgresServer> {
  if (programs === undefined) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), "causeway-postgres-"));
  const owner = somebodyElse();
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  if (owner !== undefined) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const data = join(folder, "data");
  const options = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--encoding=UTF8", "--locale=C", "--no-sync"];
  const initdb = join(programs, "initdb");
  await promisify(execFile)(initdb, ["-D", data, "-U", user, ...options], { cwd: folder, ...owner });
  const port = await freePort();
  let ended: Promise<unknown> | undefined;
  let end: () => void = () => {};
  let databases = 0;

  async function run(database: string, sql: string) {
    const client = new pg.Client({ host: "127.0.0.1", port, user, password, database });
    client.on("error", () => {});
    await client.connect();
    try {
      const result: pg.QueryResult | pg.QueryResult[] = await client.query(sql);
      return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<void> {
    const settings = { port, listen_addresses: "127.0.0.1", unix_socket_directories: folder, fsync: "off" };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // The shell ends the server when the pipe breaks: also if this process is killed.
    const script = '"$0" "$@" & read -r _; kill -INT $!; wait $!';
    const child = spawn("sh", ["-c", script, join(programs ?? "", "postgres"), "-D", data, ...args], {
      cwd: folder,
      stdio: ["pipe", "ignore", "pipe"],
      ...owner,
    });
    let log = "";
    child.stderr.on("data", (text) => (log += text));
    ended = once(child, "exit");
    end = () => void child.stdin.end("\n");
    const isUp = (): Promise<boolean> =>
      run("postgres", "select 1").then(
        () => true,
        () => false,
      );
    while (!(await isUp())) {
      if (child.exitCode !== null || /FATAL.*(could not|cannot)/.test(log))
        throw new Error(`PostgreSQL did not start: ${log}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function stop(): Promise<void> {
    end();
    await ended;
  }

  return {
    port,
    run,
    start,
    stop,
    async createDatabase() {
      databases += 1;
      const name = `ledger_${databases}`;
      await run("postgres", `create database ${name}`);
      return {
        kind: "postgres",
        url: `postgres://${user}:${password}@127.0.0.1:${port}/${name}`,
        location: `postgres://${user}@127.0.0.1:${port}/${name}`,
      };
    },
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a port has a number");
  return address.port;
}
