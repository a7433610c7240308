import { fromJsonString } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExportFormat, type RequestRow, RequestRowSchema, StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { wireOf } from "../lib/event-stream.ts";
import { type RunningGateway, startGateway } from "./gateway.ts";
import { createNames } from "./provider.ts";
import { call } from "./rpc.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "./upstreams/scripted.ts";
import { beginStream } from "./upstreams/wire.ts";

let gateway: RunningGateway;
let provider: ScriptedUpstream;

beforeAll(async () => {
  provider = await startScriptedUpstream();
  const speaking = (dialect: string) => ({ dialect, base_url: provider.url, keys: ["sk-0123456789abcdefghij"] });
  gateway = await startGateway({
    providers: {
      chats: speaking("openai-chat"),
      items: speaking("openai-responses"),
      messages: speaking("anthropic"),
      anthropic: { base_url: provider.url, keys: ["sk-0123456789abcdefghij"] },
    },
    prices: [
      { model: "*/priced-*", service_tier: "flex", factor: 0.5 },
      { model: "*/priced-*", service_tier: "default", input: 10, output: 20, cache_read: 1, web_searches: 10 },
    ],
    models: { both: ["messages/priced-first", "chats/priced-second"] },
    routing: { retries: 0, breaker: false },
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await provider.close();
});

const newName = createNames();

/** What a client sends in its own language, and where. */
const clients = {
  chats: (model: string, stream: boolean) => [
    "/v1/chat/completions",
    {
      model,
      stream,
      messages: [{ role: "user", content: "Hello" }],
      stream_options: stream ? { include_usage: true } : undefined,
    },
  ],
  items: (model: string, stream: boolean) => ["/v1/responses", { model, stream, input: "Hello", store: false }],
  messages: (model: string, stream: boolean) => [
    "/v1/messages",
    { model, stream, max_tokens: 50, messages: [{ role: "user", content: "Hello" }] },
  ],
} as const;
type Language = keyof typeof clients;
const languages = ["chats", "items", "messages"] as const;

async function ask(language: Language, model: string, stream: boolean): Promise<string> {
  const [path, body] = clients[language](model, stream);
  const response = await fetch(`${gateway.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect([response.status, text]).toEqual([200, text]);
  return text;
}

interface Answer {
  readonly whole: string;
  readonly stream: string;
}

const answers: Readonly<Record<Language, (usage: object, beside?: object) => Answer>> = {
  chats(usage, beside = {}) {
    const head = { id: "c1", created: 1, model: "m", ...beside };
    const said = { role: "assistant", content: "Hi" };
    const chunk = { ...head, object: "chat.completion.chunk" };
    const chunks = [
      { ...chunk, choices: [{ index: 0, delta: said, finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      { ...chunk, choices: [], usage },
    ];
    return {
      whole: JSON.stringify({
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message: said, finish_reason: "stop" }],
        usage,
      }),
      stream: `${wireOf(chunks)}data: [DONE]\n\n`,
    };
  },
  items(usage, beside = {}) {
    const text = { type: "output_text", text: "Hi", annotations: [], logprobs: [] };
    const item = { type: "message", id: "i1", role: "assistant", status: "completed", content: [text] };
    const search = { type: "web_search_call", id: "w1", status: "completed", action: { type: "search", query: "q" } };
    const head = { id: "r1", object: "response", created_at: 1, model: "m", ...beside };
    const done = { ...head, status: "completed", output: [search, item], usage };
    const at = { output_index: 1, content_index: 0, item_id: "i1" };
    const events = [
      { type: "response.created", response: { ...head, status: "in_progress", output: [] } },
      { type: "response.output_item.added", output_index: 0, item: search },
      { type: "response.output_item.done", output_index: 0, item: search },
      { type: "response.output_item.added", output_index: 1, item: { ...item, status: "in_progress", content: [] } },
      { type: "response.content_part.added", ...at, part: { ...text, text: "" } },
      { type: "response.output_text.delta", ...at, delta: "Hi" },
      { type: "response.output_text.done", ...at, text: "Hi" },
      { type: "response.content_part.done", ...at, part: text },
      { type: "response.output_item.done", output_index: 1, item },
      { type: "response.completed", response: done },
    ];
    return {
      whole: JSON.stringify(done),
      stream: wireOf(events.map((event, i) => ({ ...event, sequence_number: i }))),
    };
  },
  messages(usage) {
    const head = { id: "m1", type: "message", role: "assistant", model: "m", stop_sequence: null };
    const whole = { ...head, content: [{ type: "text", text: "Hi" }], stop_reason: "end_turn", usage };
    const events = [
      { type: "message_start", message: { ...head, content: [], stop_reason: null, usage } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 10 } },
      { type: "message_stop" },
    ];
    return { whole: JSON.stringify(whole), stream: wireOf(events) };
  },
};

function tell(model: string, { whole, stream }: Answer): void {
  provider.on(model, ({ body, response }) => {
    const isStream = /"stream":\s*true/.test(body);
    if (isStream) beginStream(response);
    else response.writeHead(200, { "content-type": "application/json" });
    response.end(isStream ? stream : whole);
  });
}

const moneyOf = (row: RequestRow | undefined) => ({
  costNanoUsd: row?.costNanoUsd,
  reportedCostNanoUsd: row?.reportedCostNanoUsd,
  cacheSavedNanoUsd: row?.cacheSavedNanoUsd,
  priceVersion: row?.priceVersion,
  serviceTier: row?.serviceTier,
});

const rowOf = async (alias: string): Promise<RequestRow | undefined> => (await gateway.ledger.rowsOf(alias))[0];

const chatUsage = {
  prompt_tokens: 1000,
  completion_tokens: 10,
  total_tokens: 1010,
  prompt_tokens_details: { cached_tokens: 800 },
};
const itemUsage = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1010,
};
const claudeUsage = {
  input_tokens: 100,
  cache_read_input_tokens: 900,
  cache_creation_input_tokens: 0,
  output_tokens: 10,
};

const config = expect.stringMatching(/^config:[0-9a-f]{8}$/);

interface Case {
  readonly what: string;
  readonly by: Language | "anthropic";
  readonly model: string;
  readonly answer: Answer;
  readonly row: object;
}

const cases: readonly Case[] = [
  {
    what: "a cost that only the provider says",
    by: "chats",
    model: "unpriced",
    answer: answers.chats({ ...chatUsage, cost: 0.00275, is_byok: false }),
    row: {
      costNanoUsd: 2_750_000n,
      reportedCostNanoUsd: 2_750_000n,
      cacheSavedNanoUsd: undefined,
      priceVersion: "reported",
    },
  },
  {
    what: "a cost that is computed, and what the provider says beside it",
    by: "chats",
    model: "priced-a",
    answer: answers.chats({ ...chatUsage, cost_in_usd_ticks: 37_756_000 }),
    row: {
      costNanoUsd: 200n * 10_000n + 800n * 1000n + 10n * 20_000n,
      reportedCostNanoUsd: 3_775_600n,
      cacheSavedNanoUsd: 800n * 9000n,
      priceVersion: config,
      serviceTier: "",
    },
  },
  {
    what: "a service tier at half the price",
    by: "chats",
    model: "priced-b",
    answer: answers.chats(chatUsage, { service_tier: "flex" }),
    row: {
      costNanoUsd: (200n * 10_000n + 800n * 1000n + 10n * 20_000n) / 2n,
      reportedCostNanoUsd: undefined,
      cacheSavedNanoUsd: 800n * 4500n,
      priceVersion: expect.stringMatching(/^config:[0-9a-f]{8}\*config:[0-9a-f]{8}$/),
      serviceTier: "flex",
    },
  },
  {
    what: "a service tier whose price nobody has said",
    by: "items",
    model: "priced-c",
    answer: answers.items(itemUsage, { service_tier: "priority" }),
    row: { costNanoUsd: undefined, cacheSavedNanoUsd: undefined, priceVersion: "", serviceTier: "priority" },
  },
  {
    what: "a search that the provider made",
    by: "items",
    model: "priced-d",
    answer: answers.items({ ...itemUsage, cost: { total_cost: 0.5 } }, { service_tier: "default" }),
    row: {
      costNanoUsd: 1000n * 10_000n + 10n * 20_000n + 10_000_000n,
      reportedCostNanoUsd: 500_000_000n,
      cacheSavedNanoUsd: 0n,
      priceVersion: config,
    },
  },
  {
    what: "the catalogue's prices, and what the cache has saved",
    by: "anthropic",
    model: "claude-haiku-4-5",
    answer: answers.messages({ ...claudeUsage, service_tier: "standard", speed: "standard", inference_geo: "global" }),
    row: {
      costNanoUsd: 100n * 1000n + 900n * 100n + 10n * 5000n,
      reportedCostNanoUsd: undefined,
      cacheSavedNanoUsd: 900n * 900n,
      priceVersion: expect.stringMatching(/^genai-prices@\d/),
      serviceTier: "",
    },
  },
  {
    what: "a speed that costs more",
    by: "messages",
    model: "priced-e",
    answer: answers.messages({ ...claudeUsage, speed: "fast" }),
    row: { costNanoUsd: undefined, priceVersion: "", serviceTier: "fast" },
  },
];

describe.each(cases)("$what", ({ by, model, answer, row }) => {
  test.each(
    languages.flatMap((language) => [[language, "whole", false] as const, [language, "streamed", true] as const]),
  )("is in the row of an answer to %s, %s", async (language, _, stream) => {
    const target = `${by}/${model}`;
    tell(model, answer);
    const before = (await gateway.ledger.rowsOf(target)).length;
    const text = await ask(language, target, stream);
    const rows = await gateway.ledger.waitForRows(target, before + 1);
    expect(moneyOf(rows[0])).toEqual({ serviceTier: "", ...row });
    if (language === by) expect(text).toBe(stream ? answer.stream : answer.whole); // relayed as it came
  });
});

test("the provider's own words come back to a client of the same language by way of the contract", async () => {
  const model = newName("unpriced");
  const usage = { ...chatUsage, cost: 9e-5, cost_details: { upstream_inference_cost: null }, is_byok: false };
  tell(model, answers.chats(usage));
  const told: { usage: object } = JSON.parse(await ask("chats", `chats/${model}`, false));
  expect(told.usage).toEqual(usage);
});

test("attempts are priced each by itself, and the sums are theirs", async () => {
  const start = {
    type: "message_start",
    message: {
      id: "m1",
      type: "message",
      role: "assistant",
      model: "m",
      content: [],
      usage: { ...claudeUsage, output_tokens: 0, cost: 0.25 },
    },
  };
  const failure = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
  provider.on("priced-first", ({ response }) => {
    beginStream(response);
    response.end(wireOf([start, failure]));
  });
  tell("priced-second", answers.chats({ ...chatUsage, cost: 0.5 }, { service_tier: "flex" }));
  await ask("chats", "both", true);
  const row = await rowOf("both");
  const first = 100n * 10_000n + 900n * 1000n;
  const second = (200n * 10_000n + 800n * 1000n + 10n * 20_000n) / 2n;
  expect(row).toMatchObject({
    costNanoUsd: first + second,
    reportedCostNanoUsd: 750_000_000n,
    cacheSavedNanoUsd: 900n * 9000n + 800n * 4500n,
    serviceTier: "flex",
    usage: expect.objectContaining({ inputTokens: 2000, cacheReadTokens: 1700, outputTokens: 10 }),
  });
  expect(row?.priceVersion).toMatch(/^config:(\w+)\*config:(\w+), config:\2$/);
  const { trail } = await call(gateway.url, undefined, StatsService.method.explainRequest, { id: row?.id ?? "" });
  const attempts = trail?.steps.flatMap(({ kind }) => (kind.case === "attempt" ? [kind.value] : [])) ?? [];
  expect(attempts.map(({ costNanoUsd }) => costNanoUsd)).toEqual([first, second]);
});

test("statistics add up the savings, and exports have what there is of money", async () => {
  const filter = { providers: ["anthropic"] };
  const { totals } = await call(gateway.url, undefined, StatsService.method.getSummary, { filter });
  const rows = await gateway.ledger.rowsOf("anthropic/claude-haiku-4-5");
  const sum = rows.reduce((total, row) => total + (row.cacheSavedNanoUsd ?? 0n), 0n);
  expect(sum).toBeGreaterThan(0n);
  expect(totals).toMatchObject({ cacheSavedNanoUsd: sum });
  const stats = createClient(StatsService, createConnectTransport({ baseUrl: gateway.url, httpVersion: "1.1" }));
  let text = "";
  for await (const { chunk } of stats.exportRequests({ format: ExportFormat.NDJSON })) text += Buffer.from(chunk);
  const exported = text
    .trimEnd()
    .split("\n")
    .map((line) => fromJsonString(RequestRowSchema, line));
  for (const { by, model, row } of cases) {
    const those = exported.filter(({ alias }) => alias === `${by}/${model}`);
    expect(those).toHaveLength(2 * languages.length);
    for (const one of those) expect(moneyOf(one)).toEqual({ serviceTier: "", ...row });
  }
});
