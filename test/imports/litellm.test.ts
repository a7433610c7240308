import { expect, test } from "vitest";
import { configPresets, dialectNames } from "../../src/compose/providers.ts";
import { readConfig } from "../../src/config/read.ts";
import { importLitellm } from "../../src/imports/litellm/index.ts";
import { describeImported } from "../../src/imports/note.ts";
import { presets } from "../../src/upstreams/presets/index.ts";

const known = configPresets([]);
const providerOf = (model: string) =>
  presets.find(({ modelPrefixes }) => modelPrefixes.some((prefix) => model.startsWith(prefix)))?.name;

/** What comes of a file, read by our own configuration's reader, which must find no fault. */
async function carried(text: string) {
  const made = importLitellm(text, "config.yaml", { known, providerOf });
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
  return { made, config, notes: made.notes.map(({ line, kind, what }) => `${line} ${kind} ${what}`) };
}

const body = (yaml: string): string => yaml.slice(yaml.indexOf("\n") + 1);

test("apantli's configuration: names, keys as references, parameters.", async () => {
  const { made, config, notes } = await carried(`
model_list:
  - model_name: gpt-4.1-mini
    litellm_params:
      model: openai/gpt-4.1-mini
      api_key: os.environ/OPENAI_API_KEY
  - model_name: creative
    litellm_params:
      model: anthropic/claude-sonnet-4-5
      api_key: os.environ/ANTHROPIC_API_KEY
      temperature: 0.9
      max_tokens: 1000
      timeout: 30
      num_retries: 5
      reasoning_effort: low
      stop: END
`);
  expect(body(made.yaml)).toBe(`providers:
  openai:
    keys:
      - \${OPENAI_API_KEY}
  anthropic:
    keys:
      - \${ANTHROPIC_API_KEY}
models:
  gpt-4.1-mini: openai/gpt-4.1-mini
  creative:
    targets:
      - model: anthropic/claude-sonnet-4-5
        timeout: 30s
        retries: 5
        params:
          temperature: 0.9
          max_output_tokens: 1000
          stop:
            - END
          reasoning:
            effort: low
`);
  expect(notes).toEqual([]);
  expect(config.plans.creative?.targets[0]).toMatchObject({
    timeoutMs: 30_000,
    retries: 5,
    params: { temperature: 0.9, maxOutputTokens: 1000, stop: ["END"], reasoning: { effort: "low" } },
  });
});

test("Keys for the same model are one provider's; one that serves other models, too, has a provider of its own.", async () => {
  const { config } = await carried(`
model_list:
  - { model_name: fast, litellm_params: { model: openai/gpt-4.1-mini, api_key: os.environ/KEY_1 } }
  - { model_name: fast, litellm_params: { model: openai/gpt-4.1-mini, api_key: os.environ/KEY_2 } }
  - { model_name: fast, litellm_params: { model: openai/gpt-4.1-mini, api_key: os.environ/KEY_3 } }
  - { model_name: smart, litellm_params: { model: openai/gpt-5, api_key: os.environ/KEY_3 } }
`);
  const keys = config.providers
    .filter(({ preset }) => preset === "openai")
    .map((one) => [one.name, one.credentials.length]);
  expect(keys).toEqual([
    ["openai", 2],
    ["openai-2", 1],
  ]);
  expect(config.plans.fast).toMatchObject({
    strategy: "weighted",
    targets: [
      { provider: "openai", weight: 2 },
      { provider: "openai-2", weight: 1 },
    ],
  });
  expect(config.plans.smart?.targets).toMatchObject([{ provider: "openai-2", model: "gpt-5" }]);
});

test.each([
  ["simple-shuffle", "weighted"],
  ["least-busy", "least-busy"],
  ["latency-based-routing", "least-latency"],
  ["cost-based-routing", "least-cost"],
])("The strategy %s is %s.", async (theirs, ours) => {
  const { config, notes } = await carried(`
model_list:
  - { model_name: both, litellm_params: { model: openai/gpt-5, api_key: os.environ/A, rpm: 30 } }
  - { model_name: both, litellm_params: { model: groq/llama, api_key: os.environ/B, rpm: 10 } }
router_settings: { routing_strategy: ${theirs}, num_retries: 3, timeout: 45 }
`);
  expect(config.plans.both).toMatchObject({ strategy: ours, targets: [{ weight: 3 }, { weight: 1 }] });
  expect([config.routing.retries, config.timeouts.requestMs]).toEqual([3, 45_000]);
  expect(notes).toEqual([]);
});

test("A usage-based strategy has no equal: its limits go to the keys, and it is said.", async () => {
  const { config, notes } = await carried(`
model_list:
  - model_name: one
    litellm_params: { model: openai/gpt-5, api_key: os.environ/A, rpm: 30, tpm: 1000, max_parallel_requests: 4 }
router_settings:
  routing_strategy: usage-based-routing-v2
`);
  expect(config.providers[0]?.credentials).toMatchObject([{ rpm: 30, tpm: 1000, concurrency: 4 }]);
  expect(notes).toEqual([
    expect.stringMatching(/^6 changed routing_strategy usage-based-routing-v2: there is none like it/),
  ]);
});

test("Fallbacks follow the targets that they are for.", async () => {
  const { config, notes } = await carried(`
model_list:
  - { model_name: a, litellm_params: { model: openai/gpt-5, api_key: os.environ/A } }
  - { model_name: b, litellm_params: { model: groq/b1, api_key: os.environ/B } }
  - { model_name: b, litellm_params: { model: mistral/b2, api_key: os.environ/C } }
  - { model_name: c, litellm_params: { model: gemini/c, api_key: os.environ/D } }
  - { model_name: d, litellm_params: { model: gemini/d, api_key: os.environ/D } }
litellm_settings:
  fallbacks: [{ a: [c, nobody] }, { b: [c] }]
  context_window_fallbacks: [{ d: [a] }, { a: [b] }]
  content_policy_fallbacks: [{ b: [c] }]
`);
  const places = (name: string) => config.plans[name]?.targets.map(({ provider, model }) => `${provider}/${model}`);
  expect(places("a")).toEqual(["openai/gpt-5", "gemini/c"]);
  expect(config.plans.a?.strategy).toBe("fallback");
  expect(places("b")).toEqual(["groq/b1", "mistral/b2", "gemini/c"]);
  expect(config.plans.b).toMatchObject({
    strategy: "weighted",
    fallbackOn: { content_filter: true, timeout: true },
  });
  expect(config.plans.b?.targets.map(({ weight }) => weight)).toEqual([1, 1, 1e-6]);
  expect(places("d")).toEqual(["gemini/d", "openai/gpt-5"]);
  expect(config.plans.d?.fallbackOn).toMatchObject({ context_window: true, timeout: false, rate_limit: false });
  expect(notes).toEqual([
    "9 left the fallback 'nobody' of 'a': it is no name in model_list",
    "10 left context_window_fallbacks of 'a': a plan has one list of fallbacks",
  ]);
});

test("order puts targets behind others; default fallbacks and aliases of groups count.", async () => {
  const { config } = await carried(`
model_list:
  - { model_name: a, litellm_params: { model: groq/second, api_key: os.environ/B, order: 2 } }
  - { model_name: a, litellm_params: { model: openai/first, api_key: os.environ/A, order: 1 } }
  - { model_name: last, litellm_params: { model: gemini/c, api_key: os.environ/D } }
router_settings:
  default_fallbacks: [last]
  model_group_alias: { other: a, hidden: { model: last, hidden: true } }
`);
  const models = (name: string) => config.plans[name]?.targets.map(({ model }) => model);
  expect(models("a")).toEqual(["first", "second", "c"]);
  expect(config.plans.other).toEqual(config.plans.a);
  expect(models("hidden")).toEqual(["c"]);
});

test("Endpoints: a server of one's own, clouds with their region, project and version, vendors under LiteLLM's names.", async () => {
  const { config, notes } = await carried(`
model_list:
  - { model_name: own, litellm_params: { model: openai/m, api_base: "http://llm.lan:8000/v1", api_key: os.environ/OWN } }
  - { model_name: own2, litellm_params: { model: openai/m, api_base: os.environ/OTHER_API_BASE, api_key: os.environ/OWN } }
  - { model_name: local, litellm_params: { model: ollama_chat/llama3, api_base: "http://localhost:11434" } }
  - { model_name: same, litellm_params: { model: openai/gpt-5, api_base: "https://api.openai.com/v1", api_key: os.environ/O } }
  - { model_name: az, litellm_params: { model: azure/dep, api_base: "https://x.openai.azure.com/", api_version: "2024-10-21", api_key: os.environ/AZ } }
  - { model_name: tog, litellm_params: { model: together_ai/meta/llama, api_key: os.environ/T } }
  - { model_name: nim, litellm_params: { model: nvidia_nim/x, api_key: os.environ/N } }
  - { model_name: rock, litellm_params: { model: bedrock/converse/anthropic.claude, aws_access_key_id: os.environ/I, aws_secret_access_key: os.environ/S, aws_region_name: eu-central-1 } }
  - { model_name: vx, litellm_params: { model: vertex_ai/gemini-2.5-pro, vertex_project: p1, vertex_location: os.environ/LOC } }
  - { model_name: vc, litellm_params: { model: vertex_ai/claude-sonnet-4-5, vertex_project: p1, vertex_credentials: ./key.json } }
  - { model_name: bare, litellm_params: { model: claude-sonnet-4-5, api_key: os.environ/AN } }
`);
  const places = Object.fromEntries(
    Object.entries(config.plans).map(([name, { targets }]) => {
      const provider = config.providers.find((one) => one.name === targets[0]?.provider);
      return [
        name,
        `${provider?.name} ${provider?.preset ?? provider?.dialect} ${provider?.baseUrl} ${targets[0]?.model}`,
      ];
    }),
  );
  expect(places).toEqual({
    own: "llm.lan-8000 openai-chat http://llm.lan:8000/v1 m",
    own2: "other openai-chat https://placeholder.example/v1 m",
    local: "ollama ollama http://localhost:11434 llama3",
    same: "openai openai https://api.openai.com/v1 gpt-5",
    az: "azure azure https://x.openai.azure.com?api-version=2024-10-21 dep",
    tog: "together together https://api.together.ai/v1 meta/llama",
    nim: "nvidia nvidia https://integrate.api.nvidia.com/v1 x",
    rock: "bedrock bedrock https://bedrock-runtime.eu-central-1.amazonaws.com anthropic.claude",
    vx: "vertex vertex https://placeholder-aiplatform.googleapis.com/v1/projects/p1/locations/placeholder gemini-2.5-pro",
    vc: "vertex-anthropic vertex-anthropic https://aiplatform.googleapis.com/v1/projects/p1/locations/global claude-sonnet-4-5",
    bare: "anthropic anthropic https://api.anthropic.com claude-sonnet-4-5",
  });
  expect(notes).toEqual(["12 key litellm_params.vertex_credentials"]);
});

test("Keys in the file are kept and told, never shown; ${ in them stays what it is.", async () => {
  const { made, config, notes } = await carried(`
model_list:
  - model_name: a
    litellm_params:
      model: openai/gpt-5
      api_key: "sk-secret-\${X}-0123456789"
general_settings:
  master_key: sk-1234567890
`);
  expect(config.providers[0]?.credentials[0]?.secret).toBe(["sk-secret-$", "{X}-0123456789"].join(""));
  expect(config.access.keys).toEqual(["sk-1234567890"]);
  expect(notes).toEqual(["6 key litellm_params.api_key", "8 key general_settings.master_key"]);
  expect(describeImported(made, { file: "config.yaml", what: "entries of model_list", unset: [] })).not.toContain(
    "sk-",
  );
});

test("What cannot be carried over is told with its line, once, and the rest is carried.", async () => {
  const { made, config, notes } = await carried(`
model_list:
  - model_name: team/fast
    litellm_params:
      model: openai/gpt-5
      api_key: os.environ/A
      drop_params: true
      input_cost_per_token: 0.00000125
      output_cost_per_token: 0.00001
    model_info: { max_tokens: 5, mode: chat }
  - model_name: strange
    litellm_params: { model: acme_cloud/x }
  - model_name: off
    litellm_params: { model: openai/gpt-5, api_key: os.environ/A, enabled: false }
  - model_name: "*"
    litellm_params: { model: "openai/*", api_key: os.environ/A }
  - litellm_params: {}
litellm_settings:
  success_callback: [langfuse]
environment_variables: { A: b }
`);
  expect(notes).toEqual([
    "3 changed 'team/fast' is called 'team-fast': names here have no slash and no space",
    "7 left litellm_params.drop_params",
    "10 left model_list.model_info.max_tokens",
    "11 left 'strange' for acme_cloud/x: no provider 'acme_cloud' is known; add it by hand with dialect and base_url",
    "13 left 'off': it is switched off (enabled: false)",
    "15 changed '*' stands for many models: ask for them as provider/model, here openai/…",
    "17 left an entry without model_name or litellm_params.model",
    "19 left litellm_settings.success_callback",
    "20 left environment_variables",
  ]);
  expect(Object.keys(config.plans)).toEqual(["team-fast"]);
  expect(config.prices).toMatchObject([{ model: "openai/gpt-5", input: 1_250_000_000n, output: 10_000_000_000n }]);
  expect(
    describeImported(made, { file: "c.yaml", what: "entries of model_list", unset: ["A"] }),
  ).toContain(`3 of 5 entries of model_list were carried over.
Carried over, but not quite the same:
  c.yaml:3  'team/fast'`);
});

test.each([
  ["- a\n", /has no list 'model_list'/],
  ["model_list: {}\n", /has no list 'model_list'/],
  ["model_list: [\n", /^config\.yaml:\d+:\d+: is no YAML/],
])("%j is refused.", (text, message) => {
  expect(() => importLitellm(text, "config.yaml", { known, providerOf })).toThrow(message);
});
