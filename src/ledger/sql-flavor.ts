import { type Dialect, Kysely, type RawBuilder, type SqlBool, type Transaction } from "kysely";
import type { Histogram } from "./histogram.ts";
import type { Span } from "./rollup-levels.ts";
import type { SqlStatement } from "./rollup-sql.ts";
import type { ColumnTypes, LedgerTables } from "./schema.ts";

/**
 * What databases have different SQL for. All other statements of the ledger are in words that all of them know: among
 * them sums cast to bigint, since PostgreSQL's are wider, and conditions where one has min() of two and the other least().
 */
export interface SqlFlavor {
  readonly types: ColumnTypes;
  /** What makes the schema of a version from nothing. undefined: the migrations do, from the first one. */
  readonly base?: { readonly version: number; readonly create: (db: Transaction<LedgerTables>) => Promise<void> };
  /** What follows the columns of a table that is stored in the order of its key. */
  readonly keyOrdered: string;
  /** The `Histogram` of a column of numbers, over the rows for which a condition holds. */
  histogram(column: string, condition: string): string;
  /** The sum of a column of histograms; that of none is the empty one. */
  histogramSum(column: string): string;
  histogramPlus(a: string, b: string): string;
  /** A histogram as a parameter. */
  histogramValue(histogram: Histogram): unknown;
  /**
   * A FROM and a WHERE for the rows of a table, or of a query, that a condition lets through for each of some rows of whole
   * numbers, which it knows by the names of their columns. There may be more of these than a statement has parameters; the
   * table's index is entered anew for each.
   */
  forEach(
    columns: readonly string[],
    numbers: readonly (readonly number[])[],
    table: { readonly name: string; readonly rows: RawBuilder<unknown> },
    condition: RawBuilder<unknown>,
  ): RawBuilder<unknown>;
  /** Whether a row of `requests` has one of these tags. */
  hasTag(tags: readonly string[]): RawBuilder<SqlBool>;
  /** Whether a row of `requests`, or its bodies, contains a text, whatever the case of its letters. */
  hasText(text: string): RawBuilder<SqlBool>;
  /** Which of the bodies or trails belong to a row. */
  partOf(row: RowKey): RawBuilder<SqlBool>;
  /** Which of the bodies belong to some rows. */
  areBodiesOf(rows: readonly RowKey[]): SqlStatement;
  /** Joins bodies to the rows that they belong to. */
  readonly isBodyOfRow: string;
  /** The tables of rows have parts that can be emptied at once: a query for their names, and which rows are in one. */
  readonly parts?: { readonly names: string; readonly spanOf: (name: string) => Span };
  /** A query that gives a row if there is such a table. */
  tableNamed(name: string): string;
}

/** By which bodies and trails are found that belong to a row. */
export interface RowKey {
  readonly seq: bigint;
  readonly started_at: bigint;
}

/** A database that holds a ledger, and what it has words of its own for. */
export class LedgerDb extends Kysely<LedgerTables> {
  readonly flavor: SqlFlavor;

  constructor(dialect: Dialect, flavor: SqlFlavor) {
    super({ dialect });
    this.flavor = flavor;
  }
}
