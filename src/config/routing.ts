import {
  type BreakerSettings,
  type FallbackSwitches,
  fallbackDefaults,
  type HedgeSpec,
  type RotationSettings,
  type RoutingSettings,
} from "../core/routing.ts";
import type { FallbackEntry, RoutingEntry } from "./plan-schema.ts";
import type { RotationEntry } from "./provider-schema.ts";
import type { Report } from "./report.ts";

/** What holds for all, and what a plan says nothing of. */
export interface GeneralRouting {
  readonly settings: RoutingSettings;
  readonly fallbackOn: FallbackSwitches;
}

const hour = 3_600_000;
const defaultBackoff = { firstMs: 250, mostMs: 8000 };

export function resolveRouting(given: RoutingEntry | null | undefined, report: Report): GeneralRouting {
  const entry = given ?? {};
  const backoff = {
    firstMs: entry.backoff?.first ?? defaultBackoff.firstMs,
    mostMs: entry.backoff?.most ?? defaultBackoff.mostMs,
  };
  if (backoff.firstMs > backoff.mostMs) {
    report.add(["routing", "backoff"], `first is longer than most (${backoff.mostMs}ms): give a longer 'most'`, "key");
  }
  const affinity = typeof entry.affinity === "object" ? entry.affinity : { enabled: entry.affinity };
  return {
    fallbackOn: resolveFallback(entry.fallback_on, fallbackDefaults),
    settings: {
      retries: entry.retries ?? 2,
      backoff,
      affinity: affinity?.enabled ?? true,
      affinityMs: (affinity && "remember" in affinity ? affinity.remember : undefined) ?? hour,
      hedge: resolveHedge(entry.hedge, undefined),
      breaker: resolveBreaker(entry.breaker),
      modelListMs: entry.model_list ?? hour / 6,
    },
  };
}

function resolveBreaker(entry: RoutingEntry["breaker"]): BreakerSettings | undefined {
  if (entry === false) return undefined;
  const { window, min_requests, failure_rate, open } = typeof entry === "object" && entry !== null ? entry : {};
  return {
    windowMs: window ?? 30_000,
    minRequests: min_requests ?? 10,
    failureRate: failure_rate ?? 0.5,
    openMs: open ?? 30_000,
  };
}

export function resolveHedge(
  given: HedgeSpec | false | null | undefined,
  general: HedgeSpec | undefined,
): HedgeSpec | undefined {
  return given === false ? undefined : (given ?? general);
}

export function resolveFallback(given: FallbackEntry | null | undefined, general: FallbackSwitches): FallbackSwitches {
  return {
    rate_limit: given?.rate_limit ?? general.rate_limit,
    quota: given?.quota ?? general.quota,
    server_error: given?.server_error ?? general.server_error,
    timeout: given?.timeout ?? general.timeout,
    credentials: given?.credentials ?? general.credentials,
    context_window: given?.context_window ?? general.context_window,
    content_filter: given?.content_filter ?? general.content_filter,
  };
}

export function resolveRotation(entry: RotationEntry): RotationSettings {
  const { mode, tolerance, window } = typeof entry === "string" ? { mode: entry } : (entry ?? {});
  return { mode: mode ?? "balanced", tolerance: tolerance ?? 0, windowMs: window ?? hour };
}
