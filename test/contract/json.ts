import fc from "fast-check";

/** Parsed JSON with its keys in order: two texts that mean the same give the same. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

/** A message of the contract as a value that can be compared: whatever kind of byte array it holds. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

export type JsonObject = { [key: string]: unknown };

/** Texts that a careless scanner takes for something else, and every kind of Unicode. */
const treacherous = [
  '"usage":{"prompt_tokens":1}',
  '"finish_reason":"stop"',
  '"error":{"message":"no"}',
  "data: [DONE]",
  "[DONE]",
  "\n\n",
  "\r\n\r\ndata: x",
  '\\"usage\\":{',
  "\u2028\u2029\u0085",
  "\u0000\u001f\u007f",
  "e\u0301 \u{1f469}\u200d\u{1f680} \ufeff",
  "}]}",
  "__proto__",
];

export const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom(...treacherous),
  fc.tuple(fc.constantFrom(...treacherous), fc.string({ maxLength: 4 })).map((pieces) => pieces.join("")),
);

/** Also text that is cut in the middle of a character, as JSON can say it. */
export const anyText = fc.oneof(
  { arbitrary: text, weight: 9 },
  { arbitrary: fc.constantFrom("\ud800", "\udc00x", "\udc00\ud800"), weight: 1 },
);

export const word = text.filter((value) => value !== "");

/**
 * V8 14 can take a key with an escape for one with a backslash at that place that was parsed before:
 * JSON.parse('{"a":1,"\\\\":2}') and then '{"a":1,"\\"":2}' gives two equal objects. Such keys are no matter of a dialect.
 */
export function hasBackslashKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => key.includes("\\") || hasBackslashKey(member));
}

/** A value of a vendor's field. */
const fieldValue = fc
  .oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(true, 0, -1.5, "", [], {}, "text", { usage: { prompt_tokens: 1 } }),
  )
  .filter((value) => value !== null && !hasBackslashKey(value))
  .map((value): unknown => JSON.parse(JSON.stringify(value))); // -0 is 0 on the wire

/**
 * Up to three fields that the contract has no name for. Names with a dot are left out: in the names of extensions a dot
 * leads into an object.
 */
export const vendorFields = (known: readonly string[]): fc.Arbitrary<JsonObject> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          fc.constantFrom("x_vendor", "constructor", "toString", "__proto__", "hasOwnProperty", "0"),
          fc.string({ minLength: 1, maxLength: 5 }),
        ),
        fieldValue,
      ),
      { maxLength: 3, size: "small" },
    )
    .map((fields) =>
      Object.fromEntries(fields.filter(([key]) => !key.includes(".") && !key.includes("\\") && !known.includes(key))),
    );

/**
 * An object with these fields, of which those in `optional` may be missing, and with vendor fields. `others`: fields that
 * others of its kind have, and that are no vendor fields here.
 */
export function objectOf(
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  optional: readonly string[] = [],
  others: readonly string[] = [],
): fc.Arbitrary<JsonObject> {
  const requiredKeys = Object.keys(fields).filter((key) => !optional.includes(key));
  return fc
    .tuple(fc.record(fields, { requiredKeys }), vendorFields([...Object.keys(fields), ...others]))
    .map(([own, foreign]): JsonObject => ({ ...own, ...foreign }));
}

/** Any JSON but what V8 misreads: that would be misread by the tests behind it, too. */
export const plainJson = fc.jsonValue().filter((value) => !hasBackslashKey(value));
