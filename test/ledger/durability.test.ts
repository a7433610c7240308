import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger } from "../../src/ledger/index.ts";
import { temporaryFolder } from "./fixtures.ts";
import { killAfter, settleForever } from "./killed.ts";
import { differencesIn } from "./stores.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("what was settled is in the ledger with its trail, and what was saved in its state, whenever the process is killed", async () => {
  const path = join(folder.path, "ledger.db");
  const settled: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const ids = await killAfter({ kind: "sqlite", path }, 1 + Math.floor(Math.random() * 400));
    expect(ids.length).toBeGreaterThan(0);
    settled.push(...ids);
  }
  const db = new Database(path);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(db.pragma("foreign_key_check")).toEqual([]);
  const stored = new Set(
    db
      .prepare(
        "select id from requests join bodies using (seq) left join trails using (seq) " +
          "where (usual_trail is null) <> (trail is null)",
      )
      .pluck()
      .all(),
  );
  db.close();
  expect(settled.filter((id) => !stored.has(id))).toEqual([]);

  const ledger = createLedger({ store: { kind: "sqlite", path }, clock: systemClock });
  await ledger.start();
  expect(await differencesIn({ kind: "sqlite", path })).toEqual([]);
  const saved = await ledger.state.load();
  expect(settled.filter((id) => !saved.has(id))).toEqual([]);
  const entry = await ledger.find(settled.at(-1) ?? "");
  expect(Buffer.from(entry?.bodies?.response ?? []).toString()).toBe("answer ".repeat(3000));
  await ledger.close();
});

test("a closed ledger does not keep the process from ending", async () => {
  const store = JSON.stringify({ kind: "sqlite", path: join(folder.path, "ledger.db") });
  const child = spawn(process.execPath, [settleForever, store, "once"], { stdio: "ignore" });
  expect(await once(child, "exit")).toEqual([0, null]);
});
