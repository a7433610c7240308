import { describe, expect, test } from "vitest";
import { WireObject } from "../../src/core/wire-object.ts";

const wire = (value: unknown, path = "x"): WireObject => new WireObject(value, path);

describe("what is no object", () => {
  test.each([
    [null, "null"],
    [[], "an array"],
    ["a", "a string"],
    [1, "a number"],
    [true, "a boolean"],
    [undefined, "nothing"],
  ])("%j", (value, found) => {
    expect(() => wire(value)).toThrow(`'x': expected an object, found ${found}.`);
    expect(() => wire(value, "")).toThrow(`'body': expected an object, found ${found}.`);
  });
});

test("fields of the right type are read, and null counts as absent", () => {
  const object = wire({ s: "a", n: 1.5, c: 7, b: false, o: { a: 1 }, l: [1], t: ["a"], none: null, data: "AQI=" });
  expect([object.string("s"), object.number("n"), object.count("c"), object.boolean("b")]).toEqual([
    "a",
    1.5,
    7,
    false,
  ]);
  expect(object.object("o")?.path).toBe("x.o");
  expect([object.array("l"), object.strings("t"), object.base64("data")]).toEqual([[1], ["a"], Buffer.from([1, 2])]);
  for (const key of ["none", "missing", "toString", "__proto__"]) {
    expect([object.string(key), object.number(key), object.object(key), object.objects(key)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
});

test.each<[string, (object: WireObject) => unknown, string]>([
  ["a string", (o) => o.string("n"), "'x.n': expected a string, found a number."],
  ["a number", (o) => o.number("s"), "'x.s': expected a number, found a string."],
  ["a number that is too large", (o) => o.number("big"), "'x.big': expected a number, found one that is too large."],
  ["a count", (o) => o.count("n"), "'x.n': expected a whole number from 0 to 4294967295, found 1.5."],
  ["a switch", (o) => o.boolean("s"), "'x.s': expected true or false, found a string."],
  ["an object", (o) => o.object("l"), "'x.l': expected an object, found an array."],
  ["a list", (o) => o.array("s"), "'x.s': expected an array, found a string."],
  ["a list of objects", (o) => o.objects("l"), "'x.l[0]': expected an object, found a string."],
  ["a list of strings", (o) => o.strings("m"), "'x.m[1]': expected a string, found null."],
  ["base64", (o) => o.base64("s"), "'x.s': expected base64, found a text that is none."],
  ["a word", (o) => o.oneOf("s", ["b", "c"]), "'x.s': expected one of 'b', 'c', found 'a?'."],
  [
    "something required",
    (o) => o.required("none", o.string("none"), "a string"),
    "'x.none': expected a string, found null.",
  ],
])("%s of another type is refused with its place", (_, read, message) => {
  const object = wire({ s: "a?", n: 1.5, big: Number.POSITIVE_INFINITY, l: ["a"], m: ["a", null], none: null });
  expect(() => read(object)).toThrow(expect.objectContaining({ code: "invalid_request", message }));
});

test("a message repeats no more of a caller's text than a line", () => {
  expect(() => wire({ s: `${"\u{1f600}".repeat(4000)}` }).oneOf("s", ["a"])).toThrow(/^.{40,100}…'\.$/su);
});

describe("the rest", () => {
  test("is what nobody read, under the dialect's name", () => {
    const object = wire(JSON.parse('{"a":1,"b":{"c":[1]},"d":null,"__proto__":3}'));
    object.number("a");
    expect(object.rest("d")).toEqual({ "d/b": '{"c":[1]}', "d/__proto__": "3" });
    expect(object.rest("d", "outer.")).toEqual({ "d/outer.b": '{"c":[1]}', "d/outer.__proto__": "3" });
  });

  test("takes the text as it was written where that is known", () => {
    expect(wire({ a: 1, b: 2 }).rest("d", "", (key) => (key === "a" ? "1.0" : undefined))).toEqual({
      "d/a": "1.0",
      "d/b": "2",
    });
  });

  test("has what was read and given back", () => {
    const object = wire({ a: 1 });
    object.raw("a");
    object.leave("a");
    expect(object.rest("d")).toEqual({ "d/a": "1" });
  });
});
