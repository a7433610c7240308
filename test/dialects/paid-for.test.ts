import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/core/dialect.ts";
import { anthropic } from "../../src/dialects/anthropic/index.ts";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/index.ts";
import { gemini } from "../../src/dialects/gemini/index.ts";
import { openaiChat } from "../../src/dialects/openai-chat/index.ts";
import { openaiResponses } from "../../src/dialects/openai-responses/index.ts";
import { wireOf } from "../lib/event-stream.ts";

/** What is paid for beside tokens, and how it is told: each in the vendor's own words. */

interface Told {
  readonly what: string;
  readonly dialect: Dialect;
  readonly whole: object;
  /** Its events. */
  readonly stream: readonly object[];
  readonly usage: object;
}

const chat = (usage: object, beside: object = {}): Pick<Told, "dialect" | "whole" | "stream"> => {
  const head = { id: "c1", created: 1, model: "m", ...beside };
  const message = { role: "assistant", content: "Hi" };
  const chunk = { ...head, object: "chat.completion.chunk" };
  return {
    dialect: openaiChat,
    whole: { ...head, object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }], usage },
    stream: [
      { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      { ...chunk, choices: [], usage },
    ],
  };
};

const response = (usage: object, beside: object = {}, items: readonly object[] = []) => {
  const said = { type: "message", id: "m1", role: "assistant", status: "completed", content: [] };
  const whole = { id: "r1", object: "response", status: "completed", model: "m", output: [...items, said], ...beside };
  return {
    dialect: openaiResponses,
    whole: { ...whole, usage },
    stream: [
      { type: "response.created", response: { ...whole, service_tier: "auto", output: [], status: "in_progress" } },
      { type: "response.completed", response: { ...whole, usage } },
    ],
  };
};

const message = (usage: object, late: object = {}) => {
  const head = { id: "m1", type: "message", role: "assistant", model: "m", stop_sequence: null };
  const content = [{ type: "text", text: "Hi" }];
  return {
    dialect: anthropic,
    whole: { ...head, content, stop_reason: "end_turn", usage: { ...usage, ...late } },
    stream: [
      { type: "message_start", message: { ...head, content: [], stop_reason: null, usage } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2, ...late } },
      { type: "message_stop" },
    ],
  };
};

const content = (usageMetadata: object) => {
  const whole = {
    candidates: [{ content: { role: "model", parts: [{ text: "Hi" }] }, finishReason: "STOP", index: 0 }],
    usageMetadata,
  };
  return { dialect: gemini, whole, stream: [whole] };
};

const chatUsage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
const itemUsage = { input_tokens: 9, output_tokens: 2, total_tokens: 11 };
const claudeUsage = { input_tokens: 9, output_tokens: 2 };
const geminiUsage = { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 11 };
const search = (type: string) => ({ type: "web_search_call", id: type, status: "completed", action: { type } });

const cases: readonly Told[] = [
  { what: "OpenRouter's credits", ...chat({ ...chatUsage, cost: 9e-5 }), usage: { reportedCostNanoUsd: 90_000n } },
  {
    what: "xAI's ticks",
    ...chat({ ...chatUsage, cost_in_usd_ticks: 37_756_000 }),
    usage: { reportedCostNanoUsd: 3_775_600n },
  },
  {
    what: "Perplexity's breakdown",
    ...chat({ ...chatUsage, cost: { request_cost: 0.005, total_cost: 0.00503 } }),
    usage: { reportedCostNanoUsd: 5_030_000n },
  },
  { what: "a tier of Chat Completions", ...chat(chatUsage, { service_tier: "flex" }), usage: { serviceTier: "flex" } },
  { what: "the usual tier", ...chat(chatUsage, { service_tier: "default" }), usage: { serviceTier: "" } },
  { what: "Groq's usual tier", ...chat(chatUsage, { service_tier: "on_demand" }), usage: { serviceTier: "" } },
  {
    what: "OpenRouter's credits in Responses",
    ...response({ ...itemUsage, cost: 0.001, is_byok: false }),
    usage: { reportedCostNanoUsd: 1_000_000n },
  },
  {
    what: "a tier of Responses, as it was served and not as it was asked for",
    ...response(itemUsage, { service_tier: "priority" }),
    usage: { serviceTier: "priority" },
  },
  {
    what: "searches among a response's items, of which only looking for something is paid for",
    ...response(itemUsage, {}, [search("search"), search("open_page"), { ...search("search"), id: "2" }]),
    usage: { webSearches: 2, fileSearches: 0 },
  },
  {
    what: "searches of files",
    ...response(itemUsage, {}, [{ type: "file_search_call", id: "f", status: "completed", queries: ["q"] }]),
    usage: { webSearches: 0, fileSearches: 1 },
  },
  {
    what: "Anthropic's searches, told at the end",
    ...message(claudeUsage, { server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 } }),
    usage: { webSearches: 3 },
  },
  {
    what: "OpenRouter's credits in Messages, told at the end",
    ...message(claudeUsage, { cost: 0.002 }),
    usage: { reportedCostNanoUsd: 2_000_000n },
  },
  {
    what: "Anthropic's usual service",
    ...message({ ...claudeUsage, service_tier: "standard", speed: "standard", inference_geo: "global" }),
    usage: { serviceTier: "" },
  },
  {
    what: "an older model's service",
    ...message({ ...claudeUsage, service_tier: "standard", inference_geo: "not_available" }),
    usage: { serviceTier: "" },
  },
  {
    what: "Anthropic's tier",
    ...message({ ...claudeUsage, service_tier: "priority" }),
    usage: { serviceTier: "priority" },
  },
  {
    what: "Anthropic's speed and place, which both cost more",
    ...message({ ...claudeUsage, service_tier: "standard", speed: "fast", inference_geo: "us" }),
    usage: { serviceTier: "fast+us" },
  },
  { what: "Gemini's tier", ...content({ ...geminiUsage, serviceTier: "flex" }), usage: { serviceTier: "flex" } },
  {
    what: "Gemini's usual tier in the protocol's own word",
    ...content({ ...geminiUsage, serviceTier: "SERVICE_TIER_STANDARD" }),
    usage: { serviceTier: "" },
  },
  {
    what: "Vertex AI's traffic",
    ...content({ ...geminiUsage, trafficType: "ON_DEMAND_PRIORITY" }),
    usage: { serviceTier: "priority" },
  },
  {
    what: "Vertex AI's usual traffic",
    ...content({ ...geminiUsage, trafficType: "ON_DEMAND" }),
    usage: { serviceTier: "" },
  },
  {
    what: "what was paid for beforehand",
    ...content({ ...geminiUsage, trafficType: "PROVISIONED_THROUGHPUT" }),
    usage: { serviceTier: "provisioned_throughput" },
  },
  {
    what: "Gemini's pictures, and sounds from a cache",
    ...content({
      ...geminiUsage,
      cachedContentTokenCount: 8,
      cacheTokensDetails: [
        { modality: "TEXT", tokenCount: 3 },
        { modality: "AUDIO", tokenCount: 5 },
      ],
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 2 }],
    }),
    usage: { cacheReadAudioTokens: 5, outputImageTokens: 2 },
  },
];

describe.each(cases)("$what", ({ dialect, whole, stream, usage }) => {
  test("is told of a whole answer, short or long", () => {
    for (const padding of ["", " ".repeat(20_000)]) {
      const facts = dialect.answer.watch(Buffer.from(padding + JSON.stringify(whole)));
      expect(facts.usage).toMatchObject(usage);
    }
    expect(dialect.answer.read(whole).usage).toMatchObject(usage);
  });

  test("is told of a stream", () => {
    const watcher = dialect.stream.watcher({ hideUsage: true });
    watcher.see(Buffer.from(wireOf(stream)));
    expect(watcher.usage).toMatchObject(usage);
  });

  test("stands in what is written in the same language as it stood there", () => {
    const written: unknown = JSON.parse(dialect.answer.write(dialect.answer.read(whole)));
    const usageIn = (wire: object): unknown => ("usage" in wire ? wire.usage : Reflect.get(wire, "usageMetadata"));
    expect(usageIn(Object(written))).toMatchObject(Object(usageIn(whole)));
    const tierIn = (wire: object): unknown => Reflect.get(wire, "service_tier");
    // Groq's word for the usual tier is none of OpenAI's
    expect(tierIn(Object(written))).toBe(tierIn(whole) === "on_demand" ? undefined : tierIn(whole));
  });
});

test("Bedrock's tier stands beside its usage", () => {
  const usage = { inputTokens: 9, outputTokens: 2, totalTokens: 11 };
  const output = { message: { role: "assistant", content: [{ text: "Hi" }] } };
  const told = (type: string) => {
    const whole = { output, stopReason: "end_turn", usage, serviceTier: { type } };
    const watcher = bedrockConverse.stream.watcher({ hideUsage: false });
    watcher.see(Buffer.from(`event: metadata\ndata: ${JSON.stringify({ usage, serviceTier: { type } })}\n\n`));
    const facts = bedrockConverse.answer.watch(Buffer.from(JSON.stringify(whole)));
    return [facts.usage?.serviceTier, watcher.usage?.serviceTier];
  };
  expect(told("flex")).toEqual(["flex", "flex"]);
  expect(told("default")).toEqual(["", ""]);
});
