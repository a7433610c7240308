import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRepricing } from "../../src/compose/prices.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import { createLedger, createLedgerAudit } from "../../src/ledger/index.ts";
import { rowOf, usageOf } from "../ledger/fixtures.ts";
import { afterTest, type Outcome, run, type Setup, temporaryFolder } from "./fixtures.ts";

const actions = {
  openLedger: (store: { readonly kind: "sqlite"; readonly path: string }) =>
    createLedgerAudit({ store, clock: systemClock }),
  openRepricing,
};

/** A ledger that stays open as a gateway's would, and the command beside it. */
async function ledgerWith(rows: readonly ExchangeRow[], yaml = "") {
  const cwd = await temporaryFolder();
  const path = join(cwd, "ledger.db");
  writeFileSync(join(cwd, "causeway.yaml"), `store: sqlite:${path}\n${yaml}`);
  const ledger = createLedger({ store: { kind: "sqlite", path }, clock: systemClock });
  await ledger.start();
  afterTest(() => ledger.close());
  for (const row of rows) await ledger.settle(row, undefined);
  const command = (args: readonly string[], setup: Setup = {}): Promise<Outcome> =>
    run(["ledger", ...args], { cwd, actions, ...setup });
  return {
    path,
    ledger,
    reprice: (...args: string[]) => command(["reprice", "--since", "2025-01-01", ...args]),
    command,
    /** What the rows cost by now, in their order. */
    async money() {
      const found = await Promise.all(rows.map(({ id }) => ledger.find(id)));
      return found.map((entry) => [entry?.row.costNanoUsd, entry?.row.cacheSavedNanoUsd, entry?.row.priceVersion]);
    },
    async verify() {
      expect(await command(["verify"])).toMatchObject({ code: 0, out: expect.stringMatching(/^ok: [1-9]\d* sums/) });
    },
  };
}

const at = (time: string): number => Date.parse(time);
const unknown = { costNanoUsd: null, priceVersion: "" } as const;
const thousand = { usage: usageOf({ inputTokens: 1000, outputTokens: 1000 }) };
const o3 = { provider: "openai", model: "o3", alias: "o3", ...thousand };

const prices = `prices:
  - { model: "acme/large-*", input: 10, output: 20, cache_read: 1 }
`;

test("rows are priced as it was when they were made, with what is known now, and the sums over them with them", async () => {
  const { reprice, money, verify, ledger } = await ledgerWith([
    rowOf({ ...o3, ...unknown, startedAt: at("2025-06-09T23:59:59.999Z") }),
    rowOf({ ...o3, startedAt: at("2025-06-10T00:00:00Z"), costNanoUsd: 77n, priceVersion: "genai-prices@0.0.1" }),
    rowOf({ ...o3, startedAt: at("2025-06-10T00:00:00Z"), costNanoUsd: 10_000_000n, cacheSavedNanoUsd: 0n }),
    rowOf({ ...o3, usage: undefined, ...unknown }),
  ]);
  const { code, out } = await reprice();
  const version = /genai-prices@[\d.]+$/m.exec(out)?.[0];
  expect({ code, out }).toEqual({
    code: 0,
    out: [
      "openai/o3",
      "  rows     2",
      "  cost     $0.000000077 → $0.06",
      "  unknown  1 row → 0 rows",
      `  prices   genai-prices@0.0.1, none → ${version}`,
      "ok: priced 2 of 3 rows anew",
      "",
    ].join("\n"),
  });
  expect(await money()).toEqual([
    [50_000_000n, 0n, version],
    [10_000_000n, 0n, version],
    [10_000_000n, 0n, "prices@1"],
    [null, null, ""],
  ]);
  await verify();
  expect((await ledger.summary({})).totals).toMatchObject({ costNanoUsd: 70_000_000n, unknownCost: 0n });
  expect((await reprice()).out).toBe("ok: priced 0 of 3 rows anew\n");
});

test("a dry run says what would change, and changes nothing", async () => {
  const { reprice, money, verify } = await ledgerWith([rowOf({ ...unknown, ...thousand })], prices);
  const { code, out } = await reprice("--dry-run");
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(
      /^acme\/large-1\n {2}rows {5}1\n {2}cost {5}\$0.00 → \$0.03\n(?: {2}.*\n)*ok: would price 1 of 1 row anew\n$/,
    ),
  ]);
  expect(await money()).toEqual([[null, null, ""]]);
  await verify();
  expect((await reprice()).out).toBe(out.replace("would price", "priced"));
});

test("only the rows that are asked for are looked at: by time, by model, by whether they have a cost", async () => {
  const days = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"];
  const rows = days.flatMap((day) => [
    rowOf({ startedAt: at(day), ...thousand, ...unknown }),
    rowOf({ startedAt: at(day), ...thousand, provider: "other" }),
  ]);
  const { command, reprice } = await ledgerWith(rows, 'prices: [{ model: "*", input: 1, output: 1 }]\n');
  const lastLine = async (...args: string[]) =>
    (await command(["reprice", "--dry-run", ...args])).out.split("\n").at(-2);
  expect(await lastLine("--since", "2026-01-01", "--until", "2026-01-02")).toBe("ok: would price 2 of 2 rows anew");
  expect(await lastLine("--since", "2026-01-02T01:00+01:00", "--unknown-only")).toBe(
    "ok: would price 2 of 2 rows anew",
  );
  expect(await lastLine("--since", "2026-01-02", "--model", "oth*/large-1")).toBe("ok: would price 2 of 2 rows anew");
  const { out } = await reprice();
  expect(out.match(/^\S.*$/gm)).toEqual([
    "acme/large-1",
    "other/large-1",
    "all together",
    "ok: priced 6 of 6 rows anew",
  ]);
});

test("a time that is none, and none at all, are refused", async () => {
  const refused = await run(["ledger", "reprice", "--since", "yesterday"], { actions });
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^--since 'yesterday' is no time\. Write a day/),
  });
  for (const time of ["2026-13-01", "2026-02-31", "2026-01-01T10:00", "2026"]) {
    expect((await run(["ledger", "reprice", "--since", "2026-01-01", "--until", time], { actions })).code).toBe(2);
  }
  expect(await run(["ledger", "reprice"], { actions })).toMatchObject({
    code: 2,
    err: expect.stringContaining("--since"),
  });
});

test("more rows than are changed at once are changed in parts; what was done when it is interrupted stays", async () => {
  const startedAt = at("2026-02-01T10:00:00Z");
  const rows = Array.from({ length: 7000 }, (_, i) =>
    rowOf({ startedAt: startedAt + (i % 3) * 600_000, ...thousand, ...unknown }),
  );
  const { command, verify, ledger } = await ledgerWith(rows.slice(0, 1), prices);
  await Promise.all(rows.slice(1).map((row) => ledger.settle(row, undefined)));
  const abort = new AbortController();
  const interrupting = {
    ...actions,
    openRepricing: (config: Parameters<typeof openRepricing>[0]) => {
      const opened = openRepricing(config);
      const reprice: typeof opened.reprice = (scope, watcher, signal) => {
        const changed: typeof watcher.changed = (change) => {
          abort.abort();
          watcher.changed(change);
        };
        return opened.reprice(scope, { ...watcher, changed }, signal);
      };
      return { ...opened, reprice };
    },
  };
  const ended = await command(["reprice", "--since", "2026-01-01"], { actions: interrupting, signal: abort.signal });
  expect(ended).toMatchObject({
    code: 130,
    err: "Interrupted. What was priced anew stays; run it again for the rest.\n",
    out: expect.stringContaining("rows     5000\n"),
  });
  await verify();
  expect((await ledger.summary({})).totals.unknownCost).toBe(2000n);
  const watched = await command(["reprice", "--since", "2026-01-01"], { isTTY: true });
  expect(watched.out).toMatch(/ok: priced 2000 of 7000 rows anew\n$/);
  const shown = ["5000 requests, up to 2026-02-01T10:20:00.000Z", "7000 requests, up to 2026-02-01T10:20:00.000Z"];
  expect(watched.err).toBe(`${shown.map((line) => `\r${line}`).join("")}\r${" ".repeat(shown[1]?.length ?? 0)}\r`);
  await verify();
  expect((await ledger.summary({})).totals).toMatchObject({ unknownCost: 0n, costNanoUsd: 7000n * 30_000_000n });
});
