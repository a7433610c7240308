import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anthropicSdk } from "../scenarios/clients/anthropic-sdk.ts";
import { connectNode } from "../scenarios/clients/connect-clients.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { refused, textFor } from "./script.ts";
import { providerAt } from "./server.ts";
import { type FaultWorld, startWorld } from "./world.ts";

/** What a name of the configuration stands for: parameters, conditions, and what the client is told of the place. */

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const one = providerAt(url);
    return {
      providers: { one, two: one, claude: providerAt(url, { dialect: "anthropic" }) },
      models: {
        warm: { targets: [{ model: "one/warm", params: { temperature: 0.5, max_output_tokens: 77 } }] },
        across: { targets: [{ model: "claude/across", params: { temperature: 0.5 } }] },
        apart: {
          targets: [
            { model: "one/apart-a", params: { temperature: 0.1 } },
            { model: "two/apart-b", params: { temperature: 0.9 } },
          ],
        },
        choice: {
          targets: ["one/choice"],
          when: [
            { if: { stream: true, metadata: { team: "red" } }, use: "one/choice-red-stream" },
            { if: { has: "tools" }, use: ["two/choice-tools"] },
            { if: { input_tokens_over: 500 }, use: "two/choice-long" },
          ],
        },
        spare: { targets: [{ model: "one/spare-a", enabled: false }, "two/spare-b"] },
        told: { targets: ["one/told-a", "two/told-b"] },
        list: ["one/list-a", "two/list-b"],
        alias: "two/alias-b",
      },
    };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const bodyAt = (model: string): Record<string, unknown> =>
  JSON.parse(world.server.journal.of(model).at(-1)?.asked.body ?? "{}");

/** As fetch sends it, so that every field can be said. */
async function post(body: object): Promise<Response> {
  const messages = [{ role: "user", content: "ping" }];
  return fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages, ...body }),
  });
}

describe("parameters of a target", () => {
  test("are there when the client says nothing", async () => {
    await post({ model: "warm" });
    expect(bodyAt("warm")).toMatchObject({ model: "warm", temperature: 0.5, max_tokens: 77 });
  });

  test("give way to what the client says, field by field", async () => {
    await post({ model: "warm", temperature: 0 });
    expect(bodyAt("warm")).toMatchObject({ temperature: 0, max_tokens: 77 });
  });

  test("are said in the words of the target's language", async () => {
    await post({ model: "across", max_tokens: 9 });
    expect(bodyAt("across")).toMatchObject({ temperature: 0.5, max_tokens: 9 });
  });

  test("are each target's own when it falls back", async () => {
    world.book.on("apart-a", refused(500, { type: "server_error" }));
    expect((await post({ model: "apart" })).status).toBe(200);
    expect(bodyAt("apart-a")).toMatchObject({ temperature: 0.1 });
    expect(bodyAt("apart-b")).toMatchObject({ temperature: 0.9 });
  });
});

describe("conditions", () => {
  const tools = [{ type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } }];
  const long = "many words and more words ".repeat(300);
  test.each([
    ["none holds", {}, "one/choice"],
    ["all of one hold", { stream: true, metadata: { team: "red" } }, "one/choice-red-stream"],
    ["only a part of one holds", { stream: true, metadata: { team: "blue" } }, "one/choice"],
    ["content of a kind", { tools }, "two/choice-tools"],
    ["a long prompt", { messages: [{ role: "user", content: long }] }, "two/choice-long"],
    ["two hold: the first", { tools, messages: [{ role: "user", content: long }] }, "two/choice-tools"],
  ])("%s", async (_, body, target) => {
    const response = await post({ model: "choice", ...body });
    await response.text();
    expect(response.headers.get("causeway-target")).toBe(target);
  });
});

test("a target that is not enabled is not there", async () => {
  world.book.on("spare-b", refused(500, { type: "server_error" }));
  const { error, headers } = await world.ask(openaiSdk, "spare");
  expect(error?.status).toBe(500);
  expect(headers.get("causeway-attempts")).toBe("1");
  expect(world.server.journal.of("spare-a")).toEqual([]);
});

test.each([
  ["list", "one/list-a"],
  ["alias", "two/alias-b"],
])("the short form of a plan: %s", async (name, target) => {
  const { headers, text } = await world.ask(openaiSdk, name);
  expect(headers.get("causeway-target")).toBe(target);
  expect(text).toBe(textFor({ prompt: name }));
});

test.each(
  [openaiSdk, anthropicSdk, connectJson, connectNode].flatMap((kind) =>
    [true, false].map((stream) => [kind.name, stream ? "stream" : "whole", kind, stream] as const),
  ),
)("who answered, and after how many attempts, is told in headers: %s, %s", async (_, _way, kind, stream) => {
  world.book.on("told-a", refused(503, { type: "server_error" }));
  const { headers, error } = await world.ask(kind, "told", { stream });
  expect(error).toBeUndefined();
  expect(headers.get("causeway-target")).toBe("two/told-b");
  expect(headers.get("causeway-attempts")).toBe("2");
  const row = await world.gateway.ledger.row(headers.get("causeway-request-id") ?? "");
  expect(row).toMatchObject({ alias: "told", provider: "two", model: "told-b", attempts: 2, facade: kind.facade });
});
