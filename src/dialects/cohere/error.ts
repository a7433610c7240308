import type { ErrorCodec } from "../../core/dialect.ts";
import { type ErrorCode, GatewayError } from "../../core/error.ts";
import { fieldText } from "../../core/extensions.ts";
import { codeOf, codeToldBy, readBody } from "../../core/wire-errors.ts";
import { isRecord, text, type Wire } from "../../core/wire-values.ts";

/** "Errors (status codes and description)" (docs.cohere.com/reference/errors): {"id", "message"}, told apart by status. */
export const errorCodec: ErrorCodec = { read: (status, body) => readBody(status, body, readObject), write };

function readObject(status: number, wire: unknown): GatewayError {
  const top = isRecord(wire) ? wire : {};
  const message = messageOf(wire) ?? `The provider answered ${status}.`;
  return new GatewayError(codeToldBy(message, codeOfStatus(status, message)), message, {
    upstreamStatus: status,
    param: text(top.param) || undefined,
  });
}

/** The API's description also has {"data"}; servers that speak it have {"error"} and {"detail"}. */
function messageOf(wire: unknown): string | undefined {
  if (!isRecord(wire)) return text(wire) || undefined;
  const { error, detail } = wire;
  const inner = isRecord(error) ? text(error.message) : text(error);
  const told = text(wire.message) || text(wire.data) || inner || text(detail);
  if (told !== "") return told;
  return detail === undefined || detail === null ? undefined : fieldText(detail);
}

/**
 * The failure that an event, or an answer with a success status, reports: the end of a message with an error
 * ("Chat with Streaming", message-end), or what a refused request would get. undefined: it reports none. `type`: the
 * event's; "" for an answer.
 */
export function reportedError(wire: Wire, type: string): GatewayError | undefined {
  if (type === "message-end") {
    const delta = isRecord(wire.delta) ? wire.delta : {};
    const message = text(delta.error);
    if (message === "") return undefined;
    const code = delta.finish_reason === "TIMEOUT" ? "upstream_timeout" : codeToldBy(message, "upstream_error");
    return new GatewayError(code, message);
  }
  const { message, error } = wire;
  const isTold = type === "" && (typeof message === "string" || typeof error === "string" || isRecord(error));
  if (!isTold && type !== "error") return undefined;
  const told = messageOf(wire) ?? "The provider reported a failure without a message.";
  return new GatewayError(codeToldBy(told, "upstream_error"), told);
}

/** The API has no codes: the status tells. Its 404 is about the model, which is all that a chat or a text names. */
function codeOfStatus(status: number, message: string): ErrorCode {
  switch (status) {
    case 404:
      return "model_not_found";
    case 429: // "Rate limits": trial keys have so many calls a minute, and so many a month
      return /\/ ?month\b/.test(message) ? "quota_exceeded" : "rate_limited";
    case 498:
      return "content_filtered"; // "a request or response contains a deny-listed token"
    case 499:
      return "cancelled";
    case 501:
      return "not_supported";
    default:
      return codeOf(status);
  }
}

/** `param` is the gateway's addition: Cohere names the field in the message. */
function write(error: GatewayError): string {
  return JSON.stringify({ message: error.message, param: error.param });
}

const timeouts: ReadonlySet<ErrorCode> = new Set(["deadline_exceeded", "upstream_timeout"]);

/** The data of the event that ends a stream that failed. */
export function writeFailure(error: GatewayError): string {
  const reason = timeouts.has(error.code) ? "TIMEOUT" : "ERROR";
  return JSON.stringify({ type: "message-end", delta: { error: error.message, finish_reason: reason } });
}
