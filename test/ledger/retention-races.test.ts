import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "./fixtures.ts";
import { around, hour, type KeptLedger, openKept, settle, sumsOf, thirtyDaysAgo } from "./retention-fixtures.ts";
import { audited, differencesIn } from "./stores.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let kept: KeptLedger;
beforeEach(async () => {
  folder = temporaryFolder();
  path = join(folder.path, "ledger.db");
  kept = await openKept({ kind: "sqlite", path });
});
afterEach(async () => {
  await kept.ledger.close();
  folder.remove();
});

const store = () => ({ kind: "sqlite", path }) as const;

/**
 * A signal at whose second question a gateway removes rows, some of them of the day that is being looked at, and how many it
 * has removed.
 */
function removingSignal() {
  const { signal } = new AbortController();
  let asked = 0;
  let removed = 0;
  signal.throwIfAborted = () => {
    asked += 1;
    if (asked !== 2) return;
    const db = new Database(path);
    db.exec(`begin; update rollup_progress set rows_from = ${thirtyDaysAgo}`);
    removed = db.prepare("delete from requests where started_at < ? and seq % 2 = 0").run(thirtyDaysAgo).changes;
    db.exec("commit");
    db.close();
  };
  return { signal, removed: () => removed };
}

test("a check of the sums that a removal overtakes finds nothing wrong", async () => {
  await settle(kept.ledger, around(4 * hour));
  const found: unknown[] = [];
  const { signal, removed } = removingSignal();
  await audited(store(), (audit) => audit.verify((difference) => found.push(difference), signal));
  expect(removed()).toBeGreaterThan(0);
  expect(found).toEqual([]);
});

test("a rebuild that a removal overtakes leaves the sums as they were", async () => {
  await settle(kept.ledger, around(4 * hour));
  const before = await sumsOf(kept.ledger);
  const { signal, removed } = removingSignal();
  await audited(store(), (audit) => audit.rebuild(signal));
  expect(removed()).toBeGreaterThan(0);
  expect(await sumsOf(kept.ledger)).toEqual(before);
  expect(await differencesIn(store())).toEqual([]);
});
