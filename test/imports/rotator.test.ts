import { expect, test } from "vitest";
import { configPresets, dialectNames } from "../../src/compose/providers.ts";
import { readConfig } from "../../src/config/read.ts";
import { importRotator } from "../../src/imports/rotator/index.ts";

const known = configPresets([]);

async function carried(text: string) {
  const made = importRotator(text, ".env", known);
  const { config, problems } = await readConfig({
    text: made.yaml,
    env: Object.fromEntries(made.variables),
    flags: {},
    cwd: "/srv",
    presets: known,
    dialects: dialectNames,
    readFile: () => Promise.reject(new Error("none")),
  });
  expect(problems).toEqual([]);
  if (config === undefined) throw new Error(made.yaml);
  const of = (name: string) => config.providers.find((one) => one.name === name);
  return { made, config, of, notes: made.notes.map(({ line, kind, what }) => `${line} ${kind} ${what}`) };
}

test("Keys become references in the order of their numbers, with how they rotate.", async () => {
  const { made, of, notes, config } = await carried(`# the proxy's
PROXY_API_KEY="mine-0123456789abcdef"
GEMINI_API_KEY_2="g-two-0123456789"
GEMINI_API_KEY_1="g-one-0123456789"
export NVIDIA_NIM_API_KEY=n-0123456789abcdef
ROTATION_MODE_GEMINI=sequential
MAX_CONCURRENT_REQUESTS_PER_KEY_GEMINI=3
QUOTA_GROUPS_GEMINI_PRO="gemini-2.5-pro, gemini/gemini-3-pro"
QUOTA_GROUPS_GEMINI_NONE=""
`);
  expect(made.yaml).not.toContain("0123456789");
  expect(config.access.keys).toEqual(["mine-0123456789abcdef"]);
  expect(of("gemini")).toMatchObject({
    credentials: [
      { secret: "g-one-0123456789", concurrency: 3 },
      { secret: "g-two-0123456789", concurrency: 3 },
    ],
    rotation: { mode: "sequential" },
    quotaGroups: [["gemini-2.5-pro", "gemini-3-pro"]],
  });
  expect(of("nvidia")?.credentials).toHaveLength(1);
  expect(notes).toEqual([
    "7 changed MAX_CONCURRENT_REQUESTS_PER_KEY_GEMINI: there for each model of a key, here for the key with all its models",
  ]);
});

test("A server of one's own is there with its address, an unknown one without an address is not.", async () => {
  const { of, notes, made } = await carried(`MINE_API_BASE=http://10.0.0.5:8001/v1
MINE_API_KEY_1=dummy
CHUTES_API_KEY_1=c
OPENAI_API_BASE=https://relay.example/v1
OPENAI_API_KEY=o
GROK_API_KEY=x1
XAI_API_KEY=x2
`);
  expect(of("mine")).toMatchObject({ dialect: "openai-chat", baseUrl: "http://10.0.0.5:8001/v1", preset: undefined });
  expect(of("openai-server")).toMatchObject({ preset: undefined, baseUrl: "https://relay.example/v1" });
  expect(notes).toEqual([
    "3 left CHUTES_API_KEY_1: no provider 'chutes' is known; add it by hand with dialect and base_url",
    "7 left the keys of XAI: xai has others already",
  ]);
  expect([made.carried, made.entries]).toEqual([3, 5]);
});

test("Models: what is ignored is denied, what is listed beside * is all there is.", async () => {
  const { of, notes } = await carried(`GEMINI_API_KEY=g
IGNORE_MODELS_GEMINI="*"
WHITELIST_MODELS_GEMINI="gemini-2.5-pro,gemini-2.5-flash"
OPENAI_API_KEY=o
IGNORE_MODELS_OPENAI="gpt-3.5*,*-preview,o1"
WHITELIST_MODELS_OPENAI="o1,gpt-5-preview"
GROQ_API_KEY=q
WHITELIST_MODELS_GROQ="llama"
`);
  expect(of("gemini")?.models).toEqual({ allow: ["gemini-2.5-pro", "gemini-2.5-flash"], deny: [] });
  expect(of("openai")?.models).toEqual({ allow: [], deny: ["gpt-3.5*", "*-preview"] });
  expect(of("groq")?.models).toEqual({ allow: [], deny: [] });
  expect(notes).toEqual([
    "6 changed WHITELIST_MODELS_OPENAI: gpt-5-preview stays denied, since here what IGNORE_MODELS_OPENAI denies is",
  ]);
});

test("What has no equal is told with its line.", async () => {
  const { notes } = await carried(`OPENAI_API_KEY=o
ROTATION_MODE_OPENAI=random
CONCURRENCY_MULTIPLIER_OPENAI_PRIORITY_1=10
GEMINI_CLI_OAUTH_1=/x.json
EMPTY=
`);
  expect(notes).toEqual([
    "2 left ROTATION_MODE_OPENAI: there is no mode 'random'",
    "3 left CONCURRENCY_MULTIPLIER_OPENAI_PRIORITY_1",
    "4 left GEMINI_CLI_OAUTH_1",
  ]);
});
