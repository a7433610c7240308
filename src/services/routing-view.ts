import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import {
  type BreakerSchema,
  BreakerState,
  type CredentialQuotaSchema,
  type CredentialSchema,
  CredentialState,
  type ModelLimitsSchema,
  type ProviderQuotaSchema,
  type ProviderSchema,
  type RateLimitSchema,
  type WindowUseSchema,
} from "../../gen/causeway/admin/v1/admin_pb.ts";
import type { BreakerStatus, CredentialStatus, RateLimit, RoutingAdmin, WindowUse } from "../core/health.ts";
import { errorDetail } from "./connect-error.ts";
import { int64, optionalInt64, optionalTime } from "./wire-numbers.ts";

/** A provider, as it is configured. */
export interface ProviderFacts {
  readonly name: string;
  readonly dialect: string;
  readonly baseUrl: string;
  /** Masked. */
  readonly credentials: readonly string[];
}

/** The providers by name, with their models and the state of their credentials. */
export function describeProviders(
  providers: readonly ProviderFacts[],
  routing: RoutingAdmin,
): MessageInitShape<typeof ProviderSchema>[] {
  const ready = new Map<string, number>();
  for (const { provider, masked, state } of routing.credentials()) {
    if (masked !== "" && state === "ready") ready.set(provider, (ready.get(provider) ?? 0) + 1);
  }
  return sortedBy(providers, ({ name }) => name).map(({ name, dialect, baseUrl, credentials }) => {
    const { models, listedAt, error } = routing.models(name);
    return {
      name,
      dialect,
      baseUrl,
      credentials: [...credentials],
      models: [...models],
      modelsListedAt: optionalTime(listedAt),
      listError: error && errorDetail(error, ""),
      credentialCount: credentials.length,
      credentialsReady: ready.get(name) ?? 0,
    };
  });
}

/** What was used and what is left of these providers. */
export function describeQuota(
  providers: readonly string[],
  routing: RoutingAdmin,
): MessageInitShape<typeof ProviderQuotaSchema>[] {
  const credentials = Map.groupBy(routing.credentials(), ({ provider }) => provider);
  const latencies = Map.groupBy(routing.latencies(), ({ provider }) => provider);
  return providers.toSorted().map((provider) => ({
    provider,
    credentials: (credentials.get(provider) ?? []).map(quotaOf),
    latencies: (latencies.get(provider) ?? []).map(({ model, tokensPerSecond, inFlight, ...latency }) => ({
      model,
      firstTokenUs: optionalInt64(latency.firstTokenUs),
      p95FirstTokenUs: optionalInt64(latency.p95FirstTokenUs),
      tokensPerSecond,
      inFlight,
    })),
  }));
}

const quotaOf = (status: CredentialStatus): MessageInitShape<typeof CredentialQuotaSchema> => ({
  name: status.name,
  masked: status.masked,
  minute: windowOf(status.minute),
  window: windowOf(status.window),
  limits: status.limits.map(limitsOf),
});

const limitsOf = ({
  model,
  at,
  limits,
}: CredentialStatus["limits"][number]): MessageInitShape<typeof ModelLimitsSchema> => ({
  model,
  toldAt: optionalTime(at),
  requests: limitOf(limits.requests),
  tokens: limitOf(limits.tokens),
  inputTokens: limitOf(limits.inputTokens),
  outputTokens: limitOf(limits.outputTokens),
});

const limitOf = (limit: RateLimit | undefined): MessageInitShape<typeof RateLimitSchema> | undefined =>
  limit && {
    limit: optionalInt64(limit.limit),
    remaining: optionalInt64(limit.remaining),
    resetsAt: optionalTime(limit.resetsAt),
  };

const windowOf = (use: WindowUse): MessageInitShape<typeof WindowUseSchema> => ({
  length: durationFromMs(use.windowMs),
  requests: int64(use.requests),
  failures: int64(use.failures),
  tokens: int64(use.tokens),
  costNanoUsd: use.costNanoUsd,
});

export const durationFromMs = (ms: number): Pick<Duration, "seconds" | "nanos"> => ({
  seconds: BigInt(Math.floor(ms / 1000)),
  nanos: Math.floor(ms % 1000) * 1_000_000,
});

const credentialStates: Readonly<Record<CredentialStatus["state"], CredentialState>> = {
  ready: CredentialState.READY,
  disabled: CredentialState.DISABLED,
  locked: CredentialState.LOCKED,
  cooling: CredentialState.COOLING,
  busy: CredentialState.BUSY,
  rpm: CredentialState.RPM,
  tpm: CredentialState.TPM,
};

export const describeCredential = (status: CredentialStatus): MessageInitShape<typeof CredentialSchema> => ({
  provider: status.provider,
  name: status.name,
  masked: status.masked,
  tier: status.tier,
  weight: status.weight,
  state: credentialStates[status.state],
  cooldowns: status.cooldowns.map(({ until, ...cooldown }) => ({ ...cooldown, until: optionalTime(until) })),
  lockedUntil: optionalTime(status.lockedUntil),
  lastError: status.lastError && { ...status.lastError, at: optionalTime(status.lastError.at) },
  inFlight: status.inFlight,
  concurrency: optionalInt64(status.concurrency),
  rpm: optionalInt64(status.rpm),
  tpm: optionalInt64(status.tpm),
  minute: windowOf(status.minute),
  window: windowOf(status.window),
});

const breakerStates: Readonly<Record<BreakerStatus["state"], BreakerState>> = {
  closed: BreakerState.CLOSED,
  open: BreakerState.OPEN,
  "half-open": BreakerState.HALF_OPEN,
};

export const describeBreaker = (status: BreakerStatus): MessageInitShape<typeof BreakerSchema> => ({
  provider: status.provider,
  model: status.model,
  state: breakerStates[status.state],
  requests: int64(status.requests),
  failures: int64(status.failures),
  triesAt: optionalTime(status.triesAt),
});

/** By code units, as it is the same on every machine. What has the same key stays in its order. */
export const sortedBy = <T>(items: readonly T[], key: (item: T) => string): T[] =>
  items.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
