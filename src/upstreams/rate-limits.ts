import type { RateLimit, RateLimits } from "../core/health.ts";
import { readDate } from "./retry-after.ts";

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

type Kind = keyof RateLimits;
type Field = "limit" | "remaining" | "reset";

/** One limit of an answer: vendors have several of a kind, of a minute and of a day for example. */
interface Told {
  readonly kind: Kind;
  limit: number | undefined;
  remaining: number | undefined;
  resetsAt: number | undefined;
}

/**
 * The headers of each kind, with * for "limit", "remaining" and "reset". In this order: "Rate limits in headers"
 * (OpenAI, Azure OpenAI, Groq, xAI), "Rate limits" (Cerebras), Mistral's answers, "Rate limits" (OpenRouter, Together,
 * Fireworks), "Response headers" of "Rate limits" (Anthropic).
 */
const names: Readonly<Record<Kind, readonly string[]>> = {
  requests: [
    "x-ratelimit-*-requests",
    "x-ratelimit-*-requests-minute",
    "x-ratelimit-*-requests-hour",
    "x-ratelimit-*-requests-day",
    "x-ratelimit-*-req-minute",
    "x-ratelimit-*",
    "anthropic-ratelimit-requests-*",
  ],
  tokens: [
    "x-ratelimit-*-tokens",
    "x-ratelimit-*-tokens-minute",
    "x-ratelimit-*-tokens-hour",
    "x-ratelimit-*-tokens-day",
    "x-ratelimit-*-tokens-month",
    "x-tokenlimit-*",
    "anthropic-ratelimit-tokens-*",
  ],
  inputTokens: ["x-ratelimit-*-tokens-prompt", "anthropic-ratelimit-input-tokens-*"],
  outputTokens: ["x-ratelimit-*-tokens-generated", "anthropic-ratelimit-output-tokens-*"],
};

const kinds: readonly Kind[] = ["requests", "tokens", "inputTokens", "outputTokens"];
const fields: readonly Field[] = ["limit", "remaining", "reset"];

const places: ReadonlyMap<string, { readonly kind: Kind; readonly name: string; readonly field: Field }> = new Map(
  kinds.flatMap((kind) =>
    names[kind].flatMap((name) => fields.map((field) => [name.replace("*", field), { kind, name, field }] as const)),
  ),
);

/**
 * What an answer's headers, by names in lower case, say of the provider's rate limits. Of several limits of one kind it
 * is the one of which least is left. undefined: they say nothing that can be understood. `now`: ms since 1970.
 */
export function readRateLimits(headers: AnswerHeaders, now: number): RateLimits | undefined {
  const told = new Map<string, Told>();
  for (const header in headers) {
    const place = places.get(header);
    if (place === undefined) continue;
    const value = headers[header];
    const text = (Array.isArray(value) ? value[0] : value)?.trim() ?? "";
    const { kind, name, field } = place;
    const limit = told.get(name) ?? { kind, limit: undefined, remaining: undefined, resetsAt: undefined };
    if (field === "reset") limit.resetsAt = readReset(text, now);
    else limit[field] = readNumber(text);
    told.set(name, limit);
  }
  const known = [...told.values()].filter(({ limit, remaining }) => limit !== undefined || remaining !== undefined);
  if (known.length === 0) return undefined;
  return {
    requests: tightest(known, "requests"),
    tokens: tightest(known, "tokens"),
    inputTokens: tightest(known, "inputTokens"),
    outputTokens: tightest(known, "outputTokens"),
  };
}

function tightest(told: readonly Told[], wanted: Kind): RateLimit | undefined {
  const [first, ...others] = told.filter(({ kind }) => kind === wanted);
  if (first === undefined) return undefined;
  const { limit, remaining, resetsAt } = others.reduce(
    (least, other) => (isTighter(other, least) ? other : least),
    first,
  );
  return { limit, remaining, resetsAt };
}

/** Where as much is left of both, the one that comes back later. */
function isTighter(one: Told, other: Told): boolean {
  const [left, otherLeft] = [one.remaining ?? Infinity, other.remaining ?? Infinity];
  return left < otherLeft || (left === otherLeft && (one.resetsAt ?? 0) > (other.resetsAt ?? 0));
}

/** Some say -1 for what they do not know. */
const readNumber = (text: string): number | undefined => (/^\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : undefined);

/** From here on numbers are a time in seconds since 1970, and then in ms: 1e9 s from now is in 30 years. */
const epochSeconds = 1e9;
const epochMs = 1e11;

const unitMs: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
const duration = /^(?:\d{1,9}(?:\.\d+)?(?:[nuµm]?s|[mhd]))+$/;
const durationPart = /([\d.]+)([a-zµ]+)/g;

/**
 * When a limit is whole again, in ms since 1970: a duration as Go writes it ("6m0s", "1h2m3.5s"), seconds from now,
 * seconds or ms since 1970, or a date. undefined: it is none of these.
 */
function readReset(text: string, now: number): number | undefined {
  const number = readNumber(text);
  if (number !== undefined) {
    if (number >= epochMs) return Math.ceil(number);
    return Math.ceil(number >= epochSeconds ? number * 1000 : now + number * 1000);
  }
  if (!duration.test(text)) return readDate(text);
  let ms = 0;
  for (const [, count, unit = ""] of text.matchAll(durationPart)) ms += Number(count) * (unitMs.get(unit) ?? 0);
  return Math.ceil(now + ms);
}
