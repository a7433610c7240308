import pg from "pg";
import { GatewayError } from "../../core/error.ts";
import { parameterOf, valueTypes, withNumbers } from "./values.ts";

export interface PostgresRows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many rows the statement gave or changed. */
  readonly count: number;
}

/** A connection on loan. */
export interface PostgresLease {
  /**
   * Runs a statement with ? for its parameters; several without. Where those before it still run, it waits for them in the
   * server. `patienceMs`: the server's own, where it differs from the pool's. Rejects with what `pg` throws.
   */
  run(sql: string, parameters?: readonly unknown[], patienceMs?: number): Promise<PostgresRows>;
  /** Gives it back: closed when something was wrong with it, else for others. */
  release(): void;
}

export interface PostgresPool {
  /** Waits until one is free. Rejects with what `pg` throws, or GatewayError "unavailable" when it is closed. */
  lease(): Promise<PostgresLease>;
  /** Waits for what is on loan. */
  close(): Promise<void>;
}

export interface PostgresPoolOptions {
  readonly url: string;
  readonly connections: number;
  /** How long a statement may take, in ms. */
  readonly statementMs: number;
  /** How long it may wait for other connections' locks, in ms. */
  readonly lockMs: number;
}

/** A connection may take as long as a lock, but at least so many ms. */
const leastConnectMs = 1000;

/** How much longer than the server's the patience of this side is: it counts only when the server is gone or hangs. */
const graceMs = 5_000;

/**
 * Connections to PostgreSQL, made when they are needed, and anew when they have broken. A statement that takes too long is
 * ended by the server, and given up here if that says nothing more.
 */
export function createPostgresPool({ url, connections, statementMs, lockMs }: PostgresPoolOptions): PostgresPool {
  let current: pg.Pool | undefined;
  let closed = false;
  let free = connections;
  const waiting: (() => void)[] = [];

  /** In the pool of `pg`, those who wait for a free connection would give up as soon as those who wait for a new one. */
  async function take(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function giveBack(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  function makePool(): pg.Pool {
    const pool = new pg.Pool({
      connectionString: url,
      Client,
      max: connections,
      min: 1,
      connectionTimeoutMillis: Math.max(lockMs, leastConnectMs),
      keepAlive: true,
      pipeline: true,
      types: valueTypes,
      fallback_application_name: "causeway",
      // Not as parameters of the connection: poolers refuse those that they do not know.
      onConnect: async (client) => {
        await client.query(
          `set statement_timeout = ${statementMs}; set lock_timeout = ${lockMs}; set jit = off; ` +
            "set bytea_output = hex; set client_min_messages = warning; set default_transaction_isolation = 'read committed'",
        );
      },
    });
    // A connection may break while nobody uses it, or between two statements: who uses it next is told.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    return pool;
  }

  return {
    async lease() {
      await take();
      try {
        if (closed) throw new GatewayError("unavailable", "The ledger is closed already.");
        current ??= makePool();
        return leaseOf(await current.connect(), statementMs, giveBack);
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await current?.end();
    },
  };
}

/** Hangs up where it is not let in: `pg` would keep the line open, and the process with it. */
class Client extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
    if (callback === undefined) return super.connect();
    super.connect((error: Error) => {
      if (error) void this.end();
      callback(error);
    });
    return undefined;
  }
}

/** What is missing in the types of `pg`. */
interface TimedQuery extends pg.QueryConfig {
  readonly query_timeout: number;
}

function leaseOf(client: pg.PoolClient, statementMs: number, onReleased: () => void): PostgresLease {
  let broken = false;
  return {
    async run(sql, parameters = [], patienceMs = statementMs) {
      try {
        const config: TimedQuery = {
          text: withNumbers(sql),
          values: parameters.map(parameterOf),
          query_timeout: patienceMs + graceMs,
        };
        const result: pg.QueryResult | pg.QueryResult[] = await client.query(config);
        const last = Array.isArray(result) ? result.at(-1) : result; // of several statements
        return { rows: last?.rows ?? [], count: last?.rowCount ?? 0 };
      } catch (error) {
        broken ||= !(error instanceof pg.DatabaseError);
        throw error;
      }
    },
    release() {
      client.release(broken);
      onReleased();
    },
  };
}
