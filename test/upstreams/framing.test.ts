import { EventStreamCodec } from "@smithy/eventstream-codec";
import { describe, expect, test } from "vitest";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/index.ts";
import { asking, failureOf, lastChunk, readAll, useScriptedServer, whole } from "./harness.ts";

const server = useScriptedServer();

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

function frame(type: string, payload: unknown): Buffer {
  const header = (value: string) => ({ type: "string", value }) as const;
  const headers = { ":message-type": header("event"), ":event-type": header(type) };
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify(payload)) }));
}

const head =
  "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\ntransfer-encoding: chunked\r\n\r\n";
const asChunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);

const frames = [
  frame("messageStart", { role: "assistant" }),
  frame("contentBlockDelta", { delta: { text: "Grüße 👋" } }),
  frame("messageStop", { stopReason: "end_turn" }),
];
const events = [
  'event: messageStart\ndata: {"role":"assistant"}\n\n',
  'event: contentBlockDelta\ndata: {"delta":{"text":"Grüße 👋"}}\n\n',
  'event: messageStop\ndata: {"stopReason":"end_turn"}\n\n',
];

async function begin(options = {}) {
  const asked = server.upstream({ framing: "aws-event-stream" }).ask(asking({ stream: true, ...options }));
  const connection = await server.connection();
  await connection.request();
  connection.write(head);
  return [await asked, connection] as const;
}

describe("a body in Amazon's frames", () => {
  test("comes out as server-sent events, however the frames are cut", async () => {
    const [answer, connection] = await begin();
    expect(answer.contentType).toBe("text/event-stream");
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; at += 7) {
      connection.write(asChunk(bytes.subarray(at, at + 7)));
      await new Promise((resolve) => connection.socket.write("", resolve));
    }
    connection.write(lastChunk);
    expect((await readAll(answer)).toString("utf8")).toBe(events.join(""));
  });

  test("hands out each event when it is whole, and nothing before", async () => {
    const [answer, connection] = await begin();
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = frames;
    const pull = answer.body.next();
    connection.write(asChunk(first.subarray(0, 20)));
    connection.write(asChunk(first.subarray(20)));
    expect(String((await pull).value)).toBe(events[0]);
    connection.write(asChunk(second));
    connection.write(lastChunk);
    expect((await readAll(answer)).toString()).toBe(events[1]);
  });

  test("fails when it ends in the middle of a frame", async () => {
    const [answer, connection] = await begin();
    const [first = Buffer.alloc(0)] = frames;
    connection.write(Buffer.concat([asChunk(first), asChunk(first.subarray(0, 30)), Buffer.from(lastChunk)]));
    expect(await failureOf(readAll(answer))).toMatchObject({ code: "upstream_cut" });
  });

  test("fails at a damaged frame, and the connection is closed", async () => {
    const [answer, connection] = await begin();
    const damaged = Buffer.from(frames[1] ?? []);
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    connection.write(asChunk(damaged));
    expect(await failureOf(readAll(answer))).toMatchObject({ code: "upstream_malformed" });
    await connection.closed;
  });

  test("is left by return(), which closes the connection", async () => {
    const [answer, connection] = await begin();
    expect(await answer.body.return?.()).toEqual({ done: true, value: undefined });
    await connection.closed;
  });

  test("is left when the caller leaves", async () => {
    const controller = new AbortController();
    const [answer, connection] = await begin({ signal: controller.signal });
    const pull = answer.body.next();
    const gone = new Error("gone");
    controller.abort(gone);
    await expect(pull).rejects.toBe(gone);
    await connection.closed;
  });
});

test("an answer in no frames stays as it is, where frames could have come", async () => {
  const asked = server.upstream({ framing: "aws-event-stream" }).ask(asking());
  const connection = await server.connection();
  await connection.request();
  connection.write(whole('{"message":"no"}'));
  const answer = await asked;
  expect(answer.contentType).toBe("application/json");
  expect((await readAll(answer)).toString()).toBe('{"message":"no"}');
});

describe("a failure whose type is in the head", () => {
  async function refused(body: string, head = "x-amzn-errortype: ThrottlingException:http://internal/\r\n") {
    const asked = server.upstream({ framing: "aws-event-stream" }).ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write(whole(body, head).replace("200 OK", "429 Too Many"));
    return asked;
  }

  test.each([
    ['{"message":"slow"}', { __type: "ThrottlingException:http://internal/", message: "slow" }],
    ["{}", { __type: "ThrottlingException:http://internal/" }],
    ["", { __type: "ThrottlingException:http://internal/" }],
    ['{"__type":"Own","message":"slow"}', { __type: "Own", message: "slow" }],
  ])("%j has it in the body", async (body, expected) => {
    const answer = await refused(body);
    expect(answer.status).toBe(429);
    expect(JSON.parse((await readAll(answer)).toString("utf8"))).toEqual(expected);
    expect(await answer.body.next()).toEqual({ done: true, value: undefined });
  });

  test.each(["<html>", "[1]", `{"message":"${"x".repeat(100_000)}"}`])("%.20s stays as it is", async (body) => {
    expect((await readAll(await refused(body))).toString("utf8")).toBe(body);
  });

  test("is read by the dialect", async () => {
    const answer = await refused('{"message":"slow"}');
    expect(bedrockConverse.error.read(answer.status, await readAll(answer))).toMatchObject({
      code: "rate_limited",
      nativeType: "ThrottlingException",
    });
  });

  test("is left by return(), which closes the connection", async () => {
    const asked = server.upstream({ framing: "aws-event-stream" }).ask(asking());
    const connection = await server.connection();
    await connection.request();
    connection.write("HTTP/1.1 500 No\r\nx-amzn-errortype: X\r\ncontent-length: 10\r\n\r\n{");
    expect(await (await asked).body.return?.()).toEqual({ done: true, value: undefined });
    await connection.closed;
  });
});
