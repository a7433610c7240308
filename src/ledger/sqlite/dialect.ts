import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";

/** Rows as arrays of values, in the order of the columns. */
export interface QueriedRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

type RunQuery = (sql: string, parameters: readonly unknown[]) => Promise<QueriedRows>;

/** Kysely over a SQLite database that is asked through messages. */
export const sqliteDialect = (run: RunQuery): Dialect => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => sqliteDriver(run),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

function sqliteDriver(run: RunQuery): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery) {
      const { columns, rows } = await run(sql, parameters);
      const named = rows.map((values) => {
        const row: Record<string, unknown> = {};
        for (let at = 0; at < columns.length; at += 1) row[columns[at] ?? ""] = values[at];
        return row;
      });
      return { rows: named as Row[] }; // what the statement's columns are is known to Kysely's types alone
    },
    async *streamQuery() {
      yield* [];
      throw new Error("Queries are not streamed from the thread: read in pages.");
    },
  };
  const execute = async (sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  const nothing = async (): Promise<void> => {};
  return {
    init: nothing,
    acquireConnection: async () => connection,
    // "immediate" takes the write lock at once: two processes that start together migrate one after the other.
    beginTransaction: () => execute("begin immediate"),
    commitTransaction: () => execute("commit"),
    rollbackTransaction: () => execute("rollback"),
    releaseConnection: nothing,
    destroy: nothing,
  };
}
