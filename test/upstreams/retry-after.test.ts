import { expect, test } from "vitest";
import { readRetryAfter } from "../../src/upstreams/retry-after.ts";

const now = Date.UTC(2026, 0, 15, 12, 0, 0);

test.each([
  ["nothing", undefined, undefined, undefined],
  ["seconds", undefined, "20", 20_000],
  ["no time at all", undefined, "0", 0],
  ["fractions of seconds", undefined, "1.25", 1250],
  ["seconds with spaces", undefined, " 3 ", 3000],
  ["milliseconds", "150", undefined, 150],
  ["milliseconds rather than seconds", "150", "1", 150],
  ["fractions of milliseconds, upwards", "150.2", undefined, 151],
  ["a date to come", undefined, "Thu, 15 Jan 2026 12:00:30 GMT", 30_000],
  ["a date of the old form", undefined, "Thursday, 15-Jan-26 12:00:30 GMT", 30_000],
  ["a date that has passed", undefined, "Thu, 15 Jan 2026 11:00:00 GMT", 0],
  ["seconds when the milliseconds are nonsense", "soon", "2", 2000],
  ["nonsense", undefined, "soon", undefined],
  ["less than nothing", undefined, "-1", undefined],
  ["a number beyond reason", undefined, "99999999999999", undefined],
  ["an empty text", "", "", undefined],
])("a provider that asks to wait by %s is understood", (_, retryAfterMs, retryAfter, expected) => {
  expect(readRetryAfter(retryAfterMs, retryAfter, now)).toBe(expected);
});
