import type { ExchangeRow } from "../../core/exchange.ts";
import type { ImportedRow, ImportLedger } from "../ledger.ts";
import { type RowOptions, translate } from "./row.ts";
import { type ApantliRow, openApantli, type Sums } from "./source.ts";

export interface ApantliImport extends RowOptions {
  readonly path: string;
  /** undefined: there is none yet. */
  readonly ledger: ImportLedger | undefined;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Called with how many rows have been read. */
  readonly onProgress?: (rows: number) => void;
}

export interface ApantliReport {
  /** What the database comes to, as SQLite says. */
  readonly source: Sums;
  /** Rows that were written, or with a dry run would have been. */
  readonly imported: Sums;
  /** Rows of earlier imports. */
  readonly present: Sums;
  readonly skipped: Sums;
  /** The first of those, by their ids in apantli's table. */
  readonly skips: readonly { readonly id: number; readonly why: string }[];
  /** Of the imported rows: credentials taken out, and in how many rows there were some. */
  readonly secrets: number;
  readonly rowsWithSecrets: number;
  readonly errors: number;
  readonly unpriced: number;
  readonly withoutUsage: number;
  readonly unreadable: number;
  readonly truncated: number;
}

/** As many are told one by one. */
const mostSkips = 20;

/**
 * Brings apantli's rows into the ledger, some at a time. Rows of an earlier run are known by their ids and left alone, so
 * one that was interrupted can be run again. Throws ImportError when the file is no database of apantli's.
 */
export async function importApantli(options: ApantliImport): Promise<ApantliReport> {
  const { path, ledger, dryRun, signal, onProgress } = options;
  const source = openApantli(path);
  try {
    const tally = createTally();
    const rowsFrom = (await ledger?.rowsFrom()) ?? 0;
    for (const page of source.pages()) {
      signal.throwIfAborted();
      const fresh = await take(page, options, rowsFrom, tally);
      if (!dryRun && fresh.length > 0) await ledger?.write(fresh);
      onProgress?.(tally.read());
    }
    return { source: source.sums, ...tally.report() };
  } finally {
    source.close();
  }
}

/** Those of a page that the ledger does not have. */
async function take(
  page: readonly ApantliRow[],
  options: ApantliImport,
  rowsFrom: number,
  tally: Tally,
): Promise<ImportedRow[]> {
  const rows = page.flatMap((from) => {
    const translated = translate(from, options);
    const isKept = translated.kind === "row" && translated.row.startedAt >= rowsFrom;
    if (isKept) return [translated];
    tally.skip(from, translated.kind === "row" ? removed(rowsFrom) : translated.why);
    return [];
  });
  const known = (await options.ledger?.has(rows.map(({ row }) => row.id))) ?? new Set();
  return rows.flatMap((translated) => {
    const isPresent = known.has(translated.row.id);
    tally.add(translated, isPresent);
    return isPresent ? [] : [{ row: translated.row, bodies: translated.bodies }];
  });
}

const removed = (rowsFrom: number): string =>
  `it began before ${new Date(rowsFrom).toISOString().slice(0, 10)}, and the ledger has removed what is that old ` +
  "('ledger.retention'): it may have counted it already";

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const [imported, present, skipped] = [newSums(), newSums(), newSums()];
  const skips: { id: number; why: string }[] = [];
  const counts = {
    secrets: 0,
    rowsWithSecrets: 0,
    errors: 0,
    unpriced: 0,
    withoutUsage: 0,
    unreadable: 0,
    truncated: 0,
  };
  return {
    skip(from: ApantliRow, why: string): void {
      addTo(skipped, number(from.prompt_tokens), number(from.completion_tokens), nano(from.cost));
      if (skips.length < mostSkips) skips.push({ id: from.id, why });
    },
    add(translated: Extract<ReturnType<typeof translate>, { kind: "row" }>, isPresent: boolean): void {
      const { row, bodies, secrets, unpriced, unreadable } = translated;
      addRow(isPresent ? present : imported, row);
      if (isPresent) return;
      counts.secrets += secrets;
      counts.rowsWithSecrets += secrets > 0 ? 1 : 0;
      counts.errors += row.status === "error" ? 1 : 0;
      counts.unpriced += unpriced ? 1 : 0;
      counts.withoutUsage += row.usage === undefined && row.status === "ok" ? 1 : 0;
      counts.unreadable += unreadable ? 1 : 0;
      counts.truncated += bodies?.truncated ? 1 : 0;
    },
    read: (): number => imported.rows + present.rows + skipped.rows,
    report: () => ({ imported, present, skipped, skips, ...counts }),
  };
}

type Growing = { -readonly [Name in keyof Sums]: Sums[Name] };

const newSums = (): Growing => ({ rows: 0, inputTokens: 0, outputTokens: 0, costNanoUsd: 0n });

function addTo(sums: Growing, inputTokens: number, outputTokens: number, costNanoUsd: bigint): void {
  sums.rows += 1;
  sums.inputTokens += inputTokens;
  sums.outputTokens += outputTokens;
  sums.costNanoUsd += costNanoUsd;
}

const addRow = (sums: Growing, { usage, costNanoUsd }: ExchangeRow): void =>
  addTo(sums, usage?.inputTokens ?? 0, usage?.outputTokens ?? 0, costNanoUsd ?? 0n);

/** As SQLite's sum takes it. */
const number = (value: unknown): number => (typeof value === "number" ? value : Number.parseFloat(String(value)) || 0);

const nano = (cost: unknown): bigint => {
  const value = Math.round(number(cost) * 1e9);
  return Number.isFinite(value) ? BigInt(value) : 0n;
};
