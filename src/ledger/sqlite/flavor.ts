import { type SqlBool, sql } from "kysely";
import type { SqlFlavor } from "../sql-flavor.ts";
import { histogramSql } from "./histogram-sql.ts";

/** SQLite's words; its functions for texts are those of functions.ts. */
export const sqliteFlavor: SqlFlavor = {
  ...histogramSql,
  types: { bytes: "blob", histogram: "blob", serial: "integer", serialKey: "integer" },
  keyOrdered: "without rowid",
  indexesSums: true,
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
