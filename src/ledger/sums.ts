import { type ExpressionBuilder, sql } from "kysely";
import type { Totals, TotalsGroup } from "../core/ledger.ts";
import type { LedgerTables, RequestsTable } from "./schema.ts";

/** Totals that can be added up: with sums in the place of means. */
export interface Sums extends Omit<Totals, "meanDurationUs" | "meanFirstTokenUs"> {
  /** Over the rows answered whole. */
  readonly durationUs: bigint;
  /** Over the rows answered whole. */
  readonly firstTokenUs: bigint;
  /** How many rows `firstTokenUs` is of. */
  readonly firstTokens: bigint;
}

/** The columns of a query that sums rows. */
export function sumsOfRows(eb: ExpressionBuilder<LedgerTables, "requests">) {
  const count = () => eb.fn.countAll<bigint>();
  return [
    count().as("requests"),
    count().filterWhere("status", "=", "ok").as("ok"),
    count().filterWhere("status", "=", "error").as("errors"),
    count().filterWhere("status", "=", "cancelled").as("cancelled"),
    sumOf("input_tokens").as("inputTokens"),
    sumOf("cache_read_tokens").as("cacheReadTokens"),
    sumOf("cache_write_5m_tokens", "cache_write_1h_tokens").as("cacheWriteTokens"),
    sumOf("output_tokens").as("outputTokens"),
    sumOf("reasoning_tokens").as("reasoningTokens"),
    sumOf("cost_nano_usd").as("costNanoUsd"),
    count()
      .filterWhere("cost_nano_usd", "is", null)
      .filterWhere((row) => row.or([row("input_tokens", ">", 0n), row("output_tokens", ">", 0n)]))
      .as("unknownCost"),
    sumOfOk("duration_us").as("durationUs"),
    sumOfOk("first_token_us").as("firstTokenUs"),
    count().filterWhere("status", "=", "ok").filterWhere("first_token_us", "is not", null).as("firstTokens"),
  ];
}

type Column = keyof RequestsTable;

/** The casts keep sums whole numbers of 64 bits in every database. */
function sumOf(...columns: readonly Column[]) {
  const parts = columns.map((column) => sql`coalesce(sum(${sql.ref(column)}), 0)`);
  return sql<bigint>`cast(${sql.join(parts, sql` + `)} as bigint)`;
}

const sumOfOk = (column: Column) =>
  sql<bigint>`cast(coalesce(sum(${sql.ref(column)}) filter (where status = 'ok'), 0) as bigint)`;

export const noSums: Sums = {
  requests: 0n,
  ok: 0n,
  errors: 0n,
  cancelled: 0n,
  inputTokens: 0n,
  cacheReadTokens: 0n,
  cacheWriteTokens: 0n,
  outputTokens: 0n,
  reasoningTokens: 0n,
  costNanoUsd: 0n,
  unknownCost: 0n,
  durationUs: 0n,
  firstTokenUs: 0n,
  firstTokens: 0n,
};

export const addSums = (a: Sums, b: Sums): Sums => ({
  requests: a.requests + b.requests,
  ok: a.ok + b.ok,
  errors: a.errors + b.errors,
  cancelled: a.cancelled + b.cancelled,
  inputTokens: a.inputTokens + b.inputTokens,
  cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
  cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  costNanoUsd: a.costNanoUsd + b.costNanoUsd,
  unknownCost: a.unknownCost + b.unknownCost,
  durationUs: a.durationUs + b.durationUs,
  firstTokenUs: a.firstTokenUs + b.firstTokenUs,
  firstTokens: a.firstTokens + b.firstTokens,
});

/** Means are whole microseconds, rounded down; 0 when there is nothing to take the mean of. */
export function totalsOf({ durationUs, firstTokenUs, firstTokens, ...totals }: Sums): Totals {
  return {
    ...totals,
    meanDurationUs: totals.ok === 0n ? 0n : durationUs / totals.ok,
    meanFirstTokenUs: firstTokens === 0n ? 0n : firstTokenUs / firstTokens,
  };
}

/** Adds up by name, the most expensive first, then the most requested. What has no name is left out. */
export function totalsBy<Cell extends Sums>(cells: readonly Cell[], nameOf: (cell: Cell) => string): TotalsGroup[] {
  const groups = new Map<string, Sums>();
  for (const cell of cells) {
    const name = nameOf(cell);
    if (name !== "") groups.set(name, addSums(groups.get(name) ?? noSums, cell));
  }
  return [...groups]
    .map(([name, sums]) => ({ name, totals: totalsOf(sums) }))
    .sort(
      (a, b) =>
        descending(a.totals.costNanoUsd, b.totals.costNanoUsd) ||
        descending(a.totals.requests, b.totals.requests) ||
        (a.name < b.name ? -1 : 1),
    );
}

const descending = (a: bigint, b: bigint): number => (a === b ? 0 : a > b ? -1 : 1);
