import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { anthropicSdk } from "../scenarios/clients/anthropic-sdk.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import type { ConfigFile } from "../scenarios/gateway.ts";
import {
  answered,
  answeredWhenReleased,
  chunk,
  head,
  hold,
  json,
  lastChunk,
  partsFor,
  refused,
  reset,
  type Script,
  streamHead,
  textFor,
  usageFor,
  write,
} from "./script.ts";
import { providerAt } from "./server.ts";
import { attemptsOf, type FaultWorld, startWorld } from "./world.ts";

/** Places that neither answer nor fail as they should, and clients that neither read nor leave. */

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const one = providerAt(url);
    const models: Record<string, ConfigFile> = {};
    for (const name of ["half", "done", "stalled"]) {
      models[name] = { targets: [`one/${name}-a`, `two/${name}-b`], affinity: false };
    }
    for (const name of ["wrong", "third", "tie"]) {
      models[name] = { targets: [`one/${name}-a`, `two/${name}-b`, `three/${name}-c`], affinity: false, hedge: "30ms" };
    }
    models.waits = { targets: [{ model: "one/waits-a", retries: 1 }, "two/waits-b"], affinity: false };
    models.told = { targets: ["vendor/told-a", "vendor/told-b"], affinity: false };
    return {
      timeouts: { request: "4s" },
      providers: { one, two: one, three: one, vendor: providerAt(url, { dialect: "anthropic" }) },
      models,
    };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const onlyRow = async (name: string) => (await world.gateway.ledger.waitForRows(name, 1))[0];

test("what is wrong with the request is said at once, though a hedge hangs", async () => {
  const { book, server } = world;
  book.on("wrong-a", (asked) => [hold(asked.released), ...refused(400, { type: "invalid_request_error" })(asked)]);
  book.on("wrong-b", () => [hold()]);
  const asking = world.ask(openaiSdk, "wrong");
  await server.journal.arrival("wrong-b");
  server.release("wrong-a");
  expect((await asking).error).toMatchObject({ status: 400 });
  expect(attemptsOf(await world.explain("wrong"))).toEqual([
    "one/wrong-a key-1: invalid_request",
    "two/wrong-b key-1: hedge, left",
  ]);
});

test("a third place is asked when the first one fails beside a hedge that hangs", async () => {
  const { book, server } = world;
  book.on("third-a", (asked) => [hold(asked.released), reset]);
  book.on("third-b", () => [hold()]);
  const asking = world.ask(openaiSdk, "third", { stream: true });
  await server.journal.arrival("third-b");
  server.release("third-a");
  expect((await asking).text).toBe(textFor({ prompt: "third" }));
  expect(attemptsOf(await world.explain("third"))).toEqual([
    "one/third-a key-1: upstream_cut",
    "two/third-b key-1: hedge, left",
    "three/third-c key-1: hedge, answered",
  ]);
});

test("of two answers that come at once, the row has one's body and both's tokens", async () => {
  const { book, server } = world;
  book.on("tie-a", answeredWhenReleased);
  book.on("tie-b", answeredWhenReleased);
  const asking = world.ask(openaiSdk, "tie");
  await server.journal.arrival("tie-b");
  server.release("tie-a");
  server.release("tie-b");
  expect((await asking).text).toBe(textFor({ prompt: "tie" }));
  const row = await onlyRow("tie");
  const { input } = usageFor({ prompt: "tie" });
  const both = [...server.journal.of("tie-a"), ...server.journal.of("tie-b")];
  expect([input, input * 2]).toContain(row?.usage?.inputTokens);
  expect(both).toHaveLength(2);
  const { responseBody } = await world.gateway.ledger.entry(row?.id ?? "");
  expect(JSON.parse(Buffer.from(responseBody).toString())).toMatchObject({ object: "chat.completion" });
});

test("a place that asks for time is left for one that has it", async () => {
  world.book.on("waits-a", refused(503, { type: "overloaded", headers: { "retry-after": "3" } }));
  expect((await world.ask(openaiSdk, "waits")).text).toBe(textFor({ prompt: "waits" }));
  const { steps } = await world.explain("waits");
  expect(steps.map(({ kind }) => kind.case)).toEqual(["attempt", "attempt"]);
});

const halfRefusal =
  (status: number, headers: Readonly<Record<string, string>>, ...then: ReturnType<Script>): Script =>
  () => [write(`${head(status, { ...json, ...headers }, 1000)}{"error":`), ...then];

test("a refusal whose body never comes is a refusal", async () => {
  world.book.on("half-a", halfRefusal(500, {}, hold()));
  expect((await world.ask(openaiSdk, "half")).text).toBe(textFor({ prompt: "half" }));
  expect(attemptsOf(await world.explain("half"))[0]).toBe("one/half-a key-1: upstream_error");
});

test("a rate limit is one, though its connection breaks", async () => {
  world.book.on("cut-limit", halfRefusal(429, { "retry-after": "30" }, reset));
  const { error } = await world.ask(openaiSdk, "one/cut-limit");
  expect(error).toMatchObject({ status: 429 });
  expect(world.server.journal.of("cut-limit")).toHaveLength(1);
  const [credential] = await world.credentials("one");
  expect(credential?.cooldowns.map(({ scope }) => scope)).toContain("cut-limit");
});

test("an end is no answer", async () => {
  world.book.on("done-a", () => [write(streamHead + chunk("data: [DONE]\n\n").toString() + lastChunk)]);
  expect((await world.ask(openaiSdk, "done", { stream: true })).text).toBe(textFor({ prompt: "done" }));
  expect(attemptsOf(await world.explain("done"))[0]).toBe("one/done-a key-1: upstream_cut");
});

test("a place that hangs leaves time for the next one, when the answer is asked for whole", async () => {
  world.book.on("stalled-a", () => [hold()]);
  expect((await world.ask(openaiSdk, "stalled")).text).toBe(textFor({ prompt: "stalled" }));
  expect(attemptsOf(await world.explain("stalled"))[0]).toBe("one/stalled-a key-1: upstream_timeout");
});

test("who leaves after the head has told of tokens is booked with them once", async () => {
  const { book, server, gateway } = world;
  book.on("told-a", refused(429, { type: "rate_limit_error" }));
  book.on("told-b", (asked) => [write(streamHead + chunk(partsFor(asked).opening).toString()), hold()]);
  const leaving = new AbortController();
  const asking = world.ask(anthropicSdk, "told", { stream: true, signal: leaving.signal });
  const seen = await server.journal.arrival("told-b");
  leaving.abort();
  await asking;
  await server.journal.ending(seen);
  const row = await onlyRow("told");
  expect(row?.status).toBe(Status.CANCELLED);
  // nothing, if the client was faster than the head
  expect([0, usageFor({ prompt: "told" }).input]).toContain(row?.usage?.inputTokens ?? 0);
  expect(gateway.inFlight()).toBe(0);
});

test("an RPC's client that does not read holds nothing beyond the deadline", async () => {
  world.book.on("flood", (asked) => {
    const { opening, deltas } = partsFor({ ...asked, prompt: "flood ".repeat(10_000) });
    return [
      write(streamHead + chunk(opening).toString()),
      { kind: "repeat", bytes: chunk(deltas.join("")).toString(), everyMs: 1 },
    ];
  });
  const { hostname, port } = new URL(world.gateway.url);
  const socket = connect({ host: hostname, port: Number(port) }).pause();
  await once(socket, "connect");
  const part = { text: { text: "Hello" } };
  const chat = { model: "one/flood", messages: [{ role: "ROLE_USER", parts: [part] }] };
  const text = Buffer.from(JSON.stringify({ chat }));
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), text]);
  frame.writeUInt32BE(text.length, 1);
  const fields = `host: ${hostname}\r\ncontent-type: application/connect+json\r\ncontent-length: ${frame.length}\r\n\r\n`;
  socket.write(`POST /causeway.chat.v1.ChatService/StreamChat HTTP/1.1\r\n${fields}`);
  socket.write(frame);
  const seen = await world.server.journal.arrival("flood");
  expect((await world.server.journal.ending(seen)).outcome).toBe("left");
  expect(await onlyRow("one/flood")).toMatchObject({ status: Status.ERROR, errorCode: "deadline_exceeded" });
  expect(world.gateway.inFlight()).toBe(0);
  socket.destroy();
});

test("a client that leaves while its conversation is looked up asks nobody for long", async () => {
  world.book.on("looked", () => [hold()]);
  const { hostname, port } = new URL(world.gateway.url);
  const body = JSON.stringify({ model: "one/looked", input: "Hello", previous_response_id: "resp_unknown" });
  const request = `POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  for (let nth = 0; nth < 5; nth += 1) {
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, "connect");
    socket.end(request, () => socket.destroy());
    await once(socket, "close");
  }
  await vi.waitFor(() => expect(world.gateway.inFlight()).toBe(0), { timeout: 2000 });
});

test("one answer that runs on is enough to close a breaker", async () => {
  await using own = await startWorld((url) => ({
    providers: { one: providerAt(url) },
    routing: { retries: 0, breaker: { window: "30s", min_requests: 2, failure_rate: 0.5, open: "50ms" } },
  }));
  own.book.on("trial", refused(500, { type: "api_error" }));
  await own.ask(openaiSdk, "one/trial");
  await own.ask(openaiSdk, "one/trial");
  const begins: Script = (asked) => {
    const { opening, deltas } = partsFor(asked);
    return [write(streamHead + chunk(opening + deltas[0]).toString()), hold()];
  };
  own.book.on("trial", (asked) => (asked.stream ? begins(asked) : answered(asked)));
  const leaving = new AbortController();
  const begun = Promise.withResolvers<void>();
  const running = vi.waitFor(async () => {
    const { error } = await own.ask(openaiSdk, "one/trial", {
      stream: true,
      signal: leaving.signal,
      onText: () => begun.resolve(),
    });
    if (error?.code !== "cancelled") throw new Error("the breaker is still open");
  });
  await begun.promise;
  expect((await own.ask(openaiSdk, "one/trial")).text).toBe(textFor({ prompt: "one/trial" }));
  leaving.abort();
  await running;
});
