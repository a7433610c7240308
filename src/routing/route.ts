import type { Clock } from "../core/clock.ts";
import type { GatewayError } from "../core/error.ts";
import type { Upstream } from "../core/ports.ts";
import {
  type Attempt,
  causeOf,
  type FallbackCause,
  type FallbackSwitches,
  type HedgeSpec,
  type Route,
  type RouteRequest,
  type RoutingSettings,
  type Step,
  type TargetSpec,
} from "../core/routing.ts";
import type { SkipReason } from "../core/trail.ts";
import type { Affinity, Conversation, Place } from "./affinity.ts";
import { HeldAttempt } from "./attempt.ts";
import { exhausted, type Unable } from "./exhaustion.ts";
import type { Health, HeldCredential, Pick } from "./health/types.ts";

/**
 * The end of a limit is waited for so long, and no longer: a client does better with an answer than with silence. Less than
 * the first cooldown where no time is told, which is 10 s, so that a millisecond does not decide.
 */
const longestWaitMs = 9_900;
/** When a credential has all the requests that it may have at a time, nobody knows when one of them ends. */
const busyWaitMs = 50;
/** A provider that lets a request in after each wait only to refuse it again is not believed for ever. */
const mostLimited = 64;

/** A place that an exchange may go to, and what became of that so far. */
export class Candidate {
  readonly spec: TargetSpec;
  readonly upstream: Upstream;
  /** The provider's keys as they were when the exchange began: a new one may belong to another place. */
  readonly secrets: ReadonlySet<string>;
  /** "provider/model". */
  readonly name: string;
  /** Not to be asked (again) by this exchange. */
  out = false;
  retries = 0;
  limited = 0;
  /** Not before this time, in ms since 1970. */
  retryAt = 0;
  /** Ids of credentials that were refused to this exchange, or that an attempt of it is using. */
  readonly avoided = new Set<string>();
  error: GatewayError | undefined;
  unable: readonly Unable[] = [];

  constructor(spec: TargetSpec, upstream: Upstream, secrets: ReadonlySet<string>) {
    this.spec = spec;
    this.upstream = upstream;
    this.secrets = secrets;
    this.name = `${spec.provider}/${spec.model}`;
  }
}

export interface RouteDeps {
  readonly health: Health;
  readonly affinity: Affinity;
  readonly settings: RoutingSettings;
  readonly contextWindow: (provider: string, model: string) => number | undefined;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** As in HeldParts. */
  readonly limitsReadAt: WeakMap<object, number>;
}

export interface RoutePlan {
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly fallbackOn: FallbackSwitches;
  readonly hedge: HedgeSpec | undefined;
  /** undefined: it is no matter where this exchange goes. */
  readonly conversation: Conversation | undefined;
  /** Where the conversation was answered before. */
  readonly place: Place | undefined;
}

/** One exchange's way through its candidates: rotate, retry, fall back, wait, give up. */
export class PlannedRoute implements Route {
  readonly #plan: RoutePlan;
  readonly #asked: RouteRequest;
  readonly #deps: RouteDeps;
  #final: GatewayError | undefined;
  #last: GatewayError | undefined;
  #waitedMs = 0;
  #noted: Set<string> | undefined;

  constructor(plan: RoutePlan, asked: RouteRequest, deps: RouteDeps) {
    this.#plan = plan;
    this.#asked = asked;
    this.#deps = deps;
  }

  next(): Step {
    if (this.#final !== undefined) return { kind: "fail", error: this.#final };
    const now = this.#deps.clock.now();
    for (const candidate of this.#plan.candidates) {
      if (candidate.out) continue;
      if (candidate.retryAt > now) return { kind: "wait", ms: candidate.retryAt - now, why: "backoff" };
      const attempt = this.#hold(candidate);
      if (attempt !== undefined) return { kind: "ask", attempt };
      if (!this.#mayLeave(candidate)) break;
    }
    return this.#waitOrFail(now);
  }

  hedge(): Attempt | undefined {
    const now = this.#deps.clock.now();
    const elsewhere = [...this.#plan.candidates].sort((a, b) => a.avoided.size - b.avoided.size);
    for (const candidate of elsewhere) {
      if (candidate.out || candidate.retryAt > now) continue;
      const attempt = this.#hold(candidate);
      if (attempt !== undefined) return attempt;
    }
    return undefined;
  }

  hedgeAfter({ target }: Attempt): number | undefined {
    const after = this.#asked.only === undefined ? this.#plan.hedge?.after : undefined;
    if (after === undefined || typeof after === "number") return after;
    const p95 = this.#deps.health.latency(target.upstream.name, target.model).p95Us(this.#asked.stream);
    return p95 === undefined ? undefined : p95 / 1000;
  }

  get first(): { upstream: Upstream; model: string } {
    const [{ upstream, spec }] = this.#plan.candidates;
    return { upstream, model: spec.model };
  }

  get isOver(): boolean {
    return this.#final !== undefined;
  }

  /** An attempt has begun to answer: from here on the conversation belongs there. */
  begun({ spec }: Candidate, held: HeldCredential): void {
    const { conversation, place } = this.#plan;
    if (conversation === undefined) return;
    const { provider, model } = spec;
    const isKept = place?.credentialId === held.id && place.provider === provider && place.model === model;
    this.#asked.trail.affinity = place === undefined ? "new" : isKept ? "kept" : "moved";
    this.#deps.affinity.remember(conversation.key, { provider, model, credentialId: held.id });
  }

  /** An attempt has failed: what `next` says from here on. */
  failed(candidate: Candidate, held: HeldCredential, error: GatewayError): void {
    candidate.error = error;
    this.#last = error;
    const cause = causeOf(error.code);
    if (cause === undefined || this.#asked.only !== undefined) {
      this.#final = error;
      return;
    }
    switch (cause) {
      case "rate_limit":
      case "quota":
        // its health has noted until when; another credential may serve
        candidate.limited += 1;
        candidate.out = candidate.limited > mostLimited || candidate.upstream.scripted === true;
        break;
      case "credentials":
        candidate.avoided.add(held.id);
        break;
      case "timeout":
        // time is what is short now: the same place comes last
        if (this.#others(candidate).length > 0 && this.#plan.fallbackOn.timeout) candidate.out = true;
        else this.#retry(candidate, error);
        break;
      case "server_error":
        this.#retry(candidate, error);
        break;
      case "context_window":
        candidate.out = true;
        this.#leaveSmallerThan(candidate);
        break;
      case "content_filter":
        candidate.out = true;
        break;
      default:
        cause satisfies never;
    }
    if (!this.#plan.fallbackOn[cause]) for (const other of this.#others(candidate)) other.out = true;
  }

  /**
   * How long a place may take until its answer begins where nothing else says so, in ms: a whole answer shows no sign of
   * life before it is there, so a place leaves half of the time that is left to those behind it. undefined: all of it.
   */
  shareMs(candidate: Candidate): number | undefined {
    if (this.#asked.stream || !this.#plan.fallbackOn.timeout || this.#others(candidate).length === 0) return undefined;
    return Math.max(1, (this.#asked.deadline - this.#deps.clock.now()) / 2);
  }

  /** Whether an answer that was filtered away is to be had elsewhere. */
  refusesFiltered(candidate: Candidate): boolean {
    return this.#plan.fallbackOn.content_filter && this.#others(candidate).length > 0;
  }

  #others(candidate: Candidate): Candidate[] {
    return this.#plan.candidates.filter((other) => other !== candidate && !other.out);
  }

  /** Full jitter: a random time up to the bound, which doubles each time (AWS, "Exponential Backoff And Jitter"). */
  #retry(candidate: Candidate, error: GatewayError): void {
    const { settings, clock, random } = this.#deps;
    const { firstMs, mostMs } = settings.backoff;
    const backoff = random() * Math.min(mostMs, firstMs * 2 ** candidate.retries);
    const wait = Math.max(backoff, error.retryAfterMs ?? 0);
    candidate.retries += 1;
    candidate.retryAt = clock.now() + wait;
    const allowed = candidate.spec.retries ?? settings.retries;
    const isTooLong = wait > longestWaitMs || candidate.retryAt >= this.#asked.deadline;
    // a wait that was asked for is time in which another place could answer
    const isBetterElsewhere =
      wait > backoff && this.#plan.fallbackOn.server_error && this.#others(candidate).length > 0;
    candidate.out = candidate.retries > allowed || isTooLong || isBetterElsewhere;
  }

  #leaveSmallerThan({ spec }: Candidate): void {
    const { contextWindow } = this.#deps;
    const tooSmall = contextWindow(spec.provider, spec.model);
    if (tooSmall === undefined) return;
    for (const other of this.#plan.candidates) {
      const size = contextWindow(other.spec.provider, other.spec.model);
      if (other.out || size === undefined || size > tooSmall) continue;
      other.out = true;
      this.#note(other, "", "context_window", undefined);
    }
  }

  /** undefined: it cannot serve now; `candidate.unable` says why. */
  #hold(candidate: Candidate): Attempt | undefined {
    const { health } = this.#deps;
    const { provider, model } = candidate.spec;
    const breaker = health.breaker(provider, model);
    if (!breaker.tryEnter()) {
      const until = breaker.triesAt;
      this.#note(candidate, "", "breaker", until);
      candidate.unable = [{ credential: "", why: "breaker", until, error: undefined }];
      return undefined;
    }
    const { place } = this.#plan;
    const isPlace = place?.provider === provider && place.model === model;
    const pick = health.pick(provider, model, {
      prefer: isPlace ? place.credentialId : undefined,
      without: candidate.avoided.size === 0 ? undefined : candidate.avoided,
      only: this.#asked.only?.credential,
    });
    this.#noteSkipped(candidate, pick);
    const { held } = pick;
    if (held?.credential !== undefined && !candidate.secrets.has(held.credential.secret)) {
      held.endLeft(0);
      candidate.out = true; // the configuration has changed meanwhile
    }
    if (held === undefined || candidate.out) {
      breaker.leave();
      return undefined;
    }
    candidate.unable = [];
    const latency = health.latency(provider, model);
    const { limitsReadAt, clock } = this.#deps;
    const { stream } = this.#asked;
    return new HeldAttempt({ route: this, candidate, held, breaker, latency, stream, limitsReadAt, clock });
  }

  /** Whether the others may serve in place of one that cannot. */
  #mayLeave({ unable }: Candidate): boolean {
    return unable.every(({ why, error }) => {
      const cause = causeOfSkip(why, error);
      return cause === undefined || this.#plan.fallbackOn[cause];
    });
  }

  #waitOrFail(now: number): Step {
    const { candidates } = this.#plan;
    const able = candidates.filter(({ out }) => !out);
    let soonest = Number.POSITIVE_INFINITY;
    for (const { unable } of able) {
      for (const { why, until = Number.POSITIVE_INFINITY } of unable) {
        if (why === "busy") soonest = Math.min(soonest, now + busyWaitMs);
        else if (why === "cooling" || why === "rpm" || why === "tpm") soonest = Math.min(soonest, until);
      }
    }
    const ms = Math.max(1, soonest - now);
    if (this.#waitedMs + ms < longestWaitMs && soonest < this.#asked.deadline) {
      this.#waitedMs += ms;
      return { kind: "wait", ms, why: "cooldown" };
    }
    return { kind: "fail", error: exhausted(this.#asked.model, candidates, this.#last, now) };
  }

  #noteSkipped(candidate: Candidate, { held, skipped }: Pick): void {
    if (skipped.length === 0) return;
    // those that failed in this exchange, or run, are in the trail by their attempts
    for (const { name, why, until } of skipped) if (why !== "failed") this.#note(candidate, name, why, until);
    if (held === undefined) candidate.unable = skipped.map(({ name, ...rest }) => ({ credential: name, ...rest }));
  }

  /** Once each, however often it is looked at. */
  #note(candidate: Candidate, credential: string, why: SkipReason, until: number | undefined): void {
    const key = `${candidate.name} ${why} ${credential}`;
    this.#noted ??= new Set();
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    const { trail } = this.#asked;
    trail.steps.push({
      kind: "skipped",
      atUs: this.#asked.elapsedUs(),
      target: candidate.name,
      credential,
      why,
      until,
    });
  }
}

/** What keeps a credential out, as a cause of falling back. undefined: it is not there to serve, whatever the causes. */
function causeOfSkip(why: SkipReason, error: GatewayError | undefined): FallbackCause | undefined {
  switch (why) {
    case "cooling":
      return error === undefined ? "rate_limit" : (causeOf(error.code) ?? "rate_limit");
    case "busy":
    case "rpm":
    case "tpm":
      return "rate_limit";
    case "locked":
      return "credentials";
    case "breaker":
      return "server_error";
    case "failed":
      return "credentials";
    case "disabled":
    case "context_window":
    case "not_supported":
      return undefined;
    default:
      return why satisfies never;
  }
}
