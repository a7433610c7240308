import {
  Code,
  ConnectError,
  createContextKey,
  type HandlerContext,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from "@connectrpc/connect";
import { GatewayError } from "../core/error.ts";
import { toConnectError } from "../services/connect-error.ts";
import type { ServerLog } from "./http.ts";
import { interrupted, interruptible } from "./interrupt.ts";

/** The headers of the answer, which interceptors do not see when a handler throws. */
const answerHeaders = createContextKey<Headers | undefined>(undefined);

/** Makes the answer's headers known to the interceptor. To be called before it runs. */
export function noteAnswerHeaders({ values, responseHeader }: HandlerContext): void {
  values.set(answerHeaders, responseHeader);
}

/**
 * Has to be the outermost interceptor. An RPC whose deadline is over, or that the gateway's end aborts, ends with that as
 * its error, whatever its handler does; what handlers throw becomes a status with its detail; failures of the gateway
 * itself go to the log.
 */
export function createErrorInterceptor(log: ServerLog): Interceptor {
  return (next) => async (request) => {
    const fail = (thrown: unknown): ConnectError => failure(request, thrown, log);
    try {
      const answer = await interrupted(next(request), request.signal);
      if (!answer.stream) return answer;
      return { ...answer, message: interruptible(answer.message, request.signal, fail) };
    } catch (thrown) {
      throw fail(thrown);
    }
  };
}

function failure(request: UnaryRequest | StreamRequest, thrown: unknown, log: ServerLog): ConnectError {
  const { signal, method, header, contextValues } = request;
  // the gateway's own id, by which the ledger knows the call, once the handler has one
  const ownId = contextValues.get(answerHeaders)?.get("causeway-request-id");
  const requestId = ownId ?? header.get("x-request-id") ?? "";
  const own = thrown instanceof GatewayError || thrown instanceof ConnectError;
  // an AbortError from somewhere below says less than what the call was aborted for
  const error = toConnectError(signal.aborted && !own ? signal.reason : thrown, requestId);
  const isOurs = !(thrown instanceof GatewayError && thrown.code !== "internal");
  // what the transport says of a client that has left is no failure of ours, whatever it calls it
  const isGone = signal.aborted && thrown instanceof ConnectError;
  if (error.code === Code.Internal && isOurs && !isGone) {
    const rpc = `${method.parent.typeName}/${method.name}`;
    log.error({ err: thrown, requestId, rpc }, "an RPC failed inside the gateway");
  }
  return error;
}
