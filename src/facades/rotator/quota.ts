import type { components } from "../../../gen/openapi/causeway.ts";
import type { CredentialStatus, RateLimit, RoutingAdmin } from "../../core/health.ts";
import type { CredentialUse, Totals, TotalsGroup } from "../../core/ledger.ts";
import { usd } from "../../core/usd.ts";

type Schemas = components["schemas"];
type Quota = Schemas["QuotaStats"];

/** What the ledger knows of their use. */
export interface LedgerUse {
  /** By provider, over all of it. */
  readonly providers: readonly TotalsGroup[];
  /** Over its newest rows. */
  readonly credentials: readonly CredentialUse[];
}

/** How these providers' credentials are doing. `now`: in ms since 1970. */
export function describeQuota(
  providers: readonly string[],
  routing: RoutingAdmin,
  use: LedgerUse,
  now: number,
): Omit<Quota, "data_source" | "refresh_result"> {
  const names = providers.toSorted();
  const credentials = Map.groupBy(routing.credentials(), ({ provider }) => provider);
  const used = Map.groupBy(use.credentials, ({ provider }) => provider);
  const totals = new Map(use.providers.map((group) => [group.name, group.totals]));
  const quotas = new Map(
    names.map((name) => [name, providerQuota(credentials.get(name) ?? [], used.get(name) ?? [], totals.get(name))]),
  );
  const sum = (of: (quota: Schemas["QuotaOfProvider"]) => number): number =>
    quotas.values().reduce((n, quota) => n + of(quota), 0);
  const { requests, tokens, approx_cost } = sumsOf(names.flatMap((name) => totals.get(name) ?? []));
  return {
    providers: Object.fromEntries(quotas),
    summary: {
      total_providers: names.length,
      total_credentials: sum(({ credential_count }) => credential_count),
      active_credentials: sum(({ active_count }) => active_count),
      exhausted_credentials: sum(({ exhausted_count }) => exhausted_count),
      total_requests: requests,
      tokens,
      approx_total_cost: approx_cost,
    },
    timestamp: now / 1000,
  };
}

function providerQuota(
  statuses: readonly CredentialStatus[],
  uses: readonly CredentialUse[],
  totals: Totals | undefined,
): Schemas["QuotaOfProvider"] {
  const credentials = statuses.map((status) =>
    credentialQuota(
      status,
      uses.filter(({ credential }) => credential === status.masked),
    ),
  );
  const { requests, tokens, approx_cost } = sumsOf(totals === undefined ? [] : [totals]);
  return {
    credential_count: credentials.length,
    active_count: credentials.filter(({ status }) => status === "active").length,
    exhausted_count: credentials.filter(({ status }) => status === "exhausted").length,
    total_requests: requests,
    tokens,
    approx_cost,
    credentials,
  };
}

const statuses = {
  ready: "active",
  busy: "active",
  cooling: "exhausted",
  rpm: "exhausted",
  tpm: "exhausted",
  locked: "locked",
  disabled: "disabled",
} as const satisfies Record<CredentialStatus["state"], Schemas["QuotaOfCredential"]["status"]>;

function credentialQuota(status: CredentialStatus, uses: readonly CredentialUse[]): Schemas["QuotaOfCredential"] {
  const { window, lastError } = status;
  return {
    identifier: status.masked,
    name: status.name,
    status: statuses[status.state],
    state: status.state,
    ...useSums(uses),
    model_groups: Object.fromEntries(
      Map.groupBy(uses, ({ model }) => model)
        .entries()
        .map(([model, of]) => [model, useSums(of)]),
    ),
    cooldowns: status.cooldowns.map(({ scope, until, reason }) => ({ scope, until_ts: until / 1000, reason })),
    locked_until_ts: seconds(status.lockedUntil),
    last_error: lastError === undefined ? null : `${lastError.code}: ${lastError.message}`,
    in_flight: status.inFlight,
    window: {
      seconds: window.windowMs / 1000,
      requests: Math.round(window.requests),
      failures: Math.round(window.failures),
      tokens: Math.round(window.tokens),
      approx_cost: usd(window.costNanoUsd),
    },
    limits: status.limits.map(({ model, at, limits }) => ({
      model,
      told_ts: at / 1000,
      requests: limitOf(limits.requests),
      tokens: limitOf(limits.tokens),
      input_tokens: limitOf(limits.inputTokens),
      output_tokens: limitOf(limits.outputTokens),
    })),
  };
}

function useSums(uses: readonly CredentialUse[]): Schemas["ModelQuota"] {
  const last = Math.max(0, ...uses.map(({ lastUsedAt }) => lastUsedAt));
  return { ...sumsOf(uses), last_used_ts: last === 0 ? null : last / 1000 };
}

type Sums = Pick<
  Totals,
  "requests" | "inputTokens" | "cacheReadTokens" | "outputTokens" | "costNanoUsd" | "unknownCost"
>;

/** What these come to. */
function sumsOf(all: readonly Sums[]): Omit<Schemas["ModelQuota"], "last_used_ts"> {
  const sum = (of: (sums: Sums) => bigint): bigint => all.reduce((n, sums) => n + of(sums), 0n);
  const requests = sum((sums) => sums.requests);
  const input = Number(sum(({ inputTokens }) => inputTokens));
  const cached = Math.min(input, Number(sum(({ cacheReadTokens }) => cacheReadTokens)));
  const cost = sum(({ costNanoUsd }) => costNanoUsd);
  const isUnknown = requests === 0n || (cost === 0n && sum(({ unknownCost }) => unknownCost) > 0n);
  return {
    requests: Number(requests),
    tokens: {
      input_cached: cached,
      input_uncached: input - cached,
      input_cache_pct: input === 0 ? 0 : Math.round((cached / input) * 1000) / 10,
      output: Number(sum(({ outputTokens }) => outputTokens)),
    },
    approx_cost: isUnknown ? null : usd(cost),
  };
}

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1000);

const limitOf = (limit: RateLimit | undefined): Schemas["RateLimit"] =>
  limit === undefined
    ? null
    : { limit: limit.limit ?? null, remaining: limit.remaining ?? null, resets_ts: seconds(limit.resetsAt) };
