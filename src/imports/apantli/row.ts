import { create } from "@bufbuild/protobuf";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { ErrorCode } from "../../core/error.ts";
import type { ExchangeBodies } from "../../core/exchange.ts";
import { maskKey } from "../../core/mask.ts";
import { newTrail } from "../../core/trail.ts";
import { nanoUsd } from "../../core/usd.ts";
import { count, isRecord, noFields, parseLeniently, records, type Wire } from "../../core/wire-values.ts";
import { importedId } from "../ids.ts";
import type { ImportedRow } from "../ledger.ts";
import { withoutSecrets, withoutTexts } from "../secrets.ts";
import { parseTimestamp } from "../timestamp.ts";
import type { ApantliRow } from "./source.ts";

export interface RowOptions {
  /** What the gateway calls a provider of LiteLLM's. */
  readonly providerName: (name: string) => string;
  /** The most bytes to keep of each request and each answer. undefined: neither is kept. */
  readonly bodyLimit: number | undefined;
}

export type Translated =
  | (ImportedRow & {
      readonly kind: "row";
      /** How many credentials were in it. */
      readonly secrets: number;
      /** Whether it has tokens, and a cost of 0: apantli writes that for a price that it does not know. */
      readonly unpriced: boolean;
      /** Whether a body was left out since it is no JSON: what a key is in it cannot be told. */
      readonly unreadable: boolean;
    })
  | { readonly kind: "skipped"; readonly why: string };

/** An error message longer than this says nothing more. */
const longestMessage = 2000;

/** Year 10889: beyond it a UUIDv7 has no room for the time. */
const latest = 2 ** 48;

/** A row of apantli's as one of the ledger's. */
export function translate(from: ApantliRow, options: RowOptions): Translated {
  const at = typeof from.timestamp === "string" ? parseTimestamp(from.timestamp) : undefined;
  if (at === undefined || at < 0 || at >= latest) return skip(`its timestamp is none: ${shown(from.timestamp)}`);
  if (typeof from.model !== "string" || from.model === "") return skip(`its model is none: ${shown(from.model)}`);
  const input = tokens(from.prompt_tokens);
  const output = tokens(from.completion_tokens);
  if (input === undefined || output === undefined) {
    return skip(`its tokens are no counts: ${shown(from.prompt_tokens)}, ${shown(from.completion_tokens)}`);
  }
  const cost = from.cost ?? 0;
  if (typeof cost !== "number" || !(cost >= 0 && cost < 1e9)) return skip(`its cost is none: ${shown(cost)}`);
  const duration = typeof from.duration_ms === "number" ? Math.max(0, Math.round(from.duration_ms)) : 0;

  const request = stripped(from.request_data);
  const response = stripped(from.response_data);
  const secrets = [...request.secrets, ...response.secrets];
  const provider = typeof from.provider === "string" && from.provider !== "unknown" ? from.provider : "";
  const error = typeof from.error === "string" && from.error !== "" ? withoutTexts(from.error, secrets) : undefined;
  const key = request.secrets.find((_, i) => i === 0);
  const isKnown = input + output > 0;
  return {
    kind: "row",
    secrets: secrets.length,
    unpriced: isKnown && cost === 0,
    unreadable: request.unreadable || response.unreadable,
    bodies: bodiesOf(request, response, secrets, options.bodyLimit),
    row: {
      id: importedId(at, ["apantli", from.id, String(from.timestamp), from.model, input, output, duration]),
      startedAt: at,
      facade: "apantli",
      clientDialect: "",
      upstreamDialect: "",
      alias: from.model,
      provider: provider === "" ? "" : options.providerName(provider),
      model: modelOf(request.wire, from.model, provider),
      credential: key === undefined ? "" : maskKey(key),
      stream: request.wire.stream === true,
      status: error === undefined ? "ok" : "error",
      errorCode: error === undefined ? "" : codeOf(error),
      errorMessage: (error ?? "").slice(0, longestMessage).toWellFormed(),
      finishReason: finishReasonOf(response.wire),
      attempts: error?.startsWith("UnknownModel:") ? 0 : 1,
      firstTokenUs: null,
      durationUs: duration * 1000,
      overheadUs: 0,
      usage: isKnown ? usageOf(response.wire, input, output) : undefined,
      costNanoUsd: cost > 0 ? nanoUsd(cost) : null,
      priceVersion: cost > 0 ? "imported:apantli" : "",
      dropped: [],
      clientRequestId: "",
      answerId: "",
      accessKey: "",
      endUserId: typeof request.wire.user === "string" ? request.wire.user.toWellFormed() : "",
      client: "",
      session: "",
      tags: [],
      serviceTier: "",
      reportedCostNanoUsd: null,
      cacheSavedNanoUsd: null,
      trail: newTrail(),
    },
  };
}

const skip = (why: string): Translated => ({ kind: "skipped", why });

const shown = (value: unknown): string =>
  typeof value === "string" ? `'${value.slice(0, 40).toWellFormed()}'` : String(value).slice(0, 40);

/** NULL counts as 0, as apantli itself writes what it does not know. */
const tokens = (value: unknown): number | undefined => count(value ?? 0);

interface Body {
  /** undefined: there is none, or it cannot be kept. */
  readonly text: string | undefined;
  readonly wire: Wire;
  readonly secrets: readonly string[];
  readonly unreadable: boolean;
}

const noBody: Body = { text: undefined, wire: noFields, secrets: [], unreadable: false };

/** Its text is as it was, unless there are credentials in it. */
function stripped(stored: unknown): Body {
  if (typeof stored !== "string" || stored === "") return noBody;
  const parsed = parseLeniently(stored);
  if (parsed === undefined) return { ...noBody, unreadable: true };
  const { value, secrets } = withoutSecrets(parsed);
  const text = secrets.length === 0 ? stored : JSON.stringify(value);
  return { text, wire: isRecord(value) ? value : noFields, secrets, unreadable: false };
}

function bodiesOf(
  request: Body,
  response: Body,
  secrets: readonly string[],
  limit: number | undefined,
): ExchangeBodies | undefined {
  if (limit === undefined || (request.text === undefined && response.text === undefined)) return undefined;
  const [sent, answered] = [request, response].map(({ text = "" }) => Buffer.from(withoutTexts(text, secrets)));
  if (sent === undefined || answered === undefined) return undefined;
  return {
    request: [sent.subarray(0, limit)],
    response: [answered.subarray(0, limit)],
    truncated: sent.length > limit || answered.length > limit,
  };
}

/** apantli puts LiteLLM's "provider/model" into the request before it notes it. */
function modelOf({ model }: Wire, name: string, provider: string): string {
  const asked = typeof model === "string" && model !== "" ? model : name;
  return provider !== "" && asked.startsWith(`${provider}/`) ? asked.slice(provider.length + 1) : asked;
}

/** LiteLLM's exceptions, by whose names apantli's error texts begin ("Exception Mapping", docs.litellm.ai). */
const errorCodes: Readonly<Record<string, ErrorCode>> = {
  UnknownModel: "model_not_found",
  NotFoundError: "model_not_found",
  RateLimitError: "rate_limited",
  AuthenticationError: "upstream_unauthenticated",
  PermissionDeniedError: "permission_denied",
  BadRequestError: "invalid_request",
  UnprocessableEntityError: "invalid_request",
  UnsupportedParamsError: "invalid_request",
  ContextWindowExceededError: "context_length_exceeded",
  ContentPolicyViolationError: "content_filtered",
  Timeout: "upstream_timeout",
  APIConnectionError: "upstream_unreachable",
  APIError: "upstream_error",
  ProviderError: "upstream_error",
  InternalServerError: "upstream_error",
  ServiceUnavailableError: "upstream_overloaded",
};

function codeOf(error: string): ErrorCode {
  const name = /^\w+/.exec(error)?.[0] ?? "";
  return (Object.hasOwn(errorCodes, name) ? errorCodes[name] : undefined) ?? "internal";
}

/** "The chat completion object" of the API that LiteLLM answers in. */
const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: FinishReason.STOP,
  length: FinishReason.LENGTH,
  tool_calls: FinishReason.TOOL_CALLS,
  function_call: FinishReason.TOOL_CALLS,
  content_filter: FinishReason.CONTENT_FILTER,
};

function finishReasonOf({ choices }: Wire): FinishReason {
  const reason = records(choices)[0]?.finish_reason;
  if (typeof reason !== "string") return FinishReason.UNSPECIFIED;
  return (Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : undefined) ?? FinishReason.OTHER;
}

/** With the answer's own details, as far as they are parts of the totals. */
function usageOf({ usage }: Wire, inputTokens: number, outputTokens: number): Usage {
  const wire = isRecord(usage) ? usage : noFields;
  const detail = (group: string, name: string): number => {
    const details = wire[group];
    return (isRecord(details) ? count(details[name]) : undefined) ?? 0;
  };
  const read = detail("prompt_tokens_details", "cached_tokens");
  const written = count(wire.cache_creation_input_tokens) ?? 0;
  const reasoning = detail("completion_tokens_details", "reasoning_tokens");
  const hasCached = read + written <= inputTokens;
  return create(UsageSchema, {
    inputTokens,
    outputTokens,
    cacheReadTokens: hasCached ? read : 0,
    cacheWrite5mTokens: hasCached ? written : 0,
    reasoningTokens: reasoning <= outputTokens ? reasoning : 0,
    source: UsageSource.REPORTED,
  });
}
