import { GatewayError } from "../core/error.ts";

/** Where a provider's endpoints are, below its base URL. Each begins with a slash, and may end in a query. */
export interface EndpointPaths {
  /** For example "/chat/completions". */
  readonly chat: string;
  /** Absent where a vendor has none in this dialect. */
  readonly embeddings?: string | undefined;
  /** Absent where a vendor has no list of its models. */
  readonly models?: string | undefined;
}

export interface Endpoints {
  /** For example "https://api.example.com:8443". */
  readonly origin: string;
  /** For messages: host and port. */
  readonly host: string;
  /** What people know it by: no trailing slash, no query. */
  readonly baseUrl: string;
  /** Request targets: path and query. */
  readonly chat: string;
  readonly embeddings: string | undefined;
  readonly models: string | undefined;
}

/**
 * Finds a provider's endpoints from what a person has pasted as its base URL:
 * - a trailing slash does not matter, and a fragment is dropped;
 * - the whole address of one of the endpoints is cut back to what stands before it;
 * - what its end has in common with the beginning of the chat endpoint is cut: "https://host/v1", where that is at
 *   "/v1/chat/completions", means "https://host";
 * - a URL without any path gets `basePath`, where the provider's own base URL has one ("/v1"): nothing answers at the root;
 * - a query is kept and sent with every request, as some clouds want it (`?api-version=…`).
 * Throws GatewayError "invalid_request" (param "base_url") for what is no http or https URL, and for one with a password
 * in it, which it does not repeat.
 */
export function resolveEndpoints(
  provider: string,
  pasted: string,
  paths: EndpointPaths,
  basePath: string | undefined,
): Endpoints {
  const url = readUrl(provider, pasted.trim());
  const given = segmentsOf(url.pathname);
  const wholes = [paths.chat, paths.embeddings, paths.models].map((path) => cutWhole(given, segmentsOf(path ?? "")));
  const sdkBase = given.length === 0 ? segmentsOf(basePath ?? "") : (wholes.find((cut) => cut !== undefined) ?? given);
  const base = cutOverlap(sdkBase, segmentsOf(paths.chat))
    .map((segment) => `/${segment}`)
    .join("");
  const query = url.search.slice(1);
  const target = (path: string): string => {
    const joined = base + path;
    return query === "" ? joined : `${joined}${joined.includes("?") ? "&" : "?"}${query}`;
  };
  return {
    origin: url.origin,
    host: url.host,
    baseUrl: url.origin + base,
    chat: target(paths.chat),
    embeddings: paths.embeddings === undefined ? undefined : target(paths.embeddings),
    models: paths.models === undefined ? undefined : target(paths.models),
  };
}

function readUrl(provider: string, text: string): URL {
  const wrong = (what: string): GatewayError =>
    new GatewayError("invalid_request", `base_url of ${provider}: ${what}`, { param: "base_url", provider });
  if (text === "") throw wrong("it is empty.");
  const url = URL.parse(text);
  if (url !== null && (url.username !== "" || url.password !== "")) {
    throw wrong("it holds a user name or a password. Give the key as api_key instead.");
  }
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  // A key that got into the wrong line is not repeated either.
  const shown = text.includes("@") || /^[\w-]{20,}$/.test(text) ? undefined : text;
  if (shown === undefined || /^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    throw wrong(`${shown === undefined ? "it" : `"${shown}"`} is no http:// or https:// address.`);
  }
  const local = /^(localhost|127\.|0\.0\.0\.0|\[|[^./]+(:\d+)?(\/|$))/.test(text);
  throw wrong(`"${text}" does not say http:// or https://. Did you mean "${local ? "http" : "https"}://${text}"?`);
}

const segmentsOf = (path: string): string[] =>
  path
    .replace(/\?.*$/s, "")
    .split("/")
    .filter((segment) => segment !== "");

/** `base` without `endpoint` at its end; undefined if it does not end so. */
function cutWhole(base: readonly string[], endpoint: readonly string[]): string[] | undefined {
  if (endpoint.length === 0 || base.length < endpoint.length) return undefined;
  const at = base.length - endpoint.length;
  return endpoint.every((segment, i) => base[at + i] === segment) ? base.slice(0, at) : undefined;
}

/** `base` without the longest end of it that `endpoint` begins with. */
function cutOverlap(base: readonly string[], endpoint: readonly string[]): readonly string[] {
  for (let length = Math.min(base.length, endpoint.length); length > 0; length -= 1) {
    const cut = cutWhole(base, endpoint.slice(0, length));
    if (cut !== undefined) return cut;
  }
  return base;
}
