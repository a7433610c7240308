import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { envelope } from "./envelopes.ts";
import { createNames, type GatewayWithProvider, startWithProvider } from "./provider.ts";
import { beginStream, completionEvents, write } from "./upstreams/wire.ts";

/** A client that does not read must not fill the gateway's memory: then the provider waits, too. */

const mebibyte = 1024 ** 2;
/** More than all buffers on the way may hold together, those of the operating system included. */
const mostOnTheWay = 48 * mebibyte;
const offered = 200 * mebibyte;

let world: GatewayWithProvider;
beforeAll(async () => {
  world = await startWithProvider();
});
afterAll(() => world[Symbol.asyncDispose]());

const newName = createNames();
const words = "word ".repeat(2000);
const answer = { text: words, calls: [], finish: "stop", usage: { input: 1, output: 1 } } as const;
const [, event = ""] = completionEvents("flood", answer, { pieceLength: words.length, withUsage: false });
const piece = event.repeat(20);

/** Writes as fast as it is read. */
function flood(name: string): { readonly sent: () => number } {
  let sent = 0;
  world.provider.on(name, async ({ response }) => {
    beginStream(response);
    response.on("close", () => {
      sent = offered; // ends the loop
    });
    while (sent < offered) {
      await write(response, piece);
      sent += piece.length;
    }
  });
  return { sent: () => sent };
}

interface SilentClient {
  leave(): void;
}

const host = (): { hostname: string; port: number; name: string } => {
  const { hostname, port, host: name } = new URL(world.gateway.url);
  return { hostname, port: Number(port), name };
};

function askRest(model: string): SilentClient {
  const { hostname, port, name } = host();
  const socket = connect({ host: hostname, port }).pause();
  const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Hello" }] });
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: ${name}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  socket.write(`${head}\r\n\r\n${body}`);
  return { leave: () => void socket.destroy() };
}

function askRpc(model: string): SilentClient {
  const session = connectHttp2(world.gateway.url);
  session.on("error", () => {});
  const path = "/causeway.chat.v1.ChatService/StreamChat";
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/connect+json" });
  stream.pause().on("error", () => {});
  const messages = [{ role: "ROLE_USER", parts: [{ text: { text: "Hello" } }] }];
  stream.end(envelope(JSON.stringify({ chat: { model, messages } })));
  return { leave: () => void session.destroy() };
}

test.each([
  ["HTTP/1.1", askRest],
  ["HTTP/2", askRpc],
] as const)("over %s, a client that does not read makes the provider wait, and is free to leave", async (_, ask) => {
  const name = newName("flood");
  const { sent } = flood(name);
  const client = ask(`scripted/${name}`);
  const { closed } = await world.provider.next(name);
  let before = 0;
  await vi.waitFor(
    () => {
      const now = sent();
      const isStill = now > 0 && now === before;
      before = now;
      expect(isStill).toBe(true);
    },
    { timeout: 10_000, interval: 100 },
  );
  expect(sent()).toBeLessThan(mostOnTheWay);
  expect(world.gateway.inFlight()).toBe(1);
  client.leave();
  await closed;
  const [row] = await world.gateway.ledger.waitForRows(`scripted/${name}`, 1);
  expect(row).toMatchObject({ status: Status.CANCELLED, usage: { source: UsageSource.PARTIAL } });
  expect(row?.usage?.outputTokens).toBeGreaterThan(2000);
});
