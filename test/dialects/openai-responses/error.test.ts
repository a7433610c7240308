import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../../src/core/error.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/index.ts";

const failed = (error: object): object => ({ type: "response.failed", response: { status: "failed", error } });

/** "The response object", error; "Streaming events", error. */
describe("a stream that begins with a failure", () => {
  test.each<[object, ErrorCode]>([
    [failed({ code: "rate_limit_exceeded", message: "m" }), "rate_limited"],
    [failed({ code: "insufficient_quota", message: "m" }), "quota_exceeded"],
    [failed({ code: "context_length_exceeded", message: "m" }), "context_length_exceeded"],
    [failed({ code: "server_is_overloaded", message: "m" }), "upstream_overloaded"],
    [failed({ code: "slow_down", message: "m" }), "upstream_overloaded"],
    [failed({ code: "server_error", message: "m" }), "upstream_error"],
    [failed({ code: "invalid_prompt", message: "m" }), "invalid_request"],
    [failed({ code: "invalid_prompt", message: "…flagged as violating our usage policy." }), "content_filtered"],
    [failed({ code: "bio_policy", message: "m" }), "content_filtered"],
    [{ type: "error", code: null, message: "This input exceeds the context window." }, "context_length_exceeded"],
    [{ error: { message: "m", code: "429" } }, "rate_limited"],
    [{ error: { message: "m", code: 529 } }, "upstream_overloaded"],
  ])("%j is %s", (wire, code) => {
    const event = Buffer.from(`data: ${JSON.stringify(wire)}\n\n`);
    const failure = expect.objectContaining({ code });
    expect(() => openaiResponses.stream.watcher({ hideUsage: true }).see(event)).toThrow(failure);
    expect(() => openaiResponses.stream.reader().read(event)).toThrow(failure);
  });
});
