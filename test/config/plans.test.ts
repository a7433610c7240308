import { expect, test } from "vitest";
import { fallbackDefaults, type PlanSpec } from "../../src/core/routing.ts";
import { readGood } from "./fixtures.ts";

const env = { OPENAI_API_KEY: "o", ANTHROPIC_API_KEY: "a", GEMINI_API_KEY: "g" };

async function planOf(yaml: string, more = "", variables: Record<string, string> = {}): Promise<PlanSpec> {
  const { plans } = await readGood(`models:\n  it: ${yaml}\n${more}`, { env: { ...env, ...variables } });
  const plan = plans.it;
  if (plan === undefined) throw new Error("there is no plan");
  return plan;
}

const target = (provider: string, model: string) => ({
  provider,
  model,
  weight: 1,
  timeoutMs: undefined,
  retries: undefined,
  params: undefined,
});

const plain: PlanSpec = {
  strategy: "fallback",
  targets: [target("openai", "gpt-5")],
  when: [],
  fallbackOn: fallbackDefaults,
  hedge: undefined,
  affinity: true,
};

test("A target may be a text, a list of one, or settings: all of them are the same plan.", async () => {
  const forms = [
    "openai/gpt-5",
    "' openai/gpt-5 '",
    "[openai/gpt-5]",
    "[{ model: openai/gpt-5 }]",
    "{ targets: openai/gpt-5 }",
    "{ targets: { model: openai/gpt-5 } }",
    "{ strategy: fallback, targets: [openai/gpt-5], when: [], fallback_on: {}, hedge: false, affinity: true }",
    "{ targets: [{ model: openai/gpt-5, weight: 1, timeout: , retries: , params: , enabled: true }] }",
    "[openai/gpt-5, { model: nobody/x, enabled: false }]",
  ];
  for (const form of forms) expect(await planOf(form), form).toEqual(plain);
});

test("A model's name may hold slashes; the first one ends the provider's.", async () => {
  expect((await planOf("openai/meta/llama-4")).targets).toEqual([target("openai", "meta/llama-4")]);
});

test("All that a plan can say is read.", async () => {
  const plan = await planOf(`
    strategy: weighted
    targets:
      - { model: anthropic/claude-sonnet-4-5, weight: 3, timeout: 60s }
      - { model: openai/gpt-5, retries: 0, params: { temperature: 0.2 } }
      - gemini/gemini-2.5-pro
    when:
      - { if: { input_tokens_over: 150000, input_tokens_under: 900000 }, use: gemini/gemini-2.5-pro }
      - { if: { has: image }, use: [openai/gpt-4.1, { model: openai/gpt-5, retries: 1 }] }
      - { if: { has: [tools, audio, tools], stream: false, metadata: { team: blue } }, use: { model: openai/o } }
    fallback_on: { content_filter: true, timeout: false }
    hedge: 800ms
    affinity: false`);
  const [first, second, third] = plan.targets;
  expect(first).toEqual({ ...target("anthropic", "claude-sonnet-4-5"), weight: 3, timeoutMs: 60_000 });
  expect(second).toMatchObject({ model: "gpt-5", retries: 0, params: { temperature: 0.2 } });
  expect(third).toEqual(target("gemini", "gemini-2.5-pro"));
  expect(plan.when).toEqual([
    {
      condition: { inputTokensOver: 150_000, inputTokensUnder: 900_000 },
      use: [target("gemini", "gemini-2.5-pro")],
    },
    {
      condition: { has: ["image"] },
      use: [target("openai", "gpt-4.1"), { ...target("openai", "gpt-5"), retries: 1 }],
    },
    {
      condition: { has: ["tools", "audio"], stream: false, metadata: { team: "blue" } },
      use: [target("openai", "o")],
    },
  ]);
  expect(plan).toMatchObject({
    strategy: "weighted",
    fallbackOn: { ...fallbackDefaults, content_filter: true, timeout: false },
    hedge: { after: 800 },
    affinity: false,
  });
});

test("Variables may stand for numbers, switches and times of a plan.", async () => {
  const plan = await planOf(
    `
    targets: [{ model: "\${MODEL}", weight: "\${W}", retries: "\${R}", enabled: "\${ON}" }]
    when: [{ if: { input_tokens_over: "\${N}", stream: "\${ON}", has: "\${KIND}" }, use: openai/gpt-5 }]
    fallback_on: { content_filter: "\${ON}" }
    hedge: "\${ON}"
    affinity: "\${OFF}"`,
    "",
    { MODEL: "openai/gpt-5", W: "2.5", R: "3", N: "100", ON: "true", OFF: "false", KIND: "video" },
  );
  expect(plan).toMatchObject({
    targets: [{ ...target("openai", "gpt-5"), weight: 2.5, retries: 3 }],
    when: [{ condition: { inputTokensOver: 100, stream: true, has: ["video"] } }],
    fallbackOn: { content_filter: true },
    hedge: { after: "p95" },
    affinity: false,
  });
});

test.each([
  ["p95", { after: "p95" }],
  ["true", { after: "p95" }],
  ["'true'", { after: "p95" }],
  ["1.5s", { after: 1500 }],
  ["false", undefined],
  ["'false'", undefined],
] as const)("hedge: %s", async (yaml, hedge) => {
  expect((await planOf(`{ targets: openai/gpt-5, hedge: ${yaml} }`)).hedge).toEqual(hedge);
  expect((await readGood(`routing: { hedge: ${yaml} }`)).routing.hedge).toEqual(hedge);
});

test("A plan says what it wants otherwise than the general routing; what it does not say, that says.", async () => {
  const general = "routing: { hedge: p95, affinity: false, fallback_on: { quota: false, content_filter: true } }\n";
  const fallbackOn = { ...fallbackDefaults, quota: false, content_filter: true };
  expect(await planOf("openai/gpt-5", general)).toEqual({
    ...plain,
    hedge: { after: "p95" },
    affinity: false,
    fallbackOn,
  });
  const own = "{ targets: openai/gpt-5, hedge: false, affinity: true, fallback_on: { quota: true } }";
  expect(await planOf(own, general)).toEqual({ ...plain, fallbackOn: { ...fallbackOn, quota: true } });
});

test("General routing is read, with defaults for what is not said.", async () => {
  const text = `
routing:
  retries: 0
  backoff: { first: 100ms }
  affinity: { remember: 2h }
  hedge: 1s
  breaker: { failure_rate: "0.25", open: 1m }
  model_list: 1h
`;
  const { routing } = await readGood(text);
  expect(routing).toEqual({
    retries: 0,
    backoff: { firstMs: 100, mostMs: 8000 },
    affinity: true,
    affinityMs: 7_200_000,
    hedge: { after: 1000 },
    breaker: { windowMs: 30_000, minRequests: 10, failureRate: 0.25, openMs: 60_000 },
    modelListMs: 3_600_000,
  });
  const { breaker } = (await readGood("")).routing;
  expect((await readGood("routing: { breaker: true }")).routing.breaker).toEqual(breaker);
  expect((await readGood("routing: { breaker: false }")).routing.breaker).toBeUndefined();
  expect((await readGood("routing: { affinity: false }")).routing).toMatchObject({
    affinity: false,
    affinityMs: 3_600_000,
  });
  expect((await readGood("routing: { affinity: { enabled: false, remember: 1m } }")).routing).toMatchObject({
    affinity: false,
    affinityMs: 60_000,
  });
});

test("Variables of the environment come before the file's routing.", async () => {
  const variables = {
    CAUSEWAY_ROUTING_RETRIES: "5",
    CAUSEWAY_ROUTING_BACKOFF_MOST: "1m",
    CAUSEWAY_ROUTING_HEDGE: "p95",
    CAUSEWAY_ROUTING_AFFINITY: "false",
    CAUSEWAY_ROUTING_BREAKER: "false",
    CAUSEWAY_ROUTING_FALLBACK_ON_CONTENT_FILTER: "true",
  };
  const text = "routing: { retries: 1, backoff: { first: 1s }, affinity: { remember: 1m } }\nmodels: { it: openai/x }";
  const { routing, plans } = await readGood(text, { env: { ...env, ...variables } });
  expect(routing).toMatchObject({
    retries: 5,
    backoff: { firstMs: 1000, mostMs: 60_000 },
    hedge: { after: "p95" },
    affinity: false,
    breaker: undefined,
  });
  expect(plans.it?.fallbackOn.content_filter).toBe(true);
});
