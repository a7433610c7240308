import type { ErrorCodec } from "../../core/dialect.ts";
import { type ErrorCode, GatewayError } from "../../core/error.ts";
import { codeOf, codeToldBy, readBody } from "../../core/wire-errors.ts";
import { isRecord, noFields, text, type Wire } from "../../core/wire-values.ts";

/**
 * "Common Error Types", "Troubleshooting Amazon Bedrock API Error Codes": {"message"}, and the type in a header, or as
 * "__type" in the body. Our own bodies have it there: AWS's SDKs look in both places.
 */
export const errorCodec: ErrorCodec = { read: (status, body) => readBody(status, body, readWire), write };

const readWire = (status: number, wire: unknown): GatewayError =>
  readError(status, isRecord(wire) ? wire : noFields, "");

/** `type`: what is known without the body. */
function readError(status: number, wire: Wire, type: string): GatewayError {
  const { Output } = wire; // of a path that there is no operation at
  const said = bareType(text(wire.__type) || text(wire.code) || (isRecord(Output) ? text(Output.__type) : "")) || type;
  const message = text(wire.message) || text(wire.Message) || `The provider answered ${status}.`;
  const original = text(wire.originalMessage);
  return new GatewayError(codeOfType(status, said, message), original === "" ? message : `${message} (${original})`, {
    upstreamStatus: status,
    nativeType: said || undefined,
    param: text(wire.param) || undefined,
  });
}

/** "com.amazonaws.bedrock#ThrottlingException:http://…" is a ThrottlingException. */
const bareType = (type: string): string => type.slice(type.indexOf("#") + 1).split(":", 1)[0] ?? "";

interface TypeFacts {
  readonly code: ErrorCode;
  /** The status that a failure in the middle of a stream would have been. */
  readonly status: number;
}

const byType: ReadonlyMap<string, TypeFacts> = new Map([
  ["ValidationException", { code: "invalid_request", status: 400 }],
  ["AccessDeniedException", { code: "permission_denied", status: 403 }],
  ["ResourceNotFoundException", { code: "not_found", status: 404 }],
  ["UnknownOperationException", { code: "not_found", status: 404 }],
  ["ThrottlingException", { code: "rate_limited", status: 429 }],
  ["ServiceQuotaExceededException", { code: "quota_exceeded", status: 400 }],
  ["ModelTimeoutException", { code: "upstream_timeout", status: 408 }],
  ["ModelErrorException", { code: "upstream_error", status: 424 }],
  ["ModelStreamErrorException", { code: "upstream_error", status: 424 }],
  ["ModelNotReadyException", { code: "upstream_overloaded", status: 429 }],
  ["ServiceUnavailableException", { code: "upstream_overloaded", status: 503 }],
  ["InternalServerException", { code: "upstream_error", status: 500 }],
  ["UnrecognizedClientException", { code: "upstream_unauthenticated", status: 403 }],
  ["InvalidSignatureException", { code: "upstream_unauthenticated", status: 403 }],
  ["IncompleteSignatureException", { code: "upstream_unauthenticated", status: 400 }],
  ["MissingAuthenticationTokenException", { code: "upstream_unauthenticated", status: 403 }],
  ["ExpiredTokenException", { code: "upstream_unauthenticated", status: 403 }],
]);

/** A day's tokens are throttled by the same exception as a minute's ("Quotas for Amazon Bedrock"). */
function codeOfType(status: number, type: string, message: string): ErrorCode {
  const code = byType.get(type)?.code ?? codeOf(status);
  return code === "rate_limited" && /\bper day\b/i.test(message) ? "quota_exceeded" : codeToldBy(message, code);
}

/** The exception for each of the gateway's codes, so that SDKs raise the class that users know. */
const types: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "ValidationException",
  missing_model: "ValidationException",
  unsupported_field: "ValidationException",
  context_length_exceeded: "ValidationException",
  content_filtered: "ValidationException",
  unauthenticated: "UnrecognizedClientException",
  upstream_unauthenticated: "UnrecognizedClientException",
  permission_denied: "AccessDeniedException",
  model_not_found: "ResourceNotFoundException",
  not_found: "ResourceNotFoundException",
  method_not_allowed: "ValidationException",
  request_too_large: "ValidationException",
  unsupported_media_type: "ValidationException",
  rate_limited: "ThrottlingException",
  quota_exceeded: "ServiceQuotaExceededException",
  cancelled: "ValidationException",
  internal: "InternalServerException",
  not_supported: "ValidationException",
  upstream_error: "InternalServerException",
  upstream_unreachable: "ServiceUnavailableException",
  upstream_cut: "ModelStreamErrorException",
  upstream_malformed: "ModelErrorException",
  unavailable: "ServiceUnavailableException",
  upstream_overloaded: "ServiceUnavailableException",
  deadline_exceeded: "ModelTimeoutException",
  upstream_timeout: "ModelTimeoutException",
};

/** The native type where it is one of AWS's. */
const typeOf = ({ code, nativeType = "" }: GatewayError): string =>
  /^[A-Z]\w*Exception$/.test(nativeType) ? nativeType : types[code];

function write(error: GatewayError): string {
  return JSON.stringify({ __type: typeOf(error), message: error.message, param: error.param });
}

/** Whether a stream's event reports a failure: an exception that the API has a name for, or another error. */
export const isFailure = (event: string): boolean => event === "error" || event.endsWith("Exception");

/** The failure that a stream's event reports. `wire`: its data, as far as it is an object. */
export function readFailure(event: string, wire: Wire): GatewayError {
  const type = event === "error" ? "" : event.slice(0, 1).toUpperCase() + event.slice(1);
  const said = bareType(text(wire.__type)) || type;
  return readError(byType.get(said)?.status ?? 502, wire, type);
}

/** "ConverseStreamOutput": the exceptions that a stream can have. What is none of them is the model's. */
const streamed: ReadonlyMap<string, string> = new Map([
  ["ValidationException", "validationException"],
  ["ThrottlingException", "throttlingException"],
  ["ServiceQuotaExceededException", "throttlingException"],
  ["ServiceUnavailableException", "serviceUnavailableException"],
  ["InternalServerException", "internalServerException"],
]);

/** The name of the event that tells of a failure. */
export const failureEvent = (error: GatewayError): string => streamed.get(typeOf(error)) ?? "modelStreamErrorException";
