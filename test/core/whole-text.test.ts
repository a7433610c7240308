import fc from "fast-check";
import { expect, test } from "vitest";
import { WholeText } from "../../src/core/whole-text.ts";

const pieces = fc.array(
  fc.string({ unit: fc.oneof(fc.constantFrom("\ud83d", "\ude80", "a", "\u{1f680}"), fc.string()) }),
);

test("pieces join to the same text, and every one is of whole characters", () => {
  fc.assert(
    fc.property(pieces, (list) => {
      const text = new WholeText();
      const told = [...list.map((piece) => text.push(piece)), text.end()];
      expect(told.join("")).toBe(list.join("").toWellFormed());
      for (const piece of told) expect(piece.isWellFormed()).toBe(true);
    }),
  );
});

test("only half a character is held back", () => {
  const text = new WholeText();
  expect(text.push("ab\ud83d")).toBe("ab");
  expect(text.push("\ude80")).toBe("\u{1f680}");
  expect(text.push("\ude80")).toBe("\ufffd");
  expect(text.push("\ud83d")).toBe("");
  expect(text.end()).toBe("\ufffd");
  expect(text.end()).toBe("");
});
