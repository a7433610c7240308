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
        const reached = await ask(exchange, route, step.attempt, begin);
        if (reached !== undefined) return reached;
        break;
      }
      default:
        step satisfies never;
    }
  }
}

/** undefined: it failed, and the route knows. Throws when the exchange was ended. */
async function ask<T>(
  exchange: Exchange,
  route: Route,
  attempt: Attempt,
  begin: Begin<T>,
): Promise<Reached<T> | undefined> {
  const afterMs = route.hedgeAfter(attempt);
  if (afterMs !== undefined) return race(exchange, route, attempt, begin, afterMs);
  const by = new Try(exchange, attempt, begin, { hedge: false, raced: false });
  try {
    return { by, answer: await by.run() };
  } catch (thrown) {
    lose(by, exchange, thrown);
    exchange.signal.throwIfAborted();
    return undefined;
  }
}

/** The same with a second attempt beside the first when that has not begun after a while. The first to begin is it. */
async function race<T>(
  exchange: Exchange,
  route: Route,
  attempt: Attempt,
  begin: Begin<T>,
  afterMs: number,
): Promise<Reached<T> | undefined> {
  const tries: Try<T>[] = [];
  let won: Reached<T> | undefined;
  const run = async (held: Attempt, hedge: boolean): Promise<void> => {
    const by = new Try(exchange, held, begin, { hedge, raced: true });
    tries.push(by);
    try {
      const answer = await by.run();
      if (won === undefined) {
        won = { by, answer };
        by.win();
        for (const other of tries) if (other !== by) other.abandon();
      } else lose(by, exchange, undefined);
    } catch (thrown) {
      lose(by, exchange, won === undefined ? thrown : undefined);
    }
  };
  const first = run(attempt, false);
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, afterMs);
  await Promise.race([first, late.promise]);
  clearTimeout(timer);
  const isDecided = tries.every(({ step }) => step.outcome !== "running") || won !== undefined;
  const second = isDecided || exchange.signal.aborted ? undefined : route.hedge();
  await Promise.all([first, second && run(second, true)]);
  if (won === undefined) exchange.signal.throwIfAborted();
  return won;
}

/** Ends an attempt that is not the answer. `thrown`: why; undefined: since another one is. */
function lose<T>(by: Try<T>, { signal }: Exchange, thrown: unknown): void {
  by.step.usage = by.usage;
  if (thrown === undefined || signal.aborted) by.end({ kind: "left", usage: by.usage });
  else by.end({ kind: "failed", error: ofProvider(by.attempt.target, GatewayError.from(thrown)), usage: by.usage });
}

async function wait(exchange: Exchange, { ms, why }: { ms: number; why: "backoff" | "cooldown" }): Promise<void> {
  const { signal, trail } = exchange;
  const atUs = exchange.elapsed();
  const last = trail.steps.at(-1);
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
  if (last?.kind === "wait" && last.why === why) trail.steps[trail.steps.length - 1] = { ...last, us: last.us + us };
  else trail.steps.push({ kind: "wait", atUs, us, why });
}
