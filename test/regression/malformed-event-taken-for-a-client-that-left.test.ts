import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { clientKinds } from "../scenarios/clients/index.ts";
import { type GatewayWithProvider, startWithProvider } from "../scenarios/provider.ts";
import { beginStream, completionEvents, write } from "../scenarios/upstreams/wire.ts";

/**
 * Events are decoded by whoever writes the answer, outside the gateway's own generator. What failed there ended the
 * generator as if its reader had left: the ledger said "cancelled", and of what the client was told, nothing.
 */

let world: GatewayWithProvider;
beforeAll(async () => {
  world = await startWithProvider();
});
afterAll(() => world[Symbol.asyncDispose]());

const contractClients = clientKinds.filter(({ clientDialect }) => clientDialect === "causeway");

test.each(contractClients.map((kind) => [kind.name, kind] as const))(
  "an event that is no JSON is an error in the ledger, as it is for %s",
  async (_, kind) => {
    const model = `broken-${kind.name.replaceAll(/\W/g, "")}`;
    const begun = Promise.withResolvers<void>();
    world.provider.on(model, async ({ response }) => {
      beginStream(response);
      const answer = { text: "Once upon a time", calls: [], finish: "stop", usage: { input: 1, output: 1 } } as const;
      const events = completionEvents(model, answer, { pieceLength: 4, withUsage: false });
      await write(response, events.slice(0, 3).join(""));
      await begun.promise;
      response.end('data: {"choices": [{"delta": {"content": "half\n\n');
    });
    const client = kind.connect(world.gateway.url, undefined);
    const outcome = await client.ask({
      model: `scripted/${model}`,
      conversation: { turns: [{ role: "user", text: "Hello" }] },
      stream: true,
      onText: () => begun.resolve(),
    });
    client.close();
    expect(outcome).toMatchObject({ text: "Once upo", error: { status: 13, code: "upstream_malformed" } });
    const row = await world.gateway.ledger.row(outcome.headers.get("causeway-request-id") ?? "");
    expect(row).toMatchObject({
      status: Status.ERROR,
      errorCode: "upstream_malformed",
      usage: { source: UsageSource.PARTIAL },
    });
    expect(row.usage?.outputTokens).toBeGreaterThan(0);
  },
);
