import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { sampleOf } from "../../../src/upstreams/demo/json-sample.ts";
import { ask } from "./ask.ts";

const ajv = new Ajv2020({ strict: false, validateFormats: false });

const schemas: Record<string, Record<string, unknown>> = {
  "a flat object": {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" }, more: { type: "number" } },
    required: ["name", "age"],
    additionalProperties: false,
  },
  "nested objects and arrays": {
    type: "object",
    properties: {
      steps: {
        type: "array",
        minItems: 2,
        items: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
      },
      done: { type: "boolean" },
      nothing: { type: "null" },
    },
    required: ["steps", "done", "nothing"],
  },
  "choices and constants": {
    type: "object",
    properties: {
      colour: { enum: ["red", "green"] },
      kind: { const: "demo" },
      either: { anyOf: [{ type: "integer", minimum: 3 }, { type: "null" }] },
      one: { oneOf: [{ type: "string", maxLength: 2 }, { type: "integer" }] },
      many: { type: ["string", "null"] },
    },
    required: ["colour", "kind", "either", "one", "many"],
  },
  "limits of numbers": {
    type: "object",
    properties: {
      a: { type: "integer", minimum: 5 },
      b: { type: "integer", maximum: -5 },
      c: { type: "number", exclusiveMinimum: 0 },
      d: { type: "integer", exclusiveMinimum: 3, exclusiveMaximum: 5 },
      e: { type: "integer", multipleOf: 7, minimum: 8 },
      f: { type: "number", maximum: 0.5 },
      g: { type: "integer", exclusiveMaximum: 0 },
    },
    required: ["a", "b", "c", "d", "e", "f", "g"],
  },
  "limits of texts and arrays": {
    type: "object",
    properties: {
      long: { type: "string", minLength: 20 },
      short: { type: "string", maxLength: 1 },
      few: { type: "array", items: { type: "string" }, maxItems: 0 },
      pair: { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false, minItems: 2 },
    },
    required: ["long", "short", "few", "pair"],
  },
  "references and parts put together": {
    $defs: {
      named: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
      "a/b": { type: "integer" },
    },
    allOf: [
      { $ref: "#/$defs/named" },
      { type: "object", properties: { id: { $ref: "#/$defs/a~1b" } }, required: ["id"] },
    ],
  },
  "a schema that contains itself": {
    $defs: {
      node: {
        type: "object",
        properties: { value: { type: "integer" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
        required: ["value", "next"],
      },
    },
    $ref: "#/$defs/node",
  },
  "a list that contains itself": {
    type: "object",
    properties: { children: { type: "array", items: { $ref: "#" } } },
    required: ["children"],
  },
  "no type": { properties: { a: { type: "string" } }, required: ["a"] },
  "a text alone": { type: "string" },
  "a list alone": { type: "array", items: { type: "integer" } },
  "anything at all": {},
};

test.each(Object.entries(schemas))("a sample fits %s", (_, schema) => {
  const sample = sampleOf(JSON.stringify(schema), "demo");
  ajv.validate(schema, sample);
  expect(ajv.errors).toBeNull();
  expect(sampleOf(JSON.stringify(schema), "demo")).toEqual(sample);
});

test("a sample of a known format looks like it", () => {
  expect(sampleOf('{"type":"string","format":"date"}', "demo")).toBe("2026-01-01");
});

test("a schema that is none gives an empty object", () => {
  expect(sampleOf("", "demo")).toEqual({});
  expect(sampleOf("[1", "demo")).toEqual({});
  expect(sampleOf("true", "demo")).toEqual({});
});

describe("an answer in JSON", () => {
  const user = { messages: [{ role: "user", content: "Who are you?" }] };

  test("is an object when any object will do", async () => {
    const { message } = await ask({ ...user, response_format: { type: "json_object" } });
    expect(JSON.parse(message?.content ?? "")).toMatchObject({
      model: "demo",
      answer: expect.stringContaining("Who are you?"),
    });
  });

  test("fits the schema that is asked for", async () => {
    const schema = schemas["a flat object"];
    const { message } = await ask({
      ...user,
      response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema } },
    });
    expect(JSON.parse(message?.content ?? "")).toEqual({ name: "demo", age: 1 });
  });

  test("gives way to what the magic words say", async () => {
    const { message } = await ask({
      messages: [{ role: "user", content: "/echo not JSON" }],
      response_format: { type: "json_object" },
    });
    expect(message?.content).toBe("not JSON");
  });
});
