import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { Upstream, UpstreamAnswer } from "../../src/core/ports.ts";
import { createHttpUpstream } from "../../src/upstreams/http.ts";
import { presets } from "../../src/upstreams/presets.ts";
import { bareDialect } from "./bare-dialect.ts";

const mock = new LLMock({ port: 0, host: "127.0.0.1" });
let upstream: Upstream;

beforeAll(async () => {
  mock.onMessage("hello", { content: "Hi there! Grüße aus 東京." });
  await mock.start();
  const preset = presets.find(({ name }) => name === "openai");
  if (preset === undefined) throw new Error("no preset");
  upstream = createHttpUpstream({
    ...preset,
    dialect: bareDialect,
    baseUrl: mock.url,
    userAgent: "causeway/test",
    clock: systemClock,
  });
});

afterAll(async () => {
  await upstream.close();
  await mock.stop();
});

const ask = (stream: boolean, text = "hello"): Promise<UpstreamAnswer> =>
  upstream.ask({
    operation: "chat",
    body: JSON.stringify({ model: "gpt-4o", stream, messages: [{ role: "user", content: text }] }),
    stream,
    credential: { secret: "mock", masked: "mock" },
    requestId: "1",
    signal: new AbortController().signal,
  });

async function textOf({ body }: UpstreamAnswer): Promise<string> {
  const pieces: Buffer[] = [];
  for (let step = await body.next(); step.done !== true; step = await body.next()) pieces.push(step.value);
  return Buffer.concat(pieces).toString("utf8");
}

test("a mock of OpenAI's answers whole", async () => {
  const answer = await ask(false);
  expect(answer.status).toBe(200);
  expect(answer.contentType).toContain("application/json");
  expect(JSON.parse(await textOf(answer)).choices[0].message.content).toBe("Hi there! Grüße aus 東京.");
});

test("a mock of OpenAI's answers in a stream", async () => {
  const answer = await ask(true);
  expect(answer.contentType).toContain("text/event-stream");
  const events = (await textOf(answer)).split("\n\n").filter((event) => event !== "");
  expect(events.at(-1)).toBe("data: [DONE]");
  const deltas = events.slice(0, -1).map((event) => JSON.parse(event.slice("data: ".length)).choices[0]?.delta.content);
  expect(deltas.join("")).toBe("Hi there! Grüße aus 東京.");
});

test("a mock of OpenAI's refuses what it has no answer for", async () => {
  const answer = await ask(false, "something else");
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(JSON.parse(await textOf(answer)).error.message).toEqual(expect.any(String));
});

test("a mock of OpenAI's lists its models", async () => {
  const models = await upstream.listModels(undefined, new AbortController().signal);
  expect(models.length).toBeGreaterThan(0);
});
