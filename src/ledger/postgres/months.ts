import type { Span } from "../rollups/levels.ts";

/** A part of each of the tables of rows: those that began from `from` to before `to`, as words for the database. */
export interface Month {
  /** What follows the table's name. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

const partitioned = ["requests", "bodies", "trails"] as const;

/** Months are made from the first of these times to before the second, in ms since 1970. */
const first = Date.UTC(2020, 0);
const end = Date.UTC(2100, 0);

/** What is before and behind: no clock that is set right says so, so that these stay small. */
const early: Month = { name: "early", from: "minvalue", to: String(first) };
const late: Month = { name: "late", from: String(end), to: "maxvalue" };
export const edges: readonly Month[] = [early, late];

/** The month of UTC in which a time is, in ms since 1970. */
export function monthOf(time: number): Month {
  if (time < first) return early;
  if (time >= end) return late;
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    name: date.toISOString().slice(0, 7).replace("-", "_"),
    from: String(Date.UTC(year, month)),
    to: String(Date.UTC(year, month + 1)),
  };
}

/** A query for the names of the months that there are. */
export const monthNames =
  "select substr(relid::regclass::text, length('requests_') + 1) as name from pg_partition_tree('requests') where isleaf";

/** When a month begins and ends, in ms since 1970. */
export function spanOfMonth(name: string): Span {
  if (name === early.name) return { from: Number.NEGATIVE_INFINITY, to: first };
  if (name === late.name) return { from: end, to: Number.POSITIVE_INFINITY };
  const [year = 0, month = 0] = name.split("_").map(Number);
  return { from: Date.UTC(year, month - 1), to: Date.UTC(year, month) };
}

/** Made on its own and attached then, which holds up nobody who reads or writes. */
export const createMonth = ({ name, from, to }: Month): string[] =>
  partitioned.flatMap((table) => [
    `create table ${table}_${name} (like ${table} including all)`,
    `alter table ${table} attach partition ${table}_${name} for values from (${from}) to (${to})`,
  ]);
