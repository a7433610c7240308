import type { ExchangeBodies, ExchangeRow } from "../core/exchange.ts";

export interface ImportedRow {
  readonly row: ExchangeRow;
  readonly bodies: ExchangeBodies | undefined;
}

/** Where imported rows go. */
export interface ImportLedger {
  /** Which of these ids the ledger has already. */
  has(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Resolves when all are committed. None of them may be there already. */
  write(rows: readonly ImportedRow[]): Promise<void>;
  close(): Promise<void>;
}
