import { once } from "node:events";
import { constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { describe, expect, test, vi } from "vitest";
import { GatewayError } from "../../src/core/error.ts";
import { connectRaw, connectSession, request } from "./raw-client.ts";
import {
  chatClient,
  createChatPath,
  envelope,
  failureOf,
  protocols,
  settlement,
  streamChatPath,
} from "./rpc-clients.ts";
import { serve } from "./serve.ts";

describe("deadlines", () => {
  const never = new Promise<never>(() => {});

  test.each(protocols)("%s: a call whose handler minds no signal ends at its deadline", async (protocol) => {
    const { url } = await serve({ chat: { createChat: () => never } });
    const error = await failureOf(chatClient(protocol, url).createChat({}, { timeoutMs: 50 }));
    expect(error.code).toBe(Code.DeadlineExceeded);
  });

  // the client's own clock is left out of these: the deadline is only in the header
  const connectUnary = (url: string, timeoutMs: number) =>
    fetch(url + createChatPath, {
      method: "POST",
      headers: { "content-type": "application/json", "connect-timeout-ms": String(timeoutMs) },
      body: "{}",
    });

  test("the server says so by itself, whether the handler minds its signal or not", async () => {
    const handlers = [() => never, (_: unknown, { signal }: { signal: AbortSignal }) => after(60_000, {}, { signal })];
    for (const createChat of handlers) {
      const { url } = await serve({ chat: { createChat } });
      const answer = await connectUnary(url, 50);
      expect(answer.status).toBe(504);
      expect(await answer.json()).toMatchObject({
        code: "deadline_exceeded",
        message: "The client's deadline is over.",
        details: [{ debug: { code: "deadline_exceeded" } }],
      });
    }
  });

  test("a handler's own words at its deadline are what the client hears", async () => {
    const { url } = await serve({
      chat: {
        createChat: async (_, { signal }) => {
          await once(signal, "abort");
          throw new GatewayError("upstream_timeout", "The provider was too slow.");
        },
      },
    });
    expect(await (await connectUnary(url, 50)).json()).toMatchObject({ message: "The provider was too slow." });
  });

  test("a stream ends at its deadline, whether the handler minds its signal, ends as if it were done, or hangs", async () => {
    const rests = [
      (signal: AbortSignal) => after(60_000, undefined, { signal }),
      (signal: AbortSignal) => once(signal, "abort"),
      () => never,
    ];
    for (const rest of rests) {
      const { url } = await serve({
        chat: {
          async *streamChat(_, { signal }) {
            yield settlement("first");
            await rest(signal);
          },
        },
      });
      const headers = { "grpc-timeout": "50m", "content-type": "application/grpc+json", te: "trailers" };
      const session = await connectSession(url);
      const stream = session.request({ ":method": "POST", ":path": streamChatPath, ...headers });
      stream.end(envelope("{}"));
      const [trailers] = await once(stream.resume(), "trailers");
      expect(trailers["grpc-status"]).toBe(String(Code.DeadlineExceeded));
    }
  });

  test("a deadline beyond the limit is refused", async () => {
    const { url } = await serve({ limits: { maxTimeoutMs: 1000 } });
    expect(await (await connectUnary(url, 1001)).json()).toMatchObject({ code: "invalid_argument" });
  });
});

describe("clients that leave", () => {
  /** Yields as fast as it is read; says how often, and when it was ended. */
  function createSource() {
    const source = { yielded: 0, ended: false, reason: undefined as unknown };
    async function* streamChat(_: unknown, { signal }: { signal: AbortSignal }) {
      try {
        for (;;) {
          yield settlement("x".repeat(50_000));
          source.yielded += 1;
        }
      } finally {
        source.ended = true;
        source.reason = signal.reason;
      }
    }
    return { source, streamChat };
  }

  async function stalled(source: { yielded: number }): Promise<void> {
    for (let before = -1; source.yielded === 0 || before !== source.yielded; ) {
      before = source.yielded;
      await after(50);
    }
  }

  test("a gRPC stream that is cancelled while its client does not read ends its handler", async () => {
    const { source, streamChat } = createSource();
    const { url } = await serve({ chat: { streamChat } });
    const session = await connectSession(url);
    const headers = { "content-type": "application/grpc+json", te: "trailers" };
    const stream = session.request({ ":method": "POST", ":path": streamChatPath, ...headers });
    stream.on("error", () => {});
    stream.end(envelope("{}"));
    await once(stream, "response");
    await stalled(source);
    expect(source.ended).toBe(false);
    stream.close(constants.NGHTTP2_CANCEL);
    await vi.waitFor(() => expect(source.ended).toBe(true));
    expect(source.reason).toMatchObject({ code: Code.Canceled });
    expect(session.closed).toBe(false);
  });

  test.each(["1.1", "2"])(
    "a connection over HTTP/%s that breaks while its client does not read ends the handler",
    async (version) => {
      const { source, streamChat } = createSource();
      const { url, port, listener } = await serve({ chat: { streamChat } });
      const socket = version === "2" ? await askWithoutReading(url, port) : await askHttp1WithoutReading(port);
      await stalled(source);
      expect(source.ended).toBe(false);
      socket.destroy();
      await vi.waitFor(() => expect(source.ended).toBe(true));
      await vi.waitFor(() => expect(listener.connections).toBe(0));
    },
  );

  test("a connection over HTTP/2 that its client ends while it does not read ends the handler", async () => {
    const { source, streamChat } = createSource();
    const { url, port, listener } = await serve({ chat: { streamChat } });
    const socket = await askWithoutReading(url, port);
    await stalled(source);
    socket.end();
    await vi.waitFor(() => expect(source.ended).toBe(true));
    await vi.waitFor(() => expect(listener.connections).toBe(0));
  });

  async function askHttp1WithoutReading(port: number): Promise<Socket> {
    const { socket } = await connectRaw(port);
    socket.pause();
    const body = envelope("{}");
    socket.write(`POST ${streamChatPath} HTTP/1.1\r\nhost: x\r\ncontent-type: application/connect+json\r\n`);
    socket.write(Buffer.concat([Buffer.from(`content-length: ${body.length}\r\n\r\n`), body]));
    return socket;
  }

  async function askWithoutReading(url: string, port: number): Promise<Socket> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const session = await connectSession(url, socket);
    const headers = { ":method": "POST", ":path": streamChatPath, "content-type": "application/connect+json" };
    const stream = session.request(headers);
    stream.on("error", () => {});
    stream.end(envelope("{}"));
    await once(stream, "response");
    return socket;
  }

  test.each(protocols)("%s: a call whose client aborts aborts the handler's signal", async (protocol) => {
    const reached = Promise.withResolvers<AbortSignal>();
    const { url, log } = await serve({
      chat: {
        createChat: async (_, { signal }) => {
          reached.resolve(signal);
          await after(60_000, undefined, { signal });
          return {};
        },
      },
    });
    const abort = new AbortController();
    const call = failureOf(chatClient(protocol, url).createChat({}, { signal: abort.signal }));
    const signal = await reached.promise;
    abort.abort();
    expect((await call).code).toBe(Code.Canceled);
    await vi.waitFor(() => expect(signal.aborted).toBe(true));
    expect(log).toEqual([]);
  });

  test("a call whose client leaves before it is there whole does not run", async () => {
    let ran = 0;
    const { url } = await serve({
      chat: {
        createChat: () => {
          ran += 1;
          return {};
        },
      },
    });
    const session = await connectSession(url);
    const head = { ":method": "POST", ":path": createChatPath, "content-type": "application/json" };
    const cut = session.request(head);
    cut.on("error", () => {});
    cut.write("{}"); // which more could have followed
    await after(20);
    cut.destroy(new Error("given up")); // a reset without an end
    expect((await request(session, head, "{}")).status).toBe(200);
    await after(20);
    expect(ran).toBe(1);
  });

  test("a handler that hangs is left alone when its client is gone, and its answer is not missed", async () => {
    const reached = Promise.withResolvers<void>();
    const { port, log, listener } = await serve({
      chat: {
        createChat: () => {
          reached.resolve();
          return new Promise(() => {});
        },
      },
    });
    const { socket } = await connectRaw(port);
    const head = `POST ${createChatPath} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
    socket.write(`${head}content-length: 2\r\n\r\n{}`);
    await reached.promise;
    socket.destroy();
    await vi.waitFor(() => expect(listener.connections).toBe(0));
    expect(log).toEqual([]);
  });
});
