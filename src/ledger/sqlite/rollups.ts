import type Database from "better-sqlite3";
import { type Cells, rollupValues } from "../rollups/cells.ts";
import { addedRollups, sealableUntil, sealRollups } from "../rollups/seal.ts";
import { dimensions, mostKnownSeries, rollupColumns, sealedUntil, upsertRollups } from "../rollups/sql.ts";
import { histogramSql } from "./histogram-sql.ts";

/** Writes the rollups of rows in the transaction that writes the rows. */
export interface RollupWriter {
  write(cells: Cells): void;
  /** To be called when a transaction was rolled back. */
  forget(): void;
}

export function createRollupWriter(db: Database.Database): RollupWriter {
  const marks = rollupColumns.map(() => "?").join(", ");
  const upsert = db.prepare(upsertRollups(histogramSql, `values (${marks})`));
  const progress = db.prepare(`select ${sealedUntil}`).pluck();
  const find = db
    .prepare(`select id from rollup_series where ${dimensions.map((name) => `${name} = ?`).join(" and ")}`)
    .pluck();
  const name = db.prepare(
    `insert into rollup_series (${dimensions.join(", ")}) values (${dimensions.map(() => "?").join(", ")})`,
  );
  const known = new Map<string, number | bigint>();
  const sealing = new Map<string, Database.Statement>();

  /** Compiling those that seal takes a third of their time. */
  function prepared(sql: string): Database.Statement {
    const statement = sealing.get(sql) ?? db.prepare(sql);
    sealing.set(sql, statement);
    return statement;
  }

  function seriesOf(series: readonly string[]): number | bigint {
    if (series.length === 0) return 0;
    const key = JSON.stringify(series);
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const found = find.get(series);
    const id = typeof found === "bigint" ? found : name.run(series).lastInsertRowid;
    if (known.size >= mostKnownSeries) known.clear();
    known.set(key, id);
    return id;
  }

  return {
    write(cells) {
      const sealed = Number(progress.get());
      for (const { level, cell } of addedRollups(cells, sealed)) {
        upsert.run(rollupValues(cell, level, seriesOf(cell.series)));
      }
      const until = sealableUntil(cells.newestStart);
      if (until <= sealed) return;
      for (const { sql, parameters } of sealRollups(histogramSql, sealed, until)) prepared(sql).run(parameters);
    },
    forget: () => known.clear(),
  };
}
