import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Client, credentials, loadPackageDefinition, type ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { expect, onTestFinished, test } from "vitest";
import { connectRaw } from "./raw-client.ts";
import { chatClient, createChatPath, listModelsPath, protocols } from "./rpc-clients.ts";
import { type ServeOptions, serve } from "./serve.ts";

/** A service that says back what it heard. */
const echo: ServeOptions["chat"] = {
  createChat: ({ chat }) => ({ settlement: { model: chat?.model ?? "" } }),
  async *streamChat({ chat }) {
    for (const word of (chat?.model ?? "").split(" ")) {
      yield { message: { case: "settlement", value: { model: word } } };
    }
  },
  listModels: ({ provider }) => ({ models: [{ id: `${provider}/small` }] }),
};

test.each(protocols)("%s answers calls and streams", async (protocol) => {
  const { url } = await serve({ chat: echo });
  const client = chatClient(protocol, url);
  expect((await client.createChat({ chat: { model: "one" } })).settlement?.model).toBe("one");
  const words: string[] = [];
  for await (const { message } of client.streamChat({ chat: { model: "a b c" } })) {
    if (message.case === "settlement") words.push(message.value.model);
  }
  expect(words).toEqual(["a", "b", "c"]);
});

test.each(protocols)("%s: messages are not held back, an exchange takes well below 40 ms", async (protocol) => {
  const { url } = await serve({ chat: echo });
  const client = chatClient(protocol, url);
  const spans: number[] = [];
  for (let i = 0; i < 20; i++) {
    const started = performance.now();
    await client.createChat({ chat: { model: "one" } });
    for await (const _ of client.streamChat({ chat: { model: "a b c" } }));
    spans.push((performance.now() - started) / 2);
  }
  expect(spans.toSorted((a, b) => a - b)[10]).toBeLessThan(20);
});

test("JSON by POST is answered with JSON", async () => {
  const { url } = await serve({ chat: echo });
  const answer = await fetch(url + createChatPath, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"chat":{"model":"one"}}',
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await answer.json()).toEqual({ settlement: { model: "one" } });
});

test("what has no side effects can be asked for by GET", async () => {
  const { url } = await serve({ chat: echo });
  const query = new URLSearchParams({ encoding: "json", message: '{"provider":"acme"}' });
  const answer = await fetch(`${url}${listModelsPath}?${query}`);
  expect(await answer.json()).toEqual({ models: [{ id: "acme/small" }] });
});

test.each([
  ["GET", createChatPath, {}, 405, "/causeway.chat.v1.ChatService/CreateChat takes POST, not GET."],
  ["POST", createChatPath, { "content-type": "text/plain" }, 415, "The content type 'text/plain' is none that"],
  ["POST", createChatPath, {}, 415, "The content type '' is none that"],
])("%s %s with %j is no RPC, and the answer says why", async (method, path, headers, status, reason) => {
  const { url } = await serve({ chat: echo });
  const answer = await fetch(url + path, { method, headers, body: method === "POST" ? Buffer.from("{}") : null });
  expect(answer.status).toBe(status);
  const { message } = JSON.parse(await answer.text());
  expect(message).toContain(reason);
});

test("a host that is none is refused, and nothing breaks", async () => {
  const { port } = await serve({ chat: echo });
  const { socket, until } = await connectRaw(port);
  socket.write(
    `POST ${createChatPath} HTTP/1.1\r\nhost: [\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
  );
  expect(await until("not a host.")).toContain("HTTP/1.1 400");
});

const proto = fileURLToPath(new URL("../../proto", import.meta.url));

interface EchoClient extends Client {
  createChat(request: object, options: object, done: (error: ServiceError | null, answer: Reply) => void): void;
  streamChat(request: object): Readable;
}

interface Reply {
  readonly settlement: { readonly model: string };
}

/** A client as gRPC's own library for Node makes it from the contract. */
function grpcJsClient(port: number): EchoClient {
  const definition = loadSync("causeway/chat/v1/service.proto", { includeDirs: [proto], keepCase: false });
  let service: unknown = loadPackageDefinition(definition);
  for (const name of ["causeway", "chat", "v1", "ChatService"]) service = Reflect.get(Object(service), name);
  if (typeof service !== "function") throw new Error("the contract has no ChatService");
  const client: EchoClient = Reflect.construct(service, [`127.0.0.1:${port}`, credentials.createInsecure()]);
  onTestFinished(() => client.close());
  return client;
}

test("gRPC's own client for Node calls and streams", async () => {
  const { port } = await serve({ chat: echo });
  const client = grpcJsClient(port);
  const reply = await new Promise<Reply>((resolve, reject) => {
    client.createChat({ chat: { model: "one" } }, {}, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  expect(reply.settlement.model).toBe("one");
  const words: string[] = [];
  for await (const { settlement } of client.streamChat({ chat: { model: "a b c" } }).iterator()) {
    words.push(settlement.model);
  }
  expect(words).toEqual(["a", "b", "c"]);
});

test("a deadline of gRPC's own client for Node is kept", async () => {
  const { port } = await serve({ chat: { createChat: () => new Promise(() => {}) } });
  const client = grpcJsClient(port);
  const error = await new Promise<ServiceError | null>((resolve) => {
    client.createChat({}, { deadline: Date.now() + 100 }, resolve);
  });
  expect(error?.code).toBe(4);
});
