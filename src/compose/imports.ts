import type { Config } from "../config/config.ts";
import { systemClock } from "../core/clock.ts";
import type { ImportLedger } from "../imports/ledger.ts";
import { createLedger, type Ledger } from "../ledger/index.ts";
import { presets } from "../upstreams/presets/index.ts";

/** A store's ledger for rows from elsewhere, beside a gateway that may run on it. */
export async function openImport(store: Config["store"]): Promise<ImportLedger> {
  const ledger = createLedger({ store, clock: systemClock });
  await ledger.start();
  return importLedger(ledger);
}

export const importLedger = (ledger: Ledger): ImportLedger => ({
  has: (ids) => ledger.existing(ids),
  rowsFrom: () => ledger.rowsFrom(),
  async write(rows) {
    await Promise.all(rows.map(({ row, bodies }) => ledger.settle(row, bodies)));
  },
  close: () => ledger.close(),
});

/** The known provider whose models have names such as this one. */
export const providerOf = (model: string): string | undefined =>
  presets.find(({ modelPrefixes }) => modelPrefixes.some((prefix) => model.startsWith(prefix)))?.name;
