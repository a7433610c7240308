import * as z from "zod";
import { GatewayError } from "../../core/error.ts";
import type { RateLimit, RateLimits } from "../../core/health.ts";
import type { BreakerState } from "./breaker.ts";
import { longestMs } from "./cooldowns.ts";
import type { CredentialState } from "./credentials.ts";

/** Of another version nothing is read. */
const version = 1;

/** Times in ms since 1970. */
const time = z.number().nonnegative();
const text = z.string().optional();
const errorSchema = z.object({
  code: z.enum(["rate_limited", "quota_exceeded", "upstream_unauthenticated", "permission_denied"]),
  message: z.string(),
  provider: text,
  upstreamStatus: z.int().optional(),
  nativeType: text,
  nativeCode: text,
});
const cooldownSchema = z.object({ model: z.string(), until: time, step: z.int().nonnegative(), error: errorSchema });
const number = z.number().optional().catch(undefined);
const limit = z
  .object({ limit: number, remaining: number, resetsAt: number })
  .transform((told): RateLimit => ({ limit: told.limit, remaining: told.remaining, resetsAt: told.resetsAt }))
  .optional();
const toldSchema = z.object({
  model: z.string(),
  at: time,
  limits: z.object({ requests: limit, tokens: limit, inputTokens: limit, outputTokens: limit }).transform(
    (told): RateLimits => ({
      requests: told.requests,
      tokens: told.tokens,
      inputTokens: told.inputTokens,
      outputTokens: told.outputTokens,
    }),
  ),
});
const count = z.int().nonnegative();
const bucketsSchema = z.array(z.tuple([time, count, count, count, count, z.number().nonnegative()]));

const credentialSchema = z.object({
  version: z.literal(version),
  disabled: z.boolean(),
  behind: z.boolean(),
  lock: z.object({ until: time, error: errorSchema }).optional(),
  limited: z.array(cooldownSchema),
  refused: z.array(cooldownSchema),
  lastError: z.object({ code: z.string(), message: z.string(), at: time }).optional(),
  // counters are worth less than what keeps a credential out: broken ones do not cost it
  told: z.array(toldSchema).catch([]),
  window: bucketsSchema.catch([]),
  minute: bucketsSchema.catch([]),
});

const breakerSchema = z.object({ version: z.literal(version), openSince: time });

/** All of a credential that outlives a restart, as JSON. No secret is in it. */
export function writeCredential(state: CredentialState, now: number): string {
  const { limited, refused } = state.cooldowns.kept(now);
  return JSON.stringify({
    version,
    disabled: state.disabled,
    behind: state.behind,
    lock: state.lock && { until: state.lock.until, error: writeError(state.lock.error) },
    limited: limited.map((cooldown) => ({ ...cooldown, error: writeError(cooldown.error) })),
    refused: refused.map((cooldown) => ({ ...cooldown, error: writeError(cooldown.error) })),
    lastError: state.lastError,
    told: Array.from(state.told.entries(), ([model, { at, limits }]) => ({ model, at, limits })),
    window: state.window.buckets(now),
    minute: state.minute.buckets(now),
  });
}

/** What cannot be read leaves the credential as it is; of what can, all that is too old or of the future is left out. */
export function readCredential(state: CredentialState, stored: string, now: number): void {
  const { data } = credentialSchema.safeParse(parsed(stored));
  if (data === undefined) return;
  state.disabled = data.disabled;
  state.behind = data.behind;
  state.lock = data.lock && { until: data.lock.until, error: readError(data.lock.error) };
  for (const one of data.limited) state.cooldowns.restoreLimit({ ...one, error: readError(one.error) });
  for (const one of data.refused) state.cooldowns.restoreRefusal({ ...one, error: readError(one.error) });
  if (data.lastError !== undefined && data.lastError.at <= now) state.lastError = data.lastError;
  for (const { model, at, limits } of data.told) {
    if (at <= now && now - at <= longestMs) state.told.set(model, { at, limits });
  }
  state.window.put(data.window, now);
  state.minute.put(data.minute, now);
}

const writeError = ({ code, message, provider, upstreamStatus, nativeType, nativeCode }: GatewayError) => ({
  code,
  message,
  provider,
  upstreamStatus,
  nativeType,
  nativeCode,
});

const readError = ({ code, message, ...details }: z.infer<typeof errorSchema>): GatewayError =>
  new GatewayError(code, message, details);

/** undefined: a closed breaker is like one that never was. */
export const writeBreaker = ({ openSince }: BreakerState): string | undefined =>
  openSince === undefined ? undefined : JSON.stringify({ version, openSince });

/** Since when the breaker was open, in ms since 1970. undefined: it is too long ago, of the future, or cannot be read. */
export function readBreaker(stored: string, now: number): number | undefined {
  const openSince = breakerSchema.safeParse(parsed(stored)).data?.openSince;
  return openSince !== undefined && openSince <= now && now - openSince <= longestMs ? openSince : undefined;
}

function parsed(stored: string): unknown {
  try {
    return JSON.parse(stored);
  } catch {
    return undefined;
  }
}
