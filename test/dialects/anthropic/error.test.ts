import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/core/error.ts";
import { anthropic } from "../../../src/dialects/anthropic/index.ts";

const read = (status: number, body: unknown): GatewayError =>
  anthropic.error.read(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
const failure = (type: string, more: object = {}) => ({ type: "error", error: { type, message: "m", ...more } });

test.each([
  [400, "invalid_request_error", "invalid_request"],
  [401, "authentication_error", "upstream_unauthenticated"],
  [402, "billing_error", "quota_exceeded"],
  [403, "permission_error", "permission_denied"],
  [404, "not_found_error", "not_found"],
  [409, "conflict_error", "invalid_request"],
  [413, "request_too_large", "request_too_large"],
  [429, "rate_limit_error", "rate_limited"],
  [500, "api_error", "upstream_error"],
  [503, "api_error", "upstream_overloaded"],
  [504, "timeout_error", "upstream_timeout"],
  [529, "overloaded_error", "upstream_overloaded"],
  [502, "constructor", "upstream_error"],
  [400, "future_error", "invalid_request"],
])("%i %s is %s", (status, type, code) => {
  expect(read(status, failure(type))).toMatchObject({ code, status, message: "m", nativeType: type });
});

test("a limit on what is spent does not go away by waiting", () => {
  const details = { error_code: "enforced_spend_limit_reached" };
  expect(read(429, failure("rate_limit_error", { details }))).toMatchObject({
    code: "quota_exceeded",
    nativeCode: "enforced_spend_limit_reached",
  });
});

test.each([
  ["", "The provider answered 502 with an empty body."],
  ["<html></html>", "The provider answered 502 with a page of HTML."],
  ['{"message":"Forbidden by the proxy"}', "Forbidden by the proxy"],
  ['{"error":{"error_code":"x"}}', "The provider answered 502."],
  ['"error_code"', "error_code"],
])("the body %j reads as a message for people", (body, message) => {
  expect(read(502, body)).toMatchObject({ message, status: 502 });
});

const written = (error: GatewayError): unknown => JSON.parse(anthropic.error.write(error));

test.each([
  [new GatewayError("missing_model", "m", { param: "model" }), "invalid_request_error", "missing_model"],
  [new GatewayError("model_not_found", "m"), "not_found_error", "model_not_found"],
  [new GatewayError("unauthenticated", "m"), "authentication_error", "unauthenticated"],
  [new GatewayError("quota_exceeded", "m"), "rate_limit_error", "quota_exceeded"],
  [new GatewayError("quota_exceeded", "m", { upstreamStatus: 402 }), "billing_error", undefined],
  [new GatewayError("internal", "m"), "api_error", "internal"],
  [new GatewayError("deadline_exceeded", "m"), "timeout_error", "deadline_exceeded"],
  [
    new GatewayError("rate_limited", "m", { upstreamStatus: 429, nativeType: "tokens", nativeCode: "x" }),
    "rate_limit_error",
    "x",
  ],
])("$code is written with the type and the code that SDKs branch on", (error, type, errorCode) => {
  expect(written(error)).toEqual({
    type: "error",
    error: {
      type,
      message: "m",
      ...(error.param !== undefined && { param: error.param }),
      ...(errorCode !== undefined && { details: { error_code: errorCode } }),
    },
  });
});

test("the vendor's own words are kept", () => {
  const body = failure("conflict_error", { details: { error_code: "resource_locked" } });
  expect(written(read(409, body))).toEqual(body);
});

/** "Claude API errors", and the messages that its SDKs' users see for the types that mean many things. */
test.each([
  ["prompt is too long: 213462 tokens > 200000 maximum", "context_length_exceeded"],
  ["input length and `max_tokens` exceed context limit: 199000 + 20000 > 200000", "context_length_exceeded"],
  ["Your credit balance is too low to access the Anthropic API.", "quota_exceeded"],
  ["You have reached your specified API usage limits. You will regain access on 2026-12-01.", "quota_exceeded"],
  ["You have reached your specified workspace API usage limits.", "quota_exceeded"],
  ["Output blocked by content filtering policy", "content_filtered"],
  ["This organization has been disabled.", "upstream_unauthenticated"],
  ["max_tokens: 9 > 8, which is the maximum allowed number of output tokens", "invalid_request"],
])("an invalid request that says '%s' is %s", (message, code) => {
  expect(read(400, failure("invalid_request_error", { message }))).toMatchObject({ code, status: 400, message });
});

test.each([
  ["model: claude-0", "model_not_found"],
  ["File not found.", "not_found"],
])("what is not found, as in '%s', is %s", (message, code) => {
  expect(read(404, failure("not_found_error", { message })).code).toBe(code);
});

test("a failure of the server's that says it has too much to do is that", () => {
  expect(read(500, failure("api_error", { message: "Overloaded" })).code).toBe("upstream_overloaded");
});

describe("a stream that begins with a failure", () => {
  test.each([
    ["overloaded_error", "Overloaded", "upstream_overloaded", 529],
    ["rate_limit_error", "m", "rate_limited", 429],
    ["api_error", "m", "upstream_error", 500],
    ["timeout_error", "m", "upstream_timeout", 504],
    ["billing_error", "m", "quota_exceeded", 402],
    ["authentication_error", "m", "upstream_unauthenticated", 401],
    ["invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", "context_length_exceeded", 400],
  ])("%s: %s", (type, message, code, status) => {
    const event = Buffer.from(`event: error\ndata: ${JSON.stringify(failure(type, { message }))}\n\n`);
    const expected = expect.objectContaining({ code, status });
    expect(() => anthropic.stream.watcher({ hideUsage: true }).see(event)).toThrow(expected);
    expect(() => anthropic.stream.reader().read(event)).toThrow(expected);
  });
});
