import { type RawBuilder, sql } from "kysely";
import type { CopyCounts, CopyDifference, LedgerCopy } from "../../core/copy.ts";
import { checkVersion } from "../audit.ts";
import { progressOf } from "../rollups/progress.ts";
import type { LedgerDb } from "../sql-flavor.ts";
import type { Store } from "../store.ts";
import { readStoredRows } from "./rows.ts";
import { copyOldSums } from "./sums.ts";

/** What is looked at at once. */
const pageRows = 1000;
/** What is read and written at once: so many rows, and no more than these bytes of bodies as they are stored, or one row. */
const batchRows = 250;
const batchBytes = 4 * 1024 * 1024;

/**
 * Copies in the order of seq, page by page. What is there already is known by its id, so there is nothing to remember where
 * a copy has stopped. What was copied is read back, and compared.
 */
export function createCopy(from: Store, to: Store): LedgerCopy {
  return {
    async count() {
      await checkVersion(from);
      const { rows } = await sql<{ count: bigint }>`select count(*) as count from requests`.execute(from.scanDb);
      return Number(rows[0]?.count ?? 0);
    },

    async run(progress, differs, signal) {
      await checkVersion(from);
      await to.start();
      // Rows from before are in these sums, whether they are still there or not.
      const summedBefore = (await progressOf(from.scanDb)).rowsFrom;
      const removedBefore = (await progressOf(to.scanDb)).rowsFrom;
      const oldSums = await copyOldSums(from, to, Math.max(summedBefore, removedBefore), differs, signal);
      const counts = { rows: 0, there: 0, removed: 0, bodies: 0 };
      for (let after = 0n; ; ) {
        signal.throwIfAborted();
        const page = await tracesOf(from.scanDb, sql`requests.seq > ${after} order by requests.seq limit ${pageRows}`);
        after = page.at(-1)?.seq ?? 0n;
        if (page.length === 0) break;
        await copyPage(from, to, page, { summedBefore, removedBefore, counts, progress, differs, signal });
      }
      signal.throwIfAborted();
      return { ...counts, oldSums, state: await copyState(from, to) };
    },

    async close() {
      await Promise.all([from.close(), to.close()]);
    },
  };
}

/** As much of a row as says whether it is the same as another. */
export interface Trace {
  readonly seq: bigint;
  readonly id: string;
  readonly started_at: bigint;
  readonly duration_us: bigint;
  readonly input_tokens: bigint | null;
  readonly output_tokens: bigint | null;
  readonly cost_nano_usd: bigint | null;
  readonly has_trail: bigint;
  /** What its bodies take as they are stored. null: there are none. */
  readonly bytes: bigint | null;
}

async function tracesOf(db: LedgerDb, condition: RawBuilder<unknown>): Promise<readonly Trace[]> {
  const [isBodyOfRow, isTrailOfRow] = [db.flavor.isPartOfRow("bodies"), db.flavor.isPartOfRow("trails")];
  const { rows } = await sql<Trace>`
    select requests.seq, id, started_at, duration_us, input_tokens, output_tokens, cost_nano_usd,
      cast(case when trails.seq is null and usual_trail is null then 0 else 1 end as bigint) as has_trail,
      cast(length(request) + length(response) as bigint) as bytes
    from requests left join bodies on ${sql.raw(isBodyOfRow)} left join trails on ${sql.raw(isTrailOfRow)}
    where ${condition}`.execute(db);
  return rows;
}

/** Those that a store has of some rows. */
async function tracesIn(db: LedgerDb, wanted: readonly Trace[]): Promise<ReadonlyMap<string, Trace>> {
  if (wanted.length === 0) return new Map();
  const starts = wanted.map(({ started_at }) => Number(started_at));
  const found = await tracesOf(
    db,
    sql`id in (${sql.join(wanted.map(({ id }) => id))})
      and started_at between ${Math.min(...starts)} and ${Math.max(...starts)}`,
  );
  return new Map(found.map((trace) => [trace.id, trace]));
}

interface Work {
  readonly summedBefore: number;
  /** The other store removes rows that began before, and has sums over them. */
  readonly removedBefore: number;
  readonly counts: { -readonly [name in keyof CopyCounts]: number };
  readonly progress: (counts: CopyCounts) => void;
  readonly differs: (difference: CopyDifference) => void;
  readonly signal: AbortSignal;
}

async function copyPage(from: Store, to: Store, page: readonly Trace[], work: Work): Promise<void> {
  const { summedBefore, counts, progress, differs, signal } = work;
  const there = await tracesIn(to.scanDb, page);
  // Whether the other store had a row, and has it in its sums alone.
  const isRemoved = ({ id, started_at: startedAt }: Trace, before: number): boolean =>
    !there.has(id) && startedAt >= summedBefore && startedAt < before;
  const wanted = page.filter((trace) => !isRemoved(trace, work.removedBefore));
  // What is removed meanwhile is not to be summed up a second time: it is missing, and in the sums the next time.
  const { rowsFrom } = await progressOf(to.scanDb);
  const missing = wanted.filter((trace) => !there.has(trace.id) && !isRemoved(trace, rowsFrom));
  counts.there += there.size;
  counts.removed += page.length - there.size - missing.length;
  counts.rows += page.length - missing.length;
  for (const batch of batchesOf(missing)) {
    signal.throwIfAborted();
    await to.copyIn(await readStoredRows(from.scanDb, batch), summedBefore);
    counts.rows += batch.length;
    counts.bodies += batch.filter(({ bytes }) => bytes !== null).length;
    progress({ ...counts });
  }
  const copied = await tracesIn(to.scanDb, missing);
  const isWrong = (trace: Trace): boolean => {
    const known = there.get(trace.id);
    if (known !== undefined) return !isSameRow(trace, known); // whose bodies may be removed by now
    const added = copied.get(trace.id);
    return !isSameRow(trace, added) || (trace.bytes === null) !== (added?.bytes === null);
  };
  // Rows may have been removed or changed since they were read.
  const wrong = [...(await tracesIn(from.scanDb, wanted.filter(isWrong))).values()].filter(isWrong);
  const starts = wrong.map(({ started_at }) => Number(started_at));
  if (wrong.length > 0) {
    const what = `${wrong.length === 1 ? "1 row is" : `${wrong.length} rows are`} missing or different`;
    differs({ from: Math.min(...starts), to: Math.max(...starts), what });
  }
  progress({ ...counts });
}

function* batchesOf(rows: readonly Trace[]): Generator<readonly Trace[]> {
  let batch: Trace[] = [];
  let total = 0;
  for (const row of rows) {
    total += Number(row.bytes ?? 0);
    if (batch.length > 0 && (batch.length === batchRows || total > batchBytes)) {
      yield batch;
      batch = [];
      total = Number(row.bytes ?? 0);
    }
    batch.push(row);
  }
  if (batch.length > 0) yield batch;
}

const rowColumns = [
  "started_at",
  "duration_us",
  "input_tokens",
  "output_tokens",
  "cost_nano_usd",
  "has_trail",
] as const;

const isSameRow = (one: Trace, other: Trace | undefined): boolean =>
  other !== undefined && rowColumns.every((name) => one[name] === other[name]);

/** What the other store knows better stays. Resolves with how many entries were written. */
async function copyState(from: Store, to: Store): Promise<number> {
  const [given, known] = await Promise.all(
    [from, to].map(({ scanDb }) => scanDb.selectFrom("state").selectAll().execute()),
  );
  const times = new Map(known?.map(({ key, updated_at }) => [key, updated_at]));
  const fresh = (given ?? []).filter(({ key, updated_at }) => updated_at > (times.get(key) ?? -1n));
  await to.saveState(new Map(fresh.map(({ key, value }) => [key, value])));
  return fresh.length;
}
