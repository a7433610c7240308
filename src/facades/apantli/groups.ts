import type { Heat, LedgerSummary, Totals, TotalsGroup } from "../../core/ledger.ts";
import { usd } from "../../core/usd.ts";

/** What requests come to that were answered whole. */
export interface Group {
  /** "": not known. */
  readonly name: string;
  readonly requests: bigint;
  readonly tokens: bigint;
  readonly costNanoUsd: bigint;
  readonly unknownCost: bigint;
}

const unknownProvider = "unknown";
/** What a provider is called; not all are known of imported requests. */
export const shownProvider = (name: string): string => (name === "" ? unknownProvider : name);
/** The ledger's names for a provider as it is shown. */
export const providersShownAs = (name: string): string[] => (name === unknownProvider ? [name, ""] : [name]);

/** A summary's group. */
export const groupOf = ({ name, totals }: TotalsGroup): Group => named(name, totals);

/** Sums by the name of what they are of. */
export const named = (name: string, sums: Heat | Totals): Group => ({
  name,
  requests: sums.requests,
  tokens: sums.inputTokens + sums.outputTokens,
  costNanoUsd: sums.costNanoUsd,
  unknownCost: sums.unknownCost,
});

/** By provider: a summary leaves those out whose provider is not known; here they are one group more. */
export function byProvider({ byProvider: known, totals }: LedgerSummary): Group[] {
  const groups = known.map(groupOf);
  const rest = groups.reduce(without, named("", totals));
  return mostExpensiveFirst(rest.requests > 0n ? [...groups, rest] : groups);
}

const without = (all: Group, { requests, tokens, costNanoUsd, unknownCost }: Group): Group => ({
  name: all.name,
  requests: all.requests - requests,
  tokens: all.tokens - tokens,
  costNanoUsd: all.costNanoUsd - costNanoUsd,
  unknownCost: all.unknownCost - unknownCost,
});

/** Then the most requested, then by name. */
export const mostExpensiveFirst = <T extends Group>(groups: readonly T[]): T[] =>
  groups.toSorted((a, b) => rising(b.costNanoUsd, a.costNanoUsd) || mostRequested(a, b));

/** An order: then by name. */
export const mostRequested = (a: Group, b: Group): number =>
  rising(b.requests, a.requests) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const rising = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** One of the numbers, over all of these. */
export const sumOf = (groups: readonly Group[], of: (group: Group) => bigint): bigint =>
  groups.reduce((sum, group) => sum + of(group), 0n);

/** What each span of time came to, in the words of /stats/daily and /stats/hourly. */
export const spanSums = (groups: readonly Group[]) => ({
  requests: Number(sumOf(groups, ({ requests }) => requests)),
  cost: usd(sumOf(groups, ({ costNanoUsd }) => costNanoUsd)),
  total_tokens: Number(sumOf(groups, ({ tokens }) => tokens)),
});
