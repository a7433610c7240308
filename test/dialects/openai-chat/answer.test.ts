import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ChatResponseSchema, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { readUsage } from "../../../src/dialects/openai-chat/wire.ts";

const { answer } = openaiChat;

describe("an answer with a success status that is none", () => {
  test.each([
    ["an error", { error: { message: "no key", type: "authentication_error", code: "x" } }, "upstream_error", "no key"],
    ["an error beside choices", { choices: [], error: { code: 429, message: "slow" } }, "rate_limited", "slow"],
    ["an error as a text", { error: "no" }, "upstream_error", "no"],
    ["vLLM's older error", { object: "error", message: "no", code: 400 }, "invalid_request", "no"],
    ["no choices", { id: "1" }, "upstream_malformed", "The provider's answer has no 'choices'."],
    ["null as choices", { choices: null }, "upstream_malformed", "The provider's answer has no 'choices'."],
    ["an object as choices", { choices: {} }, "upstream_malformed", "The provider's answer has no 'choices'."],
  ])("%s", (_, wire, code, message) => {
    const expected = expect.objectContaining({ code, message });
    expect(() => answer.read(wire)).toThrow(expected);
    expect(() => answer.watch(Buffer.from(JSON.stringify(wire)))).toThrow(expected);
    expect(() => answer.watch(Buffer.from(" ".repeat(20_000) + JSON.stringify(wire)))).toThrow(expected);
  });

  test.each(["", "<html>", "[]", '{"choices":['])("%j is no answer", (wire) => {
    expect(() => answer.watch(Buffer.from(wire))).toThrow(expect.objectContaining({ code: "upstream_malformed" }));
  });

  test.each([[null], ["x"], [[]], [7]])("%j is no answer to read", (wire) => {
    expect(() => answer.read(wire)).toThrow(expect.objectContaining({ code: "upstream_malformed" }));
  });
});

describe("what is watched of a whole answer", () => {
  test("a finish reason that is empty, or in a text, is none", () => {
    const wire = { choices: [{ message: { content: '"finish_reason":"stop"' }, finish_reason: "" }] };
    expect(answer.watch(Buffer.from(JSON.stringify(wire)))).toEqual({
      usage: undefined,
      finishReason: FinishReason.UNSPECIFIED,
      wire,
    });
  });

  test("usage that makes no sense is none: the answer stands", () => {
    const wire = { choices: [{ finish_reason: "stop" }], usage: { prompt_tokens: -1, completion_tokens: 2 } };
    expect(answer.watch(Buffer.from(JSON.stringify(wire))).usage).toBe(undefined);
    expect(answer.read(wire).usage).toBe(undefined);
  });
});

describe("usage", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["an array", []],
    ["no numbers", {}],
    ["nulls", { prompt_tokens: null, completion_tokens: null }],
    ["a fraction", { prompt_tokens: 1.5, completion_tokens: 1 }],
    ["a text", { prompt_tokens: "1", completion_tokens: 1 }],
    ["a number without end", { prompt_tokens: 1e300, completion_tokens: 1 }],
  ])("%s is none", (_, wire) => {
    expect(readUsage(wire)).toBe(undefined);
  });

  test("details that are no objects are left alone", () => {
    expect(
      readUsage({ prompt_tokens: 1, completion_tokens: 2, prompt_tokens_details: [], completion_tokens_details: 7 }),
    ).toMatchObject({
      inputTokens: 1,
      outputTokens: 2,
      cacheReadTokens: 0,
    });
  });

  test("an embedding's has no completion", () => {
    expect(readUsage({ prompt_tokens: 4, total_tokens: 4 })).toMatchObject({ inputTokens: 4, outputTokens: 0 });
  });

  test("reasoning beside the completion, as the total tells, is part of the output", () => {
    const details = { completion_tokens_details: { reasoning_tokens: 5 } };
    expect(readUsage({ prompt_tokens: 1, completion_tokens: 9, total_tokens: 15, ...details })?.outputTokens).toBe(14);
    expect(readUsage({ prompt_tokens: 1, completion_tokens: 9, total_tokens: 10, ...details })?.outputTokens).toBe(9);
    expect(readUsage({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, ...details })?.outputTokens).toBe(7);
  });

  test("what was cached beside the prompt is part of the input", () => {
    const usage = readUsage({ prompt_tokens: 4, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 10 } });
    expect(usage).toMatchObject({ inputTokens: 14, cacheReadTokens: 10 });
  });

  test.each(["prompt_cache_hit_tokens", "cached_tokens"])("%s tells what was read from a cache", (key) => {
    expect(readUsage({ prompt_tokens: 4, completion_tokens: 1, [key]: 3 })?.cacheReadTokens).toBe(3);
  });

  test("keys named like parts of prototypes pollute none", () => {
    const wire = JSON.parse(
      '{"prompt_tokens":1,"completion_tokens":1,"__proto__.polluted":1,"constructor.polluted":2}',
    );
    const response = create(ChatResponseSchema, { usage: readUsage(wire) });
    const written = JSON.parse(answer.write(response));
    expect(written.usage["__proto__.polluted"]).toBe(1);
    expect(Object.hasOwn(Object.prototype, "polluted") || Object.hasOwn(Object, "polluted")).toBe(false);
  });
});

describe("writing", () => {
  const written = (kind: object): unknown => {
    const response = create(ChatResponseSchema, { choices: [{ message: { parts: [{ kind: kind as never }] } }] });
    return JSON.parse(answer.write(response)).choices[0].message;
  };

  test("an answer without content", () => {
    const response = create(ChatResponseSchema, { id: "1", choices: [{ finishReason: FinishReason.STOP }] });
    expect(JSON.parse(answer.write(response)).choices).toEqual([
      { index: 0, message: { role: "assistant", content: null, refusal: null }, logprobs: null, finish_reason: "stop" },
    ]);
  });

  test("another vendor's citation without an address has no form here", () => {
    const citations = [{ type: "char_location", citedText: "x" }];
    expect(written({ case: "text", value: { text: "a", citations } })).toEqual({
      role: "assistant",
      content: "a",
      refusal: null,
    });
  });

  test("an empty text is a text", () => {
    expect(written({ case: "text", value: {} })).toMatchObject({ content: "" });
  });

  test("what only another vendor knows is left out", () => {
    const response = create(ChatResponseSchema, {
      extensions: { "anthropic/x": "1", "openai-chatter/y": "2", "openai-chat/z": "3" },
      choices: [{ message: { parts: [{ kind: { case: "opaque", value: { dialect: "x", json: "{}" } } }] } }],
    });
    const wire = JSON.parse(answer.write(response));
    expect(Object.keys(wire)).toEqual(["id", "object", "created", "model", "z", "choices"]);
    expect(wire.choices[0].message).toEqual({ role: "assistant", content: null, refusal: null });
  });
});
