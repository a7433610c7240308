import type { RollupLevel } from "./rollup-levels.ts";

/** What rollups are grouped by: columns of a row. A combination of their values is a series. */
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

/**
 * What a rollup sums, and how it is had from rows. Spans of time are those of rows answered whole. "speed" is of those that
 * were streamed: what their tokens took after the first. Sums of cache tokens by model are what savings are computed from.
 */
const sums = {
  requests: "count(*)",
  ok: "count(*) filter (where status = 'ok')",
  errors: "count(*) filter (where status = 'error')",
  input_tokens: "coalesce(sum(input_tokens), 0)",
  cache_read_tokens: "coalesce(sum(cache_read_tokens), 0)",
  cache_write_5m_tokens: "coalesce(sum(cache_write_5m_tokens), 0)",
  cache_write_1h_tokens: "coalesce(sum(cache_write_1h_tokens), 0)",
  output_tokens: "coalesce(sum(output_tokens), 0)",
  reasoning_tokens: "coalesce(sum(reasoning_tokens), 0)",
  input_audio_tokens: "coalesce(sum(input_audio_tokens), 0)",
  output_audio_tokens: "coalesce(sum(output_audio_tokens), 0)",
  cost_nano_usd: "coalesce(sum(cost_nano_usd), 0)",
  cache_saved_nano_usd: "coalesce(sum(cache_saved_nano_usd), 0)",
  unknown_cost: "count(*) filter (where cost_nano_usd is null and (input_tokens > 0 or output_tokens > 0))",
  duration_us: "coalesce(sum(duration_us) filter (where status = 'ok'), 0)",
  first_token_us: "coalesce(sum(first_token_us) filter (where status = 'ok'), 0)",
  first_tokens: "count(first_token_us) filter (where status = 'ok')",
  speed_tokens:
    "coalesce(sum(output_tokens) filter " + "(where status = 'ok' and stream = 1 and duration_us > first_token_us), 0)",
  speed_us:
    "coalesce(sum(duration_us - first_token_us) filter " +
    "(where status = 'ok' and stream = 1 and duration_us > first_token_us and output_tokens is not null), 0)",
} as const;

export type SumColumn = keyof typeof sums;
export const sumColumns = Object.keys(sums) as readonly SumColumn[]; // its keys are just those

/** Encoded histograms, and how they are had from rows. */
const histograms = {
  durations: "histogram(duration_us) filter (where status = 'ok')",
  first_token_times: "histogram(first_token_us) filter (where status = 'ok')",
} as const;

const histogramColumns = ["durations", "first_token_times"] as const satisfies readonly (keyof typeof histograms)[];

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

/** What rows come to, as the columns of a query. */
export const rowSums = (wanted: SumsWanted): string =>
  columnsOf(
    wanted,
    (column) => sums[column],
    "max(seq)",
    (column) => histograms[column],
  );

/** What rollups come to. */
export const rollupSums = (wanted: SumsWanted): string =>
  columnsOf(wanted, (column) => `sum(${column})`, "max(newest)", mergedHistogram);

/** Empty ones, as those of failures, are not even handed over. */
const mergedHistogram = (column: string): string =>
  `coalesce(histogram_sum(${column}) filter (where length(${column}) > 0), x'')`;

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

/** Adds a rollup to what is there of it. Takes the values of `rollupColumns`. */
export const upsertRollup =
  `insert into rollups (${rollupColumns.join(", ")}) values (${rollupColumns.map(() => "?").join(", ")}) ` +
  "on conflict (level, start, series) do update set " +
  [
    ...sumColumns.map((column) => `${column} = ${column} + excluded.${column}`),
    "newest = max(newest, excluded.newest)",
    ...histogramColumns.map((column) => `${column} = histogram_add(${column}, excluded.${column})`),
  ].join(", ");

/** A statement and the values of its parameters. */
export interface SqlStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Until when coarse rollups are made, in ms since 1970. */
export const sealedUntil = "coalesce((select max(sealed_until) from rollup_progress), 0)";

/**
 * What the rollups of a level have to be, for the spans that begin from `from` to before `to`: of the rows or of the level
 * it is made from.
 */
export function expectedRollups(
  { level, spanMs, source, bySeries }: RollupLevel,
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
        `(select started_at / ${spanMs} * ${spanMs} as start, ${names}, ${rowSums("histograms")} ` +
        `from requests where started_at >= ? and started_at < ? group by start, ${names}) cell ` +
        `left join rollup_series known on ${same}`,
      parameters: [from, to],
    };
  }
  return {
    sql:
      `select ${level}, start / ${spanMs} * ${spanMs} as span, ${bySeries ? "series" : "0"} as part, ${rollupSums("histograms")} ` +
      `from rollups where level = ${source} and start >= ? ` +
      `and start < min(?, ${sealedUntil} / ${spanMs} * ${spanMs}) group by span, part`,
    parameters: [from, to],
  };
}

/** Names the series that rows of this time have. */
const insertSeries = (from: number, to: number): SqlStatement => ({
  sql:
    `insert or ignore into rollup_series (${dimensions.join(", ")}) ` +
    `select distinct ${dimensions.join(", ")} from requests where started_at >= ? and started_at < ?`,
  parameters: [from, to],
});

/** Makes the rollups of a level anew, for the spans that begin from `from` to before `to`. */
export function remakeRollups(level: RollupLevel, from: number, to: number): SqlStatement[] {
  const expected = expectedRollups(level, from, to);
  return [
    ...(level.source === undefined ? [insertSeries(from, to)] : []),
    { sql: `delete from rollups where level = ${level.level} and start >= ? and start < ?`, parameters: [from, to] },
    {
      sql: `insert into rollups (${rollupColumns.join(", ")}) ${expected.sql}`,
      parameters: expected.parameters,
    },
  ];
}
