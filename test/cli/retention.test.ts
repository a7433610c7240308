import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { StoreLocation } from "../../src/core/ledger.ts";
import { createLedger, createLedgerAudit } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf } from "../ledger/fixtures.ts";
import { afterTest, type Outcome, run, temporaryFolder } from "./fixtures.ts";

const clock = { ...systemClock, now: () => Date.parse("2026-06-15T12:00:00Z") };
const day = 86_400_000;
const actions = { version: "1.2.3", openLedger: (store: StoreLocation) => createLedgerAudit({ store, clock }) };

/** A folder with a configuration and a ledger: a row of each of 60 days, with bodies of 1 KB. */
async function folderWith(retention: string) {
  const cwd = await temporaryFolder();
  const path = join(cwd, "ledger.db");
  writeFileSync(join(cwd, "causeway.yaml"), `store: sqlite:./ledger.db\nledger: ${retention}\n`);
  const ledger = createLedger({ store: { kind: "sqlite", path }, clock });
  await ledger.start();
  afterTest(() => ledger.close());
  const half = "x".repeat(512);
  for (let age = 0; age < 60; age += 1) {
    await ledger.settle(rowOf({ startedAt: clock.now() - age * day - 1 }), bodiesOf(half, half));
  }
  const command = (...args: string[]): Promise<Outcome> => run(["ledger", ...args], { cwd, actions });
  const requests = async () => (await ledger.list({}, 100)).length;
  return { path, ledger, command, requests };
}

test("prune says what it would remove, then removes it while a gateway has the store open, and the sums stay", async () => {
  const { ledger, command, requests } = await folderWith("{ retention: { bodies: 10d, rows: 30d } }");
  const expected =
    "would remove:\n  29 rows from before 2026-05-16T00:00Z\n  the bodies of 50 rows (50.0 KB) from before 2026-06-05T12:00Z\n";
  expect(await command("prune", "--dry-run")).toMatchObject({ code: 0, out: expected });
  expect(await requests()).toBe(60);
  const before = (await ledger.summary({})).totals;
  const done = { code: 0, out: "ok: removed 29 rows and the bodies of 50 rows (50.0 KB)\n" };
  expect(await command("prune")).toMatchObject(done);
  expect(await requests()).toBe(31);
  expect((await ledger.summary({})).totals).toEqual(before);
  expect(await command("prune", "-n")).toMatchObject({ code: 0, out: "ok: nothing to remove\n" });
});

test("prune foretells that a store is too large", async () => {
  const { command, ledger } = await folderWith("{ retention: { size: 1MB } }");
  expect((await command("prune", "-n")).out).toBe("ok: nothing to remove\n");
  for (let i = 0; i < 200; i += 1) {
    await ledger.settle(rowOf({ startedAt: clock.now() - 2 * day }), bodiesOf("y".repeat(7000), "z".repeat(7000)));
  }
  expect((await command("prune", "-n")).out).toMatch(
    /^would remove:\n {2}the oldest bodies, then the oldest rows, until the ledger's \d\.\d MB are 1\.0 MB\n$/,
  );
  expect((await command("prune")).out).toMatch(/^ok: removed 0 rows and the bodies of \d+ rows \(\d\.\d MB\)\n$/);
});

test("without a retention there is nothing to prune, and it says so", async () => {
  const { command, requests } = await folderWith("{ bodies: full }");
  expect(await command("prune")).toMatchObject({
    code: 1,
    err: "'ledger.retention' is not set: everything is kept. Set 'bodies', 'rows' or 'size' there.\n",
  });
  expect(await requests()).toBe(60);
});

test("compact refuses while a gateway has the file open, and says what it has gained when none has", async () => {
  const { path, ledger, command } = await folderWith("{ retention: { bodies: 1h } }");
  const refused = await command("compact");
  expect(refused).toMatchObject({
    code: 1,
    err: `The ledger ${path} is in use. Stop the gateway, then run this again.\n`,
  });
  await command("prune");
  await ledger.close();
  const { code, out } = await command("compact");
  expect([code, out]).toEqual([0, expect.stringMatching(/^ok: the file had \d+\.\d KB, and has \d+\.\d KB now\n$/)]);
});
