import type { Clock } from "../../core/clock.ts";
import type { BreakerSettings } from "../../core/routing.ts";
import { alwaysClosed, BreakerHandle, BreakerState } from "./breaker.ts";
import { ByModel } from "./by-model.ts";
import type { CredentialState } from "./credentials.ts";
import { ModelLatency } from "./latency.ts";
import { Pool } from "./pool.ts";
import { readBreaker, readCredential, writeBreaker, writeCredential } from "./state.ts";
import type { Health } from "./types.ts";

export interface HealthDeps {
  readonly clock: Clock;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
}

const credentialKeys = "credential/";
const breakerKeys = "breaker/";

/** Knows nothing of any provider before `configure`. */
export function createHealth({ clock, random }: HealthDeps): Health {
  const now = () => clock.now();
  let pools: ReadonlyMap<string, Pool> = new Map();
  let settings: BreakerSettings | undefined;
  const latencies = new ByModel<ModelLatency>(({ inFlight }) => inFlight > 0);
  const breakers = new ByModel<BreakerState>(({ openSince }) => openSince !== undefined);
  /** Keys of what is no more, and may be in the store. */
  const gone = new Set<string>();
  /** What was restored and is not looked at yet: it waits for a configuration. */
  let stored: ReadonlyMap<string, string> = new Map();

  function* states(): Generator<CredentialState> {
    for (const pool of pools.values()) yield* pool.credentials;
  }

  function breakerOf(provider: string, model: string, inForce: BreakerSettings): BreakerState {
    const known = breakers.use(provider, model);
    if (known !== undefined) return known;
    const fresh = new BreakerState(inForce, now);
    const dropped = breakers.set(provider, model, fresh);
    if (dropped !== undefined) gone.add(breakerKey(provider, dropped));
    return fresh;
  }

  function latencyOf(provider: string, model: string): ModelLatency {
    const known = latencies.use(provider, model);
    if (known !== undefined) return known;
    const fresh = new ModelLatency(now);
    latencies.set(provider, model, fresh);
    return fresh;
  }

  function configureBreakers(inForce: BreakerSettings | undefined): void {
    settings = inForce;
    for (const [provider, model, state] of [...breakers.entries()]) {
      if (inForce !== undefined && pools.has(provider)) state.configure(inForce);
      else {
        breakers.delete(provider, model);
        gone.add(breakerKey(provider, model));
      }
    }
  }

  /** Gives what was stored to those it is of. What is left is of nobody, and is to be removed. */
  function adopt(): void {
    const left = new Map(stored);
    stored = new Map();
    for (const state of states()) {
      const key = credentialKeys + state.id;
      const text = left.get(key);
      if (text !== undefined) readCredential(state, text, clock.now());
      left.delete(key);
    }
    for (const [key, text] of left) if (!adoptBreaker(key, text) && isOurs(key)) gone.add(key);
  }

  function adoptBreaker(key: string, text: string): boolean {
    const [, provider, model] = /^breaker\/([^/]*)\/(.*)$/s.exec(key) ?? [];
    const since = readBreaker(text, clock.now());
    if (provider === undefined || model === undefined || since === undefined) return false;
    if (settings === undefined || !pools.has(provider)) return false;
    breakerOf(provider, model, settings).restoreOpen(since);
    return true;
  }

  return {
    configure(providers, breaker) {
      const known = new Map(Array.from(states(), (state) => [state.id, state]));
      pools = new Map(Array.from(providers, ([name, spec]) => [name, new Pool(name, spec, known, { now, random })]));
      for (const { id } of states()) known.delete(id);
      for (const id of known.keys()) gone.add(credentialKeys + id);
      for (const [provider, model] of [...latencies.entries()]) {
        if (!pools.has(provider)) latencies.delete(provider, model);
      }
      configureBreakers(breaker);
      if (pools.size > 0) adopt();
    },
    pick: (provider, model, wishes) => pools.get(provider)?.pick(model, wishes) ?? { held: undefined, skipped: [] },
    breaker: (provider, model) =>
      settings === undefined ? alwaysClosed : new BreakerHandle(breakerOf(provider, model, settings)),
    latency: latencyOf,
    credentials: () => Array.from(states(), (state) => state.status()),
    setCredential(provider, name, action) {
      const state = pools.get(provider)?.find(name);
      state?.act(action);
      return state?.status();
    },
    breakers: () => Array.from(breakers.sorted(), ([provider, model, state]) => state.status(provider, model)),
    resetBreaker(provider, model) {
      const state = breakers.peek(provider, model);
      state?.close();
      return state?.status(provider, model);
    },
    latencies: () => Array.from(latencies.sorted(), ([provider, model, state]) => state.status(provider, model)),
    changes() {
      const changes = new Map<string, string | undefined>();
      for (const key of gone) changes.set(key, undefined);
      gone.clear();
      for (const state of states()) {
        if (!state.changed) continue;
        state.changed = false;
        changes.set(credentialKeys + state.id, writeCredential(state, clock.now()));
      }
      for (const [provider, model, state] of breakers.entries()) {
        if (!state.changed) continue;
        state.changed = false;
        changes.set(breakerKey(provider, model), writeBreaker(state));
      }
      return changes;
    },
    restore(entries) {
      stored = entries;
      if (pools.size > 0) adopt();
    },
  };
}

const breakerKey = (provider: string, model: string): string => `${breakerKeys}${provider}/${model}`;

const isOurs = (key: string): boolean => key.startsWith(credentialKeys) || key.startsWith(breakerKeys);
