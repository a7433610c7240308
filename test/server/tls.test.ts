import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";
import { connect as connectTls } from "node:tls";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { ChatService } from "../../gen/causeway/chat/v1/service_pb.ts";
import { createListener } from "../../src/server/listener.ts";
import { connectRaw, connectSession, request } from "./raw-client.ts";
import { serve } from "./serve.ts";

/** Made for these tests, for localhost and 127.0.0.1, with a validity of 100 years. */
const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const tls = { cert: fixture("localhost-cert.pem"), key: fixture("localhost-key.pem") };

test("ALPN chooses between HTTP/1.1 and HTTP/2", async () => {
  const { url, port } = await serve({ tls });
  expect(url).toBe(`https://127.0.0.1:${port}`);
  const agent = new Agent({ ca: tls.cert });
  onTestFinished(() => agent.destroy());
  const asked = httpsRequest(`${url}/over-1`, { agent }).end();
  const [answer] = await once(asked, "response");
  expect(answer.httpVersion).toBe("1.1");
  expect(Buffer.concat(await answer.toArray()).toString()).toBe("nothing at /over-1");
  const session = await connectSession(url);
  expect(session.alpnProtocol).toBe("h2");
  expect((await request(session, { ":path": "/over-2" })).body).toBe("nothing at /over-2");
});

test("a client that knows no ALPN gets HTTP/1.1", async () => {
  const { port } = await serve({ tls });
  const socket = connectTls({ port, host: "127.0.0.1", ca: tls.cert });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.end("GET /old HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  expect(Buffer.concat(await socket.toArray()).toString()).toContain("nothing at /old");
});

test("RPCs of every protocol", async () => {
  const { url } = await serve({
    tls,
    chat: { createChat: ({ chat }) => ({ settlement: { model: chat?.model ?? "" } }) },
  });
  const nodeOptions = { ca: tls.cert };
  const transports = [
    createGrpcTransport({ baseUrl: url, nodeOptions }),
    createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1", nodeOptions }),
    createConnectTransport({ baseUrl: url, httpVersion: "2", nodeOptions }),
  ];
  for (const transport of transports) {
    const answer = await createClient(ChatService, transport).createChat({ chat: { model: "one" } });
    expect(answer.settlement?.model).toBe("one");
  }
});

test("HTTP/1.1 headers that trickle in are cut off", async () => {
  const { port } = await serve({ tls, listenerLimits: { headersTimeoutMs: 150 } });
  const socket = connectTls({ port, host: "127.0.0.1", ca: tls.cert, ALPNProtocols: ["http/1.1"] });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n");
  const drip = setInterval(() => socket.write("x-drop: 1\r\n"), 20);
  await new Promise((resolve) => socket.resume().on("close", resolve));
  clearInterval(drip);
});

test("a connection that does not shake hands is ended", async () => {
  const { port, listener } = await serve({ tls, listenerLimits: { headersTimeoutMs: 150 } });
  const silent = await connectRaw(port);
  const plain = await connectRaw(port);
  plain.socket.write("GET / HTTP/1.1\r\n\r\n");
  await Promise.all([silent.closed, plain.closed]);
  await vi.waitFor(() => expect(listener.connections).toBe(0));
});

test("a shutdown ends idle connections, and waits for no handshake", async () => {
  const { url, port, listener } = await serve({ tls });
  const session = await connectSession(url);
  await request(session, { ":path": "/" });
  const http1 = connectTls({ port, host: "127.0.0.1", ca: tls.cert });
  http1.write("GET /a HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(http1, "data");
  await connectRaw(port);
  await vi.waitFor(() => expect(listener.connections).toBe(3));
  await listener.shutdown(100);
  expect(listener.connections).toBe(0);
  http1.destroy();
});

test.each([
  ["a key that is none", { ...tls, key: "no key" }],
  ["a certificate that is none", { ...tls, cert: "nothing" }],
  ["a certificate that is empty", { ...tls, cert: "" }],
])("%s is reported with what to do", (_, identity) => {
  const create = () =>
    createListener({
      handler: () => {},
      host: "127.0.0.1",
      port: 0,
      tls: identity,
      onForce: () => {},
      log: { warn: () => {}, error: () => {} },
    });
  expect(create).toThrow(/The TLS certificate \('tls.cert'\) and its key \('tls.key'\) cannot be used/);
});
