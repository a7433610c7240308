import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { type GatewayWithProvider, startWithProvider } from "../scenarios/provider.ts";
import { beginStream, completionEvents, write } from "../scenarios/upstreams/wire.ts";

/**
 * A stream's writer that was held back by its client waited for the client alone: neither the deadline nor the
 * gateway's end could wake it, and the exchange was not settled while the client kept its connection.
 */

let world: GatewayWithProvider;
beforeAll(async () => {
  world = await startWithProvider({ timeouts: { request: "1s" } });
});
afterAll(() => world[Symbol.asyncDispose]());

test("a client that does not read cannot outlive the deadline", async () => {
  const answer = { text: "word ".repeat(13_000), calls: [], finish: "stop", usage: { input: 1, output: 1 } } as const;
  const [, piece = ""] = completionEvents("flood", answer, { pieceLength: 65_000, withUsage: false });
  world.provider.on("flood", async ({ response }) => {
    let left = 2000; // more than all buffers on the way hold
    beginStream(response);
    response.on("close", () => {
      left = 0;
    });
    for (; left > 0; left -= 1) await write(response, piece);
  });
  const { hostname, port } = new URL(world.gateway.url);
  const socket = connect({ host: hostname, port: Number(port) }).pause();
  await once(socket, "connect");
  const body = JSON.stringify({
    model: "scripted/flood",
    stream: true,
    messages: [{ role: "user", content: "Hello" }],
  });
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\n`;
  socket.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
  const { closed } = await world.provider.next("flood");
  await closed;
  const rows = await world.gateway.ledger.waitForRows("scripted/flood", 1);
  expect(rows).toMatchObject([{ status: Status.ERROR, errorCode: "deadline_exceeded" }]);
  expect(world.gateway.inFlight()).toBe(0);
  socket.destroy();
});
