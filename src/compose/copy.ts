import type { Config } from "../config/config.ts";
import { systemClock } from "../core/clock.ts";
import { createLedgerCopy } from "../ledger/index.ts";

/** Two stores, of which one is copied into the other. */
export const openCopy = (from: Config["store"], to: Config["store"]) => createLedgerCopy(from, to, systemClock);
