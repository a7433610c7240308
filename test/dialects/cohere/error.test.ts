import { describe, expect, test } from "vitest";
import { GatewayError } from "../../../src/core/error.ts";
import { cohere } from "../../../src/dialects/cohere/index.ts";

const read = (status: number, body: unknown): GatewayError =>
  cohere.error.read(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

test.each([
  [400, "invalid_request"],
  [401, "upstream_unauthenticated"],
  [402, "quota_exceeded"],
  [403, "permission_denied"],
  [404, "model_not_found"],
  [408, "upstream_timeout"],
  [413, "request_too_large"],
  [422, "invalid_request"],
  [429, "rate_limited"],
  [498, "content_filtered"],
  [499, "cancelled"],
  [500, "upstream_error"],
  [501, "not_supported"],
  [502, "upstream_error"],
  [503, "upstream_overloaded"],
  [504, "upstream_timeout"],
])("the status %i is %s", (status, code) => {
  expect(read(status, { id: "1", message: "m" })).toMatchObject({ code, status, message: "m", param: undefined });
});

test("a place that does not exist is no missing model", () => {
  expect(read(404, "<html>").code).toBe("not_found");
  expect(read(404, "404 page not found").code).toBe("not_found");
});

test.each([
  ["", "The provider answered 500 with an empty body."],
  ["<html><body>Bad gateway</body></html>", "The provider answered 500 with a page of HTML."],
  ["upstream connect error", 'The provider answered 500 with "upstream connect error".'],
  ['"quota"', "quota"],
  ["{}", "The provider answered 500."],
  ["null", "The provider answered 500."],
  ["[1]", "The provider answered 500."],
  ['{"data":"told so"}', "told so"],
  ['{"error":"plain"}', "plain"],
  ['{"error":{"message":"inner"}}', "inner"],
  ['{"detail":"Not Found"}', "Not Found"],
  ['{"detail":[{"loc":["body"]}]}', '[{"loc":["body"]}]'],
])("the body %j reads as a message for people", (body, message) => {
  expect(read(500, body).message).toBe(message);
});

test("an error of the gateway's own has Cohere's form, and its field", () => {
  const error = new GatewayError("missing_model", "Model is required.", { param: "model" });
  expect(JSON.parse(cohere.error.write(error))).toEqual({ message: "Model is required.", param: "model" });
  expect(JSON.parse(cohere.error.write(new GatewayError("internal", "Oh.")))).toEqual({ message: "Oh." });
});

/** "Errors (status codes and description)", "Rate limits". */
test.each([
  [
    400,
    "too many tokens: size limit exceeded by 1000 tokens. Try using shorter or fewer inputs.",
    "context_length_exceeded",
  ],
  [429, "You are using a Trial key, which is limited to 20 API calls / minute.", "rate_limited"],
  [429, "You are using a Trial key, which is limited to 1000 API calls / month.", "quota_exceeded"],
  [429, "The service is overloaded.", "upstream_overloaded"],
  [400, "invalid api key", "upstream_unauthenticated"],
  [524, "m", "upstream_timeout"],
])("%i: %s", (status, message, code) => {
  expect(read(status, { id: "1", message })).toMatchObject({ code, status, message });
});

describe("a stream that begins with a failure", () => {
  test.each([
    [{ type: "message-end", delta: { finish_reason: "ERROR", error: "too many tokens" } }, "context_length_exceeded"],
    [{ type: "message-end", delta: { finish_reason: "ERROR", error: "rate limit reached" } }, "rate_limited"],
    [{ type: "message-end", delta: { finish_reason: "TIMEOUT", error: "overloaded" } }, "upstream_timeout"],
    [{ type: "error", message: "the model is overloaded" }, "upstream_overloaded"],
    [{ message: "insufficient credits" }, "quota_exceeded"],
  ])("%j is %s", (wire, code) => {
    const event = Buffer.from(`data: ${JSON.stringify(wire)}\n\n`);
    const expected = expect.objectContaining({ code });
    expect(() => cohere.stream.watcher({ hideUsage: true }).see(event)).toThrow(expected);
    expect(() => cohere.stream.reader().read(event)).toThrow(expected);
  });
});
