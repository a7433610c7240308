import { once } from "node:events";
import { createServer } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { expect, onTestFinished, test } from "vitest";
import type { Pricing } from "../../src/core/ports.ts";
import { anthropic } from "../../src/dialects/anthropic/index.ts";
import { gemini } from "../../src/dialects/gemini/index.ts";
import { openaiChat } from "../../src/dialects/openai-chat/index.ts";
import { openaiCompletions } from "../../src/dialects/openai-completions/index.ts";
import { openaiResponses } from "../../src/dialects/openai-responses/index.ts";
import { anthropicFacade } from "../../src/facades/anthropic/index.ts";
import { geminiFacade } from "../../src/facades/gemini/index.ts";
import { createFacades } from "../../src/facades/index.ts";
import { openaiFacade } from "../../src/facades/openai/index.ts";
import { idleGateway, listedModels, pricing } from "./listed-models.ts";

/** Serves the lists; resolves with the URL. */
async function serve(prices: Pricing = pricing): Promise<string> {
  const listModels = async () => [...listedModels];
  const facing = { gateway: idleGateway, listModels, bodyLimit: 1000, keepAliveMs: 1000 };
  const answers = {
    findAnswer: async () => undefined,
    forgetAnswer: async () => {},
    dialectNamed: () => undefined,
  };
  const openai = openaiFacade({
    ...facing,
    pricing: () => prices,
    chat: openaiChat,
    completions: openaiCompletions,
    responses: openaiResponses,
    answers,
  });
  const answer = createFacades({
    access: () => ({ required: false, check: () => "" }),
    open: {},
    facades: [anthropicFacade({ ...facing, dialect: anthropic }), geminiFacade({ ...facing, dialect: gemini }), openai],
    onFault: ({ cause }) => {
      throw cause;
    },
  });
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

test("OpenAI's list tells the window, the modalities and the prices beside what OpenAI has", async () => {
  const { models } = new OpenAI({ apiKey: "k", baseURL: `${await serve()}/v1` });
  const known = {
    id: "acme/big",
    object: "model",
    created: 1754425777,
    owned_by: "acme",
    context_window: 200_000,
    input_modalities: ["text", "image"],
    pricing: { prompt: "0.00000015", completion: "0.000012" },
  };
  const unknown = { id: "fast", object: "model", created: 0, owned_by: "other" };
  expect((await models.list()).data).toEqual([known, unknown]);
  expect(await models.retrieve("fast")).toEqual(unknown);
});

test("with `enriched` it says the same under more names, or only what OpenAI says", async () => {
  const url = await serve();
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const plain = { id: "acme/big", object: "model", created: 1754425777, owned_by: "acme" };
  const enriched = {
    ...plain,
    context_window: 200_000,
    input_modalities: ["text", "image"],
    pricing: { prompt: "0.00000015", completion: "0.000012" },
    context_length: 200_000,
    max_input_tokens: 200_000,
    input_cost_per_token: 1.5e-7,
    output_cost_per_token: 0.000012,
    supported_modalities: ["text", "image"],
    capabilities: { vision: true, audio_input: false },
  };
  const unknown = { id: "fast", object: "model", created: 0, owned_by: "other" };
  for (const path of ["/v1/models", "/models"]) {
    expect(await get(`${path}?enriched=true`)).toMatchObject({ object: "list", data: [enriched, unknown] });
    expect(await get(`${path}?enriched=false`)).toMatchObject({ data: [plain, unknown] });
    expect(await get(`${path}?enriched=True`)).toMatchObject({ data: [enriched, unknown] }); // as Python writes it
    expect(await get(`${path}/acme/big?enriched=true`)).toEqual(enriched);
    expect(await get(`${path}/acme/big?enriched=false`)).toEqual(plain);
  }
  expect(await get("/models")).toMatchObject({
    models: [
      {
        name: "acme/big",
        litellm_model: "acme/big",
        provider: "acme",
        input_cost_per_million: 0.15,
        output_cost_per_million: 12,
      },
      { name: "fast", litellm_model: "other/small", input_cost_per_million: null, output_cost_per_million: null },
    ],
  });
});

test.each([
  [0n, "0"],
  [1n, "0.000000000000001"],
  [1_000_000_000_000_000n, "1"],
  [25_500_000_000_000_000n, "25.5"],
])("%d nano-dollars a million tokens are %s dollars a token", async (input, prompt) => {
  const url = await serve({ ...pricing, perMillion: () => ({ input, output: input }) });
  const model: unknown = await (await fetch(`${url}/v1/models/fast`)).json();
  expect(model).toMatchObject({ pricing: { prompt, completion: prompt } });
});

test("Anthropic's list tells the window, and when a model was made", async () => {
  const { models } = new Anthropic({ apiKey: "k", baseURL: await serve() });
  expect((await models.list()).data).toEqual([
    {
      type: "model",
      id: "acme/big",
      display_name: "acme/big",
      created_at: "2025-08-05T20:29:37Z",
      max_input_tokens: 200_000,
    },
    { type: "model", id: "fast", display_name: "fast", created_at: "1970-01-01T00:00:00Z" },
  ]);
});

test("Gemini's list tells the window", async () => {
  const { models } = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: await serve() } });
  const { page } = await models.list();
  expect(page.map(({ name, inputTokenLimit }) => [name, inputTokenLimit])).toEqual([
    ["models/acme/big", 200_000],
    ["models/fast", undefined],
  ]);
});
