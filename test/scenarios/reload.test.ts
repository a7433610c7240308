import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AdminService, type GetStatusResponse } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { clientKinds } from "./clients/index.ts";
import { openaiSdk } from "./clients/openai-sdk.ts";
import type { Conversation, Outcome } from "./conversation.ts";
import { createGatewayFolder, type GatewayFolder, type GatewayProcess } from "./gateway-process.ts";
import { call } from "./rpc.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "./upstreams/scripted.ts";
import { beginStream, completionEvents, done, write } from "./upstreams/wire.ts";

/** The configuration file can change while the gateway runs. */

let folder: GatewayFolder;
let gateway: GatewayProcess;
let provider: ScriptedUpstream;

beforeEach(async () => {
  provider = await startScriptedUpstream();
  folder = await createGatewayFolder({ models: { first: "demo/demo" } });
  gateway = await folder.start();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await provider.close();
});

const hello: Conversation = { turns: [{ role: "user", text: "/say Hello!" }] };

async function ask(model: string): Promise<Outcome> {
  const client = openaiSdk.connect(gateway.url, undefined);
  return client.ask({ model, conversation: hello, stream: false });
}

const status = (): Promise<GetStatusResponse> => call(gateway.url, undefined, AdminService.method.getStatus, {});
const reload = () => call(gateway.url, undefined, AdminService.method.reloadConfig, {});

const waitUntil = (isSo: () => Promise<boolean>): Promise<void> =>
  vi.waitFor(async () => expect(await isSo()).toBe(true), { timeout: 5000, interval: 10 });

const config = (file: object): string => JSON.stringify(file);

test("a new alias can be asked for as soon as the file has it, and an old one no more", async () => {
  expect(await ask("first")).toMatchObject({ text: "Hello!", error: undefined });
  expect((await ask("second")).error?.code).toBe("model_not_found");
  await folder.writeConfig(config({ models: { second: "demo/demo" } }));
  await waitUntil(async () => (await ask("second")).error === undefined);
  expect((await ask("first")).error).toMatchObject({ status: 404, code: "model_not_found" });
  expect((await status()).aliases).toMatchObject([{ name: "second", target: "demo/demo" }]);
});

test("a stream that runs is not touched, even when its provider is taken out of the file", async () => {
  const running = { dialect: "openai-chat", base_url: provider.url, keys: ["sk-running-0123456789"] };
  const text = "one two three four";
  const events = completionEvents(
    "long",
    { text, calls: [], finish: "stop", usage: { input: 1, output: 4 } },
    { pieceLength: 3, withUsage: true },
  );
  const middle = events.length >> 1;
  provider.on("long", async ({ response }) => {
    beginStream(response);
    await write(response, events.slice(0, middle).join(""));
  });
  await folder.writeConfig(config({ providers: { running }, models: { before: "running/long" } }));
  await waitUntil(async () => (await status()).aliases.some(({ name }) => name === "before"));

  const streams = clientKinds.map((kind) => {
    const client = kind.connect(gateway.url, undefined);
    const begun = Promise.withResolvers<void>();
    const outcome = client.ask({ model: "before", conversation: hello, stream: true, onText: () => begun.resolve() });
    return { kind, client, begun: begun.promise, outcome };
  });
  await Promise.all(streams.map(({ begun }) => begun));
  await folder.writeConfig(config({ models: { after: "demo/demo" } }));
  await waitUntil(async () => (await ask("after")).error === undefined);
  expect((await status()).providers.map(({ name }) => name)).not.toContain("running");
  for (const { response } of provider.received("long")) response.end(events.slice(middle).join("") + done);
  for (const { kind, client, outcome } of streams) {
    expect([kind.name, await outcome]).toMatchObject([kind.name, { text, error: undefined }]);
    client.close();
  }
  const rows = await gateway.ledger.rowsOf("before");
  expect(rows.map((row) => [row.status, row.usage?.outputTokens])).toEqual(streams.map(() => [Status.OK, 4]));
});

test("a file with a fault is refused, the old one stays in force, and the status says why", async () => {
  expect((await status()).configProblems).toEqual([]);
  await folder.writeConfig('models:\n  first: "nobody/model"\n');
  await waitUntil(async () => (await status()).configProblems.length > 0);
  expect((await status()).configProblems).toMatchObject([
    { line: 2, path: "models.first", message: expect.stringContaining("nobody") },
  ]);
  expect(await ask("first")).toMatchObject({ text: "Hello!", error: undefined });
  expect(gateway.output()).toContain("the old one stays in force");

  await folder.writeConfig(config({ models: { mended: "demo/demo" } }));
  await waitUntil(async () => (await ask("mended")).error === undefined);
  expect((await status()).configProblems).toEqual([]);
});

test("ReloadConfig reads the file at once, and says what changed or what is wrong", async () => {
  expect(await reload()).toMatchObject({ changed: false, needsRestart: [] });
  await folder.writeConfig(config({ models: { second: "demo/demo" }, limits: { body: "1MB" } }));
  const { needsRestart } = await reload();
  expect(needsRestart).toEqual(["limits"]);
  expect(await ask("second")).toMatchObject({ text: "Hello!" });

  await folder.writeConfig("models: [");
  await expect(reload()).rejects.toThrow(/failed_precondition.*faults/s);
  expect(await ask("second")).toMatchObject({ text: "Hello!" });
});
