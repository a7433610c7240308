import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { type Booked, bookedAt, bookedAtTarget, bookedTogether } from "../core/booking.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Pricing, TokenCounter } from "../core/ports.ts";
import type { AttemptStep } from "../core/trail.ts";
import { requestText } from "./estimate.ts";

/**
 * All attempts of an exchange together, so that each token is in its one row: the answer's, and those of attempts that
 * were left although their provider had begun to work. What each has taken is noted in its step where there are such.
 * undefined: nothing is known.
 */
export async function book(exchange: Exchange, pricing: Pricing, tokens: TokenCounter): Promise<Booked | undefined> {
  const { usage, target, startedAt, trail } = exchange;
  const answer = usage && bookedAt(target?.upstream.name ?? "", target?.model ?? "", usage, startedAt, pricing);
  let booked = answer;
  for (const step of trail.steps) {
    if (step.kind !== "attempt" || step.outcome === "running") continue; // the one that runs is the answer
    const taken = await takenBy(step, exchange, tokens);
    if (taken === undefined) continue;
    const other = bookedAtTarget(step.target, taken, startedAt, pricing);
    note(step, other);
    booked = booked === undefined ? other : bookedTogether(booked, other);
  }
  if (answer !== undefined && answer !== booked) {
    for (const step of trail.steps) if (step.kind === "attempt" && step.outcome === "running") note(step, answer);
  }
  return booked;
}

function note(step: AttemptStep, { usage, costNanoUsd }: Booked): void {
  step.usage = usage;
  step.costNanoUsd = costNanoUsd;
}

/** Reported, or else the prompt by estimate. */
async function takenBy(step: AttemptStep, exchange: Exchange, tokens: TokenCounter): Promise<Usage | undefined> {
  if (step.usage !== undefined) return step.usage;
  if (step.promptRead !== true) return undefined;
  try {
    return create(UsageSchema, {
      inputTokens: await tokens.count(requestText(exchange)),
      source: UsageSource.PARTIAL,
    });
  } catch {
    return undefined; // nobody can count it: it is not known
  }
}
