import { createHash } from "node:crypto";
import type { GatewayError } from "../../core/error.ts";
import type { CredentialAction, CredentialStatus, RateLimits } from "../../core/health.ts";
import { maskKey } from "../../core/mask.ts";
import type { Credential } from "../../core/ports.ts";
import type { CredentialSpec, RotationSettings } from "../../core/routing.ts";
import { Cooldowns, lasts, lockMs } from "./cooldowns.ts";
import type { QuotaGroups } from "./quota-groups.ts";
import { Recent } from "./recent.ts";
import type { HeldCredential, SkippedCredential } from "./types.ts";
import { column, SlidingWindow, useColumns, useOf } from "./windows.ts";

const minuteMs = 60_000;
/** Of so many models the told limits are kept; the longest unused ones go first. */
const mostTold = 100;

/** Names a credential across restarts without saying anything about its secret. */
export const credentialId = (provider: string, secret: string): string =>
  `${provider}/${createHash("sha256").update(secret).digest("hex").slice(0, 16)}`;

/** The one of a provider that needs none. */
export const nobodys: CredentialSpec = {
  secret: "",
  name: "",
  weight: 1,
  tier: 1,
  concurrency: undefined,
  rpm: undefined,
  tpm: undefined,
};
export const nobodysId = (provider: string): string => `${provider}/anonymous`;

export interface Told {
  readonly at: number;
  readonly limits: RateLimits;
}

/** What is known of one credential. */
export class CredentialState {
  readonly id: string;
  readonly provider: string;
  spec: CredentialSpec;
  /** undefined: the provider needs none. */
  credential: Credential | undefined;
  inFlight = 0;
  disabled = false;
  lock: { readonly until: number; readonly error: GatewayError } | undefined;
  readonly cooldowns: Cooldowns;
  lastError: { readonly code: string; readonly message: string; readonly at: number } | undefined;
  readonly told: Recent<Told> = new Recent(mostTold, () => false);
  readonly minute = new SlidingWindow(minuteMs, useColumns);
  window: SlidingWindow;
  /** Whether others served while it could not: see pool.ts. */
  behind = true;
  /** Whether it can serve the request that is looked at now. */
  able = false;
  /** Whether it has something to store that is not stored yet. */
  changed = false;
  readonly #now: () => number;

  constructor(
    provider: string,
    spec: CredentialSpec,
    rotation: RotationSettings,
    groups: QuotaGroups,
    now: () => number,
  ) {
    this.id = spec === nobodys ? nobodysId(provider) : credentialId(provider, spec.secret);
    this.provider = provider;
    this.spec = spec;
    this.credential = credentialOf(spec);
    this.window = new SlidingWindow(rotation.windowMs, useColumns);
    this.cooldowns = new Cooldowns(groups, now);
    this.#now = now;
  }

  configure(spec: CredentialSpec, rotation: RotationSettings, groups: QuotaGroups): void {
    const before = this.spec;
    this.spec = spec;
    this.credential = credentialOf(spec);
    this.cooldowns.regroup(groups);
    if (rotation.windowMs !== this.window.windowMs) {
      const now = this.#now();
      const window = new SlidingWindow(rotation.windowMs, useColumns);
      window.put(this.window.buckets(now), now);
      this.window = window;
    }
    // the new weight is for what comes: what was is not to be made up for
    if (spec.weight !== before.weight) this.window.scale(column.level, spec.weight / before.weight);
    if (spec.tier !== before.tier) {
      this.window.clear(column.level);
      this.setBehind(true);
    }
  }

  /** Why it cannot serve this model now. undefined: it can. */
  obstacle(model: string, without: ReadonlySet<string> | undefined, now: number): SkippedCredential | undefined {
    if (this.disabled) return this.#skipped("disabled", undefined, undefined);
    if (this.lock !== undefined && lasts(this.lock.until, now)) {
      return this.#skipped("locked", this.lock.until, this.lock.error);
    }
    const refusal = this.cooldowns.refusal(model, now);
    if (refusal !== undefined) return this.#skipped("locked", refusal.until, refusal.error);
    const cooldown = this.cooldowns.limit(model, now);
    if (cooldown !== undefined) return this.#skipped("cooling", cooldown.until, cooldown.error);
    if (without?.has(this.id)) return this.#skipped("failed", undefined, undefined);
    const full = this.#full(now);
    return full === undefined ? undefined : this.#skipped(full.why, full.until, undefined);
  }

  setBehind(behind: boolean): void {
    this.changed ||= this.behind !== behind;
    this.behind = behind;
  }

  /** Begins a request. */
  hold(model: string, now: number): HeldCredential {
    this.inFlight += 1;
    this.minute.add(column.requests, 1, now);
    this.window.add(column.requests, 1, now);
    this.window.add(column.level, 1, now);
    this.changed = true;
    return new Held(this, model, now, this.#now);
  }

  /** Ends one. */
  release(tokens: number, now: number): void {
    this.inFlight -= 1;
    this.#count(column.tokens, tokens, now);
  }

  charge(costNanoUsd: bigint, now: number): void {
    this.#count(column.costNanoUsd, Number(costNanoUsd), now);
  }

  fail(model: string, error: GatewayError, told: RateLimits | undefined, now: number): void {
    this.#count(column.failures, 1, now);
    this.lastError = { code: error.code, message: error.message, at: now };
    switch (error.code) {
      case "rate_limited":
      case "quota_exceeded":
        this.cooldowns.meet(model, error, told, now);
        break;
      case "upstream_unauthenticated":
        this.lock = { until: now + lockMs, error };
        break;
      case "permission_denied":
        this.cooldowns.refuse(model, error, now);
        break;
      default: // says nothing of the credential
    }
  }

  act(action: CredentialAction): void {
    switch (action) {
      case "enable":
        this.disabled = false;
        break;
      case "disable":
        this.disabled = true;
        break;
      case "clear":
        this.lock = undefined;
        this.cooldowns.clear();
        break;
      default:
        action satisfies never;
    }
    this.changed = true;
  }

  status(): CredentialStatus {
    const now = this.#now();
    const cooldowns = this.cooldowns.status(now);
    const lockedUntil = this.lock !== undefined && lasts(this.lock.until, now) ? this.lock.until : undefined;
    const { name, tier, weight, concurrency, rpm, tpm } = this.spec;
    const out = this.disabled ? "disabled" : lockedUntil !== undefined ? "locked" : undefined;
    return {
      provider: this.provider,
      name,
      masked: this.credential?.masked ?? "",
      tier,
      weight,
      state: out ?? (cooldowns.length > 0 ? "cooling" : (this.#full(now)?.why ?? "ready")),
      cooldowns,
      lockedUntil,
      lastError: this.lastError,
      inFlight: this.inFlight,
      concurrency,
      rpm,
      tpm,
      minute: useOf(this.minute, now),
      window: useOf(this.window, now),
      limits: this.told.sorted().map(([model, { at, limits }]) => ({ model, at, limits })),
    };
  }

  /** Which of its configured limits it is at. */
  #full(now: number): { why: "busy" | "rpm" | "tpm"; until: number | undefined } | undefined {
    const { concurrency, rpm, tpm } = this.spec;
    if (concurrency !== undefined && this.inFlight >= concurrency) return { why: "busy", until: undefined };
    if (rpm !== undefined && this.minute.total(column.requests, now) >= rpm) {
      return { why: "rpm", until: this.minute.belowAt(column.requests, rpm, now) };
    }
    if (tpm !== undefined && this.minute.total(column.tokens, now) >= tpm) {
      return { why: "tpm", until: this.minute.belowAt(column.tokens, tpm, now) };
    }
    return undefined;
  }

  #count(of: number, amount: number, now: number): void {
    this.minute.add(of, amount, now);
    this.window.add(of, amount, now);
    this.changed = true;
  }

  #skipped(
    why: SkippedCredential["why"],
    until: number | undefined,
    error: GatewayError | undefined,
  ): SkippedCredential {
    return { name: this.spec.name, why, until, error };
  }
}

const credentialOf = (spec: CredentialSpec): Credential | undefined =>
  spec === nobodys ? undefined : { name: spec.name, secret: spec.secret, masked: maskKey(spec.secret) };

/** One request on a credential. Its first end counts; one that ends after its credential is gone disturbs nobody. */
class Held implements HeldCredential {
  readonly id: string;
  readonly credential: Credential | undefined;
  readonly #state: CredentialState;
  readonly #model: string;
  readonly #begunAt: number;
  readonly #now: () => number;
  #told: RateLimits | undefined;
  #ended = false;

  constructor(state: CredentialState, model: string, begunAt: number, now: () => number) {
    this.id = state.id;
    this.credential = state.credential;
    this.#state = state;
    this.#model = model;
    this.#begunAt = begunAt;
    this.#now = now;
  }

  told(limits: RateLimits): void {
    this.#told = limits;
    this.#state.told.set(this.#model, { at: this.#now(), limits });
    this.#state.changed = true;
  }

  endOk(tokens: number, costNanoUsd: bigint): void {
    if (!this.#end(tokens)) return;
    this.#state.charge(costNanoUsd, this.#now());
    this.#state.cooldowns.served(this.#model, this.#begunAt);
  }

  endFailed(error: GatewayError, tokens: number): void {
    if (this.#end(tokens)) this.#state.fail(this.#model, error, this.#told, this.#now());
  }

  endLeft(tokens: number): void {
    this.#end(tokens);
  }

  #end(tokens: number): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#state.release(tokens, this.#now());
    return true;
  }
}
