import * as z from "zod";
import type { Retention } from "../core/ledger.ts";
import { sizeOf, textOf } from "./fields.ts";
import type { Report } from "./report.ts";
import { parseAge } from "./units.ts";

/** What the file may say of how long the ledger keeps what. */

const dayMs = 86_400_000;
/** Less than that is a slip: what is removed does not come back. */
const leastBytes = 1024 ** 2;

const parseDays = (text: string): number | undefined => {
  const ms = parseAge(text);
  return ms === undefined || ms < dayMs ? undefined : ms;
};

export const retentionSchema = z.strictObject({
  bodies: textOf(parseAge, "a time with its unit, such as 12h, 30d, 52w or 1y")
    .nullish()
    .describe("Remove what was sent and answered when it is older: 12h, 30d, 52w, 1y. Default: keep it."),
  rows: textOf(parseDays, "a time of at least a day, such as 90d, 52w or 1y")
    .nullish()
    .describe("Remove rows, with all that belongs to them, when they are older; sums stay. Default: keep them."),
  size: sizeOf((bytes) => bytes >= leastBytes, "a size of at least 1MB, such as 500MB or 10GB")
    .nullish()
    .describe("When the store holds more, remove the oldest bodies, then the oldest rows. Default: no limit."),
});

export function readRetention(given: z.output<typeof retentionSchema> | null | undefined, report: Report): Retention {
  const { bodies, rows, size } = given ?? {};
  if (typeof bodies === "number" && typeof rows === "number" && bodies > rows) {
    report.add(
      ["ledger", "retention", "bodies"],
      "is longer than 'rows', and bodies go with their rows: make it shorter",
    );
  }
  return { bodiesMs: bodies ?? undefined, rowsMs: rows ?? undefined, sizeBytes: size ?? undefined };
}
