import { expect, test, vi } from "vitest";
import { lockFile } from "../ledger/stores.ts";
import { clientKinds } from "./clients/index.ts";
import type { Outcome } from "./conversation.ts";
import { failureFor } from "./expectation.ts";
import { createGatewayFolder } from "./gateway-process.ts";
import { hasRecovered, soundRows, storeOf, waitForStore } from "./store-view.ts";

const commitTimeoutMs = 400;
/** How much longer than that a call may take here, where others use the machine as well. */
const marginMs = 3000;

interface Asked {
  readonly outcome: Outcome;
  readonly ms: number;
}

/** Asks with each client library, one after the other. */
async function askAll(url: string, stream: boolean): Promise<Map<(typeof clientKinds)[number], Asked>> {
  const all = new Map<(typeof clientKinds)[number], Asked>();
  for (const kind of clientKinds) {
    const client = kind.connect(url, undefined);
    const start = performance.now();
    const conversation = { turns: [{ role: "user", text: "/say Here I am." }] } as const;
    const outcome = await client.ask({ model: "demo/demo", conversation, stream });
    all.set(kind, { outcome, ms: performance.now() - start });
    client.close();
  }
  return all;
}

const idsOf = (asked: Iterable<Asked>): (string | undefined)[] =>
  [...asked].map(({ outcome }) => outcome.headers.get("causeway-request-id"));

const readiness = async (url: string): Promise<unknown> => {
  const response = await fetch(`${url}/ready`);
  return { http: response.status, ...Object(await response.json()) };
};

const metric = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
};

test("while another process has the store locked every client is served without waiting for it, and its row comes later", async () => {
  await using folder = await createGatewayFolder({ ledger: { commit_timeout: `${commitTimeoutMs}ms` } });
  const gateway = await folder.start();
  const { url } = gateway;
  expect(await readiness(url)).toEqual({ http: 200, status: "ready" });
  const lock = lockFile(folder.store);
  const asked = [...(await askAll(url, false)), ...(await askAll(url, true))];
  for (const [{ name }, { outcome, ms }] of asked) {
    expect([name, outcome]).toMatchObject([name, { text: "Here I am.", error: undefined }]);
    expect(ms, name).toBeLessThan(commitTimeoutMs + marginMs);
  }
  const waiting = asked.length;
  const failing = await waitForStore(url, ({ failure }) => failure.includes("Another process has it locked"));
  expect(failing).toMatchObject({
    writable: false,
    refusing: false,
    failingSince: expect.anything(),
    journal: { path: `${folder.store}.journal`, rows: waiting, takesRows: true },
  });
  expect(await readiness(url)).toEqual({
    http: 200,
    status: "ready",
    problems: [`The store ${folder.store} cannot be written; ${waiting} rows wait in ${folder.store}.journal.`],
  });
  expect(await metric(url, "causeway_ledger_writable")).toBe(0);
  expect(await metric(url, "causeway_ledger_journal_rows")).toBe(waiting);
  expect(await metric(url, "causeway_ledger_journal_bytes")).toBeGreaterThan(500 * waiting);
  lock[Symbol.dispose]();
  const recovered = await waitForStore(url, hasRecovered);
  expect(recovered.failingSince).toBeUndefined();
  expect(recovered.failure).toBe("");
  expect(await readiness(url)).toEqual({ http: 200, status: "ready" });
  expect(await metric(url, "causeway_ledger_journal_rows")).toBe(0);
  const linesWith = (text: string): string[] =>
    gateway
      .output()
      .split("\n")
      .filter((line) => line.includes(text));
  await vi.waitFor(() => expect(linesWith("the ledger is written again")).toHaveLength(1)); // when no row waits any more
  expect(linesWith("the ledger cannot be written")).toHaveLength(1);
  expect(linesWith("could not be stored").length).toBeLessThan(2); // tried every second
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  expect([...(await soundRows(folder.store))].sort()).toEqual([...idsOf(asked.map(([, one]) => one))].sort());
}, 90_000);

test("where calls are to be refused then, every client hears so in its own language, and what runs ends as always", async () => {
  const config = (on_failure: string) =>
    JSON.stringify({ ledger: { commit_timeout: `${commitTimeoutMs}ms`, on_failure } });
  await using folder = await createGatewayFolder();
  await folder.writeConfig(config("refuse"));
  const gateway = await folder.start();
  const { url } = gateway;
  const client = clientKinds[0]?.connect(url, undefined);
  const begun = Promise.withResolvers<void>();
  const running = client?.ask({
    model: "demo/demo",
    conversation: { turns: [{ role: "user", text: "/slow 100ms\n/long 60" }] },
    stream: true,
    onText: () => begun.resolve(),
  });
  await begun.promise;
  using lock = lockFile(folder.store);
  const first = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "/say I find it out." }] }),
  });
  expect(first.status).toBe(200);
  for (const stream of [false, true]) {
    for (const [kind, { outcome, ms }] of await askAll(url, stream)) {
      expect(outcome.error, kind.name).toMatchObject(failureFor(kind, 503, 14, "unavailable"));
      expect(outcome.error?.message, kind.name).toContain("'ledger.on_failure'");
      expect(Number(outcome.headers.get("retry-after")), kind.name).toBeGreaterThanOrEqual(1);
      expect(ms, kind.name).toBeLessThan(marginMs);
    }
  }
  expect(await storeOf(url)).toMatchObject({ writable: false, refusing: true });
  expect(await readiness(url)).toEqual({
    http: 503,
    status: "not ready",
    problems: [`The store ${folder.store} cannot be written; new calls are refused.`],
  });
  expect(await running).toMatchObject({ error: undefined });
  await folder.writeConfig(config("serve")); // from now on
  await waitForStore(url, ({ refusing }) => !refusing);
  for (const [{ name }, { outcome }] of await askAll(url, false)) expect(outcome.error, name).toBeUndefined();
  lock[Symbol.dispose]();
  await waitForStore(url, hasRecovered);
  client?.close();
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  expect(await soundRows(folder.store)).toHaveLength(2 + clientKinds.length);
}, 90_000);
