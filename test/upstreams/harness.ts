import { channel } from "node:diagnostics_channel";
import { Socket } from "node:net";
import { afterEach, beforeEach, expect } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { GatewayError } from "../../src/core/error.ts";
import type { Credential, Upstream, UpstreamAnswer, UpstreamRequest } from "../../src/core/ports.ts";
import { createHttpUpstream, type HttpUpstreamOptions, type SpokenTongue } from "../../src/upstreams/http.ts";
import { bareDialect } from "./bare-dialect.ts";
import { createScriptedServer, type ScriptedConnection } from "./scripted-server.ts";

export const key: Credential = { name: "main", secret: "sk-secret-1234567890", masked: "sk-…7890" };
export const question = JSON.stringify({ model: "m", messages: [{ role: "user", content: "Grüße 👋" }] });
const never = new AbortController().signal;

export type Server = Awaited<ReturnType<typeof createScriptedServer>>;

/** What of its options a test may choose; those of a tongue are for its only one. */
export type TestOptions = Partial<HttpUpstreamOptions & SpokenTongue>;

/** Asked in its first tongue, unless a test says otherwise. */
export type TestUpstream = Omit<Upstream, "ask"> & { ask(request: TestRequest): Promise<UpstreamAnswer> };
type TestRequest = Omit<UpstreamRequest, "tongue"> & Partial<Pick<UpstreamRequest, "tongue">>;

/** One that speaks a dialect of which only refusals are read. */
export function createTestUpstream({
  dialect = bareDialect,
  paths = { chat: "/v1/chat/completions" },
  auth = "bearer",
  collection,
  passHeaders,
  framing,
  ...options
}: TestOptions & Pick<HttpUpstreamOptions, "baseUrl">): TestUpstream {
  const tongue: SpokenTongue = {
    dialect,
    paths,
    auth,
    ...(collection !== undefined && { collection }),
    ...(passHeaders && { passHeaders }),
    ...(framing && { framing }),
  };
  const { headers, ...rest } = options;
  const upstream = createHttpUpstream({
    name: "acme",
    tongues: [tongue],
    modelList: { path: "/v1/models" },
    userAgent: "causeway/test",
    clock: systemClock,
    headers,
    ...rest,
  });
  const [first] = upstream.tongues;
  if (first === undefined) throw new Error("no tongue");
  return { ...upstream, ask: (request) => upstream.ask({ tongue: first, ...request }) };
}

/** A server that the test plays and upstreams to it, new for each test of the file. */
export function useScriptedServer() {
  let server: Server | undefined;
  let upstreams: TestUpstream[] = [];
  beforeEach(async () => {
    server = await createScriptedServer();
  });
  afterEach(async () => {
    await server?.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    upstreams = [];
  });
  const current = (): Server => {
    if (server === undefined) throw new Error("no test runs");
    return server;
  };
  return {
    get url() {
      return current().url;
    },
    get host() {
      return current().host;
    },
    accepted: () => current().accepted(),
    connection: () => current().connection(),
    close: () => current().close(),
    /** An upstream with this base URL; without one, to the server. */
    upstream({ baseUrl = current().url, ...options }: TestOptions = {}): TestUpstream {
      const upstream = createTestUpstream({ baseUrl, ...options });
      upstreams.push(upstream);
      return upstream;
    },
    /** An answer that has begun: its head and the piece "one" are out, and "one" has been pulled. */
    async begun(upstream: TestUpstream, signal = never): Promise<[UpstreamAnswer, ScriptedConnection]> {
      const asked = upstream.ask(asking({ stream: true, signal }));
      const connection = await current().connection();
      await connection.request();
      connection.write(streamHead + chunk("one"));
      const answer = await asked;
      expect(String((await answer.body.next()).value)).toBe("one");
      return [answer, connection];
    },
  };
}

export const asking = (change: Partial<UpstreamRequest> = {}): TestRequest => ({
  operation: "chat",
  model: "m",
  body: question,
  stream: false,
  credential: key,
  requestId: "0198",
  signal: never,
  ...change,
});

export async function readAll({ body }: UpstreamAnswer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let step = await body.next(); step.done !== true; step = await body.next()) pieces.push(step.value);
  return Buffer.concat(pieces);
}

export const failureOf = (promise: Promise<unknown>): Promise<GatewayError> =>
  promise.then(
    () => Promise.reject(new Error("it did not fail")),
    (error) => error,
  );

export const whole = (body: string, head = "content-type: application/json\r\n"): string =>
  `HTTP/1.1 200 OK\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
export const streamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
export const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
export const lastChunk = "0\r\n\r\n";

/** The sockets of clients in this process, as they are made. */
const clients = new Set<Socket>();
channel("net.client.socket").subscribe((message) => {
  const made = typeof message === "object" && message !== null && "socket" in message ? message.socket : undefined;
  if (!(made instanceof Socket)) return;
  clients.add(made);
  made.once("close", () => clients.delete(made));
});

/**
 * Writes until the client has stopped reading and bytes wait at our end; resolves with how many went out. A client that
 * reads has emptied its socket's buffer by the end of each turn of the event loop; of one that does not, it stays full.
 */
export async function flood(connection: ScriptedConnection): Promise<number> {
  const piece = chunk("x".repeat(16 * 1024 - 8));
  const client = [...clients].find(({ localPort }) => localPort === connection.socket.remotePort);
  if (client === undefined) throw new Error("the client of this connection is not in this process");
  const isFull = (): boolean => client.readableLength >= client.readableHighWaterMark;
  let sent = 0;
  for (;;) {
    sent += piece.length;
    if (connection.socket.write(piece)) continue;
    while (connection.socket.writableNeedDrain) {
      if (isFull()) return sent;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
