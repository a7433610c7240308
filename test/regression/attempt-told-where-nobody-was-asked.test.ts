import { expect, test } from "vitest";
import { StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { anthropicSdk } from "../scenarios/clients/anthropic-sdk.ts";
import { startWithProvider } from "../scenarios/provider.ts";
import { call } from "../scenarios/rpc.ts";

/** What the gateway itself refused, since its provider's language cannot say it, stood in trail and metrics as a failure there. */
test("a request that is refused before a provider is asked has no attempt, in its row, its trail or /metrics", async () => {
  await using world = await startWithProvider();
  const { url, ledger } = world.gateway;
  const { headers, error } = await anthropicSdk.connect(url, undefined).ask({
    model: "scripted/none",
    conversation: { turns: [{ role: "user", text: "Hello" }], topK: 7 },
    stream: false,
    headers: { "causeway-strict": "true" },
  });
  expect(error?.status).toBe(400);
  expect(world.provider.received("none")).toEqual([]);
  const id = headers.get("causeway-request-id") ?? "";
  expect(await ledger.row(id)).toMatchObject({ errorCode: "unsupported_field", attempts: 0 });
  const { trail } = await call(url, undefined, StatsService.method.explainRequest, { id });
  expect(trail?.steps).toEqual([]);
  expect(await (await fetch(`${url}/metrics`)).text()).not.toContain("causeway_attempts_total{");
});
