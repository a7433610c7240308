import { type Cell, type Cells, rollupValues } from "../rollups/cells.ts";
import { addedRollups, sealableUntil, sealRollups } from "../rollups/seal.ts";
import {
  dimensions,
  isHistogram,
  mostKnownSeries,
  rollupColumns,
  rollupSums,
  type SqlStatement,
  upsertRollups,
} from "../rollups/sql.ts";
import { postgresFlavor } from "./flavor.ts";
import { numberOf } from "./histogram.ts";
import type { PostgresLease } from "./pool.ts";
import { intArray, textArray } from "./values.ts";

/** The rollups of rows, in the transaction that writes the rows. */
export interface PostgresRollups {
  /** What writes them. `sealed`: until when coarse rollups are made, in ms since 1970. */
  statements(lease: PostgresLease, cells: Cells, sealed: number): Promise<SqlStatement[]>;
  /** To be called when a transaction was rolled back. */
  forget(): void;
}

const names = dimensions.join(", ");
const wanted = `unnest(${dimensions.map(() => "?::text[]").join(", ")})`;
const same = dimensions.map((name) => `md5(known.${name}) = md5(wanted.${name})`).join(" and ");

const nameSeries = `insert into rollup_series (${names}) select * from ${wanted} on conflict do nothing`;
const findSeries =
  `select place, id from ${wanted} with ordinality as wanted(${names}, place) ` + `join rollup_series known on ${same}`;

/** One statement adds to a rollup only once, so they are summed up before. */
const upsert = upsertRollups(
  postgresFlavor,
  `select level, start, series, ${rollupSums(postgresFlavor, "histograms", "stored")} ` +
    `from unnest(${rollupColumns.map((column) => `?::${isHistogram(column) ? "numeric" : "bigint"}[]`).join(", ")}) ` +
    `as given(${rollupColumns.join(", ")}) group by level, start, series`,
);

export function createPostgresRollups(): PostgresRollups {
  const known = new Map<string, bigint>();

  /** The ids of the cells' series, in the order of the cells; 0 is all of them. */
  async function seriesOf(lease: PostgresLease, cells: readonly Cell[]): Promise<bigint[]> {
    const keys = cells.map(({ series }) => JSON.stringify(series));
    const unknown = new Map(
      cells.flatMap(({ series }, at) =>
        series.length === 0 || known.has(keys[at] ?? "") ? [] : [[keys[at] ?? "", series]],
      ),
    );
    if (unknown.size > 0) await learn(lease, [...unknown.keys()], [...unknown.values()]);
    const ids = keys.map((key) => known.get(key) ?? 0n);
    if (known.size > mostKnownSeries) known.clear();
    return ids;
  }

  async function learn(
    lease: PostgresLease,
    keys: readonly string[],
    series: readonly (readonly string[])[],
  ): Promise<void> {
    const columns = dimensions.map((_, at) => textArray(series.map((values) => values[at] ?? "")));
    let { rows } = await lease.run(findSeries, columns);
    if (rows.length < keys.length) {
      await lease.run(nameSeries, columns);
      ({ rows } = await lease.run(findSeries, columns));
    }
    for (const { place, id } of rows) known.set(keys[Number(place) - 1] ?? "", BigInt(String(id)));
  }

  return {
    async statements(lease, cells, sealed) {
      const added = addedRollups(cells, sealed);
      if (added.length === 0) return [];
      const series = await seriesOf(
        lease,
        added.map(({ cell }) => cell),
      );
      const values = added.map(({ level, cell }, at) => rollupValues(cell, level, series[at] ?? 0n));
      const until = sealableUntil(cells.newestStart);
      return [
        {
          sql: upsert,
          parameters: rollupColumns.map((column, at) =>
            columnOf(
              column,
              values.map((row) => row[at]),
            ),
          ),
        },
        ...(until > sealed ? sealRollups(postgresFlavor, sealed, until) : []),
      ];
    },
    forget: () => known.clear(),
  };
}

function columnOf(column: string, values: readonly unknown[]): unknown {
  if (!isHistogram(column)) return intArray(values.map((value) => (typeof value === "bigint" ? value : Number(value))));
  return `{${values.map((value) => (value instanceof Uint8Array ? numberOf(value) : "0")).join()}}`;
}
