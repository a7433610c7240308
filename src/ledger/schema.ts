import type { ColumnDataType, Generated } from "kysely";
import type { SumColumn } from "./rollups/sql.ts";

/** What stores have different words for. */
export interface ColumnTypes {
  readonly bytes: ColumnDataType;
  readonly histogram: ColumnDataType;
  /** A whole number that the database counts up by itself. */
  readonly serial: ColumnDataType;
  /** What refers to such a number. In SQLite only "integer" makes it the key of the table's own tree. */
  readonly serialKey: ColumnDataType;
}

/** Whole numbers are 64 bits wide, and read as bigint. Booleans are 0 and 1. Words are text, so that people can query. */
export interface RequestsTable {
  /** Rises in the order of commits. */
  seq: Generated<bigint>;
  id: string;
  /** ms since 1970. */
  started_at: bigint;
  facade: string;
  client_dialect: string;
  upstream_dialect: string;
  alias: string;
  provider: string;
  model: string;
  credential: string;
  stream: bigint;
  /** "ok", "error" or "cancelled". */
  status: string;
  error_code: string;
  error_message: string;
  /** FinishReason in lower case, for example "tool_calls"; empty when unspecified. */
  finish_reason: string;
  attempts: bigint;
  first_token_us: bigint | null;
  duration_us: bigint;
  overhead_us: bigint;
  /** The usage is null in all its columns, or in none but the last. */
  input_tokens: bigint | null;
  cache_read_tokens: bigint | null;
  cache_write_5m_tokens: bigint | null;
  cache_write_1h_tokens: bigint | null;
  output_tokens: bigint | null;
  reasoning_tokens: bigint | null;
  input_audio_tokens: bigint | null;
  output_audio_tokens: bigint | null;
  /** UsageSource in lower case, for example "reported"; empty when unspecified. */
  usage_source: string | null;
  /** JSON object of strings, in which counts that few usages have are named "causeway/…"; null when empty. */
  usage_extensions: string | null;
  /** null: the price is unknown. */
  cost_nano_usd: bigint | null;
  price_version: string;
  /** JSON array of strings. */
  dropped: string;
  client_request_id: string;
  /** By which the client may refer to the answer later; null where there is no such thing. */
  answer_id: string | null;
  /** The gateway's, masked. Empty when there was none, as the next three. */
  access_key: string;
  end_user_id: string;
  client: string;
  session: string;
  /** JSON array of strings. */
  tags: string;
  /** How the provider has served it, in its own word, for example "flex". Empty: as usual. */
  service_tier: string;
  /** What the provider says that it cost. null: it does not say. */
  reported_cost_nano_usd: bigint | null;
  /** How much more it would have cost without the provider's prompt cache; negative where writing to it cost more. */
  cache_saved_nano_usd: bigint | null;
  /** The trail of a request that went the usual way, in the form of `usualTrailText`. null: it is among `trails`, if anywhere. */
  usual_trail: string | null;
}

/** How the bytes of a body are stored. */
export type BodyEncoding = "" | "zstd";

export interface BodiesTable {
  /** The request's. A whole number, since an index of ids would cost each row another 2 µs. */
  seq: bigint;
  request: Uint8Array;
  request_encoding: string;
  response: Uint8Array;
  response_encoding: string;
  truncated: bigint;
}

/**
 * Why requests went where they went, where that was not the usual way. Apart from them: within their rows it doubled the
 * pages that a sum over all of them reads.
 */
export interface TrailsTable {
  /** The request's. */
  seq: bigint;
  /** JSON, in the form of `trailText`. */
  trail: string;
}

/** A combination of what rollups are grouped by, with the columns' values of its rows. Never removed. */
export interface RollupSeriesTable {
  /** From 1. */
  id: Generated<bigint>;
  provider: string;
  model: string;
  alias: string;
  access_key: string;
  facade: string;
  client: string;
  status: string;
  error_code: string;
}

/** Sums over the rows of a series that began in a span of time. */
export interface RollupsTable extends Record<SumColumn, bigint> {
  /** Which of `rollupLevels`. */
  level: bigint;
  /** In ms since 1970. */
  start: bigint;
  /** 0: over all. */
  series: bigint;
  /** The highest seq of its rows. */
  newest: bigint;
  /** A `Histogram` of µs, over the rows answered whole. */
  durations: Uint8Array;
  /** A `Histogram` of µs, over the rows answered whole. */
  first_token_times: Uint8Array;
}

/** One row. */
export interface RollupProgressTable {
  /** Until when coarse rollups are made, in ms since 1970. */
  sealed_until: bigint;
  /** Rows that began before are removed, in ms since 1970, and their rollups are all there is. A multiple of a day. */
  rows_from: bigint;
}

/** What has to outlive a restart, and belongs to no request. */
export interface StateTable {
  key: string;
  value: string;
  /** ms since 1970. */
  updated_at: bigint;
}

/** One row for each migration that ran. */
export interface SchemaTable {
  version: bigint;
  /** ms since 1970. */
  applied_at: bigint;
}

export interface LedgerTables {
  requests: RequestsTable;
  bodies: BodiesTable;
  trails: TrailsTable;
  rollup_series: RollupSeriesTable;
  rollups: RollupsTable;
  rollup_progress: RollupProgressTable;
  state: StateTable;
  ledger_schema: SchemaTable;
}

/** The order in which a row's values travel to a store. */
export const requestColumns = [
  "id",
  "started_at",
  "facade",
  "client_dialect",
  "upstream_dialect",
  "alias",
  "provider",
  "model",
  "credential",
  "stream",
  "status",
  "error_code",
  "error_message",
  "finish_reason",
  "attempts",
  "first_token_us",
  "duration_us",
  "overhead_us",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "reasoning_tokens",
  "input_audio_tokens",
  "output_audio_tokens",
  "usage_source",
  "usage_extensions",
  "cost_nano_usd",
  "price_version",
  "dropped",
  "client_request_id",
  "answer_id",
  "access_key",
  "end_user_id",
  "client",
  "session",
  "tags",
  "service_tier",
  "reported_cost_nano_usd",
  "cache_saved_nano_usd",
  "usual_trail",
] as const satisfies readonly (keyof RequestsTable)[];
