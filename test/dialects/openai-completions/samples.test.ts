import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ChatResponse, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { openaiCompletions } from "../../../src/dialects/openai-completions/index.ts";
import { JsonMembers } from "../../../src/lib/json-members.ts";
import { batchesOf } from "../../contract/dialect.ts";

const folder = join(import.meta.dirname, "../../wire/openai-completions");
const sample = (name: string): Buffer => readFileSync(join(folder, name));
const jsonSample = (name: string): unknown => JSON.parse(sample(name).toString("utf8"));

const summary = ({ choices: [choice], usage }: ChatResponse): unknown => ({
  text: choice?.message?.parts.map(({ kind }) => (kind.case === "text" ? kind.value.text : kind.case)),
  finish: choice?.finishReason,
  stop: choice?.stopSequence,
  usage: [usage?.inputTokens, usage?.outputTokens],
});

const streams = {
  "openai-stream.sse": { text: [" there was"], finish: FinishReason.STOP, stop: "", usage: [4, 2] },
  "vllm-stream.sse": { text: [" 1, 2"], finish: FinishReason.STOP, stop: ".", usage: [3, 4] },
};

test("every sample is tested", () => {
  const files = readdirSync(folder).filter((name) => /\.(?:json|sse)$/.test(name));
  expect(files.sort()).toEqual(["openai-answer.json", "openai-request.json", ...Object.keys(streams)].sort());
});

describe.each(Object.entries(streams))("%s", (name, expected) => {
  const bytes = sample(name);
  const inPieces = batchesOf(bytes, [10, 90, 230, 400]);

  test("is read, whole and in pieces", () => {
    expect(summary(foldEvents(openaiCompletions.stream.reader().read(bytes)))).toEqual(expected);
    const reader = openaiCompletions.stream.reader();
    expect(summary(foldEvents(inPieces.flatMap((piece) => reader.read(piece))))).toEqual(expected);
  });

  test("is relayed without its end, and its usage is seen", () => {
    const watcher = openaiCompletions.stream.watcher({ hideUsage: false });
    const relayed = Buffer.concat(inPieces.map((piece) => watcher.see(piece)));
    expect(relayed.toString("utf8")).toBe(bytes.toString("utf8").replace("data: [DONE]\n\n", ""));
    expect([watcher.usage?.inputTokens, watcher.usage?.outputTokens]).toEqual(expected.usage);
    expect(watcher).toMatchObject({ finished: true, ended: true, finishReason: expected.finish });
  });
});

test("openai-answer.json is read, and watched as it is read", () => {
  const read = openaiCompletions.answer.read(jsonSample("openai-answer.json"));
  expect(summary(read)).toEqual({ text: [" there"], finish: FinishReason.LENGTH, stop: "", usage: [4, 1] });
  const [said] = read.choices[0]?.message?.parts ?? [];
  expect(said?.logprobs).toMatchObject([
    {
      token: " there",
      logprob: -0.61,
      top: [
        { token: " there", logprob: -0.61 },
        { token: ",", logprob: -1.2 },
      ],
    },
  ]);
  const facts = openaiCompletions.answer.watch(sample("openai-answer.json"));
  expect(facts).toEqual({
    usage: read.usage,
    finishReason: FinishReason.LENGTH,
    wire: jsonSample("openai-answer.json"),
  });
});

test("openai-request.json is read and written again", () => {
  const body = JsonMembers.scan(sample("openai-request.json"));
  const target = { model: "gpt-3.5-turbo-instruct", stream: false };
  const written = openaiCompletions.request.write(openaiCompletions.request.read(body), target);
  expect(written.dropped).toEqual([]);
  expect(JSON.parse(written.body)).toEqual(jsonSample("openai-request.json"));
});
