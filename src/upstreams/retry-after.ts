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
  if (retryAfter === undefined || !httpDate.test(retryAfter)) return undefined;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

const decimal = /^\s*\d{1,9}(?:\.\d+)?\s*$/;
/** Date.parse understands far more than HTTP's dates, such as "-1". */
const httpDate = /^\s*[A-Z][a-z]{2,8},? /;

function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && decimal.test(text) ? Number(text) : undefined;
}
