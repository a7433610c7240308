import fc from "fast-check";
import type { RequestTarget } from "../../../src/core/dialect.ts";
import { hasBackslashKey, type JsonObject, objectOf, anyText as text, word } from "../../contract/json.ts";
import { writtenObject } from "../../lib/json-arbitraries.ts";
import { annotation } from "./wire-answers.ts";

/**
 * Requests in the normal form of openai-responses. Of several ways to say the same, these are normal:
 *
 * - `input` is an array, and its items have a type; a content of one plain text is a string, but not in a message with
 *   an id of the assistant's, whose texts have `annotations` and `logprobs`;
 * - the assistant's messages and its functions' calls have a status where they have an id; otherwise an item that is
 *   completed has none;
 * - a tool says whether it is strict, unless it has no parameters, which are then null;
 * - a tool's result has a name only where it has no `call_id`;
 * - `generate_summary` is `summary`; optional texts that are "", lists and objects that are empty, and nulls are absent;
 * - `stream` is there; what has to be included for the log probabilities is the last of `include`, and where nothing
 *   is stored, models that think tell their thoughts encrypted.
 *
 * What is read for the sake of other dialects, and reported here, is in no normal form: `prompt_cache_breakpoint` for
 * all models before gpt-5.6.
 */
export function wireRequests({ model, stream }: RequestTarget): fc.Arbitrary<JsonObject> {
  const hasBreakpoints = model.startsWith("gpt-5.6");
  const thinks = model === "our-deployment" ? undefined : /^(?:o\d|gpt-5)/.test(model);
  return tools.chain((offered) =>
    objectOf(
      {
        model: fc.constant(model),
        input: fc.array(item(hasBreakpoints), { minLength: 1, maxLength: 4 }),
        stream: fc.constant(stream),
        ...(stream && { stream_options: fc.constant({ include_obfuscation: false }) }),
        ...(offered.length > 0 && { tools: fc.constant(offered) }),
        instructions: text,
        tool_choice: toolChoice(offered),
        parallel_tool_calls: fc.boolean(),
        text: textConfig,
        reasoning: objectOf({ effort: word, summary: fc.constantFrom("auto", "detailed") }),
        temperature: number,
        top_p: number,
        max_output_tokens: count,
        top_logprobs: count,
        service_tier: word,
        user: word,
        metadata: map(text),
        prompt_cache_key: word,
        store: fc.boolean(),
        include: fc.uniqueArray(
          fc.constantFrom("file_search_call.results", "reasoning.encrypted_content", "web_search_call.action.sources"),
          { minLength: 1, maxLength: 2 },
        ),
        previous_response_id: word,
        background: fc.boolean(),
        truncation: fc.constantFrom("auto", "disabled"),
        safety_identifier: word,
        max_tool_calls: count,
        prompt: fc.constant({ id: "pmpt_1", version: "2", variables: { a: "b" } }),
        conversation: fc.oneof(word, fc.record({ id: word })),
      },
      [
        "instructions",
        "tool_choice",
        "parallel_tool_calls",
        "text",
        "reasoning",
        "temperature",
        "top_p",
        "max_output_tokens",
        "top_logprobs",
        "service_tier",
        "user",
        "metadata",
        "prompt_cache_key",
        "store",
        "include",
        "previous_response_id",
        "background",
        "truncation",
        "safety_identifier",
        "max_tool_calls",
        "prompt",
        "conversation",
      ],
    )
      .chain((request) => fc.tuple(fc.constant(request), fc.boolean()))
      .map(([request, hasLogprobs]) => withIncluded(request, thinks, hasLogprobs)),
  );
}

/** `thinks`: undefined of a model whose name does not tell: then the request does. */
function withIncluded(request: JsonObject, thinks: boolean | undefined, hasLogprobs: boolean): JsonObject {
  const { include: listed, ...rest } = request;
  const own: unknown[] = Array.isArray(listed) ? listed : [];
  const thoughts = "reasoning.encrypted_content";
  const isTold =
    own.includes(thoughts) || "reasoning" in request || JSON.stringify(request.input).includes('"type":"reasoning"');
  const isStored = request.store !== false;
  const include = [
    ...own.filter((entry) => isStored || entry !== thoughts),
    ...(!isStored && (thinks ?? isTold) ? [thoughts] : []),
    ...(hasLogprobs ? ["message.output_text.logprobs"] : []),
  ];
  return include.length === 0 ? rest : { ...rest, include };
}

const count = fc.oneof(fc.nat(100), fc.constantFrom(0, 1, 0xffffffff));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const map = (value: fc.Arbitrary<unknown>): fc.Arbitrary<JsonObject> =>
  fc
    .array(fc.tuple(fc.oneof(text, fc.constantFrom("50256", "__proto__")), value), { minLength: 1, maxLength: 3 })
    .map((entries) => Object.fromEntries(entries));

const base64 = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("base64"));
const address = fc.constantFrom("https://example.com/a?b=c#d", "http://x/\u00e9", "gs://b/o");
const dataUrl = fc.tuple(fc.constantFrom("image/png", "application/pdf"), base64).map((parts) => {
  return `data:${parts[0]};base64,${parts[1]}`;
});

const mode = fc.constantFrom<JsonObject>({ mode: "explicit" }, { mode: "explicit", ttl: "30m" });

function contentPart(hasBreakpoints: boolean, isOutput: boolean): fc.Arbitrary<JsonObject> {
  const marked: Record<string, fc.Arbitrary<unknown>> = hasBreakpoints ? { prompt_cache_breakpoint: mode } : {};
  const rest = Object.keys(marked);
  const audio = objectOf({
    type: fc.constant("input_audio"),
    input_audio: objectOf({ data: base64, format: fc.constantFrom("wav", "mp3", "flac", "pcm16") }),
  });
  const media = fc.oneof(
    objectOf({ type: fc.constant("input_image"), image_url: fc.oneof(address, dataUrl), detail: word, ...marked }, [
      "detail",
      ...rest,
    ]),
    objectOf({ type: fc.constant("input_image"), file_id: word, ...marked }, rest),
    objectOf({ type: fc.constant("input_file"), file_data: fc.oneof(dataUrl, base64), filename: word }, ["filename"]),
    objectOf({ type: fc.constant("input_file"), file_url: address, ...marked }, rest),
    objectOf({ type: fc.constant("input_file"), file_id: word }),
  );
  return fc
    .oneof(
      objectOf({ type: fc.constant("input_text"), text, ...marked }, rest),
      media,
      ...(isOutput ? [] : [audio]),
      fc.record({ type: fc.constantFrom("x_table", "computer_screenshot"), value: text }),
    )
    .filter((part) => hasBreakpoints || !("prompt_cache_breakpoint" in part))
    .filter((part) => !("file_id" in part && "file_url" in part));
}

const isPlainText = (part: JsonObject): boolean => part.type === "input_text" && Object.keys(part).length === 2;

/** A text, or an array of parts that is no plain text. */
function contentOf(part: fc.Arbitrary<JsonObject>): fc.Arbitrary<unknown> {
  return fc.oneof(
    text,
    fc.array(part, { minLength: 1, maxLength: 3 }).filter((list) => list.length > 1 || !list.some(isPlainText)),
  );
}

const status = fc.constantFrom("incomplete", "in_progress");

function item(hasBreakpoints: boolean): fc.Arbitrary<JsonObject> {
  const type = (name: string): fc.Arbitrary<string> => fc.constant(name);
  const output = contentOf(contentPart(hasBreakpoints, true));
  const reference: fc.Arbitrary<JsonObject> = fc.record(
    { id: word, type: type("item_reference") },
    { requiredKeys: ["id"] },
  );
  return fc
    .oneof(
      objectOf(
        {
          type: type("message"),
          role: fc.constantFrom("system", "developer", "user"),
          content: contentOf(contentPart(hasBreakpoints, false)),
          id: word,
          status,
        },
        ["id", "status"],
      ),
      objectOf({ type: type("message"), role: type("assistant"), content: text, phase: word }, ["phase"]),
      objectOf(
        {
          type: type("message"),
          id: word,
          status: fc.oneof(status, type("completed")),
          role: type("assistant"),
          content: fc.array(spoken, { minLength: 1, maxLength: 2 }),
          phase: word,
        },
        ["phase"],
      ),
      objectOf(
        {
          type: type("reasoning"),
          id: word,
          summary: fc.array(fc.record({ type: type("summary_text"), text }), { maxLength: 2 }),
          content: fc.array(fc.record({ type: type("reasoning_text"), text: word }), { minLength: 1, maxLength: 2 }),
          encrypted_content: fc.oneof(word, type("gAAAAAB")),
          status,
        },
        ["id", "content", "encrypted_content", "status"],
      ),
      call("function_call", "arguments"),
      call("custom_tool_call", "input"),
      objectOf({ type: type("function_call_output"), call_id: word, output, id: word, status }, ["id", "status"]),
      objectOf({ type: type("function_call_output"), name: word, output }),
      objectOf({ type: type("custom_tool_call_output"), call_id: word, output }),
      objectOf({
        type: fc.constantFrom(
          "web_search_call",
          "computer_call_output",
          "mcp_approval_response",
          "additional_tools",
          "compaction",
        ),
      }),
      reference,
    )
    .filter(
      (one) => !("name" in one && "call_id" in one && /^(?:function|custom_tool)_call_output$/.test(String(one.type))),
    )
    .filter((one) => one.type !== "message" || !("name" in one));
}

/** A function's call with an id has a status; others are completed. */
function call(type: string, key: string): fc.Arbitrary<JsonObject> {
  const named = { type: fc.constant(type), call_id: word, name: text, [key]: text };
  const isFunction = type === "function_call";
  return fc.oneof(
    isFunction
      ? objectOf({ ...named, id: word, status: fc.oneof(status, fc.constant("completed")) })
      : objectOf({ ...named, id: word }).filter((one) => !("status" in one)),
    objectOf(named).filter((one) => !("id" in one || "status" in one)),
  );
}

const spoken = fc.oneof(
  objectOf({
    type: fc.constant("output_text"),
    text,
    annotations: fc.array(annotation, { maxLength: 2 }),
    logprobs: fc.constantFrom([], [{ token: "a", logprob: -0.5, bytes: [97], top_logprobs: [] }]),
  }).filter((one) => !("prompt_cache_breakpoint" in one)),
  objectOf({ type: fc.constant("refusal"), refusal: text }).filter((one) => !("prompt_cache_breakpoint" in one)),
);

const schema = writtenObject
  .map(({ text: written }): unknown => JSON.parse(written))
  .filter((value) => !hasBackslashKey(value));

const tools = fc.array(
  fc.oneof(
    objectOf(
      { type: fc.constant("function"), name: text, description: word, parameters: schema, strict: fc.boolean() },
      ["description"],
    ),
    objectOf({ type: fc.constant("function"), name: text, parameters: fc.constant(null) }).filter(
      (tool) => !("strict" in tool || "description" in tool),
    ),
    objectOf({ type: fc.constant("custom"), name: text, description: word, format: schema }, [
      "description",
      "format",
    ]).filter((tool) => !isNested(tool.format)),
    objectOf({ type: fc.constantFrom("web_search", "code_interpreter", "mcp", "namespace") }),
  ),
  { maxLength: 3 },
);

/** A grammar as Chat Completions writes it. */
const isNested = (format: unknown): boolean => typeof format === "object" && format !== null && "grammar" in format;

function toolChoice(offered: readonly JsonObject[]): fc.Arbitrary<unknown> {
  const customs = new Set(offered.flatMap(({ type, name }) => (type === "custom" ? [name] : [])));
  const named = (name: unknown): JsonObject => ({ type: customs.has(name) ? "custom" : "function", name });
  const names = fc.oneof(text, ...[...customs].map((name) => fc.constant(name)));
  const kinds = fc.record({ type: fc.constantFrom("image_generation", "mcp") });
  return fc.oneof(
    fc.constantFrom("auto", "none", "required"),
    objectOf({ type: fc.constant("function"), name: text }),
    objectOf({ type: fc.constant("custom"), name: text }),
    objectOf({ type: fc.constantFrom("web_search_preview", "apply_patch") }),
    objectOf({ type: fc.constant("mcp"), server_label: word, name: word }),
    objectOf({
      type: fc.constant("allowed_tools"),
      mode: fc.constantFrom("auto", "required"),
      tools: fc.array(fc.oneof(names.map(named), kinds, fc.record({ type: fc.constant("custom"), name: text })), {
        maxLength: 3,
      }),
    }),
  );
}

const textConfig = objectOf(
  {
    format: fc.oneof(
      objectOf({ type: fc.constant("text") }),
      objectOf({ type: fc.constant("json_object") }),
      objectOf({ type: fc.constant("json_schema"), name: word, description: word, schema, strict: fc.boolean() }, [
        "description",
        "strict",
      ]),
      fc.record({ type: fc.constantFrom("grammar", "python"), grammar: text }),
    ),
    verbosity: word,
  },
  ["format", "verbosity"],
).filter((config) => Object.keys(config).length > 0);
