import { sql } from "kysely";
import type { RowFilter } from "../core/ledger.ts";
import { dimensionsOf, isRolledUp, matching } from "./filter.ts";
import { progressOf } from "./progress.ts";
import { coverOf, type LevelSpan, quarterMs, roundTo, type Span } from "./rollup-levels.ts";
import { dimensions, rollupSums, rowSums, type SumsWanted } from "./rollup-sql.ts";
import type { LedgerDb } from "./sql-flavor.ts";
import { addSums, noSums, type Sums } from "./sums.ts";

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
export async function sumsBySeries(db: LedgerDb, filter: RowFilter, wanted: SumsWanted): Promise<SeriesSums[]> {
  const { rollups, rows } = await coverSlots(db, filter, [periodOf(filter)], true);
  const names = sql.raw(dimensions.join(", "));
  const cells = await Promise.all([
    rollups.length === 0
      ? []
      : sql<SeriesSums>`
          select ${names}, cell.* from (
            select series, ${sql.raw(rollupSums(db.flavor, wanted))} ${fromRollups(db, filter, rollups)} group by series
          ) cell join rollup_series on rollup_series.id = cell.series`.execute(db),
    rows.length === 0
      ? []
      : sql<SeriesSums>`
          select ${names}, ${sql.raw(rowSums(db.flavor, wanted))} ${fromRows(db, filter, rows)} group by ${names}`.execute(
          db,
        ),
  ]);
  return cells.flatMap((result) => ("rows" in result ? result.rows.map((row) => ({ ...noSums, ...row })) : []));
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
  const { rollups, rows } = await coverSlots(db, filter, slots, isNamed(filter));
  const cells = await Promise.all([
    rollups.length === 0
      ? []
      : sql<SlotSums>`
          select slot, ${sql.raw(rollupSums(db.flavor, wanted))} ${fromRollups(db, filter, rollups)} group by slot`.execute(
          db,
        ),
    rows.length === 0
      ? []
      : sql<SlotSums>`
          select slot, ${sql.raw(rowSums(db.flavor, wanted))} ${fromRows(db, filter, rows)} group by slot`.execute(db),
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

/**
 * Where rows were removed, a period begins and ends at the nearest quarter of an hour: so periods that meet still do, and
 * nothing is counted twice.
 */
async function coverSlots(db: LedgerDb, filter: RowFilter, slots: readonly Span[], bySeries: boolean): Promise<Slots> {
  if (!isRolledUp(filter)) {
    return { rollups: [], rows: slots.flatMap((span, slot) => (span.from < span.to ? { ...span, slot } : [])) };
  }
  const { sealedUntil, rowsFrom } = await progressOf(db);
  const answerable = (time: number): number => (time < rowsFrom ? roundTo(time, quarterMs) : time);
  const covers = slots.map(({ from, to }) =>
    coverOf({ from: answerable(from), to: answerable(to) }, bySeries, sealedUntil),
  );
  return {
    rollups: covers.flatMap((cover, slot) => cover.rollups.map((span) => ({ ...span, slot }))),
    rows: covers.flatMap((cover, slot) => cover.rows.map((span) => ({ ...span, slot }))),
  };
}

function fromRollups(db: LedgerDb, filter: RowFilter, spans: readonly Slotted<LevelSpan>[]) {
  const values = spans.map(({ slot, level, from, to }) => [slot, level, from, to]);
  let series = db.selectFrom("rollup_series").select("id");
  for (const [column, names = []] of dimensionsOf(filter)) {
    if (names.length > 0) series = series.where(column, "in", names);
  }
  const condition = sql`level = in_level and start >= low and start < high
    ${isNamed(filter) ? sql`and series in ${series}` : sql``}`;
  const rollups = { name: "rollups", rows: sql`rollups` };
  return db.flavor.forEach(["slot", "in_level", "low", "high"], values, rollups, condition);
}

function fromRows(db: LedgerDb, filter: RowFilter, spans: readonly Slotted<Span>[]) {
  const values = spans.map(({ slot, from, to }) => [slot, from, to]);
  const rows = matching(db, { ...filter, from: undefined, to: undefined }).selectAll();
  const condition = sql`started_at >= low and started_at < high`;
  return db.flavor.forEach(["slot", "low", "high"], values, { name: "requests", rows: sql`${rows}` }, condition);
}
