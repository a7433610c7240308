import { connect } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Client, ClientKind } from "./clients/client.ts";
import { clientKinds } from "./clients/index.ts";
import { createNames, type GatewayWithProvider, startWithProvider } from "./provider.ts";
import type { Answer } from "./upstreams/scripted.ts";
import { beginStream, completionEvents, write } from "./upstreams/wire.ts";

/** A client that leaves, at any moment, ends the provider's work at once, and is in the ledger once. */

let world: GatewayWithProvider;
beforeAll(async () => {
  world = await startWithProvider();
  // clients and provider live in this process, too: what they load when first used would be measured
  for (const kind of clientKinds) {
    const client = kind.connect(world.gateway.url, undefined);
    for (const phase of phases) await leave(client, phase, newName("first"));
    client.close();
  }
});
afterAll(() => world[Symbol.asyncDispose]());

const newName = createNames();
const promptlyMs = 50;
/** So long a provider's connection is watched. */
const limitMs = 1000;
const conversation = { turns: [{ role: "user", text: "Tell me a long story, please." }] } as const;

const beginning = "Once upon a time, in a land far away";
const story = { text: beginning, calls: [], finish: "stop", usage: { input: 10, output: 10 } } as const;

interface Phase {
  readonly name: string;
  readonly stream: boolean;
  readonly answer: Answer;
  /** Whether the client has got something when it leaves. */
  readonly begun: boolean;
}

const phases: readonly Phase[] = [
  { name: "before the first byte of a stream", stream: true, begun: false, answer: () => {} },
  {
    name: "after the head of a stream, before its first event",
    stream: true,
    begun: false,
    answer: ({ response }) => {
      beginStream(response);
      response.flushHeaders();
    },
  },
  {
    name: "in the middle of a stream",
    stream: true,
    begun: true,
    async answer({ response }) {
      beginStream(response);
      const events = completionEvents("story", story, { pieceLength: 12, withUsage: true });
      await write(response, events.slice(0, -2).join(""));
    },
  },
  { name: "while a whole answer is awaited", stream: false, begun: false, answer: () => {} },
];

/** Asks, leaves when the phase is reached, and gives how long the provider's connection outlived that, in ms. */
async function leave(client: Client, { stream, answer, begun }: Phase, name: string): Promise<number> {
  world.provider.on(name, answer);
  const leaving = new AbortController();
  const told = Promise.withResolvers<void>();
  const asking = client.ask({
    model: `scripted/${name}`,
    conversation,
    stream,
    signal: leaving.signal,
    onText: () => told.resolve(),
  });
  const { closed } = await world.provider.next(name);
  if (begun) await told.promise;
  const left = performance.now();
  leaving.abort();
  const outlived = await Promise.race([closed.then((at) => at - left), after(limitMs, limitMs)]);
  const { error } = await asking;
  expect(error?.code).toBe("cancelled");
  return outlived;
}

describe.each(clientKinds.map((kind): [string, ClientKind] => [kind.name, kind]))("%s", (_, kind) => {
  test.each(phases.map((phase): [string, Phase] => [phase.name, phase]))("leaves %s", async (_, phase) => {
    const name = newName("left");
    const client = kind.connect(world.gateway.url, undefined);
    const outlived = await leave(client, phase, name);
    client.close();
    expect(outlived).toBeLessThan(promptlyMs);

    const [row] = await world.gateway.ledger.waitForRows(`scripted/${name}`, 1);
    expect(row).toMatchObject({
      status: Status.CANCELLED,
      errorCode: "cancelled",
      facade: kind.facade,
      provider: "scripted",
      stream: phase.stream,
      attempts: 1,
    });
    expect(row?.costNanoUsd).toBeUndefined(); // nobody knows what this provider asks
    if (phase.begun) {
      expect(row?.usage?.source).toBe(UsageSource.PARTIAL);
      expect(row?.usage?.inputTokens).toBeGreaterThan(0);
      expect(row?.usage?.outputTokens).toBeGreaterThan(0);
    } else {
      expect(row?.usage).toBeUndefined();
      expect(row?.firstTokenUs).toBeUndefined();
    }
    await vi.waitFor(() => expect(world.gateway.inFlight()).toBe(0)); // a row can be read before its writer says so
    expect(world.provider.received(name)).toHaveLength(1); // asked once, and never again
  });
});

test("the connection itself may break: a client whose machine is gone has left, too", async () => {
  const name = newName("gone");
  world.provider.on(name, () => {});
  const url = new URL(world.gateway.url);
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  const body = JSON.stringify({ model: `scripted/${name}`, messages: [{ role: "user", content: "Hello" }] });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const { closed } = await world.provider.next(name);
  const left = performance.now();
  socket.resetAndDestroy();
  expect((await closed) - left).toBeLessThan(promptlyMs);
  const [row] = await world.gateway.ledger.waitForRows(`scripted/${name}`, 1);
  expect(row?.status).toBe(Status.CANCELLED);
});
