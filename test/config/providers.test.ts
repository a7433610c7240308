import { expect, test } from "vitest";
import { presets, problemsOf, readGood } from "./fixtures.ts";

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
  expect(providers.map(({ name, keys }) => [name, keys])).toEqual([
    ["openai", ["zero", "two", "ten"]],
    ["gemini", ["g"]],
  ]);
});

test("Of several variables for a key the first that is set counts.", async () => {
  const { providers } = await readGood("", { env: { GOOGLE_API_KEY: "second", GEMINI_API_KEY_7: "first" } });
  expect(providers.map(({ keys }) => keys)).toEqual([["first"]]);
});

test("The file wins over the environment where both know a provider.", async () => {
  const env = { OPENAI_API_KEY: "env-o", ANTHROPIC_API_KEY: "env-a", GEMINI_API_KEY: "env-g" };
  const text = `
providers:
  openai: { keys: [file-o] }
  claude: { preset: anthropic }
`;
  const { providers } = await readGood(text, { env });
  expect(providers.map(({ name, keys }) => [name, keys])).toEqual([
    ["openai", ["file-o"]],
    ["claude", ["env-a"]],
    ["gemini", ["env-g"]],
  ]);
  const off = await readGood("providers: { openai: { enabled: false } }", { env });
  expect(off.providers.map(({ name }) => name)).toEqual(["anthropic", "gemini"]);
});

test("The base URL that the vendor's own programs would take is taken, but not the gateway's own.", async () => {
  const withVariables = presets.map((preset) => {
    if (preset.name === "openai") return { ...preset, baseUrlEnv: "OPENAI_BASE_URL" };
    const readBaseUrlEnv = (host: string) => `http://${host}`;
    return preset.name === "ollama" ? { ...preset, baseUrlEnv: "OLLAMA_HOST", readBaseUrlEnv } : preset;
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
  const demo = { name: "demo", dialect: "openai-chat", baseUrl: "demo:", envKeys: [], builtIn: true };
  const text = "models: { a: openai/x, b: demo/demo }";
  const config = await readGood(text, { env: { OPENAI_API_KEY: "k" }, presets: [...presets, demo] });
  expect(config.aliases).toEqual({ a: "openai/x", b: "demo/demo" });
  expect(config.providers.map(({ name, keys }) => [name, keys])).toEqual([
    ["openai", ["k"]],
    ["demo", []],
  ]);
});

test("A preset whose dialect there is not yet is not offered.", async () => {
  const env = { GEMINI_API_KEY: "k" };
  expect((await readGood("", { env, dialects: ["openai-chat"] })).providers).toEqual([]);
  const [problem] = await problemsOf("providers: { gemini: }", { env, dialects: ["openai-chat"] });
  expect(problem).toBe(
    "1:14 providers.gemini: 'gemini' is no known provider (known: openai, ollama): give it dialect and base_url, or the preset it is like",
  );
});
