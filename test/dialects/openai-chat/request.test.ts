import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  AudioConfigSchema,
  ChatRequestSchema,
  ToolChoiceMode,
  ToolChoiceSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { hello, refusal, said, scan } from "./requests.ts";

const { request } = openaiChat;

describe("what is carried byte for byte", () => {
  test("a seed of 64 bits", () => {
    const chat = request.read(
      scan('{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":-9223372036854775808}'),
    );
    expect(chat.seed).toBe(-(2n ** 63n));
    expect(request.write(chat, { model: "m", stream: false }).body).toContain('"seed":-9223372036854775808');
  });

  test("a seed that is spelled as a fraction", () => {
    expect(request.read(scan('{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":7.0}')).seed).toBe(7n);
  });

  test("a schema's order of keys, spelling of numbers, and escapes", () => {
    const schema = '{ "b": 1.0, "a": 9007199254740993,\n "\\u00e9": "\\/", "1e2": 1E2 }';
    const body = `{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":${schema}}}}`;
    const chat = request.read(scan(body));
    const written = request.write(chat, { model: "m", stream: false }).body;
    expect(written.split(schema)).toHaveLength(3);
  });

  test("a tool call's arguments, broken JSON among them", () => {
    for (const input of ['{"a": 1.0, ', "not json", "", '{"\\u0061":1}', "\u2028"]) {
      const call = { id: "1", type: "function", function: { name: "f", arguments: input } };
      const chat = request.read(scan(said({ role: "assistant", tool_calls: [call] })));
      const { messages } = JSON.parse(request.write(chat, { model: "m", stream: false }).body);
      expect(messages[0].tool_calls[0].function.arguments).toBe(input);
    }
  });

  test("top-level fields that the contract has no name for", () => {
    const field = '{"z": 1.0, "a": 12345678901234567890}';
    const chat = request.read(
      scan(`{"model":"m","messages":[{"role":"user","content":"hi"}],"web_search_options":${field}}`),
    );
    expect(request.write(chat, { model: "m", stream: false }).body).toContain(`"web_search_options":${field}`);
  });

  test("members called __proto__, without touching any prototype", () => {
    const proto = '"__proto__":{"polluted":true}';
    const body = `{"model":"m",${proto},"messages":[{"role":"user",${proto},"content":[{"type":"text","text":"hi",${proto}}]}],"metadata":{"__proto__":"x"},"logit_bias":{"__proto__":1},"audio":{${proto}},"tools":[{"type":"function",${proto},"function":{"name":"f",${proto}}}]}`;
    const written = request.write(request.read(scan(body)), { model: "m", stream: false });
    expect(written.dropped).toEqual([]);
    expect(written.body.match(/"__proto__":\{"polluted":true\}/g)).toHaveLength(6);
    expect(written.body).toContain('"metadata":{"__proto__":"x"}');
    expect(written.body).toContain('"logit_bias":{"__proto__":1}');
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("what a client says in extensions", () => {
  const chat = (extensions: Record<string, string>) =>
    create(ChatRequestSchema, {
      model: "m",
      messages: [{ role: Role.USER, parts: [{ kind: { case: "text", value: { text: "hi" } } }] }],
      extensions,
    });

  test("does not replace the model, the messages or the stream that the gateway decided on", () => {
    const extensions = {
      "openai-chat/model": '"another"',
      "openai-chat/messages": "[]",
      "openai-chat/stream": "false",
      "openai-chat/stream_options": '{"include_usage":false}',
      "openai-chat/stream_options.include_usage": "false",
    };
    const { body, dropped } = request.write(chat(extensions), { model: "m", stream: true });
    expect(JSON.parse(body)).toEqual({
      model: "m",
      messages: [hello],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(dropped).toEqual(Object.keys(extensions).map((key) => `extensions[${key}]`));
  });

  test("is refused when it is no JSON", () => {
    const error = refusal(() => request.write(chat({ "openai-chat/x": "{" }), { model: "m", stream: false }));
    expect(error).toMatchObject({ code: "invalid_request", param: "extensions[openai-chat/x]" });
  });

  test("leads into an object by a dotted name, and is a name of its own where there is none", () => {
    const asked = create(ChatRequestSchema, {
      ...chat({ "openai-chat/audio.speed": "2", "openai-chat/a.b": "1" }),
      audio: create(AudioConfigSchema, { voice: "v" }),
    });
    expect(JSON.parse(request.write(asked, { model: "m", stream: false }).body)).toMatchObject({
      audio: { voice: "v", speed: 2 },
      "a.b": 1,
    });
  });

  test("of the stream's options says nothing without a stream", () => {
    const extensions = { "openai-chat/stream_options.include_obfuscation": "false" };
    const written = request.write(chat(extensions), { model: "m", stream: false });
    expect(JSON.parse(written.body)).toEqual({ model: "m", messages: [hello], stream: false });
    expect(written.dropped).toEqual([]);
  });
});

describe("what depends on the model", () => {
  const limited = create(ChatRequestSchema, {
    messages: [{ role: Role.USER, parts: [{ kind: { case: "text", value: { text: "hi" } } }] }],
    maxOutputTokens: 9,
  });

  test.each([
    ["gpt-4o", "max_tokens"],
    ["gpt-35-turbo", "max_tokens"],
    ["gpt-oss-120b", "max_tokens"],
    ["llama-3.3-70b", "max_tokens"],
    ["o3", "max_completion_tokens"],
    ["openai/o4-mini", "max_completion_tokens"],
    ["gpt-5", "max_completion_tokens"],
    ["openai/gpt-5.2-pro", "max_completion_tokens"],
    ["gpt-6", "max_completion_tokens"],
  ])("%s is told %s", (model, name) => {
    expect(JSON.parse(request.write(limited, { model, stream: false }).body)).toHaveProperty(name, 9);
  });

  const marked = create(ChatRequestSchema, {
    messages: [
      { role: Role.USER, parts: [{ kind: { case: "text", value: { text: "hi" } }, cacheBreakpoint: { ttl: "1h" } }] },
    ],
  });

  test("a cache breakpoint reaches models that know it", () => {
    const { body, dropped } = request.write(marked, { model: "gpt-5.6-sol", stream: false });
    expect(JSON.parse(body).messages[0].content).toEqual([
      { type: "text", text: "hi", prompt_cache_breakpoint: { mode: "explicit" } },
    ]);
    expect(dropped).toEqual(["messages[0].parts[0].cache_breakpoint.ttl"]);
  });

  test("a cache breakpoint is reported for others", () => {
    const { body, dropped } = request.write(marked, { model: "gpt-5.5", stream: false });
    expect(JSON.parse(body).messages[0].content).toBe("hi");
    expect(dropped).toEqual(["messages[0].parts[0].cache_breakpoint"]);
  });

  const thinking = create(ChatRequestSchema, {
    messages: [
      {
        role: Role.ASSISTANT,
        parts: [
          { kind: { case: "reasoning", value: { text: "Let me look.", signature: "s" } } },
          { kind: { case: "toolCall", value: { id: "1", name: "f", arguments: "{}" } } },
        ],
      },
    ],
  });

  test("DeepSeek gets back the thoughts behind a tool call", () => {
    const { body, dropped } = request.write(thinking, { model: "deepseek-v4-pro", stream: false });
    expect(JSON.parse(body).messages[0]).toMatchObject({ content: null, reasoning_content: "Let me look." });
    expect(dropped).toEqual(["messages[0].parts[0].reasoning.signature"]);
  });

  test("DeepSeek is told of a tool call without thoughts that there were none", () => {
    const { messages } = thinking;
    const chat = create(ChatRequestSchema, { messages: messages.map((m) => ({ ...m, parts: m.parts.slice(1) })) });
    const { body } = request.write(chat, { model: "deepseek/deepseek-v3.2", stream: false });
    expect(JSON.parse(body).messages[0].reasoning_content).toBe("");
  });

  test.each(["gpt-4o", "deepseek-r1-distill-llama-70b"])("%s gets no thoughts, and they are reported", (model) => {
    const { body, dropped } = request.write(thinking, { model, stream: false });
    expect(body).not.toContain("Let me look.");
    expect(dropped).toEqual(["messages[0].parts[0].reasoning"]);
  });
});

describe("a message of the contract that is several on the wire", () => {
  const result = (id: string, text: string) => ({
    kind: {
      case: "toolResult" as const,
      value: { toolCallId: id, parts: [{ kind: { case: "text" as const, value: { text } } }] },
    },
  });

  test("a user's tool results come first, and then what the user says", () => {
    const chat = create(ChatRequestSchema, {
      messages: [
        {
          role: Role.USER,
          name: "ann",
          parts: [result("1", "a"), { kind: { case: "text", value: { text: "go on" } } }, result("2", "b")],
          extensions: { "other/x": "1", "openai-chat/y": "2" },
        },
      ],
    });
    const written = request.write(chat, { model: "m", stream: false });
    expect(JSON.parse(written.body).messages).toEqual([
      { role: "tool", tool_call_id: "1", content: "a" },
      { role: "tool", tool_call_id: "2", content: "b" },
      { role: "user", content: "go on", name: "ann", y: 2 },
    ]);
    expect(written.dropped).toEqual(["messages[0].extensions[other/x]"]);
  });

  test("a role that does not fit is refused", () => {
    const chat = create(ChatRequestSchema, {
      messages: [{ role: Role.TOOL, parts: [{ kind: { case: "text", value: { text: "a" } } }] }],
    });
    const error = refusal(() => request.write(chat, { model: "m", stream: false }));
    expect(error).toMatchObject({ code: "invalid_request", param: "messages[0].role" });
  });

  test("an image that a tool gave back is reported", () => {
    const value = { media: { source: { case: "url" as const, value: "https://x" } } };
    const parts = [{ kind: { case: "image" as const, value } }];
    const chat = create(ChatRequestSchema, {
      messages: [{ role: Role.TOOL, parts: [{ kind: { case: "toolResult", value: { toolCallId: "1", parts } } }] }],
    });
    const written = request.write(chat, { model: "m", stream: false });
    expect(written.dropped).toEqual(["messages[0].parts[0].tool_result.parts[0]"]);
    expect(JSON.parse(written.body).messages).toEqual([{ role: "tool", tool_call_id: "1", content: "" }]);
  });
});

test("an allowed tool is named by the kind it has", () => {
  const chat = create(ChatRequestSchema, {
    messages: [{ role: Role.USER }],
    tools: [{ kind: { case: "custom", value: { name: "sql" } } }, { kind: { case: "function", value: { name: "f" } } }],
    toolChoice: { mode: ToolChoiceMode.REQUIRED, allowed: ["sql", "f"] },
  });
  expect(JSON.parse(request.write(chat, { model: "m", stream: false }).body).tool_choice).toEqual({
    type: "allowed_tools",
    allowed_tools: {
      mode: "required",
      tools: [
        { type: "custom", custom: { name: "sql" } },
        { type: "function", function: { name: "f" } },
      ],
    },
  });
  chat.toolChoice = create(ToolChoiceSchema, { mode: ToolChoiceMode.TOOL, name: "sql" });
  expect(JSON.parse(request.write(chat, { model: "m", stream: false }).body).tool_choice).toEqual({
    type: "custom",
    custom: { name: "sql" },
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("%s, which JSON has no word for, is refused", (temperature) => {
  const chat = create(ChatRequestSchema, { messages: [{ role: Role.USER }], temperature });
  const error = refusal(() => request.write(chat, { model: "m", stream: false }));
  expect(error.message).toBe(`'temperature': expected a number, found ${temperature}.`);
});

test("extensions of a choice that is a word are reported", () => {
  const chat = create(ChatRequestSchema, {
    messages: [{ role: Role.USER }],
    toolChoice: { mode: ToolChoiceMode.AUTO, extensions: { "openai-chat/x": "1" } },
  });
  expect(request.write(chat, { model: "m", stream: false }).dropped).toEqual(["tool_choice.extensions"]);
});

test("a message refers to one sound of an earlier answer, and others are reported", () => {
  const sound = (id: string) => ({ kind: { case: "audio" as const, value: { id } } });
  const chat = create(ChatRequestSchema, { messages: [{ role: Role.ASSISTANT, parts: [sound("a"), sound("b")] }] });
  const { body, dropped } = request.write(chat, { model: "m", stream: false });
  expect(JSON.parse(body).messages[0].audio).toEqual({ id: "a" });
  expect(dropped).toEqual(["messages[0].parts[1].audio"]);
});

describe("a request that is relayed", () => {
  const relay = (body: string, stream: boolean): string =>
    Buffer.from(request.relay(scan(body), { model: "new", stream })).toString("utf8");

  test("keeps the client's own bytes", () => {
    const body = '{ "messages" : [ ], "x":1.0,\n"model"\t: "old" }';
    expect(relay(body, false)).toBe('{ "messages" : [ ], "x":1.0,\n"model"\t: "new" }');
  });

  test("asks for usage in a stream, and keeps the other options", () => {
    const body = '{"model":"old","stream":true,"stream_options":{"include_obfuscation":false,"x":1}}';
    expect(JSON.parse(relay(body, true)).stream_options).toEqual({
      include_obfuscation: false,
      x: 1,
      include_usage: true,
    });
    expect(JSON.parse(relay('{"model":"old","stream":true}', true)).stream_options).toEqual({ include_usage: true });
    expect(JSON.parse(relay('{"model":"old","stream":true,"stream_options":null}', true)).stream_options).toEqual({
      include_usage: true,
    });
  });

  test("stays as it is when it asks for usage itself", () => {
    const body = '{"model":"old","stream":true,"stream_options":{ "include_usage" : true }}';
    expect(relay(body, true)).toBe(body.replace("old", "new"));
  });
});
