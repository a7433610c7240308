import type { GatewayError } from "./error.ts";
import type { SkipReason } from "./trail.ts";

/** What a provider says of one of its limits. Times in ms since 1970. undefined: it does not say. */
export interface RateLimit {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly resetsAt: number | undefined;
}

/** A provider's limits, as the head of an answer tells them. */
export interface RateLimits {
  readonly requests: RateLimit | undefined;
  /** Input and output together. */
  readonly tokens: RateLimit | undefined;
  readonly inputTokens: RateLimit | undefined;
  readonly outputTokens: RateLimit | undefined;
}

/** What was used within a sliding window. */
export interface WindowUse {
  readonly windowMs: number;
  readonly requests: number;
  readonly failures: number;
  /** Input and output together. */
  readonly tokens: number;
  readonly costNanoUsd: bigint;
}

export interface CooldownStatus {
  /** The model, or the patterns of the quota group joined with ", ". */
  readonly scope: string;
  /** In ms since 1970. */
  readonly until: number;
  /** How many in a row came without a time to wait for. 0: the provider said how long. */
  readonly step: number;
  readonly reason: string;
}

export interface CredentialStatus {
  readonly provider: string;
  readonly name: string;
  /** "": the provider needs none. */
  readonly masked: string;
  readonly tier: number;
  readonly weight: number;
  /** "ready", or why it does not serve. "cooling": for some models at least. */
  readonly state: "ready" | Extract<SkipReason, "disabled" | "locked" | "cooling" | "busy" | "rpm" | "tpm">;
  readonly cooldowns: readonly CooldownStatus[];
  /** Until when the provider's refusal of the credential keeps it out, in ms since 1970. */
  readonly lockedUntil: number | undefined;
  /** The last failure: what it was and when, in ms since 1970. */
  readonly lastError: { readonly code: string; readonly message: string; readonly at: number } | undefined;
  readonly inFlight: number;
  readonly concurrency: number | undefined;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  /** The last minute, and the window that rotation counts over. */
  readonly minute: WindowUse;
  readonly window: WindowUse;
  /** As the provider told them last, by model. */
  readonly limits: readonly { readonly model: string; readonly at: number; readonly limits: RateLimits }[];
}

export interface BreakerStatus {
  readonly provider: string;
  readonly model: string;
  readonly state: "closed" | "open" | "half-open";
  /** Within the window. */
  readonly requests: number;
  readonly failures: number;
  /** When an open one lets a request try, in ms since 1970. */
  readonly triesAt: number | undefined;
}

export interface LatencyStatus {
  readonly provider: string;
  readonly model: string;
  /** Moving averages; undefined until something was served. */
  readonly firstTokenUs: number | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly p95FirstTokenUs: number | undefined;
  readonly inFlight: number;
}

export interface ProviderModels {
  readonly models: readonly string[];
  /** When the list was had, in ms since 1970. undefined: it never was. */
  readonly listedAt: number | undefined;
  /** Why it could not be had the last time. */
  readonly error: GatewayError | undefined;
}

export type CredentialAction = "enable" | "disable" | "clear";

/** Routing, as those who look after the gateway see it and act on it. */
export interface RoutingAdmin {
  models(provider: string): ProviderModels;
  /** Asks these providers, or all for an empty list, for their models anew. Never rejects. */
  refreshModels(providers: readonly string[], signal: AbortSignal): Promise<void>;
  credentials(): readonly CredentialStatus[];
  /** "clear" ends cooldowns and the lock. Returns the new state; undefined: there is no such credential. */
  setCredential(provider: string, name: string, action: CredentialAction): CredentialStatus | undefined;
  breakers(): readonly BreakerStatus[];
  /** Closes it and forgets its failures. Returns the new state; undefined: there is no such breaker. */
  resetBreaker(provider: string, model: string): BreakerStatus | undefined;
  latencies(): readonly LatencyStatus[];
}

/** Small texts by key that outlive a restart. */
export interface StateStore {
  load(): Promise<ReadonlyMap<string, string>>;
  /** Writes these; undefined removes. Rejects with GatewayError "unavailable". */
  save(entries: ReadonlyMap<string, string | undefined>): Promise<void>;
}
