import { type RawBuilder, sql } from "kysely";
import type {
  FilterValues,
  LedgerReader,
  LedgerRow,
  RowCursor,
  RowFilter,
  RowOrder,
  RowOrderBy,
} from "../../core/ledger.ts";
import { ledgerRow, stringsIn } from "../rows.ts";
import type { LedgerDb } from "../sql-flavor.ts";
import { matching } from "./filter.ts";
import { sumsBySeries } from "./period-sums.ts";

const newestFirst: RowOrder = { by: "start", ascending: false };

/** Rows one by one, and what there is to filter them by. */
export function createLists(db: LedgerDb, scanDb: LedgerDb): Pick<LedgerReader, "list" | "values"> {
  return {
    list(filter, limit, after, order = newestFirst) {
      const isScan = order.by !== "start" || (filter.text ?? "") !== "";
      return list(isScan ? scanDb : db, filter, limit, after, order);
    },
    values: (filter) => values(scanDb, filter),
  };
}

/** `placeOf` of core/ledger.ts, for the database. */
export const places: Readonly<Record<RowOrderBy, RawBuilder<bigint>>> = {
  start: sql`started_at`,
  cost: sql`coalesce(cost_nano_usd, -1)`,
  duration: sql`duration_us`,
  tokens: sql`coalesce(input_tokens + output_tokens, -1)`,
};

async function list(
  db: LedgerDb,
  filter: RowFilter,
  limit: number,
  after: RowCursor | undefined,
  { by, ascending }: RowOrder,
): Promise<LedgerRow[]> {
  let query = matching(db, filter);
  const place = places[by];
  if (after !== undefined) {
    const { place: at, id } = after;
    query = query
      .where(place, ascending ? ">=" : "<=", at) // said apart, so that the index is entered here
      .where(({ eb, or }) => or([eb(place, ascending ? ">" : "<", at), eb("id", ascending ? ">" : "<", id)]));
  }
  const direction = ascending ? "asc" : "desc";
  const rows = await query.selectAll().orderBy(place, direction).orderBy("id", direction).limit(limit).execute();
  return rows.map(ledgerRow);
}

/** What is looked through for the values that rollups do not have. */
const newestRows = 10_000;

async function values(db: LedgerDb, filter: RowFilter): Promise<FilterValues> {
  const [cells, newest] = await Promise.all([
    sumsBySeries(db, filter, "few"),
    db
      .selectFrom(matching(db, filter).selectAll().orderBy("started_at", "desc").limit(newestRows).as("newest"))
      .select(["credential", "end_user_id", "session", "tags"])
      .distinct()
      .execute(),
  ]);
  const named = (of: (cell: (typeof cells)[number]) => string): string[] => sorted(cells.map(of));
  return {
    providers: named(({ provider }) => provider),
    models: named(({ model }) => model),
    aliases: named(({ alias }) => alias),
    facades: named(({ facade }) => facade),
    accessKeys: named(({ access_key }) => access_key),
    clients: named(({ client }) => client),
    errorCodes: named(({ error_code }) => error_code),
    credentials: sorted(newest.map(({ credential }) => credential)),
    endUserIds: sorted(newest.map(({ end_user_id }) => end_user_id)),
    sessions: sorted(newest.map(({ session }) => session)),
    tags: sorted(newest.flatMap(({ tags }) => stringsIn(tags))),
  };
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].filter((name) => name !== "").sort();
