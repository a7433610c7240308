import { type Dialect, Kysely, type RawBuilder, type SqlBool, type Transaction } from "kysely";
import type { Histogram } from "./rollups/histogram.ts";
import type { Span } from "./rollups/levels.ts";
import type { HistogramSql, SqlStatement } from "./rollups/sql.ts";
import type { ColumnTypes, LedgerTables } from "./schema.ts";

/**
 * What databases have different SQL for. All other statements of the ledger are in words that all of them know: among
 * them sums cast to bigint, since PostgreSQL's are wider, and conditions where one has min() of two and the other least().
 */
export interface SqlFlavor extends HistogramSql {
  readonly types: ColumnTypes;
  /** What makes the schema of a version from nothing. undefined: the migrations do, from the first one. */
  readonly base?: { readonly version: number; readonly create: (db: Transaction<LedgerTables>) => Promise<void> };
  /** What follows the columns of a table that is stored in the order of its key. */
  readonly keyOrdered: string;
  /** Whether sums can be in an index without costing those rollups that are not in it. */
  readonly indexesSums: boolean;
  /** A histogram as a parameter. */
  histogramValue(histogram: Histogram): unknown;
  /**
   * For each of some rows of whole numbers, which are in slots: the rows of a table, or of a query, that a condition on them
   * lets through. There may be more numbers than a statement has parameters; the table's index is entered anew for each row.
   */
  forEach(
    slots: readonly (readonly (readonly number[])[])[],
    table: TableRows,
    condition: (number: (at: number) => RawBuilder<bigint>) => RawBuilder<unknown>,
  ): SlottedRows;
  /** Whether a row of `requests` has one of these tags. */
  hasTag(tags: readonly string[]): RawBuilder<SqlBool>;
  /** Whether a row's alias, its message or its bodies contain a text, whatever the case of its letters. */
  hasText(text: string): RawBuilder<SqlBool>;
  /** Which of the bodies or trails belong to a row. */
  partOf(row: RowKey): RawBuilder<SqlBool>;
  /** The same for several rows, in the order of their start. */
  partsOf(rows: readonly RowKey[]): SqlStatement;
  /** Joins bodies or trails to the rows that they belong to. */
  isPartOfRow(table: "bodies" | "trails"): string;
  /** The tables of rows have parts that can be emptied at once: a query for their names, and which rows are in one. */
  readonly parts?: { readonly names: string; readonly spanOf: (name: string) => Span };
  /** A query that gives a row if there is such a table. */
  tableNamed(name: string): string;
}

export interface TableRows {
  readonly name: string;
  readonly rows: RawBuilder<unknown>;
  /** By which they are found, where that can be said. */
  readonly index?: string | undefined;
}

export interface SlottedRows {
  /** A FROM and a WHERE. */
  readonly from: RawBuilder<unknown>;
  /** Which slot a row is in, from 0. */
  readonly slot: RawBuilder<bigint>;
  /** What to group by for each slot. */
  readonly bySlot: RawBuilder<unknown>;
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
