import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  type ChatRequest,
  ChatRequestSchema,
  type ChatResponse,
  ChatResponseSchema,
  FinishReason,
  ToolChoiceMode,
  type ToolChoiceSchema,
  type ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type MessageSchema, type PartSchema, Role, ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type UsageSchema, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { RequestTarget } from "../../../src/core/dialect.ts";
import { text, word } from "../../contract/json.ts";
import { writtenObject, writtenValue } from "../../lib/json-arbitraries.ts";

/** Chats that openai-responses can say whole, in the form in which it reads them back. */

type Part = MessageInitShape<typeof PartSchema>;
type Message = MessageInitShape<typeof MessageSchema>;

const schemaText = writtenObject.map(({ text: written }) => written.trim());
const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
const count = fc.nat(1000);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const extensions = fc.dictionary(
  fc.constantFrom("openai-responses/x_vendor", "openai-responses/__proto__", "openai-responses/constructor"),
  writtenValue.map((value) => JSON.stringify(JSON.parse(value))).filter((value) => value !== "null"),
  { maxKeys: 2 },
);

const itemKey = "openai-responses/item";
/** What an item has beside its content. */
const members = fc.constantFrom(
  { id: "msg_1" },
  { id: "msg_2", phase: "commentary" },
  { phase: "final_answer" },
  { id: "msg_3", x_vendor: { __proto: [1] } },
);

const textPart = fc
  .tuple(text, extensions)
  .map(([value, more]): Part => ({ kind: { case: "text", value: { text: value } }, extensions: more }));

const mediaPart = fc.oneof(
  fc.tuple(bytes, fc.constantFrom("", "low")).map(([value, detail]): Part => {
    return {
      kind: { case: "image", value: { media: { source: { case: "data", value }, mediaType: "image/png" }, detail } },
    };
  }),
  word.map((value): Part => ({ kind: { case: "image", value: { media: { source: { case: "fileId", value } } } } })),
  bytes.map((value): Part => {
    return { kind: { case: "audio", value: { media: { source: { case: "data", value }, mediaType: "audio/mpeg" } } } };
  }),
  fc.tuple(bytes, text).map(([value, filename]): Part => {
    return {
      kind: { case: "file", value: { media: { source: { case: "data", value }, mediaType: "text/csv" }, filename } },
    };
  }),
  fc.constant<Part>({
    kind: { case: "file", value: { media: { source: { case: "url", value: "https://x/f" } } } },
  }),
  text.map((value): Part => {
    const json = JSON.stringify({ type: "x_table", value });
    const kind = { case: "opaque" as const, value: { dialect: "openai-responses", type: "x_table", json } };
    return { kind, extensions: { "openai-responses/@content": "true" } };
  }),
);

const opaqueItem = fc
  .constantFrom(
    { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "q" } },
    { type: "mcp_list_tools", id: "mcpl_1", server_label: "docs", tools: [] },
    { type: "compaction", id: "cmp_1", encrypted_content: "gAAAAABm" },
  )
  .map((item): Part => {
    const json = JSON.stringify(item);
    return { kind: { case: "opaque", value: { dialect: "openai-responses", type: item.type, json } } };
  });

const toolCall = fc.tuple(word, text, text, fc.boolean(), extensions).map(([id, name, input, custom, more]): Part => {
  const kind = custom ? ToolKind.CUSTOM : ToolKind.FUNCTION;
  return { kind: { case: "toolCall", value: { id, name, arguments: input, kind } }, extensions: more };
});

const citation = fc.tuple(word, text, count, count).map(([url, title, startIndex, endIndex]) => {
  return { type: "url_citation", url, title, startIndex, endIndex };
});

/** A message item of the assistant's. The first part says so where the item would otherwise join the one before. */
const speech = fc
  .tuple(
    members,
    fc.array(
      fc.oneof(
        fc.tuple(text, extensions, fc.array(citation, { maxLength: 1 })).map(([value, more, citations]): Part => {
          return { kind: { case: "text", value: { text: value, citations } }, extensions: more };
        }),
        text.map((value): Part => ({ kind: { case: "refusal", value: { text: value } } })),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([item, parts]): Part[] => {
    const [first, ...rest] = parts;
    return [{ ...first, extensions: { ...first?.extensions, [itemKey]: JSON.stringify(item) } }, ...rest];
  });

let ids = 0;
/** A reasoning item: its summary, its content, what is encrypted. */
const thoughts: fc.Arbitrary<Part[]> = fc
  .tuple(fc.array(text, { maxLength: 2 }), fc.array(word, { maxLength: 2 }), maybe(word), fc.boolean())
  .map(([summary, content, redacted, hasId]): Part[] => {
    ids += 1;
    const id = hasId ? `rs_${ids}` : "";
    const thought = (value: object): Part => ({ kind: { case: "reasoning", value: { id, ...value } } });
    const parts = [
      ...summary.map((said) => thought({ text: said, summary: true })),
      ...content.map((said) => thought({ text: said })),
      ...(redacted === undefined ? [] : [thought({ redacted: hasId ? redacted : `gAAAA${redacted}` })]),
    ];
    const [first = thought({}), ...rest] = parts;
    const isKnown = hasId || redacted !== undefined;
    return isKnown ? [first, ...rest] : [{ ...first, extensions: { "openai-responses/@item": "true" } }, ...rest];
  })
  .filter((item) => item.length > 0);

const spoken = fc
  .array(
    fc.oneof(
      speech,
      toolCall.map((one) => [one]),
      opaqueItem.map((one) => [one]),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .chain((items) =>
    // two reasoning items never stand in a row here: whether they join depends on what they hold
    fc.tuple(maybe(thoughts), fc.constant(items.flat())).map(([first, rest]): Message => {
      return { role: Role.ASSISTANT, parts: [...(first ?? []), ...rest] };
    }),
  );

const content = fc.array(fc.oneof(textPart, mediaPart), { minLength: 1, maxLength: 3 });

const asked = fc
  .tuple(fc.constantFrom(Role.SYSTEM, Role.DEVELOPER, Role.USER), content, fc.constantFrom("", "msg_9"), extensions)
  .map(([role, parts, id, more]): Message => ({ role, parts, id, extensions: more }));

/** The results of calls that the conversation does not hold are a function's, unless they say otherwise. */
const results = fc
  .array(
    fc.tuple(
      word,
      fc.array(
        textPart.map((one) => ({ ...one, extensions: {} })),
        { minLength: 1, maxLength: 2 },
      ),
      fc.boolean(),
      extensions,
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((list): Message => {
    const parts = list.map(([id, said, isCustom, more], i): Part => {
      const value = { toolCallId: `result ${i} ${id}`, name: id, parts: said };
      const type: Record<string, string> = isCustom ? { "openai-responses/@type": '"custom_tool_call_output"' } : {};
      return { kind: { case: "toolResult", value }, extensions: { ...more, ...type } };
    });
    return { role: Role.TOOL, parts };
  });

const conversation = fc.array(fc.oneof(asked, spoken, results), { minLength: 1, maxLength: 4 }).map((list) => {
  // messages of the assistant in a row are one, and so are those of tools
  const turns: Message[] = [{ role: Role.USER, parts: [{ kind: { case: "text", value: { text: "hi" } } }] }];
  for (const message of list) {
    const isSame = message.role === turns.at(-1)?.role;
    if (!isSame || (message.role !== Role.ASSISTANT && message.role !== Role.TOOL)) turns.push(message);
  }
  return turns;
});

const instructions = text.map(
  (value): Message => ({ role: Role.SYSTEM, parts: [{ kind: { case: "text", value: { text: value } } }] }),
);

const messages = fc.tuple(maybe(instructions), conversation).map(([first, list]) => (first ? [first, ...list] : list));

const tool = fc.oneof(
  fc
    .tuple(text, text, schemaText, fc.boolean(), extensions)
    .map(([name, description, parameters, strict, more]): MessageInitShape<typeof ToolSchema> => {
      return { kind: { case: "function", value: { name, description, parameters, strict } }, extensions: more };
    }),
  text.map((name): MessageInitShape<typeof ToolSchema> => ({ kind: { case: "function", value: { name } } })),
  fc
    .tuple(text, text, fc.oneof(fc.constant(""), schemaText))
    .map(([name, description, format]): MessageInitShape<typeof ToolSchema> => {
      return { kind: { case: "custom", value: { name: `custom ${name}`, description, format } } };
    }),
  fc.constant<MessageInitShape<typeof ToolSchema>>({
    kind: {
      case: "server",
      value: { dialect: "openai-responses", type: "web_search", json: '{"type": "web_search", "filters": {}}' },
    },
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
  return fc
    .record({
      messages,
      tools: fc.array(tool, { maxLength: 2 }),
      toolChoice: maybe(toolChoice),
      parallelToolCalls: maybe(fc.boolean()),
      responseFormat: maybe(
        fc.tuple(word, text, schemaText, maybe(fc.boolean())).map(([name, description, schema, strict]) => {
          return { kind: { case: "jsonSchema" as const, value: { name, description, schema, strict } } };
        }),
      ),
      temperature: maybe(number),
      topP: maybe(number),
      maxOutputTokens: maybe(count),
      logprobs: fc.constantFrom(undefined, true),
      topLogprobs: maybe(count),
      reasoning: maybe(fc.record({ effort: word, summary: fc.constantFrom("", "auto") })),
      serviceTier: text,
      endUserId: text,
      metadata: fc.dictionary(text, text, { maxKeys: 2 }),
      verbosity: text,
      promptCacheKey: text,
      store: fc.constantFrom(undefined, true),
      extensions,
    })
    .map((init) => create(ChatRequestSchema, { ...init, model }));
}

const logprob = fc
  .tuple(text, fc.double({ noNaN: true, noDefaultInfinity: true, max: -1e-9 }), maybe(bytes))
  .map(([token, value, written]) => ({ token, logprob: value, bytes: written }));
const logprobs = fc.array(
  fc.tuple(logprob, fc.array(logprob, { maxLength: 2 })).map(([entry, top]) => ({ ...entry, top })),
  { maxLength: 2 },
);

/** Items of an answer, whose ids differ. */
const answerItem = fc.oneof(
  fc
    .tuple(
      fc.uuid(),
      fc.array(fc.tuple(word, fc.array(citation, { maxLength: 2 }), logprobs, extensions), {
        minLength: 1,
        maxLength: 2,
      }),
      maybe(word),
    )
    .map(([id, said, refusal]): Part[] => {
      const parts = said.map(([value, citations, entries, more]): Part => {
        return { kind: { case: "text", value: { text: value, citations } }, logprobs: entries, extensions: more };
      });
      if (refusal !== undefined) parts.push({ kind: { case: "refusal", value: { text: refusal } } });
      const [first, ...rest] = parts;
      const item = JSON.stringify({ id: `msg_${id}`, phase: "final_answer" });
      return [{ ...first, extensions: { ...first?.extensions, [itemKey]: item } }, ...rest];
    }),
  // as other vendors' answers are: without an id
  word.map((value): Part[] => [
    { kind: { case: "reasoning", value: { text: "hm", signature: value } } },
    { kind: { case: "text", value: { text: value } } },
    { kind: { case: "reasoning", value: { redacted: value } } },
    { kind: { case: "opaque", value: { dialect: "anthropic", type: "server_tool_use", json: '{"a":1.0}' } } },
    {
      kind: {
        case: "image",
        value: { media: { source: { case: "data", value: Buffer.from(value) }, mediaType: "image/webp" } },
      },
    },
  ]),
  opaqueItem.map((one) => [one]),
  fc
    .tuple(fc.uuid(), text, text, fc.boolean(), maybe(bytes), fc.boolean())
    .map(([id, name, input, custom, signature, hasId]): Part[] => {
      const kind = custom ? ToolKind.CUSTOM : ToolKind.FUNCTION;
      const value = { id: `call_${id}`, name, arguments: input, kind, signature: signature ?? new Uint8Array() };
      const more: Record<string, string> = hasId ? { "openai-responses/id": `"fc_${id}"` } : {};
      return [{ kind: { case: "toolCall", value }, extensions: more }];
    }),
);

/** Own thoughts come first, so that whose they are is not in doubt; of the items that may stand once, one. */
const answerParts = fc
  .tuple(
    maybe(thoughts.filter((item) => item.some(({ kind }) => kind?.case === "reasoning" && kind.value.id !== ""))),
    fc.uniqueArray(answerItem, { maxLength: 4, selector: (item) => item[0]?.kind?.case }),
  )
  .map(([first, items]) => [...(first ?? []), ...items.flat()]);

const finishes = [
  [FinishReason.LENGTH, "max_output_tokens"],
  [FinishReason.CONTENT_FILTER, "content_filter"],
  [FinishReason.OTHER, "cancelled"],
  [FinishReason.OTHER, "steered"],
] as const;

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

export const chatResponses: fc.Arbitrary<ChatResponse> = fc
  .record({
    id: word,
    model: text,
    created: fc.nat().map(BigInt),
    serviceTier: fc.constantFrom("", "default", "flex"),
    parts: answerParts,
    finish: maybe(fc.constantFrom(...finishes)),
    usage,
    extensions,
  })
  .map(({ parts, finish, ...init }) => {
    const hasCalls = parts.some(({ kind }) => kind?.case === "toolCall");
    const done = hasCalls ? FinishReason.TOOL_CALLS : FinishReason.STOP;
    const [finishReason, nativeFinishReason] = finish ?? [done, "completed"];
    const choice = { index: 0, message: { role: Role.ASSISTANT, parts }, finishReason, nativeFinishReason };
    const searches = (type: string): number =>
      parts.filter(({ kind }) => kind?.case === "opaque" && kind.value.type === type).length;
    const paid = {
      ...init.usage,
      serviceTier: init.serviceTier === "default" ? "" : init.serviceTier,
      webSearches: searches("web_search_call"),
      fileSearches: searches("file_search_call"),
    };
    return create(ChatResponseSchema, { ...init, usage: paid, choices: [choice] });
  });
