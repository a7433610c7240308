import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { configJsonSchema } from "../../src/config/json-schema.ts";

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(configJsonSchema()));
const accepts = (yaml: string): boolean => validate(parse(yaml));

test("The committed schema is that of the code.", async () => {
  const committed = await readFile(new URL("../../docs/causeway.schema.json", import.meta.url), "utf8");
  expect(committed, "run `npm run generate`").toBe(configJsonSchema());
});

test("Editors accept what the loader accepts, variables included.", () => {
  const good = `
listen: 127.0.0.1:4000
tls:
limits: { body: 1000 }
ledger: { bodies: "off", body_limit: 1KB, retention: { bodies: 30d, rows: "\${ROWS}", size: 10GB } }
log: { level: "\${LEVEL}" }
prices: [ { model: a/b, input: 0.4, output: "\${PRICE}" } ]
providers: { openai: , work: { preset: openai, keys: ["\${KEY}"], enabled: "\${ON}", headers: { a: b } } }
models: { fast: openai/x }
`;
  expect([accepts(good), validate.errors]).toEqual([true, null]);
});

test("Editors accept plans, credentials with settings, and routing.", () => {
  const good = `
providers:
  openai:
    keys: [ "\${KEY}", { key: "\${KEY}", name: b, weight: 2, tier: "2", concurrency: 20, rpm: 500, tpm: "\${TPM}" } ]
    rotation: balanced
    quota_groups: [[a, a-*]]
    models: { allow: [gpt-*], deny: ["*-preview"] }
  gemini: { rotation: { mode: "\${MODE}", tolerance: 3, window: 1h } }
models:
  both: [a/b, { model: a/c, params: { topP: 1, temperature: 0.2, max_tokens: "5", reasoning: { effort: high } } }]
  smart:
    strategy: weighted
    targets: [{ model: a/b, weight: 3, timeout: 60s, retries: 1, enabled: false }, a/c]
    when:
      - { if: { input_tokens_over: 5, has: image }, use: a/b }
      - { if: { has: [image, tools], stream: true, metadata: { a: b } }, use: [a/b, { model: a/c }] }
    fallback_on: { content_filter: true }
    hedge: p95
    affinity: "\${ON}"
routing:
  retries: 2
  backoff: { first: 250ms, most: 8s }
  fallback_on: { quota: false }
  affinity: { enabled: true, remember: 1h }
  hedge: false
  breaker: { window: 30s, min_requests: 10, failure_rate: 0.5, open: 30s }
  model_list: 10m
`;
  expect([accepts(good), validate.errors]).toEqual([true, null]);
});

test.each([
  "provider: {}",
  "log: { level: loud }",
  "tls: { cert: a }",
  "access: { keys: abc }",
  "prices: [ { model: a/b } ]",
  "providers: { a: { enabled: maybe } }",
  "models: { a: 5 }",
  "models: { a: { strategy: weighted } }",
  "models: { a: { strategy: heavy, targets: [a/b] } }",
  "models: { a: { targets: [{ weight: 5 }] } }",
  "models: { a: [{ model: a/b, params: { temprature: 1 } }] }",
  "models: { a: [{ model: a/b, params: { messages: [] } }] }",
  "models: { a: { targets: a/b, when: [{ use: a/b }] } }",
  "models: { a: { targets: a/b, when: [{ if: { has: smell }, use: a/b }] } }",
  "models: { a: { targets: a/b, fallback_on: { rain: true } } }",
  "providers: { a: { keys: [{ name: b }] } }",
  "providers: { a: { rotation: random } }",
  "providers: { a: { quota_groups: [a] } }",
  "routing: { breaker: maybe }",
])("Editors mark %s.", (yaml) => {
  expect(accepts(yaml)).toBe(false);
});
