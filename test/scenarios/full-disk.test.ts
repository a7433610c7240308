import { describe, expect, test, vi } from "vitest";
import { lockFile } from "../ledger/stores.ts";
import { startAskers } from "./askers.ts";
import { createGatewayFolder } from "./gateway-process.ts";
import { mountSmallDisk, withoutSmallDisk } from "./small-disk.ts";
import { hasRecovered, soundRows, storeOf, waitForStore } from "./store-view.ts";

/** A store on a small disk that fills up under load, and has room again later. */
describe.skipIf(withoutSmallDisk)("when the disk is full", () => {
  const ledger = { journal_limit: "1MB", commit_timeout: "2s" };

  test("calls go on, their rows wait, and all are in the ledger once when there is room", async () => {
    using disk = mountSmallDisk(16);
    const store = `${disk.path}/causeway.db`;
    // Room for some ten thousand rows: far more than two can ask for until the store is written again.
    await using folder = await createGatewayFolder({
      store: `sqlite:${store}`,
      ledger: { ...ledger, journal_limit: "8MB" },
    });
    const gateway = await folder.start();
    const askers = startAskers(gateway.url, { count: 2 });
    await vi.waitFor(() => expect(askers.answered.length).toBeGreaterThan(20), 20_000);
    disk.fill();
    const failing = await waitForStore(gateway.url, ({ journal }) => (journal?.rows ?? 0) > 20);
    expect(failing).toMatchObject({ writable: false, refusing: false, journal: { takesRows: true } });
    expect(failing.failure).toMatch(/cannot be written to.*SQLITE_(FULL|IOERR)/);
    const ready = await fetch(`${gateway.url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { status: "ready", problems: [expect.stringMatching(/cannot be written; \d+ rows wait in /)] },
    ]);
    const before = askers.answered.length;
    await vi.waitFor(() => expect(askers.answered.length).toBeGreaterThan(before + 20), 20_000);
    disk.makeRoom();
    await waitForStore(gateway.url, hasRecovered);
    await askers.stop();
    expect(askers.refused).toEqual([]);
    expect(gateway.output()).not.toContain("could not be written");
    gateway.kill("SIGTERM");
    expect(await gateway.ended).toBe(0);
    const rows = await soundRows(store);
    expect([...askers.answered].sort()).toEqual([...rows].sort());
  }, 90_000);

  test("calls are refused where they are to be, what runs ends as always, and its rows are in the ledger once", async () => {
    using disk = mountSmallDisk(8);
    const store = `${disk.path}/causeway.db`;
    await using folder = await createGatewayFolder({
      store: `sqlite:${store}`,
      ledger: { ...ledger, on_failure: "refuse" },
    });
    const gateway = await folder.start();
    const askers = startAskers(gateway.url, { count: 8 });
    await vi.waitFor(() => expect(askers.answered.length).toBeGreaterThan(20), 20_000);
    disk.fill();
    await vi.waitFor(() => expect(askers.refused.length).toBeGreaterThan(20), 20_000);
    expect(await storeOf(gateway.url)).toMatchObject({ writable: false, refusing: true });
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(503);
    const before = askers.answered.length;
    disk.makeRoom();
    await vi.waitFor(() => expect(askers.answered.length).toBeGreaterThan(before + 20), 20_000);
    await waitForStore(gateway.url, hasRecovered);
    await askers.stop();
    expect(new Set(askers.refused)).toEqual(new Set([503]));
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
    gateway.kill("SIGTERM");
    expect(await gateway.ended).toBe(0);
    expect([...(await soundRows(store))].sort()).toEqual([...askers.answered].sort());
  }, 90_000);

  test("from the start, there is a gateway all the same, which says that no row can wait", async () => {
    using disk = mountSmallDisk(1);
    disk.fill();
    await using folder = await createGatewayFolder({ ledger: { ...ledger, journal: `${disk.path}/journal` } });
    const gateway = await folder.start();
    expect(gateway.output()).toContain("the disk has no room for the ledger's journal");
    const { problems } = Object(await (await fetch(`${gateway.url}/ready`)).json());
    expect(problems).toEqual([`The journal ${disk.path}/journal takes no more rows.`]);
    using lock = lockFile(folder.store);
    const askers = startAskers(gateway.url, { count: 1 });
    await vi.waitFor(() => expect(askers.refused.length).toBeGreaterThan(0), 20_000);
    lock[Symbol.dispose]();
    await waitForStore(gateway.url, hasRecovered);
    await askers.stop();
    expect(askers.refused[0]).toBe(503);
  }, 90_000);
});
