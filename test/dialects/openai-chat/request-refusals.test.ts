import { describe, expect, test } from "vitest";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { asked, hello, refusal, said, scan } from "./requests.ts";

const { request } = openaiChat;

describe("what is looked at of every request", () => {
  test.each([
    ["no model", { messages: [hello] }, "missing_model", "Model is required: set 'model'", "model"],
    ["an empty model", { model: "", messages: [hello] }, "missing_model", "Model is required", "model"],
    ["null as model", { model: null, messages: [hello] }, "missing_model", "Model is required", "model"],
    [
      "a number as model",
      { model: 4, messages: [hello] },
      "invalid_request",
      "'model': expected a string, found a number.",
      "model",
    ],
    [
      "no messages",
      { model: "m" },
      "invalid_request",
      "'messages' is required: an array with at least one message.",
      "messages",
    ],
    [
      "a text as messages",
      { model: "m", messages: "hi" },
      "invalid_request",
      "'messages': expected an array of messages, found a string.",
      "messages",
    ],
    [
      "empty messages",
      { model: "m", messages: [] },
      "invalid_request",
      "'messages' has to hold at least one message.",
      "messages",
    ],
    [
      "empty messages with a space",
      '{"model":"m","messages":[ ]}',
      "invalid_request",
      "'messages' has to hold at least one message.",
      "messages",
    ],
    [
      "a text as stream",
      asked({ stream: "yes" }),
      "invalid_request",
      "'stream': expected true or false, found a string.",
      "stream",
    ],
    [
      "a list as stream_options",
      asked({ stream: true, stream_options: [] }),
      "invalid_request",
      "'stream_options': expected an object, found an array.",
      "stream_options",
    ],
    [
      "a text as include_usage",
      asked({ stream: true, stream_options: { include_usage: "1" } }),
      "invalid_request",
      "'stream_options.include_usage': expected true or false, found a string.",
      "stream_options.include_usage",
    ],
  ])("%s", (_, body, code, message, param) => {
    const error = refusal(() => request.peek(scan(body)));
    expect(error).toMatchObject({ code, param, status: 400 });
    expect(error.message).toContain(message);
  });

  test("a long body that is broken inside is refused, not taken for a fault of the gateway", () => {
    const body = `{"model":"m","pad":"${"x".repeat(20_000)}","messages":[{"role":"user","content":"\\q"}]}`;
    expect(refusal(() => request.read(scan(body)))).toMatchObject({ code: "invalid_request" });
    const model = `{"model":"\\q","pad":"${"x".repeat(20_000)}","messages":[]}`;
    expect(refusal(() => request.peek(scan(model)))).toMatchObject({ code: "invalid_request" });
  });

  test("usage is wanted in a stream that asks for it only", () => {
    const peek = (more: object): boolean => request.peek(scan(asked(more))).usageWanted;
    expect(peek({ stream: true, stream_options: { include_usage: true } })).toBe(true);
    expect(peek({ stream: true, stream_options: { include_usage: false } })).toBe(false);
    expect(peek({ stream: true, stream_options: null })).toBe(false);
    expect(peek({ stream: true })).toBe(false);
    expect(peek({ stream: false, stream_options: { include_usage: true } })).toBe(false);
  });
});

describe("a request that nobody could answer is refused with the field's place", () => {
  const tool = { type: "function", function: { name: "f" } };
  test.each([
    ["messages", asked({ messages: ["hi"] }), "messages[0]", "expected an object, found a string"],
    [
      "a message without role",
      said({ content: "hi" }),
      "messages[0].role",
      "expected 'system', 'developer', 'user', 'assistant', 'tool', 'function', found nothing",
    ],
    [
      "a role nobody has",
      said({ role: "robot", content: "hi" }),
      "messages[0].role",
      "expected one of 'system', 'developer', 'user', 'assistant', 'tool', 'function', found 'robot'",
    ],
    [
      "a very long role",
      said({ role: "r".repeat(5000), content: "hi" }),
      "messages[0].role",
      `found '${"r".repeat(60)}…'`,
    ],
    [
      "a user without content",
      said(hello, { role: "user" }),
      "messages[1].content",
      "expected a string or an array of parts, found nothing",
    ],
    [
      "null as content",
      said({ role: "system", content: null }),
      "messages[0].content",
      "expected a string or an array of parts, found null",
    ],
    [
      "a number as content",
      said({ role: "user", content: 7 }),
      "messages[0].content",
      "expected a string or an array of parts, found a number",
    ],
    [
      "a text among the parts",
      said({ role: "user", content: ["hi"] }),
      "messages[0].content[0]",
      "expected an object, found a string",
    ],
    [
      "a part without type",
      said({ role: "user", content: [{ text: "hi" }] }),
      "messages[0].content[0].type",
      "expected the kind of part, for example 'text', found nothing",
    ],
    [
      "a text part without text",
      said({ role: "user", content: [{ type: "text" }] }),
      "messages[0].content[0].text",
      "expected a string, found nothing",
    ],
    [
      "an image without address",
      said({ role: "user", content: [{ type: "image_url", image_url: {} }] }),
      "messages[0].content[0].image_url.url",
      "expected an address or a data: URL, found nothing",
    ],
    [
      "a text as image_url",
      said({ role: "user", content: [{ type: "image_url", image_url: "https://x" }] }),
      "messages[0].content[0].image_url",
      "expected an object, found a string",
    ],
    [
      "sound that is no base64",
      said({ role: "user", content: [{ type: "input_audio", input_audio: { data: "?!", format: "wav" } }] }),
      "messages[0].content[0].input_audio.data",
      "expected base64, found a text that is none",
    ],
    [
      "a file without data",
      said({ role: "user", content: [{ type: "file", file: {} }] }),
      "messages[0].content[0].file.file_data",
      "expected a data: URL, or 'file_id', found nothing",
    ],
    [
      "a tool's message without id",
      said({ role: "tool", content: "1" }),
      "messages[0].tool_call_id",
      "expected the id of the call that this answers, found nothing",
    ],
    [
      "a tool call without id",
      said({ role: "assistant", tool_calls: [{ ...tool }] }),
      "messages[0].tool_calls[0].id",
      "expected the call's id, found nothing",
    ],
    [
      "a tool call without name",
      said({ role: "assistant", tool_calls: [{ id: "1", type: "function", function: {} }] }),
      "messages[0].tool_calls[0].function.name",
      "expected a string, found nothing",
    ],
    [
      "arguments that are no text",
      said({ role: "assistant", tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: {} } }] }),
      "messages[0].tool_calls[0].function.arguments",
      "expected a string, found an object",
    ],
    [
      "a tool without type",
      asked({ tools: [{ function: { name: "f" } }] }),
      "tools[0].type",
      "expected 'function' or 'custom', found nothing",
    ],
    [
      "a tool without name",
      asked({ tools: [tool, { type: "function", function: {} }] }),
      "tools[1].function.name",
      "expected a string, found nothing",
    ],
    [
      "a tool without function",
      asked({ tools: [{ type: "function" }] }),
      "tools[0].function",
      "expected an object, found nothing",
    ],
    [
      "a schema that is a text",
      asked({ tools: [{ type: "function", function: { name: "f", parameters: "{}" } }] }),
      "tools[0].function.parameters",
      "expected an object, found a string",
    ],
    [
      "a word nobody knows as tool_choice",
      asked({ tool_choice: "any" }),
      "tool_choice",
      "expected one of 'auto', 'none', 'required', found 'any'",
    ],
    [
      "a choice without name",
      asked({ tool_choice: { type: "function", function: {} } }),
      "tool_choice.function.name",
      "expected a string, found nothing",
    ],
    [
      "allowed tools without a mode",
      asked({ tool_choice: { type: "allowed_tools", allowed_tools: { tools: [] } } }),
      "tool_choice.allowed_tools.mode",
      "expected 'auto' or 'required', found nothing",
    ],
    [
      "a format without type",
      asked({ response_format: {} }),
      "response_format.type",
      "expected 'text', 'json_object' or 'json_schema', found nothing",
    ],
    [
      "a schema's format without name",
      asked({ response_format: { type: "json_schema", json_schema: {} } }),
      "response_format.json_schema.name",
      "expected a string, found nothing",
    ],
    ["a text as temperature", asked({ temperature: "hot" }), "temperature", "expected a number, found a string"],
    [
      "a limit below 0",
      asked({ max_tokens: -1 }),
      "max_tokens",
      "expected a whole number from 0 to 4294967295, found -1",
    ],
    ["half an answer", asked({ n: 0.5 }), "n", "expected a whole number from 0 to 4294967295, found 0.5"],
    ["a number as stop", asked({ stop: 3 }), "stop", "expected an array, found a number"],
    ["a number among the stops", asked({ stop: ["a", 3] }), "stop[1]", "expected a string, found a number"],
    [
      "a bias that is no number",
      asked({ logit_bias: { 50256: "no" } }),
      "logit_bias.50256",
      "expected a number, found a string",
    ],
    ["a note that is no text", asked({ metadata: { a: 1 } }), "metadata.a", "expected a string, found a number"],
    [
      "a prediction of another type",
      asked({ prediction: { type: "guess", content: "" } }),
      "prediction.type",
      "expected one of 'content', found 'guess'",
    ],
  ])("%s", (_, body, param, message) => {
    const error = refusal(() => request.read(scan(body)));
    expect(error).toMatchObject({ code: "invalid_request", param });
    expect(error.message.startsWith(`'${param}': `)).toBe(true);
    expect(error.message.endsWith(`${message}.`)).toBe(true);
  });

  test.each([
    [
      "a number that JavaScript cannot hold",
      '{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":1e999}',
      "'temperature': expected a number, found one that is too large.",
    ],
    [
      "a seed of more than 64 bits",
      '{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":9223372036854775808}',
      "'seed': expected a whole number of 64 bits, found 9223372036854775808.",
    ],
    [
      "a key of a tool that stands twice",
      '{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","type":"x","function":{"name":"f"}}]}',
      'The body is not a JSON object: The key "type" stands twice',
    ],
  ])("%s", (_, body, message) => {
    const error = refusal(() => request.read(scan(body)));
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain(message);
  });

  test("nesting without end", () => {
    const deep = `{"0":${"[".repeat(200_000)}${"]".repeat(200_000)}}`; // V8 writes that recursively
    const inMessage = `{"model":"m","messages":[{"role":"user","content":"hi","x":${deep}}]}`;
    expect(refusal(() => request.read(scan(inMessage))).message).toBe(
      "'messages[0].x': expected a value, found one that is nested too deeply.",
    );
    const inPart = `{"model":"m","messages":[{"role":"user","content":[{"type":"x","y":${deep}}]}]}`;
    expect(refusal(() => request.read(scan(inPart))).code).toBe("invalid_request");
    const onTop = `{"model":"m","messages":[{"role":"user","content":"hi"}],"x":${deep}}`;
    expect(request.read(scan(onTop)).extensions["openai-chat/x"]).toBe(deep); // as it stands, byte for byte
  });
});
