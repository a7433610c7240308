import type { ErrorCodec } from "../../core/dialect.ts";
import type { ErrorCode, GatewayError } from "../../core/error.ts";
import { readError, readErrorObject, statusIn } from "../../core/wire-errors.ts";
import { isRecord, type Wire } from "../../core/wire-values.ts";

/** "Error codes" (platform.openai.com/docs/guides/error-codes): {"error":{"message","type","param","code"}}. */
export const errorCodec: ErrorCodec = { read: readError, write };

/**
 * The failure that a chunk, or an answer with a success status, reports: as {"error"}, or as vLLM's older
 * {"object":"error"}. undefined: it reports none. OpenRouter's code is the status it would have been.
 */
export function reportedError(wire: Wire): GatewayError | undefined {
  const { error } = wire;
  const isTold = isRecord(error) ? Object.keys(error).length > 0 : typeof error === "string" && error !== "";
  if (!isTold && wire.object !== "error") return undefined;
  return readErrorObject(statusIn(isRecord(error) ? error.code : wire.code) ?? 502, wire);
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
