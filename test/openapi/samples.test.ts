import { describe, expect, test } from "vitest";
import { sample } from "./samples.ts";
import { createValidator, type Schema } from "./schema.ts";

const samplesOf = (schema: Schema, unlisted = false): unknown[] => sample({ A: schema }, "A", { unlisted });

describe("samples show", () => {
  test("every value of an enum", () => {
    expect(samplesOf({ enum: ["a", "b", null] })).toEqual(["a", "b", null]);
  });

  test("every branch of a union", () => {
    expect(samplesOf({ oneOf: [{ const: 1 }, { type: ["boolean", "null"] }] })).toEqual([1, true, false, null]);
  });

  test("every limit of a number", () => {
    expect(samplesOf({ type: "integer", minimum: 0, maximum: 20 })).toEqual([1, 0, 20]);
  });

  test("every optional field, present and absent", () => {
    const schema: Schema = { type: "object", required: ["a"], properties: { a: { const: 1 }, b: { const: 2 } } };
    expect(samplesOf(schema)).toEqual([{ a: 1 }, { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }]);
    expect(samplesOf(schema, true)).toContainEqual({ a: 1, unlisted: "any" });
    expect(samplesOf({ ...schema, additionalProperties: false }, true)).not.toContainEqual({ a: 1, unlisted: "any" });
  });

  test("every member of a list, and its shortest and longest", () => {
    expect(samplesOf({ type: "array", minItems: 1, maxItems: 2, items: { enum: ["a", "b"] } })).toEqual([
      ["a"],
      ["a"],
      ["b"],
      ["a", "b"],
      ["a", "a"],
    ]);
  });

  test("the fields of all parts of an allOf", () => {
    const parts: Schema[] = [
      { type: "object", properties: { a: { const: 1 } } },
      { type: "object", required: ["b"], properties: { b: { const: 2 } } },
    ];
    expect(samplesOf({ allOf: parts })).toContainEqual({ a: 1, b: 2 });
  });
});

test("a validator names the place of each fault", () => {
  const validate = createValidator(
    { A: { type: "object", properties: { b: { type: "array", items: { type: "string" } } } } },
    "A",
  );
  expect(validate({ b: ["x"] })).toEqual([]);
  expect(validate({ b: ["x", 1] })).toEqual(['/b/1 must be string {"type":"string"}']);
});
