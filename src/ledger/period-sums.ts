import { type Kysely, sql } from "kysely";
import type { RowFilter } from "../core/ledger.ts";
import { dimensionsOf, isRolledUp, matching } from "./filter.ts";
import { coverOf, type LevelSpan, type Span } from "./rollup-levels.ts";
import { dimensions, rollupSums, rowSums, type SumsWanted, sealedUntil } from "./rollup-sql.ts";
import type { LedgerTables } from "./schema.ts";
import { addSums, noSums, type Sums } from "./sums.ts";

type Db = Kysely<LedgerTables>;
type Dimension = (typeof dimensions)[number];

/** The sums of one series. */
export type SeriesSums = Sums & Readonly<Record<Dimension, string>>;

type Slotted<T> = T & { readonly slot: number };

/** The last time that Date has, in ms since 1970. */
const endOfTime = 8.64e15;

/** The period of a filter; starts are whole milliseconds. */
const periodOf = ({ from = 0, to = endOfTime }: RowFilter): Span => ({
  from: Math.max(0, Math.ceil(from)),
  to: Math.min(endOfTime, Math.ceil(to)),
});

/** What the rows come to, by series; a series may come twice. From rollups as far as they go. */
export async function sumsBySeries(db: Db, filter: RowFilter, wanted: SumsWanted): Promise<SeriesSums[]> {
  const { rollups, rows } = await coverSlots(db, filter, [periodOf(filter)], true);
  const names = sql.raw(dimensions.join(", "));
  const cells = await Promise.all([
    rollups.length === 0
      ? []
      : sql<SeriesSums>`
          select ${names}, cell.* from (
            select series, ${sql.raw(rollupSums(wanted))} ${fromRollups(db, filter, rollups)} group by series
          ) cell join rollup_series on rollup_series.id = cell.series`.execute(db),
    rows.length === 0
      ? []
      : sql<SeriesSums>`
          select ${names}, ${sql.raw(rowSums(wanted))} ${fromRows(db, filter, rows)} group by ${names}`.execute(db),
  ]);
  return cells.flatMap((result) => ("rows" in result ? result.rows.map((row) => ({ ...noSums, ...row })) : []));
}

/** What the rows of each span come to that are in the filter's period as well. From rollups as far as they go. */
export async function sumsBySpan(
  db: Db,
  filter: RowFilter,
  spans: readonly Span[],
  wanted: SumsWanted,
): Promise<Sums[]> {
  const period = periodOf(filter);
  const slots = spans.map(({ from, to }) => ({ from: Math.max(from, period.from), to: Math.min(to, period.to) }));
  const { rollups, rows } = await coverSlots(db, filter, slots, isNamed(filter));
  const cells = await Promise.all([
    rollups.length === 0
      ? []
      : sql<SlotSums>`
          select slot, ${sql.raw(rollupSums(wanted))} ${fromRollups(db, filter, rollups)} group by slot`.execute(db),
    rows.length === 0
      ? []
      : sql<SlotSums>`
          select slot, ${sql.raw(rowSums(wanted))} ${fromRows(db, filter, rows)} group by slot`.execute(db),
  ]);
  const sums = spans.map(() => noSums);
  for (const { slot, ...cell } of cells.flatMap((result) => ("rows" in result ? result.rows : []))) {
    const sum = { ...noSums, ...cell };
    const others = sums[Number(slot)] ?? noSums;
    sums[Number(slot)] = others === noSums ? sum : addSums(others, sum);
  }
  return sums;
}

type SlotSums = Sums & { readonly slot: bigint };

const isNamed = (filter: RowFilter): boolean => dimensionsOf(filter).some(([, names = []]) => names.length > 0);

interface Slots {
  readonly rollups: readonly Slotted<LevelSpan>[];
  readonly rows: readonly Slotted<Span>[];
}

async function coverSlots(db: Db, filter: RowFilter, slots: readonly Span[], bySeries: boolean): Promise<Slots> {
  if (!isRolledUp(filter)) {
    return { rollups: [], rows: slots.flatMap((span, slot) => (span.from < span.to ? { ...span, slot } : [])) };
  }
  const { rows } = await sql<{ until: bigint }>`select ${sql.raw(sealedUntil)} as until`.execute(db);
  const sealed = Number(rows[0]?.until ?? 0);
  const covers = slots.map((span) => coverOf(span, bySeries, sealed));
  return {
    rollups: covers.flatMap((cover, slot) => cover.rollups.map((span) => ({ ...span, slot }))),
    rows: covers.flatMap((cover, slot) => cover.rows.map((span) => ({ ...span, slot }))),
  };
}

/** The spans come as one JSON text: there may be more of them than a statement can have parameters. */
function fromRollups(db: Db, filter: RowFilter, spans: readonly Slotted<LevelSpan>[]) {
  const values = JSON.stringify(spans.map(({ slot, level, from, to }) => [slot, level, from, to]));
  let series = db.selectFrom("rollup_series").select("id");
  for (const [column, names = []] of dimensionsOf(filter)) {
    if (names.length > 0) series = series.where(column, "in", names);
  }
  return sql`
    from (select value ->> 0 as slot, value ->> 1 as in_level, value ->> 2 as low, value ->> 3 as high
          from json_each(${values}) limit -1) as spans
    cross join rollups on level = in_level and start >= low and start < high
    ${isNamed(filter) ? sql`where series in ${series}` : sql``}`;
}

function fromRows(db: Db, filter: RowFilter, spans: readonly Slotted<Span>[]) {
  const values = JSON.stringify(spans.map(({ slot, from, to }) => [slot, from, to]));
  const rows = matching(db, { ...filter, from: undefined, to: undefined }).selectAll();
  return sql`
    from (select value ->> 0 as slot, value ->> 1 as low, value ->> 2 as high
          from json_each(${values}) limit -1) as spans
    cross join ${rows} as requests on started_at >= low and started_at < high`;
}
