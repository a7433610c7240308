import type { Compacted } from "../../core/ledger.ts";
import type { SqlStatement } from "../rollups/sql.ts";
import type { RowValues } from "../rows.ts";
import type { Slack } from "../store.ts";

/** What a worker thread that holds a SQLite database is asked. Each message gets one reply, in order. */
export type SqliteRequest =
  | { readonly kind: "open"; readonly path: string; readonly readonly: boolean; readonly busyTimeoutMs: number }
  | { readonly kind: "query"; readonly sql: string; readonly parameters: readonly unknown[] }
  | CommitRequest
  | SaveRequest
  | TransactionRequest
  | { readonly kind: "shrink" }
  /** Of a file that is not open, here or elsewhere. */
  | { readonly kind: "compact"; readonly path: string }
  | { readonly kind: "close" };

/**
 * Rows as arrays of values: of what was measured the cheapest to hand over, at half the cost of objects. The bytes of all
 * bodies come in one buffer that changes hands, since cloning a view would clone the whole pool behind it.
 */
export interface CommitRequest {
  readonly kind: "commit";
  readonly rows: readonly RowValues[];
  /** Of each of `rows`, in JSON. */
  readonly trails: readonly (string | undefined)[];
  readonly bodies: readonly BodySpan[];
  /** The request's and the response's bytes of each of `bodies`, end to end. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Rows that began before count in no rollup. In ms since 1970. */
  readonly summedBefore: number;
}

export interface BodySpan {
  /** Index of the row they belong to. Spans come in the order of the rows. */
  readonly row: number;
  /** Lengths in bytes. */
  readonly request: number;
  readonly response: number;
  readonly truncated: boolean;
}

/** State to be written in one transaction. */
export interface SaveRequest {
  readonly kind: "save";
  /** undefined: to be removed. */
  readonly entries: ReadonlyMap<string, string | undefined>;
  /** ms since 1970. */
  readonly at: number;
}

/** Statements that give no rows, to be run in one transaction. */
export interface TransactionRequest {
  readonly kind: "transaction";
  readonly statements: readonly SqlStatement[];
}

export interface SlackReply extends Slack {
  readonly kind: "slack";
}

export interface CompactReply extends Compacted {
  readonly kind: "compacted";
}

export type SqliteReply =
  | { readonly kind: "done" }
  /** How many rows each statement has changed. */
  | { readonly kind: "changes"; readonly changes: readonly number[] }
  | { readonly kind: "rows"; readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | SlackReply
  | CompactReply
  /** `code`: SQLite's, for example "SQLITE_FULL"; empty when the error was not SQLite's. */
  | { readonly kind: "fault"; readonly code: string; readonly message: string };
