import type { Selectable } from "kysely";
import { type Booked, bookedAt, bookedAtTarget, bookedTogether } from "../core/booking.ts";
import type { LedgerRow } from "../core/ledger.ts";
import type { Pricing } from "../core/ports.ts";
import { isConfigured, isTold } from "../core/price.ts";
import type { LedgerRepricing, PricedRow, Repriced, RepriceKept, RepriceScope } from "../core/reprice.ts";
import { totalTokens } from "../core/usage.ts";
import { checkVersion } from "./audit.ts";
import { rollupLevels } from "./rollups/levels.ts";
import { progressOf } from "./rollups/progress.ts";
import { remakeOver } from "./rollups/seal.ts";
import type { SqlStatement } from "./rollups/sql.ts";
import { ledgerRow } from "./rows.ts";
import type { RequestsTable } from "./schema.ts";
import type { LedgerDb, SqlFlavor } from "./sql-flavor.ts";
import type { Store } from "./store.ts";
import { attemptsIn, repricedTrail } from "./trails.ts";

/**
 * What is read and changed at once. A commit waits some 50 ms for it; longer where the quarters of an hour that these rows
 * began in have many, since the sums over them are made anew: 0.3 s for 100,000.
 */
const pageRows = 5000;

type StoredRow = Selectable<RequestsTable>;

/** Prices rows anew with the prices that it is given, at the time when each was asked for. */
export function createRepricing(store: Store, pricing: Pricing): LedgerRepricing {
  return {
    async reprice(scope, watcher, signal) {
      await checkVersion(store);
      const { rowsFrom } = await progressOf(store.scanDb);
      const kept: Record<RepriceKept, number> = { told: 0, unpriced: 0, unclear: 0 };
      let rows = 0;
      let looked = 0;
      for (let after: StoredRow | undefined; ; ) {
        signal.throwIfAborted();
        const page = await pageOf(store.scanDb, { ...scope, from: Math.max(rowsFrom, scope.from) }, after);
        after = page.at(-1);
        if (after === undefined) return { rows, kept };
        const changes: Change[] = [];
        for (const stored of page) {
          const found = await reprice(store.scanDb, stored, scope, pricing);
          if (found === undefined) continue;
          rows += 1;
          if (typeof found === "string") kept[found] += 1;
          else if (found.change !== undefined) changes.push(found.change);
        }
        signal.throwIfAborted();
        if (!scope.dryRun) await write(store, changes);
        for (const { repriced } of changes) watcher.changed(repriced);
        looked += page.length;
        watcher.reached(looked, Number(after.started_at));
      }
    },

    close: () => store.close(),
  };
}

/** Rows that have taken something, in the order of their start, those behind `after`. */
function pageOf(
  db: LedgerDb,
  { from, to, unknownOnly }: RepriceScope,
  after: StoredRow | undefined,
): Promise<StoredRow[]> {
  let query = db
    .selectFrom("requests")
    .selectAll()
    .where("started_at", ">=", after?.started_at ?? BigInt(Math.ceil(from)))
    .where("started_at", "<", BigInt(Math.ceil(to)))
    .where("usage_source", "is not", null);
  if (unknownOnly) query = query.where("cost_nano_usd", "is", null);
  if (after !== undefined) {
    const { started_at: startedAt, seq } = after;
    query = query.where(({ eb, or }) => or([eb("started_at", ">", startedAt), eb("seq", ">", seq)]));
  }
  return query.orderBy("started_at").orderBy("seq").limit(pageRows).execute();
}

interface Change {
  readonly stored: StoredRow;
  readonly repriced: Repriced;
  /** The trail with the costs of its attempts; undefined: it tells none. */
  readonly trail: string | undefined;
}

/** undefined: it is not wanted. */
async function reprice(
  db: LedgerDb,
  stored: StoredRow,
  { isWanted }: RepriceScope,
  pricing: Pricing,
): Promise<RepriceKept | { readonly change: Change | undefined } | undefined> {
  const row = ledgerRow(stored);
  const found = stored.attempts > 1n ? await trailTextOf(db, stored) : undefined;
  const target = `${row.provider}/${row.model}`;
  const attempts = found === undefined ? [] : attemptsIn(found);
  if (![target, ...attempts.map((attempt) => attempt.target)].some(isWanted)) return undefined;
  const parts = attempts.map(({ target, usage }) => bookedAtTarget(target, usage, row.startedAt, pricing));
  const after = parts.length > 0 ? parts.reduce(bookedTogether) : answerOf(row, pricing);
  if (after === undefined) return { change: undefined };
  if (!addsUp(row, after)) return "unclear";
  if (isSame(row, after)) return { change: undefined };
  const kept = whyKept(row, after);
  if (kept !== undefined) return kept;
  const trail = found === undefined || parts.length === 0 ? undefined : repricedTrail(found, parts);
  return { change: { stored, repriced: { target, before: pricedOf(row), after: pricedOf(after) }, trail } };
}

async function trailTextOf(db: LedgerDb, stored: StoredRow): Promise<string | undefined> {
  const found = db.selectFrom("trails").select("trail").where(db.flavor.partOf(stored));
  return (await found.executeTakeFirst())?.trail;
}

/** What the only attempt has taken that took anything. */
const answerOf = ({ provider, model, usage, startedAt }: LedgerRow, pricing: Pricing): Booked | undefined =>
  usage && bookedAt(provider, model, usage, startedAt, pricing);

/** Whether the attempts have taken what the row says. */
const addsUp = ({ usage }: LedgerRow, { usage: sum }: Booked): boolean =>
  usage !== undefined && totalTokens(usage) === totalTokens(sum);

/** undefined: nothing speaks against the new price. */
function whyKept(row: PricedRow, after: PricedRow): RepriceKept | undefined {
  if (row.costNanoUsd === null || row.costNanoUsd === after.costNanoUsd) return undefined;
  if (isTold(row.priceVersion)) return isConfigured(after.priceVersion) ? undefined : "told";
  return after.costNanoUsd === null || isTold(after.priceVersion) ? "unpriced" : undefined;
}

/**
 * Whether there is nothing to be known anew. A version alone is none: what was computed with it, it says truly. And what was
 * told is as good as what is computed, so that it goes on being known as told.
 */
const isSame = (row: PricedRow, after: PricedRow): boolean =>
  row.costNanoUsd === after.costNanoUsd &&
  (after.cacheSavedNanoUsd === null || row.cacheSavedNanoUsd === after.cacheSavedNanoUsd || isTold(row.priceVersion));

const pricedOf = ({ costNanoUsd, cacheSavedNanoUsd, priceVersion }: PricedRow): PricedRow => ({
  costNanoUsd,
  cacheSavedNanoUsd,
  priceVersion,
});

/** In one transaction with the rollups over them. A row that was removed meanwhile stays so. */
async function write(store: Store, changes: readonly Change[]): Promise<void> {
  const [from, to] = [changes[0]?.stored.started_at, changes.at(-1)?.stored.started_at];
  if (from === undefined || to === undefined) return;
  const { flavor } = store.db;
  const remake = remakeOver(flavor, rollupLevels, Number(from), Number(to) + 1);
  await store.transact([...changes.flatMap((change) => updatesOf(flavor, change)), ...remake]);
}

function updatesOf(flavor: SqlFlavor, { stored, repriced: { after }, trail }: Change): SqlStatement[] {
  const { costNanoUsd, cacheSavedNanoUsd, priceVersion } = after;
  // Its seq may be another one's by now.
  const isIt = { sql: "seq = ? and started_at = ? and id = ?", parameters: [stored.seq, stored.started_at, stored.id] };
  const row = {
    sql: `update requests set cost_nano_usd = ?, cache_saved_nano_usd = ?, price_version = ? where ${isIt.sql}`,
    parameters: [costNanoUsd, cacheSavedNanoUsd, priceVersion, ...isIt.parameters],
  };
  if (trail === undefined) return [row];
  const part = flavor.partsOf([stored]);
  const steps = {
    sql: `update trails set trail = ? where ${part.sql} and exists (select 1 from requests where ${isIt.sql})`,
    parameters: [trail, ...part.parameters, ...isIt.parameters],
  };
  return [row, steps];
}
