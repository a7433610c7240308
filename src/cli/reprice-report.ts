import type { PricedRow, RepriceCounts, Repriced, RepriceKept } from "../core/reprice.ts";
import { counted } from "../lib/counted.ts";
import { withoutControls } from "./chat-view.ts";
import { formatDollars } from "./settlement-line.ts";

/** What rows of one name come to. */
class Sum {
  rows = 0;
  readonly before = new Side();
  readonly after = new Side();

  add({ before, after }: Repriced): void {
    this.rows += 1;
    this.before.add(before);
    this.after.add(after);
  }
}

class Side {
  cost = 0n;
  unknown = 0;
  saved = 0n;
  readonly versions = new Set<string>();

  add({ costNanoUsd, cacheSavedNanoUsd, priceVersion }: PricedRow): void {
    if (costNanoUsd === null) this.unknown += 1;
    this.cost += costNanoUsd ?? 0n;
    this.saved += cacheSavedNanoUsd ?? 0n;
    this.versions.add(priceVersion || "none");
  }
}

/** Gathers what a repricing has changed, for people. */
export class RepriceReport {
  readonly #all = new Sum();
  readonly #targets = new Map<string, Sum>();

  add(change: Repriced): void {
    const { target } = change;
    const sum = this.#targets.get(target) ?? new Sum();
    this.#targets.set(target, sum);
    sum.add(change);
    this.#all.add(change);
  }

  /** By provider and model, then all together. Empty: nothing was changed. */
  text(): string {
    const names = [...this.#targets].sort(([a], [b]) => (a < b ? -1 : 1));
    const sums = names.length > 1 ? [...names, ["all together", this.#all] as const] : names;
    return sums.map(([name, sum]) => `${withoutControls(name)}\n${linesOf(sum)}`).join("");
  }

  /** How it ended. */
  end({ rows, kept }: RepriceCounts, dryRun: boolean): string {
    const reasons = Object.entries(keptWords).flatMap(([reason, words]) => {
      const count = kept[reason as RepriceKept]; // the keys are just those
      return count === 0 ? [] : [`${counted(count, "row")} ${words}\n`];
    });
    const did = dryRun ? "would price" : "priced";
    return `${reasons.join("")}ok: ${did} ${this.#all.rows} of ${counted(rows, "row")} anew\n`;
  }
}

const keptWords: Readonly<Record<RepriceKept, string>> = {
  told: "kept: the cost is the provider's word, or an import's, and 'prices' has no entry for it",
  unpriced: "kept: the price is not known any more",
  unclear: "kept: it is not known which attempt has taken what",
};

function linesOf({ rows, before, after }: Sum): string {
  const lines: [name: string, before: string, after: string][] = [
    ["cost", formatDollars(before.cost), formatDollars(after.cost)],
    ["unknown", counted(before.unknown, "row"), counted(after.unknown, "row")],
    ["saved", formatDollars(before.saved), formatDollars(after.saved)],
    ["prices", [...before.versions].sort().join(", "), [...after.versions].sort().join(", ")],
  ];
  const shown = lines.filter(([, was, is]) => was !== is).map(([name, was, is]) => `${name.padEnd(8)} ${was} → ${is}`);
  return [`rows     ${rows}`, ...shown].map((line) => `  ${line}\n`).join("");
}
