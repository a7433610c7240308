import type { ExchangeRow, ExchangeStatus } from "./exchange.ts";
import type { Trail } from "./trail.ts";

/** A row as it is read: its error code may be one of an older or newer version. */
export type LedgerRow = Omit<ExchangeRow, "errorCode" | "trail"> & { readonly errorCode: string };

/** Which rows. All that is set has to hold; an empty list holds for every row. */
export interface RowFilter {
  /** Started at or after, in ms since 1970. */
  readonly from?: number | undefined;
  /** Started before, in ms since 1970. */
  readonly to?: number | undefined;
  readonly providers?: readonly string[];
  readonly models?: readonly string[];
  readonly aliases?: readonly string[];
  readonly statuses?: readonly ExchangeStatus[];
  readonly facades?: readonly string[];
  /** Rows whose cost is unknown are left out when one of these is set. */
  readonly minCostNanoUsd?: bigint | undefined;
  readonly maxCostNanoUsd?: bigint | undefined;
}

/** Sums over rows, with the meanings of causeway.stats.v1.Totals. */
export interface Totals {
  readonly requests: bigint;
  readonly ok: bigint;
  readonly errors: bigint;
  readonly cancelled: bigint;
  readonly inputTokens: bigint;
  readonly cacheReadTokens: bigint;
  readonly cacheWriteTokens: bigint;
  readonly outputTokens: bigint;
  readonly reasoningTokens: bigint;
  readonly costNanoUsd: bigint;
  readonly unknownCost: bigint;
  readonly meanDurationUs: bigint;
  readonly meanFirstTokenUs: bigint;
}

export interface TotalsGroup {
  readonly name: string;
  readonly totals: Totals;
}

export interface LedgerSummary {
  readonly totals: Totals;
  /** "provider/model". All groups: the most expensive first. Rows without the name are in none. */
  readonly byModel: readonly TotalsGroup[];
  readonly byProvider: readonly TotalsGroup[];
  readonly byAlias: readonly TotalsGroup[];
  readonly byFacade: readonly TotalsGroup[];
  /** Of the failed rows; the most frequent first. */
  readonly errors: readonly { readonly code: string; readonly requests: bigint; readonly lastMessage: string }[];
}

/** A place between two rows. Rows are ordered by start, then by id. */
export interface RowCursor {
  readonly startedAt: number;
  readonly id: string;
}

export interface LedgerEntry {
  readonly row: LedgerRow;
  /** undefined: the row is from a version that kept none. */
  readonly trail: Trail | undefined;
  /** undefined: not kept. */
  readonly bodies:
    | { readonly request: Uint8Array; readonly response: Uint8Array; readonly truncated: boolean }
    | undefined;
}

/** The ledger, for reading. All methods reject with GatewayError "unavailable" when the store cannot be read. */
export interface LedgerReader {
  summary(filter: RowFilter): Promise<LedgerSummary>;
  /** `bounds`: n + 1 rising times in ms since 1970. Gives the sums over the n spans between them. */
  series(filter: RowFilter, bounds: readonly number[]): Promise<Totals[]>;
  /** Newest first, those older than `before`. */
  list(filter: RowFilter, limit: number, before: RowCursor | undefined): Promise<LedgerRow[]>;
  find(id: string): Promise<LedgerEntry | undefined>;
  /** By the id that the client knows the answer by; the newest, should a provider have given it twice. */
  findAnswer(answerId: string): Promise<LedgerEntry | undefined>;
  /**
   * Rows as they are committed, from now on; ends when the signal aborts. A consumer that falls too far behind gets
   * GatewayError "unavailable", which says how many rows it has missed, instead of more memory.
   */
  watch(wanted: (row: LedgerRow) => boolean, signal: AbortSignal): AsyncIterable<LedgerRow>;
}

export interface StoreStatus {
  /** For example "sqlite". */
  readonly kind: string;
  /** Without secrets. */
  readonly location: string;
  /** Whether the last commit went well, and the store is open. */
  readonly writable: boolean;
  /** Rows that are not committed yet. */
  readonly pending: number;
}
