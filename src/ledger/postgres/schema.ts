import { CompiledQuery, type Kysely } from "kysely";
import { dimensions, sumColumns } from "../rollups/sql.ts";
import type { LedgerTables } from "../schema.ts";
import { createHistogramOf } from "./histogram.ts";
import { createMonth, edges } from "./months.ts";

/** Names are compared byte by byte, as in SQLite, and not by the rules of the database's language. */
const text = 'text collate "C" not null';
const optionalText = 'text collate "C"';
const whole = "bigint not null";
const optionalWhole = "bigint";

const requests = `
create sequence requests_seq;
create table requests (
  seq bigint not null default nextval('requests_seq'),
  id ${text},
  started_at ${whole},
  facade ${text},
  client_dialect ${text},
  upstream_dialect ${text},
  alias ${text},
  provider ${text},
  model ${text},
  credential ${text},
  stream ${whole},
  status ${text},
  error_code ${text},
  error_message ${text},
  finish_reason ${text},
  attempts ${whole},
  first_token_us ${optionalWhole},
  duration_us ${whole},
  overhead_us ${whole},
  input_tokens ${optionalWhole},
  cache_read_tokens ${optionalWhole},
  cache_write_5m_tokens ${optionalWhole},
  cache_write_1h_tokens ${optionalWhole},
  output_tokens ${optionalWhole},
  reasoning_tokens ${optionalWhole},
  input_audio_tokens ${optionalWhole},
  output_audio_tokens ${optionalWhole},
  usage_source ${optionalText},
  usage_extensions ${optionalText},
  cost_nano_usd ${optionalWhole},
  price_version ${text},
  dropped ${text},
  client_request_id ${text},
  answer_id ${optionalText},
  access_key ${text},
  end_user_id ${text},
  client ${text},
  session ${text},
  tags ${text},
  service_tier ${text},
  reported_cost_nano_usd ${optionalWhole},
  cache_saved_nano_usd ${optionalWhole},
  unique (id, started_at)
) partition by range (started_at);
alter sequence requests_seq owned by requests.seq;
create index on requests (seq);
create index on requests (started_at);
`;

/** Ids of answers are the providers': only a hash index takes them however long they are. */
const answers = "create index on requests using hash (answer_id) where answer_id is not null;";

/** Their times have a name of their own, so that a row's time is not ambiguous where they are joined. */
const parts = `
create table bodies (
  seq ${whole},
  row_started_at ${whole},
  request bytea not null,
  request_encoding ${text} default '',
  response bytea not null,
  response_encoding ${text} default '',
  truncated ${whole},
  primary key (seq, row_started_at)
) partition by range (row_started_at);
create table trails (
  seq ${whole},
  row_started_at ${whole},
  trail ${text},
  primary key (seq, row_started_at)
) partition by range (row_started_at);
`;

/** What foreign keys do in SQLite: here they would cost each row that is written, and each month that is dropped. */
const removal = `
create function remove_parts() returns trigger language plpgsql as $$
begin
  delete from bodies using gone where bodies.seq = gone.seq and bodies.row_started_at = gone.started_at;
  delete from trails using gone where trails.seq = gone.seq and trails.row_started_at = gone.started_at;
  return null;
end $$;
create trigger remove_parts after delete on requests referencing old table as gone
  for each statement execute function remove_parts();
`;

/**
 * Series are unique by hashes, since names come from clients and an index takes no long ones. Rollups of now are updated
 * with each commit: pages with room take that without touching the index.
 */
const rollups = `
create table rollup_series (id bigserial primary key, ${dimensions.map((name) => `${name} ${text}`).join(", ")});
create unique index on rollup_series (${dimensions.map((name) => `md5(${name})`).join(", ")});
create table rollups (
  level ${whole},
  start ${whole},
  series ${whole},
  ${sumColumns.map((name) => `${name} ${whole},`).join(" ")}
  newest ${whole},
  durations numeric not null,
  first_token_times numeric not null,
  primary key (level, start, series)
) with (fillfactor = 50);
create table rollup_progress (sealed_until ${whole}, rows_from ${whole} default 0);
insert into rollup_progress values (0, 0);
create table state (key ${text} primary key, value ${text}, updated_at ${whole});
`;

/**
 * Whether a text, or the bytes of a body, contain a text, whatever the case of its letters. Bytes that are no UTF-8 all
 * through, as when a body was cut, are searched byte by byte, without NUL, of which there is no text; then only the case
 * of a to z does not count.
 */
const contains = (collation: string) => `
create function contains_text(value text, wanted text) returns boolean language sql immutable parallel safe as $$
  select strpos(lower(value collate ${collation}), lower(wanted collate ${collation})) > 0 $$;
create function contains_text(value bytea, wanted text) returns boolean language plpgsql immutable parallel safe as $$
begin
  return strpos(lower(convert_from(value, 'UTF8') collate ${collation}), lower(wanted collate ${collation})) > 0;
exception when character_not_in_repertoire then
  return strpos(
    lower(convert_from(decode(replace(replace(
      encode(value, 'escape'), '\\\\', '\\134'), '\\000', ''), 'escape'), 'LATIN1') collate "C"),
    lower(convert_from(convert_to(wanted, 'UTF8'), 'LATIN1') collate "C")) > 0;
end $$;
`;

/** Makes the tables, as SQLite has them after the migrations up to the version that `postgresFlavor` names. */
export async function createPostgresTables(db: Kysely<LedgerTables>): Promise<void> {
  const run = (statement: string) => db.executeQuery<{ found: bigint }>(CompiledQuery.raw(statement));
  // Where PostgreSQL has Unicode's own rules for letters, texts are searched by them; else by those of the database.
  const unicode = await run("select count(*) as found from pg_collation where collname = 'und-x-icu'");
  const collation = unicode.rows[0]?.found === 0n ? '"default"' : '"und-x-icu"';
  for (const statement of [requests, answers, parts, removal, rollups, createHistogramOf, contains(collation)]) {
    await run(statement);
  }
  for (const edge of edges) for (const statement of createMonth(edge)) await run(statement);
}
