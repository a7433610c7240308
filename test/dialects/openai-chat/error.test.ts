import { expect, test } from "vitest";
import { GatewayError } from "../../../src/core/error.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";

const read = (status: number, body: unknown): GatewayError =>
  openaiChat.error.read(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

test.each([
  [400, "invalid_request"],
  [401, "upstream_unauthenticated"],
  [402, "quota_exceeded"],
  [403, "permission_denied"],
  [404, "not_found"],
  [408, "upstream_timeout"],
  [413, "request_too_large"],
  [422, "invalid_request"],
  [429, "rate_limited"],
  [500, "upstream_error"],
  [503, "upstream_overloaded"],
  [504, "upstream_timeout"],
  [529, "upstream_overloaded"],
])("the status %i is %s", (status, code) => {
  expect(read(status, { error: { message: "m" } })).toMatchObject({ code, status, message: "m" });
});

test.each([
  ["context_length_exceeded", 400, "context_length_exceeded"],
  ["insufficient_quota", 429, "quota_exceeded"],
  ["rate_limit_exceeded", 429, "rate_limited"],
  ["model_not_found", 404, "model_not_found"],
  ["content_policy_violation", 400, "content_filtered"],
  ["constructor", 400, "invalid_request"],
  ["__proto__", 500, "upstream_error"],
])("OpenAI's code '%s' with %i is %s", (native, status, code) => {
  expect(read(status, { error: { message: "m", code: native } })).toMatchObject({ code, nativeCode: native });
});

test.each([
  ["", "The provider answered 500 with an empty body."],
  ["<html><body>Bad gateway</body></html>", "The provider answered 500 with a page of HTML."],
  ["upstream connect error", 'The provider answered 500 with "upstream connect error".'],
  ['"quota"', "quota"],
  ["{}", "The provider answered 500."],
  ["null", "The provider answered 500."],
  ['{"error":"plain"}', "plain"],
  ['{"message":"top"}', "top"],
  ['{"detail":"Not Found"}', "Not Found"],
  ['[{"error":{"message":"listed"}}]', "listed"],
])("the body %j reads as a message for people", (body, message) => {
  expect(read(500, body).message).toBe(message);
});

test("an error of the gateway's own has OpenAI's form", () => {
  const error = new GatewayError("missing_model", "Model is required.", { param: "model" });
  expect(JSON.parse(openaiChat.error.write(error))).toEqual({
    error: { message: "Model is required.", type: "invalid_request_error", param: "model", code: "missing_model" },
  });
});

test("a vendor's own words are kept", () => {
  const body = { error: { message: "Slow down.", type: "tokens", param: null, code: "rate_limit_exceeded" } };
  expect(JSON.parse(openaiChat.error.write(read(429, body)))).toEqual(body);
});
