import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChatEvent,
  ChatEventSchema,
  ChatResponseSchema,
  FinishReason,
} from "../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, PartSchema, Role } from "../../gen/causeway/chat/v1/content_pb.ts";
import { chatEvent, foldEvents, partDelta, unfoldResponse } from "../../src/core/fold.ts";
import { places, streamed, turns } from "../contract/events.ts";
import { plain } from "../contract/json.ts";
import { chatResponses } from "../dialects/openai-chat/chats.ts";

const begin = (index: number, part: Part): ChatEvent => chatEvent("partStart", { choice: 0, index, part });
const text = (value: string): Part => create(PartSchema, { kind: { case: "text", value: { text: value } } });
const firstParts = (events: readonly ChatEvent[]): Part[] => foldEvents(events).choices[0]?.message?.parts ?? [];

test("an answer's events fold to the answer", () => {
  fc.assert(
    fc.property(chatResponses, (response) => {
      expect(plain(foldEvents(unfoldResponse(response)))).toEqual(plain(response));
    }),
  );
});

test("however an answer is streamed, it folds to the same answer", () => {
  fc.assert(
    fc.property(chatResponses, places, turns, (response, at, order) => {
      expect(plain(foldEvents(streamed(response, at, order)))).toEqual(plain(response));
    }),
  );
});

test("folding leaves the events as they are", () => {
  const events = [begin(0, text("a")), partDelta(0, 0, { case: "text", value: "b" })];
  expect(firstParts(events)).toMatchObject([{ kind: { value: { text: "ab" } } }]);
  expect(firstParts(events)).toMatchObject([{ kind: { value: { text: "ab" } } }]);
});

test("nothing folds to an empty answer", () => {
  expect(foldEvents([])).toEqual(create(ChatResponseSchema));
});

test("choices are sorted, each one is the model's, and the last usage counts", () => {
  const events = [
    chatEvent("finish", { choice: 2, reason: FinishReason.STOP }),
    chatEvent("finish", { choice: 0, reason: FinishReason.LENGTH, stopSequence: "#" }),
    chatEvent("usage", { inputTokens: 1 }),
    chatEvent("usage", { inputTokens: 2 }),
  ];
  const answer = foldEvents(events);
  expect(answer.choices.map(({ index, message, stopSequence }) => [index, message?.role, stopSequence])).toEqual([
    [0, Role.ASSISTANT, "#"],
    [2, Role.ASSISTANT, ""],
  ]);
  expect(answer.usage?.inputTokens).toBe(2);
});

describe("each kind of growth", () => {
  const part = (kind: Parameters<typeof create<typeof PartSchema>>[1]): Part => create(PartSchema, kind);
  const logprob = { $typeName: "causeway.chat.v1.TokenLogprob" as const, token: "x", logprob: -1, top: [] };
  const citation = {
    $typeName: "causeway.chat.v1.Citation" as const,
    type: "c",
    url: "u",
    title: "",
    citedText: "",
    fileId: "",
    extensions: {},
  };

  test.each<[string, Part, Parameters<typeof partDelta>[2], object]>([
    ["text", part({ kind: { case: "text", value: { text: "a" } } }), { case: "text", value: "b" }, { text: "ab" }],
    [
      "reasoning",
      part({ kind: { case: "reasoning", value: { text: "a" } } }),
      { case: "text", value: "b" },
      { text: "ab" },
    ],
    [
      "refusal",
      part({ kind: { case: "refusal", value: { text: "a" } } }),
      { case: "text", value: "b" },
      { text: "ab" },
    ],
    [
      "a signature",
      part({ kind: { case: "reasoning", value: { signature: "a" } } }),
      { case: "signature", value: "b" },
      { signature: "ab" },
    ],
    [
      "arguments",
      part({ kind: { case: "toolCall", value: { arguments: "{" } } }),
      { case: "arguments", value: "}" },
      { arguments: "{}" },
    ],
    [
      "a transcript",
      part({ kind: { case: "audio", value: { transcript: "a" } } }),
      { case: "transcript", value: "b" },
      { transcript: "ab" },
    ],
    [
      "citations",
      part({ kind: { case: "text", value: { text: "a" } } }),
      { case: "citation", value: citation },
      { citations: [citation] },
    ],
  ])("%s", (_, start, delta, expected) => {
    const [grown] = firstParts([begin(0, start), partDelta(0, 0, delta, [logprob])]);
    expect(grown?.kind.value).toMatchObject(expected);
    expect(grown?.logprobs).toEqual([logprob]);
  });

  test("sound, whether or not its start had some", () => {
    const piece = (byte: number): ChatEvent => partDelta(0, 0, { case: "audio", value: new Uint8Array([byte]) });
    const [grown] = firstParts([begin(0, part({ kind: { case: "audio", value: { id: "a" } } })), piece(1), piece(2)]);
    expect(plain(grown?.kind.value)).toMatchObject({ id: "a", media: { source: { case: "data", value: "AQI=" } } });
  });
});

describe("events out of order", () => {
  test.each<[string, ChatEvent[]]>([
    ["a part that begins too late", [begin(1, text("a"))]],
    ["a part that begins twice", [begin(0, text("a")), begin(0, text("b"))]],
    ["growth of a part that has not begun", [partDelta(0, 0, { case: "text", value: "a" })]],
    ["growth of another kind", [begin(0, text("a")), partDelta(0, 0, { case: "arguments", value: "{}" })]],
  ])("%s", (_, events) => {
    expect(() => foldEvents(events)).toThrow(expect.objectContaining({ code: "upstream_malformed" }));
  });

  test("an event that reports a failure throws it", () => {
    expect(() => foldEvents([chatEvent("error", { message: "gone" })])).toThrow("gone");
  });
});

test("a delta that is written out is the message that the contract means", () => {
  const event = partDelta(1, 2, { case: "text", value: "a" });
  const created = chatEvent("partDelta", { choice: 1, index: 2, delta: { case: "text", value: "a" } });
  expect(event).toEqual(created);
  expect(toBinary(ChatEventSchema, event)).toEqual(toBinary(ChatEventSchema, created));
});
