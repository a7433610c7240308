import { expect, test } from "vitest";
import { resolveEndpoints } from "../../src/upstreams/base-url.ts";
import { compatiblePreset, presets } from "../../src/upstreams/presets.ts";

/** Where each vendor's documentation says that its OpenAI-compatible chat is. */
const documented = {
  openai: "https://api.openai.com/v1/chat/completions",
  anthropic: "https://api.anthropic.com/v1/chat/completions",
  gemini: "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
  mistral: "https://api.mistral.ai/v1/chat/completions",
  groq: "https://api.groq.com/openai/v1/chat/completions",
  deepseek: "https://api.deepseek.com/chat/completions",
  openrouter: "https://openrouter.ai/api/v1/chat/completions",
  xai: "https://api.x.ai/v1/chat/completions",
  perplexity: "https://api.perplexity.ai/chat/completions",
  together: "https://api.together.ai/v1/chat/completions",
  fireworks: "https://api.fireworks.ai/inference/v1/chat/completions",
  cerebras: "https://api.cerebras.ai/v1/chat/completions",
  nvidia: "https://integrate.api.nvidia.com/v1/chat/completions",
  cohere: "https://api.cohere.ai/compatibility/v1/chat/completions",
  ollama: "http://127.0.0.1:11434/v1/chat/completions",
  lmstudio: "http://127.0.0.1:1234/v1/chat/completions",
  vllm: "http://127.0.0.1:8000/v1/chat/completions",
};

test("each vendor is asked where its documentation says", () => {
  const asked = presets.map(({ name, baseUrl, basePath, paths }) => {
    const { origin, chat } = resolveEndpoints(name, baseUrl, paths, basePath);
    return [name, origin + chat];
  });
  expect(Object.fromEntries(asked)).toEqual(documented);
});

test("each vendor is found from its bare host, and from the whole address of its chat", () => {
  for (const { name, baseUrl, basePath, paths } of presets) {
    const usual = resolveEndpoints(name, baseUrl, paths, basePath);
    for (const pasted of [usual.origin, usual.origin + usual.chat]) {
      expect([name, resolveEndpoints(name, pasted, paths, basePath)]).toEqual([name, usual]);
    }
  }
});

test("what a user of OpenAI's SDK sets as base URL for another vendor works here, too", () => {
  const sdk = { anthropic: "/v1/", gemini: "/v1beta/openai/", groq: "/openai/v1", cohere: "/compatibility/v1" };
  for (const { name, baseUrl, basePath, paths } of presets) {
    const path = Object.entries(sdk).find(([vendor]) => vendor === name)?.[1];
    if (path === undefined) continue;
    expect(resolveEndpoints(name, baseUrl + path, paths, basePath)).toEqual(
      resolveEndpoints(name, baseUrl, paths, basePath),
    );
  }
});

test("names are unique, and no vendor claims the beginning of another's models", () => {
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
  const prefixes = presets.flatMap(({ modelPrefixes }) => modelPrefixes);
  for (const a of prefixes) {
    expect(prefixes.filter((b) => b.startsWith(a))).toEqual([a]);
  }
});

test.each([
  ["gpt-5.2", "openai"],
  ["o3-mini", "openai"],
  ["claude-opus-4-5", "anthropic"],
  ["gemini-3-pro-preview", "gemini"],
  ["codestral-2508", "mistral"],
  ["grok-4", "xai"],
  ["sonar-pro", "perplexity"],
  ["command-a-03-2025", "cohere"],
  ["deepseek-chat", "deepseek"],
  ["mistral:7b", undefined],
  ["llama3.2", undefined],
])("the bare name %s belongs to %s", (model, owner) => {
  const found = presets.filter(({ modelPrefixes }) => modelPrefixes.some((prefix) => model.startsWith(prefix)));
  expect(found.map(({ name }) => name)).toEqual(owner === undefined ? [] : [owner]);
});

test("whoever needs a key says from which variable it comes", () => {
  for (const { name, envKeys, keyless } of presets) {
    if (keyless !== true) expect([name, envKeys.length]).not.toEqual([name, 0]);
  }
});

test("a server of no known vendor is spoken to as OpenAI's", () => {
  const { baseUrl, basePath, paths } = compatiblePreset("mine", "http://gpu-box:9000");
  expect(resolveEndpoints("mine", baseUrl, paths, basePath).chat).toBe("/v1/chat/completions");
});
