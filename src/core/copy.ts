/** What a copy has come to so far. */
export interface CopyCounts {
  /** Rows that were looked at. */
  readonly rows: number;
  /** Those of them that were there already. */
  readonly there: number;
  /** Those that the other ledger removes: they are in its sums. */
  readonly removed: number;
  /** Bodies that were written. */
  readonly bodies: number;
}

/** What differs between two ledgers once one was copied into the other. */
export interface CopyDifference {
  /** Which rows, or sums: by their start, in ms since 1970. */
  readonly from: number;
  readonly to: number;
  /** For people: "1 row is missing or different", "3 sums over rows that are gone". */
  readonly what: string;
}

export interface CopyReport extends CopyCounts {
  /** Sums over rows that the other ledger has removed, and which were written. */
  readonly oldSums: number;
  /** Entries of state that were written. */
  readonly state: number;
}

/** Brings all of one ledger into another: also while gateways write to them. */
export interface LedgerCopy {
  /** How many rows there are to be copied. Rejects with GatewayError "unavailable". */
  count(): Promise<number>;
  /**
   * Part by part: what was copied before a failure stays, and is left out the next time. What was copied is compared.
   * Rejects with GatewayError "unavailable", or with the signal's reason.
   */
  run(
    progress: (counts: CopyCounts) => void,
    differs: (difference: CopyDifference) => void,
    signal: AbortSignal,
  ): Promise<CopyReport>;
  close(): Promise<void>;
}
