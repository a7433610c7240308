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
  readonly accessKeys?: readonly string[];
  readonly clients?: readonly string[];
  readonly errorCodes?: readonly string[];
  readonly credentials?: readonly string[];
  readonly endUserIds?: readonly string[];
  readonly sessions?: readonly string[];
  /** Rows that have at least one of these. */
  readonly tags?: readonly string[];
  readonly stream?: boolean | undefined;
  readonly minDurationUs?: bigint | undefined;
  readonly maxDurationUs?: bigint | undefined;
  /** In the error message, the client's name for the model or the text of a kept body, whatever the case. Empty: any. */
  readonly text?: string;
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
  /** Of the cache writes: those for 1 hour. */
  readonly cacheWrite1hTokens: bigint;
  readonly outputTokens: bigint;
  readonly reasoningTokens: bigint;
  readonly inputAudioTokens: bigint;
  readonly outputAudioTokens: bigint;
  readonly costNanoUsd: bigint;
  readonly unknownCost: bigint;
  readonly cacheSavedNanoUsd: bigint;
  readonly meanDurationUs: bigint;
  readonly meanFirstTokenUs: bigint;
  /** Over the rows answered whole. undefined: there are none, or they were not asked for. */
  readonly duration: Percentiles | undefined;
  /** Over the rows answered whole. */
  readonly firstToken: Percentiles | undefined;
  /** Over the rows that were streamed and answered whole: after the first token. undefined: there are none. */
  readonly outputTokensPerSecond: number | undefined;
}

/** How much was going on. */
export type Heat = Pick<Totals, "requests" | "errors" | "inputTokens" | "outputTokens" | "costNanoUsd" | "unknownCost">;

/** In µs. At most a 32nd off from what was measured. */
export interface Percentiles {
  readonly p50Us: bigint;
  readonly p95Us: bigint;
  readonly p99Us: bigint;
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
  readonly byAccessKey: readonly TotalsGroup[];
  readonly byClient: readonly TotalsGroup[];
  /** Of the failed rows; the most frequent first. */
  readonly errors: readonly { readonly code: string; readonly requests: bigint; readonly lastMessage: string }[];
}

/** What rows are listed by. "tokens": input and output together. */
export type RowOrderBy = "start" | "cost" | "duration" | "tokens";

/** Rows of the same place are ordered by id. */
export interface RowOrder {
  readonly by: RowOrderBy;
  readonly ascending: boolean;
}

/** A place behind a row. */
export interface RowCursor {
  readonly place: bigint;
  readonly id: string;
}

/** Where a row stands in an order: in ms, nano-dollars, µs or tokens. What is unknown comes before 0. */
export function placeOf(row: LedgerRow, by: RowOrderBy): bigint {
  switch (by) {
    case "start":
      return BigInt(row.startedAt);
    case "cost":
      return row.costNanoUsd ?? -1n;
    case "duration":
      return BigInt(row.durationUs);
    case "tokens":
      return row.usage === undefined ? -1n : BigInt(row.usage.inputTokens) + BigInt(row.usage.outputTokens);
    default:
      return by satisfies never;
  }
}

/** Values that a filter can be set to, each list in alphabetic order. */
export interface FilterValues {
  readonly providers: readonly string[];
  readonly models: readonly string[];
  readonly aliases: readonly string[];
  readonly facades: readonly string[];
  readonly accessKeys: readonly string[];
  readonly clients: readonly string[];
  readonly errorCodes: readonly string[];
  /** Of the newest rows alone, as the next three. */
  readonly credentials: readonly string[];
  readonly endUserIds: readonly string[];
  readonly sessions: readonly string[];
  readonly tags: readonly string[];
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
  /** The same for many spans: with few sums, in less time. */
  heat(filter: RowFilter, bounds: readonly number[]): Promise<Heat[]>;
  /** What there is to filter by among the rows that a filter lets through. */
  values(filter: RowFilter): Promise<FilterValues>;
  /** Those behind `after`. Any order but by start, and any text, reads all the rows that the filter lets through. */
  list(filter: RowFilter, limit: number, after?: RowCursor, order?: RowOrder): Promise<LedgerRow[]>;
  find(id: string): Promise<LedgerEntry | undefined>;
  /** From when on there are rows, in ms since 1970: of those before, which retention has removed, only sums are kept. */
  rowsFrom(): Promise<number>;
  /** Which of these ids there are rows of; some thousands at most. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** By the id that the client knows the answer by; the newest, should a provider have given it twice. */
  findAnswer(answerId: string): Promise<LedgerEntry | undefined>;
  /**
   * Rows as they become durable, from now on; ends when the signal aborts. A consumer that falls too far behind gets
   * GatewayError "unavailable", which says how many rows it has missed, instead of more memory.
   */
  watch(wanted: (row: LedgerRow) => boolean, signal: AbortSignal): AsyncIterable<LedgerRow>;
}

/** What rows are paged by, where places are counted. "model": the client's name for it. */
export type PageOrderBy = RowOrderBy | "model";

export interface RowPage {
  readonly by: PageOrderBy;
  readonly ascending: boolean;
  /** How many rows to leave out. All of them are read. */
  readonly offset: number;
  readonly limit: number;
}

/** How fast rows were answered that have output tokens and took time. */
export interface SpeedGroup {
  readonly alias: string;
  readonly requests: number;
  /** Output tokens, each row's by the whole of its duration: their mean, the slowest and the fastest. */
  readonly tokensPerSecond: { readonly mean: number; readonly least: number; readonly most: number };
  readonly meanDurationUs: number;
  /** Over the rows whose cost is known. null: there is none. */
  readonly meanCostNanoUsd: number | null;
}

/** What was asked for of one model with one credential, whatever became of it. */
export interface CredentialUse
  extends Pick<
    Totals,
    "requests" | "inputTokens" | "cacheReadTokens" | "outputTokens" | "costNanoUsd" | "unknownCost"
  > {
  readonly provider: string;
  /** Masked. "": the provider needs none. */
  readonly credential: string;
  readonly model: string;
  /** The start of the newest row, in ms since 1970. */
  readonly lastUsedAt: number;
}

/** What only rows can tell: of those that were removed with only their sums kept, nothing. Rejects as LedgerReader does. */
export interface LedgerFigures {
  /** Rows by their place, counted from the first; rows of the same place are ordered by id. */
  page(filter: RowFilter, page: RowPage): Promise<LedgerRow[]>;
  /** By alias, over the newest 100,000 rows that the filter lets through. */
  speeds(filter: RowFilter): Promise<SpeedGroup[]>;
  /** By provider, credential and model, over the newest 100,000 rows. */
  uses(): Promise<CredentialUse[]>;
}

/** How long what is kept. undefined: for good. */
export interface Retention {
  /** Bodies of rows that started longer ago go, in ms. */
  readonly bodiesMs: number | undefined;
  /** Rows that started longer ago go, with their bodies and trails, in ms: whole days in UTC. */
  readonly rowsMs: number | undefined;
  /** While the store holds more bytes, the oldest bodies go; when there are none left, the oldest days' rows. */
  readonly sizeBytes: number | undefined;
}

/** What a retention has removed. Sums over periods stay what they were. */
export interface Removed {
  readonly rows: number;
  /** With those of the rows. */
  readonly bodies: number;
  /** As the bodies were stored. */
  readonly bytes: number;
  /** The latest start of a row that was removed, or whose bodies were, in ms since 1970. undefined: nothing was removed. */
  readonly until: number | undefined;
}

/** What a retention would remove. Times in ms since 1970; undefined: it does not say. */
export interface Outlook {
  /** Rows that started before `rowsBefore`. */
  readonly rows: number;
  readonly rowsBefore: number | undefined;
  /** Bodies of rows that started before `bodiesBefore` or `rowsBefore`. */
  readonly bodies: number;
  readonly bodiesBefore: number | undefined;
  /** As those bodies are stored. */
  readonly bytes: number;
  /** What the store holds now, without the room that is free in it. */
  readonly sizeBytes: number;
}

/** Removes rows, for good. */
export interface LedgerEraser {
  /**
   * The rows of failed requests that started in a period, with their bodies and trails; sums are then as if they had never
   * been. Sums that have outlived their rows stay. Part by part: what was removed before a failure stays so. Resolves with
   * how many rows were removed. Rejects with GatewayError "unavailable".
   */
  deleteErrors(from: number, to: number): Promise<number>;
}

/** A rollup that is not what its rows come to. */
export interface RollupDifference {
  /** In ms since 1970. */
  readonly start: number;
  readonly spanMs: number;
  /** Of which rows, for people. */
  readonly series: string;
  /** Which of its columns are wrong. Empty: it is missing, or it should not be there. */
  readonly columns: readonly string[];
  readonly kind: "missing" | "wrong" | "surplus";
}

/** Sizes of a store in bytes. */
export interface Compacted {
  readonly before: number;
  readonly after: number;
}

/** What is done for a store from outside of a gateway; all but the compacting also while one writes to it. */
export interface LedgerAudit {
  /** Holds the sums against the rows. Resolves with how many rollups were looked at. Rejects with GatewayError "unavailable". */
  verify(report: (difference: RollupDifference) => void, signal: AbortSignal): Promise<number>;
  /** Makes all rollups anew. Resolves with how many were made. Rejects with GatewayError "unavailable". */
  rebuild(signal: AbortSignal): Promise<number>;
  /** What `prune` would remove at this moment. Rejects with GatewayError "unavailable". */
  outlook(retention: Retention): Promise<Outlook>;
  /** Removes what is not to be kept. Rejects with GatewayError "unavailable". */
  prune(retention: Retention, signal: AbortSignal): Promise<Removed>;
  /**
   * Gives all room that is free in the store back, and has it do so by itself from then on. Rejects with GatewayError:
   * "unavailable" while a gateway runs on it, "invalid_request" where a store of its kind needs no such thing.
   */
  compact(): Promise<Compacted>;
  close(): Promise<void>;
}

export interface StoreFailure {
  /** In ms since 1970. */
  readonly since: number;
  /** The last one's, for people. */
  readonly message: string;
}

export interface JournalStatus {
  readonly path: string;
  /** Rows that wait. */
  readonly rows: number;
  /** What they take, and how much may be taken. */
  readonly bytes: number;
  readonly roomBytes: number;
  /** Whether it could take more of them. */
  readonly takesRows: boolean;
}

/** Where the ledger is kept, as the configuration says it. */
export type StoreLocation =
  | {
      readonly kind: "sqlite";
      /** A file's absolute path, or ":memory:". */
      readonly path: string;
    }
  | {
      readonly kind: "postgres";
      /** As `pg` takes it: with a password. */
      readonly url: string;
      /** The same, for people: without secrets. */
      readonly location: string;
    };

export interface StoreStatus {
  /** For example "sqlite". */
  readonly kind: string;
  /** Without secrets. */
  readonly location: string;
  /** Whether the last commit went well, and the store is open. */
  readonly writable: boolean;
  /** Rows that are not committed yet, and do not wait in the journal. */
  readonly pending: number;
  /** Why rows are not written to it. undefined: they are. */
  readonly failure?: StoreFailure | undefined;
  /** Where rows wait while they cannot be written. undefined: nowhere. */
  readonly journal?: JournalStatus | undefined;
  /** Whether new calls are refused, since their rows could not be written or are not to wait. */
  readonly refusing?: boolean | undefined;
  /** How much it holds, of late, without the room that is free in it. undefined: not known yet. */
  readonly sizeBytes?: number | undefined;
  /** Rows that started before were removed, in ms since 1970, with only their sums kept. undefined or 0: none were. */
  readonly rowsFrom?: number | undefined;
}
