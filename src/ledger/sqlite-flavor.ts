import { type SqlBool, sql } from "kysely";
import type { SqlFlavor } from "./sql-flavor.ts";

/** SQLite's words; its functions for histograms and texts are those of sqlite-functions.ts. */
export const sqliteFlavor: SqlFlavor = {
  types: { bytes: "blob", histogram: "blob", serial: "integer", serialKey: "integer" },
  keyOrdered: "without rowid",
  histogram: (column, condition) => `histogram(${column}) filter (where ${condition})`,
  // Empty ones, as those of failures, are not even handed over.
  histogramSum: (column) => `coalesce(histogram_sum(${column}) filter (where length(${column}) > 0), x'')`,
  histogramPlus: (a, b) => `histogram_add(${a}, ${b})`,
  histogramValue: (histogram) => histogram,
  // The limit, which is none, keeps the numbers from being merged into the query around them, and so they are read first.
  forEach(columns, numbers, { name, rows }, condition) {
    const values = columns.map((column, at) => `value ->> ${at} as ${column}`).join(", ");
    return sql`
      from (select ${sql.raw(values)} from json_each(${JSON.stringify(numbers)}) limit -1) as numbers
      cross join ${rows} as ${sql.raw(name)} where ${condition}`;
  },
  hasTag: (tags) => sql<SqlBool>`exists (select 1 from json_each(tags) where value in (${sql.join(tags)}))`,
  hasText: (text) => sql<SqlBool>`(contains_text(error_message, '', ${text}) or exists (
    select 1 from bodies where bodies.seq = requests.seq
    and (contains_text(request, request_encoding, ${text}) or contains_text(response, response_encoding, ${text}))))`,
  partOf: ({ seq }) => sql<SqlBool>`seq = ${seq}`,
  areBodiesOf: (rows) => ({ sql: `seq in (${rows.map(() => "?").join()})`, parameters: rows.map(({ seq }) => seq) }),
  isBodyOfRow: "bodies.seq = requests.seq",
  tableNamed: (name) => `select name from sqlite_master where type = 'table' and name = '${name}'`,
};
