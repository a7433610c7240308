import type { ExchangeBodies, ExchangeRow } from "../core/exchange.ts";

export interface ImportedRow {
  readonly row: ExchangeRow;
  readonly bodies: ExchangeBodies | undefined;
}

/** Where imported rows go. */
export interface ImportLedger {
  /** Which of these ids the ledger has already. */
  has(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Rows that began before are removed for good: their sums are there, and would count once more. In ms since 1970. */
  rowsFrom(): Promise<number>;
  /** Resolves when all are committed. None of them may be there already. */
  write(rows: readonly ImportedRow[]): Promise<void>;
  close(): Promise<void>;
}
