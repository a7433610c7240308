import type { Dialect } from "../core/dialect.ts";
import { GatewayError } from "../core/error.ts";
import type { Access } from "../core/ports.ts";
import { type FacadeRequest, type FacadeResponse, pathOf, type ResponseHeaders, shownKey } from "./http.ts";
import { createRoutes, type Routes } from "./routes.ts";

/** One vendor's REST surface. */
export interface Facade {
  readonly routes: Routes;
  /** In whose words errors are told. */
  readonly errors: Dialect;
  /** Whether a request is meant for this vendor. Where vendors share a path, headers tell. */
  owns(request: FacadeRequest, path: string): boolean;
}

export interface FacadesDeps {
  readonly access: () => Access;
  /** Served to everybody, for probes and for people who read. A path may end in "/*". */
  readonly open: Routes;
  /** Served to those whom the access rules let in. The first one that owns a request answers it, or else the last one. */
  readonly facades: readonly [...Facade[], Facade];
  /** An error that is the gateway's own fault, with its cause. */
  readonly onFault: (error: GatewayError, request: FacadeRequest) => void;
}

/** Answers every request that is no RPC. Never rejects. */
export function createFacades({ access, open, facades, onFault }: FacadesDeps) {
  const openRoutes = createRoutes(open);
  const surfaces = facades.map((facade) => ({ facade, answer: createRoutes(facade.routes) }));
  const isOpen = openPaths(open);

  return async (request: FacadeRequest, response: FacadeResponse): Promise<void> => {
    const path = pathOf(request);
    const surface = surfaces.find(({ facade }) => facade.owns(request, path)) ?? surfaces.at(-1);
    if (surface === undefined) throw new TypeError("there is at least one facade");
    try {
      if (isOpen(path)) return await openRoutes(request, response, "");
      const rules = access();
      if (rules.required) request.callerKey = rules.check(shownKey(request));
      await surface.answer(request, response, "");
    } catch (thrown) {
      const error = GatewayError.from(thrown);
      if (error.code === "internal") onFault(error, request);
      if (!response.headersSent) sendError(request, response, error, surface.facade.errors);
      else if (!response.writableEnded) response.end("");
    }
  };
}

function openPaths(open: Routes): (path: string) => boolean {
  const paths = new Set(Object.keys(open));
  const prefixes = [...paths].flatMap((path) => (path.endsWith("/*") ? [path.slice(0, -1)] : []));
  return (path) => paths.has(path) || prefixes.some((prefix) => path.startsWith(prefix));
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
