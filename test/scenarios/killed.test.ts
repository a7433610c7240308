import { expect, test } from "vitest";
import { lockFile } from "../ledger/stores.ts";
import { type Askers, startAskers } from "./askers.ts";
import { createGatewayFolder, type GatewayProcess } from "./gateway-process.ts";
import { hasRecovered, soundRows, waitForStore } from "./store-view.ts";

const rounds = 20;

/** What happens to the store in a round: nothing; it is locked until the end; it is free again before. */
const troubles = ["none", "locked", "none", "locked for a while"] as const;

/** Kills the gateway under load, at a moment that nobody has chosen. Resolves when it is gone and everybody knows. */
async function killUnderLoad(
  gateway: GatewayProcess,
  store: string,
  trouble: (typeof troubles)[number],
): Promise<Askers> {
  const lock = trouble === "none" ? undefined : lockFile(store);
  const [free, end] = [5 + Math.floor(Math.random() * 30), 40 + Math.floor(Math.random() * 80)];
  const askers = startAskers(gateway.url, {
    count: 12,
    onAnswered(count) {
      if (count === free && trouble === "locked for a while") lock?.[Symbol.dispose]();
      if (count === end) setTimeout(() => gateway.kill("SIGKILL"), Math.random() * 20);
    },
  });
  await gateway.ended;
  await askers.stop();
  lock?.[Symbol.dispose]();
  return askers;
}

/** Whether it found rows in the journal when it began, and brought them to the store. */
function hasBroughtOver(gateway: GatewayProcess): boolean {
  const [before, after] = gateway.output().split("no row waits any more", 2);
  return after !== undefined && before?.includes("the ledger cannot be written") === false;
}

/** Ends it as it is meant to, when nothing waits in its journal. */
async function endOf(gateway: GatewayProcess): Promise<void> {
  await waitForStore(gateway.url, hasRecovered);
  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
}

test("an answer that a client got whole is in the ledger once, whenever the gateway is killed and whatever its store does", async () => {
  await using folder = await createGatewayFolder({ ledger: { commit_timeout: "150ms", journal_limit: "4MB" } });
  await endOf(await folder.start()); // those that are killed leave nothing that makes the next start quick
  const answered: string[] = [];
  let broughtOver = 0; // by so many gateways
  for (let round = 0; round < rounds; round += 1) {
    const gateway = await folder.start();
    const askers = await killUnderLoad(gateway, folder.store, troubles[round % troubles.length] ?? "none");
    if (hasBroughtOver(gateway)) broughtOver += 1;
    expect(askers.answered.length).toBeGreaterThanOrEqual(40);
    expect(askers.refused).toEqual([]);
    answered.push(...askers.answered);
  }
  await endOf(await folder.start());
  expect(broughtOver).toBeGreaterThan(0); // else no kill has met a journal with rows in it
  const rows = new Set(await soundRows(folder.store));
  expect(answered.filter((id) => !rows.has(id))).toEqual([]);
  expect(new Set(answered).size).toBe(answered.length);
}, 240_000);
