import type { Clock } from "../core/clock.ts";
import type { GatewayError } from "../core/error.ts";
import type { Target, UpstreamAnswer } from "../core/ports.ts";
import { type Attempt, causeOf, type Outcome } from "../core/routing.ts";
import { totalTokens } from "../core/usage.ts";
import type { Breaker, HeldCredential, Latency } from "./health/types.ts";
import type { Candidate, PlannedRoute } from "./route.ts";

export interface HeldParts {
  readonly route: PlannedRoute;
  readonly candidate: Candidate;
  readonly held: HeldCredential;
  readonly breaker: Breaker;
  readonly latency: Latency;
  readonly stream: boolean;
  /** When limits were read last, in ms since 1970, by credential. */
  readonly limitsReadAt: WeakMap<object, number>;
  readonly clock: Clock;
}

/** What the answers tell of limits is worth reading so often, and whenever one was refused. */
const limitsEveryMs = 1000;

/** One asking of one place: tells everyone who keeps count of it how it went. */
export class HeldAttempt implements Attempt {
  readonly target: Target;
  readonly #parts: HeldParts;
  readonly #takenUs: number;
  #ended = false;
  #begun = false;

  constructor(parts: HeldParts) {
    const { candidate, held, latency } = parts;
    this.#parts = parts;
    this.target = { upstream: candidate.upstream, model: candidate.spec.model, credential: held.credential };
    candidate.avoided.add(held.id); // while it runs, who wants another place is not sent here
    this.timeoutMs = candidate.spec.timeoutMs ?? parts.route.shareMs(candidate);
    this.#takenUs = parts.clock.micros();
    latency.enter();
  }

  get params() {
    return this.#parts.candidate.spec.params;
  }

  readonly timeoutMs: number | undefined;

  get refusesFiltered(): boolean {
    return this.#parts.route.refusesFiltered(this.#parts.candidate);
  }

  heard(answer: UpstreamAnswer): void {
    const { limitsReadAt, clock } = this.#parts;
    if (answer.status < 400) {
      const by = this.target.credential ?? this.target.upstream;
      const now = clock.now();
      if (now - (limitsReadAt.get(by) ?? 0) < limitsEveryMs) return;
      limitsReadAt.set(by, now);
    }
    const limits = answer.rateLimits?.();
    if (limits !== undefined) this.#parts.held.told(limits);
  }

  begun(afterUs: number): void {
    const { route, candidate, held, breaker, latency, stream } = this.#parts;
    this.#begun = true;
    breaker.begun();
    latency.began(stream, afterUs);
    route.begun(candidate, held);
  }

  end(outcome: Outcome): void {
    if (this.#ended) throw new TypeError("an attempt ends once");
    this.#ended = true;
    const { route, candidate, held, breaker, latency } = this.#parts;
    candidate.avoided.delete(held.id);
    latency.leave();
    if (isTooSlow(outcome) && !this.#begun)
      latency.began(this.#parts.stream, this.#parts.clock.micros() - this.#takenUs);
    const tokens = outcome.usage === undefined ? 0 : totalTokens(outcome.usage);
    switch (outcome.kind) {
      case "ok":
        breaker.settle(false);
        held.endOk(tokens, outcome.costNanoUsd ?? 0n);
        if (outcome.usage !== undefined) latency.served(outcome.usage.outputTokens, outcome.durationUs);
        break;
      case "failed":
        if (this.target.upstream.scripted === true) {
          breaker.leave();
          held.endLeft(tokens);
        } else {
          breaker.settle(isProvidersFault(outcome.error));
          held.endFailed(outcome.error, tokens);
        }
        route.failed(candidate, held, outcome.error);
        break;
      case "left":
        breaker.leave();
        held.endLeft(tokens);
        break;
      default:
        outcome satisfies never;
    }
  }
}

/** What it would have taken is not known, but that it is no less than what was waited for. */
function isTooSlow(outcome: Outcome): boolean {
  if (outcome.kind === "left") return outcome.outrun === true;
  return outcome.kind === "failed" && causeOf(outcome.error.code) === "timeout";
}

/** Of the network or the server; a limit that was reached, or a request that was wrong, says that the server lives. */
function isProvidersFault({ code }: GatewayError): boolean {
  const cause = causeOf(code);
  return cause === "server_error" || cause === "timeout";
}
