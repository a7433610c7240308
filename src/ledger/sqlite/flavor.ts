import { type SqlBool, sql } from "kysely";
import type { SqlFlavor } from "../sql-flavor.ts";

/** All histograms of a column, with separators. SQLite joins bytes as texts: as they are. */
const histograms = (column: string): string =>
  `cast(group_concat(${column}, x'0000') filter (where length(${column}) > 0) as blob)`;

/** SQLite's words; its functions for histograms and texts are those of functions.ts. */
export const sqliteFlavor: SqlFlavor = {
  types: { bytes: "blob", histogram: "blob", serial: "integer", serialKey: "integer" },
  keyOrdered: "without rowid",
  indexesSums: true,
  histogram: (column, condition) => `histogram(${column}) filter (where ${condition})`,
  histogramSum: (column) => `histogram_sum(${histograms(column)})`,
  histogramsToRead: histograms, // the thread sums them up: to be called by the statement would cost as much again
  histogramPlus: (a, b) => `histogram_add(${a}, ${b})`,
  histogramValue: (histogram) => histogram,
  // What comes of a JSON array is known to be in its order, so that nothing is sorted for groups of its elements.
  forEach: (slots, { name, rows, index }, condition) => ({
    from: sql`
      from json_each(${JSON.stringify(slots)}) as slots cross join json_each(slots.value) as numbers
      cross join ${rows} as ${sql.raw(index === undefined ? name : `${name} indexed by ${index}`)}
      where ${condition((at) => sql`numbers.value ->> ${sql.lit(at)}`)}`,
    slot: sql`slots.key`,
    bySlot: sql`slots.rowid`,
  }),
  hasTag: (tags) => sql<SqlBool>`exists (select 1 from json_each(tags) where value in (${sql.join(tags)}))`,
  hasText: (
    text,
  ) => sql<SqlBool>`(contains_text(alias, '', ${text}) or contains_text(error_message, '', ${text}) or exists (
    select 1 from bodies where bodies.seq = requests.seq
    and (contains_text(request, request_encoding, ${text}) or contains_text(response, response_encoding, ${text}))))`,
  partOf: ({ seq }) => sql<SqlBool>`seq = ${seq}`,
  partsOf: (rows) => ({ sql: `seq in (${rows.map(() => "?").join()})`, parameters: rows.map(({ seq }) => seq) }),
  isPartOfRow: (table) => `${table}.seq = requests.seq`,
  tableNamed: (name) => `select name from sqlite_master where type = 'table' and name = '${name}'`,
};
