import { CompiledQuery } from "kysely";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { LedgerAudit, RollupDifference } from "../core/ledger.ts";
import { newestVersion } from "./migrations.ts";
import { outlook } from "./retention/removal.ts";
import { limitsOf, noRun, runRetention } from "./retention/run.ts";
import { chunksOf } from "./rollups/chunks.ts";
import { type RollupLevel, rollupLevels, type Span } from "./rollups/levels.ts";
import { dimensions, expectedRollups, isProvable, remakeRollups, rollupColumns } from "./rollups/sql.ts";
import type { LedgerDb } from "./sql-flavor.ts";
import type { Store } from "./store.ts";

/**
 * Looks after a store from outside. Rollups are held against the rows as far back as there are rows, and read and written in
 * parts of at least a day, so that a gateway on the same store waits for none of them long, and memory does not grow with
 * the ledger.
 */
export function createAudit(store: Store, clock: Clock): LedgerAudit {
  const db = store.scanDb;
  return {
    async verify(report, signal) {
      await checkVersion(store);
      let looked = 0;
      for (const level of rollupLevels) {
        for await (const chunk of chunksOf(db, level)) {
          signal.throwIfAborted();
          looked += await compare(db, level, chunk, report);
        }
      }
      return looked;
    },

    async rebuild(signal) {
      await checkVersion(store);
      let made = 0;
      for (const level of rollupLevels) {
        for await (const { from, to } of chunksOf(db, level)) {
          signal.throwIfAborted();
          made += (await store.transact(remakeRollups(db.flavor, level, from, to))).at(-1) ?? 0;
        }
      }
      return made;
    },

    async outlook(retention) {
      await checkVersion(store);
      return outlook(store, limitsOf(retention, clock.now()));
    },

    async prune(retention, signal) {
      await checkVersion(store);
      const run = { ...noRun };
      await runRetention({ store, clock, retention: () => retention, signal, done: { bodies: undefined } }, run);
      return run;
    },

    compact: () => store.compact(),
    close: () => store.close(),
  };
}

/** An older or newer Causeway that writes to the store would know nothing of what is done here. */
export async function checkVersion({ db, location }: Store): Promise<void> {
  const tables = await db.executeQuery(CompiledQuery.raw(db.flavor.tableNamed("ledger_schema")));
  const newest = db.selectFrom("ledger_schema").select(({ fn }) => fn.max("version").as("version"));
  const version = Number((tables.rows.length > 0 ? await newest.executeTakeFirst() : undefined)?.version ?? 0);
  if (version === newestVersion) return;
  throw new GatewayError(
    "unavailable",
    `The ledger at ${location} has schema version ${version}; this Causeway works on version ${newestVersion}. ` +
      (version < newestVersion ? "Serve with this Causeway once: it brings it up to date." : "Use the newer Causeway."),
  );
}

type Values = Readonly<Record<string, unknown>>;

/** What is stored and what should be, in one statement: of one moment, whatever is being written. */
async function compare(
  db: LedgerDb,
  level: RollupLevel,
  { from, to }: Span,
  report: (difference: RollupDifference) => void,
): Promise<number> {
  const columns = rollupColumns.join(", ");
  const expected = expectedRollups(db.flavor, level, from, to);
  const text =
    `with expected(${columns}) as materialized (${expected.sql}), stored as materialized ` +
    `(select ${columns} from rollups where level = ${level.level} and start >= ? and start < ? ` +
    `and ${isProvable(level)}) ` +
    "select 'expected' as side, * from (select * from expected except select * from stored) as more " +
    "union all select 'stored', * from (select * from stored except select * from expected) as less " +
    `union all select 'count', ${rollupColumns.map((_, at) => (at === 0 ? "(select count(*) from stored)" : "null")).join(", ")}`;
  const { rows } = await db.executeQuery<Values>(CompiledQuery.raw(text, [...expected.parameters, from, to]));
  const sides = Map.groupBy(rows, ({ side }) => side);
  const keyOf = ({ start, series }: Values): string => `${start} ${series}`;
  const stored = new Map(sides.get("stored")?.map((row) => [keyOf(row), row]));
  for (const row of sides.get("expected") ?? []) {
    const was = stored.get(keyOf(row));
    stored.delete(keyOf(row));
    report(await differenceOf(db, level, row, was === undefined ? "missing" : "wrong", was));
  }
  for (const row of stored.values()) report(await differenceOf(db, level, row, "surplus", undefined));
  return Number(sides.get("count")?.[0]?.level ?? 0);
}

async function differenceOf(
  db: LedgerDb,
  { spanMs }: RollupLevel,
  row: Values,
  kind: RollupDifference["kind"],
  was: Values | undefined,
): Promise<RollupDifference> {
  const differs = (column: string): boolean =>
    was !== undefined && (isBytes(row[column]) ? !sameBytes(row[column], was[column]) : row[column] !== was[column]);
  return {
    start: Number(row.start),
    spanMs,
    series: await describeSeries(db, row.series),
    columns: rollupColumns.filter(differs),
    kind,
  };
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
const sameBytes = (a: unknown, b: unknown): boolean => isBytes(a) && isBytes(b) && Buffer.compare(a, b) === 0;

async function describeSeries(db: LedgerDb, id: unknown): Promise<string> {
  if (id === 0n) return "all rows";
  if (typeof id !== "bigint") return "rows of no known series";
  const series = await db.selectFrom("rollup_series").selectAll().where("id", "=", id).executeTakeFirst();
  if (series === undefined) return `a series that is not known (${id})`;
  return dimensions.flatMap((name) => (series[name] === "" ? [] : `${name}=${series[name]}`)).join(" ");
}
