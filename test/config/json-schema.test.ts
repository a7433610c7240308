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
ledger: { bodies: "off", body_limit: 1KB }
log: { level: "\${LEVEL}" }
prices: [ { model: a/b, input: 0.4, output: "\${PRICE}" } ]
providers: { openai: , work: { preset: openai, keys: ["\${KEY}"], enabled: "\${ON}", headers: { a: b } } }
models: { fast: openai/x }
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
])("Editors mark %s.", (yaml) => {
  expect(accepts(yaml)).toBe(false);
});
