import type { ServerResponse as Http1Response, IncomingMessage } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Log } from "../core/log.ts";

export type ServerRequest = IncomingMessage | Http2ServerRequest;
export type ServerResponse = Http1Response | Http2ServerResponse;

/** Takes requests of both HTTP versions, on sockets that are the listener's. */
export type RequestHandler = (request: ServerRequest, response: ServerResponse) => void;

/** The part of a response that both HTTP versions have in common, with signatures that can be called on either. */
export interface ResponseWriter {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  /** `headers`: names and values in turn. */
  writeHead(status: number, headers: string[]): unknown;
  /** Returns whether more may be written before "drain". */
  write(chunk: Uint8Array | string): boolean;
  addTrailers(trailers: Record<string, string>): void;
  end(chunk?: Uint8Array | string): unknown;
  destroy(): unknown;
  on(event: "drain" | "error", listener: () => void): unknown;
}

/** What the server says to its operator. */
export type ServerLog = Pick<Log, "warn" | "error">;

/** Without the query, in which some SDKs send keys. */
export function pathOf({ url = "" }: ServerRequest): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/** Answers with JSON text. */
export function sendJson(
  response: ResponseWriter,
  status: number,
  body: object,
  headers: readonly string[] = [],
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, [
    "content-type",
    "application/json",
    "content-length",
    String(Buffer.byteLength(text)),
    ...headers,
  ]);
  response.end(text);
}
