import { timestampMs } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AdminService, CredentialAction, CredentialState } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { createGatewayFolder } from "../scenarios/gateway-process.ts";
import { call } from "../scenarios/rpc.ts";
import { refused, textFor } from "./script.ts";
import { keyNamed, nameOfKey, providerAt, startFaultServer } from "./server.ts";
import { byKey, createScriptBook, type FaultWorld, startWorld } from "./world.ts";

/** A key that is refused is not shown again and again: the others serve, until it is put right or some time has passed. */

const keys = ["key-1", "key-2"].map((name) => keyNamed(name));
const unauthenticated = refused(401, { type: "authentication_error" });
const forbidden = refused(403, { type: "permission_error" });

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const provider = providerAt(url, { keys, rotation: "sequential" });
    return { providers: { one: provider, all: provider, some: provider } };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const keysSeen = (model: string): string[] => world.server.journal.of(model).map(({ asked }) => nameOfKey(asked.key));
const statesOf = async (provider: string) => (await world.credentials(provider)).map(({ state }) => state);

test("401: another key serves, and the refused one is out for five minutes, for every model", async () => {
  world.book.on("m", byKey({ "key-1": unauthenticated }));
  expect((await world.ask(openaiSdk, "one/m")).text).toBe(textFor({ prompt: "one/m" }));
  await world.ask(openaiSdk, "one/m");
  await world.ask(openaiSdk, "one/other");
  expect(keysSeen("m")).toEqual(["key-1", "key-2", "key-2"]);
  expect(keysSeen("other")).toEqual(["key-2"]);
  const [locked] = await world.credentials("one");
  expect(locked).toMatchObject({
    state: CredentialState.LOCKED,
    lastError: { code: "upstream_unauthenticated" },
  });
  const seconds = ((locked?.lockedUntil === undefined ? 0 : timestampMs(locked.lockedUntil)) - Date.now()) / 1000;
  expect(seconds).toBeGreaterThan(290);
  expect(seconds).toBeLessThanOrEqual(300);
});

test("401 for all keys is 401 for the client, and from then on nobody is asked until they are put right", async () => {
  world.book.on("all", unauthenticated);
  for (const attempts of ["2", undefined]) {
    const { error, headers } = await world.ask(openaiSdk, "all/all");
    expect(error).toMatchObject({ status: 401 });
    expect(headers.get("causeway-attempts")).toBe(attempts);
  }
  const { error } = await world.ask(connectJson, "all/all");
  expect(error).toMatchObject({ code: "upstream_unauthenticated" });
  expect(keysSeen("all")).toEqual(["key-1", "key-2"]);
  expect(await statesOf("all")).toEqual([CredentialState.LOCKED, CredentialState.LOCKED]);

  world.book.on("all");
  await world.setCredential("all", "key-2", CredentialAction.CLEAR_COOLDOWN);
  expect((await world.ask(openaiSdk, "all/all")).text).toBe(textFor({ prompt: "all/all" }));
  expect(keysSeen("all")).toEqual(["key-1", "key-2", "key-2"]);
});

test("403 keeps the key out for that model only", async () => {
  world.book.on("dear", byKey({ "key-1": forbidden }));
  await world.ask(openaiSdk, "some/dear");
  await world.ask(openaiSdk, "some/dear");
  await world.ask(openaiSdk, "some/cheap");
  expect(keysSeen("dear")).toEqual(["key-1", "key-2", "key-2"]);
  expect(keysSeen("cheap")).toEqual(["key-1"]);
});

test("a key that a person has switched off is not used, and does not count as a failure", async () => {
  await world.setCredential("some", "key-1", CredentialAction.DISABLE);
  await world.ask(openaiSdk, "some/off");
  await world.setCredential("some", "key-1", CredentialAction.ENABLE);
  await world.ask(openaiSdk, "some/off");
  expect(keysSeen("off")).toEqual(["key-2", "key-1"]);
});

test("a restart forgets nothing: what was locked stays so", async () => {
  const book = createScriptBook();
  await using server = await startFaultServer({ script: book.script });
  book.on("m", byKey({ "key-1": unauthenticated }));
  await using folder = await createGatewayFolder({
    providers: { one: providerAt(server.url, { keys, rotation: "sequential" }) },
  });
  const ask = async (url: string): Promise<string> => {
    const client = openaiSdk.connect(url, undefined);
    const turns = [{ role: "user", text: "ping" }] as const;
    const { text } = await client.ask({ model: "one/m", conversation: { turns }, stream: false });
    return text;
  };
  for (const end of ["SIGTERM", "SIGKILL"] as const) {
    const gateway = await folder.start();
    expect(await ask(gateway.url)).toBe(textFor({ prompt: "ping" }));
    const { credentials } = await call(gateway.url, undefined, AdminService.method.listCredentials, {});
    expect(credentials.filter(({ provider }) => provider === "one")).toMatchObject([
      { name: "key-1", state: CredentialState.LOCKED },
      { name: "key-2", state: CredentialState.READY },
    ]);
    gateway.kill(end);
    await gateway.ended;
  }
  expect(server.journal.seen.map(({ asked }) => nameOfKey(asked.key))).toEqual(["key-1", "key-2", "key-2"]);
});
