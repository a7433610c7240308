import type { ErrorCodec } from "../../core/dialect.ts";
import { type ErrorCode, GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { codeOf, codeToldBy, hasLastingQuota, readBody, retryDelayOf, statusIn } from "../../core/wire-errors.ts";
import { isRecord, records, text, type Wire } from "../../core/wire-values.ts";
import { toJson } from "../../lib/json-text.ts";

/**
 * "Errors" (google.aip.dev/193) and "Backend error codes" (ai.google.dev/gemini-api/docs/troubleshooting):
 * {"error":{"code","message","status","details"}}. Where a stream is asked for, the same may stand in an array.
 */
export const errorCodec: ErrorCodec = { read: (status, body) => readBody(status, body, readErrorObject), write };

const detailType = "type.googleapis.com/google.rpc.";

/** The details of one type ("Error model", google/rpc/error_details.proto). */
const detailsOf = (error: Wire, type: string): readonly Wire[] =>
  records(error.details).filter((detail) => detail["@type"] === detailType + type);

function readErrorObject(status: number, wire: unknown): GatewayError {
  const top: unknown = Array.isArray(wire) ? wire[0] : wire;
  const outer = isRecord(top) ? top : {};
  const error = isRecord(outer.error) ? outer.error : outer;
  const message = text(error.message) || text(outer.error) || text(top) || `The provider answered ${status}.`;
  const nativeType = text(error.status);
  const [info] = detailsOf(error, "ErrorInfo");
  const [request] = detailsOf(error, "BadRequest");
  const [violation] = records(request?.fieldViolations);
  const reason = text(info?.reason);
  const named = byReason.get(reason) ?? byStatusWord.get(nativeType) ?? codeOf(status);
  const code = named === "rate_limited" && hasLastingQuota(error.details) ? "quota_exceeded" : named;
  return new GatewayError(codeToldBy(message, code), message, {
    upstreamStatus: status,
    param: text(violation?.field) || undefined,
    nativeType: nativeType || undefined,
    nativeCode: reason || undefined,
    retryAfterMs: retryDelayOf(error.details),
  });
}

const writeDelay = (ms: number): string => `${ms / 1000}s`;

/** The failure that an answer with a success status, or a chunk, reports. undefined: it reports none. */
export function reportedError(wire: unknown): GatewayError | undefined {
  const top: unknown = Array.isArray(wire) ? wire[0] : wire;
  if (!isRecord(top)) return undefined;
  const { error } = top;
  const isTold = isRecord(error) ? Object.keys(error).length > 0 : typeof error === "string" && error !== "";
  if (!isTold) return undefined;
  return readErrorObject(statusIn(isRecord(error) ? error.code : undefined) ?? 502, top);
}

/** "ErrorInfo", reason (google/api/error_reason.proto). */
const byReason: ReadonlyMap<string, ErrorCode> = new Map([
  ["API_KEY_INVALID", "upstream_unauthenticated"],
  ["ACCESS_TOKEN_EXPIRED", "upstream_unauthenticated"],
  ["ACCESS_TOKEN_TYPE_UNSUPPORTED", "upstream_unauthenticated"],
  ["CREDENTIALS_MISSING", "upstream_unauthenticated"],
  ["BILLING_DISABLED", "quota_exceeded"],
  ["RATE_LIMIT_EXCEEDED", "rate_limited"],
]);

/** google.rpc.Code, by the names that `status` gives. */
const byStatusWord: ReadonlyMap<string, ErrorCode> = new Map([
  ["INVALID_ARGUMENT", "invalid_request"],
  ["FAILED_PRECONDITION", "invalid_request"],
  ["OUT_OF_RANGE", "invalid_request"],
  ["UNAUTHENTICATED", "upstream_unauthenticated"],
  ["PERMISSION_DENIED", "permission_denied"],
  ["NOT_FOUND", "not_found"],
  ["RESOURCE_EXHAUSTED", "rate_limited"],
  ["CANCELLED", "upstream_error"],
  ["UNAVAILABLE", "upstream_overloaded"],
  ["DEADLINE_EXCEEDED", "upstream_timeout"],
  ["UNIMPLEMENTED", "not_supported"],
]);

/** Google's `status` for each of the gateway's codes. */
const statusWords: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "INVALID_ARGUMENT",
  missing_model: "INVALID_ARGUMENT",
  unsupported_field: "INVALID_ARGUMENT",
  context_length_exceeded: "INVALID_ARGUMENT",
  content_filtered: "FAILED_PRECONDITION",
  unauthenticated: "UNAUTHENTICATED",
  upstream_unauthenticated: "UNAUTHENTICATED",
  permission_denied: "PERMISSION_DENIED",
  model_not_found: "NOT_FOUND",
  not_found: "NOT_FOUND",
  method_not_allowed: "UNIMPLEMENTED",
  request_too_large: "INVALID_ARGUMENT",
  unsupported_media_type: "INVALID_ARGUMENT",
  rate_limited: "RESOURCE_EXHAUSTED",
  quota_exceeded: "RESOURCE_EXHAUSTED",
  cancelled: "CANCELLED",
  internal: "INTERNAL",
  not_supported: "UNIMPLEMENTED",
  upstream_error: "INTERNAL",
  upstream_unreachable: "UNAVAILABLE",
  upstream_cut: "UNAVAILABLE",
  upstream_malformed: "INTERNAL",
  unavailable: "UNAVAILABLE",
  upstream_overloaded: "UNAVAILABLE",
  deadline_exceeded: "DEADLINE_EXCEEDED",
  upstream_timeout: "DEADLINE_EXCEEDED",
};

/** Another vendor's type would say nothing to Google's SDKs. */
const ownWord = /^[A-Z]+(?:_[A-Z]+)*$/;

function write(error: GatewayError): string {
  const { message, param, nativeType = "", retryAfterMs } = error;
  const details: Members[] = [];
  const add = (type: string, members: Members): void => void details.push({ "@type": detailType + type, ...members });
  const info = infoOf(error);
  if (info !== undefined) add("ErrorInfo", info);
  if (param !== undefined) add("BadRequest", { fieldViolations: [{ field: param, description: message }] });
  if (retryAfterMs !== undefined) add("RetryInfo", { retryDelay: writeDelay(retryAfterMs) });
  const status = ownWord.test(nativeType) ? nativeType : statusWords[error.code];
  const written: Members = { code: error.status, message, status };
  if (details.length > 0) written.details = details;
  return toJson({ error: written });
}

/** A provider's own reason; for an error that is none of a provider's, the gateway's code. */
function infoOf({ code, nativeCode, upstreamStatus }: GatewayError): Members | undefined {
  if (nativeCode !== undefined) return { reason: nativeCode, domain: "googleapis.com" };
  return upstreamStatus === undefined ? { reason: code.toUpperCase(), domain: "causeway" } : undefined;
}
