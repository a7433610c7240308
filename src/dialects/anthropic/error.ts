import type { ErrorCodec } from "../../core/dialect.ts";
import { type ErrorCode, GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { codeToldBy, readError } from "../../core/wire-errors.ts";
import { isRecord, text, type Wire } from "../../core/wire-values.ts";
import { toJson } from "../../lib/json-text.ts";

/** "Claude API errors": {"type":"error","error":{"type","message","details"},"request_id"}. */
export const errorCodec: ErrorCodec = { read, write };

interface ErrorFacts {
  readonly code: ErrorCode;
  /** With which status it comes; a stream's event has none. */
  readonly status: number;
}

const byType: ReadonlyMap<string, ErrorFacts> = new Map([
  ["invalid_request_error", { code: "invalid_request", status: 400 }],
  ["authentication_error", { code: "upstream_unauthenticated", status: 401 }],
  ["billing_error", { code: "quota_exceeded", status: 402 }],
  ["permission_error", { code: "permission_denied", status: 403 }],
  ["not_found_error", { code: "not_found", status: 404 }],
  ["conflict_error", { code: "invalid_request", status: 409 }],
  ["request_too_large", { code: "request_too_large", status: 413 }],
  ["rate_limit_error", { code: "rate_limited", status: 429 }],
  ["api_error", { code: "upstream_error", status: 500 }],
  ["timeout_error", { code: "upstream_timeout", status: 504 }],
  ["overloaded_error", { code: "upstream_overloaded", status: 529 }],
]);

/** `details.error_code` of limits that do not go away by waiting. */
const spent: ReadonlySet<string> = new Set([
  "contract_spend_limit_reached",
  "enforced_spend_limit_reached",
  "linked_organization_spend_limit_reached",
]);

/** Servers in front of the vendor have forms of their own, which are read as everywhere. */
function read(status: number, body: Buffer): GatewayError {
  const common = readError(status, body);
  const { message, param, nativeType = "", retryAfterMs } = common;
  const nativeCode = detailOf(body) ?? common.nativeCode;
  const named = codeOfType(status, nativeType, nativeCode);
  const code = named === undefined ? common.code : codeToldBy(message, named);
  const native = { nativeType: nativeType || undefined, nativeCode };
  return new GatewayError(code, message, { param, upstreamStatus: status, retryAfterMs, ...native });
}

function detailOf(body: Buffer): string | undefined {
  if (!body.includes('"error_code"')) return undefined;
  try {
    const wire: unknown = JSON.parse(body.toString("utf8"));
    const error = isRecord(wire) && isRecord(wire.error) ? wire.error : {};
    return isRecord(error.details) ? text(error.details.error_code) || undefined : undefined;
  } catch {
    return undefined; // it was told so already
  }
}

/** The type says what it is where the status agrees; servers in between choose statuses of their own. */
function codeOfType(status: number, type: string, nativeCode: string | undefined): ErrorCode | undefined {
  if (nativeCode !== undefined && spent.has(nativeCode)) return "quota_exceeded";
  const facts = byType.get(type);
  if (facts?.code === "upstream_error" && status !== 500) return undefined;
  return facts?.code;
}

/** The failure that an event or an answer with a success status reports. undefined: it reports none. */
export function reportedError(wire: Wire): GatewayError | undefined {
  const { error } = wire;
  if (wire.type !== "error" && !isRecord(error)) return undefined;
  const type = isRecord(error) ? text(error.type) : "";
  return read(byType.get(type)?.status ?? 502, Buffer.from(JSON.stringify(wire)));
}

/** Anthropic's `type` for each of the gateway's codes, as its SDKs and users know them. */
const types: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "invalid_request_error",
  missing_model: "invalid_request_error",
  unsupported_field: "invalid_request_error",
  context_length_exceeded: "invalid_request_error",
  content_filtered: "invalid_request_error",
  unauthenticated: "authentication_error",
  upstream_unauthenticated: "authentication_error",
  permission_denied: "permission_error",
  model_not_found: "not_found_error",
  not_found: "not_found_error",
  method_not_allowed: "invalid_request_error",
  request_too_large: "request_too_large",
  unsupported_media_type: "invalid_request_error",
  rate_limited: "rate_limit_error",
  quota_exceeded: "rate_limit_error",
  cancelled: "api_error",
  internal: "api_error",
  not_supported: "api_error",
  upstream_error: "api_error",
  upstream_unreachable: "api_error",
  upstream_cut: "api_error",
  upstream_malformed: "api_error",
  unavailable: "overloaded_error",
  upstream_overloaded: "overloaded_error",
  deadline_exceeded: "timeout_error",
  upstream_timeout: "timeout_error",
};

function typeOf({ code, nativeType, status }: GatewayError): string {
  if (nativeType !== undefined && byType.has(nativeType)) return nativeType;
  return code === "quota_exceeded" && status === 402 ? "billing_error" : types[code];
}

/** `param` is not Anthropic's: it has no place for the field at fault. */
function write(error: GatewayError): string {
  const { message, param, nativeCode, upstreamStatus, code } = error;
  const errorCode = nativeCode ?? (upstreamStatus === undefined ? code : undefined);
  const told: Members = { type: typeOf(error), message, param };
  if (errorCode !== undefined) told.details = { error_code: errorCode };
  return toJson({ type: "error", error: told });
}
