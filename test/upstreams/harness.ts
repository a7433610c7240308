import { afterEach, beforeEach, expect } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { GatewayError } from "../../src/core/error.ts";
import type { Credential, Upstream, UpstreamAnswer, UpstreamRequest } from "../../src/core/ports.ts";
import { createHttpUpstream, type HttpUpstreamOptions } from "../../src/upstreams/http.ts";
import { bareDialect } from "./bare-dialect.ts";
import { createScriptedServer, type ScriptedConnection } from "./scripted-server.ts";

export const key: Credential = { secret: "sk-secret-1234567890", masked: "sk-…7890" };
export const question = JSON.stringify({ model: "m", messages: [{ role: "user", content: "Grüße 👋" }] });
const never = new AbortController().signal;

export type Server = Awaited<ReturnType<typeof createScriptedServer>>;

/** A server that the test plays and upstreams to it, new for each test of the file. */
export function useScriptedServer() {
  let server: Server | undefined;
  let upstreams: Upstream[] = [];
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
    upstream({ baseUrl = current().url, ...options }: Partial<HttpUpstreamOptions> = {}): Upstream {
      const upstream = createHttpUpstream({
        name: "acme",
        dialect: bareDialect,
        baseUrl,
        paths: { chat: "/v1/chat/completions", models: "/v1/models" },
        auth: "bearer",
        userAgent: "causeway/test",
        clock: systemClock,
        ...options,
      });
      upstreams.push(upstream);
      return upstream;
    },
    /** An answer that has begun: its head and the piece "one" are out, and "one" has been pulled. */
    async begun(upstream: Upstream, signal = never): Promise<[UpstreamAnswer, ScriptedConnection]> {
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

export const asking = (change: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  operation: "chat",
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

/** Writes until the client stops reading; resolves with how many bytes went out. */
export async function flood(connection: ScriptedConnection): Promise<number> {
  const piece = chunk("x".repeat(16 * 1024 - 8));
  let sent = 0;
  for (;;) {
    sent += piece.length;
    if (connection.socket.write(piece)) continue;
    const drained = await Promise.race([
      new Promise<boolean>((resolve) => connection.socket.once("drain", () => resolve(true))),
      new Promise<boolean>((resolve) => setTimeout(resolve, 200, false)),
    ]);
    if (!drained) return sent;
  }
}
