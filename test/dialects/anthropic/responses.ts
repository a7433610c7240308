import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type ChatResponse, ChatResponseSchema, FinishReason } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type CitationSchema, Role, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { text, word } from "../../contract/json.ts";
import { extensions, opaque, type Part } from "./chats.ts";
import { count, jsonObject, toolName, wireId } from "./wire-blocks.ts";

/** Answers that anthropic can say whole, in the form in which it reads them back. */

const citation = fc.oneof(
  fc
    .tuple(fc.constantFrom("char_location", "page_location", "content_block_location"), text, text, text, count, count)
    .map(
      ([type, title, fileId, citedText, sourceStart, sourceEnd]): MessageInitShape<typeof CitationSchema> => ({
        type,
        title,
        fileId,
        citedText,
        sourceStart,
        sourceEnd,
        documentIndex: 2,
      }),
    ),
  fc.tuple(text, text, text).map(
    ([url, title, citedText]): MessageInitShape<typeof CitationSchema> => ({
      type: "web_search_result_location",
      url,
      title,
      citedText,
      extensions: { "anthropic/encrypted_index": '"Eo8B"' },
    }),
  ),
);

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.tuple(word, fc.array(citation, { maxLength: 2 }), extensions).map(
    ([said, citations, more]): Part => ({
      kind: { case: "text", value: { text: said, citations } },
      extensions: more,
    }),
  ),
  fc.tuple(text, word, extensions).map(
    ([thought, signature, more]): Part => ({
      kind: { case: "reasoning", value: { text: thought, signature } },
      extensions: more,
    }),
  ),
  word.map((redacted): Part => ({ kind: { case: "reasoning", value: { redacted } } })),
  fc.tuple(wireId, toolName, jsonObject, extensions).map(
    ([id, name, input, more]): Part => ({
      kind: {
        case: "toolCall",
        value: { id, name, arguments: JSON.stringify(input), kind: ToolKind.FUNCTION },
      },
      extensions: more,
    }),
  ),
  opaque("web_search_tool_result"),
);

const finishes: [FinishReason, string, string][] = [
  [FinishReason.STOP, "end_turn", ""],
  [FinishReason.STOP, "stop_sequence", "\nEND"],
  [FinishReason.LENGTH, "max_tokens", ""],
  [FinishReason.LENGTH, "model_context_window_exceeded", ""],
  [FinishReason.TOOL_CALLS, "tool_use", ""],
  [FinishReason.PAUSE, "pause_turn", ""],
  [FinishReason.REFUSAL, "refusal", ""],
];

const endExtensions = fc.constantFrom<Record<string, string>>(
  {},
  { "anthropic/stop_details": '{"type":"refusal","category":null}' },
);

const usage = fc.tuple(count, count, fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), extensions).map(
  ([input, outputTokens, read, short, long, thought, more]): MessageInitShape<typeof UsageSchema> => ({
    inputTokens: input + read + short + long,
    outputTokens,
    cacheReadTokens: read,
    cacheWrite5mTokens: short,
    cacheWrite1hTokens: long,
    reasoningTokens: thought % (outputTokens + 1),
    source: UsageSource.REPORTED,
    extensions: more,
  }),
);

export const chatResponses: fc.Arbitrary<ChatResponse> = fc
  .record({
    id: word,
    model: text,
    serviceTier: fc.constantFrom("", "default", "priority", "batch"),
    parts: fc.array(part, { maxLength: 4 }),
    end: fc.constantFrom(...finishes),
    endExtensions,
    usage,
    extensions,
  })
  .map(({ parts, end: [finishReason, nativeFinishReason, stopSequence], endExtensions: more, ...init }) =>
    create(ChatResponseSchema, {
      ...init,
      usage: { ...init.usage, serviceTier: init.serviceTier === "default" ? "" : init.serviceTier },
      choices: [
        {
          message: { role: Role.ASSISTANT, parts },
          finishReason,
          nativeFinishReason,
          stopSequence,
          extensions: more,
        },
      ],
    }),
  );
