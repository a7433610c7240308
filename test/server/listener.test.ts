import { once } from "node:events";
import { Agent, get, request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ResponseWriter } from "../../src/server/http.ts";
import { createListener } from "../../src/server/listener.ts";
import { connectRaw, connectSession, request } from "./raw-client.ts";
import { serve } from "./serve.ts";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const silentLog = { warn: () => {}, error: () => {} };

test("HTTP/1.1 and HTTP/2 are answered on the same port", async () => {
  const { url, port } = await serve();
  const http1 = await fetch(`${url}/over-1`);
  expect(await http1.text()).toBe("nothing at /over-1");
  const http2 = await request(await connectSession(url), { ":path": "/over-2" });
  expect(http2.body).toBe("nothing at /over-2");
  expect(port).toBeGreaterThan(0);
  expect(url).toBe(`http://127.0.0.1:${port}`);
});

test("an HTTP/2 preface that comes byte by byte is understood", async () => {
  const { port } = await serve();
  const { socket, until } = await connectRaw(port);
  for (const byte of preface) {
    socket.write(Buffer.from([byte]));
    await after(1); // each its own packet
  }
  socket.write(emptySettings);
  // the server's own SETTINGS frame, on stream 0
  await until("\x04\x00\x00\x00\x00\x00");
});

test("a request that begins like the preface is HTTP/1.1 as soon as it differs", async () => {
  const { port } = await serve();
  const { socket, until } = await connectRaw(port);
  for (const part of ["P", "R", "OPFIND / HTTP/1.1\r\nhost: x\r\n", "\r\n"]) {
    socket.write(part);
    await after(5);
  }
  await until("nothing at /");
});

test("requests that come in pieces, or several at once, are answered in order", async () => {
  const { port } = await serve();
  const { socket, until } = await connectRaw(port);
  socket.write("GET /a HTTP/1.1\r\nhost: x\r\n\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\nGET /");
  await until("nothing at /b");
  socket.write("c HTTP/1.1\r\nhost: x\r\n\r\n");
  const text = await until("nothing at /c");
  expect(text.indexOf("/a")).toBeLessThan(text.indexOf("/b"));
});

test("a connection that ends before it said anything leaves nothing behind", async () => {
  const { port, listener } = await serve();
  const silent = await connectRaw(port);
  const halfway = await connectRaw(port);
  halfway.socket.write("PRI * HT");
  await vi.waitFor(() => expect(listener.connections).toBe(2));
  silent.socket.end();
  halfway.socket.end();
  await Promise.all([silent.closed, halfway.closed]);
  await vi.waitFor(() => expect(listener.connections).toBe(0));
});

test("an address in use is reported with what to do", async () => {
  const { port } = await serve();
  const second = createListener({
    handler: () => {},
    host: "127.0.0.1",
    port,
    onForce: () => {},
    log: silentLog,
  });
  await expect(second.start()).rejects.toThrow(
    `The gateway cannot listen on 127.0.0.1:${port}: another program, or another gateway, has port ${port}. Stop it, or set another port in 'listen' or with --port.`,
  );
  await second.shutdown(0);
});

test("an address that is not this machine's is reported with what to do", async () => {
  const listener = createListener({ handler: () => {}, host: "192.0.2.1", port: 0, onForce: () => {}, log: silentLog });
  await expect(listener.start()).rejects.toThrow("this machine has no address '192.0.2.1'");
});

test("a listener that failed to start can start when the port is free again", async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const address = blocker.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const listener = createListener({ handler: () => {}, host: "127.0.0.1", port, onForce: () => {}, log: silentLog });
  await expect(listener.start()).rejects.toThrow("cannot listen");
  await new Promise((resolve) => blocker.close(resolve));
  await expect(listener.start()).resolves.toEqual({ host: "127.0.0.1", port });
  await listener.shutdown(0);
});

test("a listener without a host serves every interface and says how to reach it", async () => {
  const listener = createListener({
    handler: (_, response) => {
      response.end("here");
    },
    host: undefined,
    port: 0,
    onForce: () => {},
    log: silentLog,
  });
  onTestFinished(async () => {
    await listener.shutdown(0);
  });
  const { port } = await listener.start();
  expect(listener.url).toBe(`http://127.0.0.1:${port}`);
  expect(await (await fetch(listener.url)).text()).toBe("here");
});

const hasty = { headersTimeoutMs: 150, requestTimeoutMs: 300, idleTimeoutMs: 400 };

test("a connection that never says which protocol it speaks is ended", async () => {
  const { port } = await serve({ listenerLimits: hasty });
  const started = performance.now();
  const { socket, closed } = await connectRaw(port);
  socket.write("PRI * HTTP/2.0");
  await closed;
  expect(performance.now() - started).toBeGreaterThan(140);
});

test("HTTP/1.1 headers that trickle in are cut off", async () => {
  const { port } = await serve({ listenerLimits: hasty });
  const { socket, closed } = await connectRaw(port);
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n");
  const drip = setInterval(() => socket.write("x-drop: 1\r\n"), 20);
  await closed;
  clearInterval(drip);
});

test("an HTTP/1.1 body that trickles in is cut off", async () => {
  const { port } = await serve({
    listenerLimits: hasty,
    fallback: async (incoming, response) => {
      for await (const _ of incoming);
      response.end();
    },
  });
  const { socket, closed } = await connectRaw(port);
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n");
  const drip = setInterval(() => socket.write("x"), 20);
  await closed;
  clearInterval(drip);
});

test("HTTP/2 headers that trickle in are cut off", async () => {
  const { port } = await serve({ listenerLimits: hasty });
  const { socket, closed } = await connectRaw(port);
  // a HEADERS frame on stream 1 that says it is 10,000 bytes long
  socket.write(Buffer.concat([preface, emptySettings, Buffer.from([0, 0x27, 0x10, 1, 4, 0, 0, 0, 1])]));
  const drip = setInterval(() => socket.write(Buffer.from([0])), 20);
  await closed;
  clearInterval(drip);
});

test("an HTTP/2 body that trickles in is cut off with 408, and the connection stays", async () => {
  const { url } = await serve({
    listenerLimits: { ...hasty, idleTimeoutMs: 60_000 },
    fallback: async (incoming, response) => {
      for await (const _ of incoming);
      response.end("whole");
    },
  });
  const session = await connectSession(url);
  const slow = session.request({ ":path": "/", ":method": "POST" });
  const drip = setInterval(() => slow.write("x"), 20);
  slow.on("error", () => {});
  const [headers] = await once(slow, "response");
  expect(headers[":status"]).toBe(408);
  await once(slow.resume(), "close");
  clearInterval(drip);
  expect((await request(session, { ":path": "/", ":method": "POST" }, "all of it")).body).toBe("whole");
});

test.each(["1.1", "2"])("an answer over HTTP/%s may take longer than any limit on requests", async (version) => {
  const { url } = await serve({
    listenerLimits: hasty,
    fallback: async (incoming, response: ResponseWriter) => {
      for await (const _ of incoming);
      response.writeHead(200, []);
      for (let i = 0; i < 10; i++) {
        response.write(`${i} `);
        await after(80);
      }
      response.end("end");
    },
  });
  const text =
    version === "2"
      ? (await request(await connectSession(url), { ":path": "/", ":method": "POST" }, "x")).body
      : await (await fetch(url, { method: "POST", body: "x" })).text();
  expect(text).toBe("0 1 2 3 4 5 6 7 8 9 end");
});

test("an HTTP/2 stream in both directions may take longer than any limit on requests", async () => {
  const { url } = await serve({
    listenerLimits: hasty,
    fallback: async (incoming, response: ResponseWriter) => {
      response.writeHead(200, []);
      for await (const chunk of incoming) response.write(chunk);
      response.end();
    },
  });
  const stream = (await connectSession(url)).request({ ":path": "/", ":method": "POST" });
  let echoed = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    echoed += chunk;
  });
  for (let i = 0; i < 10; i++) {
    stream.write(`${i} `);
    await after(80);
  }
  stream.end();
  await once(stream, "close");
  expect(echoed).toBe("0 1 2 3 4 5 6 7 8 9 ");
});

test("idle connections are ended, of HTTP/1.1 and of HTTP/2", async () => {
  const { url, port, listener } = await serve({ listenerLimits: { ...hasty, idleTimeoutMs: 150 } });
  const http1 = await connectRaw(port);
  http1.socket.write("GET /a HTTP/1.1\r\nhost: x\r\n\r\n");
  await http1.until("nothing at /a");
  const session = await connectSession(url);
  await request(session, { ":path": "/" });
  expect(listener.connections).toBe(2);
  await Promise.all([once(session, "close"), http1.closed]);
  await vi.waitFor(() => expect(listener.connections).toBe(0));
});

test("an HTTP/2 peer that is gone without a word is found out", async () => {
  const { port, listener } = await serve({ listenerLimits: { pingIntervalMs: 50, pingTimeoutMs: 100 } });
  const dead = await connectRaw(port);
  dead.socket.write(Buffer.concat([preface, emptySettings])); // and never an answer to a PING
  const alive = await connectSession(listener.url);
  await dead.closed;
  await after(300);
  expect(alive.closed).toBe(false);
  expect((await request(alive, { ":path": "/x" })).body).toBe("nothing at /x");
});

test("headers that are too long are refused, over HTTP/1.1 and HTTP/2", async () => {
  const { url } = await serve({ listenerLimits: { headerBytes: 4096 } });
  const long = "x".repeat(5000);
  expect((await fetch(url, { headers: { "x-long": long } })).status).toBe(431);
  const session = await connectSession(url);
  await request(session, { ":path": "/" }); // the limit counts from when the client has heard of it
  await expect(request(session, { ":path": "/", "x-long": long })).rejects.toThrow();
  expect((await request(session, { ":path": "/", "x-long": "x".repeat(3000) })).status).toBe(404);
});

test("an HTTP/2 connection has a limit of requests at a time, and says so", async () => {
  const { url } = await serve();
  const session = await connectSession(url);
  if (session.remoteSettings.maxConcurrentStreams !== 256) await once(session, "remoteSettings");
  expect(session.remoteSettings.maxConcurrentStreams).toBe(256);
});

test("500 connections that come and go at once are all answered", async () => {
  const { url, listener } = await serve();
  const http1 = Array.from({ length: 400 }, async () => {
    const [answer] = await once(get(url, { agent: false }), "response");
    await once(answer.resume(), "close");
    return answer.statusCode;
  });
  const http2 = Array.from({ length: 100 }, async () => {
    const session = await connectSession(url);
    const { status } = await request(session, { ":path": "/" });
    session.close();
    return status;
  });
  const statuses = await Promise.all([...http1, ...http2]);
  expect(new Set(statuses)).toEqual(new Set([404]));
  await vi.waitFor(() => expect(listener.connections).toBe(0), 5000);
});

test("small writes are not held back: an exchange over HTTP/1.1 takes well below 40 ms", async () => {
  const { url } = await serve({ fallback: twoWrites });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const spans: number[] = [];
  for (let i = 0; i < 50; i++) {
    const started = performance.now();
    const asked = httpRequest(url, { agent, method: "POST" });
    asked.write("first ");
    asked.end("second");
    const [answer] = await once(asked, "response");
    await once(answer.resume(), "end");
    spans.push(performance.now() - started);
  }
  agent.destroy();
  expect(median(spans)).toBeLessThan(20);
});

test("small writes are not held back: an exchange over HTTP/2 takes well below 40 ms", async () => {
  const { url } = await serve({ fallback: twoWrites });
  const session = await connectSession(url);
  const spans: number[] = [];
  for (let i = 0; i < 50; i++) {
    const started = performance.now();
    await request(session, { ":path": "/", ":method": "POST" }, "small");
    spans.push(performance.now() - started);
  }
  expect(median(spans)).toBeLessThan(20);
  expect(session.closed).toBe(false);
});

test("a client that leaves in the middle of an upload ends its request, over HTTP/1.1 and HTTP/2", async () => {
  const begun: string[] = [];
  const ended: string[] = [];
  const { url, port, log } = await serve({
    fallback: async (incoming, response) => {
      begun.push(incoming.httpVersion);
      try {
        for await (const _ of incoming);
        response.end();
      } catch {
        ended.push(incoming.httpVersion);
      }
    },
  });
  const { socket } = await connectRaw(port);
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nsome");
  const stream = (await connectSession(url)).request({ ":path": "/", ":method": "POST" });
  stream.on("error", () => {});
  stream.write("some");
  await vi.waitFor(() => expect(begun).toHaveLength(2));
  socket.destroy();
  stream.destroy(new Error("given up"));
  await vi.waitFor(() => expect(ended.toSorted()).toEqual(["1.1", "2.0"]));
  expect(log).toEqual([]);
});

/** What Nagle's algorithm delays until the client acknowledged the first. */
async function twoWrites(incoming: AsyncIterable<unknown>, response: ResponseWriter): Promise<void> {
  for await (const _ of incoming);
  response.write("one ");
  await after(1);
  response.end("two");
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
