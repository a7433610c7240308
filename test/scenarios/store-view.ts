import Database from "better-sqlite3";
import { vi } from "vitest";
import { AdminService, type Store } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { differencesIn } from "../ledger/stores.ts";
import { call } from "./rpc.ts";

/** The ids of all rows in a store that is sound, whose rows have all that belongs to them, and whose sums are right. */
export async function soundRows(path: string): Promise<string[]> {
  const differences = await differencesIn({ kind: "sqlite", path });
  const db = new Database(path, { readonly: true });
  try {
    const faults = {
      integrity: db.pragma("integrity_check", { simple: true }),
      foreignKeys: db.pragma("foreign_key_check"),
      withoutTrail: db
        .prepare("select count(*) from requests where (usual_trail is null) = (seq not in (select seq from trails))")
        .pluck()
        .get(),
      withoutBodies: db
        .prepare("select count(*) from requests where seq not in (select seq from bodies)")
        .pluck()
        .get(),
      differences,
    };
    const none = { integrity: "ok", foreignKeys: [], withoutTrail: 0, withoutBodies: 0, differences: [] };
    if (JSON.stringify(faults) !== JSON.stringify(none))
      throw new Error(`the store is not sound: ${JSON.stringify(faults)}`);
    return db.prepare<[], string>("select id from requests").pluck().all();
  } finally {
    db.close();
  }
}

/** What the gateway says of its store. */
export async function storeOf(url: string): Promise<Store> {
  const { store } = await call(url, undefined, AdminService.method.getStatus, {});
  if (store === undefined) throw new Error("the status has no store");
  return store;
}

/** Waits until the store is as it has to be. */
export const waitForStore = (url: string, isSo: (store: Store) => boolean): Promise<Store> =>
  vi.waitFor(
    async () => {
      const store = await storeOf(url);
      if (!isSo(store)) throw new Error(`the store is not as it has to be: ${JSON.stringify(store, writable)}`);
      return store;
    },
    { timeout: 30_000, interval: 20 },
  );

const writable = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

/** Nothing waits for the store any more. */
export const hasRecovered = ({ writable, journal }: Store): boolean => writable && journal?.rows === 0;
