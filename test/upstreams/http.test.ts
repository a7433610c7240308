import { describe, expect, test } from "vitest";
import {
  asking,
  chunk,
  failureOf,
  key,
  lastChunk,
  question,
  readAll,
  streamHead,
  useScriptedServer,
  whole,
} from "./harness.ts";
import { createRecordingServer } from "./recording-server.ts";

const server = useScriptedServer();

describe("a request", () => {
  test("carries the body, the key and a fixed set of headers, and nothing else", async () => {
    const asked = server.upstream({ headers: { "X-Title": "ours" } }).ask(asking());
    const connection = await server.connection();
    const request = await connection.request();
    connection.write(whole("{}"));
    await readAll(await asked);
    expect(request.line).toBe("POST /v1/chat/completions HTTP/1.1");
    expect(request.body.toString("utf8")).toBe(question);
    expect(Object.fromEntries(request.headers)).toEqual({
      host: server.host,
      connection: "keep-alive",
      authorization: `Bearer ${key.secret}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "user-agent": "causeway/test",
      "accept-encoding": "identity",
      "x-title": "ours",
      "content-length": String(Buffer.byteLength(question)),
    });
  });

  test.each([
    ["in a header of the vendor's", { header: "x-api-key" }, key, "x-api-key", key.secret],
    ["nowhere when the provider takes none", "none", key, "authorization", undefined],
    ["nowhere when there is none", "bearer", undefined, "authorization", undefined],
  ] as const)("carries the key %s", async (_, auth, credential, header, value) => {
    const asked = server.upstream({ auth }).ask(asking({ credential }));
    const connection = await server.connection();
    const { headers } = await connection.request();
    connection.write(whole("{}"));
    await readAll(await asked);
    expect(headers.get(header)).toBe(value);
  });

  test("goes where its operation is, and nowhere when the provider does not have it", async () => {
    const paths = { chat: "/v1/chat/completions", embeddings: "/v1/embeddings" };
    const asked = server.upstream({ paths }).ask(asking({ operation: "embeddings" }));
    const connection = await server.connection();
    expect((await connection.request()).line).toBe("POST /v1/embeddings HTTP/1.1");
    connection.write(whole("{}"));
    await readAll(await asked);
    const error = await failureOf(server.upstream().ask(asking({ operation: "embeddings" })));
    expect(error).toMatchObject({ code: "not_supported", provider: "acme" });
  });

  test("for a stream may go elsewhere, and the model may be in the path", async () => {
    const { url, requests } = await createRecordingServer();
    const paths = { chat: "/v1/{model}:ask", stream: "/v1/{model}:stream?alt=sse", count: "/v1/count" };
    const upstream = server.upstream({ paths, baseUrl: `${url}?key=7` });
    for (const change of [{}, { stream: true }, { operation: "count", stream: true } as const]) {
      await readAll(await upstream.ask(asking({ ...change, model: "a/b c:0" })));
    }
    expect(requests.map(({ line }) => line)).toEqual([
      "POST /v1/a%2Fb%20c%3A0:ask?key=7",
      "POST /v1/a%2Fb%20c%3A0:stream?alt=sse&key=7",
      "POST /v1/count?key=7",
    ]);
  });

  test("for a model that would lead elsewhere is refused before anything is sent", async () => {
    const upstream = server.upstream({ paths: { chat: "/v1/{model}/ask" } });
    const error = await failureOf(upstream.ask(asking({ model: ".." })));
    expect(error).toMatchObject({ code: "model_not_found", param: "model", provider: "acme" });
    expect(server.accepted()).toBe(0);
  });

  test("carries those of the client's headers that the dialect gives a meaning, and no others", async () => {
    const { url, requests } = await createRecordingServer();
    const upstream = server.upstream({ baseUrl: url, passHeaders: ["x-beta", "x-other"] });
    const clientHeaders = {
      "x-beta": ["a", "b"],
      "x-others": "no",
      authorization: "Bearer client",
      "x-other": "\u20ac",
    };
    await readAll(await upstream.ask(asking({ clientHeaders })));
    await readAll(await upstream.ask(asking()));
    const [first, second] = requests;
    expect(first?.headers).toMatchObject({ "x-beta": "a, b", authorization: `Bearer ${key.secret}` });
    for (const absent of ["x-other", "x-others"]) expect(first?.headers).not.toHaveProperty(absent);
    expect(second?.headers).not.toHaveProperty("x-beta");
  });

  test("is in one of the provider's own tongues", async () => {
    const [tongue] = server.upstream().tongues;
    await expect(server.upstream().ask(asking(tongue && { tongue }))).rejects.toThrow(TypeError);
  });

  test("takes bytes as they are", async () => {
    const asked = server.upstream().ask(asking({ body: new Uint8Array([123, 255, 0, 125]) }));
    const connection = await server.connection();
    const { body } = await connection.request();
    connection.write(whole("{}"));
    await readAll(await asked);
    expect([...body]).toEqual([123, 255, 0, 125]);
  });

  test("is refused before anything is sent when the key cannot be a header, without repeating the key", async () => {
    const broken = { name: "broken", secret: "sk-one\nsk-two", masked: "" };
    const error = await failureOf(server.upstream().ask(asking({ credential: broken })));
    expect(error).toMatchObject({ code: "upstream_unauthenticated", provider: "acme" });
    expect(error.message).toContain("line break");
    expect(error.message).not.toContain("sk-");
    expect(server.accepted()).toBe(0);
  });

  test("cannot be set up with headers that would break the framing", () => {
    expect(() => server.upstream({ headers: { "Transfer-Encoding": "chunked" } })).toThrow(/set by the gateway/);
    expect(() => server.upstream({ headers: { "x-a": "1\r\nx-b: 2" } })).toThrow(/line break/);
    expect(() => server.upstream({ headers: { "x a": "1" } })).toThrow(/no name of an HTTP header/);
  });
});

describe("an answer", () => {
  test("comes whole", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(whole('{"id":"1"}'));
    const answer = await asked;
    expect(answer).toMatchObject({ status: 200, contentType: "application/json", retryAfterMs: undefined });
    expect((await readAll(answer)).toString()).toBe('{"id":"1"}');
  });

  test("that failed is passed on with its status, its body and the time to wait", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(
      "HTTP/1.1 429 Too Many\r\nretry-after: 7\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    );
    const answer = await asked;
    expect(answer).toMatchObject({ status: 429, retryAfterMs: 7000 });
    expect((await readAll(answer)).toString()).toBe("{}");
  });

  test("tells of the provider's rate limits, when it is asked", async () => {
    const clock = { now: () => 1_700_000_000_000, micros: () => 0 };
    const asked = server.upstream({ clock }).ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(whole("{}", "X-RateLimit-Remaining-Requests: 7\r\nx-ratelimit-reset-requests: 1.5s\r\n"));
    const answer = await asked;
    expect(answer.rateLimits?.()).toMatchObject({
      requests: { limit: undefined, remaining: 7, resetsAt: 1_700_000_001_500 },
      tokens: undefined,
    });
    await readAll(answer);
  });

  test("may be announced by an early hint", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${whole("late")}`);
    const answer = await asked;
    expect(answer.status).toBe(200);
    expect((await readAll(answer)).toString()).toBe("late");
  });

  test("may end with the connection when it names no length", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nall of it");
    connection.end();
    expect((await readAll(await asked)).toString()).toBe("all of it");
  });

  test("that is streamed keeps its bytes and their order however the socket cuts them", async () => {
    const text = 'data: {"content":"Grüße 👩‍👩‍👧‍👦 مرحبا"}\n\ndata: [DONE]\n\n';
    const wire = Buffer.from(streamHead + [...text].map(chunk).join("") + lastChunk);
    for (const size of [1, 2, 3, 7, 64, 1000]) {
      const asked = server.upstream().ask(asking({ stream: true }));
      const connection = await server.connection();
      await connection.request();
      connection.socket.setNoDelay(true);
      for (let at = 0; at < wire.length; at += size) {
        await new Promise((resolve) => connection.socket.write(wire.subarray(at, at + size), resolve));
      }
      expect((await readAll(await asked)).toString("utf8")).toBe(text);
    }
  });

  test("wakes its reader once for many chunks that came with one read", async () => {
    const [answer, connection] = await server.begun(server.upstream());
    const pull = answer.body.next();
    connection.write(Array.from({ length: 50 }, (_, i) => chunk(`<${i}>`)).join(""));
    const { value } = await pull;
    expect(String(value)).toBe(Array.from({ length: 50 }, (_, i) => `<${i}>`).join(""));
  });

  test("hands out everything that came in since the last pull", async () => {
    const [answer, connection] = await server.begun(server.upstream());
    for (const piece of ["two ", "three ", "four"]) {
      connection.write(chunk(piece));
      await new Promise((resolve) => connection.socket.write("", resolve));
    }
    connection.write(lastChunk);
    connection.end();
    await connection.closed;
    expect(String((await answer.body.next()).value)).toBe("two three four");
    expect(await answer.body.next()).toEqual({ done: true, value: undefined });
    expect(await answer.body.next()).toEqual({ done: true, value: undefined });
  });

  test("is pulled one read at a time", async () => {
    const [answer, connection] = await server.begun(server.upstream());
    const pull = answer.body.next();
    await expect(answer.body.next()).rejects.toThrow("one read at a time");
    connection.write(chunk("two") + lastChunk);
    expect(String((await pull).value)).toBe("two");
  });

  test("that redirects is refused, with where it points to but not with its query", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(
      "HTTP/1.1 308 Moved\r\nlocation: https://elsewhere.test/v2?token=abc\r\ncontent-length: 0\r\n\r\n",
    );
    const error = await failureOf(asked);
    expect(error).toMatchObject({ code: "upstream_error", upstreamStatus: 308, status: 502, provider: "acme" });
    expect(error.message).toContain("https://elsewhere.test/v2 ");
    expect(error.message).not.toContain("abc");
  });

  test("that is compressed all the same is refused", async () => {
    const asked = server.upstream().ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(whole("....", "content-encoding: gzip\r\n"));
    expect(await failureOf(asked)).toMatchObject({ code: "upstream_malformed", provider: "acme" });
  });
});
