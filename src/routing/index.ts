import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { Credential, ListedModel, Router, Target, Upstream } from "../core/ports.ts";
import { createModelLists } from "./model-lists.ts";

export interface RoutedProvider {
  readonly upstream: Upstream;
  readonly credentials: readonly Credential[];
  /** What bare names of this provider's models begin with, for example "gpt-". */
  readonly modelPrefixes: readonly string[];
}

export interface RouterOptions {
  readonly providers: readonly RoutedProvider[];
  /** Alias to "provider/model". */
  readonly aliases: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

/** A provider's known models, for the status page. */
export interface StatusRouter extends Router {
  knownModels(provider: string): readonly string[];
}

/** Finds where a request goes: by alias, as "provider/model", or by a bare name that exactly one provider has. */
export function createRouter({ providers, aliases, clock }: RouterOptions): StatusRouter {
  const byName = new Map(providers.map((provider) => [provider.upstream.name, provider]));
  const aliasOf = new Map(Object.entries(aliases));
  const lists = createModelLists(providers, clock);
  const turns = new Map<string, number>();

  /** Keys take turns. */
  function nextCredential({ upstream, credentials }: RoutedProvider): Credential | undefined {
    const turn = turns.get(upstream.name) ?? 0;
    turns.set(upstream.name, turn + 1);
    return credentials[turn % credentials.length];
  }

  const targetOf = (provider: RoutedProvider, model: string): Target => ({
    upstream: provider.upstream,
    model,
    credential: nextCredential(provider),
  });

  function qualified(name: string): Target | undefined {
    const slash = name.indexOf("/");
    const provider = slash > 0 ? byName.get(name.slice(0, slash)) : undefined;
    return provider === undefined ? undefined : targetOf(provider, name.slice(slash + 1));
  }

  /** By the providers' own lists first, then by the usual prefixes. */
  function bare(name: string): Target | undefined {
    const having = providers.filter(({ upstream }) => lists.known(upstream.name).includes(name));
    const fitting = providers.filter(({ modelPrefixes }) => modelPrefixes.some((prefix) => name.startsWith(prefix)));
    const found = having.length > 0 ? having : fitting;
    const [only, another] = found;
    if (only === undefined) return undefined;
    if (another === undefined) return targetOf(only, name);
    const ways = found.map(({ upstream }) => `'${upstream.name}/${name}'`).join(", ");
    throw new GatewayError("invalid_request", `Several providers have the model '${name}'. Ask for one of: ${ways}.`, {
      param: "model",
    });
  }

  function find(name: string): Target | undefined {
    const alias = aliasOf.get(name);
    return alias !== undefined ? qualified(alias) : (qualified(name) ?? bare(name));
  }

  function listed(): ListedModel[] {
    const models: ListedModel[] = [];
    for (const [id, target] of aliasOf) {
      const slash = target.indexOf("/");
      models.push({ id, provider: target.slice(0, slash), model: target.slice(slash + 1), alias: true });
    }
    for (const { upstream } of providers) {
      for (const model of lists.known(upstream.name)) {
        const id = `${upstream.name}/${model}`;
        models.push({ id, provider: upstream.name, model, alias: false });
      }
    }
    return models.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  /** A provider that has not been asked for its models yet may have it. */
  async function findAnew(model: string, signal: AbortSignal): Promise<Target> {
    await lists.refresh(signal);
    const found = find(model);
    if (found !== undefined) return found;
    const available = listed().map(({ id }) => id);
    const rest = available.length === 0 ? "none: no provider is configured" : available.join(", ");
    throw new GatewayError(
      "model_not_found",
      `Model '${model}' not found in configuration. Available models: ${rest}`,
      {
        param: "model",
      },
    );
  }

  return {
    plan: (model, signal) => find(model) ?? findAnew(model, signal),
    async listModels(signal) {
      await lists.refresh(signal);
      return listed();
    },
    knownModels: (provider) => lists.known(provider),
  };
}
