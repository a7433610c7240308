import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonError } from "../../src/lib/json.ts";
import { JsonMembers } from "../../src/lib/json-members.ts";
import { anyKey, damaged, type WrittenObject, writtenObject, writtenValue } from "./json-arbitraries.ts";

/** A member that makes a body too long to be parsed whole when it is scanned. */
const padding = `"padding":"${"x".repeat(20_000)}"`;

/** The same object, with the padding as its last member. */
function pad({ text, keys }: WrittenObject): WrittenObject {
  const end = text.lastIndexOf("}");
  const comma = keys.length === 0 ? "" : ",";
  return { text: `${text.slice(0, end)}${comma}${padding}${text.slice(end)}`, keys: [...keys, "padding"] };
}

/** Short bodies, which are parsed whole at once, and long ones, which are only scanned. */
const anyObject = fc.oneof(writtenObject, writtenObject.filter(({ keys }) => !keys.includes("padding")).map(pad));

const scan = (text: string): JsonMembers => JsonMembers.scan(Buffer.from(text));

function faultOf(read: () => unknown): JsonError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}

/** An object's own fields as JSON texts: comparing these, no key is special. */
const fieldsOf = (object: object): Map<string, string> =>
  new Map(Object.entries(object).map(([key, value]) => [key, JSON.stringify(value)]));

describe("an object, however it is written", () => {
  test("has the members that JSON.parse finds", () => {
    fc.assert(
      fc.property(anyObject, ({ text, keys }) => {
        const members = scan(text);
        const expected = fieldsOf(JSON.parse(text));
        expect([...members.keys()]).toEqual(keys);
        expect(new Map([...members.keys()].map((key) => [key, JSON.stringify(members.get(key))]))).toEqual(
          new Map(keys.map((key) => [key, expected.get(key)])),
        );
        expect(fieldsOf(Object(members.value()))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("says where each member's value is, and with which byte it begins", () => {
    fc.assert(
      fc.property(anyObject, ({ text, keys }) => {
        const members = scan(text);
        for (const key of keys) {
          const { start = -1, end = -1 } = members.span(key) ?? {};
          const slice = members.bytes.toString("utf8", start, end);
          expect(slice).toBe(slice.trim());
          expect(JSON.stringify(JSON.parse(slice))).toBe(JSON.stringify(members.get(key)));
          expect(members.firstByte(key)).toBe(slice.charCodeAt(0));
        }
      }),
    );
  });

  test("has nothing else", () => {
    const members = scan('{"a":1}');
    expect([members.has("a"), members.get("a"), members.firstByte("a")]).toEqual([true, 1, 0x31]);
    for (const key of ["b", "__proto__", "constructor", "toString"]) {
      expect([members.has(key), members.get(key), members.span(key), members.firstByte(key)]).toEqual([
        false,
        undefined,
        undefined,
        undefined,
      ]);
    }
  });
});

describe("with()", () => {
  const changes = fc.dictionary(fc.oneof(anyKey, fc.constantFrom("model", "stream", "a")), writtenValue, {
    maxKeys: 4,
  });

  /** Changes of which some meet members that are there. */
  const objectAndChanges = anyObject.chain((object) =>
    fc.tuple(changes, fc.subarray([...object.keys]), writtenValue).map(([fresh, keys, value]) => ({
      object,
      changes: { ...fresh, ...Object.fromEntries(keys.map((key) => [key, value])) },
    })),
  );

  test("gives the object with the changed members", () => {
    fc.assert(
      fc.property(objectAndChanges, ({ object, changes }) => {
        const changed = scan(object.text).with(changes).toString();
        const expected = fieldsOf(JSON.parse(object.text));
        for (const [key, text] of Object.entries(changes)) expected.set(key, JSON.stringify(JSON.parse(text)));
        expect(fieldsOf(JSON.parse(changed))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test("leaves the bytes of all others as they were", () => {
    fc.assert(
      fc.property(objectAndChanges, ({ object, changes }) => {
        const before = scan(object.text);
        const after = JsonMembers.scan(before.with(changes));
        const bytesOf = (members: JsonMembers, key: string): string | undefined => {
          const span = members.span(key);
          return span && members.bytes.toString("latin1", span.start, span.end);
        };
        for (const key of object.keys)
          if (!Object.hasOwn(changes, key)) expect(bytesOf(after, key)).toBe(bytesOf(before, key));
        for (const [key, text] of Object.entries(changes))
          expect(bytesOf(after, key)).toBe(Buffer.from(text).toString("latin1"));
        expect([...after.keys()].filter((key) => before.has(key))).toEqual([...before.keys()]);
      }),
    );
  });

  test("without changes gives the very bytes", () => {
    fc.assert(
      fc.property(anyObject, ({ text }) => {
        expect(scan(text).with({}).toString()).toBe(Buffer.from(text).toString());
      }),
    );
  });

  test("adds in front, also to an empty object", () => {
    expect(scan("{}").with({ a: "1", b: "[2]" }).toString()).toBe('{"b":[2],"a":1}');
    expect(scan(' { "c" : 3 } ').with({ a: "1" }).toString()).toBe(' {"a":1, "c" : 3 } ');
    expect(scan('{"model":"x","n":1}').with({ model: '"y"' }).toString()).toBe('{"model":"y","n":1}');
  });
});

describe("broken bodies", () => {
  const isObject = (text: string): boolean => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null && !Array.isArray(value);
    } catch {
      return false;
    }
  };

  test("are refused when they are read, if not before, when they are scanned", () => {
    fc.assert(
      fc.property(fc.oneof(damaged(anyObject.map(({ text }) => text)), writtenValue, fc.string()), (text) => {
        const fault = faultOf(() => scan(text)) ?? faultOf(() => scan(text).value());
        if (isObject(text)) {
          if (fault !== undefined) expect(fault.message).toContain("stands twice");
          return;
        }
        expect(fault).toBeInstanceOf(JsonError);
        expect(fault?.position).toBeGreaterThanOrEqual(0);
        expect(fault?.position).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(["[]", '"a"', "1", "null", "", " ", "[{}]"])("%j is no object", (text) => {
    expect(faultOf(() => scan(text))).toBeInstanceOf(JsonError);
    expect(faultOf(() => scan(text + " ".repeat(20_000)))).toBeInstanceOf(JsonError);
  });

  test.each([
    ["{,}", 1],
    ['{"a"}', 4],
    ['{"a":}', 5],
    ['{"a":1 "b":2}', 7],
    ['{"a":1,}', 7],
    ['{"a":tru,"b":2}', 5],
    ['{"a":01}', 6],
    ['{"a":"b}', 8],
    ['{"a":[1,2}', 9],
    ['{"a":1}}', 7],
    ['{"a":1} x', 8],
    ["{a:1}", 1],
  ])("a fault between members is found by the scan alone: %s", (text, position) => {
    expect(faultOf(() => scan(text))?.position).toBe(position);
    const long = `{${padding},${text.slice(1)}`;
    expect(faultOf(() => scan(long))).toBeInstanceOf(JsonError);
  });
});

describe("hostile bodies", () => {
  test("nesting of a hundred thousand levels is passed over", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const members = scan(`{"a":${deep},"b":2}`);
    expect(members.get("b")).toBe(2);
    expect(members.with({ b: "3" }).toString()).toBe(`{"a":${deep},"b":3}`);
    expect(faultOf(() => scan(`{"a":${"[".repeat(100_000)}`))).toBeInstanceOf(JsonError);
    expect(faultOf(() => scan('{"a":'.repeat(100_000)))).toBeInstanceOf(JsonError);
  });

  test.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', `{"a":1,${padding},"a":2}`, '{"__proto__":1,"__proto__":2}'])(
    "a key that stands twice is refused: %.40s",
    (text) => {
      expect(faultOf(() => scan(text))?.message).toContain("stands twice");
    },
  );

  test("__proto__ is a key like any other", () => {
    const members = scan('{"__proto__":{"admin":true},"b":1}');
    expect([...members.keys()]).toEqual(["__proto__", "b"]);
    expect(members.get("__proto__")).toEqual({ admin: true });
    expect(members.with({ b: "2" }).toString()).toBe('{"__proto__":{"admin":true},"b":2}');
  });

  test("halves of surrogate pairs survive in escapes", () => {
    const text = '{"\\ud800":"\\udfff","b":"\\ud83d\\ude00"}';
    const members = scan(text);
    expect([...members.keys()]).toEqual(["\ud800", "b"]);
    expect([members.get("\ud800"), members.get("b")]).toEqual(["\udfff", "\u{1f600}"]);
    expect(members.with({ c: "1" }).toString()).toBe(`{"c":1,${text.slice(1)}`);
  });

  test.each([
    ["a lone continuation byte", [0x80]],
    ["half a surrogate pair", [0xed, 0xa0, 0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a character that is cut off", [0xf0, 0x9f, 0x98]],
  ])("bytes that are not UTF-8 are refused: %s", (_, bytes) => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(faultOf(() => JsonMembers.scan(body))?.message).toContain("Not valid UTF-8");
  });

  test("numbers too large for a double keep their digits", () => {
    const digits = "9".repeat(50_000);
    const members = scan(`{"seed":${digits},"b":1e999}`);
    expect(members.with({ b: "1" }).toString()).toBe(`{"seed":${digits},"b":1}`);
  });

  test("a string of millions of escaped quotes is scanned in one pass", () => {
    const value = '\\"\\\\'.repeat(2_000_000);
    const members = scan(`{"a":"${value}","b":1}`);
    expect(members.get("b")).toBe(1);
    expect(faultOf(() => scan(`{"a":"${value}`))).toBeInstanceOf(JsonError);
  });
});
