import { Worker } from "node:worker_threads";
import type { SqliteReply, SqliteRequest } from "./messages.ts";

/** A SQLite database on a worker thread. */
export interface SqliteThread {
  /** Rejects when the thread has ended, or ends before it answers. */
  ask(request: SqliteRequest, transfer?: readonly ArrayBuffer[]): Promise<SqliteReply>;
  readonly alive: boolean;
  /** Closes the database and ends the thread. */
  close(): Promise<void>;
}

interface Asked {
  readonly resolve: (reply: SqliteReply) => void;
  readonly reject: (error: Error) => void;
}

/** `name`: for debuggers. */
export function startSqliteThread(name: string): SqliteThread {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { name });
  const asked: Asked[] = [];
  let alive = true;
  let cause: unknown;
  worker.on("message", (reply: SqliteReply) => asked.shift()?.resolve(reply));
  worker.on("error", (error) => {
    cause = error;
  });
  const ended = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      alive = false;
      for (const { reject } of asked.splice(0)) reject(new Error(`The thread '${name}' has ended.`, { cause }));
      resolve();
    });
  });

  function ask(request: SqliteRequest, transfer: readonly ArrayBuffer[] = []): Promise<SqliteReply> {
    return new Promise((resolve, reject) => {
      if (!alive) return reject(new Error(`The thread '${name}' has ended.`, { cause }));
      worker.postMessage(request, transfer);
      asked.push({ resolve, reject });
    });
  }

  return {
    ask,
    get alive() {
      return alive;
    },
    async close() {
      if (alive) await ask({ kind: "close" }).catch(() => undefined); // an ended thread is closed, too
      await ended;
    },
  };
}
