import type { IncomingHttpHeaders } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { refuseBroken } from "../core/broken-json.ts";
import { GatewayError } from "../core/error.ts";
import { JsonMembers } from "../lib/json-members.ts";

/** What a facade sees of a request: Node's, over HTTP/1.1 and HTTP/2 alike. */
export interface FacadeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersionMajor: number;
  /** The key by which the caller was let in, masked. undefined: none was needed. */
  callerKey?: string;
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  on(event: "end" | "aborted", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeAllListeners(event: string): unknown;
  resume(): unknown;
}

/** What a facade sees of a response: Node's, over HTTP/1.1 and HTTP/2 alike. */
export interface FacadeResponse {
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  /** Whether its connection is gone; over HTTP/2, the stream says so. */
  readonly destroyed?: boolean;
  readonly stream?: { readonly destroyed: boolean } | undefined;
  setHeader(name: string, value: string | number): unknown;
  writeHead(status: number, headers: ResponseHeaders): unknown;
  /** Returns whether more may be written before "drain". */
  write(piece: Buffer | string): boolean;
  end(piece: Buffer | string): unknown;
  end(piece: string, encoding: "latin1"): unknown;
  on(event: "close" | "drain", listener: () => void): unknown;
  off(event: "close" | "drain", listener: () => void): unknown;
}

export type ResponseHeaders = Record<string, string | number>;

/** The path without the query. */
export function pathOf(request: FacadeRequest): string {
  const url = request.url ?? "/";
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/** The query's parameters. */
export function queryOf({ url = "" }: FacadeRequest): URLSearchParams {
  const query = url.indexOf("?");
  return new URLSearchParams(query < 0 ? "" : url.slice(query + 1));
}

/**
 * The key a caller shows, in the ways of the vendors' SDKs: "Authorization: Bearer …"; "x-api-key" (Anthropic's);
 * "x-goog-api-key", or the query's "key" (Google's).
 */
export function shownKey(request: FacadeRequest): string | undefined {
  const { headers } = request;
  const { authorization } = headers;
  if (authorization !== undefined && /^bearer /i.test(authorization)) return authorization.slice(7).trim();
  const key = headers["x-api-key"] ?? headers["x-goog-api-key"];
  if (typeof key === "string") return key;
  return request.url?.includes("key=") === true ? (queryOf(request).get("key") ?? undefined) : undefined;
}

/** Whether the client is gone. */
export const isGone = ({ destroyed, stream }: FacadeResponse): boolean =>
  destroyed === true || stream?.destroyed === true;

/** Aborts when the client is gone. */
export function whenGone(response: FacadeResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  return gone.signal;
}

/** The body as the bytes of a JSON object. Throws GatewayError for what is none, or is too long. */
export async function readJsonBody(request: FacadeRequest, limit: number): Promise<JsonMembers> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    const sent = type === "" ? "none" : `'${type}'`;
    throw new GatewayError("unsupported_media_type", `The content type has to be 'application/json', but is ${sent}.`);
  }
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new GatewayError(
      "unsupported_media_type",
      `The body has to come uncompressed, but its encoding is '${encoding}'.`,
    );
  }
  const bytes = await readBody(request, limit);
  return refuseBroken(() => JsonMembers.scan(bytes));
}

function readBody(request: FacadeRequest, limit: number): Promise<Buffer> {
  const tooLong = (): GatewayError =>
    new GatewayError(
      "request_too_large",
      `The body is longer than ${limit} bytes, the gateway's limit ('limits.body').`,
    );
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.reject(tooLong());
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        request.removeAllListeners("data");
        request.resume();
        reject(tooLong());
      } else if (first === undefined) first = chunk;
      else if (more === undefined) more = [first, chunk];
      else more.push(chunk);
    });
    request.on("end", () => resolve(more !== undefined ? Buffer.concat(more, length) : (first ?? Buffer.alloc(0))));
    request.on("error", reject);
    request.on("aborted", () =>
      reject(new GatewayError("cancelled", "The client left before its request was complete.")),
    );
  });
}

/** Smaller answers fit a packet as they are. */
const leastCompressed = 1400;
const gzipAsync = promisify(gzip);

/** A body of up to this many bytes goes out in one write with its head: as Latin-1 text, which Node joins with the head's. */
const mostJoined = 1024 * 1024;

/** Sends a whole body, compressed when the client offers that and it saves a packet. */
export function sendWhole(
  request: FacadeRequest,
  response: FacadeResponse,
  headers: ResponseHeaders,
  body: Buffer,
): void | Promise<void> {
  if (body.length >= leastCompressed && offersGzip(request)) return sendCompressed(response, headers, body);
  headers["content-length"] = body.length;
  response.writeHead(200, headers);
  if (body.length <= mostJoined) response.end(body.toString("latin1"), "latin1");
  else response.end(body);
}

/** The same for a value that is written as JSON here. */
export async function sendJson(
  request: FacadeRequest,
  response: FacadeResponse,
  value: object,
  headers: ResponseHeaders = {},
): Promise<void> {
  headers["content-type"] = "application/json";
  await sendWhole(request, response, headers, Buffer.from(JSON.stringify(value)));
}

/** Whether the client takes a compressed answer. */
export function offersGzip({ headers }: FacadeRequest): boolean {
  const accepted = headers["accept-encoding"];
  return typeof accepted === "string" && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted);
}

async function sendCompressed(response: FacadeResponse, headers: ResponseHeaders, body: Buffer): Promise<void> {
  const bytes = await gzipAsync(body, { level: 3 });
  headers["content-encoding"] = "gzip";
  headers.vary = "accept-encoding, origin"; // the server says origin, where this replaces it
  headers["content-length"] = bytes.length;
  response.writeHead(200, headers);
  response.end(bytes);
}

/** Resolves when more may be written, or when there is no use in waiting: `signal` aborts, for example since the client left. */
export function drained(response: FacadeResponse, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      response.off("drain", go);
      response.off("close", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    response.on("drain", go);
    response.on("close", go);
    signal.addEventListener("abort", go);
  });
}
