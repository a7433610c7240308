import { isIP } from "node:net";
import { cors } from "@connectrpc/connect";
import { pathOf, type ResponseWriter, type ServerLog, type ServerRequest, sendJson } from "./http.ts";

/**
 * Decides about a request of a browser's page. Returns whether it was answered: a preflight, or a refusal. Otherwise
 * the response has the headers that it needs, if any.
 */
export type OriginCheck = (request: ServerRequest, response: ResponseWriter, origin: string) => boolean;

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
/** Browsers keep a preflight's answer for no longer than this, in seconds. */
const maxAge = "7200";
/** The wildcard counts because credentials (cookies) are never allowed; the names are for clients that do not know it. */
const exposed = [
  ...cors.exposedHeaders,
  "causeway-request-id",
  "causeway-target",
  "causeway-attempts",
  "causeway-dropped",
  "causeway-emulated",
  "causeway-counted-by",
  "x-request-id",
  "retry-after",
  "*",
].join(", ");

/**
 * Cross-origin access (the Fetch standard, "CORS protocol") for the pages of these origins ("https://app.example", or
 * "*"), and for no others: what is not safe (RFC 9110, section 9.2.1) and comes from the page of another origin is
 * refused. That keeps web pages from using a gateway on their visitor's own machine.
 */
export function createOriginCheck(origins: readonly string[], log: ServerLog): OriginCheck {
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()));
  const everyone = allowed.has("*");
  return (request, response, origin) => {
    const preflight = request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
    response.setHeader("vary", "Origin");
    if (everyone || allowed.has(origin)) {
      response.setHeader("access-control-allow-origin", everyone ? "*" : origin);
      if (preflight) answerPreflight(request, response);
      else response.setHeader("access-control-expose-headers", exposed);
      return preflight;
    }
    if (!preflight && isSafe(request.method)) return false; // the browser keeps the answer from the page
    if (isOwnOrigin(origin, authorityOf(request))) return false;
    refuse(request, response, origin, log);
    return true;
  };
}

/** Which headers pages send differs from SDK to SDK, so whatever an allowed origin asks for is allowed. */
function answerPreflight({ headers }: ServerRequest, response: ResponseWriter): void {
  const answer = ["access-control-allow-methods", methods, "access-control-max-age", maxAge];
  const wanted = headers["access-control-request-headers"];
  if (typeof wanted === "string") answer.push("access-control-allow-headers", wanted);
  response.writeHead(204, answer);
  response.end();
}

function refuse(request: ServerRequest, response: ResponseWriter, origin: string, log: ServerLog): void {
  const message =
    `A web page of the origin '${origin}' is not allowed to call this gateway. If it should be, ` +
    "add the origin to 'cors.origins' in the gateway's configuration.";
  log.warn({ origin, method: request.method, path: pathOf(request) }, message);
  sendJson(response, 403, { code: "permission_denied", message, error: { code: "permission_denied", message } });
}

function isSafe(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

function authorityOf(request: ServerRequest): string | undefined {
  return "authority" in request ? request.authority : request.headers.host;
}

/**
 * Whether a page was served by this gateway itself. Over plain HTTP a host that equals the origin's proves that only for
 * hosts whose name nobody else can point here: in a DNS rebinding attack the page's own name resolves to this machine.
 */
function isOwnOrigin(origin: string, authority: string | undefined): boolean {
  const start = origin.indexOf("://") + 3;
  if (start < 3 || origin.slice(start) !== authority?.toLowerCase()) return false;
  return origin.startsWith("https://") || !isPublicName(authority);
}

/** Whether the owner of a DNS zone could have made up this host: not an address, "localhost" or another single label. */
function isPublicName(authority: string): boolean {
  const host = authority.replace(/:\d+$/, "").toLowerCase();
  return host.includes(".") && isIP(host) === 0 && !host.startsWith("[") && !host.endsWith(".localhost");
}
