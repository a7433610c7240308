import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  type ChatRequest,
  ChatRequestSchema,
  type ChatResponse,
  ChatResponseSchema,
  type ChoiceSchema,
  FinishReason,
  ToolChoiceMode,
  type ToolChoiceSchema,
  type ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import {
  type MessageSchema,
  PartSchema,
  Role,
  TokenLogprobSchema,
  ToolKind,
} from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { RequestTarget } from "../../../src/core/dialect.ts";
import { text, word } from "../../contract/json.ts";
import { writtenObject, writtenValue } from "../../lib/json-arbitraries.ts";

/** Chats that openai-chat can say whole, in the form in which it reads them back. */

type Part = MessageInitShape<typeof PartSchema>;
type Message = MessageInitShape<typeof MessageSchema>;

const schemaText = writtenObject.map(({ text: written }) => written.trim());
const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
const count = fc.nat(1000);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const extensions = fc.dictionary(
  fc.constantFrom("openai-chat/x_vendor", "openai-chat/__proto__", "openai-chat/constructor"),
  writtenValue.map((value) => JSON.stringify(JSON.parse(value))).filter((value) => value !== "null"),
  { maxKeys: 2 },
);

const signature = fc.oneof(fc.constant(new Uint8Array()), bytes);

const textPart = fc
  .tuple(text, extensions)
  .map(([value, more]): Part => ({ kind: { case: "text", value: { text: value } }, extensions: more }));

const mediaPart = fc.oneof(
  fc.tuple(bytes, fc.constantFrom("", "low")).map(([value, detail]): Part => {
    return {
      kind: { case: "image", value: { media: { source: { case: "data", value }, mediaType: "image/png" }, detail } },
    };
  }),
  bytes.map((value): Part => {
    return { kind: { case: "audio", value: { media: { source: { case: "data", value }, mediaType: "audio/mpeg" } } } };
  }),
  fc.constant<Part>({
    kind: { case: "video", value: { media: { source: { case: "url", value: "https://x/v" } } } },
  }),
  fc.tuple(bytes, text).map(([value, filename]): Part => {
    return {
      kind: { case: "file", value: { media: { source: { case: "data", value }, mediaType: "text/csv" }, filename } },
    };
  }),
  word.map((id): Part => ({ kind: { case: "file", value: { media: { source: { case: "fileId", value: id } } } } })),
  text.map((value): Part => {
    const json = JSON.stringify({ type: "x_table", value });
    return { kind: { case: "opaque", value: { dialect: "openai-chat", type: "x_table", json } } };
  }),
);

const toolCall = fc.tuple(text, text, text, fc.boolean(), extensions).map(([id, name, input, custom, more]): Part => {
  const kind = custom ? ToolKind.CUSTOM : ToolKind.FUNCTION;
  return { kind: { case: "toolCall", value: { id, name, arguments: input, kind } }, extensions: more };
});

const parts = fc.array(fc.oneof(textPart, mediaPart), { minLength: 1, maxLength: 3 });

const spoken = fc
  .tuple(
    fc.array(fc.oneof(textPart, mediaPart), { maxLength: 2 }),
    maybe(text),
    maybe(word),
    fc.array(toolCall, { maxLength: 3 }),
  )
  .map(([content, refusal, audio, calls]): Message => {
    const rest: Part[] = [];
    if (refusal !== undefined) rest.push({ kind: { case: "refusal", value: { text: refusal } } });
    if (audio !== undefined) rest.push({ kind: { case: "audio", value: { id: audio } } });
    return { role: Role.ASSISTANT, parts: [...content, ...rest, ...calls] };
  });

const toolResult = fc
  .tuple(text, text, fc.array(textPart, { minLength: 1, maxLength: 2 }), extensions)
  .map(([toolCallId, name, said, more]): Message => {
    const kind = { case: "toolResult" as const, value: { toolCallId, name, parts: said } };
    return { role: Role.TOOL, parts: [{ kind, extensions: more }] };
  });

const message = fc.oneof(
  fc
    .tuple(fc.constantFrom(Role.SYSTEM, Role.DEVELOPER, Role.USER), parts, text, extensions)
    .map(([role, said, name, more]): Message => ({ role, parts: said, name, extensions: more })),
  spoken,
  toolResult,
);

const tool = fc.oneof(
  fc
    .tuple(text, text, fc.oneof(fc.constant(""), schemaText), maybe(fc.boolean()), extensions)
    .map(([name, description, parameters, strict, more]): MessageInitShape<typeof ToolSchema> => {
      return { kind: { case: "function", value: { name, description, parameters, strict } }, extensions: more };
    }),
  fc
    .tuple(text, text, fc.oneof(fc.constant(""), schemaText))
    .map(([name, description, format]): MessageInitShape<typeof ToolSchema> => {
      return { kind: { case: "custom", value: { name: `custom ${name}`, description, format } } };
    }),
);

const toolChoice = fc.oneof(
  fc
    .constantFrom(ToolChoiceMode.AUTO, ToolChoiceMode.NONE, ToolChoiceMode.REQUIRED)
    .map((mode): MessageInitShape<typeof ToolChoiceSchema> => ({ mode })),
  fc
    .tuple(text, fc.constantFrom(ToolKind.FUNCTION, ToolKind.CUSTOM), extensions)
    .map(([name, kind, more]): MessageInitShape<typeof ToolChoiceSchema> => {
      return { mode: ToolChoiceMode.TOOL, name, kind, extensions: more };
    }),
  fc
    .tuple(
      fc.constantFrom(ToolChoiceMode.AUTO, ToolChoiceMode.REQUIRED),
      fc.array(text, { minLength: 1, maxLength: 3 }),
    )
    .map(([mode, allowed]): MessageInitShape<typeof ToolChoiceSchema> => ({ mode, allowed })),
);

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

export function chatRequests({ model }: RequestTarget): fc.Arbitrary<ChatRequest> {
  const thinks = model.startsWith("deepseek");
  return fc
    .record({
      messages: fc.array(message, { minLength: 1, maxLength: 4 }),
      tools: fc.array(tool, { maxLength: 2 }),
      toolChoice: maybe(toolChoice),
      parallelToolCalls: maybe(fc.boolean()),
      responseFormat: maybe(
        fc.tuple(word, text, schemaText, maybe(fc.boolean())).map(([name, description, schema, strict]) => {
          return { kind: { case: "jsonSchema" as const, value: { name, description, schema, strict } } };
        }),
      ),
      temperature: maybe(number),
      maxOutputTokens: maybe(count),
      stop: fc.array(text, { maxLength: 2 }),
      n: maybe(count),
      seed: maybe(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      logitBias: fc.dictionary(text, number, { maxKeys: 2 }),
      logprobs: maybe(fc.boolean()),
      topLogprobs: maybe(count),
      reasoning: maybe(word.map((effort) => ({ effort }))),
      serviceTier: text,
      endUserId: text,
      metadata: fc.dictionary(text, text, { maxKeys: 2 }),
      modalities: fc.array(text, { maxLength: 2 }),
      audio: maybe(fc.record({ voice: text, format: text })),
      verbosity: text,
      prediction: fc.array(textPart, { maxLength: 2 }),
      promptCacheKey: text,
      store: maybe(fc.boolean()),
      extensions,
    })
    .map((init) => create(ChatRequestSchema, { ...init, model }))
    .map((chat) => (thinks ? withThoughts(chat) : chat));
}

function withThoughts(chat: ChatRequest): ChatRequest {
  for (const { role, parts: said } of chat.messages) {
    const thought = create(PartSchema, { kind: { case: "reasoning", value: { text: "hm" } } });
    if (role === Role.ASSISTANT) said.unshift(thought);
  }
  return chat;
}

const logprob = fc
  .tuple(text, fc.double({ noNaN: true, noDefaultInfinity: true, max: -1e-9 }), maybe(bytes))
  .map(([token, value, written]) => create(TokenLogprobSchema, { token, logprob: value, bytes: written }));
const logprobs = fc.array(
  fc
    .tuple(logprob, fc.array(logprob, { maxLength: 2 }))
    .map(([entry, top]) => create(TokenLogprobSchema, { ...entry, top })),
  { maxLength: 2 },
);

const citation = fc.tuple(word, text, count, count).map(([url, title, startIndex, endIndex]) => {
  return { type: "url_citation", url, title, startIndex, endIndex };
});

/** Encrypted thoughts that also have a text need an id, by which a stream's reader knows that they belong together. */
const thought = fc
  .record({
    text: fc.oneof(fc.constant(""), word),
    signature: fc.oneof(fc.constant(""), word),
    redacted: fc.oneof(fc.constant(""), fc.constant(""), word),
    summary: fc.boolean(),
    id: fc.oneof(fc.constant(""), word),
    format: fc.constantFrom("", "", '"google-gemini-v1"'),
    isPlain: fc.boolean(),
  })
  .filter(
    ({ text: said, redacted, id, signature }) =>
      said + redacted !== "" && (redacted === "" || id !== "" || said + signature === ""),
  )
  .map(({ format, isPlain, ...value }): Part => {
    if (isPlain && value.text !== "") return { kind: { case: "reasoning", value: { text: value.text } } };
    const more: Record<string, string> = format === "" ? {} : { "openai-chat/format": format };
    return { kind: { case: "reasoning", value }, extensions: more };
  });

const answerParts = fc
  .record({
    thoughts: fc.array(thought, { maxLength: 2 }),
    said: maybe(fc.tuple(word, fc.array(citation, { maxLength: 2 }), logprobs)),
    refusal: maybe(fc.tuple(word, logprobs)),
    audio: maybe(fc.tuple(text, bytes, text, fc.nat())),
    images: fc.array(bytes, { maxLength: 2 }),
    calls: fc.uniqueArray(fc.tuple(word, text, text, fc.boolean(), extensions, signature), {
      maxLength: 3,
      selector: ([id]) => id,
    }),
  })
  .map(({ thoughts, said, refusal, audio, images, calls }): Part[] => {
    const list: Part[] = [...thoughts];
    if (said !== undefined) {
      list.push({ kind: { case: "text", value: { text: said[0], citations: said[1] } }, logprobs: said[2] });
    }
    if (refusal !== undefined)
      list.push({ kind: { case: "refusal", value: { text: refusal[0] } }, logprobs: refusal[1] });
    if (audio !== undefined) {
      const [id, value, transcript, expiresAt] = audio;
      const media = { source: { case: "data" as const, value } };
      list.push({ kind: { case: "audio", value: { id, media, transcript, expiresAt: BigInt(expiresAt) } } });
    }
    for (const value of images) {
      list.push({
        kind: { case: "image", value: { media: { source: { case: "data", value }, mediaType: "image/png" } } },
      });
    }
    for (const [id, name, input, custom, more, signed] of calls) {
      const kind = custom ? ToolKind.CUSTOM : ToolKind.FUNCTION;
      const value = { id, name, arguments: input, kind, signature: signed };
      list.push({ kind: { case: "toolCall", value }, extensions: more });
    }
    return list;
  });

const finishes = [
  [FinishReason.STOP, "stop"],
  [FinishReason.LENGTH, "length"],
  [FinishReason.TOOL_CALLS, "tool_calls"],
  [FinishReason.CONTENT_FILTER, "content_filter"],
] as const;

const choice = fc
  .tuple(answerParts, fc.constantFrom(...finishes), extensions)
  .map(([said, [finishReason, nativeFinishReason], more]): MessageInitShape<typeof ChoiceSchema> => {
    return { message: { role: Role.ASSISTANT, parts: said }, finishReason, nativeFinishReason, extensions: more };
  });

const usage = fc.tuple(count, count, fc.nat(99), fc.nat(99), fc.nat(9), extensions).map(
  ([input, output, cached, reasoning, written, more]): MessageInitShape<typeof UsageSchema> => ({
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: cached % (input + 1),
    cacheWrite5mTokens: written,
    reasoningTokens: reasoning % (output + 1),
    source: UsageSource.REPORTED,
    extensions: more,
  }),
);

/** What is paid for depends on how it was served. */
function withTier(chat: ChatResponse): ChatResponse {
  if (chat.usage !== undefined) chat.usage.serviceTier = chat.serviceTier === "default" ? "" : chat.serviceTier;
  return chat;
}

export const chatResponses: fc.Arbitrary<ChatResponse> = fc
  .record({
    id: word,
    model: text,
    created: fc.nat().map(BigInt),
    serviceTier: fc.constantFrom("", "default", "flex"),
    choices: fc
      .array(choice, { minLength: 1, maxLength: 3 })
      .map((list) => list.map((one, index) => ({ ...one, index }))),
    usage,
    extensions,
  })
  .map((init) => create(ChatResponseSchema, init))
  .map((chat) => withTier(chat));
