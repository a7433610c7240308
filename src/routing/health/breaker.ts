import type { BreakerStatus } from "../../core/health.ts";
import type { BreakerSettings } from "../../core/routing.ts";
import type { Breaker } from "./types.ts";
import { SlidingWindow } from "./windows.ts";

const requests = 0;
const failures = 1;

type State =
  | { readonly kind: "closed" }
  /** From `settings.openMs` after `since` on it is half-open. The trial: the handle by which one request entered. */
  | { readonly kind: "open"; readonly since: number; readonly trial: object | undefined };

/** What all handles on the breaker of one model share. */
export class BreakerState {
  #settings: BreakerSettings;
  readonly #now: () => number;
  #window: SlidingWindow;
  #state: State = { kind: "closed" };
  /** How often it was closed. What entered before says nothing about what came after. */
  #era = 0;
  /** Whether it has something to store that is not stored yet. */
  changed = false;

  constructor(settings: BreakerSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#window = new SlidingWindow(settings.windowMs, 2);
  }

  configure(settings: BreakerSettings): void {
    if (settings.windowMs !== this.#settings.windowMs) {
      const now = this.#now();
      const window = new SlidingWindow(settings.windowMs, 2);
      window.put(this.#window.buckets(now), now);
      this.#window = window;
    }
    this.#settings = settings;
  }

  /** Since when it is open, or half-open, in ms since 1970. undefined: it is closed. */
  get openSince(): number | undefined {
    return this.#state.kind === "open" ? this.#state.since : undefined;
  }

  /** undefined: now, or as soon as the trial has ended. */
  get triesAt(): number | undefined {
    return this.#state.kind === "open" && this.#isShut(this.#state.since)
      ? this.#state.since + this.#settings.openMs
      : undefined;
  }

  /** What the handle may do: enter like any other, in an era; or as the trial; or not at all. */
  enter(handle: object): number | "trial" | undefined {
    const state = this.#state;
    if (state.kind === "closed") return this.#era;
    if (state.trial !== undefined || this.#isShut(state.since)) return undefined;
    this.#state = { ...state, trial: handle };
    return "trial";
  }

  settle(handle: object, entered: number | "trial", failed: boolean): void {
    const state = this.#state;
    if (state.kind === "closed") {
      if (entered === this.#era) this.#count(failed);
    } else if (state.trial === handle) {
      if (failed) this.#open(this.#now());
      else this.close();
    }
  }

  leave(handle: object): void {
    const state = this.#state;
    if (state.kind === "open" && state.trial === handle) this.#state = { ...state, trial: undefined };
  }

  /** Before anything has entered. */
  restoreOpen(since: number): void {
    this.#state = { kind: "open", since, trial: undefined };
  }

  /** Closes it and forgets its failures. */
  close(): void {
    this.changed ||= this.#state.kind === "open";
    this.#state = { kind: "closed" };
    this.#era += 1;
    this.#window = new SlidingWindow(this.#settings.windowMs, 2);
  }

  status(provider: string, model: string): BreakerStatus {
    const now = this.#now();
    const state = this.#state;
    return {
      provider,
      model,
      state: state.kind === "closed" ? "closed" : this.#isShut(state.since) ? "open" : "half-open",
      requests: this.#window.total(requests, now),
      failures: this.#window.total(failures, now),
      triesAt: this.triesAt,
    };
  }

  #open(since: number): void {
    this.#state = { kind: "open", since, trial: undefined };
    this.changed = true;
  }

  #count(failed: boolean): void {
    const now = this.#now();
    this.#window.add(requests, 1, now);
    if (failed) this.#window.add(failures, 1, now);
    const { minRequests, failureRate } = this.#settings;
    const all = this.#window.total(requests, now);
    const bad = this.#window.total(failures, now);
    if (bad > 0 && all >= minRequests && bad / all >= failureRate) this.#open(now);
  }

  /** A clock that was set back does not keep it open for longer. */
  #isShut(since: number): boolean {
    const passed = this.#now() - since;
    return passed >= 0 && passed < this.#settings.openMs;
  }
}

/** One request's way through a breaker: its end counts where it began. */
export class BreakerHandle implements Breaker {
  readonly #state: BreakerState;
  #entered: number | "trial" | undefined;

  constructor(state: BreakerState) {
    this.#state = state;
  }

  get triesAt(): number | undefined {
    return this.#state.triesAt;
  }

  tryEnter(): boolean {
    const entered = this.#state.enter(this);
    if (entered === undefined) return false;
    this.#entered = entered;
    return true;
  }

  settle(failed: boolean): void {
    const entered = this.#entered;
    this.#entered = undefined;
    if (entered !== undefined) this.#state.settle(this, entered, failed);
  }

  begun(): void {
    if (this.#entered !== "trial") return;
    this.#state.settle(this, "trial", false);
    this.#entered = this.#state.enter(this); // how it ends counts as with any other
  }

  leave(): void {
    this.#entered = undefined;
    this.#state.leave(this);
  }
}

/** Where there are no breakers. */
export const alwaysClosed: Breaker = {
  triesAt: undefined,
  tryEnter: () => true,
  settle() {},
  begun() {},
  leave() {},
};
