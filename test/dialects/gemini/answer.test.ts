import { describe, expect, test } from "vitest";
import { FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";

/** As short as it is, and so long that it is not parsed whole. */
const sizes = [
  ["short", ""],
  ["long", " ".repeat(20_000)],
] as const;

const candidate = (more: object): object => ({ content: { role: "model", parts: [{ text: "a" }] }, ...more });

describe.each(sizes)("watching a %s answer", (_, padding) => {
  const watch = (answer: unknown) => gemini.answer.watch(Buffer.from(padding + JSON.stringify(answer)));

  test("the first choice tells the reason, wherever it stands", () => {
    const candidates = [
      candidate({ index: 1, finishReason: "STOP" }),
      candidate({ index: 0, finishReason: "MAX_TOKENS" }),
    ];
    expect(watch({ candidates }).finishReason).toBe(FinishReason.LENGTH);
  });

  test("a call makes STOP a call for tools; one beside a text is none", () => {
    const functionCall = { name: "f" };
    const answer = (part: object) => ({ candidates: [{ content: { parts: [part] }, finishReason: "STOP" }] });
    expect(watch(answer({ functionCall })).finishReason).toBe(FinishReason.TOOL_CALLS);
    expect(watch(answer({ functionCall, text: "a" })).finishReason).toBe(FinishReason.STOP);
    const read = gemini.answer.read(answer({ functionCall, text: "a" }));
    expect(read.choices[0]?.finishReason).toBe(FinishReason.STOP);
  });

  test("a refused prompt", () => {
    const usageMetadata = { promptTokenCount: 3, totalTokenCount: 3 };
    const facts = watch({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata });
    expect(facts).toMatchObject({ finishReason: FinishReason.CONTENT_FILTER, usage: { inputTokens: 3 } });
  });

  test("an answer without usage, and one that goes on", () => {
    const wire = { candidates: [candidate({})] };
    const parsed = padding === "" ? { wire } : {};
    expect(watch(wire)).toEqual({ usage: undefined, finishReason: FinishReason.UNSPECIFIED, ...parsed });
  });

  test.each([
    [{}, "upstream_malformed"],
    [[], "upstream_malformed"],
    [{ candidates: 7 }, "upstream_malformed"],
    [{ error: { code: 503, message: "m", status: "UNAVAILABLE" } }, "upstream_overloaded"],
  ])("%j is none", (answer, code) => {
    const failure = expect.objectContaining({ code });
    expect(() => watch(answer)).toThrow(failure);
    expect(() => gemini.answer.read(answer)).toThrow(failure);
  });

  test("what is no JSON is none", () => {
    expect(() => gemini.answer.watch(Buffer.from(`${padding}{"candidates":[`))).toThrow(
      expect.objectContaining({ code: "upstream_malformed" }),
    );
  });
});

test("a candidate that did not end keeps its vendor fields", () => {
  const answer = gemini.answer.read({ candidates: [candidate({ avgLogprobs: -0.5 })] });
  expect(answer.choices[0]).toMatchObject({
    finishReason: FinishReason.UNSPECIFIED,
    extensions: { "gemini/avgLogprobs": "-0.5" },
  });
});
