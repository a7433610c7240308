import { create, toJsonString, type UnknownEnum } from "@bufbuild/protobuf";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { ExportFormat, type RequestRow, RequestRowSchema } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { type LedgerReader, type LedgerRow, placeOf, type RowCursor, type RowFilter } from "../core/ledger.ts";
import { requestRow } from "./request-row.ts";
import { invalid } from "./stats-invalid.ts";

const chunkRows = 500;
const order = { by: "start", ascending: true } as const;

/** The rows as a file, in parts of whole lines. The next part is read when it is asked for. */
export async function* exportRows(
  ledger: Pick<LedgerReader, "list">,
  filter: RowFilter,
  format: ExportFormat,
): AsyncGenerator<Uint8Array> {
  const { head, line } = writerOf(format);
  if (head !== "") yield Buffer.from(head);
  let after: RowCursor | undefined;
  for (;;) {
    const rows = await ledger.list(filter, chunkRows, after, order);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield Buffer.from(rows.map(line).join(""));
    if (rows.length < chunkRows) return;
    after = { place: placeOf(last, order.by), id: last.id };
  }
}

interface LineWriter {
  readonly head: string;
  line(row: LedgerRow): string;
}

function writerOf(format: ExportFormat): LineWriter {
  switch (format) {
    case ExportFormat.UNSPECIFIED:
    case ExportFormat.NDJSON:
      return { head: "", line: (row) => `${toJsonString(RequestRowSchema, message(row))}\n` };
    case ExportFormat.CSV:
      return {
        head: `${columns.map(([name]) => name).join(",")}\r\n`,
        line: (row) => `${columns.map(([, value]) => csv(value(row))).join(",")}\r\n`,
      };
    default:
      throw invalid(`'format' is ${format}; it takes EXPORT_FORMAT_NDJSON and EXPORT_FORMAT_CSV.`);
  }
}

const message = (row: LedgerRow): RequestRow => create(RequestRowSchema, requestRow(row));

type CsvValue = string | number | bigint | boolean | null | undefined;

const columns: readonly (readonly [name: string, value: (row: LedgerRow) => CsvValue])[] = [
  ["id", (row) => row.id],
  ["started_at", (row) => new Date(row.startedAt).toISOString()],
  ["facade", (row) => row.facade],
  ["client_dialect", (row) => row.clientDialect],
  ["upstream_dialect", (row) => row.upstreamDialect],
  ["alias", (row) => row.alias],
  ["provider", (row) => row.provider],
  ["model", (row) => row.model],
  ["credential", (row) => row.credential],
  ["stream", (row) => row.stream],
  ["status", (row) => row.status],
  ["error_code", (row) => row.errorCode],
  ["error_message", (row) => row.errorMessage],
  ["finish_reason", (row) => message(row).finishReason],
  ["attempts", (row) => row.attempts],
  ["first_token_us", (row) => row.firstTokenUs],
  ["duration_us", (row) => row.durationUs],
  ["overhead_us", (row) => row.overheadUs],
  ["input_tokens", (row) => row.usage?.inputTokens],
  ["cache_read_tokens", (row) => row.usage?.cacheReadTokens],
  ["cache_write_5m_tokens", (row) => row.usage?.cacheWrite5mTokens],
  ["cache_write_1h_tokens", (row) => row.usage?.cacheWrite1hTokens],
  ["output_tokens", (row) => row.usage?.outputTokens],
  ["reasoning_tokens", (row) => row.usage?.reasoningTokens],
  ["input_audio_tokens", (row) => row.usage?.inputAudioTokens],
  ["output_audio_tokens", (row) => row.usage?.outputAudioTokens],
  ["cache_read_audio_tokens", (row) => row.usage?.cacheReadAudioTokens],
  ["output_image_tokens", (row) => row.usage?.outputImageTokens],
  ["web_searches", (row) => row.usage?.webSearches],
  ["file_searches", (row) => row.usage?.fileSearches],
  ["service_tier", (row) => row.serviceTier],
  ["usage_source", ({ usage }) => usage && sourceWords[usage.source]],
  ["cost_nano_usd", (row) => row.costNanoUsd],
  ["reported_cost_nano_usd", (row) => row.reportedCostNanoUsd],
  ["cache_saved_nano_usd", (row) => row.cacheSavedNanoUsd],
  ["price_version", (row) => row.priceVersion],
  ["dropped", (row) => listText(row.dropped)],
  ["client_request_id", (row) => row.clientRequestId],
  ["answer_id", (row) => row.answerId],
  ["access_key", (row) => row.accessKey],
  ["end_user_id", (row) => row.endUserId],
  ["client", (row) => row.client],
  ["session", (row) => row.session],
  ["tags", (row) => listText(row.tags)],
];

const sources: Readonly<Record<Exclude<UsageSource, UnknownEnum>, string>> = {
  [UsageSource.UNSPECIFIED]: "",
  [UsageSource.REPORTED]: "reported",
  [UsageSource.ESTIMATED]: "estimated",
  [UsageSource.PARTIAL]: "partial",
};
const sourceWords: Readonly<Record<number, string>> = sources;

const listText = (items: readonly string[]): string => (items.length === 0 ? "" : JSON.stringify(items));

/** RFC 4180. Clients choose some texts: one that a spreadsheet would run as a formula gets an apostrophe before it. */
function csv(value: CsvValue): string {
  if (typeof value !== "string") return String(value ?? "");
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
