import { expect, test } from "vitest";
import { StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { anthropicSdk } from "../scenarios/clients/anthropic-sdk.ts";
import type { Outcome } from "../scenarios/conversation.ts";
import { startWithProvider } from "../scenarios/provider.ts";
import { call } from "../scenarios/rpc.ts";

/** What the gateway itself refused, since its provider's language cannot say it, stood in trail and metrics as a failure there. */
test("a request that is refused before a provider is asked has no attempt, in its row, its trail or /metrics", async () => {
  await using world = await startWithProvider();
  const { url, ledger } = world.gateway;
  const client = anthropicSdk.connect(url, undefined);
  const ask = (topK?: number) =>
    client.ask({
      model: "scripted/none",
      conversation: { turns: [{ role: "user", text: "Hello" }], ...(topK === undefined ? {} : { topK }) },
      stream: false,
      headers: { "causeway-strict": "true" },
    });
  const idOf = ({ headers }: Outcome): string => headers.get("causeway-request-id") ?? "";
  const stepsOf = async (id: string) =>
    (await call(url, undefined, StatsService.method.explainRequest, { id })).trail?.steps.map(({ kind }) => kind.case);
  const metrics = async () => (await fetch(`${url}/metrics`)).text();

  const refused = await ask(7);
  expect(refused.error?.status).toBe(400);
  expect(world.provider.received("none")).toEqual([]);
  expect(await ledger.row(idOf(refused))).toMatchObject({ errorCode: "unsupported_field", attempts: 0 });
  expect(await stepsOf(idOf(refused))).toEqual([]);
  expect(await metrics()).not.toContain("causeway_attempts_total{");

  const asked = await ask(); // of a provider that does not know the model
  expect(asked.error?.status).toBe(404);
  expect(world.provider.received("none")).toHaveLength(1);
  expect(await ledger.row(idOf(asked))).toMatchObject({ attempts: 1 });
  expect(await stepsOf(idOf(asked))).toEqual(["attempt"]);
  expect(await metrics()).toContain("causeway_attempts_total{");
});
