import { describe, expect, test } from "vitest";
import { Drops, userJson } from "../../src/core/drops.ts";
import type { Members } from "../../src/core/extensions.ts";
import { toJson } from "../../src/lib/json-text.ts";

describe("a field that a dialect cannot say", () => {
  test.each([[0], [true], ["x"], [1n], [["x"]], [{ a: 1 }], [null]])("is reported when it is %o", (value) => {
    const drops = new Drops("d");
    drops.ifSet("a.b", value);
    expect(drops.paths).toEqual(["a.b"]);
  });

  test.each([[undefined], [""], [false], [0n], [[]], [{}]])("is not set when it is %o", (value) => {
    const drops = new Drops("d");
    drops.ifSet("a.b", value);
    expect(drops.paths).toEqual([]);
  });
});

describe("extensions", () => {
  const graft = (extensions: Record<string, string>, target: Members = {}, path = "") => {
    const drops = new Drops("d");
    drops.graft(target, extensions, path);
    return { json: toJson(target), dropped: drops.paths };
  };

  test("of the dialect are written byte for byte, others are reported", () => {
    expect(graft({ "d/x": "1.0", "dd/y": "2", e: "3", d: "4" }, { a: 1 })).toEqual({
      json: '{"a":1,"x":1.0}',
      dropped: ["extensions[dd/y]", "extensions[e]", "extensions[d]"],
    });
  });

  test("are reported with the place of what they belong to", () => {
    expect(graft({ "e/x": "1" }, {}, "tools[1]").dropped).toEqual(["tools[1].extensions[e/x]"]);
  });

  test("do not replace what is there", () => {
    expect(graft({ "d/a": "2" }, { a: 1 })).toEqual({ json: '{"a":1}', dropped: ["extensions[d/a]"] });
  });

  test("that are no JSON are refused", () => {
    expect(() => graft({ "d/x": "{" })).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "extensions[d/x]" }),
    );
  });
});

test("a user's JSON is kept as it stands, or refused with its place", () => {
  expect(userJson('{ "a": 1.0 }', "x").text).toBe('{ "a": 1.0 }');
  expect(() => userJson("{", "tools[0].parameters")).toThrow(/^'tools\[0\]\.parameters': JSON ends too early/);
});
