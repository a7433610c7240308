import { createServer, type RequestListener } from "node:http";
import { PassThrough } from "node:stream";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { type ChatEventSchema, ErrorDetailSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { Role } from "../../gen/causeway/chat/v1/content_pb.ts";
import {
  ChatService,
  type ModelSchema,
  type SettlementSchema,
  type StreamChatRequest,
} from "../../gen/causeway/chat/v1/service_pb.ts";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { CliActions } from "../../src/cli/io.ts";
import { afterTest, run, temporaryFolder } from "./fixtures.ts";

type Event = MessageInitShape<typeof ChatEventSchema>;
type Kind = NonNullable<Event["kind"]>;
type Models = MessageInitShape<typeof ModelSchema>[];

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

const demoModel = { id: "demo/demo", provider: "demo", model: "demo" };
const settlement: MessageInitShape<typeof SettlementSchema> = {
  requestId: "0198-id",
  provider: "demo",
  model: "demo",
  usage: { inputTokens: 12, outputTokens: 34, source: UsageSource.REPORTED },
  costNanoUsd: 0n,
};

interface Script {
  readonly models?: Models;
  readonly kinds?: readonly Kind[];
  readonly settlement?: MessageInitShape<typeof SettlementSchema> | undefined;
  /** Thrown after the events. */
  readonly error?: ConnectError;
  readonly onChat?: (request: StreamChatRequest, context: HandlerContext) => Promise<void>;
}

/** A gateway that answers with these events; and what it was asked. */
async function startGateway(script: Script = {}) {
  const asked: { request: StreamChatRequest; key: string | null }[] = [];
  const routes = ({ service }: ConnectRouter): void => {
    service(ChatService, {
      listModels: () => ({ models: script.models ?? [demoModel] }),
      async *streamChat(request, context) {
        asked.push({ request, key: context.requestHeader.get("authorization") });
        for (const kind of script.kinds ?? textOf("Hi ", "there."))
          yield { message: { case: "event", value: { kind } } };
        await script.onChat?.(request, context);
        if (script.error !== undefined) throw script.error;
        const value = "settlement" in script ? script.settlement : settlement;
        if (value !== undefined) yield { message: { case: "settlement", value } };
      },
    });
  };
  return { url: await listen(connectNodeAdapter({ routes })), asked };
}

const text = (value: string) => ({ kind: { case: "text" as const, value: { text: value } } });
const partStart = (index: number, part: object): Kind => ({ case: "partStart", value: { choice: 0, index, part } });
const delta = (index: number, value: string): Kind => ({
  case: "partDelta",
  value: { choice: 0, index, delta: { case: "text", value } },
});
const partEnd = (index: number): Kind => ({ case: "partEnd", value: { choice: 0, index } });
const textOf = (...pieces: string[]): Kind[] => [
  partStart(0, text("")),
  ...pieces.map((piece) => delta(0, piece)),
  partEnd(0),
];

test("The answer goes to stdout, what it took and cost to stderr.", async () => {
  const { url, asked } = await startGateway();
  const { code, out, err } = await run(["chat", "--url", `${url}/`, "--system", "Be brief.", "Hello!"]);
  expect([code, out]).toEqual([0, "Hi there.\n"]);
  expect(err).toBe("demo/demo · 12 tokens in, 34 out · $0.00 · request 0198-id\n");
  expect(asked[0]?.key).toBeNull();
  expect(asked[0]?.request.chat).toMatchObject({
    model: "demo/demo",
    messages: [
      { role: Role.SYSTEM, parts: [text("Be brief.")] },
      { role: Role.USER, parts: [text("Hello!")] },
    ],
  });
});

test("The answer is printed as it comes.", async () => {
  const printed = Promise.withResolvers<void>();
  const { url } = await startGateway({ onChat: () => printed.promise });
  const { code } = await run(["chat", "--url", url, "Hello!"], { onOutput: () => printed.resolve() });
  expect(code).toBe(0);
});

test("Cached and reasoning tokens, small costs and dropped fields are told when there are any.", async () => {
  const { url } = await startGateway({
    settlement: {
      ...settlement,
      usage: {
        inputTokens: 1200,
        cacheReadTokens: 1000,
        outputTokens: 90,
        reasoningTokens: 64,
        source: UsageSource.REPORTED,
      },
      costNanoUsd: 1_230_004_500n,
      dropped: ["top_k", "seed"],
    },
  });
  const { err } = await run(["chat", "--url", url, "Hello!"]);
  expect(err).toBe(
    "demo/demo · 1200 tokens in (1000 cached), 90 out (64 reasoning) · $1.2300045 · request 0198-id · " +
      "not sent, as the provider cannot be told: top_k, seed\n",
  );
});

test("Unknown prices and tokens are called unknown, never nothing.", async () => {
  const { url } = await startGateway({ settlement: { requestId: "r", provider: "p", model: "m" } });
  expect((await run(["chat", "--url", url, "Hello!"])).err).toBe("p/m · tokens unknown · price unknown · request r\n");
});

test("Reasoning is shown dimmed to a person and not at all to a pipe; tool calls have a line of their own.", async () => {
  const kinds = [
    partStart(0, { kind: { case: "reasoning", value: { text: "Hm" } } }),
    delta(0, "mm.\u001b[31m"),
    partEnd(0),
    partStart(1, text("It ")),
    delta(1, "is\tso\u0007."),
    partEnd(1),
    partStart(2, { kind: { case: "toolCall", value: { id: "1", name: "look" } } }),
    { case: "partDelta", value: { choice: 0, index: 2, delta: { case: "arguments", value: '{"at":' } } },
    { case: "partDelta", value: { choice: 0, index: 2, delta: { case: "arguments", value: '"sky"}' } } },
    partEnd(2),
    partStart(3, { kind: { case: "image", value: {} } }),
  ] satisfies Kind[];
  const { url } = await startGateway({ kinds });
  const args = ["chat", "--url", url, "Hello!"];
  expect((await run(args)).out).toBe('It is\tso\u0007.\n[tool call] look({"at":"sky"})\n[image]\n');
  expect((await run(args, { isTTY: true })).out).toBe(
    '\u001b[2mHm\u001b[22m\u001b[2mmm.[31m\u001b[22m\nIt is\tso.\n[tool call] look({"at":"sky"})\n[image]\n',
  );
  expect((await run(args, { isTTY: true, env: { NO_COLOR: "1" } })).out).toBe(
    'It is\tso.\n[tool call] look({"at":"sky"})\n[image]\n',
  );
});

test("With --json every message is a line of JSON.", async () => {
  const { url } = await startGateway();
  const { out, err } = await run(["chat", "--json", "--url", url, "Hello!"]);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(5);
  expect(lines[1]).toEqual({ event: { partDelta: { text: "Hi " } } });
  expect(lines[4]).toMatchObject({ settlement: { requestId: "0198-id", costNanoUsd: "0" } });
  expect(err).toContain("request 0198-id");
});

test.each([[["-"]], [[]]])("The prompt can be piped in: %j.", async (args) => {
  const { url, asked } = await startGateway();
  await run(["chat", "--url", url, ...args], { stdin: "What is ü?\n" });
  expect(asked[0]?.request.chat?.messages[0]?.parts).toMatchObject([text("What is ü?")]);
});

test("Nothing to ask is a wrong call.", async () => {
  for (const setup of [{}, { stdin: " \n" }]) {
    const { code, err } = await run(["chat", "--url", "http://127.0.0.1:1"], setup);
    expect([code, err]).toEqual([
      2,
      'Nothing to ask: give a prompt, such as causeway chat "Hello!", or pipe one in.\n',
    ]);
  }
});

const alias = { id: "fast", provider: "one", model: "m", alias: true };
const one = { id: "one/a", provider: "one", model: "a" };
const two = { id: "two/b", provider: "two", model: "b" };

test.each<[string, Models, string]>([
  ["the first alias", [one, demoModel, alias], "fast"],
  ["the demo, before other models", [one, demoModel], "demo/demo"],
  ["the only model", [one], "one/a"],
])("Without --model it asks %s.", async (_what, models, expected) => {
  const { url, asked } = await startGateway({ models });
  const { err } = await run(["chat", "--url", url, "Hello!"]);
  expect(asked[0]?.request.chat?.model).toBe(expected);
  expect(err.startsWith("asking the built-in demo; another one with --model, such as one/a\n")).toBe(
    expected === "demo/demo",
  );
});

test("Among several models a person has to choose.", async () => {
  const { url } = await startGateway({ models: [one, two] });
  const { code, err } = await run(["chat", "--url", url, "Hello!"]);
  expect([code, err]).toEqual([2, "Which model? Give one with --model:\n  one/a\n  two/b\n"]);
  const none = await startGateway({ models: [] });
  expect((await run(["chat", "--url", none.url, "Hello!"])).err).toBe(
    "The gateway has no models: configure a provider.\n",
  );
});

test("A model that is named is asked without looking at the list.", async () => {
  const { url, asked } = await startGateway({ models: [] });
  expect((await run(["chat", "-m", "one/a", "--url", url, "Hello!"])).code).toBe(0);
  expect(asked[0]?.request.chat?.model).toBe("one/a");
});

test("The gateway is found by option, by variable or by the configuration, and its key likewise.", async () => {
  const { url, asked } = await startGateway();
  const cwd = await temporaryFolder();
  const loaded = (listen: string, key: string): Partial<CliActions> => ({
    loadConfig: async (flags) => {
      const { createConfigSource } = await import("../../src/config/source.ts");
      const source = createConfigSource({
        ...{ flags, cwd, presets: [], dialects: [], env: { CAUSEWAY_LISTEN: listen, CAUSEWAY_API_KEY: key } },
      });
      return source.load();
    },
  });
  const lastKey = () => asked.at(-1)?.key;
  const here = loaded(new URL(url).host, "of-config");

  await run(["chat", "Hello!"], { cwd, actions: here });
  expect(lastKey()).toBe("Bearer of-config");
  await run(["chat", "Hello!"], { cwd, actions: here, env: { CAUSEWAY_API_KEY: "of-variable" } });
  expect(lastKey()).toBe("Bearer of-variable");
  await run(["chat", "--key", "of-option", "Hello!"], { cwd, env: { CAUSEWAY_URL: url, CAUSEWAY_API_KEY: "x" } });
  expect(lastKey()).toBe("Bearer of-option");
  await run(["chat", "--url", url, "Hello!"], { cwd, actions: here });
  expect(lastKey(), "the configuration's key is not for another gateway").toBeNull();
  expect(asked).toHaveLength(4);
});

test("A gateway that does not run is said, with what to do.", async () => {
  const url = await listen(() => {});
  const closed = new URL(url);
  closed.port = "1";
  const { code, out, err } = await run(["chat", "--url", closed.origin, "Hello!"]);
  expect([code, out, err]).toEqual([1, "", "no gateway answers at http://127.0.0.1:1: start one with 'npm start'\n"]);
});

test("A server that is no gateway is said.", async () => {
  for (const [status, type] of [
    [404, "text/html"],
    [200, "text/html"],
    [404, "application/json"],
  ] as const) {
    const url = await listen((_request, response) => {
      response.writeHead(status, { "content-type": type }).end("{}");
    });
    const { code, err } = await run(["chat", "--url", url, "Hello!"]);
    expect([code, err.startsWith(`what answers at ${url} is no Causeway gateway (`)], err).toEqual([1, true]);
  }
});

test("An address that is none is a wrong call.", async () => {
  const { code, err } = await run(["chat", "--url", "localhost:4000", "Hello!"]);
  expect([code, err]).toEqual([
    2,
    "--url (or CAUSEWAY_URL) has to begin with http:// or https://, as in http://127.0.0.1:4000.\n",
  ]);
});

const detail = (code: string, message: string) => ({
  desc: ErrorDetailSchema,
  value: create(ErrorDetailSchema, { code, message, requestId: "0198-bad" }),
});

test("A refusal is told in the gateway's words, with the request's id.", async () => {
  const message = "There is no model 'x'. There are: demo.";
  const error = new ConnectError(message, Code.NotFound, undefined, [detail("model_not_found", message)]);
  const { url } = await startGateway({ kinds: [], error });
  const { code, out, err } = await run(["chat", "-m", "x", "--url", url, "Hello!"]);
  expect([code, out, err]).toEqual([1, "", `${message}\nrequest 0198-bad\n`]);
});

test("A missing key is told with how to give one.", async () => {
  const { url } = await startGateway({ kinds: [], error: new ConnectError("No key was sent.", Code.Unauthenticated) });
  const { code, err } = await run(["chat", "-m", "x", "--url", url, "Hello!"]);
  expect([code, err]).toEqual([1, "No key was sent.\nGive the gateway's key with --key, or set CAUSEWAY_API_KEY.\n"]);
});

test("A failure in the middle ends the line, is told, and is no success.", async () => {
  const error = new ConnectError("The provider cut the answer.", Code.Unavailable);
  const { url } = await startGateway({ error });
  const cut = await run(["chat", "--url", url, "Hello!"]);
  expect([cut.code, cut.out]).toEqual([1, "Hi there.\n"]);
  expect(cut.err).toContain("The provider cut the answer.");

  const failed: Kind = { case: "error", value: { code: "upstream_cut", message: "It broke." } };
  const told = await startGateway({ kinds: [...textOf("Hi"), failed], settlement });
  const { code, out, err } = await run(["chat", "--url", told.url, "Hello!"]);
  expect([code, out]).toEqual([1, "Hi\n"]);
  expect(err).toContain("The answer failed: It broke.\n");
});

test("Ctrl-C cancels the call at the gateway.", async () => {
  const person = new AbortController();
  const cancelled = Promise.withResolvers<void>();
  const { url } = await startGateway({
    async onChat(_request, { signal }) {
      signal.addEventListener("abort", () => cancelled.resolve());
      await cancelled.promise;
    },
  });
  const { code, out, err } = await run(["chat", "--url", url, "Hello!"], {
    signal: person.signal,
    onOutput: (shown) => {
      if (shown === "there.") person.abort();
    },
  });
  await cancelled.promise;
  expect([code, out, err]).toEqual([130, "Hi there.\n", "Interrupted.\n"]);
});

test("Ctrl-C while it waits for the prompt ends the command.", async () => {
  const person = new AbortController();
  const stdin = new PassThrough();
  stdin.write("What is");
  const ended = run(["chat", "--url", "http://127.0.0.1:1", "-"], { stdin, signal: person.signal });
  person.abort();
  const { code, err } = await ended;
  expect([code, err, stdin.destroyed]).toEqual([130, "Interrupted.\n", true]);
});
