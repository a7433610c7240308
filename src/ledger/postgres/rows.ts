import type { SqlStatement } from "../rollups/sql.ts";
import { sealedUntil } from "../rollups/sql.ts";
import type { RowValues } from "../rows.ts";
import { requestColumns } from "../schema.ts";
import type { StoredRow } from "../store.ts";
import { bytesArray, intArray, textArray } from "./values.ts";

type Column = (typeof requestColumns)[number];

const kinds = {
  id: "text",
  started_at: "bigint",
  facade: "text",
  client_dialect: "text",
  upstream_dialect: "text",
  alias: "text",
  provider: "text",
  model: "text",
  credential: "text",
  stream: "bigint",
  status: "text",
  error_code: "text",
  error_message: "text",
  finish_reason: "text",
  attempts: "bigint",
  first_token_us: "bigint",
  duration_us: "bigint",
  overhead_us: "bigint",
  input_tokens: "bigint",
  cache_read_tokens: "bigint",
  cache_write_5m_tokens: "bigint",
  cache_write_1h_tokens: "bigint",
  output_tokens: "bigint",
  reasoning_tokens: "bigint",
  input_audio_tokens: "bigint",
  output_audio_tokens: "bigint",
  usage_source: "text",
  usage_extensions: "text",
  cost_nano_usd: "bigint",
  price_version: "text",
  dropped: "text",
  client_request_id: "text",
  answer_id: "text",
  access_key: "text",
  end_user_id: "text",
  client: "text",
  session: "text",
  tags: "text",
  service_tier: "text",
  reported_cost_nano_usd: "bigint",
  cache_saved_nano_usd: "bigint",
  usual_trail: "text",
} as const satisfies Record<Column, "text" | "bigint">;

/** The first of those that come twice. */
export function withoutRepetitions(rows: readonly StoredRow[]): StoredRow[] {
  const byId = new Map(rows.toReversed().map((row) => [idOf(row), row]));
  return byId.size === rows.length ? [...rows] : [...byId.values()].toReversed();
}

const idAt = requestColumns.indexOf("id");
export const idOf = ({ values }: StoredRow): string => String(values[idAt]);

const names = requestColumns.join(", ");
const arrays = requestColumns.map((column) => `?::${kinds[column]}[]`).join(", ");

/**
 * Writes the rows, with their trails and bodies, that are not there already. Gives the id and the seq of each that was
 * written, and until when rollups are sealed. The seqs rise in the order of the rows.
 */
const insertText = `
with given as materialized (
  select * from unnest(${arrays}, ?::text[]) with ordinality as given(${names}, trail, place)
), fresh as (
  insert into requests (${names}) select ${names} from given order by place
  on conflict (id, started_at) do nothing returning seq, id, started_at
), fresh_trails as (
  insert into trails (seq, row_started_at, trail) select seq, started_at, trail from fresh join given using (id, started_at)
  where trail is not null
), fresh_bodies as (
  insert into bodies (seq, row_started_at, request, response, truncated)
  select seq, started_at, request, response, truncated
  from fresh join unnest(?::text[], ?::bytea[], ?::bytea[], ?::bigint[]) as kept(id, request, response, truncated) using (id)
)
select id, seq, ${sealedUntil} as sealed from fresh
union all select null, null, ${sealedUntil} where not exists (select 1 from fresh)`;

export function insertRows(rows: readonly StoredRow[]): SqlStatement {
  const kept = rows.flatMap((row) => (row.bodies === undefined ? [] : { id: idOf(row), ...row.bodies }));
  return {
    sql: insertText,
    parameters: [
      ...requestColumns.map((column, at) =>
        columnArray(
          column,
          rows.map(({ values }) => values[at] ?? null),
        ),
      ),
      textArray(rows.map(({ trail }) => trail ?? null)),
      textArray(kept.map(({ id }) => id)),
      bytesArray(kept.map(({ request }) => request)),
      bytesArray(kept.map(({ response }) => response)),
      intArray(kept.map(({ truncated }) => (truncated ? 1 : 0))),
    ],
  };
}

type Value = RowValues[number];

function columnArray(column: Column, values: readonly Value[]): Buffer {
  if (kinds[column] === "text") return textArray(values.map((value) => (value === null ? null : String(value))));
  return intArray(values.map((value) => (typeof value === "string" ? null : value)));
}
