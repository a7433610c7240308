import { CompiledQuery } from "kysely";
import type { Span } from "../rollups/levels.ts";
import type { SqlStatement } from "../rollups/sql.ts";
import type { LedgerDb } from "../sql-flavor.ts";
import { keepFrom } from "./removal.ts";

/** A part of each of the tables of rows, which can be emptied at once: those that began in a span of time. */
export interface Part extends Span {
  /** Ends the names of its tables. */
  readonly name: string;
}

/** What is in a part. */
export interface PartCounts {
  readonly rows: number;
  readonly bodies: number;
  /** As the bodies are stored. */
  readonly bytes: number;
  /** The latest start of a row. */
  readonly until: number;
}

/** How long to wait for those who read a part, while all others wait: it can be emptied later as well. */
const patienceMs = 200;

/** The first part that has rows, or bodies, if it is over before a time. undefined also where the store has no parts. */
export async function firstPart(db: LedgerDb, what: "rows" | "bodies", before: number): Promise<Part | undefined> {
  const { parts } = db.flavor;
  if (parts === undefined) return undefined;
  const names = await query<{ name: string }>(db, parts.names);
  const all = names.map(({ name }): Part => ({ name, ...parts.spanOf(name) })).sort((a, b) => a.from - b.from);
  for (const part of all.filter(({ to }) => to <= before)) {
    const some = `select 1 as found from ${what === "rows" ? "requests" : "bodies"}_${part.name} limit 1`;
    if ((await query(db, some)).length > 0) return part;
  }
  return undefined;
}

export async function countPart(db: LedgerDb, { name }: Part, what: "rows" | "bodies"): Promise<PartCounts> {
  const [rows] = await query<{ count: bigint; until: bigint | null }>(
    db,
    `select count(*) as count, max(started_at) as until from requests_${name}`,
  );
  const [bodies] = await query<{ count: bigint; bytes: bigint }>(
    db,
    "select count(*) as count, cast(coalesce(sum(length(request) + length(response)), 0) as bigint) as bytes " +
      `from bodies_${name}`,
  );
  return {
    rows: what === "rows" ? Number(rows?.count ?? 0) : 0,
    bodies: Number(bodies?.count ?? 0),
    bytes: Number(bodies?.bytes ?? 0),
    until: Number(rows?.until ?? 0),
  };
}

/** Removes all rows of a part, or their bodies alone. Nobody waits for it who writes or reads other parts. */
export const clearPart = ({ name, to }: Part, what: "rows" | "bodies"): SqlStatement[] => [
  { sql: `set local lock_timeout = ${patienceMs}`, parameters: [] },
  ...(what === "rows" ? [keepFrom(to)] : []),
  {
    sql: `truncate ${what === "rows" ? `requests_${name}, trails_${name}, ` : ""}bodies_${name}`,
    parameters: [],
  },
];

const query = async <Row>(db: LedgerDb, text: string): Promise<Row[]> =>
  (await db.executeQuery<Row>(CompiledQuery.raw(text))).rows;
