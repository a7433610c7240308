import type { RowFilter } from "../../core/ledger.ts";
import type { RequestsTable } from "../schema.ts";
import type { LedgerDb } from "../sql-flavor.ts";

/** What a filter names, by the columns that rollups are grouped by as well. */
export const dimensionsOf = (filter: RowFilter) =>
  [
    ["provider", filter.providers],
    ["model", filter.models],
    ["alias", filter.aliases],
    ["access_key", filter.accessKeys],
    ["facade", filter.facades],
    ["client", filter.clients],
    ["status", filter.statuses],
    ["error_code", filter.errorCodes],
  ] as const satisfies readonly (readonly [keyof RequestsTable, readonly string[] | undefined])[];

const isSet = (names: readonly unknown[] | undefined): boolean => names !== undefined && names.length > 0;

/** Whether a filter asks only for what rollups are grouped by. */
export const isRolledUp = (filter: RowFilter): boolean =>
  ![filter.credentials, filter.endUserIds, filter.sessions, filter.tags].some(isSet) &&
  [filter.stream, filter.minDurationUs, filter.maxDurationUs, filter.minCostNanoUsd, filter.maxCostNanoUsd].every(
    (bound) => bound === undefined,
  ) &&
  (filter.text ?? "") === "";

/** The rows that a filter lets through. */
export function matching(db: LedgerDb, filter: RowFilter) {
  let query = db.selectFrom("requests");
  const names = [
    ...dimensionsOf(filter),
    ["credential", filter.credentials],
    ["end_user_id", filter.endUserIds],
    ["session", filter.sessions],
  ] as const;
  for (const [column, wanted] of names) {
    if (wanted !== undefined && wanted.length > 0) query = query.where(column, "in", wanted);
  }
  // Starts are whole milliseconds.
  if (filter.from !== undefined) query = query.where("started_at", ">=", BigInt(Math.ceil(filter.from)));
  if (filter.to !== undefined) query = query.where("started_at", "<", BigInt(Math.ceil(filter.to)));
  if (filter.minCostNanoUsd !== undefined) query = query.where("cost_nano_usd", ">=", filter.minCostNanoUsd);
  if (filter.maxCostNanoUsd !== undefined) query = query.where("cost_nano_usd", "<=", filter.maxCostNanoUsd);
  if (filter.minDurationUs !== undefined) query = query.where("duration_us", ">=", filter.minDurationUs);
  if (filter.maxDurationUs !== undefined) query = query.where("duration_us", "<=", filter.maxDurationUs);
  if (filter.stream !== undefined) query = query.where("stream", "=", filter.stream ? 1n : 0n);
  const { tags = [], text = "" } = filter;
  if (tags.length > 0) query = query.where(db.flavor.hasTag(tags));
  if (text !== "") query = query.where(db.flavor.hasText(text));
  return query;
}
