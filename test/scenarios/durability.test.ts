import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { Client } from "./clients/client.ts";
import { clientKinds } from "./clients/index.ts";
import { createGatewayFolder, type GatewayProcess } from "./gateway-process.ts";

const rounds = 3;
const conversation = { turns: [{ role: "user", text: "/say What I got is in the ledger." }] } as const;

/** Kills the gateway in the middle of the load of all clients. Gives the ids of the answers that came to their normal end. */
async function killUnderLoad(gateway: GatewayProcess, answers: number): Promise<string[]> {
  const ids: string[] = [];
  let isGone = false;
  async function askUntilGone(client: Client, stream: boolean): Promise<void> {
    while (!isGone) {
      const { error, headers } = await client.ask({ model: "demo/demo", conversation, stream });
      const id = headers.get("causeway-request-id");
      if (error === undefined && id !== undefined) ids.push(id);
      if (ids.length >= answers) gateway.kill("SIGKILL"); // at once: the others are in the middle of theirs
    }
  }
  const clients = clientKinds.map((kind) => kind.connect(gateway.url, undefined));
  const asking = clients.flatMap((client) => [askUntilGone(client, false), askUntilGone(client, true)]);
  await gateway.ended;
  isGone = true;
  await Promise.all(asking);
  for (const client of clients) client.close();
  return ids;
}

test("an answer that a client got whole is in the ledger once, whenever the gateway is killed", async () => {
  await using folder = await createGatewayFolder();
  const answered: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const gateway = await folder.start();
    const ids = await killUnderLoad(gateway, 50 + Math.floor(Math.random() * 100));
    expect(ids.length).toBeGreaterThanOrEqual(50);
    answered.push(...ids);
  }
  const gateway = await folder.start(); // opens the store again, as it was left
  for (const id of answered.slice(-3)) expect((await gateway.ledger.row(id)).id).toBe(id);
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);

  const db = new Database(folder.store, { readonly: true });
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  const stored = db.prepare<[], string>("select id from requests").pluck().all();
  db.close();
  const rows = new Set(stored);
  expect(rows.size).toBe(stored.length);
  expect(answered.filter((id) => !rows.has(id))).toEqual([]);
  expect(new Set(answered).size).toBe(answered.length);
}, 60_000);
