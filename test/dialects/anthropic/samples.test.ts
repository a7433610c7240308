import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { anthropic } from "../../../src/dialects/anthropic/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { batchesOf } from "../../contract/dialect.ts";
import { canonical } from "../../contract/json.ts";
import { answers, type Expected, streams } from "./expected-samples.ts";

const folder = join(import.meta.dirname, "../../wire/anthropic");
const sample = (name: string): Buffer => readFileSync(join(folder, name));
const jsonSample = (name: string): unknown => JSON.parse(sample(name).toString("utf8"));

const own = (extensions: Readonly<Record<string, string>>): string[] =>
  Object.keys(extensions).map((key) => key.slice("anthropic/".length));

const textOf = (parts: readonly Part[], which: "text" | "reasoning"): string =>
  parts.map(({ kind }) => (kind.case === which ? kind.value.text : "")).join("");

function summary(answer: ChatResponse): Expected {
  const [choice] = answer.choices;
  const parts = choice?.message?.parts ?? [];
  const { usage } = answer;
  const extensions = [...own(answer.extensions), ...own(choice?.extensions ?? {}), ...own(usage?.extensions ?? {})];
  return {
    text: textOf(parts, "text"),
    reasoning: textOf(parts, "reasoning"),
    calls: parts.flatMap(({ kind }) => (kind.case === "toolCall" ? `${kind.value.name}(${kind.value.arguments})` : [])),
    opaque: parts.flatMap(({ kind }) => (kind.case === "opaque" ? kind.value.type : [])),
    finish: choice?.finishReason ?? 0,
    usage: [
      usage?.inputTokens ?? 0,
      usage?.outputTokens ?? 0,
      usage?.cacheReadTokens ?? 0,
      usage?.cacheWrite5mTokens ?? 0,
      usage?.cacheWrite1hTokens ?? 0,
      usage?.reasoningTokens ?? 0,
    ],
    extensions: extensions.sort(),
  };
}

const full = (expected: Expected): Expected => ({
  text: "",
  reasoning: "",
  calls: [],
  opaque: [],
  extensions: [],
  ...expected,
});

test("every sample is tested", () => {
  const files = readdirSync(folder).filter((name) => /\.(?:json|sse)$/.test(name) && !/request|failure/.test(name));
  expect(files.sort()).toEqual([...Object.keys(answers), ...Object.keys(streams)].sort());
});

describe.each(Object.entries(answers))("%s", (name, expected) => {
  test("is read", () => {
    expect(summary(anthropic.answer.read(jsonSample(name)))).toEqual(full(expected));
  });

  test("is watched as it is read", () => {
    const read = anthropic.answer.read(jsonSample(name));
    const facts = { usage: read.usage, finishReason: read.choices[0]?.finishReason };
    expect(anthropic.answer.watch(sample(name))).toEqual({ ...facts, wire: jsonSample(name) });
    expect(anthropic.answer.watch(Buffer.concat([Buffer.alloc(20_000, " "), sample(name)]))).toEqual(facts);
  });
});

describe.each(Object.entries(streams))("%s", (name, expected) => {
  const bytes = sample(name);
  const inPieces = batchesOf(
    bytes,
    Array.from({ length: 60 }, (_, i) => i * 53),
  );

  test("is read", () => {
    const reader = anthropic.stream.reader();
    expect(summary(foldEvents(reader.read(bytes)))).toEqual(full(expected));
  });

  test("is read in pieces", () => {
    const reader = anthropic.stream.reader();
    expect(summary(foldEvents(inPieces.flatMap((batch) => reader.read(batch))))).toEqual(full(expected));
  });

  test("is relayed, its end is held, and its usage is seen", () => {
    const watcher = anthropic.stream.watcher({ hideUsage: true });
    const relayed = Buffer.concat(inPieces.map((batch) => watcher.see(batch)));
    expect(Buffer.concat([relayed, watcher.held ?? Buffer.alloc(0)]).equals(bytes)).toBe(true);
    expect(watcher.held?.toString("utf8")).toMatch(/^(?:event: message_stop\n)?data: \{"type":"message_stop"/);
    const [input, output] = [watcher.usage?.inputTokens ?? 0, watcher.usage?.outputTokens ?? 0];
    expect([input, output]).toEqual(expected.usage.slice(0, 2));
    expect(watcher).toMatchObject({ finished: true, ended: true, finishReason: expected.finish });
  });

  test("says the same when it is written anew", () => {
    const events = anthropic.stream.reader().read(bytes);
    const writer = anthropic.stream.writer({ usageWanted: true });
    const wire = writer.write(events) + writer.end();
    const again = foldEvents(anthropic.stream.reader().read(Buffer.from(wire)));
    expect(summary(again)).toEqual(full(expected));
  });
});

describe("what samples say beside text, calls and usage", () => {
  const partsOf = (name: string): Part[] => anthropic.answer.read(jsonSample(name)).choices[0]?.message?.parts ?? [];
  const streamed = (name: string): ChatResponse => foldEvents(anthropic.stream.reader().read(sample(name)));

  test("the class of service that was used, in the contract's words", () => {
    const tiers = ["answer-text.json", "answer-tool-use.json", "answer-thinking.json"].map(
      (name) => anthropic.answer.read(jsonSample(name)).serviceTier,
    );
    expect(tiers).toEqual(["default", "priority", "batch"]);
    expect(streamed("stream-tools.sse").serviceTier).toBe("priority");
  });

  test("signatures and what is encrypted", () => {
    const thoughts = partsOf("answer-thinking.json").map(({ kind }) => kind.value);
    expect(thoughts[0]).toMatchObject({ text: "9.80 is more than 9.11.", signature: "EqQBCkYIBBgCKkBx8w==" });
    expect(thoughts[1]).toMatchObject({ text: "", signature: "", redacted: "EmwKAhgBEgy3va3p" });
    const parts = streamed("stream-thinking.sse").choices[0]?.message?.parts.map(({ kind }) => kind.value);
    expect(parts?.slice(0, 2)).toEqual(thoughts.slice(0, 2));
  });

  test("that a call was made by code and not by the model", () => {
    const [, direct, byCode] = partsOf("answer-tool-use.json");
    expect(direct?.extensions).toEqual({});
    expect(byCode?.extensions).toEqual({
      "anthropic/caller": '{"type":"code_execution_20260120","tool_id":"srvtoolu_01"}',
    });
  });

  test("citations of documents, pages and results", () => {
    const citations = partsOf("answer-citations.json").flatMap(({ kind }) =>
      kind.case === "text" ? kind.value.citations : [],
    );
    expect(citations).toMatchObject([
      { type: "char_location", title: "Colours", documentIndex: 0, fileId: "", sourceStart: 0, sourceEnd: 20 },
      { type: "page_location", title: "", documentIndex: 1, fileId: "file_011", sourceStart: 2, sourceEnd: 3 },
      { type: "search_result_location", url: "https://example.org/grass", title: "Grass", sourceEnd: 1 },
    ]);
  });

  test("a server tool's call and result, as they came", () => {
    const wire = jsonSample("answer-web-search.json");
    const [call, result] = partsOf("answer-web-search.json").map(({ kind }) =>
      kind.case === "opaque" ? JSON.parse(kind.value.json) : undefined,
    );
    expect([call, result]).toEqual(Object(wire).content.slice(0, 2));
    const parts = streamed("stream-web-search.sse").choices[0]?.message?.parts;
    expect(parts?.[0]?.kind.case === "opaque" && parts[0].kind.value.json).toBe(
      '{"type":"server_tool_use","id":"srvtoolu_01","name":"web_search","input":{"query": "bridge Lisbon"}}',
    );
  });

  test("a summary of what was said before", () => {
    const [part] = streamed("stream-compaction.sse").choices[0]?.message?.parts ?? [];
    expect(part?.kind.case === "opaque" && JSON.parse(part.kind.value.json)).toEqual({
      type: "compaction",
      content: "They spoke of bridges.",
      encrypted_content: null,
    });
  });

  test("the stop text that was met", () => {
    const [choice] = anthropic.answer.read(jsonSample("answer-stop-sequence.json")).choices;
    expect(choice).toMatchObject({ stopSequence: ", three", nativeFinishReason: "stop_sequence" });
  });

  test("a failure in the middle of a stream, with the status it would have been", () => {
    const failure = expect.objectContaining({ code: "upstream_overloaded", message: "Overloaded", status: 529 });
    const bytes = sample("failure.sse");
    expect(() => anthropic.stream.reader().read(bytes)).toThrow(failure);
    expect(() => anthropic.stream.watcher({ hideUsage: true }).see(bytes)).toThrow(failure);
  });
});

describe("sampled requests", () => {
  const read = (name: string): JsonMembers => JsonMembers.scan(sample(name));

  test.each([
    ["request-tools.json", { model: "claude-opus-4-8", stream: true }],
    ["request-claude-code.json", { model: "claude-opus-5-5", stream: true }],
    ["request-documents.json", { model: "claude-haiku-4-5", stream: false }],
  ])("%s is read and written again", (name, target) => {
    const written = anthropic.request.write(anthropic.request.read(read(name)), target);
    expect(written).toMatchObject({ dropped: [], emulated: [] });
    expect(canonical(JSON.parse(written.body))).toBe(canonical(jsonSample(name)));
  });

  test("a schema, a call's input and a tool that Anthropic defines are the bytes that came", () => {
    const tools = anthropic.request.write(anthropic.request.read(read("request-tools.json")), {
      model: "claude-opus-4-8",
      stream: true,
    }).body;
    expect(tools).toContain('"input":{ "city": "Oslo", "at": 9007199254740993 }');
    expect(tools).toContain('"maximum": 9007199254740993');
    expect(tools).toContain('{ "type": "web_search_20260209", "name": "web_search", "max_uses": 3,');
    const agent = anthropic.request.read(read("request-claude-code.json"));
    const [, , call] = agent.messages.map(({ parts }) => parts.at(-1)?.kind);
    expect(call).toMatchObject({ case: "toolCall", value: { arguments: expect.stringContaining('"timeout": 1.0') } });
  });

  test("results of tools are a message of their own", () => {
    const { messages } = anthropic.request.read(read("request-tools.json"));
    expect(messages.map(({ role }) => role)).toEqual([
      Role.SYSTEM,
      Role.USER,
      Role.ASSISTANT,
      Role.TOOL,
      Role.USER,
      Role.SYSTEM,
    ]);
    expect(messages[3]?.parts.map(({ kind }) => kind.case === "toolResult" && kind.value.isError)).toEqual([
      false,
      true,
    ]);
  });

  test.each(["request-tools.json", "request-claude-code.json", "request-documents.json"])("%s is relayed", (name) => {
    const body = read(name);
    const { stream, model, usageWanted } = anthropic.request.peek(body);
    expect([model, usageWanted]).toEqual([Object(jsonSample(name)).model, true]);
    const relayed = Buffer.from(anthropic.request.relay(body, { model: "m-2", stream })).toString("utf8");
    expect(relayed).toBe(body.bytes.toString("utf8").replace(/"model": "[^"]*"/, '"model": "m-2"'));
  });
});

describe("sampled failures", () => {
  test.each([
    ["failure-400.json", 400, "invalid_request", "the image is too large", "image_dimensions_too_large"],
    ["failure-404.json", 404, "model_not_found", "model: claude-none", undefined],
    ["failure-429.json", 429, "rate_limited", "rate limit", undefined],
    ["failure-429-spent.json", 429, "quota_exceeded", "spend limit", "enforced_spend_limit_reached"],
    ["failure-529.json", 529, "upstream_overloaded", "Overloaded", undefined],
    ["vertex-failure-429.json", 429, "rate_limited", "Quota exceeded", "429"],
  ])("%s", (name, status, code, message, nativeCode) => {
    const error = anthropic.error.read(status, sample(name));
    expect(error).toMatchObject({ code, status, nativeCode });
    expect(error.message).toContain(message);
  });
});
