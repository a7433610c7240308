import type { RollupLevel } from "./levels.ts";

/** What rollups are grouped by: columns of a row. A combination of their values is a series. The order is that of levels. */
export const dimensions = [
  "provider",
  "model",
  "alias",
  "access_key",
  "facade",
  "client",
  "status",
  "error_code",
] as const;

export type Dimension = (typeof dimensions)[number];

const isDimension = (scope: RollupLevel["scope"]): scope is Dimension => scope !== "series" && scope !== "all";

/**
 * In the order of `dimensions`: the value in one of them, and what is empty in all others. Rollups of that value are named
 * so.
 */
export const ofDimension = <T>(dimension: Dimension, named: (name: Dimension, at: number) => T, empty: T): T[] =>
  dimensions.map((name, at) => (name === dimension ? named(name, at) : empty));

/** As many series' ids writers remember; names of models come from clients, so there may be any number. */
export const mostKnownSeries = 10_000;

/** PostgreSQL's sums of bigint are wider than their terms. */
const sum = (term: string, condition?: string): string =>
  `cast(coalesce(sum(${term})${condition === undefined ? "" : ` filter (where ${condition})`}, 0) as bigint)`;

/**
 * What a rollup sums, and how it is had from rows. Spans of time are those of rows answered whole. "speed" is of those that
 * were streamed: what their tokens took after the first. Sums of cache tokens by model are what savings are computed from.
 */
const sums = {
  requests: "count(*)",
  ok: "count(*) filter (where status = 'ok')",
  errors: "count(*) filter (where status = 'error')",
  input_tokens: sum("input_tokens"),
  cache_read_tokens: sum("cache_read_tokens"),
  cache_write_5m_tokens: sum("cache_write_5m_tokens"),
  cache_write_1h_tokens: sum("cache_write_1h_tokens"),
  output_tokens: sum("output_tokens"),
  reasoning_tokens: sum("reasoning_tokens"),
  input_audio_tokens: sum("input_audio_tokens"),
  output_audio_tokens: sum("output_audio_tokens"),
  cost_nano_usd: sum("cost_nano_usd"),
  cache_saved_nano_usd: sum("cache_saved_nano_usd"),
  unknown_cost: "count(*) filter (where cost_nano_usd is null and (input_tokens > 0 or output_tokens > 0))",
  duration_us: sum("duration_us", "status = 'ok'"),
  first_token_us: sum("first_token_us", "status = 'ok'"),
  first_tokens: "count(first_token_us) filter (where status = 'ok')",
  speed_tokens: sum("output_tokens", "status = 'ok' and stream = 1 and duration_us > first_token_us"),
  speed_us: sum(
    "duration_us - first_token_us",
    "status = 'ok' and stream = 1 and duration_us > first_token_us and output_tokens is not null",
  ),
} as const;

export type SumColumn = keyof typeof sums;

/** How a sum is had from rows. */
export const rowSum = (column: SumColumn): string => sums[column];

export const sumColumns = Object.keys(sums) as readonly SumColumn[]; // its keys are just those

/** Histograms of rows answered whole, and of which of their columns. */
const histograms = { durations: "duration_us", first_token_times: "first_token_us" } as const;
const histogramColumns = ["durations", "first_token_times"] as const satisfies readonly (keyof typeof histograms)[];

export const isHistogram = (column: string): boolean => Object.hasOwn(histograms, column);

/** All of a rollup's columns. "newest": the highest seq of its rows. */
export const rollupColumns = ["level", "start", "series", ...sumColumns, "newest", ...histogramColumns] as const;

/** Which sums are wanted. "all": without histograms, which take the most time. "few": those of `fewColumns`, the rest 0. */
export type SumsWanted = "histograms" | "all" | "few";

const fewColumns: readonly SumColumn[] = [
  "requests",
  "errors",
  "input_tokens",
  "output_tokens",
  "cost_nano_usd",
  "unknown_cost",
];

/** What databases have different SQL for where rollups are made. */
export interface HistogramSql {
  /** The `Histogram` of a column of numbers, over the rows for which a condition holds. */
  histogram(column: string, condition: string): string;
  /** The sum of a column of histograms; that of none is the empty one. */
  histogramSum(column: string): string;
  /** The same for those who read it: they may be summed up on the way. */
  histogramsToRead(column: string): string;
  histogramPlus(a: string, b: string): string;
}

/** What rows come to, as the columns of a query. */
export const rowSums = (flavor: HistogramSql, wanted: SumsWanted): string =>
  columnsOf(
    wanted,
    (column) => sums[column],
    "max(seq)",
    (column) => flavor.histogram(histograms[column], "status = 'ok'"),
  );

/** What rollups come to. `use`: whether it is read, or put into the database. */
export const rollupSums = (flavor: HistogramSql, wanted: SumsWanted, use: "read" | "stored"): string =>
  columnsOf(
    wanted,
    (column) => `cast(sum(${column}) as bigint)`,
    "max(newest)",
    (column) => (use === "read" ? flavor.histogramsToRead(column) : flavor.histogramSum(column)),
  );

function columnsOf(
  wanted: SumsWanted,
  sum: (column: SumColumn) => string,
  newest: string,
  histogram: (column: keyof typeof histograms) => string,
): string {
  const summed = sumColumns.filter((column) => wanted !== "few" || fewColumns.includes(column));
  return [
    ...summed.map((column) => `${sum(column)} as ${column}`),
    ...(wanted === "few" ? [] : [`${newest} as newest`]),
    ...(wanted === "histograms" ? histogramColumns.map((column) => `${histogram(column)} as ${column}`) : []),
  ].join(", ");
}

/** Adds rollups to what is there of them. `values`: what gives the values of `rollupColumns`. */
export const upsertRollups = (flavor: HistogramSql, values: string): string =>
  `insert into rollups (${rollupColumns.join(", ")}) ${values} on conflict (level, start, series) do update set ` +
  [
    ...sumColumns.map((column) => `${column} = rollups.${column} + excluded.${column}`),
    "newest = case when rollups.newest > excluded.newest then rollups.newest else excluded.newest end",
    ...histogramColumns.map(
      (column) => `${column} = ${flavor.histogramPlus(`rollups.${column}`, `excluded.${column}`)}`,
    ),
  ].join(", ");

/** A statement and the values of its parameters. */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Until when coarse rollups are made, in ms since 1970. */
export const sealedUntil = "coalesce((select max(sealed_until) from rollup_progress), 0)";

/** From when on all rows are there, in ms since 1970. Of those before, rollups may be all that is left. */
export const rowsFrom = "coalesce((select max(rows_from) from rollup_progress), 0)";

/**
 * Holds for what there are rows for, by when it started. The plus keeps it from being what rows are looked up by: beside it
 * there is always a narrower period.
 */
export const hasRows = (start: "started_at" | "start"): string => `+${start} >= ${rowsFrom}`;

/** Holds for those rollups of a level that can be held against what they are made from. */
export const isProvable = ({ source }: RollupLevel): string => (source === undefined ? hasRows("start") : "true");

/**
 * What the rollups of a level have to be, for the spans that begin from `from` to before `to`: of the rows or of the level
 * it is made from. Where rows were removed it says nothing.
 */
export function expectedRollups(
  flavor: HistogramSql,
  { level, spanMs, source, scope }: RollupLevel,
  from: number,
  to: number,
): SqlStatement {
  if (source === undefined) {
    const names = dimensions.join(", ");
    const same = dimensions.map((name) => `known.${name} = cell.${name}`).join(" and ");
    const values = rollupColumns.slice(3).map((name) => `cell.${name}`);
    return {
      sql:
        `select ${level}, cell.start, known.id, ${values.join(", ")} from ` +
        `(select started_at / ${spanMs} * ${spanMs} as start, ${names}, ${rowSums(flavor, "histograms")} ` +
        `from requests where started_at >= ? and started_at < ? and ${hasRows("started_at")} group by start, ${names}) cell ` +
        `left join rollup_series known on ${same}`,
      parameters: [from, to],
    };
  }
  const isRegrouped = isDimension(scope) && source.scope !== scope;
  const part = isRegrouped ? "whole.id" : scope === "all" ? "0" : "series";
  return {
    sql:
      `select ${level}, start / ${spanMs} * ${spanMs} as span, ${part} as part, ${rollupSums(flavor, "histograms", "stored")} ` +
      `from rollups ${isRegrouped ? joinWhole(scope) : ""} where level = ${source.level} and start >= ? and start < ? ` +
      `and start < ${sealedUntil} / ${spanMs} * ${spanMs} group by span, part`,
    parameters: [from, to],
  };
}

/** Joins rollups with the series of the one value that they have in a dimension, as far as it is named. */
function joinWhole(dimension: Dimension): string {
  const values = ofDimension(dimension, (name) => `one.${name}`, "''");
  const same = dimensions.map((name, at) => `whole.${name} = ${values[at]}`).join(" and ");
  return `join rollup_series one on one.id = rollups.series left join rollup_series whole on ${same}`;
}

/** Names the series that rows of this time have. */
const insertSeries = (from: number, to: number): SqlStatement => ({
  sql:
    `insert into rollup_series (${dimensions.join(", ")}) select distinct ${dimensions.join(", ")} from requests ` +
    "where started_at >= ? and started_at < ? on conflict do nothing",
  parameters: [from, to],
});

/** Names what the rollups of a dimension's values belong to, where those are that they are made from are of series. */
function insertWholes({ scope, source }: RollupLevel, from: number, to: number): SqlStatement[] {
  if (!isDimension(scope) || source?.scope === scope) return [];
  const sql =
    `insert into rollup_series (${dimensions.join(", ")}) select distinct ${ofDimension(scope, (name) => name, "''").join(", ")} ` +
    "from rollups join rollup_series on rollup_series.id = rollups.series " +
    `where level = ${source?.level} and start >= ? and start < ? on conflict do nothing`;
  return [{ sql, parameters: [from, to] }];
}

/** Makes the rollups of a level anew, for the spans that begin from `from` to before `to`, as far as they can be. */
export function remakeRollups(flavor: HistogramSql, level: RollupLevel, from: number, to: number): SqlStatement[] {
  const expected = expectedRollups(flavor, level, from, to);
  return [
    ...(level.source === undefined ? [insertSeries(from, to)] : []),
    ...insertWholes(level, from, to),
    {
      sql: `delete from rollups where level = ${level.level} and start >= ? and start < ? and ${isProvable(level)}`,
      parameters: [from, to],
    },
    {
      sql: `insert into rollups (${rollupColumns.join(", ")}) ${expected.sql}`,
      parameters: expected.parameters,
    },
  ];
}
