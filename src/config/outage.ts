import { resolve } from "node:path";
import * as z from "zod";
import type { StoreLocation } from "../core/ledger.ts";
import type { Config } from "./config.ts";
import { duration, sizeOf } from "./fields.ts";
import type { Report } from "./report.ts";

/** What the file may say of rows that the ledger's store does not take. */

/** Hardly a row fits into less. */
const leastBytes = 64 * 1024;

/**
 * A row takes about 1 KB without what was said, which has to leave half of the room to the rows: so this is enough for some
 * 5,000 calls at least, and written within milliseconds when the gateway starts for the first time.
 */
const defaultJournalBytes = 16 * 1024 ** 2;

export const outageFields = {
  on_failure: z
    .enum(["serve", "refuse"])
    .nullish()
    .describe("While rows cannot be written: serve (they wait in the journal) or refuse new calls. Default: serve."),
  commit_timeout: duration
    .nullish()
    .describe("How long writing rows may take before they wait in the journal. Default: 5s."),
  journal: z
    .string()
    .min(1, { error: "is empty" })
    .nullish()
    .describe(
      "The file where rows wait while they cannot be written: of this gateway alone, on a disk that outlives it. Default: beside the store's file, or else ./causeway.journal.",
    ),
  journal_limit: sizeOf((bytes) => bytes >= leastBytes, "a size of at least 64KB, such as 16MB")
    .nullish()
    .describe("The size of that file, which it has from the start. Default: 16MB."),
};

type OutageFields = z.output<z.ZodObject<typeof outageFields>>;

/** `cwd`: what a relative path is relative to. */
export function readOutage(
  given: OutageFields | null | undefined,
  store: StoreLocation,
  cwd: string,
  report: Report,
): Pick<Config["ledger"], "onFailure" | "commitTimeoutMs" | "journal"> {
  const { on_failure, commit_timeout, journal, journal_limit } = given ?? {};
  const path = typeof journal === "string" ? resolve(cwd, journal) : defaultPath(store, cwd);
  if (store.kind === "sqlite" && path === store.path) {
    report.add(["ledger", "journal"], "is the file of the ledger itself: name another one");
  }
  return {
    onFailure: on_failure ?? "serve",
    commitTimeoutMs: commit_timeout ?? 5000,
    journal: isInMemory(store) ? undefined : { path, limitBytes: journal_limit ?? defaultJournalBytes },
  };
}

const isInMemory = (store: StoreLocation): boolean => store.kind === "sqlite" && store.path === ":memory:";

const defaultPath = (store: StoreLocation, cwd: string): string =>
  store.kind === "sqlite" ? `${store.path}.journal` : resolve(cwd, "causeway.journal");
