import { describe, expect, test } from "vitest";
import { ask, stream } from "./ask.ts";

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer" } },
      required: ["city"],
    },
  },
};
const clock = { type: "function", function: { name: "get_time", parameters: { type: "object", properties: {} } } };
const user = (content: unknown) => ({ messages: [{ role: "user", content }] });

describe("/tool", () => {
  test("calls the tool with the arguments as they are written", async () => {
    const said = '/tool get_weather {"city":"Zürich",  "n":1.50}';
    const { message, choice } = await ask({ ...user(said), tools: [weather] });
    expect(message?.content).toBeNull();
    expect(message?.tool_calls).toEqual([
      {
        id: "call_1_0_0",
        type: "function",
        function: { name: "get_weather", arguments: '{"city":"Zürich",  "n":1.50}' },
      },
    ]);
    expect(choice?.finish_reason).toBe("tool_calls");
    const streamed = await stream({ ...user(said), tools: [weather] });
    const deltas = streamed.chunks.flatMap(({ choices }) => choices[0]?.delta?.tool_calls ?? []);
    expect(deltas[0]).toMatchObject({
      index: 0,
      id: "call_1_0_0",
      type: "function",
      function: { name: "get_weather" },
    });
    expect(deltas.length).toBeGreaterThan(2);
    expect(deltas.map((delta) => delta.function?.arguments ?? "").join("")).toBe('{"city":"Zürich",  "n":1.50}');
    expect(streamed.finish()).toBe("tool_calls");
  });

  test("makes up arguments that fit the tool when none are given, and takes the first tool when none is named", async () => {
    const { message } = await ask({ ...user("/tool"), tools: [weather, clock] });
    expect(message?.tool_calls?.[0]?.function).toEqual({ name: "get_weather", arguments: '{"city":"demo"}' });
  });

  test("comes after text, and several are several calls", async () => {
    const said = '/say Let me look.\n/tool get_weather {"city":"A"}\n/tool get_time {}';
    const { message } = await ask({ ...user(said), tools: [weather, clock] });
    expect(message?.content).toBe("Let me look.");
    expect(message?.tool_calls?.map((call) => [call.id, call.function?.name])).toEqual([
      ["call_1_0_0", "get_weather"],
      ["call_1_0_1", "get_time"],
    ]);
    const streamed = await stream({ ...user(said), tools: [weather, clock] });
    const places = streamed.chunks
      .flatMap(({ choices }) => choices[0]?.delta?.tool_calls ?? [])
      .map(({ index }) => index);
    expect(new Set(places)).toEqual(new Set([0, 1]));
  });

  test("calls only one tool when calls may not be parallel, and none when none may be called", async () => {
    const said = user("/tool get_weather\n/tool get_time");
    const one = await ask({ ...said, tools: [weather, clock], parallel_tool_calls: false });
    expect(one.message?.tool_calls?.length).toBe(1);
    const none = await ask({ ...said, tools: [weather, clock], tool_choice: "none" });
    expect(none.message?.tool_calls).toBeUndefined();
    expect(none.message?.content).toContain("I may not call get_weather");
  });

  test("writes free text to a custom tool", async () => {
    const custom = { type: "custom", custom: { name: "run_sql" } };
    const { message } = await ask({ ...user("/tool run_sql select 1"), tools: [custom] });
    expect(message?.tool_calls?.[0]).toMatchObject({ type: "custom", custom: { name: "run_sql", input: "select 1" } });
  });

  test.each([
    ["the first, when one is required", "required", "get_weather"],
    ["the named one", { type: "function", function: { name: "get_time" } }, "get_time"],
    [
      "the first that is allowed",
      {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "get_time" } }] },
      },
      "get_time",
    ],
  ])("is not needed where a tool has to be called: %s", async (_, tool_choice, name) => {
    const { message, choice } = await ask({ ...user("Hello"), tools: [weather, clock], tool_choice });
    expect(message?.tool_calls?.map((call) => call.function?.name)).toEqual([name]);
    expect(choice?.finish_reason).toBe("tool_calls");
  });

  test("is over when the tools have answered: the answer tells what they said", async () => {
    const calls = [
      { id: "a", type: "function", function: { name: "get_weather", arguments: "{}" } },
      { id: "b", type: "function", function: { name: "get_time", arguments: "{}" } },
    ];
    const conversation = [
      { role: "user", content: "/tool get_weather\n/tool get_time" },
      { role: "assistant", content: null, tool_calls: calls },
      { role: "tool", tool_call_id: "a", content: "21 °C" },
      { role: "tool", tool_call_id: "b", content: "noon" },
    ];
    const { message, choice } = await ask({ messages: conversation, tools: [weather, clock] });
    expect(message?.content).toBe("get_weather answered: 21 °C\nget_time answered: noon");
    expect(message?.tool_calls).toBeUndefined();
    expect(choice?.finish_reason).toBe("stop");
    const further = [...conversation, { role: "assistant", content: "There." }, { role: "user", content: "Thanks" }];
    expect((await ask({ messages: further, tools: [weather] })).message?.content).toContain("- Your message: “Thanks”");
  });
});
