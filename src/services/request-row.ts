import type { MessageInitShape, UnknownEnum } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { type RequestRowSchema, Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { ExchangeStatus } from "../core/exchange.ts";
import type { LedgerRow } from "../core/ledger.ts";

const statuses: Readonly<Record<ExchangeStatus, Status>> = {
  ok: Status.OK,
  error: Status.ERROR,
  cancelled: Status.CANCELLED,
};

/** A row of the ledger in the contract's form. */
export function requestRow(row: LedgerRow): MessageInitShape<typeof RequestRowSchema> {
  const { startedAt, status, finishReason, firstTokenUs, durationUs, overheadUs, ...rest } = row;
  const { costNanoUsd, reportedCostNanoUsd, cacheSavedNanoUsd, ...same } = rest;
  return {
    ...same,
    startedAt: timestampFromMs(startedAt),
    status: statuses[status],
    finishReason: finishWords[finishReason] ?? "other",
    firstTokenUs: firstTokenUs === null ? undefined : BigInt(firstTokenUs),
    durationUs: BigInt(durationUs),
    overheadUs: BigInt(overheadUs),
    costNanoUsd: costNanoUsd ?? undefined,
    reportedCostNanoUsd: reportedCostNanoUsd ?? undefined,
    cacheSavedNanoUsd: cacheSavedNanoUsd ?? undefined,
    dropped: [...row.dropped],
    tags: [...row.tags],
  };
}

/** Every reason that has a name has to be here. */
const named: Readonly<Record<Exclude<FinishReason, UnknownEnum>, string>> = {
  [FinishReason.UNSPECIFIED]: "",
  [FinishReason.STOP]: "stop",
  [FinishReason.LENGTH]: "length",
  [FinishReason.TOOL_CALLS]: "tool_calls",
  [FinishReason.CONTENT_FILTER]: "content_filter",
  [FinishReason.REFUSAL]: "refusal",
  [FinishReason.PAUSE]: "pause",
  [FinishReason.ERROR]: "error",
  [FinishReason.OTHER]: "other",
};
const finishWords: Readonly<Record<number, string>> = named;
