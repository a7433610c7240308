import type { ExchangeBodies, ExchangeRow } from "../core/exchange.ts";
import type { Compacted } from "../core/ledger.ts";
import type { SqlStatement } from "./rollups/sql.ts";
import { type RowValues, rowValues } from "./rows.ts";
import { requestColumns } from "./schema.ts";
import type { LedgerDb } from "./sql-flavor.ts";
import { trailText } from "./trails.ts";

export interface Settlement {
  readonly row: ExchangeRow;
  readonly bodies: ExchangeBodies | undefined;
}

/** A row as stores have it. */
export interface StoredRow {
  readonly values: RowValues;
  /** undefined: its values say it, or it has none, as those of the first versions. */
  readonly trail: string | undefined;
  readonly bodies: ExchangeBodies | undefined;
}

export function storedRow({ row, bodies }: Settlement): StoredRow {
  const values = rowValues(row);
  return { values, trail: values[usualTrailAt] === null ? trailText(row.trail) : undefined, bodies };
}

const usualTrailAt = requestColumns.indexOf("usual_trail");

/** What is free in a store beyond the little that it keeps for what comes next. */
export interface Slack {
  readonly freeBytes: number;
  /** Whether it can be given back while the store is in use. */
  readonly canShrink: boolean;
}

/** A database that holds the ledger. */
export interface Store {
  readonly kind: string;
  /** Without secrets. */
  readonly location: string;
  /** For reading. */
  readonly db: LedgerDb;
  /** For reading many rows. */
  readonly scanDb: LedgerDb;
  /** For single statements where the rows are written: each is a transaction of its own. */
  readonly writingDb: LedgerDb;
  /** Opens it and brings its schema up to date. Rejects with GatewayError "unavailable", which says what to do. */
  start(): Promise<void>;
  /**
   * Writes all or none, but for rows whose id is there already: they are left as they are, with all that belongs to them,
   * since it may be unknown what became of a commit. None at all: asks whether the store can be written. Resolves when they
   * are durable. Rejects with GatewayError: "internal" when it is a row's fault, "unavailable" when it is the store's.
   */
  commit(batch: readonly Settlement[]): Promise<void>;
  /**
   * The same for rows of another store. Those that began before `summedBefore`, in ms since 1970, are in its sums already.
   */
  copyIn(rows: readonly StoredRow[], summedBefore: number): Promise<void>;
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
  /** How many bytes it holds, without the room that is free in it. Rejects with GatewayError "unavailable". */
  size(): Promise<number>;
  /** Gives room that is free in it back, for some ms, where the rows are written. Rejects with GatewayError "unavailable". */
  shrink(): Promise<Slack>;
  /**
   * Gives all room that is free in it back. Nobody may have it open. Rejects with GatewayError: "unavailable" when somebody
   * has, "invalid_request" when there is no such thing for it.
   */
  compact(): Promise<Compacted>;
  close(): Promise<void>;
}
