import { type ErrorCode, GatewayError } from "../core/error.ts";
import { causeOf } from "../core/routing.ts";
import type { SkipReason } from "../core/trail.ts";

/** Why a credential, or a whole place, cannot serve. */
export interface Unable {
  /** Its name. "": the whole place. */
  readonly credential: string;
  readonly why: SkipReason;
  /** In ms since 1970. undefined: not known. */
  readonly until: number | undefined;
  /** What brought it there. */
  readonly error: GatewayError | undefined;
}

/** A place, as far as it was tried. */
export interface Tried {
  /** "provider/model". */
  readonly name: string;
  readonly error: GatewayError | undefined;
  readonly unable: readonly Unable[];
}

/**
 * The error of an exchange that no place can serve: what it was, and not what it would be easiest to say. The last
 * failure of this exchange where it had one, otherwise what keeps the places out. A limit says when the first of all
 * places may serve again.
 */
export function exhausted(
  asked: string,
  places: readonly Tried[],
  last: GatewayError | undefined,
  now: number,
): GatewayError {
  const reasons = places.flatMap(({ unable }) => unable);
  const retryAfterMs = soonest(places, last, now);
  const told = places.map((place) => `${place.name}: ${describe(place, now)}`).join("; ");
  const mayPass = reasons.some(({ why }) => why === "cooling" || why === "busy" || why === "rpm" || why === "tpm");
  if (last === undefined || (mayPass && causeOf(last.code) === "credentials")) {
    const message = `Nothing can serve '${asked}' at the moment. ${told}.`;
    return new GatewayError(codeOf(reasons), message, { retryAfterMs });
  }
  const isAlone = places.length === 1 && reasons.every(({ why }) => why !== "disabled" && why !== "breaker");
  const { code, message, param, provider, upstreamStatus, nativeType, nativeCode, cause } = last;
  return new GatewayError(code, isAlone ? message : `${message} (No place could serve '${asked}': ${told}.)`, {
    param,
    provider,
    upstreamStatus,
    nativeType,
    nativeCode,
    cause,
    retryAfterMs: isLimit(code) ? retryAfterMs : last.retryAfterMs,
  });
}

const isLimit = (code: ErrorCode): boolean => {
  const cause = causeOf(code);
  return cause === "rate_limit" || cause === "quota";
};

/** What the last failure itself has brought about is as long as it said, though some of that has passed by now. */
function soonest(places: readonly Tried[], last: GatewayError | undefined, now: number): number | undefined {
  const times = places.flatMap(({ error, unable }) => [
    ...(error?.retryAfterMs === undefined ? [] : [error.retryAfterMs]),
    ...unable.flatMap(({ until, error: cause }) => {
      if (until === undefined) return [];
      const said = cause === last ? last?.retryAfterMs : undefined;
      return [said ?? Math.max(0, until - now)];
    }),
  ]);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** What may pass by itself soonest says most. */
function codeOf(reasons: readonly Unable[]): ErrorCode {
  const cooling = reasons.find(({ why }) => why === "cooling");
  if (cooling !== undefined) {
    const isQuota = reasons.every(({ error }) => error?.code === "quota_exceeded");
    return isQuota ? "quota_exceeded" : "rate_limited";
  }
  if (reasons.some(({ why }) => why === "busy" || why === "rpm" || why === "tpm")) return "rate_limited";
  if (reasons.some(({ why }) => why === "breaker")) return "unavailable";
  const locked = reasons.find(({ why, error }) => why === "locked" && error !== undefined);
  return locked?.error?.code ?? "unavailable";
}

function describe({ error, unable }: Tried, now: number): string {
  const [first] = unable;
  if (first === undefined) return error === undefined ? "was not tried" : error.code;
  // how many, not which: a client has no business with the credentials' names
  const whys = [...new Set(unable.map(({ why }) => why))];
  const words = whys.map((why) => {
    const those = unable.filter((one) => one.why === why);
    const times = those.flatMap(({ until }) => (until === undefined ? [] : [until]));
    const what = those[0]?.credential === "" ? skipWords[why] : `${those.length} × ${skipWords[why]}`;
    return times.length === 0 ? what : `${what} for ${seconds(Math.min(...times) - now)}`;
  });
  return words.join(", ");
}

const skipWords: Readonly<Record<SkipReason, string>> = {
  disabled: "key switched off",
  locked: "key refused by the provider and locked",
  cooling: "rate limit or quota reached",
  busy: "limit of requests at a time reached",
  rpm: "limit of requests a minute reached",
  tpm: "limit of tokens a minute reached",
  breaker: "circuit breaker open",
  failed: "key refused",
  context_window: "context window no larger",
  not_supported: "no such operation",
};

const seconds = (ms: number): string => `${Math.max(0, Math.ceil(ms / 1000))} s`;
