import type { OpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { type GatewayWithProvider, startWithProvider } from "../scenarios/provider.ts";
import { completion } from "../scenarios/upstreams/wire.ts";
import { createReader, type Reader, type Schemas } from "./reader.ts";

let world: GatewayWithProvider;
let reader: Reader;
beforeAll(async () => {
  world = await startWithProvider({
    models: { mine: "scripted/model" },
    prices: [{ model: "scripted/model", input: 1, output: 10 }],
  });
  reader = createReader(world.gateway.url);
  world.provider.on("model", ({ response }) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      completion("model", { text: "Hello Ada.", calls: [], finish: "length", usage: { input: 7, output: 3 } }),
    );
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const ask = (body: unknown): Promise<Schemas["PromptAnswer"]> =>
  reader.read("PromptAnswer", "/chat", { method: "POST", body });

test.each([
  { provider: "scripted", model: "model" },
  { model: "scripted/model" },
  { model: "mine", provider: null },
  { model: "mine", provider: "" },
])("a prompt is answered with text, tokens and cost: %j", async (named) => {
  const answer = await ask({ ...named, prompt: "I am Ada." });
  expect(answer).toEqual({
    provider: "scripted",
    model: "model",
    response: "Hello Ada.",
    finish_reason: "length",
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    cost: 0.000037,
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(JSON.parse(world.provider.received("model").at(-1)?.body ?? "{}")).toEqual({
    model: "model",
    messages: [{ role: "user", content: "I am Ada." }],
  });
});

test("it is in the ledger as what it is, with what was sent, and the answer's headers say so", async () => {
  const body = { provider: "scripted", model: "model", prompt: 'A "quoted" 😀 line\nand one more' };
  const headers = { "x-request-id": "mine-1", "causeway-session": "s-1", "user-agent": "acme/1" };
  const response = await reader.fetch("/chat", { method: "POST", body, headers });
  const { request_id }: Schemas["PromptAnswer"] = JSON.parse(await response.text());
  expect(response.headers.get("causeway-request-id")).toBe(request_id);
  expect(response.headers.get("causeway-target")).toBe("scripted/model");
  const { request, requestBody } = await world.gateway.ledger.entry(request_id);
  expect(request).toMatchObject({
    facade: "prompt",
    alias: "scripted/model",
    status: Status.OK,
    clientRequestId: "mine-1",
    session: "s-1",
    client: "acme",
  });
  expect(JSON.parse(Buffer.from(requestBody).toString())).toEqual(body);
  const sent: OpenAI.ChatCompletionCreateParams = JSON.parse(world.provider.received("model").at(-1)?.body ?? "{}");
  expect(sent.messages).toEqual([{ role: "user", content: body.prompt }]);
});

test("what else a chat takes goes along, and a client's words stay byte for byte", async () => {
  const body = '{"seed":12345678901234567890,"prompt":"\\u0041da","model":"mine","temperature":0.10,"stream":false}';
  await ask(body);
  expect(world.provider.received("model").at(-1)?.body).toBe(
    '{"model":"model","messages":[{"role":"user","content":"\\u0041da"}],"seed":12345678901234567890,"temperature":0.10}',
  );
});

test("any provider answers: what was said, without thoughts and calls", async () => {
  const said = await ask({ provider: "demo", model: "demo", prompt: "/reason hm\n/say Let me look.\n/tool find {}" });
  expect(said).toMatchObject({ provider: "demo", response: "Let me look.", finish_reason: "tool_calls", cost: 0 });
  expect(await ask({ model: "demo", prompt: "/refuse" })).toMatchObject({ finish_reason: expect.any(String) });
});

describe("is refused with what to do:", () => {
  test.each([
    [400, {}, "model", "Model is required"],
    [400, { prompt: "Hi" }, "model", "Model is required"],
    [400, { model: "mine" }, "prompt", "'prompt' is required"],
    [400, { model: "mine", prompt: "" }, "prompt", "'prompt' is required"],
    [400, { model: "mine", prompt: ["Hi"] }, "prompt", "expected a string, found an array"],
    [400, { model: 1, prompt: "Hi" }, "model", "expected a string"],
    [400, { model: "mine", prompt: "Hi", messages: [] }, "messages", "/v1/chat/completions"],
    [400, { model: "mine", prompt: "Hi", stream: true }, "stream", "an answer comes whole here"],
    [400, { model: "mine", prompt: "Hi", stream: "no" }, "stream", "expected true or false"],
    [404, { model: "m", provider: "nobody", prompt: "Hi" }, "provider", "There are: demo, scripted."],
    [404, { model: "gpt-99", prompt: "Hi" }, "model", "Model 'gpt-99' not found"],
    [400, "[]", null, "The body is not a JSON object"],
    [400, '{"model":"mine","prompt":"Hi","prompt":"Ho"}', null, "The body is not a JSON object"],
  ])("%d for %j", async (status, body, param, message) => {
    const error = await reader.refused(status, "/chat", { method: "POST", body });
    expect(error).toMatchObject({ param, message: expect.stringContaining(message) });
  });
});

test("a provider's failure is told in the house form, and booked", async () => {
  const response = await reader.fetch("/chat", { method: "POST", body: { model: "demo", prompt: "/fail 429" } });
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("1");
  const { error }: Schemas["ErrorAnswer"] = JSON.parse(await response.text());
  expect(error).toMatchObject({ message: expect.any(String), type: expect.any(String), code: expect.any(String) });
  const row = await world.gateway.ledger.row(response.headers.get("causeway-request-id") ?? "");
  expect(row).toMatchObject({ facade: "prompt", status: Status.ERROR });
});

test("a client that leaves ends the request to the provider, and is booked as one that left", async () => {
  const leaving = new AbortController();
  world.provider.on("slow", () => leaving.abort());
  const body = JSON.stringify({ provider: "scripted", model: "slow", prompt: "Hi" });
  const headers = { "content-type": "application/json" };
  const asked = fetch(`${world.gateway.url}/chat`, { method: "POST", body, headers, signal: leaving.signal });
  await expect(asked).rejects.toThrow();
  const [row] = await world.gateway.ledger.waitForRows("scripted/slow", 1);
  expect(row?.status).toBe(Status.CANCELLED);
});
