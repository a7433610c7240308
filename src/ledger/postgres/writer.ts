import { Cells, startOf } from "../rollups/cells.ts";
import type { SqlStatement } from "../rollups/sql.ts";
import type { StoredRow } from "../store.ts";
import { isMonthMissing } from "./faults.ts";
import { createMonth, type Month, monthOf } from "./months.ts";
import type { PostgresLease } from "./pool.ts";
import { createPostgresRollups } from "./rollups.ts";
import { idOf, insertRows, withoutRepetitions } from "./rows.ts";

/** An arbitrary number ("CWAY"), by which gateways know that one of them is writing. */
const lockKey = 0x43574159;

/**
 * Gateways on one database write one after the other, each a batch at a time: so a row's seq rises in the order of commits,
 * rollups are sealed once, and nobody waits for somebody who waits for them.
 */
export const beginWriting = `begin; select pg_advisory_xact_lock(${lockKey})`;

/** Writes through a connection on loan. */
export interface PostgresWriter {
  /** All of it or nothing. What began before `summedBefore`, in ms since 1970, counts in no rollup. */
  write(lease: PostgresLease, rows: readonly StoredRow[], summedBefore: number): Promise<void>;
  /** Runs statements: all or none. Resolves with how many rows each has changed. `patienceMs`: for each of them. */
  transact(lease: PostgresLease, statements: readonly SqlStatement[], patienceMs: number): Promise<number[]>;
}

interface Batch {
  readonly rows: readonly StoredRow[];
  readonly summedBefore: number;
}

export function createPostgresWriter(): PostgresWriter {
  const rollups = createPostgresRollups();
  const months = new Set<string>();

  async function insert(lease: PostgresLease, batch: Batch, missing: readonly Month[]): Promise<void> {
    await lease.run(beginWriting);
    for (const month of missing) await makeMonth(lease, month);
    const { sql, parameters } = insertRows(batch.rows);
    const { rows } = await lease.run(sql, parameters);
    const seqs = new Map(rows.map(({ id, seq }) => [id, seq]));
    const cells = new Cells();
    for (const row of batch.rows) {
      const seq = seqs.get(idOf(row));
      if (typeof seq === "bigint" && startOf(row.values) >= batch.summedBefore) cells.add(row.values, seq);
    }
    const statements = await rollups.statements(lease, cells, Number(rows[0]?.sealed));
    await runAll(lease, [...statements, { sql: "commit", parameters: [] }]);
  }

  async function write(lease: PostgresLease, batch: Batch): Promise<void> {
    const wanted = new Map(
      batch.rows.map(({ values }) => monthOf(startOf(values))).map((month) => [month.name, month]),
    );
    const missing = [...wanted.values()].filter(({ name }) => !months.has(name));
    await undoing(lease, () => insert(lease, batch, missing));
    for (const { name } of missing) months.add(name);
  }

  /** What was learned in a transaction that did not come to its end may be wrong. */
  async function undoing<T>(lease: PostgresLease, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      rollups.forget();
      months.clear();
      await lease.run("rollback").catch(() => undefined); // a connection that is gone has rolled back
      throw error;
    }
  }

  return {
    async write(lease, given, summedBefore) {
      const batch = { rows: withoutRepetitions(given), summedBefore };
      try {
        await write(lease, batch);
      } catch (error) {
        // Another gateway has removed a month that this one knew.
        if (!isMonthMissing(error)) throw error;
        await write(lease, batch);
      }
    },
    transact: (lease, statements, patienceMs) =>
      undoing(lease, async () => {
        await lease.run(`${beginWriting}; set local statement_timeout = ${patienceMs}`);
        const counts = await runAll(lease, [...statements, { sql: "commit", parameters: [] }], patienceMs);
        return counts.slice(0, -1);
      }),
  };
}

async function makeMonth(lease: PostgresLease, month: Month): Promise<void> {
  const { rows } = await lease.run("select 1 where to_regclass(?) is not null", [`requests_${month.name}`]);
  if (rows.length > 0) return;
  for (const statement of createMonth(month)) await lease.run(statement);
}

/** Hands all of them to the server at once, which runs one after the other, and none after one that fails. */
async function runAll(
  lease: PostgresLease,
  statements: readonly SqlStatement[],
  patienceMs?: number,
): Promise<number[]> {
  const results = await Promise.allSettled(
    statements.map(({ sql, parameters }) => lease.run(sql, parameters, patienceMs)),
  );
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value.count;
  });
}
