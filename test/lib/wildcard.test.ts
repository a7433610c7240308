import fc from "fast-check";
import { expect, test } from "vitest";
import { wildcard } from "../../src/lib/wildcard.ts";

test.each([
  ["gpt-5", "gpt-5", true],
  ["gpt-5", "gpt-5-mini", false],
  ["gpt-5", "GPT-5", false],
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["*", "anything/at all\nwith two lines", true],
  ["gpt-*", "gpt-", true],
  ["gpt-*", "gpt-5", true],
  ["gpt-*", "a-gpt-5", false],
  ["*-mini", "gpt-5-mini", true],
  ["*-mini", "gpt-5-mini-2", false],
  ["*vision*", "llama-vision-90b", true],
  ["*vision*", "llama-90b", false],
  ["a*b*a", "aba", true],
  ["aba*aba", "aba", false],
  ["aba*aba", "ababa", false],
  ["aba*aba", "abaaba", true],
  ["a*bc*c", "abc", false],
  ["**a**", "bab", true],
  ["gpt-4.1", "gpt-4x1", false],
  ["[a]*(b)", "[a] and (b)", true],
  ["a?", "ab", false],
])("'%s' for '%s': %s", (pattern, text, fits) => {
  expect(wildcard(pattern)(text)).toBe(fits);
});

test("agrees with a regular expression", () => {
  const characters = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 12 });
  fc.assert(
    fc.property(characters, characters, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`, "s");
      expect(wildcard(pattern)(text)).toBe(expression.test(text));
    }),
  );
});

test("a pattern of many stars is no work", () => {
  // a matcher that backtracks would not come to an end
  expect(wildcard(`${"a*".repeat(1_000)}b`)("a".repeat(50_000))).toBe(false);
  expect(wildcard(`${"*a".repeat(1_000)}*b*c`)("a".repeat(50_000))).toBe(false);
});
