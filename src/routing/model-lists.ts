import type { Clock } from "../core/clock.ts";
import type { RoutedProvider } from "./index.ts";

/** How long a provider's list is good for, and how long one that could not be had is left alone, in ms. */
const goodFor = 10 * 60_000;
const retryAfter = 60_000;

export interface ModelLists {
  /** The models a provider said it has; none when it has not been asked, or did not say. */
  known(provider: string): readonly string[];
  /** Asks the providers whose list is not known or too old, each once at a time. Never rejects: a list that cannot be had is left out. */
  refresh(signal: AbortSignal): Promise<void>;
}

interface Entry {
  models: readonly string[];
  staleAt: number;
  asking: Promise<void> | undefined;
}

export function createModelLists(providers: readonly RoutedProvider[], clock: Clock): ModelLists {
  const entries = new Map<string, Entry>(
    providers.map(({ upstream }) => [upstream.name, { models: [], staleAt: 0, asking: undefined }]),
  );

  function ask({ upstream, credentials }: RoutedProvider, entry: Entry): Promise<void> {
    // no caller's signal: the answer serves all who wait, and the upstream has a limit of its own
    const asked = upstream.listModels(credentials[0], new AbortController().signal).then(
      (models) => {
        entry.models = models;
        entry.staleAt = clock.now() + goodFor;
      },
      () => {
        entry.staleAt = clock.now() + retryAfter;
      },
    );
    entry.asking = asked.finally(() => {
      entry.asking = undefined;
    });
    return entry.asking;
  }

  return {
    known: (provider) => entries.get(provider)?.models ?? [],
    async refresh(signal) {
      const asked = providers.flatMap((provider) => {
        const entry = entries.get(provider.upstream.name);
        if (entry === undefined) return [];
        if (entry.asking !== undefined) return [entry.asking];
        return clock.now() < entry.staleAt ? [] : [ask(provider, entry)];
      });
      if (asked.length === 0) return;
      const left = Promise.withResolvers<void>();
      const leave = (): void => left.resolve();
      signal.addEventListener("abort", leave);
      await Promise.race([Promise.all(asked), left.promise]);
      signal.removeEventListener("abort", leave);
    },
  };
}
