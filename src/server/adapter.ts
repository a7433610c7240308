import { createOriginCheck } from "./cors.ts";
import { pathOf, type RequestHandler, type ServerRequest, type ServerResponse, sendJson } from "./http.ts";
import { settleRequestId } from "./request-id.ts";
import { createRpcs, type RpcOptions } from "./rpc.ts";

export interface HandlerOptions extends RpcOptions {
  /** Answers what is no RPC, over both HTTP versions. Errors are its own affair. */
  readonly fallback: (request: ServerRequest, response: ServerResponse) => void | Promise<void>;
  /** `origins`: of the web pages that may call, such as "https://app.example", or "*". */
  readonly cors: { readonly origins: readonly string[] };
  /** Makes an id for a request whose client sent none. */
  readonly newRequestId: () => string;
}

/**
 * Answers every request of the listener: RPCs in gRPC, gRPC-Web and Connect, and all others by the fallback. Each gets
 * its `x-request-id`, in the request's headers as in the answer's; requests of web pages have to be of an allowed origin.
 */
export function createHandler(options: HandlerOptions): RequestHandler {
  const { fallback, newRequestId, log } = options;
  const rpcs = createRpcs(options);
  const checkOrigin = createOriginCheck(options.cors.origins, log);

  function fail(thrown: unknown, request: ServerRequest, response: ServerResponse): void {
    log.error({ err: thrown, requestId: request.headers["x-request-id"], path: pathOf(request) }, "a request failed");
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: { code: "internal", message: "Internal error in the gateway." } });
  }

  return (request, response) => {
    response.setHeader("x-request-id", settleRequestId(request, newRequestId));
    const { origin } = request.headers;
    if (origin !== undefined && checkOrigin(request, response, origin)) return;
    const rpc = rpcs.get(pathOf(request));
    if (rpc !== undefined) {
      rpc(request, response);
      return;
    }
    try {
      const answered = fallback(request, response);
      if (answered instanceof Promise) answered.catch((thrown: unknown) => fail(thrown, request, response));
    } catch (thrown) {
      fail(thrown, request, response);
    }
  };
}
