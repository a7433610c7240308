import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  theirsMissing,
  validateAnswer,
  validateChunk,
  validateError,
  validateModel,
  validateModelList,
} from "../openapi/reference.ts";
import { caseOf } from "./expectation.ts";
import { type RunningGateway, startGateway } from "./gateway.ts";
import { scenarios } from "./scenarios.ts";
import { demo } from "./upstreams/demo.ts";

/** What the gateway writes itself in OpenAI's words is what OpenAI's own document says. Relayed bytes are the provider's. */

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({ models: { fast: "demo/demo" } });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const post = (body: object): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "demo/demo", ...body }),
  });

/** The data of the events, and whether [DONE] was the last. */
async function readStream(response: Response): Promise<{ data: unknown[]; isDone: boolean }> {
  const events = (await response.text()).split("\n\n").filter((event) => event !== "");
  const data = events.map((event) => event.replace(/^data: /, ""));
  const isDone = data.at(-1) === "[DONE]";
  return { data: (isDone ? data.slice(0, -1) : data).map((text): unknown => JSON.parse(text)), isDone };
}

const isError = (data: unknown): boolean => typeof data === "object" && data !== null && "error" in data;

const prompts = scenarios.flatMap((scenario) => {
  const found = caseOf(scenario, demo, true);
  if ("skip" in found) return [];
  const { conversation } = found;
  const messages = conversation.turns.flatMap((turn) =>
    turn.role === "user" ? [{ role: "user", content: turn.text }] : [],
  );
  return [[scenario.name, { messages }] as const];
});

const requests: readonly (readonly [string, object])[] = [
  ...prompts,
  ["thoughts", { messages: [{ role: "user", content: "/reason What is 2 + 2?" }] }],
  ["a refusal", { messages: [{ role: "user", content: "/refuse" }] }],
  [
    "several answers with probabilities",
    { messages: [{ role: "user", content: "/say Hi you." }], n: 3, logprobs: true, top_logprobs: 2 },
  ],
  ["JSON by a schema", { messages: [{ role: "user", content: "Hi" }], response_format: { type: "json_object" } }],
];

describe.skipIf(theirsMissing)("an answer in OpenAI's words is what OpenAI documents:", () => {
  test.each(requests)("%s, whole", async (_, request) => {
    const response = await post(request);
    const json: unknown = await response.json();
    expect((response.ok ? validateAnswer : validateError)(json)).toEqual([]);
  });

  test.each(requests)("%s, streamed", async (_, request) => {
    for (const include_usage of [false, true]) {
      const response = await post({ ...request, stream: true, stream_options: { include_usage } });
      if (!response.ok) {
        expect(validateError(await response.json())).toEqual([]);
        continue;
      }
      expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
      const { data, isDone } = await readStream(response);
      for (const event of data) expect((isError(event) ? validateError : validateChunk)(event)).toEqual([]);
      expect(isDone).toBe(!data.some(isError)); // never both, never neither
    }
  });

  test("the list of models, and one of them", async () => {
    const list: unknown = await (await fetch(`${gateway.url}/v1/models`)).json();
    expect(validateModelList(list)).toEqual([]);
    const model: unknown = await (await fetch(`${gateway.url}/v1/models/demo%2Fdemo`)).json();
    expect(validateModel(model)).toEqual([]);
  });
});
