import { describe, expect, test } from "vitest";
import { type ErrorCode, GatewayError } from "../../../src/core/error.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/index.ts";

const { error } = bedrockConverse;
const read = (status: number, body: unknown): GatewayError =>
  error.read(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
const typeOf = (thrown: GatewayError): unknown => JSON.parse(error.write(thrown)).__type;

describe("a failure is known by its type", () => {
  test.each<[string, number, ErrorCode]>([
    ["ValidationException", 400, "invalid_request"],
    ["AccessDeniedException", 403, "permission_denied"],
    ["ResourceNotFoundException", 404, "not_found"],
    ["ThrottlingException", 429, "rate_limited"],
    ["ServiceQuotaExceededException", 400, "quota_exceeded"],
    ["ModelTimeoutException", 408, "upstream_timeout"],
    ["ModelErrorException", 424, "upstream_error"],
    ["ModelNotReadyException", 429, "upstream_overloaded"],
    ["ServiceUnavailableException", 503, "upstream_overloaded"],
    ["InternalServerException", 500, "upstream_error"],
    ["ExpiredTokenException", 403, "upstream_unauthenticated"],
    ["com.amazon.coral.service#InvalidSignatureException", 403, "upstream_unauthenticated"],
    ["ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/", 400, "rate_limited"],
  ])("%s, %i: %s", (__type, status, code) => {
    expect(read(status, { __type, message: "no" })).toMatchObject({ code, status, message: "no" });
  });

  test.each<[number, ErrorCode]>([
    [400, "invalid_request"],
    [401, "upstream_unauthenticated"],
    [403, "permission_denied"],
    [404, "not_found"],
    [408, "upstream_timeout"],
    [413, "request_too_large"],
    [424, "upstream_error"],
    [429, "rate_limited"],
    [500, "upstream_error"],
    [503, "upstream_overloaded"],
    [504, "upstream_timeout"],
  ])("without one by its status: %i is %s", (status, code) => {
    expect(read(status, { message: "no" })).toMatchObject({ code, nativeType: undefined });
  });

  test("what is no JSON is quoted, but no page", () => {
    expect(read(502, "Bad gateway").message).toBe('The provider answered 502 with "Bad gateway".');
    expect(read(502, "<html>").message).toBe("The provider answered 502 with a page of HTML.");
    expect(read(500, "").message).toBe("The provider answered 500 with an empty body.");
  });
});

describe("a failure is written with the exception that SDKs know", () => {
  test.each<[ErrorCode, string]>([
    ["model_not_found", "ResourceNotFoundException"],
    ["unauthenticated", "UnrecognizedClientException"],
    ["permission_denied", "AccessDeniedException"],
    ["quota_exceeded", "ServiceQuotaExceededException"],
    ["deadline_exceeded", "ModelTimeoutException"],
    ["internal", "InternalServerException"],
  ])("%s: %s", (code, type) => {
    expect(typeOf(new GatewayError(code, "no"))).toBe(type);
  });

  test("AWS's own type is kept, another vendor's is not", () => {
    expect(typeOf(new GatewayError("rate_limited", "no", { nativeType: "ModelNotReadyException" }))).toBe(
      "ModelNotReadyException",
    );
    expect(typeOf(new GatewayError("rate_limited", "no", { nativeType: "rate_limit_error" }))).toBe(
      "ThrottlingException",
    );
  });
});

describe("an answer with a success status that is none", () => {
  const { answer } = bedrockConverse;

  test.each([{ __type: "ThrottlingException", message: "slow" }, { message: "slow" }])(
    "%j is the failure it tells of",
    (body) => {
      const failure = expect.objectContaining({ message: "slow" });
      expect(() => answer.read(body)).toThrow(failure);
      expect(() => answer.watch(Buffer.from(JSON.stringify(body)))).toThrow(failure);
    },
  );

  test.each(["{}", "[]", "null", '{"output":{}}', '{"output":{"message":{"content":{}}}}', "{", ""])(
    "%s is malformed",
    (body) => {
      for (const padding of ["", " ".repeat(20_000)]) {
        expect(() => answer.watch(Buffer.from(padding + body))).toThrow(
          expect.objectContaining({ code: "upstream_malformed" }),
        );
      }
    },
  );
});

/** "Troubleshooting Amazon Bedrock API Error Codes", "Quotas for Amazon Bedrock", and what models behind it say. */
describe("an exception that means many things is told by its message", () => {
  test.each<[string, number, string, ErrorCode]>([
    ["ValidationException", 400, "Input is too long for requested model.", "context_length_exceeded"],
    [
      "ValidationException",
      400,
      "The model returned the following errors: prompt is too long: 9 tokens > 8 maximum",
      "context_length_exceeded",
    ],
    ["ValidationException", 400, "Too many input tokens. Max input tokens: 8192", "context_length_exceeded"],
    ["ValidationException", 400, "This request has been blocked by our content filters.", "content_filtered"],
    ["ValidationException", 400, "The provided model identifier is invalid.", "model_not_found"],
    ["ResourceNotFoundException", 404, "This model version has reached the end of its life.", "model_not_found"],
    ["ThrottlingException", 429, "Too many tokens, please wait before trying again.", "rate_limited"],
    ["ThrottlingException", 429, "Too many tokens per day, please wait before trying again.", "quota_exceeded"],
    ["AccessDeniedException", 403, "Please make sure your API Key is valid.", "upstream_unauthenticated"],
    ["AccessDeniedException", 403, "You don't have access to the model with the specified ID.", "permission_denied"],
    ["", 403, "The security token included in the request is invalid.", "upstream_unauthenticated"],
  ])("%s, %i: %s", (__type, status, message, code) => {
    expect(read(status, { __type, message })).toMatchObject({ code, status, message });
  });
});

describe("a stream that begins with a failure", () => {
  test.each<[string, string, ErrorCode]>([
    ["throttlingException", "Too many requests", "rate_limited"],
    ["throttlingException", "Too many tokens per day", "quota_exceeded"],
    ["validationException", "Input is too long for requested model.", "context_length_exceeded"],
    ["serviceUnavailableException", "m", "upstream_overloaded"],
    ["modelStreamErrorException", "m", "upstream_error"],
    ["modelTimeoutException", "m", "upstream_timeout"],
    ["internalServerException", "m", "upstream_error"],
  ])("%s: %s", (name, message, code) => {
    const event = Buffer.from(`event: ${name}\ndata: ${JSON.stringify({ message })}\n\n`);
    const expected = expect.objectContaining({ code, message });
    expect(() => bedrockConverse.stream.watcher({ hideUsage: true }).see(event)).toThrow(expected);
    expect(() => bedrockConverse.stream.reader().read(event)).toThrow(expected);
  });
});
