import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChatResponse } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { batchesOf } from "../../contract/dialect.ts";
import { canonical } from "../../contract/json.ts";
import { answers, type Expected, streams } from "./expected-samples.ts";
import { theirsMissing, validateAnswer, validateEvent, validateRequest } from "./reference.ts";

const folder = join(import.meta.dirname, "../../wire/openai-responses");
const sample = (name: string): Buffer => readFileSync(join(folder, name));
const jsonSample = (name: string): unknown => JSON.parse(sample(name).toString("utf8"));

function describePart({ kind, extensions }: Part): string {
  switch (kind.case) {
    case "text": {
      const cited = kind.value.citations.map((one) => ` [${one.type} ${one.url} ${one.startIndex}-${one.endIndex}]`);
      return `text ${extensions["openai-responses/item"]} ${kind.value.text}${cited.join("")}`;
    }
    case "refusal":
      return `refusal ${kind.value.text}`;
    case "reasoning": {
      const { id, text, redacted, summary } = kind.value;
      return redacted === "" ? `${summary ? "summary" : "thought"} ${id} ${text}` : `encrypted ${id} ${redacted}`;
    }
    case "toolCall": {
      const { id, name, arguments: input } = kind.value;
      return `${kind.value.kind === ToolKind.CUSTOM ? "custom" : "function"} call ${id} ${name} ${input}`;
    }
    case "opaque":
      return `opaque ${kind.value.type}`;
    default:
      return String(kind.case);
  }
}

/** What every answer of OpenAI's repeats of its request. */
const repeated =
  /\/(?:background|completed_at|parallel_tool_calls|reasoning|service_tier|store|temperature|text|tool_choice|top_logprobs|top_p|truncation)$/;

function summary(answer: ChatResponse): Expected {
  const [choice] = answer.choices;
  const { usage } = answer;
  const extensions = { ...answer.extensions, ...choice?.extensions, ...usage?.extensions };
  const names = Object.keys(extensions).filter((key) => !repeated.test(key));
  return {
    parts: (choice?.message?.parts ?? []).map(describePart),
    finish: choice?.finishReason ?? 0,
    native: choice?.nativeFinishReason ?? "",
    usage: [
      usage?.inputTokens ?? 0,
      usage?.outputTokens ?? 0,
      usage?.cacheReadTokens ?? 0,
      usage?.reasoningTokens ?? 0,
    ],
    extensions: names.map((key) => key.slice("openai-responses/".length)).sort(),
  };
}

const full = (expected: Expected): Expected => ({ extensions: [], ...expected });

test("every sample is tested", () => {
  const files = readdirSync(folder).filter((name) => /\.(?:json|sse)$/.test(name) && !/request|failure/.test(name));
  expect(files.sort()).toEqual([...Object.keys(answers), ...Object.keys(streams)].sort());
});

describe.each(Object.entries(answers))("%s", (name, expected) => {
  test("is read", () => {
    expect(summary(openaiResponses.answer.read(jsonSample(name)))).toEqual(full(expected));
  });

  test("is watched as it is read", () => {
    const read = openaiResponses.answer.read(jsonSample(name));
    const facts = { id: read.id, usage: read.usage, finishReason: read.choices[0]?.finishReason };
    expect(openaiResponses.answer.watch(sample(name))).toEqual({ ...facts, wire: jsonSample(name) });
    const padded = Buffer.concat([Buffer.from(" ".repeat(20_000)), sample(name)]);
    expect(openaiResponses.answer.watch(padded)).toEqual(facts);
  });

  test.skipIf(theirsMissing)("is written again as OpenAI documents it", () => {
    const written: unknown = JSON.parse(openaiResponses.answer.write(openaiResponses.answer.read(jsonSample(name))));
    expect(validateAnswer(written)).toEqual([]);
    expect(summary(openaiResponses.answer.read(written))).toEqual(full(expected));
  });
});

describe.each(Object.entries(streams))("%s", (name, expected) => {
  const bytes = sample(name);
  const inPieces = batchesOf(
    bytes,
    Array.from({ length: 60 }, (_, i) => i * 97),
  );

  test("is read", () => {
    const reader = openaiResponses.stream.reader();
    expect(summary(foldEvents(reader.read(bytes)))).toEqual(full(expected));
  });

  test("is read in pieces", () => {
    const reader = openaiResponses.stream.reader();
    expect(summary(foldEvents(inPieces.flatMap((batch) => reader.read(batch))))).toEqual(full(expected));
  });

  test("is relayed without its end, which is held", () => {
    const watcher = openaiResponses.stream.watcher({ hideUsage: false });
    const relayed = Buffer.concat(inPieces.map((batch) => watcher.see(batch)));
    expect(relayed.toString("utf8")).not.toContain("response.completed");
    expect(Buffer.concat([relayed, watcher.held ?? Buffer.alloc(0)]).equals(bytes)).toBe(true);
    const [input, output] = [watcher.usage?.inputTokens ?? 0, watcher.usage?.outputTokens ?? 0];
    expect([input, output]).toEqual(expected.usage.slice(0, 2));
    const { id } = foldEvents(openaiResponses.stream.reader().read(bytes));
    expect(watcher).toMatchObject({ id, finished: true, ended: true, finishReason: expected.finish });
  });

  test.skipIf(theirsMissing)("is written again as OpenAI documents it", () => {
    const writer = openaiResponses.stream.writer({ usageWanted: true });
    const wire = writer.write(openaiResponses.stream.reader().read(bytes)) + writer.end();
    for (const line of wire.split("\n")) {
      if (line.startsWith("data: ")) expect(validateEvent(JSON.parse(line.slice(6)))).toEqual([]);
    }
    expect(summary(foldEvents(openaiResponses.stream.reader().read(Buffer.from(wire))))).toEqual(full(expected));
  });
});

describe("what samples say beside parts and usage", () => {
  test("log probabilities, with the tokens' bytes", () => {
    const [said] = openaiResponses.answer.read(jsonSample("openai-logprobs.json")).choices[0]?.message?.parts ?? [];
    expect(said?.logprobs.map(({ token, logprob, top }) => [token, logprob, top.length])).toEqual([
      ["Yes", -0.0123, 2],
      [".", -0.25, 0],
    ]);
    expect(Buffer.from(said?.logprobs[0]?.bytes ?? []).toString()).toBe("Yes");
  });

  test("the class of service that an answer got, told with its end", () => {
    const answer = foldEvents(openaiResponses.stream.reader().read(sample("openai-stream.sse")));
    expect(answer.serviceTier).toBe("auto");
    expect(answer.choices[0]?.extensions["openai-responses/service_tier"]).toBe('"default"');
    const written: unknown = JSON.parse(openaiResponses.answer.write(answer));
    expect(written).toMatchObject({ service_tier: "default" });
  });

  test("a response that failed, though it came with success", () => {
    const failure = expect.objectContaining({
      code: "upstream_error",
      message: "The model could not finish. Try again.",
    });
    expect(() => openaiResponses.answer.read(jsonSample("openai-failure-200.json"))).toThrow(failure);
    expect(() => openaiResponses.answer.watch(sample("openai-failure-200.json"))).toThrow(failure);
  });

  test("a failure in the middle of a stream", () => {
    const failure = expect.objectContaining({
      code: "rate_limited",
      message: "Rate limit reached. Try again in 2 s.",
    });
    const bytes = sample("openai-failure-stream.sse");
    expect(() => openaiResponses.stream.reader().read(bytes)).toThrow(failure);
    expect(() => openaiResponses.stream.watcher({ hideUsage: true }).see(bytes)).toThrow(failure);
    const withoutError = Buffer.from(bytes.toString("utf8").replace(/event: error\n.*\n\n/, ""));
    expect(() => openaiResponses.stream.reader().read(withoutError)).toThrow(failure);
    expect(() => openaiResponses.stream.watcher({ hideUsage: true }).see(withoutError)).toThrow(failure);
  });

  test("a refused request", () => {
    const error = openaiResponses.error.read(400, sample("openai-failure-400.json"));
    expect(error).toMatchObject({ code: "invalid_request", param: "input[0].content", nativeCode: "invalid_type" });
  });
});

describe("sampled requests", () => {
  const read = (name: string): JsonMembers => JsonMembers.scan(sample(name));

  test.each([
    ["openai-request.json", { model: "gpt-5.6-sol", stream: true }],
    ["stateless-request.json", { model: "gpt-5.4", stream: true }],
  ])("%s is read and written again", (name, target) => {
    const chat = openaiResponses.request.read(read(name));
    const written = openaiResponses.request.write(chat, target);
    expect(written.dropped).toEqual([]);
    expect(canonical(withoutNull(JSON.parse(written.body)))).toBe(canonical(withoutNull(jsonSample(name))));
  });

  test.skipIf(theirsMissing)("openai-request.json is one that OpenAI documents", () => {
    // sounds are on the way out of the document, and still taken
    const said = JSON.stringify(jsonSample("openai-request.json")).replace(/,\{"type":"input_audio".*?\}\}/, "");
    expect(validateRequest(JSON.parse(said))).toEqual([]);
  });

  test("a schema's big number keeps its digits, and so do arguments and the spaces between them", () => {
    const chat = openaiResponses.request.read(read("openai-request.json"));
    const { body } = openaiResponses.request.write(chat, { model: "gpt-5.6-sol", stream: true });
    expect(body).toContain('"maximum": 9007199254740993');
    expect(body).toContain('{\\"island\\": \\"Hven\\", \\"max\\": 9007199254740993}');
  });

  test.each(["openai-request.json", "stateless-request.json"])("%s is relayed", (name) => {
    const body = read(name);
    const { stream } = openaiResponses.request.peek(body);
    const relayed = Buffer.from(openaiResponses.request.relay(body, { model: "m-2", stream })).toString("utf8");
    expect(relayed).toBe(
      sample(name)
        .toString("utf8")
        .replace(/"model": "[^"]*"/, '"model": "m-2"'),
    );
  });
});

/** null counts as absent. */
function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNull(member)]])),
  );
}
