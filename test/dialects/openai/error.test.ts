import { describe, expect, test } from "vitest";
import type { ErrorCode, GatewayError } from "../../../src/core/error.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";
import { openaiCompletions } from "../../../src/dialects/openai-completions/index.ts";

const read = (status: number, body: unknown): GatewayError =>
  openaiChat.error.read(status, Buffer.from(JSON.stringify(body)));

interface Sample {
  /** Whose, and the page of the documentation that has it, or the server's source. */
  readonly of: string;
  readonly status: number;
  /** The message, or the whole body. */
  readonly says: string | object;
}
const of = (name: string, status: number, says: string | object): Sample => ({ of: name, status, says });
const inner = (message: string, more: object = {}) => ({ error: { message, ...more } });
const bodyOf = ({ says }: Sample): object => (typeof says === "string" ? inner(says) : says);

const samples: Readonly<Partial<Record<ErrorCode, readonly Sample[]>>> = {
  context_length_exceeded: [
    of("OpenAI, Error codes", 400, inner("Too long.", { code: "context_length_exceeded" })),
    of("OpenAI, Responses", 400, "Your input exceeds the context window of this model. Please adjust your input."),
    of("vLLM, serving/engine", 400, {
      object: "error",
      message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
      type: "BadRequestError",
      code: 400,
    }),
    of("DeepSeek, Error Codes", 400, "This model's maximum context length is 131072 tokens."),
    of("Groq, Errors", 400, "Please reduce the length of the messages or completion."),
    of("Mistral, Errors", 400, {
      object: "error",
      message: "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
      code: "3051",
    }),
    of(
      "Together, Error codes",
      403,
      "Input token count + max_tokens must be less than the context length of the model",
    ),
    of("Together, Error codes", 422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097."),
    of(
      "OpenRouter, Errors",
      400,
      "This endpoint's maximum context length is 8192 tokens. However, you requested 9000.",
    ),
    of("OpenRouter, Errors", 400, {
      error: {
        message: "Provider returned error",
        code: 400,
        metadata: { provider_name: "X", raw: '{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}' },
      },
    }),
    of("xAI, Debugging", 400, {
      code: "Client specified an invalid argument",
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    }),
    of("Gemini, OpenAI compatibility", 400, [
      inner("The input token count (9) exceeds the maximum number of tokens allowed (8).", { code: 400 }),
    ]),
    of("llama.cpp, server", 400, inner("Too long.", { type: "exceed_context_size_error", code: 400 })),
    of("llama.cpp, server", 500, "the request exceeds the available context size, try increasing it"),
    of("LM Studio", 400, { error: "The number of tokens to keep is greater than the context length (4096)." }),
    of("Ollama, Embed", 400, { error: "the input length exceeds the context length" }),
    of("SGLang", 400, "The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
    of("GitHub Models", 413, inner("Request body too large for the model.", { code: "tokens_limit_reached" })),
    of("Kimi", 400, "Your request exceeded model token limit: 8192 (requested: 9000)"),
    of("MiniMax", 400, "invalid params, context window exceeds limit"),
    of("GLM", 400, inner("Prompt exceeds max length", { code: "1261" })),
    of("DashScope", 400, "Range of input length should be [1, 30720]"),
    of("Copilot", 400, "prompt token count of 55058 exceeds the limit of 12288"),
    of("Bedrock, OpenAI-compatible", 400, "prompt tokens (5000) exceed model maximum (4096)"),
  ],
  content_filtered: [
    of("Azure, Content filtering", 400, {
      error: {
        message: "The response was filtered.",
        code: "content_filter",
        innererror: { code: "ResponsibleAIPolicyViolation" },
      },
    }),
    of("Azure, Content filtering", 400, {
      error: { message: "No.", code: null, innererror: { code: "ResponsibleAIPolicyViolation" } },
    }),
    of("Azure, Content filtering", 400, "…due to the prompt triggering Azure OpenAI's content management policy."),
    of(
      "OpenAI, Error codes",
      400,
      "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
    ),
    of("OpenAI, Images", 400, "Your request was rejected as a result of our safety system."),
    of("OpenRouter, Moderation errors", 403, "acme/x requires moderation. Your input was flagged for “violence”."),
    of("xAI, Debugging", 403, { code: "permission-denied", error: "Content violates usage guidelines. Team: t" }),
    of("DashScope", 400, inner("No.", { code: "data_inspection_failed" })),
    of("DashScope", 400, "Input data may contain inappropriate content."),
  ],
  quota_exceeded: [
    of("OpenAI, Error codes", 429, inner("You exceeded your current quota.", { type: "insufficient_quota" })),
    of("OpenAI, Error codes", 429, inner("No.", { type: "insufficient_quota", code: "credit_balance_exhausted" })),
    of("OpenAI, Error codes", 429, inner("Inactive.", { code: "billing_not_active" })),
    of("Perplexity, Errors", 401, inner("No.", { type: "insufficient_quota", code: 401 })),
    of("DeepSeek, Error Codes", 402, "Insufficient Balance"),
    of("OpenRouter, Errors", 402, inner("Insufficient credits. Add more.", { code: 402 })),
    of("OpenRouter, Limits", 403, inner("Key limit exceeded (total limit).", { code: 403 })),
    of("xAI, Debugging", 403, {
      code: "permission-denied",
      error: "Your team t has either used all available credits or reached its monthly spending limit.",
    }),
    of(
      "Fireworks, Inference error codes",
      412,
      "Account a is suspended, possibly due to reaching the monthly spending limit",
    ),
    of("Kimi", 429, inner("No.", { type: "exceeded_current_quota_error" })),
    of("GLM", 429, inner("Insufficient balance or no resource package.", { code: "1113" })),
    of("DashScope", 400, inner("Access denied.", { code: "Arrearage" })),
    of("Gemini, OpenAI compatibility", 429, [
      inner("You exceeded your current quota.", {
        status: "RESOURCE_EXHAUSTED",
        details: [{ violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] }],
      }),
    ]),
  ],
  upstream_unauthenticated: [
    of("xAI, Debugging", 400, { code: "invalid-argument", error: "Incorrect API key provided: xa***jU." }),
    of("Gemini, OpenAI compatibility", 400, [inner("API key not valid. Please pass a valid API key.", { code: 400 })]),
    of("Gemini, Troubleshooting", 403, "Your API key was reported as leaked. Please use another API key."),
    of("Cerebras, Error codes", 401, inner("Wrong API Key", { code: "wrong_api_key" })),
    of("Bedrock, API keys", 403, { Message: "x", message: "Please make sure your API Key is valid." }),
  ],
  permission_denied: [
    of("Gemini, Troubleshooting", 400, "User location is not supported for the API use."),
    of("OpenAI, Error codes", 403, "Country, region, or territory not supported"),
  ],
  model_not_found: [
    of("OpenAI, Error codes", 404, inner("The model `x` does not exist.", { code: "model_not_found" })),
    of("vLLM", 404, { object: "error", message: "The model `x` does not exist.", type: "NotFoundError", code: 404 }),
    of("Ollama", 404, { error: { message: 'model "x" not found, try pulling it first' } }),
    of("Azure", 404, inner("The API deployment for this resource does not exist.", { code: "DeploymentNotFound" })),
    of("OpenRouter, Errors", 404, "No endpoints found for acme/x."),
    of("OpenRouter, Errors", 400, "acme/x is not a valid model ID"),
    of("DeepSeek, Error Codes", 400, "Model Not Exist"),
    of("Groq, Errors", 400, inner("It is gone.", { code: "model_decommissioned" })),
    of("Mistral, Errors", 400, { object: "error", message: "Invalid model: x", type: "invalid_model", code: "1500" }),
  ],
  not_found: [of("any proxy", 404, { detail: "Not Found" }), of("OpenAI", 404, "No file found with id 'f'.")],
  rate_limited: [
    of("OpenAI, Error codes", 429, inner("Rate limit reached for x", { type: "tokens", code: "rate_limit_exceeded" })),
    of("OpenAI, Error codes", 429, inner("Too many tokens. Reduce the length of the messages.", { type: "tokens" })),
    of("Gemini, OpenAI compatibility", 429, [inner("You exceeded your current quota.", { code: 429 })]),
    of("Groq, Errors", 413, inner("Request too large for model `x`", { type: "tokens", code: "rate_limit_exceeded" })),
  ],
  upstream_overloaded: [
    of("OpenAI, Error codes", 429, inner("Slow down.", { type: "rate_limit_error", code: "slow_down" })),
    of("OpenAI, Error codes", 503, inner("Slow down.", { code: "server_is_overloaded" })),
    of("OpenAI, Error codes", 500, "That model is currently overloaded with other requests."),
    of("OpenRouter, Errors", 502, {
      error: { message: "m", code: 502, metadata: { error_type: "provider_overloaded" } },
    }),
    of("Groq, Flex processing", 498, "m"),
    of("Cerebras, Error codes", 429, inner("m", { type: "too_many_requests_error", code: "queue_exceeded" })),
    of("Kimi", 429, inner("The engine is currently overloaded", { type: "engine_overloaded_error" })),
    of("Together, Error codes", 503, "Engine overloaded"),
  ],
  upstream_timeout: [of("OpenRouter, Errors", 408, "m"), of("Cloudflare, 5xx errors", 524, "m")],
  upstream_error: [
    of("OpenAI's SDK, shouldRetry", 409, "m"),
    of("RFC 8470, Too Early", 425, "m"),
    of("Groq, Errors", 424, "m"),
    of("Groq, Errors", 499, "m"),
  ],
  invalid_request: [
    of("OpenAI, Error codes", 400, "max_tokens is too large: 100000. This model supports at most 16384 tokens."),
    of("OpenAI, Error codes", 400, "Invalid value for 'model_settings'."),
  ],
};

describe.each(Object.entries(samples))("%s", (code, list) => {
  test.each(list.map((sample) => [sample.of, sample.status, sample] as const))("%s: %i %o", (_, status, sample) => {
    expect(read(status, bodyOf(sample))).toMatchObject({ code, upstreamStatus: status });
  });
});

test("what a server says of another one is told with the other one's words", () => {
  const metadata = { provider_name: "X", raw: "it is on fire" };
  expect(read(502, inner("Provider returned error", { code: 502, metadata })).message).toBe(
    "Provider returned error: it is on fire",
  );
});

test("details say how long to wait", () => {
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "17.5s" }];
  expect(read(429, [inner("m", { code: 429, details })])).toMatchObject({ code: "rate_limited", retryAfterMs: 17_500 });
});

test("what a long message repeats of the request decides nothing", () => {
  const message = `Invalid value: ${"x".repeat(1000)} prompt is too long`;
  expect(read(400, inner(message)).code).toBe("invalid_request");
});

describe("a failure within a stream", () => {
  test.each<[string, ErrorCode]>([
    ['{"error":{"message":"m","code":429}}', "rate_limited"],
    ['{"error":{"message":"m","code":"429"}}', "rate_limited"],
    ['{"error":{"message":"m","code":503}}', "upstream_overloaded"],
    ['{"error":{"message":"m","code":402}}', "quota_exceeded"],
    ['{"error":{"message":"m","type":"rate_limit_error","code":"rate_limit_exceeded"}}', "rate_limited"],
    ['{"error":{"message":"m","type":"server_error","code":null}}', "upstream_error"],
    ['{"error":{"message":"The server is overloaded."}}', "upstream_overloaded"],
    ['{"error":"Rate limit reached."}', "rate_limited"],
    ['{"object":"error","message":"This model\'s maximum context length is 8","code":400}', "context_length_exceeded"],
    ['{"error":{"message":"m","code":400,"metadata":{"raw":"prompt is too long"}}}', "context_length_exceeded"],
  ])("%s is %s", (data, code) => {
    for (const { stream } of [openaiChat, openaiCompletions]) {
      const failure = expect.objectContaining({ code });
      expect(() => stream.watcher({ hideUsage: true }).see(Buffer.from(`data: ${data}\n\n`))).toThrow(failure);
      expect(() => stream.reader().read(Buffer.from(`data: ${data}\n\n`))).toThrow(failure);
    }
  });
});
