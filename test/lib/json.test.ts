import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonError, parseJson } from "../../src/lib/json.ts";
import { damaged, writtenValue } from "./json-arbitraries.ts";

function faultOf(text: string): JsonError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`Accepted: ${text.slice(0, 200)}`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("what JSON.parse accepts comes out as JSON.parse reads it", () => {
  fc.assert(
    fc.property(writtenValue, (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("what JSON.parse refuses is refused with a place inside the text", () => {
  fc.assert(
    fc.property(fc.oneof(damaged(writtenValue), fc.string()), (text) => {
      fc.pre(!isJson(text));
      const { position, line, column, message } = faultOf(text);
      expect(position).toBeGreaterThanOrEqual(0);
      expect(position).toBeLessThanOrEqual(text.length);
      const lines = text.slice(0, position).split("\n");
      expect([line, column]).toEqual([lines.length, (lines.at(-1)?.length ?? 0) + 1]);
      expect(message).toContain(`at position ${position} (line ${line}, column ${column})`);
    }),
    { numRuns: 500 },
  );
});

test("a text that is cut off is at fault where it ends or in its last word", () => {
  fc.assert(
    fc.property(writtenValue, fc.nat(), (text, place) => {
      const cut = text.slice(0, place % text.length);
      fc.pre(!isJson(cut));
      expect(cut.slice(faultOf(cut).position)).toMatch(/^(?:[-+.\deEtrufalsn]*|\\(?:u[\da-fA-F]{0,3})?)$/);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["", 0, "JSON ends too early, expected a value"],
  ["nul", 0, 'expected a value, found "n"'],
  ['{"a":1,}', 7, 'expected a key in double quotes, found "}"'],
  ["[1,]", 3, 'expected a value, found "]"'],
  ['{"a" 1}', 5, "expected ':', found \"1\""],
  ['{"a":1 "b":2}', 7, "expected ',' or '}', found \"\\\"\""],
  ["[1}", 2, "expected ',' or ']', found \"}\""],
  ["{'a':1}", 1, "expected a key in double quotes or '}', found \"'\""],
  ['["a\nb"]', 3, "a control character in a string has to be escaped"],
  ['["a\\x"]', 3, "unknown escape in a string"],
  ['["abc', 5, "JSON ends too early, inside a string"],
  ["01", 1, 'expected nothing more, found "1"'],
  ["1 2", 2, 'expected nothing more, found "2"'],
  ["[NaN]", 1, 'expected a value, found "N"'],
  ['{\n  "a": \u{1f600}\n}', 9, 'expected a value, found "\u{1f600}" at position 9 (line 2, column 8)'],
  ["\ufeff{}", 0, 'expected a value, found "\ufeff"'],
])("%j is at fault at %i: %s", (text, position, message) => {
  const fault = faultOf(text);
  expect(fault.position).toBe(position);
  expect(fault.message).toContain(message);
});

describe("hostile texts", () => {
  test("nesting of a hundred thousand levels is read, and refused where it is broken", () => {
    const deep = "[".repeat(100_000);
    expect(parseJson(`${deep}${"]".repeat(100_000)}`)).toBeInstanceOf(Array);
    expect(faultOf(deep).position).toBe(100_000);
    expect(faultOf('{"a":'.repeat(100_000)).position).toBe(500_000);
  });

  test.each([
    ["plain", "a"],
    ["escaped", "\\n"],
  ])("a fault behind a string of ten million %s characters is found", (_, unit) => {
    const text = `{"a":"${unit.repeat(10_000_000)}","b":}`;
    expect(faultOf(text).position).toBe(text.length - 1);
  });

  test("a number of a hundred thousand digits is a number, and its fault is found", () => {
    const digits = "9".repeat(100_000);
    expect(parseJson(digits)).toBe(Number.POSITIVE_INFINITY);
    expect(faultOf(`${digits}.`).position).toBe(100_000);
  });

  test("a key named __proto__ stays a key", () => {
    const value = parseJson('{"__proto__":{"admin":true}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(Object(value))).toEqual(["__proto__"]);
  });
});
