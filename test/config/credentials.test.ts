import fc from "fast-check";
import { expect, test } from "vitest";
import { problemsOf, readGood } from "./fixtures.ts";

const one = "sk-0123456789abcdef";
const two = "sk-9876543210abcdef";

async function credentialsOf(keys: string, env: Record<string, string> = {}) {
  const [provider] = (await readGood(`providers: { openai: { keys: ${keys} } }`, { env })).providers;
  return provider?.credentials ?? [];
}

const plain = { weight: 1, tier: 1, concurrency: undefined, rpm: undefined, tpm: undefined };

test("A key is a text, or settings of its own; variables may stand for their numbers.", async () => {
  const keys = `[${one}, { key: "\${KEY}", name: team-b, weight: 2.5, tier: "\${TIER}", concurrency: 20, rpm: "500", tpm: 200000 }]`;
  expect(await credentialsOf(keys, { KEY: ` ${two}\n`, TIER: "2" })).toEqual([
    { ...plain, secret: one, name: "sk-…cdef" },
    { secret: two, name: "team-b", weight: 2.5, tier: 2, concurrency: 20, rpm: 500, tpm: 200_000 },
  ]);
});

test("Keys without a name go by their masked form, with a number where that is taken.", async () => {
  const names = async (keys: string) => (await credentialsOf(keys)).map(({ name }) => name);
  expect(await names(`[${one}, ${two}, a, b, c]`)).toEqual(["sk-…cdef", "sk-…cdef (2)", "…", "… (2)", "… (3)"]);
  expect(await names(`[${one}, { key: ${two}, name: sk-…cdef }]`)).toEqual(["sk-…cdef (2)", "sk-…cdef"]);
});

test("Keys of the environment have no settings, and names as others do.", async () => {
  const { providers } = await readGood("", { env: { OPENAI_API_KEY_1: one, OPENAI_API_KEY_2: two } });
  expect(providers[0]?.credentials).toEqual([
    { ...plain, secret: one, name: "sk-…cdef" },
    { ...plain, secret: two, name: "sk-…cdef (2)" },
  ]);
});

test("A key that is given twice is kept once, at its first place; settings win over none.", async () => {
  const settled = { ...plain, secret: one, name: "b", weight: 2 };
  const other = { ...plain, secret: two, name: "sk-…cdef" };
  const full = `{ key: ${one}, name: b, weight: 2 }`;
  expect(await credentialsOf(`[${one}, ${two}, ${full}, ${one}]`)).toEqual([settled, other]);
  expect(await credentialsOf(`[${full}, ${two}, ${one}, { key: ${one} }]`)).toEqual([settled, other]);
  expect(await problemsOf(`providers: { openai: { keys: [${full}, { key: ${one}, tier: 2 }] } }`)).toEqual([
    "1:88 providers.openai.keys[1].key: is the key of keys[0], too: put all its settings there",
  ]);
});

test("Names of credentials are unique, and a provider with a repeated secret still has as many as there are secrets.", async () => {
  const secret = fc.oneof(fc.constantFrom(one, two, "a", "b"), fc.stringMatching(/^[a-z0-9-]{1,24}$/));
  const property = fc.asyncProperty(fc.array(secret, { minLength: 1, maxLength: 8 }), async (secrets) => {
    const credentials = await credentialsOf(JSON.stringify(secrets));
    expect(credentials.map((credential) => credential.secret)).toEqual([...new Set(secrets)]);
    expect(new Set(credentials.map(({ name }) => name)).size).toBe(credentials.length);
    for (const { name, secret } of credentials) expect(name).not.toBe(secret);
  });
  await fc.assert(property, { numRuns: 200 });
});

test("Rotation, quota groups and the filter of models are read.", async () => {
  const routingOf = async (more: string) => {
    const [provider] = (await readGood(`providers: { openai: { keys: [k]${more} } }`)).providers;
    return provider && { rotation: provider.rotation, quotaGroups: provider.quotaGroups, models: provider.models };
  };
  const rotation = { mode: "balanced", tolerance: 0, windowMs: 3_600_000 };
  const models = { allow: [], deny: [] };
  expect(await routingOf("")).toEqual({ rotation, quotaGroups: [], models });
  expect(await routingOf(", rotation: sequential, models: { deny: ['*-preview '] }")).toEqual({
    rotation: { ...rotation, mode: "sequential" },
    quotaGroups: [],
    models: { allow: [], deny: ["*-preview"] },
  });
  const all =
    ", rotation: { tolerance: '3', window: 10m }, quota_groups: [[a, a-*], [b]], models: { allow: [gpt-*, o3] }";
  expect(await routingOf(all)).toEqual({
    rotation: { mode: "balanced", tolerance: 3, windowMs: 600_000 },
    quotaGroups: [["a", "a-*"], ["b"]],
    models: { allow: ["gpt-*", "o3"], deny: [] },
  });
});

/** What is wrong, what openai's entry says, and the problems without "providers.openai". */
const badEntries: readonly [string, string, readonly string[]][] = [
  [
    "limits and shares of a key",
    "keys: [{ key: a, weight: 0, tier: 0, concurrency: -1, rpm: 0, tpm: 1.5, wieght: 3 }]",
    [
      ".keys[0].weight: expected a number over 0, found '0'",
      ".keys[0].tier: expected a whole number from 1, found '0'",
      ".keys[0].concurrency: expected a whole number from 1, and without it there is no limit, found '-1'",
      ".keys[0].rpm: expected a whole number from 1, and without it there is no limit, found '0'",
      ".keys[0].tpm: expected a whole number from 1, and without it there is no limit, found '1.5'",
      ".keys[0].wieght: unknown key 'wieght': did you mean 'weight'?",
    ],
  ],
  [
    "keys that are none",
    "keys: [{ api_key: a }, 5, [a], { key: 'a b' }, { key: '' }, '']",
    [
      ".keys[0].key: is missing: expected a text",
      ".keys[0].api_key: unknown key 'api_key': did you mean 'key'?",
      ".keys[1]: expected a key as a text, or settings such as { key: …, name: team-b }, found a number",
      ".keys[2]: expected a key as a text, or settings such as { key: …, name: team-b }, found a list",
      ".keys[4].key: is empty: is the variable it comes from empty?",
      ".keys[5]: is empty: is the variable it comes from empty?",
    ],
  ],
  ["a key with a space", "keys: [{ key: 'a b', weight: 2 }]", [".keys[0].key: holds a space, a line break"]],
  [
    "names",
    "keys: [{ key: a, name: x }, { key: b, name: x }, { key: c, name: b }]",
    [
      ".keys[1].name: is the name of keys[0], too: choose another",
      ".keys[2].name: is a key: names are shown, so choose one that is no secret",
    ],
  ],
  [
    "a name with a space",
    "keys: [{ key: a, name: b c }]",
    [".keys[0].name: expected a name of up to 64 characters, without spaces"],
  ],
  [
    "a rotation with a slip",
    "keys: [a], rotation: ballanced",
    [".rotation: expected balanced or sequential, found 'ballanced': did you mean 'balanced'?"],
  ],
  [
    "a rotation's settings",
    "keys: [a], rotation: { mode: random, tolerance: -1, window: 5 }",
    [
      ".rotation.mode: expected balanced or sequential, found 'random'",
      ".rotation.tolerance: expected a whole number from 0, found '-1'",
      ".rotation.window: expected a time with its unit",
    ],
  ],
  [
    "a rotation of another kind",
    "keys: [a], rotation: [balanced]",
    [".rotation: expected balanced, sequential, or settings such as"],
  ],
  [
    "quota groups",
    "keys: [a], quota_groups: [a-*, [], ['', 5]]",
    [
      ".quota_groups[0]: expected a list of models' names, such as [model-a, model-b*]",
      ".quota_groups[1]: is an empty group: list models that share a rate limit",
      ".quota_groups[2][0]: is empty, and no model is called so: write the model's name, or * for all",
      ".quota_groups[2][1]: expected a model's name, where * stands for any characters, found a number",
    ],
  ],
  [
    "a model in two quota groups",
    "keys: [a], quota_groups: [[a, b], [c], [d, b]]",
    [".quota_groups[2]: has a model of quota_groups[0], too: join the two"],
  ],
  [
    "a filter of models",
    "keys: [a], models: { allow: [], deny: [''], alow: [a] }",
    [
      ".models.allow: is empty: leave it out to allow all, or switch the provider off with enabled: false",
      ".models.deny[0]: is empty, and no model is called so",
      ".models.alow: unknown key 'alow': did you mean 'allow'?",
    ],
  ],
];

test.each(badEntries)("%s: each fault is said at its place", async (_what, entry, expected) => {
  const problems = (await problemsOf(`providers: { openai: { ${entry} } }`)).map((problem) =>
    problem.replace(/^1:\d+ providers\.openai/, ""),
  );
  expect(
    problems.map((problem, at) => problem.slice(0, expected[at]?.length)),
    problems.join("\n"),
  ).toEqual(expected);
});
