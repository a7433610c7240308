import { type RawBuilder, sql } from "kysely";
import type { RowFilter } from "../../core/ledger.ts";
import {
  coversOf,
  firstOverSeries,
  isOverSeries,
  type LevelSpan,
  overSeriesIndex,
  quarterMs,
  type RollupScope,
  roundTo,
  type Span,
} from "../rollups/levels.ts";
import { progressOf } from "../rollups/progress.ts";
import { type Dimension, dimensions, rollupSums, rowSums, type SumsWanted } from "../rollups/sql.ts";
import type { LedgerDb, SlottedRows } from "../sql-flavor.ts";
import { dimensionsOf, isRolledUp, matching } from "./filter.ts";
import { type SomeSums, type Sums, sumUp } from "./sums.ts";

type SeriesNames = Readonly<Record<Dimension, string>>;

/** The sums of one series. */
export type SeriesSums = SomeSums & SeriesNames;

/** The last time that Date has, in ms since 1970. */
const endOfTime = 8.64e15;

/** The period of a filter; starts are whole milliseconds. */
const periodOf = ({ from = 0, to = endOfTime }: RowFilter): Span => ({
  from: Math.max(0, Math.ceil(from)),
  to: Math.min(endOfTime, Math.ceil(to)),
});

/** What the rows come to, by series; a series may come twice. From rollups as far as they go. */
export async function sumsBySeries(db: LedgerDb, filter: RowFilter, wanted: SumsWanted): Promise<SeriesSums[]> {
  const sources = await sourcesOf(db, filter, [periodOf(filter)], "series");
  return read(db, sources, (source) => bySeries(db, source, wanted));
}

/** What the rows of each span come to that are in the filter's period as well. From rollups as far as they go. */
export async function sumsBySpan(
  db: LedgerDb,
  filter: RowFilter,
  spans: readonly Span[],
  wanted: SumsWanted,
): Promise<Sums[]> {
  const period = periodOf(filter);
  const slots = spans.map(({ from, to }) => ({ from: Math.max(from, period.from), to: Math.min(to, period.to) }));
  const sources = await sourcesOf(db, filter, slots, scopeOf(filter));
  const cells = spans.map((): SomeSums[] => []);
  for (const cell of await read(db, sources, (source) => bySlot(db, source, wanted)))
    cells[Number(cell.slot)]?.push(cell);
  return cells.map(sumUp);
}

const namedBy = (filter: RowFilter) => dimensionsOf(filter).filter(([, names = []]) => names.length > 0);

/** What a filter tells apart: nothing, the values of one dimension, or more, for which it takes the series. */
function scopeOf(filter: RowFilter): RollupScope {
  const [first, second] = namedBy(filter);
  if (first === undefined) return "all";
  return second === undefined ? first[0] : "series";
}

/** What sums are made of. */
interface Source extends SlottedRows {
  readonly kind: "rollups" | "rows";
}

type Slots<Of extends Span> = readonly (readonly Of[])[];

/**
 * Where rows were removed, a period begins and ends at the nearest quarter of an hour: so periods that meet still do, and
 * nothing is counted twice.
 */
async function sourcesOf(
  db: LedgerDb,
  filter: RowFilter,
  slots: readonly Span[],
  scope: RollupScope,
): Promise<readonly Source[]> {
  if (!isRolledUp(filter)) {
    const spans = slots.map((span) => (span.from < span.to ? [span] : []));
    return rowsIn(db, filter, spans);
  }
  const { sealedUntil, rowsFrom } = await progressOf(db);
  const answerable = (time: number): number => (time < rowsFrom ? roundTo(time, quarterMs) : time);
  const periods = slots.map(({ from, to }) => ({ from: answerable(from), to: answerable(to) }));
  const covers = coversOf(periods, scope, sealedUntil);
  const over = covers.map(({ rollups }) => rollups.filter(({ level }) => level >= firstOverSeries));
  const others = covers.map(({ rollups }) => rollups.filter(({ level }) => level < firstOverSeries));
  const rows = covers.map((cover) => cover.rows);
  return [
    ...rollupsOverSeries(db, filter, scope, over),
    ...rollupsOfSeries(db, filter, others),
    ...rowsIn(db, filter, rows),
  ];
}

function rollupsOverSeries(db: LedgerDb, filter: RowFilter, scope: RollupScope, spans: Slots<LevelSpan>): Source[] {
  const series = scope === "all" ? sql`(0)` : seriesNamed(db, filter, true);
  return rollupsIn(db, spans, sql`and ${sql.raw(isOverSeries)} and series in ${series}`, overSeriesIndex);
}

function rollupsOfSeries(db: LedgerDb, filter: RowFilter, spans: Slots<LevelSpan>): Source[] {
  const isNamed = namedBy(filter).length > 0;
  return rollupsIn(db, spans, isNamed ? sql`and series in ${seriesNamed(db, filter, false)}` : sql``);
}

/** The ids of series that a filter lets through. `alone`: of those that stand for the values of one dimension. */
function seriesNamed(db: LedgerDb, filter: RowFilter, alone: boolean) {
  let series = db.selectFrom("rollup_series").select("id");
  for (const [column, names = []] of dimensionsOf(filter)) {
    if (names.length > 0) series = series.where(column, "in", names);
    else if (alone) series = series.where(column, "=", "");
  }
  return series;
}

const hasSpans = (slots: Slots<Span>): boolean => slots.some((spans) => spans.length > 0);

function rollupsIn(db: LedgerDb, spans: Slots<LevelSpan>, and: RawBuilder<unknown>, index?: string): Source[] {
  if (!hasSpans(spans)) return [];
  const rollups = db.flavor.forEach(
    spans.map((of) => of.map(({ level, from, to }) => [level, from, to])),
    { name: "rollups", rows: sql`rollups`, index },
    (number) => sql`level = ${number(0)} and start >= ${number(1)} and start < ${number(2)} ${and}`,
  );
  return [{ kind: "rollups", ...rollups }];
}

function rowsIn(db: LedgerDb, filter: RowFilter, spans: Slots<Span>): Source[] {
  if (!hasSpans(spans)) return [];
  const matches = matching(db, { ...filter, from: undefined, to: undefined }).selectAll();
  const rows = db.flavor.forEach(
    spans.map((of) => of.map(({ from, to }) => [from, to])),
    { name: "requests", rows: sql`${matches}` },
    (number) => sql`started_at >= ${number(0)} and started_at < ${number(1)}`,
  );
  return [{ kind: "rows", ...rows }];
}

const sumsOf = (db: LedgerDb, { kind }: Source, wanted: SumsWanted) =>
  sql.raw(kind === "rows" ? rowSums(db.flavor, wanted) : rollupSums(db.flavor, wanted, "read"));

function bySlot(db: LedgerDb, source: Source, wanted: SumsWanted) {
  return sql<SomeSums & { readonly slot: bigint }>`
    select ${source.slot} as slot, ${sumsOf(db, source, wanted)} ${source.from} group by ${source.bySlot}`;
}

function bySeries(db: LedgerDb, source: Source, wanted: SumsWanted) {
  const names = sql.raw(dimensions.join(", "));
  const sums = sumsOf(db, source, wanted);
  if (source.kind === "rows") return sql<SeriesSums>`select ${names}, ${sums} ${source.from} group by ${names}`;
  return sql<SeriesSums>`
    select ${names}, cell.* from (select series, ${sums} ${source.from} group by series) cell
    join rollup_series on rollup_series.id = cell.series`;
}

async function read<Cell>(
  db: LedgerDb,
  sources: readonly Source[],
  query: (source: Source) => RawBuilder<SomeSums & Cell>,
): Promise<(SomeSums & Cell)[]> {
  const results = await Promise.all(sources.map((source) => query(source).execute(db)));
  return results.flatMap(({ rows }) => rows);
}
