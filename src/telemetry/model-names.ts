import type { ExchangeRow } from "../core/exchange.ts";
import type { RoutingAdmin } from "../core/health.ts";

/** What stands for a name that nothing is known of. */
export const unknown = "unknown";
/** What stands for the models beyond those that fit. */
const other = "other";

const mostModels = 500;

/**
 * Names of models that are safe as labels. A client may write anything after "provider/"; only what the configuration
 * names, what the provider lists, or what has answered is a model, and only so many are told apart.
 */
export class ModelNames {
  readonly #routing: () => RoutingAdmin;
  readonly #most: number;
  readonly #known = new Map<string, Set<string>>();
  #count = 0;

  constructor(routing: () => RoutingAdmin, most: number = mostModels) {
    this.#routing = routing;
    this.#most = most;
  }

  of(row: ExchangeRow): string {
    const { provider, model } = row;
    if (model === "") return unknown;
    const known = this.#known.get(provider);
    if (known?.has(model) === true) return model;
    if (!this.#isModel(row)) return unknown;
    if (this.#count >= this.#most) return other;
    this.#count += 1;
    if (known === undefined) this.#known.set(provider, new Set([model]));
    else known.add(model);
    return model;
  }

  #isModel({ provider, model, status, trail }: ExchangeRow): boolean {
    const isNamedByPlan = trail.strategy !== "";
    return status === "ok" || isNamedByPlan || this.#routing().models(provider).models.includes(model);
  }
}
