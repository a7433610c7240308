import { create } from "@bufbuild/protobuf";
import type { Selectable } from "kysely";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { wordsOf } from "../core/enum-words.ts";
import type { ExchangeRow, ExchangeStatus } from "../core/exchange.ts";
import type { LedgerRow } from "../core/ledger.ts";
import type { RequestsTable, requestColumns } from "./schema.ts";
import { usualTrailText } from "./usual-trail.ts";

/** What a column takes: whole numbers may come as number or bigint. */
type Stored<T> = T extends bigint ? number | bigint : T;

type ValuesOf<Columns extends readonly (keyof RequestsTable)[]> = {
  readonly [I in keyof Columns]: Stored<RequestsTable[Columns[I]]>;
};

/** A row's values in the order of `requestColumns`. */
export type RowValues = ValuesOf<typeof requestColumns>;

const noUsage = [null, null, null, null, null, null, null, null, null, null] as const;

/** On the way of every call: nothing here is computed that could be at rest. */
export function rowValues(row: ExchangeRow): RowValues {
  const { usage } = row;
  return [
    row.id,
    row.startedAt,
    row.facade,
    row.clientDialect,
    row.upstreamDialect,
    row.alias,
    row.provider,
    row.model,
    row.credential,
    row.stream ? 1 : 0,
    row.status,
    row.errorCode,
    row.errorMessage,
    finishReasons.byNumber[row.finishReason] ?? "other",
    row.attempts,
    row.firstTokenUs,
    row.durationUs,
    row.overheadUs,
    ...(usage === undefined ? noUsage : usageValues(usage)),
    row.costNanoUsd,
    row.priceVersion,
    row.dropped.length === 0 ? "[]" : JSON.stringify(row.dropped),
    row.clientRequestId,
    row.answerId || null,
    row.accessKey,
    row.endUserId,
    row.client,
    row.session,
    row.tags.length === 0 ? "[]" : JSON.stringify(row.tags),
    row.serviceTier,
    row.reportedCostNanoUsd,
    row.cacheSavedNanoUsd,
    usualTrailText(row) ?? null,
  ];
}

const usageValues = (usage: Usage) =>
  [
    usage.inputTokens,
    usage.cacheReadTokens,
    usage.cacheWrite5mTokens,
    usage.cacheWrite1hTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    usage.inputAudioTokens,
    usage.outputAudioTokens,
    usageSources.byNumber[usage.source] ?? "",
    extensionsText(usage),
  ] as const;

/** Counts that few usages have: they are kept among the extensions, which have a dialect's name where these have "causeway". */
const rareCounts = [
  ["cacheReadAudioTokens", "causeway/cache_read_audio_tokens"],
  ["outputImageTokens", "causeway/output_image_tokens"],
  ["webSearches", "causeway/web_searches"],
  ["fileSearches", "causeway/file_searches"],
] as const;

function extensionsText(usage: Usage): string | null {
  let texts: Record<string, string> = usage.extensions;
  for (const [count, name] of rareCounts) if (usage[count] > 0) texts = { ...texts, [name]: String(usage[count]) };
  for (const _ in texts) return JSON.stringify(texts);
  return null;
}

const finishReasons = wordsOf(FinishReason);
const usageSources = wordsOf(UsageSource);

export function ledgerRow(stored: Selectable<RequestsTable>): LedgerRow {
  return {
    id: stored.id,
    startedAt: Number(stored.started_at),
    facade: stored.facade,
    clientDialect: stored.client_dialect,
    upstreamDialect: stored.upstream_dialect,
    alias: stored.alias,
    provider: stored.provider,
    model: stored.model,
    credential: stored.credential,
    stream: stored.stream !== 0n,
    status: statusOf(stored.status),
    errorCode: stored.error_code,
    errorMessage: stored.error_message,
    finishReason: finishReasons.byWord.get(stored.finish_reason) ?? FinishReason.OTHER,
    attempts: Number(stored.attempts),
    firstTokenUs: stored.first_token_us === null ? null : Number(stored.first_token_us),
    durationUs: Number(stored.duration_us),
    overheadUs: Number(stored.overhead_us),
    usage: usageOf(stored),
    costNanoUsd: stored.cost_nano_usd,
    priceVersion: stored.price_version,
    dropped: stringsIn(stored.dropped),
    clientRequestId: stored.client_request_id,
    answerId: stored.answer_id ?? "",
    accessKey: stored.access_key,
    endUserId: stored.end_user_id,
    client: stored.client,
    session: stored.session,
    tags: stringsIn(stored.tags),
    serviceTier: stored.service_tier,
    reportedCostNanoUsd: stored.reported_cost_nano_usd,
    cacheSavedNanoUsd: stored.cache_saved_nano_usd,
  };
}

/** What no version has written counts as failed. */
const statusOf = (word: string): ExchangeStatus => (word === "ok" || word === "cancelled" ? word : "error");

function usageOf(stored: Selectable<RequestsTable>): Usage | undefined {
  if (stored.usage_source === null) return undefined;
  const extensions = stored.usage_extensions === null ? {} : textsIn(stored.usage_extensions);
  const usage = create(UsageSchema, {
    inputTokens: Number(stored.input_tokens),
    cacheReadTokens: Number(stored.cache_read_tokens),
    cacheWrite5mTokens: Number(stored.cache_write_5m_tokens),
    cacheWrite1hTokens: Number(stored.cache_write_1h_tokens),
    outputTokens: Number(stored.output_tokens),
    reasoningTokens: Number(stored.reasoning_tokens),
    inputAudioTokens: Number(stored.input_audio_tokens),
    outputAudioTokens: Number(stored.output_audio_tokens),
    source: usageSources.byWord.get(stored.usage_source) ?? UsageSource.UNSPECIFIED,
    serviceTier: stored.service_tier,
    reportedCostNanoUsd: stored.reported_cost_nano_usd ?? undefined,
    extensions,
  });
  for (const [count, name] of rareCounts) {
    if (extensions[name] === undefined) continue;
    usage[count] = Number(extensions[name]);
    delete usage.extensions[name];
  }
  return usage;
}

export function stringsIn(json: string): string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function textsIn(json: string): Record<string, string> {
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
