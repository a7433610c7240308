import type { ErrorCodec } from "../../core/dialect.ts";
import { type ErrorCode, GatewayError } from "../../core/error.ts";
import { fieldText } from "../../core/extensions.ts";
import { isRecord, text, type Wire } from "./wire.ts";

/** "Error codes" (platform.openai.com/docs/guides/error-codes): {"error":{"message","type","param","code"}}. */
export const errorCodec: ErrorCodec = { read, write };

const word = (value: unknown): string | undefined =>
  (typeof value === "number" ? String(value) : text(value)) || undefined;

function read(status: number, body: Buffer): GatewayError {
  let wire: unknown;
  try {
    wire = JSON.parse(body.toString("utf8"));
  } catch {
    const start = body.toString("utf8", 0, 300).trim();
    const said = start === "" ? "an empty body" : start.startsWith("<") ? "a page of HTML" : `"${start}"`;
    return new GatewayError(codeOf(status), `The provider answered ${status} with ${said}.`, {
      upstreamStatus: status,
    });
  }
  return readErrorObject(status, wire);
}

/** Also takes the forms of compatible servers: {"error":"text"}, {"message"}, {"detail"}, [{"error":{…}}], "text". */
function readErrorObject(status: number, wire: unknown): GatewayError {
  const outer = Array.isArray(wire) ? wire[0] : wire;
  const top = isRecord(outer) ? outer : {};
  const error = isRecord(top.error) ? top.error : top;
  const detail = word(top.detail) ?? (top.detail === undefined ? undefined : fieldText(top.detail));
  const message = word(error.message) ?? word(top.error) ?? word(top.message) ?? detail ?? word(outer);
  const nativeCode = word(error.code);
  const nativeType = word(error.type);
  return new GatewayError(codeOf(status, nativeCode, nativeType), message ?? `The provider answered ${status}.`, {
    upstreamStatus: status,
    param: word(error.param),
    nativeCode,
    nativeType,
  });
}

/**
 * The failure that a chunk, or an answer with a success status, reports: as {"error"}, or as vLLM's older
 * {"object":"error"}. undefined: it reports none. OpenRouter's code is the status it would have been.
 */
export function reportedError(wire: Wire): GatewayError | undefined {
  const { error } = wire;
  const isTold = isRecord(error) ? Object.keys(error).length > 0 : typeof error === "string" && error !== "";
  if (!isTold && wire.object !== "error") return undefined;
  const status = isRecord(error) ? error.code : wire.code;
  return readErrorObject(typeof status === "number" && status >= 400 && status < 600 ? status : 502, wire);
}

const byNative: ReadonlyMap<string, ErrorCode> = new Map([
  ["context_length_exceeded", "context_length_exceeded"],
  ["content_filter", "content_filtered"],
  ["content_policy_violation", "content_filtered"],
  ["insufficient_quota", "quota_exceeded"],
  ["billing_hard_limit_reached", "quota_exceeded"],
  ["rate_limit_exceeded", "rate_limited"],
  ["model_not_found", "model_not_found"],
  ["overloaded_error", "upstream_overloaded"],
]);

function codeOf(status: number, nativeCode = "", nativeType = ""): ErrorCode {
  const named = byNative.get(nativeCode) ?? byNative.get(nativeType);
  if (named !== undefined) return named;
  switch (status) {
    case 401:
      return "upstream_unauthenticated";
    case 402:
      return "quota_exceeded";
    case 403:
      return "permission_denied";
    case 404:
      return "not_found";
    case 408:
    case 504:
      return "upstream_timeout";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limited";
    case 503:
    case 529:
      return "upstream_overloaded";
    default:
      return status >= 400 && status < 500 ? "invalid_request" : "upstream_error";
  }
}

/** OpenAI's `type` for each of the gateway's codes, as its SDKs and users know them. */
const types: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "invalid_request_error",
  missing_model: "invalid_request_error",
  unsupported_field: "invalid_request_error",
  context_length_exceeded: "invalid_request_error",
  content_filtered: "invalid_request_error",
  unauthenticated: "authentication_error",
  upstream_unauthenticated: "authentication_error",
  permission_denied: "permission_error",
  model_not_found: "invalid_request_error",
  not_found: "invalid_request_error",
  method_not_allowed: "invalid_request_error",
  request_too_large: "invalid_request_error",
  unsupported_media_type: "invalid_request_error",
  rate_limited: "rate_limit_error",
  quota_exceeded: "insufficient_quota",
  cancelled: "invalid_request_error",
  internal: "server_error",
  not_supported: "invalid_request_error",
  upstream_error: "server_error",
  upstream_unreachable: "server_error",
  upstream_cut: "server_error",
  upstream_malformed: "server_error",
  unavailable: "server_error",
  upstream_overloaded: "server_error",
  deadline_exceeded: "timeout_error",
  upstream_timeout: "timeout_error",
};

function write(error: GatewayError): string {
  return JSON.stringify({
    error: {
      message: error.message,
      type: error.nativeType ?? types[error.code],
      param: error.param ?? null,
      code: error.nativeCode ?? error.code,
    },
  });
}
