import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ChatResponse, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { cohere } from "../../../src/dialects/cohere/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { batchesOf } from "../../contract/dialect.ts";
import { canonical, plain } from "../../contract/json.ts";

const folder = join(import.meta.dirname, "../../wire/cohere");
const sample = (name: string): Buffer => readFileSync(join(folder, name));
const jsonSample = (name: string): unknown => JSON.parse(sample(name).toString("utf8"));

/** What a person would say the answer holds. */
interface Expected {
  /** One line a part: what it is, and what it says. */
  readonly parts: readonly string[];
  readonly finish: readonly [FinishReason, string];
  /** input, output, read from a cache */
  readonly usage: readonly [number, number, number];
  /** Vendor fields of the answer, of its choice, and of the usage. */
  readonly extensions?: Readonly<Record<string, string>>;
}

const { STOP, LENGTH, TOOL_CALLS } = FinishReason;

const answers: Readonly<Record<string, Expected>> = {
  "answer.json": {
    parts: ["text: Lisbon lies on the Tagus."],
    finish: [STOP, "COMPLETE"],
    usage: [9, 7, 0],
    extensions: { "cohere/tokens": '{"input_tokens":504,"output_tokens":9}', "cohere/cached_tokens": "448" },
  },
  "answer-tools.json": {
    parts: [
      "plan: I will look up the weather in Oslo and in Bergen.",
      'call weather_9tq4m2c1x8zp: weather({"city": "Oslo", "days": 3.0})',
      'call weather_0k7e5h3j6d2w: weather({"city": "Bergen"})',
    ],
    finish: [TOOL_CALLS, "TOOL_CALL"],
    usage: [31, 34, 0],
    extensions: { "cohere/tokens": '{"input_tokens":918,"output_tokens":88}', "cohere/cached_tokens": "176" },
  },
  "answer-citations.json": {
    parts: [
      "text: The bridge opened in 1966 and is painted red." +
        " [21-25 of document 1: Bridges, https://example.org/bridges, It opened on 6 August 1966.]" +
        " [41-44 of document 1: Bridges, https://example.org/bridges, It opened on 6 August 1966.]",
    ],
    finish: [STOP, "COMPLETE"],
    usage: [41, 12, 0],
    extensions: { "cohere/tokens": '{"input_tokens":1120,"output_tokens":47}' },
  },
  "answer-thinking.json": {
    parts: [
      "thought: The tool says 20°C, so I can answer.",
      "text: It is 20°C in Oslo. [6-10 of document undefined: , , ]",
    ],
    finish: [STOP, "COMPLETE"],
    usage: [22, 24, 0],
    extensions: {
      "cohere/message.citations":
        '[{"start":14,"end":18,"text":"20°C","sources":[{"type":"tool","id":"weather_9tq4m2c1x8zp:0","tool_output":{"temperature":"20°C"}}],"content_index":0,"type":"THINKING_CONTENT"}]',
      "cohere/tokens": '{"input_tokens":1402,"output_tokens":31}',
      "cohere/cached_tokens": "1344",
    },
  },
  "answer-logprobs.json": {
    parts: ["text: Yes, sir. {Yes -0.0123} {, sir -0.25} { -1.5} {. -0.5}"],
    finish: [LENGTH, "MAX_TOKENS"],
    usage: [5, 4, 0],
    extensions: {
      "cohere/logprobs":
        '[{"text":"Yes","token_ids":[5869],"logprobs":[-0.0123]},{"text":", sir","token_ids":[19,30041],"logprobs":[-0.25,-1.5]},{"text":".","token_ids":[21],"logprobs":[-0.5]}]',
      "cohere/tokens": '{"input_tokens":500,"output_tokens":5}',
    },
  },
  "vllm-answer.json": { parts: ["text: Four."], finish: [STOP, "COMPLETE"], usage: [26, 3, 16] },
};

/** Streams, and the answer that each of them is. */
const streams: Readonly<Record<string, string>> = {
  "stream.sse": "answer.json",
  "stream-tools.sse": "answer-tools.json",
  "stream-citations.sse": "answer-citations.json",
  "stream-citations-fast.sse": "answer-citations.json",
  "stream-thinking.sse": "answer-thinking.json",
  "stream-logprobs.sse": "answer-logprobs.json",
  "vllm-stream.sse": "vllm-answer.json",
};

function describePart({ kind, extensions, logprobs }: Part): string {
  switch (kind.case) {
    case "text": {
      const cited = kind.value.citations.map(
        ({ startIndex, endIndex, documentIndex, title, url, citedText }) =>
          ` [${startIndex}-${endIndex} of document ${documentIndex}: ${title}, ${url}, ${citedText}]`,
      );
      const probable = logprobs.map(({ token, logprob }) => ` {${token} ${logprob}}`);
      return `text: ${kind.value.text}${cited.join("")}${probable.join("")}`;
    }
    case "reasoning":
      return `${"cohere/tool_plan" in extensions ? "plan" : "thought"}: ${kind.value.text}`;
    case "toolCall":
      return `call ${kind.value.id}: ${kind.value.name}(${kind.value.arguments})`;
    default:
      return String(kind.case);
  }
}

function summary({ choices, usage, extensions }: ChatResponse): Expected {
  const [choice] = choices;
  return {
    parts: choice?.message?.parts.map(describePart) ?? [],
    finish: [choice?.finishReason ?? 0, choice?.nativeFinishReason ?? ""],
    usage: [usage?.inputTokens ?? 0, usage?.outputTokens ?? 0, usage?.cacheReadTokens ?? 0],
    extensions: { ...extensions, ...choice?.extensions, ...usage?.extensions },
  };
}

test("every sample is tested", () => {
  const files = readdirSync(folder).filter(
    (name) => /\.(?:json|sse)$/.test(name) && !/request|failure|embed/.test(name),
  );
  expect(files.sort()).toEqual([...Object.keys(answers), ...Object.keys(streams)].sort());
});

describe.each(Object.entries(answers))("%s", (name, expected) => {
  test("is read", () => {
    expect(summary(cohere.answer.read(jsonSample(name)))).toEqual({ extensions: {}, ...expected });
  });

  test("is watched as it is read", () => {
    const read = cohere.answer.read(jsonSample(name));
    const facts = { usage: read.usage, finishReason: read.choices[0]?.finishReason };
    expect(cohere.answer.watch(sample(name))).toEqual({ ...facts, wire: jsonSample(name) });
    expect(cohere.answer.watch(Buffer.concat([Buffer.alloc(20_000, " "), sample(name)]))).toEqual(facts);
  });

  test("is written as it was", () => {
    const written = cohere.answer.write(cohere.answer.read(jsonSample(name)));
    expect(canonical(JSON.parse(written))).toBe(canonical(jsonSample(name)));
  });
});

describe.each(Object.entries(streams))("%s", (name, whole) => {
  const bytes = sample(name);
  const inPieces = batchesOf(
    bytes,
    Array.from({ length: 60 }, (_, i) => i * 53),
  );
  const expected = cohere.answer.read(jsonSample(whole));

  test("is the same answer, at once and in pieces", () => {
    expect(plain(foldEvents(cohere.stream.reader().read(bytes)))).toEqual(plain(expected));
    const reader = cohere.stream.reader();
    expect(plain(foldEvents(inPieces.flatMap((batch) => reader.read(batch))))).toEqual(plain(expected));
  });

  test("is relayed up to its end, which is held", () => {
    const watcher = cohere.stream.watcher({ hideUsage: true });
    const relayed = Buffer.concat(inPieces.map((batch) => watcher.see(batch)));
    const text = bytes.toString("utf8");
    const end = text.search(/(?:event: message-end\r?\n)?data: \{"type": ?"message-end"/);
    expect(relayed.toString("utf8")).toBe(text.slice(0, end));
    expect(watcher.held?.toString("utf8")).toBe(text.slice(end));
    const { finishReason } = expected.choices[0] ?? {};
    expect(watcher).toMatchObject({ finished: true, ended: true, finishReason, usage: expected.usage });
  });

  test("is written so that it reads as the same answer", () => {
    const writer = cohere.stream.writer({ usageWanted: true });
    const wire = writer.write(cohere.stream.reader().read(bytes)) + writer.end();
    expect(plain(foldEvents(cohere.stream.reader().read(Buffer.from(wire))))).toEqual(plain(expected));
  });
});

test("a stream that failed throws what it says, and is not finished", () => {
  const failure = expect.objectContaining({ code: "upstream_error", message: "the engine stopped" });
  expect(() => cohere.stream.reader().read(sample("stream-failure.sse"))).toThrow(failure);
  const watcher = cohere.stream.watcher({ hideUsage: false });
  expect(() => watcher.see(sample("stream-failure.sse"))).toThrow(failure);
  expect(watcher).toMatchObject({ finished: false, held: undefined });
});

describe("requests", () => {
  const names = readdirSync(folder).filter((name) => /^request.*\.json$/.test(name));

  test.each(names)("%s is read, and written as it was", (name) => {
    const body = JsonMembers.scan(sample(name));
    const { model, stream } = cohere.request.peek(body);
    const written = cohere.request.write(cohere.request.read(body), { model, stream });
    expect(written).toMatchObject({ dropped: [], emulated: [] });
    expect(canonical(JSON.parse(written.body))).toBe(canonical(jsonSample(name)));
  });

  test("the data of documents and schemas are written byte for byte", () => {
    const written = (name: string): string => {
      const target = { model: "command-a-03-2025", stream: false };
      return cohere.request.write(cohere.request.read(JsonMembers.scan(sample(name))), target).body;
    };
    expect(written("request.json")).toContain('{"name": "Blindern", "height": 94.0}');
    expect(written("request.json")).toContain('"days": {"type": "number", "default": 1.0}');
    expect(written("request-documents.json")).toContain('"length": 2277.640,');
  });
});

test("embeddings are asked for and answered", () => {
  const codec = cohere.embeddings;
  const request = codec?.request.read(JsonMembers.scan(sample("embed-request.json")));
  if (codec === undefined || request === undefined) throw new Error("cohere has embeddings");
  const written = codec.request.write(request, { model: "embed-v4.0", stream: false });
  expect(written.dropped).toEqual([]);
  expect(canonical(JSON.parse(written.body))).toBe(canonical(jsonSample("embed-request.json")));
  const answer = codec.answer.read(jsonSample("embed-answer.json"));
  expect(answer.vectors).toEqual([
    [0.016296387, -0.008354187],
    [0.25, -1],
  ]);
  expect(answer.usage).toMatchObject({ inputTokens: 4, outputTokens: 0, extensions: {} });
  const { id: _, ...rest } = JSON.parse(codec.answer.write(answer, request));
  expect(jsonSample("embed-answer.json")).toMatchObject(rest);
});

test.each([
  ["failure-400.json", 400, "invalid_request", "invalid request: temperature must be between 0 and 1.0 inclusive."],
  [
    "failure-404.json",
    404,
    "model_not_found",
    "model 'command-x' not found, make sure the correct model ID was used and that you have access to the model.",
  ],
  ["failure-429.json", 429, "rate_limited", "You are using a Trial key, which is limited to 20 API calls / minute."],
  ["failure-498.json", 498, "content_filtered", "string that is not allowed"],
])("%s", (name, status, code, message) => {
  expect(cohere.error.read(status, sample(name))).toMatchObject({ code, message, status });
});
