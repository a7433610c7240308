import { readFile } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { Operation, Upstream } from "../../src/core/ports.ts";
import { createHttpUpstream } from "../../src/upstreams/http.ts";
import { compatiblePreset, presets, tonguesOf } from "../../src/upstreams/presets/index.ts";
import type { Preset } from "../../src/upstreams/presets/preset.ts";
import { bareDialect } from "./bare-dialect.ts";
import { documented } from "./documented-endpoints.ts";
import { createRecordingServer } from "./recording-server.ts";

function presetNamed(name: string): Preset {
  const found = presets.find((preset) => preset.name === name);
  if (found === undefined) throw new Error(`no preset '${name}'`);
  return found;
}

/** The provider, in dialects of which nothing but the name counts here. `first`: which is its own. */
function createUpstream(preset: Preset, baseUrl: string, first = ""): Upstream {
  const tongues = tonguesOf(preset, baseUrl, first).map((tongue) => ({
    ...tongue,
    dialect: { ...bareDialect, name: tongue.dialect },
  }));
  const upstream = createHttpUpstream({ ...preset, tongues, baseUrl, userAgent: "test", clock: systemClock });
  onTestFinished(() => upstream.close());
  return upstream;
}

const kinds: readonly (readonly [string, Operation, boolean])[] = [
  ["chat", "chat", false],
  ["stream", "chat", true],
  ["embeddings", "embeddings", false],
  ["count", "count", false],
];
const { signal } = new AbortController();

/** Has the upstream ask for all there is, of the model "m", at a server here that has the same path and query. */
async function askEverywhere(preset: Preset, baseUrl: string, key: string | undefined) {
  const { origin } = new URL(baseUrl);
  const server = await createRecordingServer();
  const upstream = createUpstream(preset, baseUrl.replace(origin, server.url));
  const credential = key === undefined ? undefined : { name: "main", secret: key, masked: "" };
  const dialects: Record<string, Record<string, string>> = {};
  for (const tongue of upstream.tongues) {
    const places: Record<string, string> = {};
    for (const [kind, operation, stream] of kinds) {
      const request = { operation, tongue, model: "m", body: "{}", stream, credential, requestId: "1", signal };
      const answer = await upstream.ask(request).catch(() => undefined);
      if (answer === undefined) continue;
      while ((await answer.body.next()).done !== true);
      const place = server.requests.at(-1)?.line.replace("POST ", origin) ?? "";
      if (place !== places.chat) places[kind] = place;
    }
    dialects[tongue.dialect.name] = places;
  }
  const asked = [...server.requests];
  const known = await upstream.listModels(credential, signal).catch(() => []); // "{}" is no list
  const names = known.map(({ name }) => name);
  const listing = server.requests[asked.length];
  return { dialects, asked, listing, models: listing?.line.replace("GET ", origin) ?? names };
}

describe.each(Object.entries(documented))("%s", (name, { baseUrl, dialects, models = [], ...more }) => {
  const preset = presetNamed(name);

  test("is asked where its documentation says", async () => {
    expect(baseUrl).toBe(preset.baseUrl ?? baseUrl);
    const found = await askEverywhere(preset, baseUrl, undefined);
    expect(found.dialects).toEqual(dialects);
    expect(found.models).toEqual(models);
  });

  test("is found from each base URL that people have of it, and from the whole address of each endpoint", () => {
    const usual = createUpstream(preset, baseUrl).baseUrl;
    const addresses = Object.values(dialects).flatMap((places) => Object.values(places));
    const { alsoKnownAs = [] } = more;
    for (const pasted of [usual, `${usual}/`, ...addresses.map((url) => url.replace(/\?.*/, "")), ...alsoKnownAs]) {
      expect([pasted, createUpstream(preset, pasted).baseUrl]).toEqual([pasted, usual]);
    }
  });

  if (preset.tongues.some(({ auth }) => auth === "aws" || auth === "google")) return; // see request-auth.test.ts
  test("is shown the key where its documentation says", async () => {
    const { asked, listing } = await askEverywhere(preset, baseUrl, "k");
    const [header, value] = more.keyHeader ?? ["authorization", "Bearer k"];
    for (const { line, headers } of [...asked, ...(listing === undefined ? [] : [listing])]) {
      const isDeepSeeks = line.endsWith("/anthropic/v1/messages"); // "x-api-key: Fully Supported"
      const [name, expected] = isDeepSeeks ? ["x-api-key", "k"] : [header, value];
      expect([line, headers[name]]).toEqual([line, expected]);
    }
  });
});

test("every preset is in the table", () => {
  expect(Object.keys(documented)).toEqual(presets.map(({ name }) => name));
});

test("the documentation for users has all of them, with what they speak and the variables they take", async () => {
  const text = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| `") && line.split("|").length === 6);
  const words = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  const told = rows.map((row) => row.split("|").slice(1, 5).map(words));
  expect(told).toEqual(
    presets.map(({ name, aliases = [], tongues, envKeys, envKeyParts, baseUrlFrom }) => [
      [name, ...aliases],
      tongues.map(({ dialect }) => dialect),
      [...envKeys, ...(envKeyParts?.required ?? [])],
      baseUrlFrom?.variables ?? [],
    ]),
  );
});

test("requests in Anthropic's dialect say its version, and pass on which betas the client asks for", async () => {
  const server = await createRecordingServer();
  const upstream = createUpstream(presetNamed("anthropic"), server.url);
  const [tongue] = upstream.tongues;
  if (tongue === undefined) throw new Error("no tongue");
  const clientHeaders = { "anthropic-beta": ["a-2026-01-01", "b"], "x-api-key": "the client's", cookie: "c" };
  const request = { operation: "chat", tongue, model: "m", body: "{}", stream: false, requestId: "1", signal } as const;
  const credential = { name: "main", secret: "ours", masked: "" };
  await upstream.ask({ ...request, credential, clientHeaders });
  await upstream.ask({ ...request, credential });
  const [first, second] = server.requests;
  expect(first?.headers).toMatchObject({
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "a-2026-01-01, b",
    "x-api-key": "ours",
  });
  expect(first?.headers).not.toHaveProperty("cookie");
  expect(second?.headers).not.toHaveProperty("anthropic-beta");
});

describe("a deployment of Azure's", () => {
  const dated = "https://our.openai.azure.com/openai?api-version=2025-04-01-preview";
  const azure = presetNamed("azure");

  test("is asked by its name in the path when the base URL has a dated version", async () => {
    const { dialects, asked } = await askEverywhere(azure, dated, "k");
    const place = (path: string) => `https://our.openai.azure.com/openai/${path}?api-version=2025-04-01-preview`;
    expect(dialects).toEqual({
      "openai-chat": {
        chat: place("deployments/m/chat/completions"),
        embeddings: place("deployments/m/embeddings"),
      },
      "openai-responses": { chat: place("responses") },
      "openai-completions": { chat: place("deployments/m/completions") },
    });
    expect(asked.map(({ headers }) => headers["api-key"])).toEqual(asked.map(() => "k"));
  });

  test("is found from the address that the portal shows", () => {
    for (const pasted of ["deployments/gpt-5/chat/completions", "deployments/gpt-5", "responses", "deployments"]) {
      const url = `https://our.openai.azure.com/openai/${pasted}?api-version=2025-04-01-preview`;
      expect([pasted, createUpstream(azure, url).baseUrl]).toEqual([pasted, "https://our.openai.azure.com"]);
    }
  });

  test.each([
    ["2024-10-21", ["openai-chat", "openai-completions"]],
    ["preview", ["openai-chat", "openai-responses", "openai-completions"]],
  ])("has what its version %s has", (version, dialects) => {
    const { tongues } = createUpstream(azure, `https://our.openai.azure.com?api-version=${version}`);
    expect(tongues.map(({ dialect }) => dialect.name)).toEqual(dialects);
  });
});

test.each([
  ["vertex", ["p", ""], "https://aiplatform.googleapis.com/v1/projects/p/locations/global"],
  ["vertex", ["p", "us-east5"], "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5"],
  ["vertex", ["p", "eu"], "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu"],
  ["vertex-anthropic", ["", "us-east5"], undefined],
  ["bedrock", ["", "us-west-2"], "https://bedrock-runtime.us-west-2.amazonaws.com"],
  ["bedrock", ["eu-west-1", "us-west-2"], "https://bedrock-runtime.eu-west-1.amazonaws.com"],
  ["bedrock", ["cn-north-1", ""], "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"],
  ["bedrock", ["", ""], undefined],
  ["azure", ["https://our.openai.azure.com"], "https://our.openai.azure.com"],
  ["ollama", [""], undefined],
  ["ollama", ["gpu-box"], "http://gpu-box:11434"],
])("the base URL of %s is made of the variables' values %j", (name, values, baseUrl) => {
  const { baseUrlFrom, baseUrlForm } = presetNamed(name);
  expect(baseUrlFrom?.variables.length).toBe(values.length);
  expect(baseUrlFrom?.read(values)).toBe(baseUrl);
  if (baseUrl !== undefined) expect(baseUrlForm?.pattern.test(baseUrl) ?? true).toBe(true);
});

test("names are unique, and no vendor claims the beginning of another's models", () => {
  const names = presets.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
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
  ["embed-v4.0", "cohere"],
  ["deepseek-flash", "deepseek"],
  ["mistral:7b", undefined],
  ["llama3.2", undefined],
])("the bare name %s belongs to %s", (model, owner) => {
  const found = presets.filter(({ modelPrefixes }) => modelPrefixes.some((prefix) => model.startsWith(prefix)));
  expect(found.map(({ name }) => name)).toEqual(owner === undefined ? [] : [owner]);
});

test("whoever needs a key says from which variable it comes, and who has no place of its own from which that comes", () => {
  for (const { name, envKeys, keyless, baseUrl, baseUrlFrom } of presets) {
    if (keyless !== true) expect([name, envKeys.length]).not.toEqual([name, 0]);
    if (baseUrl === undefined) expect([name, baseUrlFrom?.variables.length ?? 0]).not.toEqual([name, 0]);
  }
});

test("the dialect that is chosen comes first, and the others stay", () => {
  const names = (first: string) =>
    tonguesOf(presetNamed("openai"), "https://api.openai.com/v1", first).map(({ dialect }) => dialect);
  expect(names("openai-responses")).toEqual(["openai-responses", "openai-chat", "openai-completions"]);
  expect(names("openai-chat")).toEqual(["openai-chat", "openai-responses", "openai-completions"]);
});

test.each([
  ["openai-chat", "/v1/chat/completions", "/proxy/chat/completions"],
  ["openai-responses", "/v1/responses", "/proxy/responses"],
  ["openai-completions", "/v1/completions", "/proxy/completions"],
  ["anthropic", "/v1/messages", "/proxy/v1/messages"],
  ["gemini", "/v1beta/models/m:generateContent", "/proxy/v1beta/models/m:generateContent"],
  ["cohere", "/v2/chat", "/proxy/v2/chat"],
  ["bedrock-converse", "/model/m/converse", "/proxy/model/m/converse"],
])("a server of no known vendor is spoken to in %s as that dialect's vendor is", async (dialect, root, below) => {
  const preset = compatiblePreset("mine", dialect, "");
  if (preset === undefined) throw new Error("no preset");
  const chatAt = async (url: string) => (await askEverywhere(preset, url, undefined)).dialects[dialect]?.chat;
  expect(await chatAt("http://gpu-box:9000")).toBe(`http://gpu-box:9000${root}`);
  expect(await chatAt("http://gpu-box:9000/proxy")).toBe(`http://gpu-box:9000${below}`);
});

test("there is no server of a dialect that nobody knows", () => {
  expect(compatiblePreset("mine", "klingon", "http://gpu-box:9000")).toBeUndefined();
});
