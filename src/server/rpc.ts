import type { DescService } from "@bufbuild/protobuf";
import { type ConnectRouter, createConnectRouter, type HandlerContext } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { compressionGzip, universalRequestFromNodeRequest } from "@connectrpc/connect-node";
import { callerKey } from "../services/caller.ts";
import { toConnectError } from "../services/connect-error.ts";
import {
  type RequestHandler,
  type ResponseWriter,
  type ServerLog,
  type ServerRequest,
  type ServerResponse,
  sendJson,
} from "./http.ts";
import { createErrorInterceptor, noteAnswerHeaders } from "./interceptor.ts";
import { sendStream, sendWhole } from "./rpc-answer.ts";

export interface RpcOptions {
  /** Registers the services. */
  readonly routes: (router: ConnectRouter) => void;
  /** What the ledger calls the caller by. Throws GatewayError for one that is not let in. `key`: what the caller showed, without "Bearer". */
  readonly authenticate: (key: string | undefined) => string;
  /** Services that everybody may call, such as health. */
  readonly open: readonly DescService[];
  readonly limits: RpcLimits;
  /** Aborts what is running, with its reason as the error. */
  readonly shutdownSignal: AbortSignal;
  readonly log: ServerLog;
}

export interface RpcLimits {
  /** The longest message that is taken, after decompression. */
  readonly bodyBytes: number;
  /** The longest deadline that a client may ask for. Default: a day. */
  readonly maxTimeoutMs?: number;
}

/** The RPCs by their paths, for gRPC, gRPC-Web and Connect. */
export function createRpcs(options: RpcOptions): ReadonlyMap<string, RequestHandler> {
  const router = createConnectRouter({
    acceptCompression: [compressionGzip],
    // A word that is not known is a mistake: what it should have narrowed may be a removal.
    jsonOptions: { ignoreUnknownFields: false },
    readMaxBytes: options.limits.bodyBytes,
    maxTimeoutMs: Math.min(options.limits.maxTimeoutMs ?? 86_400_000, 2 ** 31 - 1), // a longer timer fires at once
    shutdownSignal: options.shutdownSignal,
    interceptors: [createErrorInterceptor(options.log)],
    requestGate: createGate(options),
  });
  options.routes(router);
  return new Map(router.handlers.map((rpc) => [rpc.requestPath, createRpcHandler(rpc, options.log)]));
}

/** Runs before the body is read. */
function createGate({ authenticate, open }: RpcOptions): (context: HandlerContext) => void {
  const opened = new Set(open.map((service) => service.typeName));
  return (context) => {
    noteAnswerHeaders(context);
    const { service, requestHeader } = context;
    if (opened.has(service.typeName)) return;
    try {
      context.values.set(callerKey, authenticate(shownKey(requestHeader)));
    } catch (thrown) {
      throw toConnectError(thrown, requestHeader.get("x-request-id") ?? "");
    }
  };
}

/** "Authorization: Bearer …", or "x-api-key". */
function shownKey(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  if (authorization !== null && /^bearer /i.test(authorization)) return authorization.slice(7).trim();
  return headers.get("x-api-key") ?? undefined;
}

function createRpcHandler(rpc: UniversalHandler, log: ServerLog): RequestHandler {
  return (request, response) => {
    answer(rpc, request, response).catch((thrown: unknown) => {
      const requestId = request.headers["x-request-id"];
      log.error({ err: thrown, requestId, path: rpc.requestPath }, "the answer to an RPC could not be sent");
      response.destroy();
    });
  };
}

async function answer(rpc: UniversalHandler, request: ServerRequest, response: ServerResponse): Promise<void> {
  const unary = rpc.method.methodKind === "unary";
  const asked = readRequest(request, response);
  if (asked === undefined) {
    refuse(response, 400, "The request's host, in the header 'host' or ':authority', is missing or not a host.");
    return;
  }
  if (!unary) keepUncompressed(asked.header);
  response.on("error", () => {}); // "close" follows, and aborts `asked.signal`
  const answered = await rpc(asked);
  if (answered.body === undefined) explain(rpc, answered, request, response);
  else if (unary) await sendWhole(answered, answered.body, response, asked.signal);
  else await sendStream(answered, answered.body, response, asked.signal);
  discardRest(request);
}

/** undefined: its host cannot be part of a URL. */
function readRequest(request: ServerRequest, response: ServerResponse): UniversalServerRequest | undefined {
  try {
    const asked = universalRequestFromNodeRequest(request, response, undefined, undefined);
    // its own iterator would destroy the connection when it is left early, and the answer with it
    return { ...asked, body: request.iterator({ destroyOnReturn: false }) };
  } catch {
    return undefined;
  }
}

/** Compressing small messages one by one costs more than it saves, and "identity" keeps Connect from mirroring the request. */
function keepUncompressed(headers: Headers): void {
  headers.set("grpc-accept-encoding", "identity");
  headers.set("connect-accept-encoding", "identity");
}

/** Connect answers what is no RPC with a bare status. This says why. */
function explain(
  { requestPath, allowedMethods }: UniversalHandler,
  { status, header }: UniversalServerResponse,
  request: ServerRequest,
  response: ResponseWriter,
): void {
  header?.forEach((value, name) => {
    response.setHeader(name, value);
  });
  switch (status) {
    case 405:
      response.setHeader("allow", allowedMethods.join(", "));
      refuse(response, status, `${requestPath} takes ${allowedMethods.join(" or ")}, not ${request.method}.`);
      break;
    case 415:
      refuse(
        response,
        status,
        `The content type '${request.headers["content-type"] ?? ""}' is none that ${requestPath} takes. ` +
          "Calls take application/json, application/proto, application/grpc-web and application/grpc, each with +json or " +
          "+proto where that says more; streams application/connect+json and application/connect+proto.",
      );
      break;
    case 505:
      refuse(response, status, `${requestPath} is a stream in both directions, which needs HTTP/2.`);
      break;
    default:
      refuse(response, status, `${requestPath} cannot be called like this.`);
  }
}

function refuse(response: ResponseWriter, status: number, message: string): void {
  sendJson(response, status, { code: "invalid_argument", message });
}

/**
 * What is left of a request that was answered before it was read whole must not hold its connection. Clients of HTTP/2 stop
 * sending when they see the answer's end; a reset could overtake the trailers.
 */
function discardRest(request: ServerRequest): void {
  if (!request.complete) request.resume();
}
