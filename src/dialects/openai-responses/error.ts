import { type ErrorCode, GatewayError } from "../../core/error.ts";
import { readErrorObject, statusIn } from "../../core/wire-errors.ts";
import { isRecord, text, type Wire } from "../../core/wire-values.ts";
import { reportedError as readReported } from "../openai/error.ts";

/** "Error codes", and "The response object", error (its codes are ResponseErrorCode). */

export { errorCodec } from "../openai/error.ts";

/** What the request is to blame for, so that no other try helps. Others are failures of the provider. */
const requestFaults: ReadonlySet<string> = new Set([
  "invalid_prompt",
  "bio_policy",
  "misalignment_policy_violation",
  "data_residency_mismatch",
  "empty_image_file",
]);
const isRequestFault = (code: string): boolean => requestFaults.has(code) || /(?:^|_)image(?:_|$)/.test(code);

/** A failure as a response or an event holds it: {code, message}. */
const readFailure = (error: Wire): GatewayError =>
  readErrorObject(isRequestFault(text(error.code)) ? 400 : 502, { error });

const isTold = (error: unknown): error is Wire => isRecord(error) && Object.keys(error).length > 0;

/**
 * The failure that an event's data, or a whole answer with a success status, reports: an event "error" in OpenAI's flat
 * form or around an object, a response that failed, or the {"error"} of a server in between. undefined: it reports none.
 */
export function reportedError(wire: Wire): GatewayError | undefined {
  if (isTold(wire.error) && statusIn(wire.error.code) === undefined) return readFailure(wire.error);
  if (wire.type === "error" && !isTold(wire.error)) {
    return readFailure({ message: wire.message, code: wire.code, param: wire.param });
  }
  if (wire.type === "response.failed") return failedResponse(isRecord(wire.response) ? wire.response : wire);
  if (wire.type === undefined && wire.status === "failed") return failedResponse(wire);
  return readReported(wire);
}

function failedResponse({ error }: Wire): GatewayError {
  if (isTold(error)) return readFailure(error);
  return new GatewayError("upstream_error", "The provider's answer failed, and did not say why.");
}

/** The words of ResponseErrorCode that the gateway's own codes come nearest to. */
const responseCodes: Partial<Record<ErrorCode, string>> = {
  rate_limited: "rate_limit_exceeded",
  quota_exceeded: "rate_limit_exceeded",
  upstream_overloaded: "rate_limit_exceeded",
  invalid_request: "invalid_prompt",
  context_length_exceeded: "invalid_prompt",
  content_filtered: "invalid_prompt",
};

/** A response's `error`. */
export const writeFailure = (error: GatewayError): { code: string; message: string } => ({
  code: responseCodes[error.code] ?? "server_error",
  message: error.message,
});
