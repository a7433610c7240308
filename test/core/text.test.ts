import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { Role } from "../../gen/causeway/chat/v1/content_pb.ts";
import { chatEvent, partDelta } from "../../src/core/fold.ts";
import { textOfEvents, textOfRequest } from "../../src/core/text.ts";

test("a request's text is what the model reads of its messages and tools", () => {
  const chat = create(ChatRequestSchema, {
    messages: [
      { role: Role.SYSTEM, parts: [{ kind: { case: "text", value: { text: "Be brief." } } }] },
      {
        role: Role.ASSISTANT,
        parts: [
          { kind: { case: "reasoning", value: { text: "hm " } } },
          { kind: { case: "refusal", value: { text: "no " } } },
          { kind: { case: "toolCall", value: { name: "f", arguments: "{}" } } },
        ],
      },
      {
        role: Role.TOOL,
        parts: [
          {
            kind: {
              case: "toolResult",
              value: { parts: [{ kind: { case: "text", value: { text: "42" } } }] },
            },
          },
        ],
      },
      {
        role: Role.USER,
        parts: [
          { kind: { case: "image", value: {} } },
          { kind: { case: "audio", value: { transcript: "said" } } },
          { kind: { case: "opaque", value: { json: '{"a":1}' } } },
          {},
        ],
      },
    ],
    tools: [
      { kind: { case: "function", value: { name: "f", description: "does", parameters: "{}" } } },
      { kind: { case: "custom", value: { name: "g", description: "runs", format: "[]" } } },
      { kind: { case: "server", value: { json: "{}" } } },
    ],
  });
  expect(textOfRequest(chat)).toBe(
    ["Be brief.", "hm no f {}", "42", 'said{"a":1}', "f does {}", "g runs []", ""].join("\n"),
  );
});

test("an answer's text is what the model wrote", () => {
  const events = [
    chatEvent("start", { id: "1" }),
    chatEvent("partStart", { choice: 0, index: 0, part: { kind: { case: "text", value: { text: "a" } } } }),
    partDelta(0, 0, { case: "text", value: "b" }),
    chatEvent("partStart", { choice: 0, index: 1, part: { kind: { case: "toolCall", value: { name: "f" } } } }),
    partDelta(0, 1, { case: "arguments", value: "{}" }),
    partDelta(0, 1, { case: "transcript", value: "t" }),
    partDelta(0, 1, { case: "signature", value: "s" }),
    chatEvent("usage", { inputTokens: 1 }),
  ];
  expect(textOfEvents(events)).toBe("abf {}t");
});
