import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ResponseWriter } from "../../src/server/http.ts";
import { connectRaw, connectSession, request } from "./raw-client.ts";
import { chatClient, envelope, settlement, streamChatPath } from "./rpc-clients.ts";
import { serve } from "./serve.ts";

async function refused(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
  });
  return await Promise.race([
    once(socket, "connect").then(() => false),
    new Promise<boolean>((resolve) => socket.once("error", () => resolve(true))),
  ]);
}

test("streams that run may finish, and nothing new is taken", async () => {
  const go = Promise.withResolvers<void>();
  let started = 0;
  const { url, port, listener } = await serve({
    chat: {
      async *streamChat() {
        started += 1;
        yield settlement("first");
        await go.promise;
        yield settlement("last");
      },
    },
    fallback: async (_, response: ResponseWriter) => {
      started += 1;
      response.writeHead(200, []);
      response.write("first ");
      await go.promise;
      response.end("last");
    },
  });
  const plain = fetch(url).then((answer) => answer.text());
  const protocols = ["gRPC over HTTP/2", "gRPC-Web over HTTP/1.1", "Connect JSON over HTTP/1.1"];
  const streams = protocols.map(async (protocol) => {
    const models: string[] = [];
    for await (const { message } of chatClient(protocol, url).streamChat({})) {
      if (message.case === "settlement") models.push(message.value.model);
    }
    return models;
  });
  await vi.waitFor(() => expect(started).toBe(4));
  const over = listener.shutdown(10_000);
  expect(await refused(port)).toBe(true);
  go.resolve();
  for (const stream of streams) expect(await stream).toEqual(["first", "last"]);
  expect(await plain).toBe("first last");
  expect(await over).toBe(true);
  expect(listener.connections).toBe(0);
});

test("idle connections are ended at once", async () => {
  const { url, port, listener } = await serve();
  const silent = await connectRaw(port);
  const http1 = await connectRaw(port);
  http1.socket.write("GET /a HTTP/1.1\r\nhost: x\r\n\r\n");
  await http1.until("nothing at /a");
  const session = await connectSession(url);
  await request(session, { ":path": "/" });
  const goaway = once(session, "goaway");
  const started = performance.now();
  expect(await listener.shutdown(10_000)).toBe(true);
  expect(performance.now() - started).toBeLessThan(2_000);
  await Promise.all([silent.closed, http1.closed, goaway]);
});

test("an HTTP/1.1 connection with a call running hears that it was its last", async () => {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const { port, listener } = await serve({
    fallback: async (incoming, response) => {
      reached.resolve();
      if (incoming.url === "/slow") await go.promise;
      response.end(`done ${incoming.url}`);
    },
  });
  const { socket, until, closed } = await connectRaw(port);
  socket.write("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
  await reached.promise;
  const over = listener.shutdown(10_000);
  go.resolve();
  await until("done /slow");
  socket.write("GET /next HTTP/1.1\r\nhost: x\r\n\r\n");
  const text = (await closed).toLowerCase();
  expect(text).toContain("done /next");
  expect(text.slice(text.indexOf("done /slow"))).toContain("connection: close");
  expect(await over).toBe(true);
});

test("an answer that is complete but still on its way to a slow client is not cut", async () => {
  const size = 20_000_000;
  const { port, listener } = await serve({
    fallback: (_, response: ResponseWriter) => {
      response.end(Buffer.alloc(size, "x"));
    },
  });
  const { socket, text, closed } = await connectRaw(port);
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(socket, "data");
  socket.pause();
  const over = listener.shutdown(10_000);
  await after(50);
  socket.resume();
  await closed;
  expect(text().length).toBeGreaterThan(size);
  expect(await over).toBe(true);
});

test("what runs longer than the grace ends with an error that says so, whether it minds its signal or not", async () => {
  const handlers = [(signal: AbortSignal) => after(60_000, undefined, { signal }), () => new Promise(() => {})];
  const { url, listener } = await serve({
    listenerLimits: { forceMs: 3_000 },
    chat: {
      async *streamChat({ chat }, { signal }) {
        yield settlement("first");
        await handlers[chat?.model === "minds" ? 0 : 1]?.(signal);
      },
    },
  });
  const protocols = ["gRPC over HTTP/2", "gRPC-Web over HTTP/1.1", "Connect JSON over HTTP/1.1"];
  const heard: string[] = [];
  const ends = protocols.flatMap((protocol) =>
    ["minds", "hangs"].map(async (model) => {
      try {
        for await (const _ of chatClient(protocol, url).streamChat({ chat: { model } })) heard.push(model);
        return "a normal end";
      } catch (error) {
        return error;
      }
    }),
  );
  await vi.waitFor(() => expect(heard).toHaveLength(6));
  const started = performance.now();
  expect(await listener.shutdown(50)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2_500);
  for (const end of ends) {
    expect(await end).toMatchObject({ code: Code.Unavailable, rawMessage: "The gateway is shutting down." });
  }
});

test("who neither ends nor reads is cut a little after the grace", async () => {
  const { url, listener } = await serve({
    listenerLimits: { forceMs: 100 },
    chat: {
      async *streamChat() {
        for (;;) yield settlement("x".repeat(50_000));
      },
    },
  });
  const session = await connectSession(url);
  const headers = { "content-type": "application/connect+json" };
  const stream = session.request({ ":method": "POST", ":path": streamChatPath, ...headers });
  stream.on("error", () => {});
  stream.end(envelope("{}"));
  await once(stream, "response");
  expect(await listener.shutdown(50)).toBe(false);
  expect(listener.connections).toBe(0);
});

test("a second shutdown is the first one", async () => {
  const { listener } = await serve();
  expect(listener.shutdown(10)).toBe(listener.shutdown(1000));
  expect(await listener.shutdown(0)).toBe(true);
});
