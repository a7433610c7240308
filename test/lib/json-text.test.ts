import fc from "fast-check";
import { expect, test } from "vitest";
import { RawJson, toJson } from "../../src/lib/json-text.ts";
import { writtenValue } from "./json-arbitraries.ts";

test("plain values are written as JSON.stringify writes them", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      expect(toJson(value)).toBe(JSON.stringify(value));
    }),
  );
});

test("raw JSON goes into the text byte for byte, wherever it stands", () => {
  fc.assert(
    fc.property(writtenValue, (text) => {
      expect(toJson({ a: [new RawJson(text), 1], b: new RawJson(text) })).toBe(`{"a":[${text},1],"b":${text}}`);
    }),
  );
});

test("undefined leaves out a member, and is null in a list", () => {
  expect(toJson({ a: undefined, b: [undefined, 1], c: null })).toBe('{"b":[null,1],"c":null}');
});
