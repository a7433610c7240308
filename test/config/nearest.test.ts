import { expect, test } from "vitest";
import { nearest } from "../../src/config/nearest.ts";

const words = ["listen", "providers", "base_url", "cert", "key", "check", "chat"];

test.each([
  ["provider", "providers"],
  ["prvoiders", "providers"],
  ["Base-URL", "base_url"],
  ["baseUrl", "base_url"],
  ["lisen", "listen"],
  ["chek", "check"],
  ["kye", "key"],
])("%s was probably meant to be %s.", (word, meant) => {
  expect(nearest(word, words)).toBe(meant);
});

test.each(["", "x", "models", "zzzzzzzzz", "a".repeat(10_000)])("Nothing is near '%s'.", (word) => {
  expect(nearest(word, words)).toBeUndefined();
});
