import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayWithProvider, startWithProvider } from "../scenarios/provider.ts";

/** Embeddings that failed were booked, but their answer did not say as what: its headers were those of success alone. */

let world: GatewayWithProvider;
beforeAll(async () => {
  world = await startWithProvider();
  world.provider.on("refusing", ({ response }) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "No.", type: "invalid_request_error", param: null, code: null } }));
  });
});
afterAll(() => world[Symbol.asyncDispose]());

test.each([
  ["/v1/embeddings", { model: "scripted/refusing", input: "Hello" }],
  ["/v1beta/models/scripted/refusing:embedContent", { content: { parts: [{ text: "Hello" }] } }],
  ["/v2/embed", { model: "scripted/refusing", texts: ["Hello"], input_type: "classification" }],
])("a failure at %s names its row", async (path, body) => {
  const response = await fetch(world.gateway.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(400);
  const row = await world.gateway.ledger.row(response.headers.get("causeway-request-id") ?? "none");
  expect(row).toMatchObject({ errorCode: "invalid_request", attempts: 1 });
  expect(response.headers.get("causeway-attempts")).toBe("1");
  expect(response.headers.get("causeway-target")).toBe("scripted/refusing");
});
