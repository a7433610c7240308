import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { CreateEmbeddingsRequestSchema } from "../../../gen/causeway/chat/v1/service_pb.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";

const codec = openaiChat.embeddings;
if (codec === undefined) throw new Error("openai-chat has embeddings");

describe("asking", () => {
  test("says what OpenAI has words for, and reports the rest", () => {
    const request = create(CreateEmbeddingsRequestSchema, {
      model: "alias",
      input: ["a", "b"],
      dimensions: 8,
      inputType: "query",
      endUserId: "u",
      extensions: { "openai-chat/x": "1", "cohere/y": "2" },
    });
    const { body, dropped } = codec.write(request, "text-embedding-3-small");
    expect(JSON.parse(body)).toEqual({
      model: "text-embedding-3-small",
      input: ["a", "b"],
      dimensions: 8,
      user: "u",
      encoding_format: "float",
      x: 1,
    });
    expect(dropped).toEqual(["input_type", "extensions[cohere/y]"]);
  });

  test("extensions do not replace what the gateway decided on", () => {
    const extensions = { "openai-chat/model": '"other"', "openai-chat/encoding_format": '"base64"' };
    const { body, dropped } = codec.write(create(CreateEmbeddingsRequestSchema, { input: ["a"], extensions }), "m");
    expect(JSON.parse(body)).toEqual({ model: "m", input: ["a"], encoding_format: "float" });
    expect(dropped).toHaveLength(2);
  });
});

describe("the answer", () => {
  const item = (index: number | undefined, embedding: unknown): object => ({ object: "embedding", index, embedding });

  test("is in the order of the texts", () => {
    const usage = { prompt_tokens: 2, total_tokens: 2 };
    expect(codec.read({ model: "m", data: [item(1, [3, 4]), item(0, [1, 2])], usage })).toMatchObject({
      model: "m",
      vectors: [
        [1, 2],
        [3, 4],
      ],
      usage: { inputTokens: 2 },
    });
  });

  test("may leave the places out", () => {
    expect(codec.read({ data: [item(undefined, [1]), item(undefined, [2])] }).vectors).toEqual([[1], [2]]);
  });

  test.each([
    ["no list", { data: {} }, "it has no 'data'"],
    ["null", null, "it has no 'data'"],
    ["a place behind the end", { data: [item(4294967295, [1])] }, "'data[0].index' is no place of its own in the list"],
    ["a place below 0", { data: [item(-1, [1])] }, "'data[0].index' is no place of its own in the list"],
    ["a place that is taken", { data: [item(0, [1]), item(0, [2])] }, "'data[1].index' is no place of its own"],
    ["base64", { data: [item(0, "AAAA")] }, "'data[0].embedding' is no array of numbers"],
    ["a text among the numbers", { data: [item(0, [1, "2"])] }, "'data[0].embedding' is no array of numbers"],
    ["an item that is none", { data: [7] }, "'data[0].embedding' is no array of numbers"],
  ])("%s is a fault of the provider's", (_, wire, why) => {
    const expected = expect.objectContaining({ code: "upstream_malformed", message: expect.stringContaining(why) });
    expect(() => codec.read(wire)).toThrow(expected);
  });

  test("that reports an error throws it", () => {
    expect(() => codec.read({ error: { message: "no", code: 429 } })).toThrow(
      expect.objectContaining({ code: "rate_limited", message: "no" }),
    );
  });
});
