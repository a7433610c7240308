import { GatewayError } from "../../src/core/error.ts";
import type {
  BreakerStatus,
  CredentialStatus,
  LatencyStatus,
  ProviderModels,
  RoutingAdmin,
  WindowUse,
} from "../../src/core/health.ts";

export const useOf = (changes: Partial<WindowUse> = {}): WindowUse => ({
  windowMs: 60_000,
  requests: 0,
  failures: 0,
  tokens: 0,
  costNanoUsd: 0n,
  ...changes,
});

export const credentialOf = (changes: Partial<CredentialStatus> = {}): CredentialStatus => ({
  provider: "one",
  name: "first",
  masked: "sk-…9abc",
  tier: 1,
  weight: 1,
  state: "ready",
  cooldowns: [],
  lockedUntil: undefined,
  lastError: undefined,
  inFlight: 0,
  concurrency: undefined,
  rpm: undefined,
  tpm: undefined,
  minute: useOf(),
  window: useOf({ windowMs: 3_600_500 }),
  limits: [],
  ...changes,
});

export interface RoutingState {
  readonly models: Record<string, ProviderModels>;
  readonly credentials: CredentialStatus[];
  readonly breakers: BreakerStatus[];
  readonly latencies: LatencyStatus[];
}

/** Routing that knows what it is told, and notes what is done to it. */
export function fakeRouting(state: Partial<RoutingState> = {}): RoutingAdmin & { readonly done: unknown[] } {
  const { models = {}, credentials = [], breakers = [], latencies = [] } = state;
  const done: unknown[] = [];
  return {
    done,
    models: (provider) => models[provider] ?? { models: [], listedAt: undefined, error: undefined },
    refreshModels(providers, signal) {
      done.push(["refresh", ...providers, signal.aborted]);
      models.one = { models: ["m", "n"], listedAt: 5_000, error: undefined };
      models.two = {
        models: [],
        listedAt: undefined,
        error: new GatewayError("upstream_unauthenticated", "It refused the key.", { upstreamStatus: 401 }),
      };
      return Promise.resolve();
    },
    credentials: () => credentials,
    setCredential(provider, name, action) {
      done.push([provider, name, action]);
      const found = credentials.find((status) => status.provider === provider && status.name === name);
      return found && { ...found, state: action === "disable" ? "disabled" : "ready" };
    },
    breakers: () => breakers,
    resetBreaker(provider, model) {
      done.push([provider, model]);
      const found = breakers.find((status) => status.provider === provider && status.model === model);
      return found && { ...found, state: "closed", failures: 0 };
    },
    latencies: () => latencies,
  };
}
