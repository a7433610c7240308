import fc from "fast-check";

/** Strings of any UTF-16 units, lone halves of surrogate pairs and control characters among them. */
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 8 }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "__proto__", "constructor", "toString", "0", "model", '"', "\\", "\\u0061", "}", "[{"),
);

/**
 * Keys end in no backslash: once it has seen one that does, V8 14.6's JSON.parse takes other keys with an escape for it,
 * and is no measure of what is right: after {"\\":0} it reads {"\n":0} as {"\\":0}.
 */
export const anyKey = anyText.filter((key) => !key.endsWith("\\"));

/** JSON text as somebody might write it: any white space, any escapes in keys and strings, numbers in any form. */
export interface WrittenObject {
  readonly text: string;
  readonly keys: readonly string[];
}

const space = fc.constantFrom("", "", "", " ", "\n", "\r\n\t", "  ");
const number = fc.oneof(
  fc.constantFrom("0", "-0", "1e5", "1E-7", "0.5e+10", "9007199254740993", "1e999", "-12.5"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);

/** One character as JSON may write it: as it is where that is allowed, or escaped. */
const escaped = (char: string): fc.Arbitrary<string> => {
  const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i));
  const long = units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  const plain = JSON.stringify(char).slice(1, -1);
  return fc.constantFrom(plain, plain, plain, long, char === "/" ? "\\/" : long.toUpperCase().replaceAll("\\U", "\\u"));
};

const written = (text: string): fc.Arbitrary<string> =>
  fc.tuple(...[...text].map(escaped)).map((pieces) => `"${pieces.join("")}"`);

const string = anyText.chain(written);

const members = (value: fc.Arbitrary<string>): fc.Arbitrary<WrittenObject> =>
  fc.uniqueArray(anyKey, { maxLength: 6 }).chain((keys) =>
    fc
      .tuple(
        fc.tuple(...keys.map(written)),
        fc.array(value, { minLength: keys.length, maxLength: keys.length }),
        fc.array(space, { minLength: 4, maxLength: 4 }),
      )
      .map(([names, values, [a = "", b = "", c = "", d = ""]]) => ({
        text: `${a}{${b}${names.map((name, i) => `${name}${c}:${d}${values[i]}${a}`).join(`,${b}`)}${c}}${d}`,
        keys,
      })),
  );

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(string, number, fc.constantFrom("true", "false", "null")),
    fc
      .tuple(fc.array(tie("value"), { maxLength: 4 }), space)
      .map(([items, gap]) => `[${gap}${items.join(`${gap},`)}${gap}]`),
    members(tie("value")).map(({ text }) => text.trim()),
  ),
}));

export const writtenValue = value;
export const writtenObject = members(value);

/** A text and what became of it after a small accident: cut off, something missing, something foreign inside. */
export const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      text,
      fc.nat(),
      fc.nat(3),
      fc.constantFrom("", '"', "\\", "{", "}", "[", "]", ",", ":", "\u0000", "\n", "x", "1", "\ufeff", "//"),
    )
    .map(([whole, place, gone, foreign]) => {
      const at = place % (whole.length + 1);
      return foreign === "" && gone === 0 ? whole.slice(0, at) : whole.slice(0, at) + foreign + whole.slice(at + gone);
    })
    .map((broken) => broken.toWellFormed());
