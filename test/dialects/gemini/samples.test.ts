import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { batchesOf } from "../../contract/dialect.ts";
import { canonical } from "../../contract/json.ts";
import { answers, type Expected, streams } from "./expected-samples.ts";

const folder = join(import.meta.dirname, "../../wire/gemini");
const sample = (name: string): Buffer => readFileSync(join(folder, name));
const jsonSample = (name: string): unknown => JSON.parse(sample(name).toString("utf8"));

const own = (extensions: Readonly<Record<string, string>>): string[] =>
  Object.keys(extensions).map((key) => key.slice("gemini/".length));

const textOf = (parts: readonly Part[], which: "text" | "reasoning"): string =>
  parts.map(({ kind }) => (kind.case === which ? kind.value.text : "")).join("");

function callOf({ kind }: Part): string[] {
  if (kind.case !== "toolCall") return [];
  const { id, name, arguments: input, signature } = kind.value;
  return [`${id}${signature.length > 0 ? "!" : ""} ${name}(${input})`];
}

function summary(answer: ChatResponse): Expected {
  const parts = answer.choices.flatMap(({ message }) => message?.parts ?? []);
  const { usage, choices } = answer;
  const [first] = choices;
  const extensions = [...own(answer.extensions), ...own(first?.extensions ?? {}), ...own(usage?.extensions ?? {})];
  return {
    text: choices.map(({ message }) => textOf(message?.parts ?? [], "text")),
    reasoning: textOf(parts, "reasoning"),
    calls: parts.flatMap(callOf),
    kinds: (first?.message?.parts ?? []).map(({ kind }) => kind.case ?? ""),
    finish: choices.map(({ finishReason }) => finishReason),
    usage: [
      usage?.inputTokens ?? 0,
      usage?.outputTokens ?? 0,
      usage?.cacheReadTokens ?? 0,
      usage?.reasoningTokens ?? 0,
    ],
    extensions: [...new Set(extensions)].sort(),
  };
}

const full = (expected: Expected): Expected => ({ text: [""], reasoning: "", calls: [], extensions: [], ...expected });

const partsOf = (name: string): Part[] => gemini.answer.read(jsonSample(name)).choices[0]?.message?.parts ?? [];
const streamed = (name: string): ChatResponse => foldEvents(gemini.stream.reader().read(sample(name)));

test("every sample is tested", () => {
  const files = readdirSync(folder).filter(
    (name) => /\.(?:json|sse)$/.test(name) && !/request|failure|embeddings/.test(name),
  );
  expect(files.sort()).toEqual([...Object.keys(answers), ...Object.keys(streams)].sort());
});

test("every sample is in the table", () => {
  const table = sample("README.md").toString("utf8");
  const files = readdirSync(folder).filter((name) => name !== "README.md");
  expect(files.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});

describe.each(Object.entries(answers))("%s", (name, expected) => {
  test("is read", () => {
    expect(summary(gemini.answer.read(jsonSample(name)))).toEqual(full(expected));
  });

  test("is watched as it is read", () => {
    const facts = gemini.answer.watch(sample(name));
    const read = gemini.answer.read(jsonSample(name));
    expect(facts).toEqual({ usage: read.usage, finishReason: read.choices[0]?.finishReason, wire: jsonSample(name) });
  });

  test("says the same when it is written again", () => {
    const read = gemini.answer.read(jsonSample(name));
    expect(summary(gemini.answer.read(JSON.parse(gemini.answer.write(read))))).toEqual(full(expected));
  });
});

describe.each(Object.entries(streams))("%s", (name, expected) => {
  const bytes = sample(name);
  const inPieces = batchesOf(
    bytes,
    Array.from({ length: 60 }, (_, i) => i * 53),
  );

  test("is read", () => {
    expect(summary(streamed(name))).toEqual(full(expected));
  });

  test("is read in pieces", () => {
    const reader = gemini.stream.reader();
    expect(summary(foldEvents(inPieces.flatMap((batch) => reader.read(batch))))).toEqual(full(expected));
  });

  test("is relayed whole, and its usage is seen", () => {
    const watcher = gemini.stream.watcher({ hideUsage: false });
    const relayed = Buffer.concat(inPieces.map((batch) => watcher.see(batch)));
    expect(relayed.toString("utf8")).toBe(bytes.toString("utf8"));
    expect([watcher.usage?.inputTokens, watcher.usage?.outputTokens]).toEqual(expected.usage.slice(0, 2));
    expect(watcher).toMatchObject({ finished: true, ended: false, finishReason: expected.finish[0] });
  });

  test("says the same when it is written again", () => {
    const writer = gemini.stream.writer({ usageWanted: true });
    const events = gemini.stream.reader().read(bytes);
    const wire = events.map((event) => writer.write([event])).join("") + writer.end();
    expect(summary(foldEvents(gemini.stream.reader().read(Buffer.from(wire))))).toEqual(full(expected));
  });
});

describe("what samples say beside text, calls and usage", () => {
  test("log probabilities", () => {
    const [said] = partsOf("vertex-logprobs.json");
    expect(said?.logprobs.map(({ token, logprob, top }) => [token, logprob, top.length])).toEqual([
      ["Yes", -0.01, 2],
      [".", -0.25, 1],
    ]);
  });

  test("a time, with its fraction as an extension", () => {
    const answer = gemini.answer.read(jsonSample("vertex-logprobs.json"));
    expect(answer.created).toBe(1773154485n);
    expect(answer.extensions["gemini/createTime"]).toBe('"2026-03-10T14:54:45.066123Z"');
    expect(JSON.parse(gemini.answer.write(answer)).createTime).toBe("2026-03-10T14:54:45.066123Z");
    const { extensions: _, ...inexact } = answer;
    expect(JSON.parse(gemini.answer.write({ ...inexact, extensions: {} })).createTime).toBe("2026-03-10T14:54:45Z");
  });

  test.each([
    ["grounding.json", (name: string) => gemini.answer.read(jsonSample(name))],
    ["stream-grounding.sse", streamed],
  ])("sources of %s, as citations of the text", (name, read) => {
    const [said] = read(name).choices[0]?.message?.parts ?? [];
    const citations = said?.kind.case === "text" ? said.kind.value.citations : [];
    const place = name.endsWith(".sse") ? { startIndex: 0, endIndex: 26 } : { startIndex: 4, endIndex: 26 };
    expect(citations[0]).toMatchObject({
      type: "web",
      url: "https://example.org/bridge",
      title: "example.org",
      ...place,
    });
    expect(citations).toHaveLength(name.endsWith(".sse") ? 1 : 2);
  });

  test("a recited passage", () => {
    const [said] = partsOf("recitation.json");
    expect(said?.kind).toMatchObject({
      case: "text",
      value: { citations: [{ type: "citation", url: "https://example.com/loop.c", startIndex: 3, endIndex: 27 }] },
    });
  });

  test("thoughts are a summary, and the signature stays with the text it came with", () => {
    const [thought, said] = partsOf("thinking.json");
    expect(thought?.kind).toMatchObject({ case: "reasoning", value: { summary: true, signature: "" } });
    expect(said?.extensions).toEqual({ "gemini/thoughtSignature": '"CiQB0e2Kb1hV9a=="' });
    const [, , last] = streamed("stream-thinking.sse").choices[0]?.message?.parts ?? [];
    expect(last).toMatchObject({
      kind: { value: { text: "" } },
      extensions: { "gemini/thoughtSignature": '"CiQB0e2Kb1hV9a=="' },
    });
  });

  test("an image on the way to another one is Gemini's own affair", () => {
    const [thought, , image] = partsOf("image.json");
    expect(thought?.kind).toMatchObject({ case: "opaque", value: { dialect: "gemini", type: "inlineData" } });
    expect(image?.kind).toMatchObject({ case: "image", value: { media: { mediaType: "image/png" } } });
    expect(image?.extensions).toEqual({ "gemini/thoughtSignature": '"c2lnbmVk"' });
  });

  test("sound, joined", () => {
    const [sound] = streamed("stream-speech.sse").choices[0]?.message?.parts ?? [];
    const media = sound?.kind.case === "audio" ? sound.kind.value.media : undefined;
    expect(media?.mediaType).toBe("audio/L16;codec=pcm;rate=24000");
    expect(media?.source.case === "data" && Buffer.from(media.source.value).toString("hex")).toBe("000102030405060708");
    expect(streamed("stream-speech.sse").usage?.outputAudioTokens).toBe(40);
  });

  test("the reason why a prompt was refused, which comes back", () => {
    const answer = gemini.answer.read(jsonSample("blocked-prompt.json"));
    expect(answer.choices[0]?.nativeFinishReason).toBe("PROHIBITED_CONTENT");
    const written = JSON.parse(gemini.answer.write(answer));
    expect(written.promptFeedback).toEqual(Object(jsonSample("blocked-prompt.json")).promptFeedback);
    expect(written).not.toHaveProperty("candidates");
  });

  test("a failure in the middle of a stream", () => {
    const failure = expect.objectContaining({ code: "upstream_overloaded", status: 503, nativeType: "UNAVAILABLE" });
    expect(() => gemini.stream.reader().read(sample("failure.sse"))).toThrow(failure);
    expect(() => gemini.stream.watcher({ hideUsage: false }).see(sample("failure.sse"))).toThrow(failure);
  });
});

describe("sampled requests", () => {
  const body = (name: string): JsonMembers => JsonMembers.scan(sample(name));
  const target = { model: "gemini-3-pro-preview", stream: false };

  test("request.json is read and written again", () => {
    const written = gemini.request.write(gemini.request.read(body("request.json")), target);
    expect(written.dropped).toEqual([]);
    expect(written.emulated).toEqual([]);
    expect(canonical(JSON.parse(written.body))).toBe(canonical(jsonSample("request.json")));
  });

  test("what users wrote keeps its digits", () => {
    const written = gemini.request.write(gemini.request.read(body("request.json")), target);
    for (const kept of ["9007199254740993", '"days": 3.0', "[1.0, 2.50]"]) expect(written.body).toContain(kept);
  });

  test("snake-case-request.json is read as what it means", () => {
    const chat = gemini.request.read(body("snake-case-request.json"));
    const written = gemini.request.write(chat, target);
    expect(written.dropped).toEqual([]);
    expect(JSON.parse(written.body)).toMatchObject({
      systemInstruction: { parts: [{ text: "You are a cat." }] },
      contents: [
        {
          role: "user",
          parts: [
            { text: "Hello there" },
            { inlineData: { mimeType: "image/png", data: "+/8=" } },
            { fileData: { fileUri: "gs://bucket/purr.mp3" } },
          ],
        },
      ],
      tools: [
        {
          functionDeclarations: [
            {
              name: "meow",
              parametersJsonSchema: {
                type: "object",
                properties: { volume: { type: ["integer", "null"] } },
                propertyOrdering: ["volume"],
              },
            },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["meow"] } },
      generationConfig: {
        maxOutputTokens: 100,
        stopSequences: ["\n"],
        responseMimeType: "application/json",
        responseJsonSchema: { type: "array", items: { type: "string" }, minItems: 1 },
        thinkingConfig: { thinkingLevel: "LOW", includeThoughts: true },
      },
      safety_settings: [{ threshold: "BLOCK_NONE" }],
    });
  });

  test("streamed-history-request.json: the chunks of an answer are one turn", () => {
    const chat = gemini.request.read(body("streamed-history-request.json"));
    expect(chat.messages.map(({ role, parts }) => [role, parts.map(({ kind }) => kind.case)])).toEqual([
      [3, ["text"]],
      [4, ["reasoning", "text", "toolCall"]],
      [5, ["toolResult"]],
    ]);
    const written = JSON.parse(gemini.request.write(chat, target).body);
    expect(written.contents[1].parts).toEqual([
      { text: "The river flows west.", thought: true },
      { text: "In Lisbon." },
      { functionCall: { name: "weather", args: { city: "Lisbon" } }, thoughtSignature: "c2lnbmVk" },
    ]);
  });

  test("vertex-request.json is read and written again, for Vertex AI", () => {
    const chat = gemini.request.read(body("vertex-request.json"));
    const written = gemini.request.write(chat, { ...target, variant: { vertex: true } });
    expect(written.dropped).toEqual([]);
    const expected = sample("vertex-request.json").toString("utf8").replace('"USER"', '"user"');
    expect(canonical(JSON.parse(written.body))).toBe(canonical(JSON.parse(expected)));
    expect(gemini.request.write(chat, target).dropped).toEqual(["messages[0].parts[1].file.filename"]);
  });

  test.each(["request.json", "snake-case-request.json", "vertex-request.json"])("%s is relayed as it is", (name) => {
    const given = body(name);
    gemini.request.peek(given);
    expect(gemini.request.relay(given, { model: "m-2", stream: true })).toBe(given.bytes);
  });
});

describe("sampled failures", () => {
  test.each([
    ["failure-400-key.json", 400, { code: "upstream_unauthenticated", nativeCode: "API_KEY_INVALID" }],
    ["failure-400-field.json", 400, { code: "invalid_request", param: "contents[0]" }],
    ["failure-429-minute.json", 429, { code: "rate_limited", retryAfterMs: 17_500, nativeType: "RESOURCE_EXHAUSTED" }],
    ["failure-429-day.json", 429, { code: "quota_exceeded", retryAfterMs: 3_600_000 }],
    ["failure-503-array.json", 503, { code: "upstream_overloaded", message: "The model is overloaded." }],
  ])("%s", (name, status, expected) => {
    expect(gemini.error.read(status, sample(name))).toMatchObject({ ...expected, status });
  });
});

test.each([
  ["embeddings-answer.json", 9],
  ["vertex-embeddings-answer.json", 9],
])("%s is read", (name, inputTokens) => {
  const { vectors, usage } = gemini.embeddings?.answer.read(jsonSample(name)) ?? {};
  expect(vectors).toEqual([
    [0.25, -0.5],
    [1, 0.125],
  ]);
  expect(usage?.inputTokens).toBe(inputTokens);
});
