import { type ErrorCode, GatewayError } from "../../../src/core/error.ts";
import type { RateLimits } from "../../../src/core/health.ts";
import type { BreakerSettings, CredentialSpec, ProviderSpec, RotationSettings } from "../../../src/core/routing.ts";
import { createHealth } from "../../../src/routing/health/index.ts";
import type { Health, HeldCredential, PickWishes } from "../../../src/routing/health/types.ts";

export const start = Date.UTC(2026, 10, 21, 12);
export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** A clock that stands still until it is turned. */
export class FakeClock {
  #now = start;
  #micros = 0;
  now = (): number => this.#now;
  micros = (): number => this.#micros;
  advance(ms: number): void {
    this.#now += ms;
    this.#micros += ms * 1000;
  }
  /** The clock of the wall only: somebody set it. */
  set(now: number): void {
    this.#now = now;
  }
}

/** Numbers that look like chance, the same in each run (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const credential = (name: string, rest: Partial<CredentialSpec> = {}): CredentialSpec => ({
  secret: `sk-secret-of-${name}-0123456789`,
  name,
  weight: 1,
  tier: 1,
  concurrency: undefined,
  rpm: undefined,
  tpm: undefined,
  ...rest,
});

export const balanced: RotationSettings = { mode: "balanced", tolerance: 0, windowMs: hour };
export const sequential: RotationSettings = { ...balanced, mode: "sequential" };

export const provider = (credentials: readonly CredentialSpec[], rest: Partial<ProviderSpec> = {}): ProviderSpec => ({
  credentials,
  rotation: balanced,
  quotaGroups: [],
  models: { allow: [], deny: [] },
  ...rest,
});

export const breakers: BreakerSettings = { windowMs: minute, minRequests: 4, failureRate: 0.5, openMs: 30 * second };

/** A health that knows the one provider "acme". */
export class Bench {
  readonly clock = new FakeClock();
  readonly health: Health;
  spec: ProviderSpec;

  constructor(
    spec: ProviderSpec,
    random: () => number = () => 0,
    breaker: BreakerSettings | undefined = breakers,
    before?: { readonly store: ReadonlyMap<string, string>; readonly now: number },
  ) {
    this.health = createHealth({ clock: this.clock, random });
    this.spec = spec;
    if (before !== undefined) {
      this.clock.set(before.now);
      this.health.restore(before.store);
    }
    this.health.configure(new Map([["acme", spec]]), breaker);
  }

  configure(spec: ProviderSpec): void {
    this.spec = spec;
    this.health.configure(new Map([["acme", spec]]), breakers);
  }

  pick(model = "m", wishes: PickWishes = {}) {
    return this.health.pick("acme", model, wishes);
  }

  hold(model = "m", wishes: PickWishes = {}): HeldCredential {
    const { held, skipped } = this.pick(model, wishes);
    if (held === undefined) throw new Error(`nothing can serve: ${JSON.stringify(skipped)}`);
    return held;
  }

  /** Serves one request; returns the credential's name. */
  serve(model = "m", wishes: PickWishes = {}): string {
    const held = this.hold(model, wishes);
    held.endOk(0, 0n);
    return held.credential?.name ?? "";
  }

  fail(error: GatewayError, model = "m", wishes: PickWishes = {}): void {
    this.hold(model, wishes).endFailed(error, 0);
  }

  /** Why nothing serves, in short. */
  why(model = "m", wishes: PickWishes = {}): string {
    const { held, skipped } = this.pick(model, wishes);
    held?.endLeft(0);
    if (held !== undefined) return "serves";
    return skipped
      .map(({ name, why, until }) => `${name} ${why}${until === undefined ? "" : ` ${until - this.clock.now()}`}`)
      .join(", ");
  }

  status(name: string) {
    const found = this.health.credentials().find((one) => one.name === name);
    if (found === undefined) throw new Error(`no credential '${name}'`);
    return found;
  }

  /** How many of `count` requests each credential served. */
  shares(count: number, model = "m"): Record<string, number> {
    const shares: Record<string, number> = {};
    for (let n = 0; n < count; n += 1) {
      const name = this.serve(model);
      shares[name] = (shares[name] ?? 0) + 1;
    }
    return shares;
  }
}

export const failure = (code: ErrorCode, retryAfterMs?: number): GatewayError =>
  new GatewayError(code, `The provider said ${code}.`, { retryAfterMs, upstreamStatus: 429, provider: "acme" });

export const limits = (rest: Partial<RateLimits>): RateLimits => ({
  requests: undefined,
  tokens: undefined,
  inputTokens: undefined,
  outputTokens: undefined,
  ...rest,
});
