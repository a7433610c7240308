import type { GatewayError } from "../../core/error.ts";
import type {
  BreakerStatus,
  CredentialAction,
  CredentialStatus,
  LatencyStatus,
  RateLimits,
} from "../../core/health.ts";
import type { Credential } from "../../core/ports.ts";
import type { BreakerSettings, ProviderSpec } from "../../core/routing.ts";
import type { SkipReason } from "../../core/trail.ts";

/**
 * How providers, their credentials and their models are doing: what was served, what failed, what may not be asked for a
 * while. It outlives a reload of the configuration, and by its snapshots a restart. All of it is memory and arithmetic:
 * time comes from the clock it was made with, chance from its source of chance, and nothing waits.
 */
export interface Health {
  /** Puts a configuration in force: what is known of credentials that stay is kept, by their secrets. */
  configure(providers: ReadonlyMap<string, ProviderSpec>, breaker: BreakerSettings | undefined): void;
  /**
   * The credential that should serve this model now. A provider without credentials has one that is nobody's: it has
   * cooldowns, too.
   */
  pick(provider: string, model: string, wishes: PickWishes): Pick;
  /** A handle of its own for each call: what one request entered by, it settles or leaves by. */
  breaker(provider: string, model: string): Breaker;
  latency(provider: string, model: string): Latency;
  credentials(): readonly CredentialStatus[];
  setCredential(provider: string, name: string, action: CredentialAction): CredentialStatus | undefined;
  breakers(): readonly BreakerStatus[];
  resetBreaker(provider: string, model: string): BreakerStatus | undefined;
  latencies(): readonly LatencyStatus[];
  /**
   * What has changed since the last call, by key ("credential/<id>", "breaker/<provider>/<model>"): for the store.
   * undefined: to be removed. No secret is in it.
   */
  changes(): ReadonlyMap<string, string | undefined>;
  /**
   * What was stored. Before anything is served, and before or after the first `configure`. Entries that cannot be read,
   * are too old, or are of a time that has not come, are as if they were not there; other keys are no matter.
   */
  restore(entries: ReadonlyMap<string, string>): void;
}

export interface PickWishes {
  /** The credential whose prompt cache this conversation has warmed, by its id: chosen when it can serve and is not overloaded. */
  readonly prefer?: string | undefined;
  /** Ids of credentials that failed in this exchange already. */
  readonly without?: ReadonlySet<string> | undefined;
  /** Only this one, by its name. */
  readonly only?: string | undefined;
}

export interface Pick {
  /** undefined: none can serve. Otherwise it is taken, and has to be given back by one of its `end…` methods, once. */
  readonly held: HeldCredential | undefined;
  /**
   * The others, as far as they were looked at, and why they do not serve. Of several reasons the first of: disabled,
   * locked, cooling, failed (it is in `without`), busy, rpm, tpm.
   */
  readonly skipped: readonly SkippedCredential[];
}

export interface SkippedCredential {
  readonly name: string;
  readonly why: SkipReason;
  /** When it may serve again, in ms since 1970. undefined: not known. */
  readonly until: number | undefined;
  /** What brought it there: of those that are locked or cooling. */
  readonly error: GatewayError | undefined;
}

/** A credential held for one request to one model: it counts as in flight, and as a request in its windows. */
export interface HeldCredential {
  /** Names it across restarts without saying anything about the secret. */
  readonly id: string;
  /** undefined: the provider needs none. */
  readonly credential: Credential | undefined;
  /** What the head of an answer told. */
  told(limits: RateLimits): void;
  /** It served: cooldown steps begin anew. */
  endOk(tokens: number, costNanoUsd: bigint): void;
  /**
   * rate_limited and quota_exceeded set a cooldown for the model or its quota group: for as long as the error says, or as
   * the limits told say, or 10, 30, 60, 120, 300 s for each such failure in a row. upstream_unauthenticated locks the
   * credential for 5 minutes, permission_denied locks it for this model. Anything else only counts as a failure.
   */
  endFailed(error: GatewayError, tokens: number): void;
  /** Left by us: it says nothing. */
  endLeft(tokens: number): void;
}

/**
 * One request's handle on the breaker of one model of one provider. Closed: serves. Open: refuses. Half-open: lets one
 * request at a time try. What a handle did not enter, it cannot settle: that changes nothing.
 */
export interface Breaker {
  /** Whether a request may go now. In a half-open breaker `true` is the one trial: `settle` or `leave` has to follow. */
  tryEnter(): boolean;
  /** When it lets a request try, in ms since 1970. undefined: now, or as soon as the trial that runs has ended. */
  readonly triesAt: number | undefined;
  /** `failed`: of the network or the server. A rate limit, or a request that was wrong, is no failure. */
  settle(failed: boolean): void;
  /** The answer has begun. In a half-open breaker the trial has shown what it had to show: it closes. */
  begun(): void;
  /** The request was left: it says nothing. */
  leave(): void;
}

export interface Latency {
  /** Exponentially weighted moving averages over what was served. undefined: nothing was, or it is long ago. */
  readonly firstTokenUs: number | undefined;
  readonly tokensPerSecond: number | undefined;
  /** The time within which 95 of 100 answers began. undefined: too few are known. Streams and whole answers apart. */
  p95Us(stream: boolean): number | undefined;
  readonly inFlight: number;
  enter(): void;
  leave(): void;
  began(stream: boolean, afterUs: number): void;
  served(outputTokens: number, overUs: number): void;
}
