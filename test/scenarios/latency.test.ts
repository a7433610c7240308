import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientKinds } from "./clients/index.ts";
import { type GatewayWithProvider, startWithProvider } from "./provider.ts";
import { beginStream, completion, completionEvents, done } from "./upstreams/wire.ts";

/**
 * Nagle's algorithm and delayed acknowledgements together make small messages wait for 40 ms (RFC 1122, sections 4.2.3.2
 * and 4.2.3.4). Such a step shows in the median of many small exchanges, one after the other.
 */
const stepMs = 40;
const exchanges = 200;

let world: GatewayWithProvider;

beforeAll(async () => {
  world = await startWithProvider({ log: { level: "warn" } });
  const answer = { text: "Hi there!", calls: [], finish: "stop", usage: { input: 3, output: 3 } } as const;
  const whole = completion("small", answer);
  const events = completionEvents("small", answer, { pieceLength: 3, withUsage: true });
  world.provider.on("small", ({ body, response }) => {
    if (!body.includes('"stream":true')) {
      response.writeHead(200, { "content-type": "application/json" }).end(whole);
      return;
    }
    beginStream(response);
    for (const event of events) response.write(event); // a packet each
    response.end(done);
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const conversation = { turns: [{ role: "user", text: "Hello" }] } as const;

describe.each(clientKinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  test.each([
    ["whole answers", false],
    ["streams", true],
  ] as const)("gets small %s without waiting for a timer", async (_, stream) => {
    const client = kind.connect(world.gateway.url, undefined);
    const times: number[] = [];
    for (let i = 0; i < exchanges; i += 1) {
      const from = performance.now();
      const { error } = await client.ask({ model: "scripted/small", conversation, stream });
      times.push(performance.now() - from);
      expect(error).toBeUndefined();
    }
    client.close();
    times.sort((a, b) => a - b);
    expect(times[exchanges >> 1]).toBeLessThan(stepMs / 2);
  });
});
