import type { Kysely } from "kysely";
import type { ExchangeBodies, ExchangeRow } from "../core/exchange.ts";
import type { SqlStatement } from "./rollup-sql.ts";
import type { LedgerTables } from "./schema.ts";

/** Where the ledger is kept, as the configuration says it. */
export interface StoreLocation {
  readonly kind: "sqlite";
  /** A file, or ":memory:". */
  readonly path: string;
}

export interface Settlement {
  readonly row: ExchangeRow;
  readonly bodies: ExchangeBodies | undefined;
}

/** A database that holds the ledger. */
export interface Store {
  readonly kind: string;
  /** Without secrets. */
  readonly location: string;
  /** For reading. */
  readonly db: Kysely<LedgerTables>;
  /** For reading many rows. */
  readonly scanDb: Kysely<LedgerTables>;
  /** For single statements where the rows are written: each is a transaction of its own. */
  readonly writingDb: Kysely<LedgerTables>;
  /** Opens it and brings its schema up to date. Rejects with GatewayError "unavailable", which says what to do. */
  start(): Promise<void>;
  /**
   * Writes all or none. Resolves when they are durable. Rejects with GatewayError: "internal" when it is a row's fault,
   * "unavailable" when it is the store's.
   */
  commit(batch: readonly Settlement[]): Promise<void>;
  /**
   * Runs statements where the rows are written: all or none. Resolves with how many rows each has changed. Rejects with
   * GatewayError "unavailable".
   */
  transact(statements: readonly SqlStatement[]): Promise<readonly number[]>;
  /**
   * Writes this state, and removes what is undefined: all or nothing. Resolves when it is durable. Rejects with GatewayError
   * "unavailable".
   */
  saveState(entries: ReadonlyMap<string, string | undefined>): Promise<void>;
  close(): Promise<void>;
}
