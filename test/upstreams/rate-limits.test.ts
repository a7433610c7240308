import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RateLimit, RateLimits } from "../../src/core/health.ts";
import { type AnswerHeaders, readRateLimits } from "../../src/upstreams/rate-limits.ts";

/** 2026-11-21T12:00:00Z */
const now = 1_795_262_400_000;
const limit = (of: number | undefined, remaining?: number, inMs?: number): RateLimit => ({
  limit: of,
  remaining,
  resetsAt: inMs === undefined ? undefined : now + inMs,
});
const none: RateLimits = { requests: undefined, tokens: undefined, inputTokens: undefined, outputTokens: undefined };

describe("each vendor's headers", () => {
  test.each<[string, AnswerHeaders, Partial<RateLimits>]>([
    [
      "OpenAI, Rate limits in headers",
      {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-limit-tokens": "150000",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-reset-tokens": "6m0s",
      },
      { requests: limit(60, 59, 1000), tokens: limit(150_000, 149_984, 360_000) },
    ],
    [
      "Groq, Rate limits",
      {
        "x-ratelimit-limit-requests": "14400",
        "x-ratelimit-remaining-requests": "14370",
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-limit-tokens": "18000",
        "x-ratelimit-remaining-tokens": "17997",
        "x-ratelimit-reset-tokens": "7.66s",
      },
      { requests: limit(14_400, 14_370, 179_560), tokens: limit(18_000, 17_997, 7660) },
    ],
    [
      "Azure OpenAI: seconds, and -1 for what is not known",
      {
        "x-ratelimit-remaining-requests": "79",
        "x-ratelimit-limit-tokens": "-1",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "55",
      },
      { requests: limit(undefined, 79), tokens: limit(undefined, 0, 55_000) },
    ],
    [
      "Mistral, as its answers have them",
      {
        "x-ratelimit-limit-req-minute": "720",
        "x-ratelimit-remaining-req-minute": "717",
        "x-ratelimit-limit-tokens-minute": "5000000",
        "x-ratelimit-remaining-tokens-minute": "4999911",
        "x-ratelimit-tokens-query-cost": "52",
      },
      { requests: limit(720, 717), tokens: limit(5_000_000, 4_999_911) },
    ],
    [
      "Cerebras, Rate limits: a day's and a minute's",
      {
        "x-ratelimit-limit-requests-day": "14400",
        "x-ratelimit-remaining-requests-day": "3",
        "x-ratelimit-reset-requests-day": "33011.382867",
        "x-ratelimit-limit-requests-minute": "30",
        "x-ratelimit-remaining-requests-minute": "29",
        "x-ratelimit-reset-requests-minute": "45.5",
        "x-ratelimit-limit-tokens-minute": "60000",
        "x-ratelimit-remaining-tokens-minute": "50",
        "x-ratelimit-reset-tokens-minute": "11.38",
      },
      { requests: limit(14_400, 3, 33_011_383), tokens: limit(60_000, 50, 11_380) },
    ],
    [
      "OpenRouter, Limits: ms since 1970",
      { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now + 5000) },
      { requests: limit(20, 0, 5000) },
    ],
    [
      "Together, Rate limits",
      {
        "x-ratelimit-limit": "10",
        "x-ratelimit-remaining": "9",
        "x-ratelimit-reset": "1",
        "x-tokenlimit-limit": "3000",
        "x-tokenlimit-remaining": "2980",
      },
      { requests: limit(10, 9, 1000), tokens: limit(3000, 2980) },
    ],
    [
      "Fireworks, Rate limits",
      {
        "x-ratelimit-limit-tokens-prompt": "21600000",
        "x-ratelimit-limit-tokens-generated": "216000",
        "x-ratelimit-remaining-tokens-generated": "0",
        "x-ratelimit-limit-tokens-cache-adjusted-prompt": "5400000",
      },
      { inputTokens: limit(21_600_000), outputTokens: limit(216_000, 0) },
    ],
    [
      "Anthropic, Response headers",
      {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:01Z",
        "anthropic-ratelimit-tokens-limit": "40000",
        "anthropic-ratelimit-tokens-remaining": "0",
        "anthropic-ratelimit-tokens-reset": "2026-11-21T13:01:00+01:00",
        "anthropic-ratelimit-input-tokens-remaining": "30000",
        "anthropic-ratelimit-output-tokens-remaining": "8000",
        "anthropic-ratelimit-unified-status": "allowed",
      },
      {
        requests: limit(50, 49, 1000),
        tokens: limit(40_000, 0, 60_000),
        inputTokens: limit(undefined, 30_000),
        outputTokens: limit(undefined, 8000),
      },
    ],
  ])("%s", (_, headers, expected) => {
    expect(readRateLimits(headers, now)).toEqual({ ...none, ...expected });
  });
});

describe("when a limit is whole again", () => {
  test.each<[string, number | undefined]>([
    ["20ms", now + 20],
    ["1h2m3.5s", now + 3_723_500],
    ["4h17m", now + 15_420_000],
    ["1d", now + 86_400_000],
    ["500us", now + 1],
    ["0", now],
    ["0s", now],
    ["86400", now + 86_400_000],
    ["1795262401", now + 1000],
    ["1795262401.5", now + 1500],
    ["1795262400250", now + 250],
    ["2026-11-21T12:00:00.75Z", now + 750],
    ["Sat, 21 Nov 2026 12:00:02 GMT", now + 2000],
    ["Tue Nov 24 2026 12:00:00 GMT+0000 (UTC)", now + 3 * 86_400_000],
    [" 2 ", now + 2000],
    ["-1", undefined],
    ["soon", undefined],
    ["1x", undefined],
    ["", undefined],
    ["2026", now + 2_026_000],
    ["2026-13-45T99:00:00Z", undefined],
  ])("'%s'", (text, resetsAt) => {
    const headers = { "x-ratelimit-limit-requests": "1", "x-ratelimit-reset-requests": text };
    expect(readRateLimits(headers, now)?.requests?.resetsAt).toBe(resetsAt);
  });

  test("is what Go wrote, for every duration", () => {
    const upTo = (most: number) => fc.integer({ min: 0, max: most });
    fc.assert(
      fc.property(upTo(99), upTo(59), upTo(59), upTo(999), (h, m, s, ms) => {
        const text = `${h}h${m}m${s}.${String(ms).padStart(3, "0")}s`;
        const headers = { "x-ratelimit-limit": "1", "x-ratelimit-reset": text };
        const resetsAt = readRateLimits(headers, now)?.requests?.resetsAt ?? 0;
        expect(Math.abs(resetsAt - (now + ((h * 60 + m) * 60 + s) * 1000 + ms))).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("headers that say nothing", () => {
  test.each<[AnswerHeaders]>([
    [{}],
    [{ date: "Sat, 21 Nov 2026 12:00:02 GMT", "content-type": "application/json" }],
    [{ "x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0" }],
    [{ "x-ratelimit-limit-tokens": "many", "x-ratelimit-limit-dynamic": "7" }],
    [{ "x-ratelimit-limit-tokens": undefined }],
  ])("%j", (headers) => {
    expect(readRateLimits(headers, now)).toBe(undefined);
  });

  test("of several of the same name the first counts", () => {
    expect(readRateLimits({ "x-ratelimit-limit": ["3", "4"] }, now)?.requests).toEqual(limit(3));
  });

  test("where as much is left of two limits, it is the one that comes back later", () => {
    const day = { "x-ratelimit-remaining-tokens-day": "0", "x-ratelimit-reset-tokens-day": "3600" };
    const minute = { "x-ratelimit-remaining-tokens-minute": "0", "x-ratelimit-reset-tokens-minute": "60" };
    for (const headers of [
      { ...day, ...minute },
      { ...minute, ...day },
    ]) {
      expect(readRateLimits(headers, now)?.tokens).toEqual(limit(undefined, 0, 3_600_000));
    }
  });

  test("any text is read without a failure, and times are whole", () => {
    const text = fc.oneof(fc.string(), fc.double().map(String), fc.stringMatching(/^[0-9hms.]*$/));
    fc.assert(
      fc.property(text, (value) => {
        const headers = { "x-ratelimit-limit": "1", "x-ratelimit-remaining": value, "x-ratelimit-reset": value };
        const { remaining = 0, resetsAt = 0 } = readRateLimits(headers, now)?.requests ?? {};
        expect(remaining >= 0 && Number.isSafeInteger(resetsAt)).toBe(true);
      }),
    );
  });
});
