import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { ProviderModels } from "../core/health.ts";
import type { Credential, Upstream, UpstreamModel } from "../core/ports.ts";
import type { ModelFilter } from "../core/routing.ts";
import { wildcard } from "../lib/wildcard.ts";

export interface CatalogueProvider {
  readonly upstream: Pick<Upstream, "name" | "listModels">;
  /** The one to ask for the list with, now. undefined: the provider needs none, or has none that can serve. */
  readonly credential: () => Credential | undefined;
  readonly filter: ModelFilter;
}

export interface CatalogueOptions {
  readonly providers: readonly CatalogueProvider[];
  /** How long a list is good for, in ms. */
  readonly ttlMs: number;
  readonly clock: Clock;
}

/**
 * The models that the providers say they have, without those that configuration rules out. A provider is asked by one
 * request at a time, whoever wants to know. A list that is too old is still given out, and meanwhile asked for anew; so
 * is one that could not be had, but not within a minute. Names of providers that there are not have no models.
 */
export interface Catalogue {
  /** In the provider's order. Empty when it has not been asked, or has not said. */
  known(provider: string): readonly UpstreamModel[];
  /** undefined: it is not in the list as far as that is known. The provider may have it nonetheless. */
  find(provider: string, model: string): UpstreamModel | undefined;
  /** Whether configuration lets this model be asked for, be it in the list or not. */
  isAllowed(provider: string, model: string): boolean;
  /**
   * Asks the providers that have never been asked. Resolves when each of these has answered or failed, or when the signal
   * aborts; never rejects. undefined: there is nothing to wait for.
   */
  whenKnown(signal: AbortSignal): Promise<void> | undefined;
  /**
   * Asks these providers, or all for an empty list, by a request that begins after the call: one that is on its way may
   * not know yet of what made somebody ask, so it is waited for first. Those who call meanwhile share the next one.
   * Resolves and never rejects, as `whenKnown` does; `status` says what came of it.
   */
  refresh(providers: readonly string[], signal: AbortSignal): Promise<void>;
  /** Asks nobody. */
  status(provider: string): ProviderModels;
}

/** How long a list that could not be had is left alone. */
const retryMs = 60_000;

export function createCatalogue({ providers, ttlMs, clock }: CatalogueOptions): Catalogue {
  const lists = new Map(providers.map((provider) => [provider.upstream.name, new ModelList(provider, ttlMs, clock)]));

  return {
    known: (provider) => lists.get(provider)?.read().models ?? [],
    find: (provider, model) => lists.get(provider)?.read().byName.get(model),
    isAllowed: (provider, model) => lists.get(provider)?.isAllowed(model) ?? false,
    whenKnown(signal) {
      const first = [...lists.values()].flatMap((list) => list.first() ?? []);
      return first.length === 0 ? undefined : allOrAborted(first, signal);
    },
    refresh(names, signal) {
      const chosen = names.length === 0 ? [...lists.values()] : names.flatMap((name) => lists.get(name) ?? []);
      return allOrAborted(
        chosen.map((list) => list.askAnew()),
        signal,
      );
    },
    status: (provider) => lists.get(provider)?.status() ?? { models: [], listedAt: undefined, error: undefined },
  };
}

interface Contents {
  readonly models: readonly UpstreamModel[];
  readonly byName: ReadonlyMap<string, UpstreamModel>;
}

/** One provider's list. */
class ModelList {
  readonly #provider: CatalogueProvider;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly isAllowed: (model: string) => boolean;
  #contents: Contents = { models: [], byName: new Map() };
  #listedAt: number | undefined;
  #error: GatewayError | undefined;
  /** When it is to be asked for again, on the clock that never goes back. undefined: it never was asked for. */
  #dueAtUs: number | undefined;
  #asking: Promise<void> | undefined;
  /** Begins when `#asking` has ended. */
  #askingNext: Promise<void> | undefined;

  constructor(provider: CatalogueProvider, ttlMs: number, clock: Clock) {
    this.#provider = provider;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.isAllowed = compileFilter(provider.filter);
  }

  /** What is known; has it asked for in the background when it is too old. */
  read(): Contents {
    if (this.#dueAtUs !== undefined && this.#clock.micros() >= this.#dueAtUs) void this.#ask();
    return this.#contents;
  }

  /** The first request, until it has ended; begins it when there was none. */
  first(): Promise<void> | undefined {
    if (this.#dueAtUs === undefined) return this.#ask();
    this.read();
    return undefined;
  }

  askAnew(): Promise<void> {
    if (this.#askingNext === undefined && this.#asking === undefined) return this.#ask();
    this.#askingNext ??= this.#ask().then(() => {
      this.#askingNext = undefined;
      return this.#ask();
    });
    return this.#askingNext;
  }

  status(): ProviderModels {
    return { models: this.#contents.models.map(({ name }) => name), listedAt: this.#listedAt, error: this.#error };
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#request().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #request(): Promise<void> {
    const { upstream, credential } = this.#provider;
    try {
      // no caller's signal: the answer serves all who wait, and the upstream has a limit of its own
      const models = await upstream.listModels(credential(), new AbortController().signal);
      this.#contents = contentsOf(models.filter(({ name }) => this.isAllowed(name)));
      this.#listedAt = this.#clock.now();
      this.#error = undefined;
      this.#dueIn(this.#ttlMs);
    } catch (error) {
      this.#error = GatewayError.from(error);
      this.#dueIn(retryMs);
    }
  }

  #dueIn(ms: number): void {
    this.#dueAtUs = this.#clock.micros() + ms * 1000;
  }
}

const contentsOf = (models: readonly UpstreamModel[]): Contents => ({
  models,
  byName: new Map(models.map((model) => [model.name, model])),
});

function compileFilter({ allow, deny }: ModelFilter): (model: string) => boolean {
  const allowed = allow.map(wildcard);
  const denied = deny.map(wildcard);
  return (model) =>
    (allowed.length === 0 || allowed.some((fits) => fits(model))) && !denied.some((fits) => fits(model));
}

/** Resolves when all of these have, or the signal aborts. None of them rejects. */
async function allOrAborted(promises: readonly Promise<void>[], signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const leave = (): void => aborted.resolve();
  signal.addEventListener("abort", leave);
  await Promise.race([Promise.all(promises), aborted.promise]);
  signal.removeEventListener("abort", leave);
}
