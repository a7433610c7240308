import { afterAll, beforeAll, expect, test } from "vitest";
import { type Providers, startProviders } from "./books.ts";
import { fates } from "./fates.ts";

/** The providers themselves: what they say on the wire is what stands in their books. */

const fate = fates.find(({ name }) => name === "is answered with all kinds of tokens");
let providers: Providers;
beforeAll(async () => {
  providers = await startProviders(1, () => {
    if (fate === undefined) throw new Error("there is no such fate");
    return fate;
  });
});
afterAll(() => providers[Symbol.asyncDispose]());

let last = 0;
const newCall = (): string => {
  last += 1;
  return `call-1-${last}`;
};

/** The last numbers of these names in what was said. */
function numbersIn(text: string, names: readonly string[]): number[] {
  return names.map((name) => Number([...text.matchAll(new RegExp(`"${name}": ?(\\d+)`, "g"))].at(-1)?.[1] ?? 0));
}

async function ask(url: string, body: object, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer sk-0123456789-key-1", ...headers },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.text();
}

const chat = (model: string, content: string) => ({ model, messages: [{ role: "user", content }] });
const options = { stream_options: { include_usage: true } };

const languages = [
  ["chat", "/v1/chat/completions", ["prompt_tokens", "completion_tokens"]],
  ["responses", "/v1/responses", ["input_tokens", "output_tokens"]],
  ["anthropic", "/v1/messages", ["input_tokens", "output_tokens"]],
  ["gemini", "/v1beta/models/gemini-priced:", ["promptTokenCount", "candidatesTokenCount"]],
  ["cohere", "/v2/chat", ["input_tokens", "output_tokens"]],
] as const;

test.each(languages.flatMap((one) => [true, false].map((stream) => [...one, stream] as const)))(
  "the mock's %s at %s tells %j, streamed: %s",
  async (name, path, names, stream) => {
    const call = newCall();
    const model = `${name}-priced`;
    const bodies: Readonly<Record<string, object>> = {
      responses: { model, input: call },
      gemini: { contents: [{ role: "user", parts: [{ text: call }] }] },
    };
    const body = bodies[name] ?? { ...chat(model, call), max_tokens: 9, ...(name === "chat" && stream ? options : {}) };
    const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
    const url = `${providers.mockUrl}${path}${name === "gemini" ? method : ""}`;
    const text = await ask(url, name === "gemini" ? body : { ...body, stream });
    const [inputTokens, outputTokens] = numbersIn(text, names);
    expect(inputTokens).toBeGreaterThan(0);
    expect(providers.entries().filter((entry) => entry.call === call)).toEqual([
      { call, place: `mock-${name}/${model}`, key: undefined, ended: "whole", told: { inputTokens, outputTokens } },
    ]);
  },
);

test.each([true, false])("north tells all kinds, streamed: %s", async (stream) => {
  const call = newCall();
  const text = await ask(`${providers.rawUrls.north}/v1/chat/completions`, { ...chat("m", call), stream, ...options });
  const [inputTokens, outputTokens, cacheReadTokens, reasoningTokens] = numbersIn(text, [
    ...["prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"],
  ]);
  const [, inputAudioTokens, outputAudioTokens] = /"audio_tokens":(\d+).*"audio_tokens":(\d+)/s.exec(text) ?? [];
  const told = {
    ...{ inputTokens, outputTokens, cacheReadTokens, reasoningTokens },
    inputAudioTokens: Number(inputAudioTokens),
    outputAudioTokens: Number(outputAudioTokens),
  };
  expect(Object.values(told)).not.toContain(0);
  expect(providers.entries().find((entry) => entry.call === call)).toEqual({
    ...{ call, told, place: "north/m", key: "key-1", ended: "whole" },
  });
});

test.each([true, false])("west tells all kinds, streamed: %s", async (stream) => {
  const call = newCall();
  const text = await ask(`${providers.rawUrls.west}/v1/messages`, { ...chat("m", call), stream });
  const [fresh = 0, outputTokens, cacheReadTokens = 0, cacheWrite5mTokens = 0, cacheWrite1hTokens = 0] = numbersIn(
    text,
    [
      ...["input_tokens", "output_tokens", "cache_read_input_tokens"],
      ...["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"],
    ],
  );
  const inputTokens = fresh + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
  const told = { inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens };
  expect(Object.values(told)).not.toContain(0);
  expect(providers.entries().find((entry) => entry.call === call)).toMatchObject({
    told,
    place: "west/m",
    ended: "whole",
  });
});
