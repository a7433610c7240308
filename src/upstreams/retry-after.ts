/**
 * How long an answer asks to wait, in ms. `retry-after-ms` (OpenAI's, Azure's) is the more exact one and wins;
 * `retry-after` is in seconds or a date (RFC 9110, section 10.2.3). Some vendors send fractions of seconds.
 * undefined: not said, or not to be understood. `now`: ms since 1970.
 */
export function readRetryAfter(
  retryAfterMs: string | undefined,
  retryAfter: string | undefined,
  now: number,
): number | undefined {
  const ms = readNumber(retryAfterMs);
  if (ms !== undefined) return Math.ceil(ms);
  const seconds = readNumber(retryAfter);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  const at = retryAfter === undefined ? undefined : readDate(retryAfter);
  return at === undefined ? undefined : Math.max(0, at - now);
}

const decimal = /^\s*\d{1,9}(?:\.\d+)?\s*$/;
/** Date.parse understands far more than dates of HTTP and of RFC 3339, such as "-1". */
const date = /^\s*(?:[A-Z][a-z]{2,8},? |\d{4}-\d\d-\d\d[T ])/;

/** A date of HTTP (RFC 9110, section 5.6.7) or of RFC 3339, in ms since 1970. undefined: it is none. */
export function readDate(text: string): number | undefined {
  const at = date.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && decimal.test(text) ? Number(text) : undefined;
}
