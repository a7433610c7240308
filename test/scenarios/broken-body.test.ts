import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningGateway, startGateway } from "./gateway.ts";

/** Of a body that is relayed only the outline is read. A fault below it is the provider's to refuse, and ours to explain. */
const provider = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "could not parse your request", type: "invalid_request_error" } }));
  });
});
let gateway: RunningGateway;
beforeAll(async () => {
  await once(provider.listen(0, "127.0.0.1"), "listening");
  const address = provider.address();
  if (address === null || typeof address === "string") throw new Error("The provider has no port.");
  const base_url = `http://127.0.0.1:${address.port}/v1`;
  gateway = await startGateway({ providers: { picky: { dialect: "openai-chat", base_url, keys: ["k"] } } });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  provider.close();
});

async function ask(body: string): Promise<{ status: number; error: { message: string; type: string } }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${gateway.url}/v1/chat/completions`, { method: "POST", headers, body });
  const { error } = JSON.parse(await response.text());
  return { status: response.status, error };
}

test("a fault deep in the body is named with its place, not in the provider's words", async () => {
  const { status, error } = await ask('{"model":"picky/m","messages":[{"role":"user","content":tru}]}');
  expect(status).toBe(400);
  expect(error.message).toBe(
    'The body is not a JSON object: Broken JSON: expected a value, found "t" at position 56 (line 1, column 57).',
  );
});

test("a sound body that the provider refuses is refused in the provider's words", async () => {
  const { status, error } = await ask('{"model":"picky/m","messages":[{"role":"user","content":"x"}]}');
  expect(status).toBe(400);
  expect(error).toMatchObject({ message: "could not parse your request", type: "invalid_request_error" });
});
