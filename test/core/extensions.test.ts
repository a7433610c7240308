import { describe, expect, test } from "vitest";
import { fieldText, graft, graftOwn, type Members, ownField } from "../../src/core/extensions.ts";
import { RawJson, toJson } from "../../src/lib/json-text.ts";

describe("putting a field back", () => {
  test("under its name", () => {
    const target: Members = {};
    expect(graft(target, "a", 1)).toBe(true);
    expect(target).toEqual({ a: 1 });
  });

  test("in an object that is there, at any depth", () => {
    const target: Members = { a: { b: {} } };
    expect(graft(target, "a.b.c.d", 1)).toBe(true);
    expect(target).toEqual({ a: { b: { "c.d": 1 } } });
  });

  test.each([["a"], [[{}]], [new RawJson("{}")], [null], [undefined]])("not in %j, which is none", (value) => {
    const target: Members = { a: value };
    expect(graft(target, "a.b", 1)).toBe(true);
    expect(target["a.b"]).toBe(1);
  });

  test("not over a value that is there", () => {
    const target: Members = { a: { b: null } };
    expect(graft(target, "a.b", 1)).toBe(false);
    expect(graft(target, "a", 1)).toBe(false);
    expect(target).toEqual({ a: { b: null } });
  });

  test("over a value that is left out", () => {
    const target: Members = { a: undefined };
    expect(graft(target, "a", 1)).toBe(true);
    expect(target).toEqual({ a: 1 });
  });

  test.each(["__proto__", "__proto__.polluted", "constructor.polluted", "constructor", "toString"])(
    "called %s touches no prototype",
    (field) => {
      const target: Members = {};
      expect(graft(target, field, true)).toBe(true);
      expect(toJson(target)).toBe(`{${JSON.stringify(field)}:true}`);
      expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
      expect(Object.hasOwn(Object.prototype, "polluted") || Object.hasOwn(Object, "polluted")).toBe(false);
    },
  );
});

test("a dialect's own fields are told by the whole name", () => {
  expect(ownField("openai-chat/a/b", "openai-chat")).toBe("a/b");
  expect(ownField("openai-chatter/a", "openai-chat")).toBe(undefined);
  expect(ownField("openai-chat", "openai-chat")).toBe(undefined);
});

test("an answer gets its own dialect's fields back", () => {
  const target: Members = { a: {} };
  graftOwn(target, { "d/a.x": "1.0", "e/y": "2", "d/z": "3" }, "d");
  expect(toJson(target)).toBe('{"a":{"x":1.0},"z":3}');
});

test("a value that is nested too deeply has no text", () => {
  expect(fieldText({ a: [1] })).toBe('{"a":[1]}');
  expect(fieldText(JSON.parse(`{"0":${"[".repeat(100_000)}${"]".repeat(100_000)}}`))).toBe(undefined);
});
