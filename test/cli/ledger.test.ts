import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger, createLedgerAudit } from "../../src/ledger/index.ts";
import { rowOf } from "../ledger/fixtures.ts";
import { type Outcome, run, temporaryFolder } from "./fixtures.ts";

const openLedger = (store: { readonly kind: "sqlite"; readonly path: string }) =>
  createLedgerAudit({ store, clock: systemClock });

const actions = { version: "1.2.3", openLedger };

function ledgerCommand(path: string, ...args: string[]): Promise<Outcome> {
  return run(["ledger", ...args, "--store", `sqlite:${path}`], { actions });
}

/** A ledger with two rows, which stays open as a gateway's would. */
async function ledgerWithRows(path: string) {
  const ledger = createLedger({ store: { kind: "sqlite", path }, clock: systemClock });
  await ledger.start();
  const startedAt = Date.parse("2026-03-01T10:20:00Z");
  await ledger.settle(rowOf({ startedAt }), undefined);
  await ledger.settle(rowOf({ startedAt: startedAt + 7_200_000 }), undefined);
  return ledger;
}

test("verify says what differs, rebuild makes it right, while a gateway has the store open", async () => {
  const path = join(await temporaryFolder(), "ledger.db");
  const ledger = await ledgerWithRows(path);
  expect(await ledgerCommand(path, "verify")).toMatchObject({ code: 0, out: expect.stringMatching(/^ok: \d+ sums/) });
  const db = new Database(path);
  db.exec("update rollups set requests = requests + 1 where level = 0 and start < 1772360400000");
  db.close();
  const wrong = await ledgerCommand(path, "verify");
  expect(wrong.code).toBe(1);
  expect(wrong.out).toContain("2026-03-01T10:15Z, 15 min, provider=acme model=large-1 alias=smart");
  expect(wrong.out).toContain(": wrong: requests\n");
  expect(wrong.err).toMatch(/sums? differs? from what the rows come to\. 'causeway ledger rebuild' makes them anew\./);
  expect(await ledgerCommand(path, "rebuild")).toMatchObject({ code: 0, out: expect.stringMatching(/^ok: \d+ sums/) });
  expect((await ledgerCommand(path, "verify")).code).toBe(0);
  await ledger.close();
});

test("a store that is not there, and one of another version, are refused with what to do", async () => {
  const folder = await temporaryFolder();
  const missing = await ledgerCommand(join(folder, "none.db"), "verify");
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("none.db cannot be opened") });
  const old = join(folder, "old.db");
  const db = new Database(old);
  db.exec("create table ledger_schema (version bigint, applied_at bigint); insert into ledger_schema values (3, 0)");
  db.close();
  const refused = await ledgerCommand(old, "rebuild");
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(
    /has schema version 3; this Causeway works on version \d+\. Serve with this Causeway once/,
  );
});

test("a configuration with faults is refused with where they are", async () => {
  const cwd = await temporaryFolder();
  writeFileSync(join(cwd, "causeway.yaml"), "listen: nonsense:x\n");
  const refused = await run(["ledger", "verify"], { cwd, actions });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("causeway.yaml:1:") });
});
