import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorDetailSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { GatewayError } from "../core/error.ts";

/**
 * The error as an RPC's status: the code's gRPC code, the message, an ErrorDetail that bears `requestId`, and
 * `retry-after` (in seconds, RFC 9110 section 10.2.3) as metadata. A ConnectError stays as it is; what is unknown leaves
 * as "internal", without its own message but with it as the cause.
 */
export function toConnectError(thrown: unknown, requestId: string): ConnectError {
  if (thrown instanceof ConnectError && thrown.code !== Code.DeadlineExceeded) return thrown;
  const error = toGatewayError(thrown);
  const metadata =
    error.retryAfterMs === undefined ? undefined : { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) };
  const detail = { desc: ErrorDetailSchema, value: errorDetail(error, requestId) };
  return new ConnectError(error.message, error.grpcCode, metadata, [detail], error);
}

function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof ConnectError) return new GatewayError("deadline_exceeded", "The client's deadline is over.");
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return new GatewayError("cancelled", "The call was cancelled.", { cause: thrown });
  }
  return GatewayError.from(thrown);
}

/** The error as programs read it: in a stream's last event, and as a detail of an RPC's status. */
export function errorDetail(error: GatewayError, requestId: string): MessageInitShape<typeof ErrorDetailSchema> {
  return create(ErrorDetailSchema, {
    code: error.code,
    message: error.message,
    param: error.param,
    provider: error.provider,
    upstreamStatus: error.upstreamStatus,
    nativeCode: error.nativeCode ?? error.nativeType,
    retryAfterMs: error.retryAfterMs,
    requestId,
  });
}
