import { type SqlBool, sql } from "kysely";
import type { SqlFlavor } from "../sql-flavor.ts";
import { numberOf } from "./histogram.ts";
import { monthNames, spanOfMonth } from "./months.ts";
import { createPostgresTables } from "./schema.ts";
import { intArray } from "./values.ts";

/** PostgreSQL's words; the functions among them are those of schema.ts, histograms those of histogram.ts. */
export const postgresFlavor: SqlFlavor = {
  types: { bytes: "bytea", histogram: "numeric", serial: "bigserial", serialKey: "bigint" },
  keyOrdered: "",
  indexesSums: false, // a new version of a row whose indexed columns differ goes into all indexes
  base: { version: 5, create: createPostgresTables },
  histogram: (column, condition) => `coalesce(sum(histogram_of(${column})) filter (where ${condition}), 0)`,
  histogramSum: (column) => `coalesce(sum(${column}), 0)`,
  histogramsToRead: (column) => `coalesce(sum(${column}), 0)`,
  histogramPlus: (a, b) => `${a} + ${b}`,
  histogramValue: numberOf,
  // The offset, which is none, keeps the rows from being joined in another way than one by one: all of them would be read.
  forEach(slots, { name, rows }, condition) {
    const all = slots.flatMap((of, slot) => of.map((numbers) => [slot, ...numbers]));
    const arrays = all[0]?.map((_, at) => sql`${intArray(all.map((numbers) => numbers[at] ?? null))}::bigint[]`) ?? [];
    const columns = arrays.map((_, at) => `number_${at}`).join(", ");
    const where = condition((at) => sql.raw(`number_${at + 1}`));
    return {
      from: sql`
        from unnest(${sql.join(arrays)}) as ${sql.raw(`numbers(${columns})`)}
        cross join lateral (select * from ${rows} as ${sql.raw(name)} where ${where} offset 0) as ${sql.raw(name)}`,
      slot: sql`number_0`,
      bySlot: sql`number_0`,
    };
  },
  // Compared as JSON, in which they were written: not all of it can be had as text.
  hasTag: (tags) => sql<SqlBool>`exists (
    select 1 from json_array_elements(tags::json) as tag
    where tag::text in (${sql.join(tags.map((tag) => JSON.stringify(tag)))}))`,
  hasText: (text) => sql<SqlBool>`(contains_text(alias, ${text}) or contains_text(error_message, ${text}) or exists (
    select 1 from bodies where bodies.seq = requests.seq and bodies.row_started_at = requests.started_at
    and (contains_text(request, ${text}) or contains_text(response, ${text}))))`,
  partOf: ({ seq, started_at }) => sql<SqlBool>`seq = ${seq} and row_started_at = ${started_at}`,
  // The times say which months to look in.
  partsOf: (rows) => ({
    sql: "(seq, row_started_at) in (select * from unnest(?::bigint[], ?::bigint[])) and row_started_at between ? and ?",
    parameters: [
      intArray(rows.map(({ seq }) => seq)),
      intArray(rows.map(({ started_at }) => started_at)),
      ...[rows.at(0), rows.at(-1)].map((row) => row?.started_at ?? 0n),
    ],
  }),
  isPartOfRow: (table) => `${table}.seq = requests.seq and ${table}.row_started_at = requests.started_at`,
  parts: { names: monthNames, spanOf: spanOfMonth },
  tableNamed: (name) => `select 1 where to_regclass('${name}') is not null`,
};
