import type { CredentialSpec, ProviderSpec } from "../../../src/core/routing.ts";
import type { SkipReason } from "../../../src/core/trail.ts";
import { hour, minute, second } from "./fixtures.ts";

/** The rules of a credential, written naively: lists of all that happened, looked through each time. */
export class ReferenceCredential {
  spec: CredentialSpec;
  disabled = false;
  lockedUntil = 0;
  /** By model. */
  readonly refusedUntil = new Map<string, number>();
  /** By scope. */
  readonly cooling = new Map<string, { until: number; step: number }>();
  inFlight = 0;
  readonly begun: number[] = [];
  readonly tokens: { at: number; count: number }[] = [];

  constructor(spec: CredentialSpec) {
    this.spec = spec;
  }

  /** Why it may not serve. "maybe": its limits count by buckets of a second, so it is free to do either. */
  reason(model: string, without: boolean, now: number): SkipReason | "maybe" | undefined {
    if (this.disabled) return "disabled";
    if (this.lockedUntil > now || (this.refusedUntil.get(model) ?? 0) > now) return "locked";
    if ((this.cooling.get(scopeOf(model))?.until ?? 0) > now) return "cooling";
    if (without) return "failed";
    const { concurrency, rpm, tpm } = this.spec;
    if (concurrency !== undefined && this.inFlight >= concurrency) return "busy";
    if (rpm !== undefined && this.requests(minute, now) >= rpm) return "rpm";
    if (rpm !== undefined && this.requests(minute + second, now) >= rpm) return "maybe";
    if (tpm !== undefined && this.used(minute, now) >= tpm) return "tpm";
    if (tpm !== undefined && this.used(minute + second, now) >= tpm) return "maybe";
    return undefined;
  }

  /** Of one that is locked or cooling. */
  until(model: string, now: number): number | undefined {
    if (this.lockedUntil > now) return this.lockedUntil;
    const refused = this.refusedUntil.get(model) ?? 0;
    return refused > now ? refused : this.cooling.get(scopeOf(model))?.until;
  }

  fail(code: string, model: string, retryAfterMs: number | undefined, now: number): void {
    if (code === "upstream_unauthenticated") this.lockedUntil = now + 5 * minute;
    if (code === "permission_denied") this.refusedUntil.set(model, now + 5 * minute);
    if (code !== "rate_limited" && code !== "quota_exceeded") return;
    const { until, step } = this.cooling.get(scopeOf(model)) ?? { until: 0, step: 0 };
    const inRow = now - until > hour ? 0 : step;
    if (retryAfterMs !== undefined && retryAfterMs > 0) {
      const told = now + Math.min(retryAfterMs, 24 * hour);
      if (told > until || until <= now) this.cooling.set(scopeOf(model), { until: told, step: 0 });
    } else if (until <= now) {
      const wait = [10, 30, 60, 120, 300][Math.min(inRow, 4)] ?? 0;
      this.cooling.set(scopeOf(model), { until: now + wait * second, step: inRow + 1 });
    }
  }

  serve(model: string, begunAt: number): void {
    const known = this.cooling.get(scopeOf(model));
    if (known !== undefined && known.until <= begunAt) this.cooling.delete(scopeOf(model));
  }

  clear(): void {
    this.lockedUntil = 0;
    this.refusedUntil.clear();
    this.cooling.clear();
  }

  requests(span: number, now: number): number {
    return this.begun.filter((at) => now - at < span).length;
  }

  used(span: number, now: number): number {
    return this.tokens.reduce((sum, { at, count }) => sum + (now - at < span ? count : 0), 0);
  }
}

/** Of the models that the tests use, those of the group that the tests configure. */
export const models = ["m", "flash-1", "flash-2"] as const;
export const quotaGroups: ProviderSpec["quotaGroups"] = [["flash-*"]];
const scopeOf = (model: string): string => (model.startsWith("flash-") ? "flash-*" : model);
