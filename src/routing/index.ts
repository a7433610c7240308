import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { RoutingAdmin } from "../core/health.ts";
import { maskKey } from "../core/mask.ts";
import { namesThere } from "../core/names-there.ts";
import type { Credential, Operation, Pricing, Upstream } from "../core/ports.ts";
import type {
  ConditionalTargets,
  ListedModel,
  PlanSpec,
  ProviderSpec,
  Route,
  RouteRequest,
  Router,
  RoutingSettings,
  TargetSpec,
} from "../core/routing.ts";
import { type Affinity, type Conversation, conversationOf, type Place } from "./affinity.ts";
import { createCatalogue } from "./catalogue.ts";
import { holds } from "./conditions.ts";
import type { Health } from "./health/types.ts";
import { createNames, type Meaning } from "./names.ts";
import { inOrder } from "./order.ts";
import { Candidate, PlannedRoute } from "./route.ts";

export interface RoutedProvider {
  readonly upstream: Upstream;
  readonly spec: ProviderSpec;
  /** What bare names of this provider's models begin with, for example "gpt-". */
  readonly modelPrefixes: readonly string[];
}

export interface RouterOptions {
  readonly providers: readonly RoutedProvider[];
  readonly plans: Readonly<Record<string, PlanSpec>>;
  readonly settings: RoutingSettings;
  /** Both outlive the router. `health` is configured with these providers. */
  readonly health: Health;
  readonly affinity: Affinity;
  readonly pricing: Pricing;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Finds where a request goes: by a name of the configuration, as "provider/model", or by a bare name that one provider has. */
export function createRouter(options: RouterOptions): Router & { readonly admin: RoutingAdmin } {
  const { providers, settings, health, affinity, pricing, clock, random } = options;
  const plans = new Map(Object.entries(options.plans));
  const byName = new Map(providers.map((provider) => [provider.upstream.name, provider]));
  const catalogue = createCatalogue({
    providers: providers.map(({ upstream, spec }) => ({
      upstream,
      credential: () => credentialOf(upstream.name, spec, health),
      filter: spec.models,
    })),
    ttlMs: settings.modelListMs,
    clock,
  });
  const named = providers.map(({ upstream, modelPrefixes }) => ({ name: upstream.name, modelPrefixes }));
  const names = createNames(named, plans, settings, catalogue);
  const turns = new Map<string, number>();

  const contextWindow = (provider: string, model: string): number | undefined =>
    catalogue.find(provider, model)?.contextWindow ?? pricing.contextWindow(provider, model);
  const limitsReadAt = new WeakMap<object, number>();
  const routeDeps = { health, affinity, settings, contextWindow, clock, random, limitsReadAt };

  function ordering({ strategy, targets }: PlanSpec, name: string): readonly TargetSpec[] {
    if (targets.length < 2) return targets;
    const turn = (): number => {
      const now = turns.get(name) ?? 0;
      turns.set(name, now + 1);
      return now;
    };
    return inOrder(strategy, targets, { latency: health.latency, pricing: () => pricing, random, turn });
  }

  const allSecrets = new Map<RoutedProvider, ReadonlySet<string>>(
    providers.map((provider) => [provider, new Set(provider.spec.credentials.map(({ secret }) => secret))]),
  );
  const secrets = (provider: RoutedProvider): ReadonlySet<string> => allSecrets.get(provider) ?? new Set();

  function routeOf(meaning: Meaning, asked: RouteRequest): Route | Promise<Route> {
    const decided = decide(meaning.plan.when, asked);
    return decided instanceof Promise
      ? decided.then((chosen) => routeThrough(meaning, chosen, asked))
      : routeThrough(meaning, decided, asked);
  }

  function routeThrough({ plan, alias }: Meaning, chosen: Decision | undefined, asked: RouteRequest): Route {
    const { trail } = asked;
    const conversation = hasChoice(plan) ? conversationFor(asked) : undefined;
    const place = conversation?.continued === true ? affinity.find(conversation.key) : undefined;
    const ordered = chosen?.use ?? ordering(plan, asked.model);
    const candidates = candidatesOf(placeFirst(ordered, place), asked, alias);
    trail.strategy = alias && chosen === undefined ? plan.strategy : "";
    trail.condition = chosen?.name ?? "";
    trail.candidates = candidates.map(({ name }) => name);
    trail.plannedUs = asked.elapsedUs();
    const { fallbackOn, hedge } = plan;
    if (asked.only?.credential !== undefined) checkCredential(asked.only.credential, candidates);
    return new PlannedRoute({ candidates, fallbackOn, hedge, conversation, place }, asked, routeDeps);
  }

  /** Whether it matters where a conversation goes. */
  function hasChoice({ targets, when, affinity: wanted }: PlanSpec): boolean {
    if (!wanted) return false;
    if (targets.length > 1 || when.length > 0) return true;
    const [only] = targets;
    return only !== undefined && (byName.get(only.provider)?.spec.credentials.length ?? 0) > 1;
  }

  /** Targets that could serve. Throws what is wrong with them when there are none. `alias`: by a name of the configuration. */
  function candidatesOf(
    targets: readonly TargetSpec[],
    asked: RouteRequest,
    alias: boolean,
  ): [Candidate, ...Candidate[]] {
    const candidates: Candidate[] = [];
    let refusal: GatewayError | undefined;
    for (const spec of targets) {
      const provider = byName.get(spec.provider);
      if (provider === undefined) continue; // the configuration was checked
      const { upstream } = provider;
      const fault = unfit(spec, upstream, asked.operation, alias);
      if (fault === undefined) candidates.push(new Candidate(spec, upstream, secrets(provider)));
      else {
        refusal ??= fault;
        if (fault.code === "not_supported") noteUnable(spec, asked);
      }
    }
    const [first, ...others] = candidates;
    if (first !== undefined) return [first, ...others];
    throw refusal ?? nothingFor(asked.model);
  }

  function noteUnable({ provider, model }: TargetSpec, asked: RouteRequest): void {
    const target = `${provider}/${model}`;
    const atUs = asked.elapsedUs();
    asked.trail.steps.push({ kind: "skipped", atUs, target, credential: "", why: "not_supported", until: undefined });
  }

  function checkCredential(wanted: string, candidates: readonly Candidate[]): void {
    const names = candidates.flatMap(({ spec: { provider } }) =>
      (byName.get(provider)?.spec.credentials ?? []).map(({ name }) => name),
    );
    if (names.includes(wanted)) return;
    const message = `There is no credential '${wanted}' for this model. ${namesThere(names)}`;
    throw new GatewayError("invalid_request", message, { param: "credential" });
  }

  function unfit(
    { provider, model }: TargetSpec,
    upstream: Upstream,
    operation: Operation,
    alias: boolean,
  ): GatewayError | undefined {
    // the rules are about what clients may ask for: a plan is the configuration's own choice
    if (!alias && !catalogue.isAllowed(provider, model)) {
      const what = `The model '${model}' of '${provider}' is not offered here: the provider's 'models' rules leave it out.`;
      return new GatewayError("model_not_found", what, { param: "model" });
    }
    // a count is estimated where the provider has none
    if (operation === "count" || upstream.tongues.some(({ operations }) => operations.has(operation))) return undefined;
    return new GatewayError("not_supported", `The provider '${provider}' has no ${operation}. Ask another provider.`, {
      provider,
    });
  }

  function listed(): ListedModel[] {
    const models: ListedModel[] = [];
    const add = (id: string, provider: string, model: string, alias: boolean): void => {
      const known = catalogue.find(provider, model);
      models.push({
        id,
        provider,
        model,
        alias,
        contextWindow: contextWindow(provider, model),
        inputModalities: known?.inputModalities,
        created: known?.created,
      });
    };
    for (const [id, { targets, when }] of plans) {
      const first = targets[0] ?? when[0]?.use[0];
      if (first !== undefined) add(id, first.provider, first.model, true);
    }
    for (const { upstream } of providers) {
      for (const { name } of catalogue.known(upstream.name))
        add(`${upstream.name}/${name}`, upstream.name, name, false);
    }
    return models.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  /** A provider that has not been asked for its models yet may have it. */
  async function routeAnew(asked: RouteRequest, signal: AbortSignal): Promise<Route> {
    await catalogue.whenKnown(signal);
    signal.throwIfAborted();
    const found = names.find(asked.model);
    if (found !== undefined) return routeOf(found, asked);
    const available = listed().map(({ id }) => id);
    const rest = available.length === 0 ? "none: no provider is configured" : available.join(", ");
    throw new GatewayError(
      "model_not_found",
      `Model '${asked.model}' not found in configuration. Available models: ${rest}`,
      { param: "model" },
    );
  }

  return {
    route(asked, signal) {
      const found = names.find(asked.model);
      return found === undefined ? routeAnew(asked, signal) : routeOf(found, asked);
    },
    async listModels(signal) {
      await catalogue.whenKnown(signal);
      return listed();
    },
    admin: {
      models: (provider) => catalogue.status(provider),
      refreshModels: (wanted, signal) => catalogue.refresh(wanted, signal),
      credentials: () => health.credentials(),
      setCredential: (provider, name, action) => health.setCredential(provider, name, action),
      breakers: () => health.breakers(),
      resetBreaker: (provider, model) => health.resetBreaker(provider, model),
      latencies: () => health.latencies(),
    },
  };
}

/** The first that is neither switched off nor refused. */
function credentialOf(provider: string, { credentials }: ProviderSpec, health: Health): Credential | undefined {
  const out = new Set(
    health
      .credentials()
      .filter(({ provider: of, state }) => of === provider && (state === "disabled" || state === "locked"))
      .map(({ name }) => name),
  );
  const able = credentials.find(({ name }) => !out.has(name)) ?? credentials[0];
  return able && { ...able, masked: maskKey(able.secret) };
}

interface Decision {
  /** For example "when[1]". */
  readonly name: string;
  readonly use: readonly TargetSpec[];
}

/** The first condition that holds; those after one that takes time are looked at when it is known. */
function decide(
  when: readonly ConditionalTargets[],
  asked: RouteRequest,
  from = 0,
): Decision | undefined | Promise<Decision | undefined> {
  for (const [at, { condition, use }] of when.entries()) {
    if (at < from) continue;
    const decision = { name: `when[${at}]`, use };
    const held = holds(condition, asked);
    if (held instanceof Promise) return held.then((is) => (is ? decision : decide(when, asked, at + 1)));
    if (held) return decision;
  }
  return undefined;
}

/** What the client sent may be wrong in a way that its provider has to tell it, not we. */
function conversationFor(asked: RouteRequest): Conversation | undefined {
  const conversation = conversationOf(asked.session, () => asked.chat());
  return conversation && { ...conversation, key: `${asked.model} ${conversation.key}` };
}

function placeFirst(targets: readonly TargetSpec[], place: Place | undefined): readonly TargetSpec[] {
  if (place === undefined) return targets;
  const at = targets.findIndex(({ provider, model }) => provider === place.provider && model === place.model);
  const there = targets[at];
  return there === undefined || at === 0 ? targets : [there, ...targets.filter((target) => target !== there)];
}

const nothingFor = (model: string): GatewayError =>
  new GatewayError(
    "model_not_found",
    `No target of '${model}' can be asked: none is enabled, and none of its conditions holds.`,
    { param: "model" },
  );
