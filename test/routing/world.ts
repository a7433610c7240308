import { GatewayError } from "../../src/core/error.ts";
import type { Pricing, Upstream } from "../../src/core/ports.ts";
import {
  fallbackDefaults,
  type PlanSpec,
  type Route,
  type RouteRequest,
  type Router,
  type RoutingSettings,
  type TargetSpec,
} from "../../src/core/routing.ts";
import { newTrail, type Trail } from "../../src/core/trail.ts";
import { createAffinity } from "../../src/routing/affinity.ts";
import { createHealth } from "../../src/routing/health/index.ts";
import type { Health } from "../../src/routing/health/types.ts";
import { createRouter } from "../../src/routing/index.ts";
import { chance, credential, FakeClock, provider } from "./health/fixtures.ts";

/** A router over providers that are never asked: what an attempt comes to, the test says. */

export interface World {
  readonly clock: FakeClock;
  readonly health: Health;
  readonly router: Router;
  route(model: string, asked?: Partial<RouteRequest>): { readonly route: Route; readonly trail: Trail };
}

export interface WorldOptions {
  /** Provider → number of its credentials. */
  readonly providers: Readonly<Record<string, number>>;
  readonly plan: Partial<PlanSpec>;
  readonly settings?: Partial<RoutingSettings>;
  readonly seed?: number;
  /** "provider/model" → prices and windows that are known. */
  readonly known?: Readonly<Record<string, { input: bigint; output: bigint; contextWindow: number }>>;
}

const settings: RoutingSettings = {
  retries: 2,
  backoff: { firstMs: 250, mostMs: 8000 },
  affinity: true,
  affinityMs: 3_600_000,
  hedge: undefined,
  breaker: { windowMs: 30_000, minRequests: 10, failureRate: 0.5, openMs: 30_000 },
  modelListMs: 600_000,
};

export const target = (name: string, rest: Partial<TargetSpec> = {}): TargetSpec => {
  const [from = "", model = ""] = name.split("/");
  return { provider: from, model, weight: 1, timeoutMs: undefined, retries: undefined, params: undefined, ...rest };
};

/** The plan is asked for as "plan". */
export function createWorld(options: WorldOptions): World {
  const clock = new FakeClock();
  const random = chance(options.seed ?? 1);
  const health = createHealth({ clock, random });
  const specs = new Map(
    Object.entries(options.providers).map(([name, count]) => [
      name,
      provider(Array.from({ length: count }, (_, at) => credential(`${name}-${at}`))),
    ]),
  );
  const all = { ...settings, ...options.settings };
  health.configure(specs, all.breaker);
  const router = createRouter({
    providers: [...specs].map(([name, spec]) => ({ upstream: upstream(name), spec, modelPrefixes: [] })),
    plans: {
      plan: {
        strategy: "fallback",
        targets: [],
        when: [],
        fallbackOn: fallbackDefaults,
        hedge: undefined,
        affinity: true,
        ...options.plan,
      },
    },
    settings: all,
    health,
    affinity: createAffinity(clock, () => all.affinityMs),
    pricing: pricing(options.known ?? {}),
    clock,
    random,
  });
  return {
    clock,
    health,
    router,
    route(model, asked = {}) {
      const trail = newTrail();
      const request: RouteRequest = {
        model,
        operation: "chat",
        stream: true,
        session: undefined,
        trail,
        deadline: clock.now() + 120_000,
        elapsedUs: () => 0,
        chat: () => undefined,
        inputTokens: async () => 0,
        ...asked,
      };
      const route = router.route(request, new AbortController().signal);
      if (route instanceof Promise) throw new Error("this route takes time: await it");
      return { route, trail };
    },
  };
}

const never = (): never => {
  throw new Error("nobody is asked here");
};

const upstream = (name: string): Upstream => ({
  name,
  baseUrl: "http://127.0.0.1",
  tongues: [{ dialect: Object.create(null), variant: undefined, operations: new Set(["chat"]) }],
  ask: never,
  listModels: async () => [],
  close: async () => {},
});

function pricing(known: NonNullable<WorldOptions["known"]>): Pricing {
  return {
    price: never,
    perMillion: (from, model) => known[`${from}/${model}`],
    contextWindow: (from, model) => known[`${from}/${model}`]?.contextWindow,
  };
}

export const failure = (
  code: ConstructorParameters<typeof GatewayError>[0],
  retryAfterMs?: number,
): { readonly kind: "failed"; readonly error: GatewayError } => ({
  kind: "failed",
  error: new GatewayError(code, `it said ${code}`, { retryAfterMs }),
});
