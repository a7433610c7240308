import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Access } from "../core/ports.ts";
import { type FacadeRequest, type FacadeResponse, pathOf, type ResponseHeaders, shownKey } from "./http.ts";
import { createRoutes, type Routes } from "./routes.ts";

export interface FacadesDeps {
  readonly access: () => Access;
  /** Served to everybody, for probes. */
  readonly open: Routes;
  /** Served to those whom the access rules let in. */
  readonly guarded: Routes;
  /** In whose words errors are told where no facade's route is reached. */
  readonly errors: Dialect;
  /** An error that is the gateway's own fault, with its cause. */
  readonly onFault: (error: GatewayError, request: FacadeRequest) => void;
}

/** Answers every request that is no RPC. Never rejects. */
export function createFacades({ access, open, guarded, errors, onFault }: FacadesDeps) {
  const openPaths = new Set(Object.keys(open));
  const openRoutes = createRoutes(open);
  const guardedRoutes = createRoutes(guarded);

  return async (request: FacadeRequest, response: FacadeResponse): Promise<void> => {
    try {
      if (openPaths.has(pathOf(request))) return await openRoutes(request, response, "");
      const rules = access();
      if (rules.required) rules.check(shownKey(request));
      await guardedRoutes(request, response, "");
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      if (error.code === "internal") onFault(error, request);
      if (!response.headersSent) sendError(request, response, error, errors);
      else if (!response.writableEnded) response.end("");
    }
  };
}

function sendError(request: FacadeRequest, response: FacadeResponse, error: GatewayError, errors: Dialect): void {
  const body = Buffer.from(errors.error.write(error));
  const headers: ResponseHeaders = { "content-type": "application/json", "content-length": body.length };
  if (error.retryAfterMs !== undefined) {
    headers["retry-after"] = Math.ceil(error.retryAfterMs / 1000);
    headers["retry-after-ms"] = error.retryAfterMs;
  }
  if (error.allow !== undefined) headers.allow = error.allow.join(", ");
  if (error.code === "unauthenticated") headers["www-authenticate"] = "Bearer";
  // The rest of a body that is refused unread is not worth waiting for. HTTP/2 goes on without it, and knows no such header.
  const isUnread = error.code === "request_too_large" || error.code === "unsupported_media_type";
  if (isUnread && request.httpVersionMajor === 1) headers.connection = "close";
  response.writeHead(error.status, headers);
  response.end(body);
}
