import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { batchesOf } from "../../contract/dialect.ts";
import { canonical } from "../../contract/json.ts";
import { answers, type Expected, streams } from "./expected-samples.ts";
import { variants } from "./variants.ts";

const folder = join(import.meta.dirname, "../../wire/openai-chat");
const sample = (name: string): Buffer => readFileSync(join(folder, name));
const jsonSample = (name: string): unknown => JSON.parse(sample(name).toString("utf8"));

const own = (extensions: Readonly<Record<string, string>>): string[] =>
  Object.keys(extensions).map((key) => key.slice("openai-chat/".length));

function summary(answer: ChatResponse): Expected {
  const parts = answer.choices.flatMap(({ message }) => message?.parts ?? []);
  const texts = answer.choices.map(({ message }) => textOf(message?.parts ?? [], "text"));
  const { usage } = answer;
  const extensions = [
    ...own(answer.extensions),
    ...own(answer.choices[0]?.extensions ?? {}),
    ...own(usage?.extensions ?? {}),
  ];
  return {
    text: texts,
    reasoning: textOf(parts, "reasoning"),
    refusal: textOf(parts, "refusal"),
    calls: parts.flatMap(({ kind }) => (kind.case === "toolCall" ? `${kind.value.name}(${kind.value.arguments})` : [])),
    finish: answer.choices.map(({ finishReason }) => finishReason),
    usage: [
      usage?.inputTokens ?? 0,
      usage?.outputTokens ?? 0,
      usage?.cacheReadTokens ?? 0,
      usage?.cacheWrite5mTokens ?? 0,
      usage?.reasoningTokens ?? 0,
    ],
    extensions: [...new Set(extensions)].sort(),
  };
}

const textOf = (parts: readonly Part[], which: "text" | "reasoning" | "refusal"): string =>
  parts.map(({ kind }) => (kind.case === which ? kind.value.text : "")).join("");

const full = (expected: Expected): Expected => ({
  text: [""],
  reasoning: "",
  refusal: "",
  calls: [],
  extensions: [],
  ...expected,
});

test("every sample is tested", () => {
  const files = readdirSync(folder).filter((name) => /\.(?:json|sse)$/.test(name) && !/request|failure/.test(name));
  expect(files.sort()).toEqual([...Object.keys(answers), ...Object.keys(streams)].sort());
});

describe.each(Object.entries(answers))("%s", (name, expected) => {
  test("is read", () => {
    expect(summary(openaiChat.answer.read(jsonSample(name)))).toEqual(full(expected));
  });

  test("is watched as it is read", () => {
    const facts = openaiChat.answer.watch(sample(name));
    const read = openaiChat.answer.read(jsonSample(name));
    expect(facts).toEqual({ usage: read.usage, finishReason: read.choices[0]?.finishReason, wire: jsonSample(name) });
  });
});

describe.each(Object.entries(streams))("%s", (name, expected) => {
  const bytes = sample(name);
  const inPieces = batchesOf(
    bytes,
    Array.from({ length: 60 }, (_, i) => i * 53),
  );

  test("is read", () => {
    const reader = openaiChat.stream.reader();
    expect(summary(foldEvents(reader.read(bytes)))).toEqual(full(expected));
  });

  test("is read in pieces", () => {
    const reader = openaiChat.stream.reader();
    expect(summary(foldEvents(inPieces.flatMap((batch) => reader.read(batch))))).toEqual(full(expected));
  });

  test("is relayed without its end, and its usage is seen", () => {
    const watcher = openaiChat.stream.watcher({ hideUsage: false });
    const relayed = Buffer.concat(inPieces.map((batch) => watcher.see(batch)));
    expect(relayed.toString("utf8")).toBe(bytes.toString("utf8").replace(/data: \[DONE\]\r?\n\r?\n$/, ""));
    const [input, output] = [watcher.usage?.inputTokens ?? 0, watcher.usage?.outputTokens ?? 0];
    expect([input, output]).toEqual(expected.usage.slice(0, 2));
    expect(watcher).toMatchObject({ finished: true, ended: bytes.includes("[DONE]") });
    expect(expected.finish).toContain(watcher.finishReason);
  });

  test("is relayed without a usage of its own that nobody asked for", () => {
    const watcher = openaiChat.stream.watcher({ hideUsage: true });
    const relayed = Buffer.concat(inPieces.map((batch) => watcher.see(batch))).toString("utf8");
    expect(relayed).not.toMatch(/"choices": ?\[\],.*"usage": ?\{/);
    const reader = openaiChat.stream.reader();
    const { usage: _, ...said } = summary(foldEvents(reader.read(Buffer.from(relayed))));
    expect(said).toMatchObject({ text: full(expected).text, calls: full(expected).calls, finish: expected.finish });
  });
});

describe("what samples say beside text, calls and usage", () => {
  const partsOf = (name: string): Part[] => openaiChat.answer.read(jsonSample(name)).choices[0]?.message?.parts ?? [];

  test("log probabilities, with the tokens' bytes", () => {
    const [said] = partsOf("openai-logprobs.json");
    expect(said?.logprobs.map(({ token, logprob, top }) => [token, logprob, top.length])).toEqual([
      ["Yes", -0.0123, 2],
      [".", -0.25, 2],
    ]);
    expect(Buffer.from(said?.logprobs[0]?.bytes ?? []).toString()).toBe("Yes");
  });

  test("sound", () => {
    const [said] = partsOf("openai-audio.json");
    expect(said?.kind).toMatchObject({
      case: "audio",
      value: { id: "audio_6f1", transcript: "Good morning.", expiresAt: 1767229200n },
    });
  });

  test("citations", () => {
    const [said] = partsOf("openai-web-search.json");
    expect(said?.kind.case === "text" && said.kind.value.citations).toMatchObject([
      { type: "url_citation", url: "https://example.org/bridge", title: "A bridge", startIndex: 26, endIndex: 39 },
    ]);
  });

  test("an image", () => {
    const image = partsOf("openrouter-image.json")[1];
    expect(image?.kind).toMatchObject({ case: "image", value: { media: { mediaType: "image/png" } } });
  });

  test("the signature that Gemini wants back with a tool call", () => {
    const [call] = partsOf("gemini-tool-call.json");
    expect(call?.extensions).toEqual({});
    const signature = call?.kind.case === "toolCall" ? call.kind.value.signature : undefined;
    expect(Buffer.from(signature ?? []).toString("base64")).toBe("CiQB0e2Kb1g=");
  });

  test.each(["perplexity-answer.json", "perplexity-stream.sse"])("%s: what was searched, once", (name) => {
    const answer = name.endsWith(".json")
      ? openaiChat.answer.read(jsonSample(name))
      : foldEvents(openaiChat.stream.reader().read(sample(name)));
    const [said] = answer.choices[0]?.message?.parts ?? [];
    const citations = said?.kind.case === "text" ? said.kind.value.citations : [];
    expect(citations.map(({ url, title }) => [url, title])).toEqual([
      ["https://example.org/bridge", "A bridge"],
      ["https://example.com/tagus", "The Tagus"],
    ]);
  });

  test("Together's log probabilities, in two lists", () => {
    const said = partsOf("together-answer.json").at(-1);
    expect(said?.logprobs.map(({ token, logprob }) => [token, logprob])).toEqual([
      ["Yes", -0.02],
      [".", -0.31],
    ]);
  });

  test("a piece that only Mistral knows", () => {
    expect(partsOf("mistral-thinking.json").at(-1)?.kind).toMatchObject({
      case: "opaque",
      value: { dialect: "openai-chat", type: "reference", json: '{"type":"reference","reference_ids":[1]}' },
    });
  });

  const thoughts = (parts: readonly Part[]) =>
    parts.flatMap(({ kind, extensions }) => {
      if (kind.case !== "reasoning") return [];
      const { text, signature, redacted, summary, id } = kind.value;
      return { text, signature, redacted, summary, id, format: extensions["openai-chat/format"] };
    });

  test("thoughts that are signed, and thoughts that are encrypted", () => {
    const events = openaiChat.stream.reader().read(sample("openrouter-thinking-tools.sse"));
    const format = '"anthropic-claude-v1"';
    expect(thoughts(foldEvents(events).choices[0]?.message?.parts ?? [])).toEqual([
      { text: "Look it up.", signature: "c2lnMQ==", redacted: "", summary: false, id: "", format },
      { text: "", signature: "", redacted: "ZW5j", summary: false, id: "", format },
    ]);
  });

  test("a summary and what it is of, encrypted, are one piece", () => {
    expect(thoughts(partsOf("openrouter-encrypted.json"))).toEqual([
      {
        text: "**Counting**",
        signature: "",
        redacted: "Z0FBQUFB",
        summary: true,
        id: "rs_07a",
        format: '"openai-responses-v1"',
      },
    ]);
  });

  test("why Groq stopped a stream early", () => {
    const failure = expect.objectContaining({ code: "upstream_error", message: "over capacity" });
    const bytes = sample("groq-failure.sse");
    expect(() => openaiChat.stream.reader().read(bytes)).toThrow(failure);
    expect(() => openaiChat.stream.watcher({ hideUsage: true }).see(bytes)).toThrow(failure);
  });

  test("Azure's first chunk does not begin the answer with an empty id", () => {
    const events = openaiChat.stream.reader().read(sample("azure-stream.sse"));
    expect(events[0]?.kind).toMatchObject({ case: "start", value: { id: "chatcmpl-Cq9i" } });
  });

  test("a failure in the middle of a stream, with the status it would have been", () => {
    const failure = expect.objectContaining({
      code: "rate_limited",
      message: "Rate limit exceeded upstream",
      status: 429,
    });
    const bytes = sample("openrouter-failure.sse");
    expect(() => openaiChat.stream.reader().read(bytes)).toThrow(failure);
    expect(() => openaiChat.stream.watcher({ hideUsage: true }).see(bytes)).toThrow(failure);
  });
});

describe("sampled requests", () => {
  const read = (name: string): JsonMembers => JsonMembers.scan(sample(name));

  test.each([
    ["openai-request.json", { model: "gpt-5.4", stream: true }],
    ["legacy-request.json", { model: "gpt-3.5-turbo-0613", stream: false }],
  ])("%s is read and written again", (name, target) => {
    const chat = openaiChat.request.read(read(name));
    const written = openaiChat.request.write(chat, target);
    expect(written.dropped).toEqual([]);
    expect(canonical(JSON.parse(written.body))).toBe(canonical(jsonSample(name)));
  });

  test.each([
    ["openrouter-thinking-request.json", "openrouter"],
    ["mistral-request.json", "mistral"],
    ["groq-request.json", "groq"],
    ["deepseek-request.json", "deepseek"],
    ["vllm-request.json", "vllm"],
    ["gemini-request.json", "gemini"],
  ])("%s reaches its vendor as it is, though it is read and written", (name, vendor) => {
    const body = read(name);
    const { model, stream } = openaiChat.request.peek(body);
    const variant = variants[vendor];
    const written = openaiChat.request.write(openaiChat.request.read(body), { model, stream, variant });
    expect(written.dropped).toEqual([]);
    expect(JSON.parse(written.body)).toEqual(jsonSample(name));
  });

  test("a schema's big number keeps its digits", () => {
    const chat = openaiChat.request.read(read("openai-request.json"));
    expect(openaiChat.request.write(chat, { model: "gpt-5.4", stream: true }).body).toContain("9007199254740993");
  });

  test("openrouter-request.json: what OpenAI has no word for is reported", () => {
    const chat = openaiChat.request.read(read("openrouter-request.json"));
    const written = openaiChat.request.write(chat, { model: "anthropic/claude-opus-4.5", stream: false });
    expect(written.dropped).toEqual([
      "top_k",
      "messages[0].parts[0].cache_breakpoint",
      "messages[2].parts[0].reasoning",
    ]);
    expect(JSON.parse(written.body)).toMatchObject({
      provider: { order: ["anthropic"], allow_fallbacks: false },
      reasoning_effort: "high",
    });
  });

  test.each(["openai-request.json", "legacy-request.json", "openrouter-request.json"])("%s is relayed", (name) => {
    const body = read(name);
    const { stream } = openaiChat.request.peek(body);
    const relayed = Buffer.from(openaiChat.request.relay(body, { model: "m-2", stream })).toString("utf8");
    expect(relayed).toBe(body.bytes.toString("utf8").replace(/"model": "[^"]*"/, '"model": "m-2"'));
  });
});

describe("sampled failures", () => {
  test.each([
    ["openai-failure-429.json", 429, "rate_limited", "Rate limit reached for gpt-5.4", undefined],
    [
      "openai-failure-400.json",
      400,
      "invalid_request",
      "Unknown parameter: 'messages[0].colour'.",
      "messages[0].colour",
    ],
    ["azure-failure-400.json", 400, "content_filtered", "The response was filtered.", "prompt"],
    ["openrouter-failure-402.json", 402, "quota_exceeded", "Insufficient credits.", undefined],
    ["vllm-failure-404.json", 404, "model_not_found", "The model `x` does not exist.", undefined],
    [
      "fastapi-failure-422.json",
      422,
      "invalid_request",
      '[{"loc":["body","messages"],"msg":"field required"',
      undefined,
    ],
    ["gemini-failure-429.json", 429, "rate_limited", "Resource has been exhausted", undefined],
    ["mistral-failure-401.json", 401, "upstream_unauthenticated", "Unauthorized", undefined],
  ])("%s", (name, status, code, message, param) => {
    const error = openaiChat.error.read(status, sample(name));
    expect(error).toMatchObject({ code, param, status });
    expect(error.message).toContain(message);
  });
});
