import type { ReasoningConfig } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Drops } from "./drops.ts";

/** What a request's `reasoning` means to models that take something else: a budget, other levels, a switch. */

export const turnsOff = ({ enabled, budgetTokens, effort }: ReasoningConfig): boolean =>
  enabled === false || budgetTokens === 0 || effort === "none";

/**
 * Levels of effort from the least to the most, with the tokens that stand for them: hard tasks want 16,384 and more, and
 * above 32,000 requests run into time limits.
 */
const budgets: ReadonlyMap<string, number> = new Map([
  ["minimal", 1024],
  ["low", 2048],
  ["medium", 8192],
  ["high", 16_384],
  ["xhigh", 32_000],
  ["max", 32_000],
]);
const levels = [...budgets.keys()];

/** In tokens; undefined for a word that is no level. */
export const budgetOf = (effort: string): number | undefined => budgets.get(effort);

/** The level whose budget comes next to it. */
export const effortOf = (budget: number): string =>
  levels.findLast((level) => (budgets.get(level) ?? 0) <= budget) ?? "low";

/**
 * The level that a model has instead: the next below, or its lowest. `known`: those it has, from the least to the most.
 * A word that is no level is the vendor's, and stays.
 */
export function nearestLevel(effort: string, known: readonly string[]): string {
  const at = levels.indexOf(effort);
  if (at < 0) return effort;
  return known.findLast((level) => levels.indexOf(level) <= at) ?? known[0] ?? effort;
}

/**
 * Whether thoughts are shown, where how long they are is not the caller's to say. `emulated` is called with the path of
 * what is brought about only so far. undefined: the request does not say, or in a word that is not known, which is
 * reported.
 */
export function showsThoughts(summary: string, drops: Drops, emulated: (path: string) => void): boolean | undefined {
  switch (summary) {
    case "":
      return undefined;
    case "none":
      return false;
    case "auto":
      return true;
    case "concise":
    case "detailed":
      emulated("reasoning.summary");
      return true;
    default:
      return drops.add("reasoning.summary");
  }
}
