import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { ClientKind } from "../scenarios/clients/client.ts";
import { connectNode } from "../scenarios/clients/connect-clients.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { type ConfigFile, startGateway } from "../scenarios/gateway.ts";
import { begun } from "./faults.ts";
import { answered, chunk, hold, partsFor, refused, type Script, streamHead, write } from "./script.ts";
import { providerAt, startFaultServer } from "./server.ts";
import { type FaultWorld, startWorld } from "./world.ts";

/** A client that leaves ends all that was done for it, at once, wherever that is, and is booked once. */

interface Phase {
  readonly name: string;
  readonly stream: boolean;
  /** What the first and the second place do. */
  readonly first: Script;
  readonly second?: Script;
  readonly hedge?: string;
  /** How many requests providers have seen when it has come so far, and how many of them run. */
  readonly seen: number;
  readonly running: number;
}

const silent: Script = () => [hold()];
const opened: Script = (asked) => [write(streamHead), write(chunk(partsFor(asked).opening)), hold()];
/** Short enough to be waited for, long enough never to be over. */
const soon = { "retry-after": "8" };

const phases: readonly Phase[] = [
  {
    name: "while a limit is waited for",
    stream: true,
    first: refused(429, { type: "x", headers: soon }),
    seen: 1,
    running: 0,
  },
  { name: "before a retry", stream: false, first: refused(503, { type: "x", headers: soon }), seen: 1, running: 0 },
  { name: "before the head", stream: true, first: silent, seen: 1, running: 1 },
  { name: "while a whole answer is awaited", stream: false, first: silent, seen: 1, running: 1 },
  { name: "before content", stream: true, first: opened, seen: 1, running: 1 },
  { name: "in the middle of a stream", stream: true, first: begun, seen: 1, running: 1 },
  { name: "during a hedge", stream: true, first: silent, second: silent, hedge: "20ms", seen: 2, running: 2 },
  {
    name: "during a hedge of opened streams",
    stream: true,
    first: opened,
    second: opened,
    hedge: "20ms",
    seen: 2,
    running: 2,
  },
  {
    name: "at the second place",
    stream: false,
    first: refused(500, { type: "x" }),
    second: silent,
    seen: 2,
    running: 1,
  },
];

const kinds: readonly ClientKind[] = [openaiSdk, connectJson, connectNode];
const nameOf = (kind: number, phase: number): string => `leave-${kind}-${phase}`;

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const providers: Record<string, ConfigFile> = {};
    const models: Record<string, ConfigFile> = {};
    kinds.forEach((_, kind) => {
      phases.forEach(({ hedge, second }, phase) => {
        const name = nameOf(kind, phase);
        providers[name] = providerAt(url);
        const places = [{ model: `${name}/${name}-a`, retries: second === undefined ? 1 : 0 }];
        if (second !== undefined) places.push({ model: `${name}/${name}-b`, retries: 0 });
        models[name] = { targets: places, affinity: false, ...(hedge === undefined ? {} : { hedge }) };
      });
    });
    return { providers, models };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

test("a client leaves while a provider is asked for its models", async () => {
  const listing = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  await using server = await startFaultServer({
    script: answered,
    beforeList() {
      listing.resolve();
      return held.promise;
    },
  });
  await using gateway = await startGateway({ providers: { one: providerAt(server.url) } });
  const client = openaiSdk.connect(gateway.url, undefined);
  const leaving = new AbortController();
  const conversation = { turns: [{ role: "user", text: "ping" }] } as const;
  const asking = client.ask({ model: "somewhere", conversation, stream: false, signal: leaving.signal });
  await listing.promise;
  expect(gateway.inFlight()).toBe(1);
  leaving.abort();
  expect((await asking).error?.code).toBe("cancelled");
  const [row] = await gateway.ledger.waitForRows("somewhere", 1);
  expect(row).toMatchObject({ status: Status.CANCELLED, errorCode: "cancelled", attempts: 0 });
  expect(gateway.inFlight()).toBe(0);
  expect(server.journal.seen).toEqual([]);
  held.resolve();
});

/** What a busy machine may need to notice. */
const promptlyMs = 250;

describe.each(kinds.map((kind, at): [string, ClientKind, number] => [kind.name, kind, at]))("%s", (_, kind, kindAt) => {
  test.for(phases.map((phase, at): [string, Phase, number] => [phase.name, phase, at]))(
    "leaves %s",
    async ([, { first, second, seen, running, stream }, at]) => {
      const name = nameOf(kindAt, at);
      const { server, gateway, book } = world;
      book.on(`${name}-a`, first);
      if (second !== undefined) book.on(`${name}-b`, second);
      const ofThis = () => server.journal.seen.filter(({ asked }) => asked.model.startsWith(`${name}-`));
      const leaving = new AbortController();
      const asking = world.ask(kind, name, { stream, signal: leaving.signal });
      await server.journal.until(
        () => ofThis().length === seen && ofThis().filter(({ outcome }) => outcome === "running").length === running,
      );
      if (first === begun) await vi.waitUntil(() => ofThis()[0]?.spoke);
      expect(gateway.inFlight()).toBe(1);

      const from = performance.now();
      leaving.abort();
      const { error } = await asking;
      expect(error?.code).toBe("cancelled");
      await server.journal.until(() => ofThis().every(({ outcome }) => outcome !== "running"));
      const left = ofThis().filter(({ outcome }) => outcome === "left");
      expect(left).toHaveLength(running);
      for (const { endedAt = Number.POSITIVE_INFINITY } of left) expect(endedAt - from).toBeLessThan(promptlyMs);

      const [row] = await gateway.ledger.waitForRows(name, 1);
      expect(row).toMatchObject({ status: Status.CANCELLED, errorCode: "cancelled", attempts: seen });
      expect(Number(row?.durationUs) / 1000).toBeLessThan(5000); // and not when the wait was over
      expect(gateway.inFlight()).toBe(0);
      expect(ofThis()).toHaveLength(seen); // and nobody was asked any more
    },
  );
});
