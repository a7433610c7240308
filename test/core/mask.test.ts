import { expect, test } from "vitest";
import { maskKey } from "../../src/core/mask.ts";

test("A long key shows its beginning and its end.", () => {
  expect(maskKey("sk-proj-0123456789abc")).toBe("sk-…9abc");
  expect(maskKey("0123456789abcdef")).toBe("012…cdef");
});

test.each(["", "k", "0123456789abcde"])("Nothing of the short secret '%s' is shown.", (secret) => {
  expect(maskKey(secret)).toBe("…");
});
