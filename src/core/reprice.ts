/** Which rows to price anew. */
export interface RepriceScope {
  /** Started at or after, in ms since 1970. */
  readonly from: number;
  /** Started before, in ms since 1970. */
  readonly to: number;
  /** "provider/model", that of the answer or of any other attempt. */
  readonly isWanted: (target: string) => boolean;
  /** Only rows whose cost is not known. */
  readonly unknownOnly: boolean;
  /** Change nothing. */
  readonly dryRun: boolean;
}

/** What a row comes to. Money in nano-dollars; null: not known. */
export interface PricedRow {
  readonly costNanoUsd: bigint | null;
  readonly cacheSavedNanoUsd: bigint | null;
  readonly priceVersion: string;
}

export interface Repriced {
  /** "provider/model". */
  readonly target: string;
  readonly before: PricedRow;
  readonly after: PricedRow;
}

/** Why a row that would come to something else keeps what it has. */
export type RepriceKept =
  /** Its cost is the word of a provider or of another program, and no entry of the configuration says better. */
  | "told"
  /** Its price was known, and is not any more. */
  | "unpriced"
  /** Several attempts have taken something, and its trail does not say which took what. */
  | "unclear";

/** How many rows were looked at, and how many of them keep their cost. */
export interface RepriceCounts {
  readonly rows: number;
  readonly kept: Readonly<Record<RepriceKept, number>>;
}

export interface RepriceWatcher {
  /** Called for each row that has changed, or would have. */
  changed(change: Repriced): void;
  /** Called from time to time: how many rows were read, wanted or not, and when the last of them started, in ms since 1970. */
  reached(rows: number, startedAt: number): void;
}

/** Computes costs and savings of rows anew: also while a gateway writes to the same store. */
export interface LedgerRepricing {
  /**
   * Part by part: what was changed before a failure stays so, with the sums over it. Rejects with GatewayError "unavailable",
   * or with the signal's reason.
   */
  reprice(scope: RepriceScope, watcher: RepriceWatcher, signal: AbortSignal): Promise<RepriceCounts>;
  close(): Promise<void>;
}
