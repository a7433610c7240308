import { expect, test } from "vitest";
import { parseAge, parseDuration, parseSize } from "../../src/config/units.ts";

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["1.5m", 90_000],
  ["1 h", 3_600_000],
  ["596h", 2_145_600_000],
])("%s is %d ms.", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "30", "s", "-1s", "0s", "1e3s", "1d", "10 minutes", "597h", "0.1ms", "constructor"])(
  "'%s' is no duration.",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  ["12h", 43_200_000],
  ["1.5d", 129_600_000],
  ["52 w", 31_449_600_000],
  [" 1y ", 31_536_000_000],
])("Older than %s is older than %d ms.", (text, ms) => {
  expect(parseAge(text)).toBe(ms);
});

test.each(["", "30", "d", "0d", "-1d", "6m", "30 days", "1e3d", "99999999999y", "constructor"])(
  "'%s' is no age.",
  (text) => {
    expect(parseAge(text)).toBeUndefined();
  },
);

test.each([
  ["1048576", 1_048_576],
  ["10B", 10],
  ["256KB", 262_144],
  ["256 kib", 262_144],
  ["1.5MB", 1_572_864],
  ["1GiB", 1_073_741_824],
  ["2TB", 2_199_023_255_552],
])("%s is %d bytes.", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(["", "0", "-1", "MB", "1PB", "1e3", "many", "99999999999GB"])("'%s' is no size.", (text) => {
  expect(parseSize(text)).toBeUndefined();
});
