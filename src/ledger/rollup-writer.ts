import type Database from "better-sqlite3";
import { type Cell, type Cells, rollupValues } from "./rollup-cells.ts";
import { derivedLevels, floorTo, quarterMs } from "./rollup-levels.ts";
import { dimensions, remakeRollups, sealedUntil, upsertRollup } from "./rollup-sql.ts";

/** As many series' ids are remembered; names of models come from clients, so there may be any number. */
const mostKnown = 10_000;

/** A quarter is sealed this long after its end: what began in it and settles later costs a statement for each level. */
const graceMs = quarterMs;

/** Writes the rollups of rows in the transaction that writes the rows. */
export interface RollupWriter {
  write(cells: Cells): void;
  /** To be called when a transaction was rolled back. */
  forget(): void;
}

export function createRollupWriter(db: Database.Database): RollupWriter {
  const upsert = db.prepare(upsertRollup);
  const progress = db.prepare(`select ${sealedUntil}`).pluck();
  const advance = db.prepare("update rollup_progress set sealed_until = ?");
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
    for (const { level, spanMs, bySeries } of derivedLevels) {
      if (cell.start >= floorTo(sealed, spanMs)) continue;
      upsert.run(rollupValues(cell, level, floorTo(cell.start, spanMs), bySeries ? series : 0));
    }
  }

  function seal(from: number, to: number): void {
    advance.run(to);
    for (const level of derivedLevels) {
      const first = floorTo(from, level.spanMs);
      const last = floorTo(to, level.spanMs);
      if (first >= last) continue;
      for (const { sql, parameters } of remakeRollups(level, first, last)) db.prepare(sql).run(parameters);
    }
  }

  return {
    write(cells) {
      const sealed = Number(progress.get());
      for (const cell of cells.all()) writeCell(cell, sealed);
      const until = floorTo(cells.newestStart - graceMs, quarterMs);
      if (until > sealed) seal(sealed, until);
    },
    forget: () => known.clear(),
  };
}
