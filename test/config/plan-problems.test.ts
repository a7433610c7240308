import { expect, test } from "vitest";
import { problemsOf } from "./fixtures.ts";

/** What is wrong, the file below `models:` (beside openai, gemini and a disabled anthropic), and the problems. */
const badPlans: readonly [string, string, readonly string[]][] = [
  [
    "a strategy with a slip",
    "{ strategy: wieghted, targets: [openai/x] }",
    [
      "2:18 models.a.strategy: expected one of fallback, weighted, round-robin, least-latency, least-cost, least-busy, found 'wieghted': did you mean 'weighted'?",
    ],
  ],
  [
    "targets that are none",
    "[openai, opena/x, anthropic/x, 5, a, b]",
    [
      "2:7 models.a[0]: expected provider/model: a provider's name, a slash, and its name for a model",
      "2:15 models.a[1]: there is no provider 'opena': did you mean 'openai'?",
      "2:24 models.a[2]: the provider 'anthropic' is switched off (enabled: false)",
      "2:37 models.a[3]: expected provider/model, or settings with model, found a number",
      "2:40 models.a[4]: is another name under models: a plan's targets are provider/model",
      "2:43 models.a[5]: is another name under models: a plan's targets are provider/model",
    ],
  ],
  ["a name for another name", "b", ["2:6 models.a: is another name under models: a plan's targets are provider/model"]],
  ["an empty list", "[]", ["2:6 models.a: is empty: list at least one provider/model"]],
  ["a plan without targets", "{ hedge: p95 }", ["2:3 models.a.targets: is missing: say which targets serve"]],
  ["a plan with no targets", "{ targets: [] }", ["2:17 models.a.targets: is empty: list at least one provider/model"]],
  [
    "targets that are all switched off",
    "{ targets: [{ model: openai/x, enabled: false }, { model: nobody/x, enabled: false }] }",
    ["2:17 models.a.targets: has no target that is switched on (all are enabled: false): enable one"],
  ],
  [
    "settings of a target",
    "[{ model: opena/x, weight: 0, timeout: 60, retries: -1, enabled: maybe, wieght: 2 }, { weight: -1 }, { model: openai/x, weight: lots }]",
    [
      "2:16 models.a[0].model: there is no provider 'opena'",
      "2:33 models.a[0].weight: expected a number over 0 (a target is switched off by enabled: false), found '0'",
      "2:45 models.a[0].timeout: expected a time with its unit",
      "2:58 models.a[0].retries: expected a whole number from 0, found '-1'",
      "2:71 models.a[0].enabled: expected true or false, found 'maybe'",
      "2:78 models.a[0].wieght: unknown key 'wieght': did you mean 'weight'?",
      "2:91 models.a[1].model: is missing: expected provider/model",
      "2:101 models.a[1].weight: expected a number over 0",
      "2:134 models.a[2].weight: expected a number over 0",
    ],
  ],
  [
    "another tool's words",
    "{ model: openai/x, fallbacks: [gemini/x], conditions: [] }",
    [
      "2:3 models.a.targets: is missing",
      "2:8 models.a.model: unknown key 'model': did you mean 'targets'?",
      "2:25 models.a.fallbacks: unknown key 'fallbacks': did you mean 'targets'?",
      "2:48 models.a.conditions: unknown key 'conditions': did you mean 'when'?",
    ],
  ],
  [
    "causes",
    "{ targets: openai/x, fallback_on: { timeouts: true, quota: sometimes } }",
    [
      "2:42 models.a.fallback_on.timeouts: unknown key 'timeouts': did you mean 'timeout'?",
      "2:65 models.a.fallback_on.quota: expected true or false, found 'sometimes'",
    ],
  ],
  [
    "hedge and affinity",
    "{ targets: openai/x, hedge: p50, affinity: always }",
    [
      "2:34 models.a.hedge: expected true, false, p95 or a time such as 800ms, found 'p50'",
      "2:49 models.a.affinity: expected true or false, found 'always'",
    ],
  ],
  [
    "a hedge without a unit",
    "{ targets: openai/x, hedge: 800 }",
    ["2:34 models.a.hedge: expected true, false, p95 or a time such as 800ms, found a number"],
  ],
];

test.each(badPlans)("%s: each fault has its place, and what to do", async (_what, plan, expected) => {
  const providers = "providers: { gemini: { keys: [k] }, anthropic: { enabled: false } }";
  const text = `models:\n  a: ${plan}\n  b: openai/x\n${providers}\n`;
  const problems = await problemsOf(text, { env: { OPENAI_API_KEY: "k" } });
  const beginnings = problems.map((problem, at) => problem.slice(0, expected[at]?.length));
  expect(beginnings, problems.join("\n")).toEqual(expected);
});

/** What is wrong, the entries of `when` from line 5 on, and the problems without "models.a.when". */
const badConditions: readonly [string, readonly string[], readonly string[]][] = [
  [
    "no condition and no targets",
    ["{ if: { has: image } }", "{ use: openai/x }", "openai/x", "{ if: , use: openai/x }"],
    [
      "5:9 [0].use: is missing: say which targets serve, as provider/model",
      "6:9 [1].if: is missing: expected a condition, such as { has: image } or { input_tokens_over: 100000 }",
      "7:9 [2]: expected settings such as { if: { has: image }, use: provider/model }, found a text",
      "8:15 [3].if: expected a condition, such as { has: image } or { input_tokens_over: 100000 }, found nothing",
    ],
  ],
  [
    "conditions that always hold",
    ["{ if: {}, use: openai/x }", "{ if: { has: [], metadata: {}, stream: }, use: openai/x }"],
    ["5:11 [0].if: is empty, so it would always hold", "6:11 [1].if: is empty, so it would always hold"],
  ],
  [
    "conditions that never hold",
    ["{ if: { input_tokens_over: 100, input_tokens_under: 101 }, use: openai/x }"],
    ["5:11 [0].if: can never hold: there is no number of tokens over 100 and under 101"],
  ],
  [
    "words and numbers of a condition",
    [
      "{ if: { has: imge }, use: openai/x }",
      "{ if: { has: [image, 5], stream: perhaps }, use: openai/x }",
      "{ if: { input_tokens_over: 0, input_tokens_under: many, metadata: { a: 5 } }, use: openai/x }",
      "{ if: { input_token_over: 5, has: 5 }, then: openai/x, use: openai/x }",
    ],
    [
      "5:22 [0].if.has: expected one of image, audio, video, document, tools, json_schema, reasoning, found 'imge': did you mean 'image'?",
      "6:30 [1].if.has[1]: expected one of image, audio",
      "6:42 [1].if.stream: expected true or false, found 'perhaps'",
      "7:36 [2].if.input_tokens_over: expected a whole number from 1, found '0'",
      "7:59 [2].if.input_tokens_under: expected a whole number from 1, found 'many'",
      "7:80 [2].if.metadata.a: expected a text, found a number: put it in quotes",
      "8:17 [3].if.input_token_over: unknown key 'input_token_over': did you mean 'input_tokens_over'?",
      "8:43 [3].if.has: expected one or several of image, audio, video, document, tools, json_schema, reasoning, found a number",
      "8:48 [3].then: unknown key 'then': expected one of if, use",
    ],
  ],
  [
    "targets of a condition",
    [
      "{ if: { has: image }, use: [] }",
      "{ if: { has: audio }, use: { model: openai/x, enabled: false } }",
      "{ if: { has: video }, use: [opena/x, b] }",
    ],
    [
      "5:36 [0].use: is empty: list at least one provider/model",
      "6:36 [1].use: has no target that is switched on",
      "7:37 [2].use[0]: there is no provider 'opena': did you mean 'openai'?",
      "7:46 [2].use[1]: is another name under models",
    ],
  ],
  [
    "conditions behind one that always decides before them",
    [
      "{ if: { input_tokens_over: 1000 }, use: openai/x }",
      "{ if: { input_tokens_over: 2000, has: image }, use: openai/x }",
      "{ if: { has: [tools, image] }, use: openai/x }",
      "{ if: { has: [image, tools] }, use: openai/x }",
    ],
    [
      "6:11 [1].if: can never decide: whenever it holds, that of when[0] holds, too, and comes first. Put it before that one",
      "8:11 [3].if: can never decide: whenever it holds, that of when[2] holds",
    ],
  ],
];

test.each(badConditions)("%s are refused with their places", async (_what, entries, expected) => {
  const when = entries.map((entry) => `      - ${entry}\n`).join("");
  const text = `models:\n  a:\n    targets: openai/x\n    when:\n${when}  b: openai/x\n`;
  const problems = await problemsOf(text, { env: { OPENAI_API_KEY: "k" } });
  const shown = problems.map((problem) => problem.replace("models.a.when", ""));
  expect(
    shown.map((problem, at) => problem.slice(0, expected[at]?.length)),
    shown.join("\n"),
  ).toEqual(expected);
});

test("A bad plan hides no fault of another one, and none of its own.", async () => {
  const text = `
models:
  one: { strategy: none, targets: [opena/x] }
  two: { targets: [openai/x], when: 5 }
  three/: [openai/x]
  four: { targets: { model: openai/x, params: { temprature: 1 } } }
`;
  const problems = await problemsOf(text, { env: { OPENAI_API_KEY: "k" } });
  expect(problems.map((problem) => problem.replace(/: .*/s, ""))).toEqual([
    "3:20 models.one.strategy",
    "3:36 models.one.targets[0]",
    "4:37 models.two.when",
    "5:3 models.three/",
    "6:49 models.four.targets.params.temprature",
  ]);
});

test("Faults of the general routing have their places.", async () => {
  const text = `
routing:
  retries: -1
  fallback_on: { rate_limits: true }
  affinity: { enabled: perhaps, remember: 1 }
  hedge: soon
  breaker: { failure_rate: 1.5, min_requests: 0, window: 1 }
  model_list: 0s
  max_retries: 3
`;
  expect((await problemsOf(text)).map((problem) => problem.replace(/(found|such as|units?) .*/s, "$1"))).toEqual([
    "3:12 routing.retries: expected a whole number from 0, found",
    "4:18 routing.fallback_on.rate_limits: unknown key 'rate_limits': did you mean 'rate_limit'?",
    "5:24 routing.affinity.enabled: expected true or false, found",
    "5:43 routing.affinity.remember: expected a time with its unit, such as",
    "6:10 routing.hedge: expected true, false, p95 or a time such as",
    "7:28 routing.breaker.failure_rate: expected a share over 0 and up to 1, such as",
    "7:47 routing.breaker.min_requests: expected a whole number from 1, found",
    "7:58 routing.breaker.window: expected a time with its unit, such as",
    "8:15 routing.model_list: expected a time with its unit, such as",
    "9:3 routing.max_retries: unknown key 'max_retries': did you mean 'retries'?",
  ]);
  expect(await problemsOf("routing: { backoff: { first: 10s } }")).toEqual([
    "1:12 routing.backoff: first is longer than most (8000ms): give a longer 'most'",
  ]);
  const never = ["0", "-0.1", "1.01", ".inf", "''"];
  for (const rate of never) {
    const [problem] = await problemsOf(`routing: { breaker: { failure_rate: ${rate} } }`);
    expect(problem, rate).toContain("expected a share over 0 and up to 1");
  }
});
