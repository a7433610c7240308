import { afterAll, beforeAll, expect, test } from "vitest";
import { clientKinds } from "../scenarios/clients/index.ts";
import { type GatewayWithProvider, startWithProvider } from "../scenarios/provider.ts";
import { beginStream, done } from "../scenarios/upstreams/wire.ts";

/**
 * Servers that cut texts by UTF-16 units send the two halves of a character such as 😀 in two events. As UTF-8 a half
 * cannot be said: gRPC clients got two U+FFFD, and Connect JSON clients a message that they could not parse.
 */

let world: GatewayWithProvider;
beforeAll(async () => {
  world = await startWithProvider();
  const event = (delta: object, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const call = (text: string): object => ({ tool_calls: [{ index: 0, function: { arguments: text } }] });
  const begin = {
    tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "find", arguments: "" } }],
  };
  world.provider.on("halves", ({ response }) => {
    beginStream(response);
    const said = ["a\ud83d", "\ude00b\ud83d", "\ude00", "c"].map((content) => event({ content }));
    const called = ['{"a":"\ud83d', '\ude00"}'].map((text) => event(call(text)));
    response.end([...said, event(begin), ...called, event({}, "tool_calls"), done].join(""));
  });
});
afterAll(() => world[Symbol.asyncDispose]());

test.each(clientKinds.map((kind) => [kind.name, kind] as const))(
  "%s gets characters that were cut in two whole",
  async (_, kind) => {
    const client = kind.connect(world.gateway.url, undefined);
    const conversation = { turns: [{ role: "user", text: "Hello" }] } as const;
    const outcome = await client.ask({ model: "scripted/halves", conversation, stream: true });
    client.close();
    expect(outcome).toMatchObject({ text: "a😀b😀c", calls: [{ arguments: '{"a":"😀"}' }], error: undefined });
  },
);
