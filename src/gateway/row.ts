import type { Booked } from "../core/booking.ts";
import type { ExchangeRow } from "../core/exchange.ts";
import { dialectOf, type Exchange } from "../core/exchange.ts";

/** An error message longer than this says nothing more. */
const longestMessage = 2000;

/** The contract's own language, where a client speaks no vendor's. */
const contract = "causeway";

export function rowOf(exchange: Exchange, booked: Booked | undefined): ExchangeRow {
  const { call, target, error } = exchange;
  const usage = booked?.usage;
  const durationUs = exchange.elapsed();
  return {
    id: exchange.id,
    startedAt: exchange.startedAt,
    facade: call.facade,
    clientDialect: dialectOf(call.request)?.name ?? contract,
    upstreamDialect: exchange.tongue?.dialect.name ?? "",
    alias: call.model,
    provider: target?.upstream.name ?? "",
    model: target?.model ?? "",
    credential: target?.credential?.masked ?? "",
    stream: call.stream,
    status: exchange.status,
    errorCode: error?.code ?? "",
    errorMessage: error?.message.slice(0, longestMessage) ?? "",
    finishReason: exchange.finishReason,
    attempts: exchange.attempts,
    firstTokenUs: exchange.firstTokenAfter ?? null,
    durationUs,
    overheadUs: exchange.askedAfter ?? durationUs,
    usage,
    costNanoUsd: booked?.costNanoUsd ?? null,
    priceVersion: booked?.priceVersion ?? "",
    dropped: exchange.dropped,
    clientRequestId: call.clientRequestId,
    answerId: call.remembered === true ? (exchange.answerId ?? "") : "",
    accessKey: call.accessKey ?? "",
    endUserId: call.endUserId ?? "",
    client: call.client ?? "",
    session: call.session ?? "",
    tags: call.tags ?? [],
    serviceTier: usage?.serviceTier ?? "",
    reportedCostNanoUsd: usage?.reportedCostNanoUsd ?? null,
    cacheSavedNanoUsd: booked?.cacheSavedNanoUsd ?? null,
    trail: exchange.trail,
  };
}
