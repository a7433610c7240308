import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { earlyFaults, harmless, lateFaults } from "./faults.ts";
import { answered, answeredWhenReleased, fin, hold, type Script, textFor, usageFor, write } from "./script.ts";
import { type FaultServer, type FaultServerOptions, startFaultServer } from "./server.ts";

/** The server itself: a proof is worth as much as what it is made with. */

async function serverWith(options: FaultServerOptions): Promise<FaultServer> {
  const server = await startFaultServer(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

const bodyOf = (stream: boolean): string =>
  JSON.stringify({
    model: "m",
    stream,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content: "ping" }],
  });

const post = (url: string, path: string, stream: boolean, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: "Bearer k", "content-type": "application/json" },
    body: bodyOf(stream),
    signal: signal ?? null,
  });

/** All that comes back on a connection of its own, and how it ends. */
async function raw(url: string, stream: boolean): Promise<{ bytes: Buffer; error: string | undefined }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const body = bodyOf(stream);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const chunks: Buffer[] = [];
  let error: string | undefined;
  const ended = Promise.withResolvers<void>();
  socket
    .on("data", (chunk: Buffer) => chunks.push(chunk))
    .on("error", (thrown: NodeJS.ErrnoException) => {
      error = thrown.code;
    })
    .on("close", () => ended.resolve());
  await ended.promise;
  return { bytes: Buffer.concat(chunks), error };
}

test.each([
  ["/v1/chat/completions", "[DONE]"],
  ["/v1/messages", "message_stop"],
])("answers whole and streamed at %s, and tells its journal", async (path, end) => {
  const { url, journal } = await serverWith({ script: answered });
  const whole = await post(url, path, false);
  expect(await whole.text()).toContain("alles gut");
  const streamed = await post(url, path, true);
  expect(await streamed.text()).toContain(end);
  await journal.until((seen) => seen.every(({ outcome }) => outcome === "answered"));
  expect(journal.seen).toMatchObject(
    [false, true].map((stream) => ({
      asked: { key: "k", model: "m", prompt: "ping", stream },
      outcome: "answered",
      told: usageFor({ prompt: "ping" }),
    })),
  );
});

test.each(harmless.map(({ name, script }): [string, Script] => [name, script]))("%s", async (_, script) => {
  const { url, journal, release } = await serverWith({ script });
  const streamed = await post(url, "/v1/chat/completions", true);
  const events = (await streamed.text()).split("\n\n").filter((event) => event.startsWith("data: {"));
  const text = events.map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? "").join("");
  expect(text).toBe(textFor({ prompt: "ping" }));
  release("m");
  const [seen] = journal.seen;
  if (seen === undefined) throw new Error("nothing was asked");
  expect((await journal.ending(seen)).outcome).toBe("answered");
});

test("a FIN is a FIN, and a RST is a RST", async () => {
  const half = "HTTP/1.1 200 OK\r\n";
  const closing = await serverWith({ script: () => [write(half), fin] });
  expect(await raw(closing.url, false)).toEqual({ bytes: Buffer.from(half), error: undefined });
  const resetting = await serverWith({ script: () => [write(half), { kind: "close", how: "reset" }] });
  expect(await raw(resetting.url, false)).toEqual({ bytes: Buffer.from(half), error: "ECONNRESET" });
  expect(closing.journal.seen[0]?.outcome).toBe("cut");
  expect(resetting.journal.seen[0]?.outcome).toBe("cut");
});

test("resets connections as soon as they stand", async () => {
  const server = await serverWith({ script: answered, resets: () => true });
  await expect(post(server.url, "/v1/chat/completions", false)).rejects.toThrow("fetch failed");
  expect(server.resetCount()).toBe(1);
  expect(server.journal.seen).toEqual([]);
});

test("refuses while it is stopped, and answers at the same place afterwards", async () => {
  const server = await serverWith({ script: answered });
  await server.stop();
  await expect(raw(server.url, false)).resolves.toMatchObject({ error: "ECONNREFUSED" });
  await server.start();
  expect((await post(server.url, "/v1/chat/completions", false)).status).toBe(200);
});

test("a held answer waits for the test; one that is left is noted with the time", async () => {
  const server = await serverWith({ script: answeredWhenReleased });
  const asking = post(server.url, "/v1/chat/completions", false);
  const seen = await server.journal.arrival("m");
  expect(seen.outcome).toBe("running");
  server.release("m");
  expect((await asking).status).toBe(200);

  const silent = await serverWith({ script: () => [hold()] });
  const leaving = new AbortController();
  const asked = post(silent.url, "/v1/chat/completions", true, leaving.signal);
  const held = await silent.journal.arrival("m");
  const from = performance.now();
  leaving.abort();
  await expect(asked).rejects.toThrow();
  await silent.journal.ending(held);
  expect(held.outcome).toBe("left");
  expect(held.endedAt).toBeGreaterThanOrEqual(from);
});

test("no two faults have one name", () => {
  for (const stream of [true, false]) {
    const names = [...earlyFaults(stream), ...lateFaults].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});
