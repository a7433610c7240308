import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { clientKinds } from "./clients/index.ts";
import { openaiSdk } from "./clients/openai-sdk.ts";
import { createNames, type GatewayWithProvider, startWithProvider } from "./provider.ts";
import { beginStream, completion, completionEvents, done } from "./upstreams/wire.ts";

let world: GatewayWithProvider;
beforeAll(async () => {
  world = await startWithProvider();
});
afterAll(() => world[Symbol.asyncDispose]());

const newName = createNames();
const conversation = { turns: [{ role: "user", text: "Hello" }] } as const;
const answer = { text: "Hi there!", calls: [], finish: "stop", usage: { input: 123, output: 45 } } as const;

/** A provider that tells usage in streams only when it is asked to, as OpenAI's. */
function tellWhenAsked(name: string): void {
  world.provider.on(name, ({ body, response }) => {
    const withUsage = /"include_usage":\s*true/.test(body);
    beginStream(response);
    response.end(completionEvents(name, answer, { pieceLength: 2, withUsage }).join("") + done);
  });
}

test.each([
  ["who asks for usage in the stream gets it", true],
  ["who does not ask for usage in the stream gets none, and the ledger has it all the same", false],
])("%s", async (_, usage) => {
  const name = newName("usage");
  tellWhenAsked(name);
  const client = openaiSdk.connect(world.gateway.url, undefined);
  const outcome = await client.ask({ model: `scripted/${name}`, conversation, stream: true, usage });
  expect(outcome).toMatchObject({ text: answer.text, error: undefined });
  expect(outcome.usage).toEqual(usage ? answer.usage : undefined);
  const [row] = await world.gateway.ledger.rowsOf(`scripted/${name}`);
  expect(row?.usage).toMatchObject({ inputTokens: 123, outputTokens: 45, source: UsageSource.REPORTED });
  expect(world.provider.received(name)[0]?.body).toContain('"stream_options":{"include_usage":true}');
});

test("a stream without usage has no event without choices, and no usage in any", async () => {
  const name = newName("usage");
  tellWhenAsked(name);
  const response = await fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: `scripted/${name}`, stream: true, messages: [{ role: "user", content: "Hello" }] }),
  });
  const events = (await response.text()).split("\n\n").filter((event) => event !== "");
  expect(events.at(-1)).toBe("data: [DONE]");
  for (const event of events.slice(0, -1)) {
    const chunk: { choices: unknown[]; usage?: unknown } = JSON.parse(event.slice("data: ".length));
    expect(chunk.choices).toHaveLength(1);
    expect(chunk.usage ?? null).toBeNull();
  }
});

describe.each(clientKinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  test.each([
    ["whole", false],
    ["streamed", true],
  ] as const)("a provider that never tells usage is estimated, and said to be: %s", async (_, stream) => {
    const name = newName("untold");
    world.provider.on(name, ({ response }) => {
      if (stream) {
        beginStream(response);
        response.end(completionEvents(name, answer, { pieceLength: 2, withUsage: false }).join("") + done);
      } else {
        const { usage: _untold, ...rest } = JSON.parse(completion(name, answer));
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rest));
      }
    });
    const client = kind.connect(world.gateway.url, undefined);
    const { text, error } = await client.ask({ model: `scripted/${name}`, conversation, stream });
    client.close();
    expect({ text, error }).toEqual({ text: answer.text, error: undefined });
    const [row] = await world.gateway.ledger.rowsOf(`scripted/${name}`);
    expect(row?.usage?.source).toBe(UsageSource.ESTIMATED);
    expect(row?.usage?.inputTokens).toBeGreaterThan(0);
    expect(row?.usage?.outputTokens).toBeGreaterThan(0);
  });
});
