import type { GatewayError } from "../../core/error.ts";
import type { CooldownStatus, RateLimit, RateLimits } from "../../core/health.ts";
import type { QuotaGroups } from "./quota-groups.ts";
import { mostModels, Recent } from "./recent.ts";

/** For the first, second, … failure in a row that came without a time to wait for, in ms. */
const stepsMs = [10_000, 30_000, 60_000, 120_000, 300_000] as const;
/** How long after its end a cooldown is still one in a row with the next. */
const rowMs = 60 * 60_000;
/** No time to wait for is believed beyond this: a provider's mistake must not cost a credential for good. */
export const longestMs = 24 * 60 * 60_000;
/** How long a provider's refusal keeps a credential, or a model, out. */
export const lockMs = 5 * 60_000;

/** One model, or one quota group, that a credential may not be asked for. */
export interface Cooldown {
  /** What was asked for. */
  readonly model: string;
  /** In ms since 1970. */
  readonly until: number;
  /** How many in a row came without a time to wait for. 0: the provider said how long. */
  readonly step: number;
  readonly error: GatewayError;
}

/** Whether it is not over yet. One that lasts longer than any may was set before the clock was: it is over, too. */
export const lasts = (until: number, now: number): boolean => until > now && until - now <= longestMs;

/** One credential's cooldowns by scope, and the models that it was refused. */
export class Cooldowns {
  #limited: Recent<Cooldown>;
  /** By model: what a key may do with one says nothing of the others in a quota group. */
  readonly #refused: Recent<Cooldown>;
  readonly #now: () => number;
  #groups: QuotaGroups;

  constructor(groups: QuotaGroups, now: () => number) {
    this.#groups = groups;
    this.#now = now;
    this.#limited = this.#none();
    this.#refused = this.#none();
  }

  limit(model: string, now: number): Cooldown | undefined {
    if (this.#limited.size === 0) return undefined;
    return active(this.#limited.use(this.#groups.scopeOf(model)), now);
  }

  refusal(model: string, now: number): Cooldown | undefined {
    if (this.#refused.size === 0) return undefined;
    return active(this.#refused.use(model), now);
  }

  /**
   * A rate limit or a quota was met. While it cools already (the request was in flight) the cooldown becomes longer if
   * the provider says so, and never shorter, and climbs no step.
   */
  meet(model: string, error: GatewayError, told: RateLimits | undefined, now: number): void {
    const scope = this.#groups.scopeOf(model);
    const known = this.#limited.peek(scope);
    const cooling = active(known, now);
    const wait = toldWait(error, told, now);
    if (wait !== undefined) {
      const until = now + Math.min(wait, longestMs);
      if (cooling === undefined || cooling.until < until) this.#limited.set(scope, { model, until, step: 0, error });
    } else if (cooling === undefined) {
      const step = (known === undefined || isForgotten(known, now) ? 0 : known.step) + 1;
      const until = now + (stepsMs[step - 1] ?? stepsMs[stepsMs.length - 1] ?? 0);
      this.#limited.set(scope, { model, until, step, error });
    }
  }

  refuse(model: string, error: GatewayError, now: number): void {
    this.#refused.set(model, { model, until: now + lockMs, step: 0, error });
  }

  /** A request was served that began at `begunAt`. Only one that began after a cooldown's end says that the limit is gone. */
  served(model: string, begunAt: number): void {
    if (this.#limited.size === 0) return;
    const scope = this.#groups.scopeOf(model);
    const known = this.#limited.peek(scope);
    if (known !== undefined && known.until <= begunAt) this.#limited.delete(scope);
  }

  clear(): void {
    for (const [scope] of this.#limited.entries()) this.#limited.delete(scope);
    for (const [model] of this.#refused.entries()) this.#refused.delete(model);
  }

  /** Other groups are in force: each cooldown now holds for that of the model that brought it. */
  regroup(groups: QuotaGroups): void {
    this.#groups = groups;
    const before = this.#limited;
    this.#limited = this.#none();
    for (const [, cooldown] of before.entries()) this.restoreLimit(cooldown);
  }

  /** One that is over by now is of no harm: it keeps nothing out. */
  restoreLimit(cooldown: Cooldown): void {
    const scope = this.#groups.scopeOf(cooldown.model);
    const known = this.#limited.peek(scope);
    if (known === undefined || known.until < cooldown.until) this.#limited.set(scope, cooldown);
  }

  restoreRefusal(cooldown: Cooldown): void {
    this.#refused.set(cooldown.model, cooldown);
  }

  status(now: number): CooldownStatus[] {
    return [...this.#limited.sorted(), ...this.#refused.sorted()]
      .filter(([, { until }]) => lasts(until, now))
      .map(([scope, { until, step, error }]) => ({ scope, until, step, reason: `${error.code}: ${error.message}` }));
  }

  /** All that is not over, or may be continued in a row. Lets go of the rest. */
  kept(now: number): { limited: readonly Cooldown[]; refused: readonly Cooldown[] } {
    for (const [scope, cooldown] of this.#limited.entries())
      if (isForgotten(cooldown, now)) this.#limited.delete(scope);
    for (const [model, { until }] of this.#refused.entries()) if (!lasts(until, now)) this.#refused.delete(model);
    return {
      limited: Array.from(this.#limited.entries(), ([, cooldown]) => cooldown),
      refused: Array.from(this.#refused.entries(), ([, cooldown]) => cooldown),
    };
  }

  #none(): Recent<Cooldown> {
    return new Recent(mostModels, ({ until }) => lasts(until, this.#now()));
  }
}

const active = (cooldown: Cooldown | undefined, now: number): Cooldown | undefined =>
  cooldown !== undefined && lasts(cooldown.until, now) ? cooldown : undefined;

const isForgotten = ({ until, step }: Cooldown, now: number): boolean =>
  !lasts(until, now) && (step === 0 || until > now || now - until > rowMs);

/** How long the provider says to wait, in ms. undefined: it does not say, as with 0: nobody refuses what is welcome at once. */
function toldWait(error: GatewayError, told: RateLimits | undefined, now: number): number | undefined {
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined && Number.isFinite(retryAfterMs) && retryAfterMs > 0) return retryAfterMs;
  if (told === undefined) return undefined;
  const resets = [told.requests, told.tokens, told.inputTokens, told.outputTokens].map(resetOfSpent);
  const latest = Math.max(...resets);
  return latest > now && Number.isFinite(latest) ? latest - now : undefined;
}

const resetOfSpent = (limit: RateLimit | undefined): number =>
  limit?.remaining === 0 && limit.resetsAt !== undefined ? limit.resetsAt : 0;
