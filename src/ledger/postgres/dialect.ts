import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import type { PostgresLease, PostgresPool } from "./pool.ts";

class Connection implements DatabaseConnection {
  readonly lease: PostgresLease;
  readonly #faultOf: (error: unknown) => Error;

  constructor(lease: PostgresLease, faultOf: (error: unknown) => Error) {
    this.lease = lease;
    this.#faultOf = faultOf;
  }

  async executeQuery<Row>({ sql, parameters }: Pick<CompiledQuery, "sql" | "parameters">) {
    try {
      const { rows, count } = await this.lease.run(sql, parameters);
      return { rows: rows as Row[], numAffectedRows: BigInt(count) }; // what the columns are is known to Kysely's types alone
    } catch (error) {
      throw this.#faultOf(error);
    }
  }

  async *streamQuery() {
    yield* [];
    throw new Error("Queries are not streamed: read in pages.");
  }
}

/** Kysely over a pool. `begin`: how a transaction begins. `faultOf`: a statement's error as that of those who asked. */
export const postgresDialect = (pool: PostgresPool, begin: string, faultOf: (error: unknown) => Error): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createDriver() {
    const run = async (connection: DatabaseConnection, sql: string): Promise<void> => {
      if (connection instanceof Connection) await connection.executeQuery({ sql, parameters: [] });
    };
    return {
      init: async () => {},
      async acquireConnection() {
        try {
          return new Connection(await pool.lease(), faultOf);
        } catch (error) {
          throw faultOf(error);
        }
      },
      beginTransaction: (connection) => run(connection, begin),
      commitTransaction: (connection) => run(connection, "commit"),
      rollbackTransaction: (connection) => run(connection, "rollback"),
      async releaseConnection(connection) {
        if (connection instanceof Connection) connection.lease.release();
      },
      destroy: async () => {},
    };
  },
});
