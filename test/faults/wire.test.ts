import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { begun, harmless } from "./faults.ts";
import { answered, chunk, fin, partsFor, type Script, streamHead, textFor, usageFor, write } from "./script.ts";
import { type FaultServer, providerAt, startFaultServer } from "./server.ts";
import { type FaultWorld, startWorld } from "./world.ts";

/** The bytes that a client gets when something goes wrong, and that nothing comes of what only looks wrong. */

let world: FaultWorld;
let resetting: FaultServer;
let refusing: FaultServer;
beforeAll(async () => {
  resetting = await startFaultServer({ script: answered, resets: () => true });
  refusing = await startFaultServer({ script: answered });
  await refusing.stop();
  world = await startWorld((url) => ({
    providers: {
      chat: providerAt(url),
      messages: providerAt(url, { dialect: "anthropic" }),
      resets: providerAt(resetting.url),
      refuses: providerAt(refusing.url),
    },
    models: {
      "from-reset": { targets: ["resets/m", "chat/from-reset"] },
      "from-refusal": { targets: ["refuses/m", "chat/from-refusal"] },
    },
  }));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await resetting[Symbol.asyncDispose]();
});

async function stream(path: string, model: string, onText: () => void = () => {}): Promise<string> {
  const response = await fetch(`${world.gateway.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, stream: true, max_tokens: 99, messages: [{ role: "user", content: "ping" }] }),
  });
  let text = "";
  for await (const piece of response.body ?? []) {
    text += Buffer.from(piece).toString("utf8");
    if (text.includes("Gr")) onText();
  }
  return text;
}

const cut: Script = (asked) => [...begun(asked), fin];

describe("an answer that breaks off ends with an error in the client's language, and nothing like an end", () => {
  test.each([
    ["/v1/chat/completions", "chat"],
    ["/v1/chat/completions", "messages"],
  ])("OpenAI's Chat at %s, from %s", async (path, provider) => {
    const model = `cut-chat-${provider}`;
    world.book.on(model, cut);
    const text = await stream(path, `${provider}/${model}`, () => world.server.release(model));
    const last = text.trimEnd().split("\n\n").at(-1) ?? "";
    expect(JSON.parse(last.replace(/^data: /, ""))).toMatchObject({
      error: { code: "upstream_cut", type: "server_error", message: expect.stringContaining(provider) },
    });
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain('"finish_reason":"');
  });

  test.each(["chat", "messages"])("Anthropic's Messages, from %s", async (provider) => {
    const model = `cut-messages-${provider}`;
    world.book.on(model, cut);
    const text = await stream("/v1/messages", `${provider}/${model}`, () => world.server.release(model));
    const last = text.trimEnd().split("\n\n").at(-1) ?? "";
    expect(last).toMatch(/^event: error\ndata: \{"type":"error"/);
    expect(text).not.toContain("message_stop");
    expect(text).not.toContain("message_delta");
  });
});

test("of half a character nothing is told", async () => {
  const half = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"👋');
  world.book.on("half", (asked) => [...begun(asked), write(chunk(half.subarray(0, -2))), fin]);
  const text = await stream("/v1/chat/completions", "chat/half", () => world.server.release("half"));
  expect(text).not.toContain("\ufffd");
  expect(text).toContain("upstream_cut");
});

test("to a client of the provider's own language an event goes as it is, readable or not", async () => {
  const odd = "data: {what?\n\n";
  world.book.on("odd", (asked) => {
    const { opening, deltas, ending } = partsFor(asked);
    return [write(streamHead), write(chunk(opening + deltas.join("") + odd + ending)), write("0\r\n\r\n")];
  });
  const text = await stream("/v1/chat/completions", "chat/odd");
  expect(text).toContain(odd);
  expect(text).toContain("[DONE]");
});

test.each(harmless.map(({ name, script, streamOnly = false }) => [name, script, streamOnly] as const))(
  "%s: an answer like any other",
  async (name, script, streamOnly) => {
    const model = name.replaceAll(" ", "-");
    world.book.on(model, script);
    for (const isStream of streamOnly ? [true] : [true, false]) {
      const { text, error, headers } = await world.ask(openaiSdk, `chat/${model}`, { stream: isStream });
      world.server.release(model);
      expect(error).toBeUndefined();
      expect(text).toBe(textFor({ prompt: `chat/${model}` }));
      const row = await world.gateway.ledger.row(headers.get("causeway-request-id") ?? "");
      const { input, output } = usageFor({ prompt: `chat/${model}` });
      expect(row).toMatchObject({ status: Status.OK, attempts: 1 });
      expect(row.usage).toMatchObject({ inputTokens: input, outputTokens: output });
    }
  },
);

test("an answer without content is an answer, when the model says that it was done", async () => {
  world.book.on("empty", (asked) => {
    const { opening, ending } = partsFor(asked);
    return [write(streamHead), write(chunk(opening + ending)), write("0\r\n\r\n")];
  });
  const { text, error, finish } = await world.ask(openaiSdk, "chat/empty", { stream: true });
  expect({ text, error, finish: finish.native }).toEqual({ text: "", error: undefined, finish: "stop" });
  expect(world.server.journal.of("empty")).toHaveLength(1);
});

test.each(["from-reset", "from-refusal"])(
  "a connection that is not had is another provider's turn: %s",
  async (name) => {
    const { text, headers } = await world.ask(openaiSdk, name);
    expect(text).toBe(textFor({ prompt: name }));
    expect(headers.get("causeway-attempts")).toBe("2");
    if (name === "from-reset") expect(resetting.resetCount()).toBe(1);
  },
);

test.each([
  ["resets/m", ["upstream_cut", "upstream_unreachable"]],
  ["refuses/m", ["upstream_unreachable"]],
])("and an error where there is none: %s", async (model, codes) => {
  const { error } = await world.ask(openaiSdk, model);
  expect(error?.status).toBe(502);
  expect(codes).toContain(error?.code);
});
