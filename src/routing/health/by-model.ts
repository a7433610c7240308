import { byName, mostModels, Recent } from "./recent.ts";

/** Values by provider and model; of each provider the models used last, and those that are needed. */
export class ByModel<V> {
  readonly #isNeeded: (value: V) => boolean;
  readonly #providers = new Map<string, Recent<V>>();

  constructor(isNeeded: (value: V) => boolean) {
    this.#isNeeded = isNeeded;
  }

  peek(provider: string, model: string): V | undefined {
    return this.#providers.get(provider)?.peek(model);
  }

  use(provider: string, model: string): V | undefined {
    return this.#providers.get(provider)?.use(model);
  }

  /** Returns the model that had to go. */
  set(provider: string, model: string, value: V): string | undefined {
    let models = this.#providers.get(provider);
    if (models === undefined) {
      models = new Recent(mostModels, this.#isNeeded);
      this.#providers.set(provider, models);
    }
    return models.set(model, value);
  }

  delete(provider: string, model: string): void {
    const models = this.#providers.get(provider);
    models?.delete(model);
    if (models?.size === 0) this.#providers.delete(provider);
  }

  *entries(): Generator<[provider: string, model: string, value: V]> {
    for (const [provider, models] of this.#providers) {
      for (const [model, value] of models.entries()) yield [provider, model, value];
    }
  }

  sorted(): [provider: string, model: string, value: V][] {
    const providers = [...this.#providers].sort(([a], [b]) => byName(a, b));
    return providers.flatMap(([provider, models]) =>
      models.sorted().map(([model, value]): [string, string, V] => [provider, model, value]),
    );
  }
}
