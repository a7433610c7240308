import { expect, test } from "vitest";
import type { ProviderPreset } from "../../src/config/config.ts";
import { presets, problemsOf, readGood, secretsOf } from "./fixtures.ts";

test("Providers whose keys are in the environment are there without a file, numbered keys in their order.", async () => {
  const env = {
    OPENAI_API_KEY_10: "ten",
    OPENAI_API_KEY_2: " two\n",
    OPENAI_API_KEY: "zero",
    OPENAI_API_KEY_3: "zero",
    OPENAI_API_KEY_4: "",
    OPENAI_API_KEY_FILE: "no key",
    GOOGLE_API_KEY: "g",
    ANTHROPIC_API_KEY: "  ",
  };
  const { providers } = await readGood("", { env });
  expect(providers.map((provider) => [provider.name, secretsOf(provider)])).toEqual([
    ["openai", ["zero", "two", "ten"]],
    ["gemini", ["g"]],
  ]);
});

test("Of several variables for a key the first that is set counts.", async () => {
  const { providers } = await readGood("", { env: { GOOGLE_API_KEY: "second", GEMINI_API_KEY_7: "first" } });
  expect(providers.map(secretsOf)).toEqual([["first"]]);
});

test("The file wins over the environment where both know a provider.", async () => {
  const env = { OPENAI_API_KEY: "env-o", ANTHROPIC_API_KEY: "env-a", GEMINI_API_KEY: "env-g" };
  const text = `
providers:
  openai: { keys: [file-o] }
  claude: { preset: anthropic }
`;
  const { providers } = await readGood(text, { env });
  expect(providers.map((provider) => [provider.name, secretsOf(provider)])).toEqual([
    ["openai", ["file-o"]],
    ["claude", ["env-a"]],
    ["gemini", ["env-g"]],
  ]);
  const off = await readGood("providers: { openai: { enabled: false } }", { env });
  expect(off.providers.map(({ name }) => name)).toEqual(["anthropic", "gemini"]);
});

test("The base URL that the vendor's own programs would take is taken, but not the gateway's own.", async () => {
  const withVariables = presets.map((preset) => {
    const from = (variable: string, prefix: string) => ({
      variables: [variable],
      read: ([value = ""]: readonly string[]) => (value === "" ? undefined : prefix + value),
    });
    if (preset.name === "openai") return { ...preset, baseUrlFrom: from("OPENAI_BASE_URL", "") };
    return preset.name === "ollama" ? { ...preset, baseUrlFrom: from("OLLAMA_HOST", "http://") } : preset;
  });
  const urls = async (env: Record<string, string>, text = "providers: { openai: { keys: [k] }, ollama: }") =>
    (await readGood(text, { env, presets: withVariables })).providers.map(({ baseUrl }) => baseUrl);
  expect(await urls({ OPENAI_BASE_URL: " https://a.example/v1 ", OLLAMA_HOST: "box:1" })).toEqual([
    "https://a.example/v1",
    "http://box:1",
  ]);
  expect(await urls({ OPENAI_BASE_URL: "http://localhost:4000/v1", OLLAMA_HOST: "" })).toEqual([
    "https://api.openai.com/v1",
    "http://127.0.0.1:11434/v1",
  ]);
  const given = "providers: { openai: { keys: [k], base_url: 'https://b.example' } }";
  expect(await urls({ OPENAI_BASE_URL: "https://a.example" }, given)).toEqual(["https://b.example"]);
  const wrong = { env: { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "a.example" }, presets: withVariables };
  expect(await problemsOf("", wrong)).toEqual([
    "0:0 OPENAI_BASE_URL: expected an address that begins with http:// or https://",
  ]);
});

test.each([
  ["http://127.0.0.1:4000/v1", "127.0.0.1:4000"],
  ["http://localhost:4000", ":4000"],
  ["http://gateway.lan:4000", "gateway.lan:4000"],
  ["https://[::1]", "'[::1]:443'"],
])("A provider at %s is refused when the gateway listens on %s: it would ask itself.", async (url, listen) => {
  const text = `listen: ${listen}\naccess: { keys: [k] }\nproviders: { ollama: { base_url: "${url}" } }`;
  expect(await problemsOf(text)).toEqual([
    "3:34 providers.ollama.base_url: is the gateway's own address: say where the provider itself is",
  ]);
});

test("Aliases may lead to providers of the environment and to built-in ones.", async () => {
  const demo = { name: "demo", dialects: ["openai-chat"], baseUrl: "demo:", envKeys: [], builtIn: true };
  const text = "models: { a: openai/x, b: demo/demo }";
  const config = await readGood(text, { env: { OPENAI_API_KEY: "k" }, presets: [...presets, demo] });
  expect(
    Object.values(config.plans).map(({ targets }) => targets.map(({ provider, model }) => [provider, model])),
  ).toEqual([[["openai", "x"]], [["demo", "demo"]]]);
  expect(config.providers.map((provider) => [provider.name, secretsOf(provider)])).toEqual([
    ["openai", ["k"]],
    ["demo", []],
  ]);
});

const clouds: readonly ProviderPreset[] = [
  {
    name: "heaven",
    dialects: ["gemini"],
    baseUrl: undefined,
    baseUrlFrom: {
      variables: ["HEAVEN_PROJECT", "HEAVEN_PLACE"],
      wanted: "HEAVEN_PROJECT (and HEAVEN_PLACE)",
      read: ([project, place]) =>
        project === "" ? undefined : `https://${place || "here"}.example/projects/${project}`,
    },
    baseUrlForm: { pattern: /\/projects\/./, expected: "expected a project in it" },
    envKeys: ["HEAVEN_KEY_FILE"],
    keyIsFile: true,
  },
  {
    name: "river",
    aliases: ["stream"],
    dialects: ["openai-chat"],
    baseUrl: "https://river.example",
    envKeys: ["RIVER_TOKEN"],
    envKeyParts: { required: ["RIVER_ID", "RIVER_SECRET"], optional: ["RIVER_SESSION"] },
  },
];

test("A provider that has no place of its own is there when keys and place are in the environment.", async () => {
  const found = async (env: Record<string, string>) =>
    (await readGood("", { env, presets: clouds })).providers.map((provider) => [
      provider.name,
      provider.baseUrl,
      ...secretsOf(provider),
    ]);
  expect(await found({ HEAVEN_KEY_FILE: "/a file.json" })).toEqual([]);
  expect(await found({ HEAVEN_PROJECT: "p" })).toEqual([]);
  expect(await found({ HEAVEN_KEY_FILE: "/a file.json", HEAVEN_PROJECT: "p" })).toEqual([
    ["heaven", "https://here.example/projects/p", "/a file.json"],
  ]);
  const env = { HEAVEN_KEY_FILE: "/a file.json", HEAVEN_PROJECT: "p", HEAVEN_PLACE: "far" };
  expect(await found(env)).toEqual([["heaven", "https://far.example/projects/p", "/a file.json"]]);
});

test("An entry of such a provider says which variables tell where it is, and may say it itself.", async () => {
  const env = { HEAVEN_KEY_FILE: "k.json" };
  expect(await problemsOf("providers: { heaven: }", { env, presets: clouds })).toEqual([
    "1:14 providers.heaven: has no base_url: set the variable HEAVEN_PROJECT (and HEAVEN_PLACE) in the environment or in .env, or say under 'base_url' where yours is",
  ]);
  const text = (url: string) => `providers: { heaven: { base_url: "${url}", keys: ["a b.json"] } }`;
  expect(await problemsOf(text("https://heaven.example"), { presets: clouds })).toEqual([
    "1:34 providers.heaven.base_url: expected a project in it",
  ]);
  const { providers } = await readGood(text("https://heaven.example/projects/p"), { presets: clouds });
  expect(providers[0]).toMatchObject({
    baseUrl: "https://heaven.example/projects/p",
    credentials: [{ secret: "a b.json" }],
  });
});

test("A key may be in parts, each of which is needed but those that are optional.", async () => {
  const keys = async (env: Record<string, string>) =>
    (await readGood("", { env, presets: clouds })).providers.flatMap(secretsOf);
  expect(await keys({ RIVER_ID: "id" })).toEqual([]);
  expect(await keys({ RIVER_SECRET: "s" })).toEqual([]);
  expect(await keys({ RIVER_ID: "id", RIVER_SECRET: " s " })).toEqual(["id:s"]);
  expect(await keys({ RIVER_ID: "id", RIVER_SECRET: "s", RIVER_SESSION: "t" })).toEqual(["id:s:t"]);
  expect(await keys({ RIVER_ID: "id", RIVER_SECRET: "s", RIVER_TOKEN: "whole" })).toEqual(["whole"]);
  const two = { RIVER_ID: "a", RIVER_SECRET: "b", RIVER_ID_2: "c", RIVER_SECRET_2: "d", RIVER_ID_3: "e" };
  expect(await keys(two)).toEqual(["a:b", "c:d"]);
  expect(await problemsOf("providers: { river: }", { presets: clouds })).toEqual([
    "1:14 providers.river: has no keys: set the variable RIVER_TOKEN (or RIVER_ID and RIVER_SECRET) in the environment or in .env, or list some under 'keys'",
  ]);
});

test("A provider may go by another of its names, and is there only once.", async () => {
  const env = { RIVER_TOKEN: "t" };
  expect((await readGood("providers: { stream: }", { env, presets: clouds })).providers.length).toBe(1);
  const { providers } = await readGood("providers: { stream: , two: { preset: stream } }", { env, presets: clouds });
  expect(providers.map((provider) => [provider.name, provider.preset, ...secretsOf(provider)])).toEqual([
    ["stream", "river", "t"],
    ["two", "river", "t"],
  ]);
});

test("An entry chooses which of a preset's dialects is its own, and only of those.", async () => {
  const text = (dialect: string) => `providers: { openai: { keys: [k], dialect: ${dialect} } }`;
  expect((await readGood(text("openai-responses"))).providers[0]?.dialect).toBe("openai-responses");
  expect(await problemsOf(text("gemini"))).toEqual([
    "1:44 providers.openai.dialect: is none of those that openai speaks: expected one of openai-chat, openai-responses",
  ]);
});

test("What no header can carry is no key, unless keys are files.", async () => {
  const text = 'providers: { openai: { keys: [ok, "two words"] } }';
  expect(await problemsOf(text)).toEqual([
    "1:35 providers.openai.keys[1]: holds a space, a line break or another character that no key has",
  ]);
  const env = { RIVER_TOKEN: "two words", HEAVEN_KEY_FILE: '{\n "a": 1\n}', HEAVEN_PROJECT: "p" };
  expect(await problemsOf("", { env, presets: clouds })).toEqual([
    "0:0 RIVER_TOKEN: holds a space, a line break or another character that no key has",
  ]);
});
