import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/core/error.ts";
import { gemini } from "../../../src/dialects/gemini/index.ts";

const type = "type.googleapis.com/google.rpc.";
const read = (status: number, body: unknown): GatewayError =>
  gemini.error.read(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
const failure = (status: number, word: string, ...details: object[]): GatewayError =>
  read(status, { error: { code: status, message: "m", status: word, details } });

describe("reading", () => {
  test.each([
    [400, "INVALID_ARGUMENT", "invalid_request"],
    [400, "FAILED_PRECONDITION", "invalid_request"],
    [401, "UNAUTHENTICATED", "upstream_unauthenticated"],
    [403, "PERMISSION_DENIED", "permission_denied"],
    [404, "NOT_FOUND", "not_found"],
    [429, "RESOURCE_EXHAUSTED", "rate_limited"],
    [499, "CANCELLED", "upstream_error"],
    [500, "INTERNAL", "upstream_error"],
    [501, "UNIMPLEMENTED", "not_supported"],
    [503, "UNAVAILABLE", "upstream_overloaded"],
    [504, "DEADLINE_EXCEEDED", "upstream_timeout"],
    [413, "", "request_too_large"],
    [408, "", "upstream_timeout"],
    [418, "SOMETHING_NEW", "invalid_request"],
  ])("%s %s is %s", (status, word, code) => {
    expect(failure(status, word)).toMatchObject({ code, status, message: "m" });
  });

  test.each([
    ["API_KEY_INVALID", 400, "upstream_unauthenticated"],
    ["BILLING_DISABLED", 403, "quota_exceeded"],
    ["RATE_LIMIT_EXCEEDED", 429, "rate_limited"],
    ["SOMETHING_NEW", 403, "permission_denied"],
  ])("the reason %s", (reason, status, code) => {
    const word = status === 403 ? "PERMISSION_DENIED" : "INVALID_ARGUMENT";
    const info = { "@type": `${type}ErrorInfo`, reason, domain: "googleapis.com" };
    expect(failure(status, word, info)).toMatchObject({ code, nativeCode: reason, nativeType: word });
  });

  test.each([
    ["GenerateRequestsPerMinutePerProjectPerModel", "10", "rate_limited"],
    ["GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250", "quota_exceeded"],
    ["GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "0", "quota_exceeded"],
  ])("the quota %s of %s", (quotaId, quotaValue, code) => {
    const info = { "@type": `${type}ErrorInfo`, reason: "RATE_LIMIT_EXCEEDED", domain: "googleapis.com" };
    const quota = { "@type": `${type}QuotaFailure`, violations: [{ quotaId, quotaValue }] };
    expect(failure(429, "RESOURCE_EXHAUSTED", quota).code).toBe(code);
    expect(failure(429, "RESOURCE_EXHAUSTED", info, quota).code).toBe(code);
  });

  test.each([
    ["17s", 17_000],
    ["0.5s", 500],
    ["3.019000001s", 3020],
    ["soon", undefined],
    ["", undefined],
  ])("a delay of '%s'", (retryDelay, expected) => {
    expect(failure(429, "RESOURCE_EXHAUSTED", { "@type": `${type}RetryInfo`, retryDelay }).retryAfterMs).toBe(expected);
  });

  test.each([
    ["", 502, "The provider answered 502 with an empty body."],
    ["<html>", 502, "The provider answered 502 with a page of HTML."],
    ["upstream gone", 502, 'The provider answered 502 with "upstream gone".'],
    ["[]", 500, "The provider answered 500."],
    ['{"error":"no"}', 500, "no"],
    ['"no"', 500, "no"],
    ['{"message":"no"}', 500, "no"],
    ['{"error":{"message":7}}', 500, "The provider answered 500."],
  ])("%s", (body, status, message) => {
    expect(read(status, body)).toMatchObject({ code: "upstream_error", status, message });
  });
});

describe("writing", () => {
  const write = (error: GatewayError): { error: Record<string, unknown> } => JSON.parse(gemini.error.write(error));

  test("the gateway's own failures have its code as the reason", () => {
    const error = new GatewayError("model_not_found", "No such model.", { param: "model", retryAfterMs: 1500 });
    expect(write(error)).toEqual({
      error: {
        code: 404,
        message: "No such model.",
        status: "NOT_FOUND",
        details: [
          { "@type": `${type}ErrorInfo`, reason: "MODEL_NOT_FOUND", domain: "causeway" },
          { "@type": `${type}BadRequest`, fieldViolations: [{ field: "model", description: "No such model." }] },
          { "@type": `${type}RetryInfo`, retryDelay: "1.5s" },
        ],
      },
    });
  });

  test("another vendor's type is translated, its code stays the reason", () => {
    const details = { upstreamStatus: 529, nativeType: "overloaded_error", nativeCode: "overloaded" };
    expect(write(new GatewayError("upstream_overloaded", "Busy.", details)).error).toMatchObject({
      code: 529,
      status: "UNAVAILABLE",
      details: [{ reason: "overloaded" }],
    });
  });

  test("a provider's failure without details has none", () => {
    const error = new GatewayError("upstream_error", "Gone.", { upstreamStatus: 500, nativeType: "INTERNAL" });
    expect(write(error).error).toEqual({ code: 500, message: "Gone.", status: "INTERNAL" });
  });
});

/** "Troubleshooting guide" (ai.google.dev), "Generative AI on Vertex AI, API errors" (cloud.google.com). */
describe("a status that means many things is told by the message", () => {
  test.each([
    [
      400,
      "INVALID_ARGUMENT",
      "The input token count (9) exceeds the maximum number of tokens allowed (8).",
      "context_length_exceeded",
    ],
    [400, "INVALID_ARGUMENT", "This prompt violates Google's Responsible AI practices.", "content_filtered"],
    [400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", "upstream_unauthenticated"],
    [400, "FAILED_PRECONDITION", "User location is not supported for the API use.", "permission_denied"],
    [403, "PERMISSION_DENIED", "Your API key was reported as leaked.", "upstream_unauthenticated"],
    [404, "NOT_FOUND", "models/x is not found for API version v1beta.", "model_not_found"],
    [404, "NOT_FOUND", "Publisher Model `projects/p/x` was not found.", "model_not_found"],
    [404, "NOT_FOUND", "Requested entity was not found.", "not_found"],
    [429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later.", "rate_limited"],
    [409, "ABORTED", "m", "upstream_error"],
    [503, "UNAVAILABLE", "The model is overloaded. Please try again later.", "upstream_overloaded"],
  ])("%i %s: %s", (code, status, message, expected) => {
    expect(read(code, { error: { code, message, status } })).toMatchObject({ code: expected, message });
  });
});

describe("a stream that begins with a failure", () => {
  const retry = { "@type": `${type}RetryInfo`, retryDelay: "34.07s" };
  const daily = {
    "@type": `${type}QuotaFailure`,
    violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier", quotaValue: "250" }],
  };

  test.each([
    [429, "RESOURCE_EXHAUSTED", [retry], "rate_limited", 34_070],
    [429, "RESOURCE_EXHAUSTED", [daily, retry], "quota_exceeded", 34_070],
    [503, "UNAVAILABLE", [], "upstream_overloaded", undefined],
    [504, "DEADLINE_EXCEEDED", [], "upstream_timeout", undefined],
    [500, "INTERNAL", [], "upstream_error", undefined],
  ])("%i %s", (status, word, details, code, retryAfterMs) => {
    const body = { error: { code: status, message: "m", status: word, details } };
    const expected = expect.objectContaining({ code, status, retryAfterMs });
    for (const wire of [body, [body]]) {
      const event = Buffer.from(`data: ${JSON.stringify(wire)}\n\n`);
      expect(() => gemini.stream.watcher({ hideUsage: true }).see(event)).toThrow(expected);
      expect(() => gemini.stream.reader().read(event)).toThrow(expected);
      expect(read(status, wire)).toMatchObject({ code, status, retryAfterMs });
    }
  });
});
