import type Database from "better-sqlite3";
import { type Cell, type Cells, rollupValues } from "./rollup-cells.ts";
import { sealableUntil, sealedRollups, sealRollups } from "./rollup-seal.ts";
import { dimensions, rollupColumns, sealedUntil, upsertRollups } from "./rollup-sql.ts";
import { sqliteFlavor } from "./sqlite-flavor.ts";

/** As many series' ids are remembered; names of models come from clients, so there may be any number. */
const mostKnown = 10_000;

/** Writes the rollups of rows in the transaction that writes the rows. */
export interface RollupWriter {
  write(cells: Cells): void;
  /** To be called when a transaction was rolled back. */
  forget(): void;
}

export function createRollupWriter(db: Database.Database): RollupWriter {
  const marks = rollupColumns.map(() => "?").join(", ");
  const upsert = db.prepare(upsertRollups(sqliteFlavor, `values (${marks})`));
  const progress = db.prepare(`select ${sealedUntil}`).pluck();
  const find = db
    .prepare(`select id from rollup_series where ${dimensions.map((name) => `${name} = ?`).join(" and ")}`)
    .pluck();
  const name = db.prepare(
    `insert into rollup_series (${dimensions.join(", ")}) values (${dimensions.map(() => "?").join(", ")})`,
  );
  const known = new Map<string, number | bigint>();

  function seriesOf(series: readonly string[]): number | bigint {
    const key = JSON.stringify(series);
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const found = find.get(series);
    const id = typeof found === "bigint" ? found : name.run(series).lastInsertRowid;
    if (known.size >= mostKnown) known.clear();
    known.set(key, id);
    return id;
  }

  function writeCell(cell: Cell, sealed: number): void {
    const series = seriesOf(cell.series);
    upsert.run(rollupValues(cell, 0, cell.start, series));
    for (const at of sealedRollups(cell.start, series, sealed)) {
      upsert.run(rollupValues(cell, at.level, at.start, at.series));
    }
  }

  return {
    write(cells) {
      const sealed = Number(progress.get());
      for (const cell of cells.all()) writeCell(cell, sealed);
      const until = sealableUntil(cells.newestStart);
      if (until <= sealed) return;
      for (const { sql, parameters } of sealRollups(sqliteFlavor, sealed, until)) db.prepare(sql).run(parameters);
    },
    forget: () => known.clear(),
  };
}
