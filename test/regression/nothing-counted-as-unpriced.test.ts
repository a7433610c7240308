import { LLMock } from "@copilotkit/aimock";
import { expect, onTestFinished, test } from "vitest";
import { StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { startGateway } from "../scenarios/gateway.ts";
import { call } from "../scenarios/rpc.ts";

/** Of what took no tokens the metrics said that its price is missing, and the ledger that nothing is. */
test("an answer without tokens, of a model without a price, is missing from no cost", async () => {
  const mock = new LLMock({ port: 0, host: "127.0.0.1" }).onEmbedding("Hello", { embedding: [1] });
  await mock.start();
  onTestFinished(() => mock.stop());
  const providers = { mock: { dialect: "openai-chat", base_url: mock.url, keys: ["sk-aimock-0123456789"] } };
  await using gateway = await startGateway({ providers });
  const response = await fetch(`${gateway.url}/v1/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "mock/vectors", input: "Hello" }),
  });
  expect(response.status).toBe(200);
  const { totals } = await call(gateway.url, undefined, StatsService.method.getSummary, {});
  expect(totals).toMatchObject({ requests: 1n, inputTokens: 0n, unknownCost: 0n });
  const scrape = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(scrape).toContain("causeway_requests_total{");
  expect(scrape).not.toContain("causeway_unpriced_requests_total{");
});
