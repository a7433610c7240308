import { describe, expect, test } from "vitest";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { foldEvents } from "../../../src/core/fold.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { chunk, delta, head, kinds, read, wire } from "./chunks.ts";

const { stream } = openaiChat;

const partsOf = (...chunks: unknown[]): Part[] => foldEvents(read(...chunks)).choices[0]?.message?.parts ?? [];

const calls = (...chunks: unknown[]): string[] =>
  partsOf(...chunks).flatMap(({ kind }) =>
    kind.case === "toolCall" ? `${kind.value.id}:${kind.value.name}(${kind.value.arguments})` : [],
  );
const call = (value: object): object => delta({ tool_calls: [value] });

describe("reading", () => {
  test("parts begin, grow and end in order", () => {
    const events = read(
      delta({ role: "assistant", content: "" }),
      delta({ content: "a" }),
      call({ index: 0, id: "1", function: { name: "f", arguments: "" } }),
      call({ index: 0, function: { arguments: "{}" } }),
      chunk({ delta: {}, finish_reason: "tool_calls" }),
    );
    expect(kinds(events)).toEqual([
      "start",
      "partStart",
      "partDelta",
      "partEnd",
      "partStart",
      "partDelta",
      "partEnd",
      "finish",
    ]);
  });

  test("a finish reason that is empty is none", () => {
    const events = read(
      delta({ content: "a" }, { finish_reason: "" }),
      delta({ content: "b" }, { finish_reason: "stop" }),
    );
    expect(kinds(events).filter((kind) => kind === "finish")).toHaveLength(1);
    const watcher = stream.watcher({ hideUsage: false });
    watcher.see(wire(delta({ content: "a" }, { finish_reason: "" })));
    expect(watcher.finished).toBe(false);
  });

  test("a finish reason that is told twice counts once", () => {
    const end = chunk({ delta: {}, finish_reason: "stop" });
    expect(kinds(read(delta({ content: "a" }), end, end)).filter((kind) => kind === "finish")).toHaveLength(1);
  });

  test.each(["constructor", "__proto__", "toString", "weird"])("the finish reason '%s' is another one", (native) => {
    const [choice] = foldEvents(read(delta({ content: "a" }, { finish_reason: native }))).choices;
    expect(choice).toMatchObject({ finishReason: FinishReason.OTHER, nativeFinishReason: native });
  });

  test("numbers that make no sense are none", () => {
    const junk = { ...head, created: 1e300, choices: [{ index: -1, delta: { content: "a" }, finish_reason: "stop" }] };
    const answer = foldEvents(read(junk, { ...head, choices: [], usage: { prompt_tokens: -1, completion_tokens: 1 } }));
    expect(answer).toMatchObject({ created: 0n, choices: [{ index: 0 }] });
    expect(answer.usage).toBe(undefined);
  });

  test("a character that is cut in two is one again", () => {
    const events = read(
      delta({ content: "a\ud83d" }),
      delta({ content: "\ude80b" }),
      call({ index: 0, id: "1", function: { name: "f", arguments: "\ud83d" } }),
      call({ index: 0, function: { arguments: "\ude80" } }),
    );
    const pieces = events.flatMap(({ kind }) => (kind.case === "partDelta" ? [kind.value.delta.value] : []));
    expect(pieces).toEqual(["a", "\u{1f680}b", "\u{1f680}"]);
  });

  test("half a character alone is no event yet", () => {
    const events = read(delta({ content: "a" }), delta({ content: "\ud83d" }), delta({ content: "\ude80" }));
    expect(kinds(events)).toEqual(["start", "partStart", "partDelta", "partDelta"]);
  });

  test("half a character at the end of a call's arguments is marked", () => {
    const begun = call({ index: 0, id: "1", function: { name: "f", arguments: "" } });
    const end = chunk({ delta: {}, finish_reason: "tool_calls" });
    expect(calls(begun, call({ index: 0, function: { arguments: "\ud83d" } }), end)).toEqual(["1:f(\ufffd)"]);
  });

  test("an empty field of a vendor's does not undo what an earlier chunk said", () => {
    const [choice] = foldEvents(
      read(
        delta({ content: "a" }, { content_filter_results: { hate: { filtered: false } } }),
        chunk({ delta: {}, finish_reason: "stop", content_filter_results: {}, other: {} }),
      ),
    ).choices;
    expect(choice?.extensions).toEqual({
      "openai-chat/content_filter_results": '{"hate":{"filtered":false}}',
      "openai-chat/other": "{}",
    });
  });

  test("half a character that stays alone is marked", () => {
    const [said] = partsOf(
      delta({ content: "a\ud83d" }),
      delta({ content: "b" }),
      delta({ content: "\ud83d" }, { finish_reason: "stop" }),
    );
    expect(said?.kind.value).toMatchObject({ text: "a\ufffdb\ufffd" });
  });

  test("log probabilities of thoughts stay with the thoughts", () => {
    const entry = { token: "x", logprob: -1, bytes: null, top_logprobs: [] };
    const logprobs = { content: [entry], refusal: null };
    const parts = partsOf(
      delta({ reasoning_content: "x" }, { logprobs }),
      delta({ reasoning_content: "y" }, { logprobs }),
      delta({ content: "z" }, { logprobs }),
    );
    expect(parts.map(({ kind, logprobs: told }) => [kind.case, told.length])).toEqual([
      ["reasoning", 2],
      ["text", 1],
    ]);
  });

  test("a token's log probability that is no number is left out", () => {
    const entries = [{ token: "x", logprob: null }, { token: "y", logprob: -1 }, "z"];
    const [said] = partsOf(delta({ content: "xy" }, { logprobs: { content: entries } }));
    expect(said?.logprobs.map(({ token }) => token)).toEqual(["y"]);
  });

  test("a vendor's fields that every chunk repeats are told once", () => {
    const more = { system_fingerprint: "fp", provider: "P" };
    const answer = foldEvents(
      read({ ...delta({ content: "a" }), ...more }, { ...delta({}, { finish_reason: "stop" }), ...more, late: 1 }),
    );
    expect(answer.extensions).toEqual({ "openai-chat/system_fingerprint": '"fp"', "openai-chat/provider": '"P"' });
    expect(answer.choices[0]?.extensions).toEqual({ "openai-chat/late": "1" });
  });

  test("a vendor's fields behind the finish leave with the usage", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const end = { ...head, choices: [], usage, moderation: { input: {} } };
    const answer = foldEvents(read(delta({ content: "a" }, { finish_reason: "stop" }), end));
    expect(answer.usage?.extensions).toEqual({ "openai-chat/moderation": '{"input":{}}' });
  });

  test("an event that is no JSON object is a fault of the provider's", () => {
    for (const data of ["{", "[]", "7", "null"]) {
      expect(() => read(data)).toThrow(expect.objectContaining({ code: "upstream_malformed" }));
    }
  });

  test("nesting without end is left out", () => {
    const deep = `{"0":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const events = read(
      `{"id":"1","x":${deep},"choices":[{"index":0,"y":${deep},"delta":{"content":"a","z":${deep}},"finish_reason":"stop"}]}`,
    );
    expect(kinds(events)).toEqual(["start", "partStart", "partDelta", "partEnd", "finish"]);
  });
});

describe("tool calls", () => {
  test("that interleave by index", () => {
    expect(
      calls(
        call({ index: 0, id: "1", function: { name: "f", arguments: "" } }),
        call({ index: 1, id: "2", function: { name: "g", arguments: "" } }),
        call({ index: 1, function: { arguments: "B" } }),
        call({ index: 0, function: { arguments: "A" } }),
        delta({
          tool_calls: [
            { index: 0, function: { arguments: "a" } },
            { index: 1, function: { arguments: "b" } },
          ],
        }),
      ),
    ).toEqual(["1:f(Aa)", "2:g(Bb)"]);
  });

  test("that all have the index 0, and ids", () => {
    expect(
      calls(
        call({ index: 0, id: "1", function: { name: "f", arguments: "A" } }),
        call({ index: 0, id: "2", function: { name: "f", arguments: "B" } }),
        call({ index: 0, id: "2", function: { arguments: "b" } }),
      ),
    ).toEqual(["1:f(A)", "2:f(Bb)"]);
  });

  test("without index, by their ids", () => {
    expect(
      calls(
        call({ id: "1", function: { name: "f", arguments: "A" } }),
        call({ id: "2", function: { name: "f", arguments: "B" } }),
        call({ id: "1", function: { arguments: "a" } }),
      ),
    ).toEqual(["1:f(Aa)", "2:f(B)"]);
  });

  test("without index and id, by their names", () => {
    expect(
      calls(
        call({ function: { name: "f", arguments: "A" } }),
        call({ function: { arguments: "a" } }),
        call({ function: { name: "f", arguments: "B" } }),
      ),
    ).toEqual([":f(Aa)", ":f(B)"]);
  });

  test("of a whole answer, whatever ids and indexes say", () => {
    const toolCalls = ["A", "B"].map((input) => ({ index: 0, id: "", function: { name: "f", arguments: input } }));
    const wholeAnswer = { choices: [{ index: 0, message: { tool_calls: toolCalls }, finish_reason: "tool_calls" }] };
    const parts = openaiChat.answer.read(wholeAnswer).choices[0]?.message?.parts ?? [];
    expect(parts.map(({ kind }) => kind.value)).toMatchObject([{ arguments: "A" }, { arguments: "B" }]);
  });

  test("whose arguments come as an object", () => {
    expect(calls(call({ index: 0, id: "1", function: { name: "f", arguments: { a: 1 } } }))).toEqual(['1:f({"a":1})']);
  });

  test("text behind a call is a part of its own", () => {
    const parts = partsOf(
      delta({ content: "a" }),
      call({ index: 0, id: "1", function: { name: "f", arguments: "" } }),
      delta({ content: "b" }),
      call({ index: 0, function: { arguments: "{}" } }),
    );
    expect(parts.map(({ kind }) => kind.case)).toEqual(["text", "toolCall", "text"]);
    expect(parts[1]?.kind.value).toMatchObject({ arguments: "{}" });
  });
});
