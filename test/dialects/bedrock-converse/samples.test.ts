import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ChatResponse, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { batchesOf } from "../../contract/dialect.ts";
import { canonical } from "../../contract/json.ts";
import { told } from "./events.ts";
import { claude, nova } from "./requests.ts";

const folder = join(import.meta.dirname, "../../wire/bedrock-converse");
const sample = (name: string): Buffer => readFileSync(join(folder, name));
const jsonSample = (name: string): unknown => JSON.parse(sample(name).toString("utf8"));

interface Expected {
  readonly parts: readonly string[];
  readonly finish: FinishReason;
  readonly native: string;
  /** Input, output, read from the cache, written for 5 minutes, written for an hour. */
  readonly usage: readonly [number, number, number, number, number];
  /** Names of what the contract has no name for. */
  readonly extensions?: readonly string[];
}

const metrics = "metadata.metrics";

const answers: Readonly<Record<string, Expected>> = {
  "claude-tool-use.json": {
    parts: [
      "text I will look both up.",
      'call tooluse_b1 get_weather({"city":"Bern","days":2})',
      "call tooluse_b2 get_time({})",
    ],
    finish: FinishReason.TOOL_CALLS,
    native: "tool_use",
    usage: [5558, 64, 4000, 300, 1200],
    extensions: ["cacheReadInputTokenCount", "cacheWriteInputTokenCount", metrics, "serverToolUsage"],
  },
  "claude-thinking.json": {
    parts: ["reasoning Seven times eight.|EqQBCkgIBxABGAIiQL|", "reasoning ||RW1zS0FoZ0I=", "text 56"],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [40, 25, 0, 0, 0],
  },
  "claude-citations.json": {
    parts: ["text According to the report, ", "text the bridge opened in 1898", "text ."],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [2798, 31, 0, 0, 0],
    extensions: [metrics, "serverToolUsage"],
  },
  "nova-system-tool.json": {
    parts: [
      'opaque toolUse {"toolUse":{"input":{"query":"height of the tower"},"name":"nova_grounding","toolUseId":"tooluse_s1","type":"server_tool_use"}}',
      'opaque toolResult {"toolResult":{"content":[{"json":{"results":3}}],"status":"success","toolUseId":"tooluse_s1","type":"nova_grounding_result"}}',
      "text It is 312 m high.",
    ],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [512, 77, 0, 0, 0],
    extensions: [metrics, "metadata.performanceConfig", "metadata.serviceTier"],
  },
  "guardrail.json": {
    parts: ["text Sorry, this cannot be answered."],
    finish: FinishReason.CONTENT_FILTER,
    native: "guardrail_intervened",
    usage: [0, 0, 0, 0, 0],
    extensions: [metrics, "metadata.trace"],
  },
  "stop-sequence.json": {
    parts: ["text One, two, "],
    finish: FinishReason.STOP,
    native: "stop_sequence",
    usage: [14, 6, 0, 0, 0],
  },
  "answer-tool.json": {
    parts: ['text {"answer":"OK"}'],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [210, 19, 0, 0, 0],
  },
};

const streams: Readonly<Record<string, Expected>> = {
  "claude-stream.sse": {
    parts: ["text Gr\u00fcezi \u{1f44b}, wie geht es?"],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [2012, 9, 2000, 0, 0],
    extensions: ["additionalModelResponseFields", metrics, "serverToolUsage"],
  },
  "claude-stream-tools.sse": {
    parts: [
      "reasoning Both at once.|EqQBCkgI|",
      "text Looking.",
      'call tooluse_1 get_weather({"city": "Bern"})',
      "call tooluse_2 get_time({})",
    ],
    finish: FinishReason.TOOL_CALLS,
    native: "tool_use",
    usage: [458, 64, 0, 0, 0],
    extensions: [metrics, "metadata.serviceTier"],
  },
  "claude-stream-redacted.sse": {
    parts: ["reasoning ||RW1zS0FoZ0I=", "text Done."],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [67, 70, 0, 0, 0],
  },
  "claude-stream-citations.sse": {
    parts: ["text It says ", "text it opened in 1898", "text ."],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [2787, 29, 0, 0, 0],
  },
  "nova-stream-system-tool.sse": {
    parts: [
      'opaque toolUse {"toolUse":{"input":{"snippet":"1+1"},"name":"nova_code_interpreter","toolUseId":"tooluse_c1","type":"server_tool_use"}}',
      'opaque toolResult {"toolResult":{"content":[{"json":{"exitCode":0,"stdOut":"2"}}],"status":"success","toolUseId":"tooluse_c1","type":"nova_code_interpreter_result"}}',
      "text 2",
    ],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [90, 33, 0, 0, 0],
  },
  "answer-tool.sse": {
    parts: ['text {"answer":"OK"}'],
    finish: FinishReason.STOP,
    native: "end_turn",
    usage: [210, 19, 0, 0, 0],
  },
  "odd-order.sse": {
    parts: ["text Updating.", "call t1 update({})"],
    finish: FinishReason.TOOL_CALLS,
    native: "tool_use",
    usage: [100, 25, 0, 0, 0],
  },
};

function summary({ choices, usage }: ChatResponse): Expected {
  const [choice] = choices;
  const names = [...Object.keys(choice?.extensions ?? {}), ...Object.keys(usage?.extensions ?? {})];
  return {
    parts: told(choice?.message?.parts ?? []),
    finish: choice?.finishReason ?? FinishReason.UNSPECIFIED,
    native: choice?.nativeFinishReason ?? "",
    usage: [
      usage?.inputTokens ?? 0,
      usage?.outputTokens ?? 0,
      usage?.cacheReadTokens ?? 0,
      usage?.cacheWrite5mTokens ?? 0,
      usage?.cacheWrite1hTokens ?? 0,
    ],
    extensions: names.map((name) => name.slice("bedrock-converse/".length)).sort(),
  };
}

const full = (expected: Expected): Expected => ({ extensions: [metrics], ...expected });

test("every sample is tested", () => {
  const files = readdirSync(folder).filter((name) => /\.(?:json|sse)$/.test(name) && !/request|failure/.test(name));
  expect(files.sort()).toEqual([...Object.keys(answers), ...Object.keys(streams)].sort());
});

describe.each(Object.entries(answers))("%s", (name, expected) => {
  test("is read", () => {
    expect(summary(bedrockConverse.answer.read(jsonSample(name)))).toEqual(full(expected));
  });

  test("is watched as it is read", () => {
    const read = bedrockConverse.answer.read(jsonSample(name));
    const facts = { usage: read.usage, finishReason: read.choices[0]?.finishReason };
    expect(bedrockConverse.answer.watch(sample(name))).toEqual({ ...facts, wire: jsonSample(name) });
    expect(bedrockConverse.answer.watch(Buffer.concat([sample(name), Buffer.alloc(20_000, " ")]))).toEqual(facts);
  });
});

describe.each(Object.entries(streams))("%s", (name, expected) => {
  const bytes = sample(name);
  const inPieces = batchesOf(
    bytes,
    Array.from({ length: 60 }, (_, i) => i * 53),
  );
  const fold = (batches: readonly Buffer[]): ChatResponse => {
    const reader = bedrockConverse.stream.reader();
    return foldEvents(batches.flatMap((batch) => reader.read(batch)));
  };

  test("is read, at once and in pieces", () => {
    expect(summary(fold([bytes]))).toEqual(full(expected));
    expect(summary(fold(inPieces))).toEqual(full(expected));
  });

  test("is relayed but for its last event, and what it took is seen", () => {
    const watcher = bedrockConverse.stream.watcher({ hideUsage: false });
    const relayed = Buffer.concat(inPieces.map((batch) => watcher.see(batch))).toString("utf8");
    const held = watcher.held?.toString("utf8") ?? "";
    expect(held).toMatch(/^event: metadata\ndata: .*\n\n$/);
    expect(relayed).toBe(bytes.toString("utf8").replace(held, ""));
    const { usage } = watcher;
    expect([usage?.inputTokens, usage?.outputTokens]).toEqual(expected.usage.slice(0, 2));
    expect(watcher).toMatchObject({ finished: true, ended: true, finishReason: expected.finish });
  });
});

describe("what samples say beside texts, calls and usage", () => {
  const citationsOf = (answer: ChatResponse): unknown[] =>
    (answer.choices[0]?.message?.parts ?? []).flatMap(({ kind }) => (kind.case === "text" ? kind.value.citations : []));
  const page = { type: "documentPage", title: "Bridges", documentIndex: 0, sourceStart: 2, sourceEnd: 3 };

  test("citations of a whole answer and of a stream", () => {
    expect(citationsOf(bedrockConverse.answer.read(jsonSample("claude-citations.json")))).toMatchObject([
      { ...page, citedText: "The bridge was opened in 1898." },
    ]);
    const events = bedrockConverse.stream.reader().read(sample("claude-stream-citations.sse"));
    expect(citationsOf(foldEvents(events))).toMatchObject([{ ...page, sourceStart: 1, sourceEnd: 2 }]);
  });

  test("citations of the web", () => {
    expect(citationsOf(bedrockConverse.answer.read(jsonSample("nova-system-tool.json")))).toMatchObject([
      {
        type: "web",
        url: "https://example.org/tower",
        extensions: { "bedrock-converse/location.web.domain": '"example.org"' },
      },
    ]);
  });

  test("the stop text that was met", () => {
    const answer = bedrockConverse.answer.read(jsonSample("stop-sequence.json"));
    expect(answer.choices[0]).toMatchObject({ stopSequence: "END", extensions: {} });
  });

  test.each([
    ["stream-failure.sse", "upstream_error", 424, "The model's stream broke. (CUDA error)"],
    ["throttled-failure.sse", "rate_limited", 429, "Too many tokens, please wait before trying again."],
  ])("%s: a failure in the middle of a stream", (name, code, status, message) => {
    const failure = expect.objectContaining({ code, status, message });
    expect(() => bedrockConverse.stream.reader().read(sample(name))).toThrow(failure);
    expect(() => bedrockConverse.stream.watcher({ hideUsage: false }).see(sample(name))).toThrow(failure);
  });
});

describe("sampled requests", () => {
  test.each([
    ["claude-request.json", claude],
    ["nova-request.json", nova],
    ["prompt-request.json", nova],
  ])("%s is read and written again, and relayed as it is", (name, target) => {
    const body = JsonMembers.scan(sample(name));
    const written = bedrockConverse.request.write(bedrockConverse.request.read(body), target);
    expect(written).toMatchObject({ dropped: [], emulated: [] });
    expect(canonical(JSON.parse(written.body))).toBe(canonical(jsonSample(name)));
    expect(bedrockConverse.request.relay(body, target)).toBe(body.bytes);
  });

  test("numbers keep their digits, and JSON its spelling", () => {
    const chat = bedrockConverse.request.read(JsonMembers.scan(sample("claude-request.json")));
    const { body } = bedrockConverse.request.write(chat, claude);
    expect(body).toContain('{ "id": 9007199254740993, "of": [1.0, 1e2] }');
    expect(body).toContain('{ "opened": 1898.0 }');
    expect(body).toContain('"maximum": 9007199254740993');
    expect(body).toContain('"schema":"{ \\"type\\": \\"object\\" }"');
  });

  test("count-request.json is read and written again", () => {
    const { counting } = bedrockConverse;
    const chat = counting?.request.read(JsonMembers.scan(sample("count-request.json")));
    const written = chat && counting?.request.write(chat, { model: "global.anthropic.claude-opus-4-8", stream: false });
    expect(written).toMatchObject({ dropped: [], emulated: [] });
    expect(canonical(JSON.parse(written?.body ?? ""))).toBe(canonical(jsonSample("count-request.json")));
  });
});

describe("sampled failures", () => {
  test.each([
    ["throttled-failure-429.json", 429, "rate_limited", undefined, "Too many requests"],
    ["blank-failure-400.json", 400, "invalid_request", undefined, "is blank"],
    ["token-failure-403.json", 403, "upstream_unauthenticated", "UnrecognizedClientException", "security token"],
    ["access-failure-403.json", 403, "permission_denied", undefined, "You do not have access"],
    ["operation-failure-404.json", 404, "not_found", "UnknownOperationException", "answered 404"],
    ["model-failure-424.json", 424, "upstream_error", "ModelErrorException", "The model failed."],
  ])("%s", (name, status, code, nativeType, message) => {
    const error = bedrockConverse.error.read(status, sample(name));
    expect(error).toMatchObject({ code, nativeType, status });
    expect(error.message).toContain(message);
  });
});
