import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { wordsOf } from "../../core/enum-words.ts";
import type { Exchange, ExchangeRow } from "../../core/exchange.ts";
import type { AttemptStep, TrailStep } from "../../core/trail.ts";
import { knownUsd } from "../../core/usd.ts";
import type { TraceContext } from "../trace-context.ts";

/** A span that is over. */
export interface SpanData {
  readonly name: string;
  readonly kind: "server" | "client";
  readonly context: TraceContext;
  readonly parent: { readonly context: TraceContext; readonly isRemote: boolean } | undefined;
  /** µs since 1970, as all times here. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly at: number; readonly attributes: Attributes }[];
  /** What went wrong. undefined: nothing. */
  readonly error: string | undefined;
}

export type Attributes = Readonly<Record<string, string | number | boolean | string[] | undefined>>;

/** An exchange's trace: who called for it, its own span, and those of its attempts. */
export interface ExchangeTrace {
  readonly parent: TraceContext | undefined;
  readonly own: TraceContext;
  attempt(step: AttemptStep): TraceContext;
}

/** The conventions' version that the names here are of; later ones rename what they say of tokens. */
export const schemaUrl = "https://opentelemetry.io/schemas/1.41.0";

export type ProviderName = (provider: string) => string;

/**
 * An exchange as spans: one for the whole as its caller sees it, with what was used (OpenTelemetry's "Semantic conventions
 * for generative client AI spans"), and one for each attempt within. Only the first has an operation's name and tokens, so
 * that nothing is counted twice. Nothing that people wrote is in them.
 */
export function spansOf(
  exchange: Pick<Exchange, "answerId" | "call">,
  row: ExchangeRow,
  trace: ExchangeTrace,
  providerName: ProviderName,
): SpanData[] {
  const { steps } = row.trail;
  const operation = operationOf(exchange);
  const whole: SpanData = {
    name: `${operation} ${shorten(row.alias)}`,
    kind: "server",
    context: trace.own,
    parent: trace.parent && { context: trace.parent, isRemote: true },
    start: timeOf(row, 0),
    end: timeOf(row, row.durationUs),
    attributes: { "gen_ai.operation.name": operation, ...attributesOf(exchange, row, providerName) },
    events: steps.flatMap((step) => eventOf(step, row) ?? []),
    error: row.status === "error" ? row.errorCode : undefined,
  };
  const attempts = steps.flatMap((step) =>
    step.kind === "attempt" ? attemptSpan(step, row, trace, providerName) : [],
  );
  return [whole, ...attempts];
}

function attemptSpan(step: AttemptStep, row: ExchangeRow, trace: ExchangeTrace, providerName: ProviderName): SpanData {
  const slash = step.target.indexOf("/");
  const provider = step.target.slice(0, slash);
  return {
    name: `attempt ${step.target}`,
    kind: "client",
    context: trace.attempt(step),
    parent: { context: trace.own, isRemote: false },
    start: timeOf(row, step.atUs),
    end: timeOf(row, step.endUs ?? row.durationUs),
    attributes: {
      "gen_ai.provider.name": providerName(provider),
      "gen_ai.request.model": step.target.slice(slash + 1),
      "error.type": step.code,
      "http.response.status_code": step.status,
      "causeway.provider": provider,
      "causeway.credential": step.credential || undefined,
      "causeway.outcome": step.outcome,
      "causeway.hedge": step.hedge,
    },
    events:
      step.begunUs === undefined ? [] : [{ name: "causeway.begun", at: timeOf(row, step.begunUs), attributes: {} }],
    error: step.outcome === "failed" ? (step.code ?? "internal") : undefined,
  };
}

/** What happened between attempts. */
function eventOf(step: TrailStep, row: ExchangeRow): SpanData["events"][number] | undefined {
  switch (step.kind) {
    case "skipped":
      return {
        name: "causeway.skipped",
        at: timeOf(row, step.atUs),
        attributes: { target: step.target, credential: step.credential || undefined, why: step.why },
      };
    case "wait":
      return {
        name: "causeway.wait",
        at: timeOf(row, step.atUs),
        attributes: { why: step.why, seconds: step.us / 1e6 },
      };
    case "attempt":
      return undefined;
    default:
      return step satisfies never;
  }
}

const timeOf = ({ startedAt }: ExchangeRow, us: number): number => startedAt * 1000 + us;

export const operationOf = ({ call }: Pick<Exchange, "call">): string =>
  call.request.kind === "embeddings" ? "embeddings" : "chat";

function attributesOf(
  { answerId, call }: Pick<Exchange, "answerId" | "call">,
  row: ExchangeRow,
  providerName: ProviderName,
): Attributes {
  const { usage } = row;
  const some = (tokens: number | undefined): number | undefined => tokens || undefined;
  return {
    "gen_ai.provider.name": row.provider === "" ? undefined : providerName(row.provider),
    "gen_ai.request.model": shorten(row.alias),
    "gen_ai.request.stream": row.stream || undefined,
    "gen_ai.response.model": row.model || undefined,
    "gen_ai.response.id": answerId,
    "gen_ai.response.finish_reasons": finishReasonsOf(row),
    "gen_ai.response.time_to_first_chunk": row.stream && row.firstTokenUs !== null ? row.firstTokenUs / 1e6 : undefined,
    "gen_ai.conversation.id": call.session === undefined ? undefined : shorten(call.session),
    "gen_ai.usage.input_tokens": usage?.inputTokens,
    "gen_ai.usage.output_tokens": usage?.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": some(usage?.cacheReadTokens),
    "gen_ai.usage.cache_creation.input_tokens": some(usage && usage.cacheWrite5mTokens + usage.cacheWrite1hTokens),
    "gen_ai.usage.reasoning.output_tokens": some(usage?.reasoningTokens),
    "error.type": row.errorCode || undefined,
    "causeway.request_id": row.id,
    "causeway.facade": row.facade,
    "causeway.provider": row.provider || undefined,
    "causeway.status": row.status,
    "causeway.strategy": row.trail.strategy || undefined,
    "causeway.attempts": row.attempts,
    "causeway.overhead": row.overheadUs / 1e6,
    "causeway.service_tier": row.serviceTier || undefined,
    "causeway.cost_dollars": dollars(row.costNanoUsd),
    "causeway.reported_cost_dollars": dollars(row.reportedCostNanoUsd),
    "causeway.cache_saved_dollars": row.cacheSavedNanoUsd === 0n ? undefined : dollars(row.cacheSavedNanoUsd),
  };
}

const dollars = (nanos: bigint | null): number | undefined => knownUsd(nanos) ?? undefined;

const finishReasons = wordsOf(FinishReason).byNumber;

function finishReasonsOf({ finishReason }: ExchangeRow): string[] | undefined {
  const name = finishReasons[finishReason];
  return name === undefined || name === "" ? undefined : [name];
}

/** A client writes what it likes where a name is expected. */
const shorten = (text: string): string => text.slice(0, 256);
