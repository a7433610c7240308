import { expect, test, vi } from "vitest";
import { StatsService } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf } from "../ledger/fixtures.ts";
import { openaiSdk } from "./clients/openai-sdk.ts";
import { createGatewayFolder } from "./gateway-process.ts";
import { call } from "./rpc.ts";
import { soundRows, waitForStore } from "./store-view.ts";

const day = 86_400_000;

/** Rows of a gateway that has run before. */
async function settle(path: string, ages: readonly number[]): Promise<void> {
  const ledger = createLedger({ store: { kind: "sqlite", path }, clock: systemClock });
  await ledger.start();
  const rows = ages.map((age) => rowOf({ startedAt: Date.now() - age }));
  await Promise.all(rows.map((row) => ledger.settle(row, bodiesOf("question", "answer"))));
  await ledger.close();
}

test("a retention that comes into the file is in force at once: old rows go, sums stay, and all who ask are told", async () => {
  await using folder = await createGatewayFolder();
  await settle(folder.store, [...Array(9).fill(60 * day), ...Array(50).fill(40 * day), ...Array(5).fill(day)]);
  const gateway = await folder.start();
  const { url } = gateway;
  const whole = await waitForStore(url, ({ sizeBytes }) => sizeBytes !== undefined);
  expect(whole.rowsFrom).toBeUndefined();
  const list = async () => (await call(url, undefined, StatsService.method.listRequests, { pageSize: 100 })).requests;
  const keep = async (rows: string, left: number): Promise<void> => {
    await folder.writeConfig(JSON.stringify({ ledger: { retention: { rows } } }));
    await vi.waitFor(async () => expect(await list()).toHaveLength(left), { timeout: 20_000, interval: 20 });
  };
  await keep("50d", 55);
  await keep("30d", 5); // the gateway rests for a minute, but not when the file has changed
  const { rowsFrom } = await waitForStore(url, (store) => store.rowsFrom !== undefined);
  expect(Number(rowsFrom?.seconds) % 86_400).toBe(0);

  const conversation = { turns: [{ role: "user", text: "/say Here I am." }] } as const;
  const answer = await openaiSdk.connect(url, undefined).ask({ model: "demo/demo", conversation, stream: false });
  expect(answer).toMatchObject({ text: "Here I am.", error: undefined });
  const { totals } = await call(url, undefined, StatsService.method.getSummary, {});
  expect(totals?.requests).toBe(65n);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(Number(/^causeway_ledger_store_bytes (.+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  await vi.waitFor(() => {
    const lines = gateway.output().split("\n");
    const told = lines.filter((line) => line.includes("the ledger's retention has removed"));
    expect(told.reduce((sum, line) => sum + JSON.parse(line).rows, 0)).toBe(59);
  });

  gateway.kill("SIGTERM");
  expect(await gateway.ended).toBe(0);
  expect(await soundRows(folder.store)).toHaveLength(6);
});
