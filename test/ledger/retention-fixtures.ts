import { systemClock } from "../../src/core/clock.ts";
import type { LedgerSummary, Retention, StoreLocation } from "../../src/core/ledger.ts";
import { createLedger, type Ledger } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf } from "./fixtures.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** What time it is in these tests. Noon, so that days in UTC and spans of 24 hours differ. */
export const now = Date.parse("2026-06-15T12:00:00Z");
/** Where the rows begin that are 30 days old: whole days of UTC go. */
export const thirtyDaysAgo = Date.parse("2026-05-16T00:00:00Z");
export const keepAll: Retention = { bodiesMs: undefined, rowsMs: undefined, sizeBytes: undefined };

interface Line extends Record<string, unknown> {
  readonly level: string;
  readonly message: string;
}

/** A ledger whose retention can be set. */
export interface KeptLedger {
  readonly ledger: Ledger;
  /** What it has logged. */
  readonly lines: Line[];
  /** What the ledger is told from now on, each time it asks. */
  ask(retention: () => Retention): void;
  /** Removes what is not to be kept. */
  retain(retention: Partial<Retention>): Promise<void>;
}

export async function openKept(store: StoreLocation): Promise<KeptLedger> {
  const lines: Line[] = [];
  const line = (level: string) => (fields: object, message: string) => void lines.push({ ...fields, level, message });
  const log = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  let answer = (): Retention => keepAll;
  const clock = { now: () => now, micros: systemClock.micros };
  const ledger = createLedger({ store, clock, upkeep: { retention: () => answer(), log } });
  await ledger.start();
  await ledger.retain(); // after it, nobody asks by himself
  const ask = (retention: () => Retention): void => {
    answer = retention;
  };
  return {
    ledger,
    lines,
    ask,
    retain(retention) {
      ask(() => ({ ...keepAll, ...retention }));
      return ledger.retain();
    },
  };
}

/** Ages in ms around the time from which rows are kept for 30 days, and in three months: 25 to 50 days, in steps. */
export const around = (step: number): number[] =>
  Array.from({ length: (25 * day) / step }, (_, i) => 25 * day + i * step + 7);

/** Rows that began so many ms ago, the first and every 20th after it failed, each with bodies of so many bytes. */
export async function settle(ledger: Ledger, ages: readonly number[], bodyBytes = 100): Promise<void> {
  const text = "x".repeat(bodyBytes / 2);
  await Promise.all(
    ages.map((age, i) => {
      const failed = { status: "error", errorCode: "rate_limited", errorMessage: `slow down ${i}` } as const;
      const row = rowOf({ startedAt: now - age, model: `m-${i % 3}`, ...(i % 20 === 0 ? failed : {}) });
      return ledger.settle(row, bodyBytes === 0 ? undefined : bodiesOf(text, text));
    }),
  );
}

/** Messages of errors go with their rows. */
const withoutMessages = (summary: LedgerSummary) => ({
  ...summary,
  errors: summary.errors.map(({ code, requests }) => [code, requests]),
});

/** What is summed over periods, with bounds in and between quarters of an hour. */
export async function sumsOf(ledger: Ledger): Promise<unknown> {
  return [
    withoutMessages(await ledger.summary({})),
    withoutMessages(await ledger.summary({ from: now - 35 * day, to: now - 10 * day, models: ["m-1"] })),
    withoutMessages(await ledger.summary({ to: now - 3 * minute })),
    await ledger.series({}, [0, now - 40 * day, now - 25 * day, now - 15 * minute, now + minute]),
    await ledger.heat({ statuses: ["error"] }, [now - 40 * day, now - 25 * day, now + minute]),
  ];
}
