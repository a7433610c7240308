// Run by tests, with a store as JSON: settles rows until it is killed, and says the id of each one that is settled and
// that the state has as its key.
import { writeSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf, trailOf } from "./fixtures.ts";

const [store = "", mode = "forever"] = process.argv.slice(2);
const ledger = createLedger({ store: JSON.parse(store), clock: systemClock });
await ledger.start();

async function settleForever(): Promise<void> {
  for (;;) await settle();
}

let count = 0;

/** Rows by turns with a trail of their own, and with a usual one. */
async function settle(): Promise<void> {
  count += 1;
  const row = rowOf({ trail: trailOf({ strategy: count % 2 === 0 ? "weighted" : "" }) });
  await ledger.settle(row, bodiesOf("question ".repeat(50), "answer ".repeat(3000)));
  await ledger.state.save(new Map([[row.id, "settled"]]));
  writeSync(1, `${row.id}\n`);
}

if (mode === "forever") await Promise.all(Array.from({ length: 16 }, settleForever));
await settle();
await ledger.close();
