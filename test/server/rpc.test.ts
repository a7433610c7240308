import { once } from "node:events";
import { constants } from "node:http2";
import { gzipSync } from "node:zlib";
import { Code, createClient } from "@connectrpc/connect";
import { compressionGzip, createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { ErrorDetailSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { ChatService } from "../../gen/causeway/chat/v1/service_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";
import { GatewayError } from "../../src/core/error.ts";
import { createHealthService } from "../../src/services/health.ts";
import { connectRaw, connectSession, request } from "./raw-client.ts";
import {
  chatClient,
  createChatPath,
  drain,
  envelope,
  failureOf,
  protocols,
  settlement,
  streamChatPath,
} from "./rpc-clients.ts";
import { serve } from "./serve.ts";

describe("request ids", () => {
  test("the client's own is heard by the handler and said back", async () => {
    const { url } = await serve({
      chat: {
        createChat: (_, { requestHeader }) => ({ settlement: { requestId: requestHeader.get("x-request-id") ?? "" } }),
      },
      newRequestId: () => "made-here",
    });
    const call = (headers: Record<string, string>) =>
      fetch(url + createChatPath, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "{}",
      });
    const own = await call({ "x-request-id": "abc-1" });
    expect(own.headers.get("x-request-id")).toBe("abc-1");
    expect(await own.json()).toEqual({ settlement: { requestId: "abc-1" } });
    for (const bad of ["", "with space", "x".repeat(129)]) {
      const made = await call({ "x-request-id": bad });
      expect(made.headers.get("x-request-id")).toBe("made-here");
      expect(await made.json()).toEqual({ settlement: { requestId: "made-here" } });
    }
  });

  test("every answer has one: of the fallback, of a stream, of an error", async () => {
    const { url } = await serve({
      chat: {
        async *streamChat() {
          yield settlement("x");
        },
      },
      newRequestId: () => "made-here",
    });
    const session = await connectSession(url);
    const connectStream = { ":method": "POST", ":path": streamChatPath, "content-type": "application/connect+json" };
    const answers = [
      await request(session, { ":path": "/nothing" }),
      await request(session, connectStream, envelope("{}")),
      await request(session, { ":path": createChatPath }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 200, 405]);
    for (const { headers } of answers) expect(headers["x-request-id"]).toBe("made-here");
  });
});

describe("authentication", () => {
  const onlyKey = (key: string | undefined): string => {
    if (key === "right") return key;
    throw new GatewayError("unauthenticated", `The key is ${key === undefined ? "missing" : "wrong"}.`);
  };

  test.each([
    [{ authorization: "Bearer right" }, undefined],
    [{ authorization: "bearer right" }, undefined],
    [{ "x-api-key": "right" }, undefined],
    [{ authorization: "Bearer other" }, "The key is wrong."],
    [{ authorization: "Basic right" }, "The key is missing."],
    [{}, "The key is missing."],
  ])("with %j", async (headers: Record<string, string>, refusal) => {
    let ran = 0;
    const { url } = await serve({
      authenticate: onlyKey,
      chat: {
        createChat: () => {
          ran += 1;
          return {};
        },
      },
    });
    const call = chatClient("gRPC over HTTP/2", url).createChat({}, { headers });
    if (refusal === undefined) await call;
    else {
      const error = await failureOf(call);
      expect(error.code).toBe(Code.Unauthenticated);
      expect(error.rawMessage).toBe(refusal);
      expect(error.findDetails(ErrorDetailSchema)[0]?.code).toBe("unauthenticated");
    }
    expect(ran).toBe(refusal === undefined ? 1 : 0);
  });

  test("streams are refused as well", async () => {
    const { url } = await serve({ authenticate: onlyKey });
    for (const protocol of protocols) {
      const error = await failureOf(drain(chatClient(protocol, url).streamChat({})));
      expect(error.code).toBe(Code.Unauthenticated);
    }
  });

  test("open services need no key", async () => {
    const { url } = await serve({
      authenticate: onlyKey,
      services: (router) => router.service(Health, createHealthService([]).service),
    });
    const health = createClient(Health, createGrpcTransport({ baseUrl: url }));
    expect((await health.check({})).status).toBe(Status.SERVING);
  });

  test("a refusal does not wait for the body, and its connection goes on", async () => {
    const { port } = await serve({ authenticate: onlyKey });
    const { socket, until } = await connectRaw(port);
    const head = `POST ${createChatPath} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
    socket.write(`${head}content-length: 500000\r\n\r\n`);
    expect(await until("The key is missing.")).toContain("HTTP/1.1 401");
    socket.write(Buffer.alloc(500_000, 32));
    socket.write("GET /after HTTP/1.1\r\nhost: x\r\n\r\n");
    await until("nothing at /after");
  });

  test("a refused upload over HTTP/2 is answered at once, and ended when its client does not do that", async () => {
    const { url } = await serve({ authenticate: onlyKey, listenerLimits: { requestTimeoutMs: 200 } });
    const session = await connectSession(url);
    const upload = session.request({ ":method": "POST", ":path": createChatPath, "content-type": "application/json" });
    upload.on("error", () => {});
    upload.write(Buffer.alloc(10_000));
    const [headers] = await once(upload, "response");
    expect(headers[":status"]).toBe(401);
    await once(upload.resume(), "close");
    expect(upload.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  });
});

describe("limits", () => {
  test.each(protocols)("%s: a message over the limit is refused with an error that arrives", async (protocol) => {
    let ran = 0;
    const { url } = await serve({
      limits: { bodyBytes: 10_000 },
      chat: {
        createChat: () => {
          ran += 1;
          return {};
        },
      },
    });
    const client = chatClient(protocol, url);
    const error = await failureOf(client.createChat({ chat: { model: "x".repeat(3_000_000) } }));
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(ran).toBe(0);
    await client.createChat({ chat: { model: "x".repeat(9_000) } });
    expect(ran).toBe(1);
  });

  test("a small message that is large when decompressed is refused", async () => {
    const { url } = await serve({ limits: { bodyBytes: 10_000 } });
    const answer = await fetch(url + createChatPath, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(`{"chat":{"model":"${"x".repeat(100_000)}"}}`),
    });
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ code: "resource_exhausted" });
  });
});

describe("compression", () => {
  const long = "lorem ipsum ".repeat(1000);

  test("a long answer to a call is compressed for who offers gzip, and for nobody else", async () => {
    const { url } = await serve({ chat: { createChat: () => ({ settlement: { model: long } }) } });
    const call = (headers: Record<string, string>) =>
      fetch(url + createChatPath, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "{}",
      });
    const compressed = await call({ "accept-encoding": "gzip" });
    expect(compressed.headers.get("content-encoding")).toBe("gzip");
    expect(await compressed.json()).toEqual({ settlement: { model: long } });
    const plain = await call({ "accept-encoding": "identity" });
    expect(plain.headers.get("content-encoding")).toBeNull();
  });

  test("a short answer is sent as it is", async () => {
    const { url } = await serve({ chat: { createChat: () => ({ settlement: { model: "short" } }) } });
    const answer = await fetch(url + createChatPath, {
      method: "POST",
      headers: { "content-type": "application/json", "accept-encoding": "gzip" },
      body: "{}",
    });
    expect(answer.headers.get("content-encoding")).toBeNull();
  });

  test.each([
    ["application/connect+json", "connect-content-encoding", "connect-accept-encoding"],
    ["application/grpc+json", "grpc-encoding", "grpc-accept-encoding"],
    ["application/grpc-web+json", "grpc-encoding", "grpc-accept-encoding"],
  ])("a stream of %s takes compressed messages, and its own are never compressed", async (type, encoding, accept) => {
    const heard: string[] = [];
    const { url } = await serve({
      chat: {
        async *streamChat({ chat }) {
          heard.push(chat?.model ?? "");
          yield settlement(long);
        },
      },
    });
    const session = await connectSession(url);
    const head = { ":method": "POST", ":path": streamChatPath, "content-type": type };
    const message = envelope(gzipSync('{"chat":{"model":"packed"}}'), 1);
    for (const offered of [{ [accept]: "gzip" }, {}]) {
      const answer = await request(session, { ...head, [encoding]: "gzip", ...offered }, message);
      expect(answer.headers[encoding]).toBeUndefined();
      expect(answer.body).toContain("lorem ipsum");
    }
    expect(heard).toEqual(["packed", "packed"]);
  });

  test("clients that compress what they send are understood", async () => {
    const { url } = await serve({ chat: { createChat: ({ chat }) => ({ settlement: { model: chat?.model ?? "" } }) } });
    const options = { baseUrl: url, sendCompression: compressionGzip, acceptCompression: [compressionGzip] };
    for (const transport of [
      createGrpcTransport(options),
      createConnectTransport({ ...options, httpVersion: "1.1" }),
    ]) {
      const answer = await createClient(ChatService, transport).createChat({ chat: { model: long } });
      expect(answer.settlement?.model).toBe(long);
    }
  });
});

describe("the fallback", () => {
  test.each([
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret"))],
  ])("that %s is logged and answered with 500, and the server goes on", async (_, fallback) => {
    const { url, log } = await serve({ fallback });
    for (let i = 1; i <= 2; i++) {
      const answer = await fetch(`${url}/v1/x?key=secret`);
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toContain("secret");
      expect(log).toHaveLength(i);
    }
    expect(log[0]?.fields).toMatchObject({ err: { message: "secret" }, path: "/v1/x" });
  });
});
