import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { type GatewayWithProvider, startWithProvider } from "./provider.ts";
import { beginStream, completion, completionEvents, done, write } from "./upstreams/wire.ts";

/** The REST facades are on the same port as gRPC, and so also speak HTTP/2: behind proxies they often do. */

const path = "/v1/chat/completions";
const answer = { text: "Once upon a time", calls: [], finish: "stop", usage: { input: 3, output: 4 } } as const;
let world: GatewayWithProvider;
let session: ClientHttp2Session;

beforeAll(async () => {
  world = await startWithProvider({ limits: { body: "10KB" } });
  session = connect(world.gateway.url);
  await once(session, "connect");
});
afterAll(async () => {
  session.close();
  await world[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

function post(body: string | object, headers: Record<string, string> = {}): ClientHttp2Stream {
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/json", ...headers });
  stream.end(typeof body === "string" ? body : JSON.stringify(body));
  return stream;
}

async function read(stream: ClientHttp2Stream): Promise<Answer> {
  const [headers] = await once(stream, "response");
  let body = "";
  for await (const chunk of stream.setEncoding("utf8")) body += chunk;
  return { status: headers[":status"], headers, body };
}

const asking = (model: string, stream: boolean) => ({
  model: `scripted/${model}`,
  stream,
  messages: [{ role: "user", content: "Hello" }],
});

test("an answer comes whole", async () => {
  world.provider.on("whole", ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" }).end(completion("whole", answer));
  });
  const { status, headers, body } = await read(post(asking("whole", false)));
  expect({ status, body }).toEqual({ status: 200, body: completion("whole", answer) });
  expect(await world.gateway.ledger.row(String(headers["causeway-request-id"]))).toMatchObject({ status: Status.OK });
});

test("many streams come at once on one connection, each to its end", async () => {
  world.provider.on("stream", ({ response }) => {
    beginStream(response);
    response.end(completionEvents("stream", answer, { pieceLength: 2, withUsage: true }).join("") + done);
  });
  const answers = await Promise.all(Array.from({ length: 100 }, () => read(post(asking("stream", true)))));
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body.endsWith(done)).toBe(true);
  }
  expect(await world.gateway.ledger.rowsOf("scripted/stream")).toHaveLength(100);
});

test("a stream that the client resets ends the provider's work, and the others on the connection go on", async () => {
  world.provider.on("long", async ({ response }) => {
    beginStream(response);
    await write(response, completionEvents("long", answer, { pieceLength: 2, withUsage: true })[1] ?? "");
  });
  const stream = post(asking("long", true));
  const { closed } = await world.provider.next("long");
  await once(stream, "response");
  await once(stream, "data");
  stream.close(8); // CANCEL
  await closed;
  const [row] = await world.gateway.ledger.waitForRows("scripted/long", 1);
  expect(row?.status).toBe(Status.CANCELLED);
  expect((await read(post(asking("whole", false)))).status).toBe(200);
});

test.each([
  ["a body that is too long", JSON.stringify({ ...asking("whole", false), user: "x".repeat(20_000) }), {}, 413],
  ["another content type", asking("whole", false), { "content-type": "text/plain" }, 415],
  ["broken JSON", "{", {}, 400],
])("%s is refused, and the connection goes on", async (_, body, headers, expected) => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note); // Node warns of headers that HTTP/2 does not have
  onTestFinished(() => void process.off("warning", note));
  const refused = await read(post(body, headers));
  expect(refused.status).toBe(expected);
  expect(JSON.parse(refused.body)).toMatchObject({ error: { message: expect.any(String) } });
  expect((await read(post(asking("whole", false)))).status).toBe(200);
  expect(warnings).toEqual([]);
});
