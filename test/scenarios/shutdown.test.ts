import { connect } from "node:net";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { Client, ClientKind } from "./clients/client.ts";
import { clientKinds } from "./clients/index.ts";
import type { Outcome } from "./conversation.ts";
import { failureFor } from "./expectation.ts";
import { createGatewayFolder } from "./gateway-process.ts";

interface Stream {
  readonly kind: ClientKind;
  readonly client: Client;
  /** Resolves when the first text is there. */
  readonly begun: Promise<void>;
  readonly outcome: Promise<Outcome>;
}

/** A stream of the demo's by each client. */
function startStreams(url: string, prompt: string): Stream[] {
  return clientKinds.map((kind) => {
    const client = kind.connect(url, undefined);
    const begun = Promise.withResolvers<void>();
    const conversation = { turns: [{ role: "user", text: prompt }] } as const;
    const outcome = client.ask({ model: "demo/demo", conversation, stream: true, onText: () => begun.resolve() });
    return { kind, client, begun: begun.promise, outcome };
  });
}

/** The error's code of a new connection; "" when it was accepted. */
function tryToConnect(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    socket.once("connect", () => {
      socket.destroy();
      resolve("");
    });
  });
}

const longText = Array.from({ length: 20 }, (_, i) => `word${i + 1}`).join(" ");

test("SIGTERM lets what runs finish, and takes nothing new", async () => {
  await using folder = await createGatewayFolder({ shutdown: { grace: "20s" } });
  const gateway = await folder.start();
  const streams = startStreams(gateway.url, `/slow 20ms\n/say ${longText}`);
  await Promise.all(streams.map(({ begun }) => begun));
  expect(await tryToConnect(gateway.url)).toBe("");
  gateway.kill("SIGTERM");
  while ((await tryToConnect(gateway.url)) === "") {} // until the signal has arrived
  expect(await tryToConnect(gateway.url)).toBe("ECONNREFUSED");
  for (const { kind, client, outcome } of streams) {
    expect([kind.name, await outcome]).toMatchObject([kind.name, { text: longText, error: undefined }]);
    client.close();
  }
  expect(await gateway.ended).toBe(0);
  const db = new Database(folder.store, { readonly: true });
  expect(db.prepare("select status, count(*) as rows from requests group by status").all()).toEqual([
    { status: "ok", rows: streams.length },
  ]);
  db.close();
}, 30_000);

test("what cannot start says why, and ends", async () => {
  await using folder = await createGatewayFolder();
  const gateway = await folder.start();
  await expect(folder.start(new URL(gateway.url).port)).rejects.toThrow(
    /ended before.*cannot listen on .* Stop it, or/s,
  );
  gateway.kill("SIGTERM");
  await gateway.ended;
  const db = new Database(folder.store);
  db.exec("insert into ledger_schema select version + 1, applied_at from ledger_schema order by version desc limit 1");
  db.close();
  await expect(folder.start()).rejects.toThrow(/ended before.*newer/s);
}, 30_000);

test("what runs longer than the grace ends with an error in the client's own language, and is in the ledger", async () => {
  await using folder = await createGatewayFolder({ shutdown: { grace: "200ms" } });
  const gateway = await folder.start();
  const streams = startStreams(gateway.url, "/slow 20ms\n/long 5000");
  await Promise.all(streams.map(({ begun }) => begun));
  gateway.kill("SIGTERM");
  for (const { kind, client, outcome } of streams) {
    const { text, error } = await outcome;
    expect(text, kind.name).toMatch(/^word1 /);
    expect(error, kind.name).toMatchObject(failureFor(kind, 0, 14, "unavailable"));
    expect(error?.message, kind.name).toMatch(/shutting down/);
    client.close();
  }
  expect(await gateway.ended).toBe(0);
  const db = new Database(folder.store, { readonly: true });
  const rows = db.prepare("select status, error_code, usage_source, output_tokens > 0 as counted from requests").all();
  db.close();
  expect(rows).toHaveLength(streams.length);
  for (const row of rows) {
    expect(row).toEqual({ status: "error", error_code: "unavailable", usage_source: "partial", counted: 1 });
  }
}, 30_000);
