import type { Conversation, ToolCall, ToolDefinition } from "./conversation.ts";
import type { WholeAnswer } from "./upstreams/wire.ts";

/** One thing that can happen between a client and a provider. */
export interface Scenario {
  readonly name: string;
  /** The model by this name answers so. */
  readonly slug: string;
  readonly conversation: Conversation;
  readonly answer: ProviderAnswer;
  /** How the demo model is told to do the same. */
  readonly demo: DemoCase | Skip;
  /** Why aimock cannot do it, by the way of asking. */
  readonly aimock?: { readonly whole?: string; readonly stream?: string };
}

export interface Skip {
  readonly skip: string;
}

export interface DemoCase {
  /** In place of the last thing the user says. */
  readonly prompt: string;
  /** What it says, where that is not the answer's text: all of these are in it. */
  readonly includes?: readonly string[];
}

export type ProviderAnswer =
  | ({ readonly kind: "whole" } & WholeAnswer)
  | ({ readonly kind: "refusal" } & Refusal)
  /** The connection breaks in the middle of this. */
  | ({ readonly kind: "cut" } & WholeAnswer)
  /** An event in the middle says that it failed; an answer that is not streamed is refused so. */
  | ({ readonly kind: "failure" } & Refusal & Pick<WholeAnswer, "text">);

export interface Refusal {
  readonly status: number;
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
  /** In seconds. */
  readonly retryAfter?: number;
  /** What the gateway makes of it. */
  readonly code: string;
  readonly grpc: number;
}

/** Everything that a text can hold without being broken: no half surrogate pairs. */
export const everyKindOfText = [
  "plain",
  "Grüße, naïve façade, ŁódŹ", // Latin beyond ASCII
  "e\u0301 n\u0303 \u0915\u094d\u0937\u093f", // combining marks
  "שלום עולם — مرحبا \u202bRTL\u202c", // right to left, with its marks
  "東京 こんにちは 안녕하세요",
  "😀 🇩🇪 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽", // astral, flags, joined with ZWJ, skin tones
  "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u{10ffff}", // the last plane
  "a\u0000b\u0001c\u001fd\u007fe\u0085f", // control characters
  "\u2028\u2029\ufeff\ufffd\uffff", // separators, a byte order mark, what is no character
  '"quotes" \\backslashes\\ </script> \\u0041 data: [DONE]',
  "tab\there, CRLF\r\nand a blank line\n\nand data: {}\n\nend ",
].join("\n");

/** Members in an order that parsers like to change, and numbers that they like to round. */
const weatherSchema =
  '{"type":"object","properties":{"city":{"type":"string","description":"Größe \\u0041 \\/"},"10":{"type":"integer","maximum":12345678901234567890},"2":{"type":"number","multipleOf":0.10}},"required":["city"],"additionalProperties":false}';

const getWeather: ToolDefinition = { name: "get_weather", description: "Says the weather.", parameters: weatherSchema };
const getTime: ToolDefinition = {
  name: "get_time",
  description: "Says the time.",
  parameters: '{"type":"object","properties":{"zone":{"type":"string"}}}',
};

/** White space, escapes and numbers that a parse and a print would change. */
const parisArguments = '{ "city" : "Par\\u0069s \\"é\\" 😀",  "n": 1.0, "big": 12345678901234567890 }';
const berlinArguments = '{"zone":"Europe/Berlin","b":1,"a":2}';

const calls = (...called: readonly (readonly [string, string])[]): ToolCall[] =>
  called.map(([name, text], at) => ({ id: `call_${at}_Zx9`, name, arguments: text }));

const user = (text: string): Conversation => ({ turns: [{ role: "user", text }] });
const nothing = { text: "", calls: [] } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: "every kind of text, both ways",
    slug: "hello",
    conversation: user(`Say: ${everyKindOfText}`),
    answer: { kind: "whole", text: everyKindOfText, calls: [], finish: "stop", usage: { input: 211, output: 187 } },
    demo: { prompt: `/echo ${everyKindOfText}` },
  },
  {
    name: "a system prompt",
    slug: "system",
    conversation: { system: "Answer like a pirate. ⚓", turns: [{ role: "user", text: "Hello" }] },
    answer: { kind: "whole", text: "Ahoy!", calls: [], finish: "stop", usage: { input: 19, output: 2 } },
    demo: { prompt: "Hello", includes: ["System prompt: “Answer like a pirate. ⚓”"] },
  },
  {
    name: "several turns",
    slug: "turns",
    conversation: {
      turns: [
        { role: "user", text: "My name is Ada." },
        { role: "assistant", text: "Hello Ada!" },
        { role: "user", text: "What is my name?" },
      ],
    },
    answer: { kind: "whole", text: "Ada.", calls: [], finish: "stop", usage: { input: 31, output: 3 } },
    demo: { prompt: "What is my name?", includes: ["3 (2 user, 1 assistant)", "“What is my name?”"] },
  },
  {
    name: "a tool call",
    slug: "tool",
    conversation: { ...user("What is the weather in Paris?"), tools: [getWeather, getTime] },
    answer: {
      kind: "whole",
      ...nothing,
      calls: calls(["get_weather", parisArguments]),
      finish: "tool_calls",
      usage: { input: 88, output: 24 },
    },
    demo: { prompt: `/tool get_weather ${parisArguments}` },
  },
  {
    name: "two tool calls at once",
    slug: "two-tools",
    conversation: { ...user("Weather and time?"), tools: [getWeather, getTime] },
    answer: {
      kind: "whole",
      ...nothing,
      calls: calls(["get_weather", parisArguments], ["get_time", berlinArguments]),
      finish: "tool_calls",
      usage: { input: 91, output: 41 },
    },
    demo: { prompt: `/tool get_weather ${parisArguments}\n/tool get_time ${berlinArguments}` },
  },
  {
    name: "results of tools",
    slug: "tool-results",
    conversation: {
      tools: [getWeather, getTime],
      turns: [
        { role: "user", text: "Weather and time?" },
        { role: "assistant", calls: calls(["get_weather", parisArguments], ["get_time", berlinArguments]) },
        { role: "tool", callId: "call_0_Zx9", text: '{"temperature": 21.50, "unit": "°C"}' },
        { role: "tool", callId: "call_1_Zx9", text: "12:00" },
      ],
    },
    answer: { kind: "whole", text: "21.5 °C at noon.", calls: [], finish: "stop", usage: { input: 140, output: 9 } },
    demo: {
      prompt: "Weather and time?",
      includes: ['get_weather answered: {"temperature": 21.50, "unit": "°C"}', "get_time answered: 12:00"],
    },
  },
  {
    name: "a text, then a tool call",
    slug: "text-and-tool",
    conversation: { ...user("What is the weather in Paris?"), tools: [getWeather] },
    answer: {
      kind: "whole",
      text: "Let me look.",
      calls: calls(["get_weather", '{"city":"Paris"}']),
      finish: "tool_calls",
      usage: { input: 70, output: 22 },
    },
    demo: { prompt: '/say Let me look.\n/tool get_weather {"city":"Paris"}' },
  },
  {
    name: "an answer that met the limit of tokens",
    slug: "length",
    conversation: { ...user("Tell me a long story."), maxTokens: 3 },
    answer: { kind: "whole", text: "word1 word2 word3", calls: [], finish: "length", usage: { input: 12, output: 3 } },
    demo: { prompt: "/long 50" },
  },
  {
    name: "a provider that refuses the request (400)",
    slug: "refuse-400",
    conversation: user("Hello"),
    answer: {
      kind: "refusal",
      status: 400,
      error: {
        message: "You said it wrongly.",
        type: "invalid_request_error",
        param: "messages",
        code: "said_wrongly",
      },
      code: "invalid_request",
      grpc: 3,
    },
    demo: { prompt: "/fail 400" },
  },
  {
    name: "a provider that asks to wait (429 with Retry-After)",
    slug: "refuse-429",
    conversation: user("Hello"),
    answer: {
      kind: "refusal",
      status: 429,
      error: { message: "Slow down.", type: "requests", param: null, code: "rate_limit_exceeded" },
      retryAfter: 30,
      code: "rate_limited",
      grpc: 8,
    },
    demo: { prompt: "/fail 429 30s" },
  },
  {
    name: "a provider that fails (500)",
    slug: "refuse-500",
    conversation: user("Hello"),
    answer: {
      kind: "refusal",
      status: 500,
      error: { message: "Something broke.", type: "server_error", param: null, code: "broken" },
      code: "upstream_error",
      grpc: 14,
    },
    demo: { prompt: "/fail 500" },
  },
  {
    name: "an answer that is cut in the middle",
    slug: "cut",
    conversation: user("Hello"),
    answer: {
      kind: "cut",
      text: "one two three four five six seven eight nine ten",
      calls: [],
      finish: "stop",
      usage: { input: 9, output: 10 },
    },
    demo: { prompt: "/cut\n/say one two three four five six seven eight nine ten" },
    aimock: { whole: "aimock sends whole answers whole, or drops the connection before the first byte" },
  },
  {
    name: "an answer that fails in the middle, and says so",
    slug: "failure",
    conversation: user("Hello"),
    answer: {
      kind: "failure",
      text: "one two three four five six seven eight nine ten",
      status: 500,
      error: { message: "The model fell over.", type: "server_error", param: null, code: "fell_over" },
      code: "upstream_error",
      grpc: 14,
    },
    demo: { prompt: "/error\n/say one two three four five six seven eight nine ten" },
    aimock: { stream: "aimock has no error events in streams of this dialect" },
  },
];
