import { GatewayError } from "../core/error.ts";
import type { PlanSpec, RoutingSettings, TargetSpec } from "../core/routing.ts";
import { fallbackDefaults } from "../core/routing.ts";
import type { Catalogue } from "./catalogue.ts";

/** A provider, as far as names are concerned. */
export interface NamedProvider {
  readonly name: string;
  /** What bare names of this provider's models begin with, for example "gpt-". */
  readonly modelPrefixes: readonly string[];
}

/** What a name means. */
export interface Meaning {
  readonly plan: PlanSpec;
  /** Whether it is a name of the configuration. */
  readonly alias: boolean;
}

export interface Names {
  /** undefined: nobody is known to have such a model. Throws GatewayError for a name that several providers have. */
  find(name: string): Meaning | undefined;
}

/** A target as it is when nothing is said of it. */
const plainTarget = (provider: string, model: string): TargetSpec => ({
  provider,
  model,
  weight: 1,
  timeoutMs: undefined,
  retries: undefined,
  params: undefined,
});

const mostRecent = 1000;

/** Names are those of plans, "provider/model", or bare names of models that exactly one provider has. */
export function createNames(
  providers: readonly NamedProvider[],
  plans: ReadonlyMap<string, PlanSpec>,
  { hedge, affinity }: RoutingSettings,
  catalogue: Catalogue,
): Names {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));

  const single = (provider: string, model: string): Meaning => ({
    alias: false,
    plan: {
      strategy: "fallback",
      targets: [plainTarget(provider, model)],
      when: [],
      fallbackOn: fallbackDefaults,
      hedge,
      affinity,
    },
  });

  /** What was asked for before: most calls are for few models. */
  const recent = new Map<string, Meaning>();

  function qualified(name: string): Meaning | undefined {
    const known = recent.get(name);
    if (known !== undefined) return known;
    const slash = name.indexOf("/");
    const provider = slash > 0 ? name.slice(0, slash) : "";
    if (!byName.has(provider)) return undefined;
    const meaning = single(provider, name.slice(slash + 1));
    if (recent.size >= mostRecent) recent.clear(); // clients may ask for any name
    recent.set(name, meaning);
    return meaning;
  }

  /** By the providers' own lists first, then by the usual prefixes. */
  function bare(name: string): Meaning | undefined {
    const having = providers.filter((provider) => catalogue.find(provider.name, name) !== undefined);
    const fitting = providers.filter(({ modelPrefixes }) => modelPrefixes.some((prefix) => name.startsWith(prefix)));
    const found = having.length > 0 ? having : fitting;
    const [only, another] = found;
    if (only === undefined) return undefined;
    if (another === undefined) return single(only.name, name);
    const ways = found.map((provider) => `'${provider.name}/${name}'`).join(", ");
    throw new GatewayError("invalid_request", `Several providers have the model '${name}'. Ask for one of: ${ways}.`, {
      param: "model",
    });
  }

  return {
    find(name) {
      const plan = plans.get(name);
      return plan === undefined ? (qualified(name) ?? bare(name)) : { plan, alias: true };
    },
  };
}
