import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { StoreLocation } from "../../src/core/ledger.ts";

export const settleForever = fileURLToPath(new URL("./settle-forever.ts", import.meta.url));

/** Runs the script, kills it when it has said `count` ids, and gives all ids that it got to say. */
export async function killAfter(store: StoreLocation, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [settleForever, JSON.stringify(store)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ids: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    ids.push(id);
    if (ids.length === count) child.kill("SIGKILL");
  }
  return ids;
}
