import { type FixtureFileResponse, type FixtureOpts, isChatCompletionBody, LLMock } from "@copilotkit/aimock";
import type { Scenario } from "../scenarios.ts";
import type { UpstreamKind } from "./upstream.ts";

/** A mock of many providers that others wrote (aimock.copilotkit.dev), asked at OpenAI's path. */
export const aimock: UpstreamKind = {
  name: "aimock",
  model: ({ slug }) => slug,
  async start(scenarios) {
    const mock = new LLMock({ port: 0, host: "127.0.0.1" });
    for (const scenario of scenarios) mock.on({ model: scenario.slug }, responseOf(scenario), optionsOf(scenario));
    await mock.start();
    return {
      provider: { dialect: "openai-chat", base_url: mock.url, keys: ["sk-aimock-0123456789abcdef"] },
      lastRequest: (model) =>
        mock
          .getRequests()
          .map(({ body }) => body)
          .findLast((body) => isChatCompletionBody(body) && body.model === model),
      close: () => mock.stop(),
    };
  },
};

function responseOf({ answer }: Scenario): FixtureFileResponse {
  switch (answer.kind) {
    case "whole":
    case "cut": {
      const { text, calls, finish, usage } = answer;
      const told = { prompt_tokens: usage.input, completion_tokens: usage.output };
      const said = text === "" ? {} : { content: text };
      const called = { toolCalls: calls.map((call) => ({ ...call })) };
      return { ...said, ...(calls.length === 0 ? { content: text } : called), finishReason: finish, usage: told };
    }
    case "refusal":
    case "failure":
      return { error: answer.error, status: answer.status, retryAfter: answer.retryAfter };
    default:
      return answer satisfies never;
  }
}

/** So small pieces that every answer comes in several. */
const small = { chunkSize: 8 };

function optionsOf({ answer }: Scenario): FixtureOpts {
  // a pause, so that what was written before the break is on the wire
  return answer.kind === "cut" ? { ...small, latency: 2, truncateAfterChunks: 4 } : small;
}
