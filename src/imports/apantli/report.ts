import { counted } from "../../lib/counted.ts";
import type { ApantliReport } from "./index.ts";
import type { Sums } from "./source.ts";

/** What an import came to, for a person. */
export function describeApantli(report: ApantliReport, dryRun: boolean): string {
  const { source, imported, present, skipped, skips } = report;
  const rows: readonly (readonly [string, Sums])[] = [
    ["read", source],
    [dryRun ? "would be imported" : "imported", imported],
    ["there already", present],
    ["skipped", skipped],
  ];
  const cells = rows.map(([what, sums]) => [what, ...cellsOf(sums)]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((cell) => cell[column]?.length ?? 0)));
  const table = cells.map((cell) =>
    cell.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join("  "),
  );
  const unlisted = skipped.rows - skips.length;
  const lines = [
    ...table,
    sumsAgree(report) ? "The sums agree." : "The sums do not agree: what was read is not what the rows come to.",
    ...remarks(report),
    ...skips.map(({ id, why }) => `skipped row ${id}: ${why}`),
    ...(unlisted > 0 ? [`and ${unlisted} more`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Whether each row, token and nano-dollar that SQLite counted is in one of the other three. */
export function sumsAgree({ source, imported, present, skipped }: ApantliReport): boolean {
  const parts = [imported, present, skipped];
  const sum = (of: (sums: Sums) => number): number => parts.reduce((total, sums) => total + of(sums), 0);
  return (
    source.rows === sum(({ rows }) => rows) &&
    source.inputTokens === sum(({ inputTokens }) => inputTokens) &&
    source.outputTokens === sum(({ outputTokens }) => outputTokens) &&
    source.costNanoUsd === parts.reduce((total, { costNanoUsd }) => total + costNanoUsd, 0n)
  );
}

const cellsOf = ({ rows, inputTokens, outputTokens, costNanoUsd }: Sums): string[] => [
  counted(rows, "row"),
  `${inputTokens} input tokens`,
  `${outputTokens} output tokens`,
  `$${costNanoUsd / 1_000_000_000n}.${String(costNanoUsd % 1_000_000_000n).padStart(9, "0")}`,
];

/** What is particular about the imported rows. */
function remarks(report: ApantliReport): string[] {
  const { errors, secrets, rowsWithSecrets, unpriced, withoutUsage, unreadable, truncated } = report;
  const all: readonly (readonly [number, string])[] = [
    [errors, `${counted(errors, "row")} failed, and ${errors === 1 ? "is" : "are"} kept as errors.`],
    [
      secrets,
      `${counted(secrets, "key")} taken out of the bodies of ${counted(rowsWithSecrets, "row")}; they are not in the ledger.`,
    ],
    [
      unpriced,
      `${counted(unpriced, "row")} with tokens and a cost of 0: apantli writes 0 where it knows no price, so it is unknown.`,
    ],
    [withoutUsage, `${counted(withoutUsage, "answered row")} without tokens: their usage is unknown.`],
    [
      unreadable,
      `${counted(unreadable, "row")} with a body that is no JSON: it is left out, since a key could be in it.`,
    ],
    [truncated, `${counted(truncated, "row")} with a body longer than ledger.body_limit: it is cut there.`],
  ];
  return all.filter(([count]) => count > 0).map(([, text]) => text);
}
