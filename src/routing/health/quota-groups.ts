import { wildcard } from "../../lib/wildcard.ts";

/** What a cooldown of a model holds for: the first group that it belongs to, by the group's patterns, or itself alone. */
export class QuotaGroups {
  readonly #groups: readonly { readonly scope: string; readonly patterns: readonly ((model: string) => boolean)[] }[];

  constructor(groups: readonly (readonly string[])[]) {
    this.#groups = groups.map((patterns) => ({ scope: patterns.join(", "), patterns: patterns.map(wildcard) }));
  }

  scopeOf(model: string): string {
    for (const { scope, patterns } of this.#groups) if (patterns.some((matches) => matches(model))) return scope;
    return model;
  }
}
