import { GatewayError } from "../core/error.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Attempt, Route } from "../core/routing.ts";
import { type Begin, ofProvider, Try } from "./attempt.ts";

/** An answer that has begun, and the attempt that brought it: the caller ends that. */
export interface Reached<T> {
  readonly by: Try<T>;
  readonly answer: T;
}

/**
 * Goes the exchange's way until an answer begins: asks, waits, asks again or elsewhere, as the route says. Throws what the
 * route makes of it when nothing more can be done, or why the exchange was ended.
 */
export async function reach<T>(exchange: Exchange, route: Route, begin: Begin<T>): Promise<Reached<T>> {
  const { signal } = exchange;
  for (;;) {
    signal.throwIfAborted();
    const step = route.next();
    switch (step.kind) {
      case "fail":
        throw step.error;
      case "wait":
        await wait(exchange, step);
        break;
      case "ask": {
        const afterMs = route.hedgeAfter(step.attempt);
        const reached =
          afterMs === undefined
            ? await ask(exchange, step.attempt, begin)
            : await new Race(exchange, route, begin).run(step.attempt, afterMs);
        if (reached !== undefined) return reached;
        break;
      }
      default:
        step satisfies never;
    }
  }
}

/** undefined: it failed, and the route knows. Throws when the exchange was ended. */
async function ask<T>(exchange: Exchange, attempt: Attempt, begin: Begin<T>): Promise<Reached<T> | undefined> {
  const by = new Try(exchange, attempt, begin, { hedge: false, raced: false });
  try {
    return { by, answer: await by.run() };
  } catch (thrown) {
    lose(by, exchange, thrown);
    exchange.signal.throwIfAborted();
    return undefined;
  }
}

/**
 * Attempts side by side: a second one when the first has not begun after a while, another in the place of one that fails
 * while one still runs. The first to begin is it; the others are left.
 */
class Race<T> {
  readonly #exchange: Exchange;
  readonly #route: Route;
  readonly #begin: Begin<T>;
  readonly #running = new Map<Try<T>, Promise<void>>();
  #won: Reached<T> | undefined;

  constructor(exchange: Exchange, route: Route, begin: Begin<T>) {
    this.#exchange = exchange;
    this.#route = route;
    this.#begin = begin;
  }

  /** undefined: all have failed, and the route knows. Throws when the exchange was ended. */
  async run(first: Attempt, afterMs: number): Promise<Reached<T> | undefined> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, afterMs);
    this.#start(first, false);
    await Promise.race([...this.#running.values(), late.promise]);
    clearTimeout(timer);
    while (this.#running.size > 0 && this.#won === undefined) {
      if (this.#route.isOver) this.#abandon();
      else if (this.#running.size === 1 && !this.#exchange.signal.aborted) this.#startAnother();
      await Promise.race(this.#running.values());
    }
    this.#abandon();
    await Promise.all(this.#running.values());
    if (this.#won === undefined) this.#exchange.signal.throwIfAborted();
    return this.#won;
  }

  #startAnother(): void {
    const attempt = this.#route.hedge();
    if (attempt !== undefined) this.#start(attempt, true);
  }

  #start(attempt: Attempt, hedge: boolean): void {
    const by = new Try(this.#exchange, attempt, this.#begin, { hedge, raced: true });
    this.#running.set(
      by,
      this.#follow(by).finally(() => this.#running.delete(by)),
    );
  }

  async #follow(by: Try<T>): Promise<void> {
    try {
      const answer = await by.run();
      if (this.#won === undefined) {
        this.#won = { by, answer };
        by.claim();
      } else lose(by, this.#exchange, undefined);
    } catch (thrown) {
      lose(by, this.#exchange, this.#won === undefined && !this.#route.isOver ? thrown : undefined);
    }
  }

  #abandon(): void {
    for (const by of this.#running.keys()) if (by !== this.#won?.by) by.abandon();
  }
}

/** Ends an attempt that is not the answer. `thrown`: why; undefined: since it is not needed any more. */
function lose<T>(by: Try<T>, { signal }: Exchange, thrown: unknown): void {
  const { usage } = by;
  by.step.usage = usage;
  if (thrown === undefined || signal.aborted) {
    const timedOut = signal.aborted ? by.timedOut(signal.reason) : undefined;
    by.step.promptRead = by.isAnswering;
    by.end(
      timedOut === undefined
        ? { kind: "left", usage, outrun: !signal.aborted }
        : { kind: "failed", error: timedOut, usage },
    );
  } else by.end({ kind: "failed", error: ofProvider(by.attempt.target, GatewayError.from(thrown)), usage });
}

async function wait(exchange: Exchange, { ms, why }: { ms: number; why: "backoff" | "cooldown" }): Promise<void> {
  const { signal, trail } = exchange;
  const atUs = exchange.elapsed();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
  const us = exchange.elapsed() - atUs;
  const last = trail.steps.at(-1);
  if (last?.kind === "wait" && last.why === why) trail.steps[trail.steps.length - 1] = { ...last, us: last.us + us };
  else trail.steps.push({ kind: "wait", atUs, us, why });
}
