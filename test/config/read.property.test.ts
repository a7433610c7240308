import fc from "fast-check";
import { expect, test } from "vitest";
import { read } from "./fixtures.ts";

test("No text makes the loader throw.", async () => {
  const words = [
    "providers",
    "models",
    "openai",
    "keys",
    "listen",
    "tls",
    "<<",
    "*a",
    "&a",
    "!!set",
    "- ",
    ": ",
    "\n",
    "\t",
  ];
  const pieces = [
    ...words,
    "  ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "$" + "{",
    "|\n",
    "? ",
    "#",
    "---\n",
    "%",
    "~",
    "0x1",
    ".inf",
  ];
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 40 })
      .map((all) => all.join("")),
  );
  const property = fc.asyncProperty(text, async (yaml) => {
    const { config, problems } = await read(yaml);
    expect(config === undefined).toBe(problems.length > 0);
    for (const { line, column, message } of problems) {
      expect(line).toBeLessThanOrEqual(yaml.split("\n").length + 1);
      expect(column).toBeGreaterThanOrEqual(0);
      expect(message).not.toBe("");
    }
  });
  await fc.assert(property, { numRuns: 2000 });
});

test("No settings of any shape make the loader throw.", async () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom("openai", "a/b", "openai/b", "1s", "image"),
  );
  const key = fc.oneof(
    fc.constantFrom(
      "openai",
      "keys",
      "input",
      "model",
      "preset",
      "headers",
      "timeouts",
      "targets",
      "when",
      "if",
      "use",
    ),
    fc.constantFrom("params", "reasoning", "extensions", "stop", "logit_bias", "has", "metadata", "rotation", "key"),
    fc.string(),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  const section = fc.constantFrom(
    "listen",
    "tls",
    "access",
    "prices",
    "providers",
    "models",
    "limits",
    "cors",
    "log",
    "routing",
  );
  const property = fc.asyncProperty(fc.dictionary(section, tree), async (settings) => {
    const { config, problems } = await read(JSON.stringify(settings), { env: { OPENAI_API_KEY: "k" } });
    expect(config === undefined).toBe(problems.length > 0);
  });
  await fc.assert(property, { numRuns: 1000 });
});
