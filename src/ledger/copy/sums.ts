import { sql } from "kysely";
import type { CopyDifference } from "../../core/copy.ts";
import { keepFrom } from "../retention/removal.ts";
import { dayMs, derivedLevels, floorTo } from "../rollups/levels.ts";
import { remakeOver } from "../rollups/seal.ts";
import { dimensions, isHistogram, rollupColumns, type SqlStatement } from "../rollups/sql.ts";
import type { RollupSeriesTable, RollupsTable } from "../schema.ts";
import type { LedgerDb, SqlFlavor } from "../sql-flavor.ts";
import type { Store } from "../store.ts";

/** A rollup of level 0 with the names of its series. */
type NamedRollup = RollupsTable & Pick<RollupSeriesTable, (typeof dimensions)[number]>;

/**
 * Copies the sums over rows that began before a time, day by day, since these rows may be gone. Where the other store has
 * sums of its own they stay, and are compared. `until`: the begin of a day. Resolves with how many were written.
 */
export async function copyOldSums(
  from: Store,
  to: Store,
  until: number,
  differs: (difference: CopyDifference) => void,
  signal: AbortSignal,
): Promise<number> {
  let written = 0;
  for (let day = await firstDay(from.scanDb, 0, until); day !== undefined; ) {
    signal.throwIfAborted();
    const end = day + dayMs;
    const [given, known] = await Promise.all([rollupsOf(from.scanDb, day, end), rollupsOf(to.scanDb, day, end)]);
    if (known.size === 0) {
      // With what says that no rows are there to make them from again.
      await to.transact([keepFrom(end), ...insertDay(to.db.flavor, [...given.values()], day, end)]);
      written += given.size;
    } else {
      const wrong = new Set(
        [...given, ...known].map(([key]) => key).filter((key) => !isSame(given.get(key), known.get(key))),
      );
      if (wrong.size > 0) differs({ from: day, to: end, what: `${wrong.size} sums over rows that are gone` });
    }
    day = await firstDay(from.scanDb, end, until);
  }
  await to.transact([keepFrom(until)]);
  return written;
}

/** The first day, at or after a time, that has sums. */
async function firstDay(db: LedgerDb, after: number, until: number): Promise<number | undefined> {
  const { rows } = await sql<{ start: bigint | null }>`
    select min(start) as start from rollups where level = 0 and start >= ${after} and start < ${until}`.execute(db);
  const start = rows[0]?.start ?? undefined;
  return start === undefined ? undefined : floorTo(Number(start), dayMs);
}

/** By their start and the names of their series. */
async function rollupsOf(db: LedgerDb, from: number, to: number): Promise<ReadonlyMap<string, NamedRollup>> {
  const names = sql.raw(dimensions.join(", "));
  const { rows } = await sql<NamedRollup>`
    select rollups.*, ${names} from rollups join rollup_series on rollup_series.id = rollups.series
    where level = 0 and start >= ${from} and start < ${to}`.execute(db);
  return new Map(rows.map((row) => [JSON.stringify([String(row.start), ...dimensions.map((name) => row[name])]), row]));
}

/** Whose rows and series have other numbers in each store. */
const own = ["level", "series", "newest"] as const satisfies readonly (typeof rollupColumns)[number][];
const compared = rollupColumns.filter((column) => !own.some((name) => name === column));

const isSame = (one: NamedRollup | undefined, other: NamedRollup | undefined): boolean =>
  one !== undefined &&
  other !== undefined &&
  compared.every((column) => {
    const [a, b] = [one[column], other[column]];
    return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
  });

/** Also the coarser ones that are made from them. No row of the other store is the newest of these. */
function insertDay(flavor: SqlFlavor, rollups: readonly NamedRollup[], from: number, to: number): SqlStatement[] {
  const names = dimensions.join(", ");
  const series = `insert into rollup_series (${names}) values (${dimensions.map(() => "?").join(", ")}) on conflict do nothing`;
  const values = rollupColumns.map((column) => {
    if (column === "series") return "id";
    return `cast(? as ${isHistogram(column) ? flavor.types.histogram : "bigint"})`;
  });
  const insert =
    `insert into rollups (${rollupColumns.join(", ")}) select ${values.join(", ")} from rollup_series ` +
    `where ${dimensions.map((name) => `${name} = ?`).join(" and ")}`;
  return [
    ...rollups.flatMap((rollup) => {
      const named = dimensions.map((name) => rollup[name]);
      const given = rollupColumns
        .filter((column) => column !== "series")
        .map((column) => parameterFor(flavor, rollup, column));
      return [
        { sql: series, parameters: named },
        { sql: insert, parameters: [...given, ...named] },
      ];
    }),
    ...remakeOver(flavor, derivedLevels, from, to),
  ];
}

function parameterFor(flavor: SqlFlavor, rollup: NamedRollup, column: keyof RollupsTable): unknown {
  if (column === "newest") return 0n;
  const value = rollup[column];
  return value instanceof Uint8Array ? flavor.histogramValue(value) : value;
}
