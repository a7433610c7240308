import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Pricing, TokenCounter } from "../core/ports.ts";
import type { AttemptStep } from "../core/trail.ts";
import { addUsage } from "../core/usage.ts";
import { requestText } from "./estimate.ts";

/** What an exchange has taken and cost. */
export interface Booked {
  /** undefined: nothing is known. */
  readonly usage: Usage | undefined;
  /** null: not known. */
  readonly costNanoUsd: bigint | null;
  readonly priceVersion: string;
}

/**
 * All attempts of an exchange together, so that each token is in its one row: the answer's, and those of attempts that
 * were left although their provider had begun to work. What such a one has taken is noted in its step, too.
 */
export async function book(exchange: Exchange, pricing: Pricing, tokens: TokenCounter): Promise<Booked> {
  const { usage, target, startedAt, trail } = exchange;
  let booked = priced(target?.upstream.name ?? "", target?.model ?? "", usage, startedAt, pricing);
  for (const step of trail.steps) {
    if (step.kind !== "attempt" || step.outcome === "running") continue; // the one that runs is the answer
    const taken = await takenBy(step, exchange, tokens);
    if (taken === undefined) continue;
    const [provider = "", ...model] = step.target.split("/");
    const other = priced(provider, model.join("/"), taken, startedAt, pricing);
    step.usage = taken;
    step.costNanoUsd = other.costNanoUsd;
    booked = together(booked, other);
  }
  return booked;
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

function priced(provider: string, model: string, usage: Usage | undefined, at: number, pricing: Pricing): Booked {
  if (usage === undefined) return { usage, costNanoUsd: null, priceVersion: "" };
  const { costNanoUsd, version } = pricing.price(provider, model, usage, at);
  return { usage, costNanoUsd, priceVersion: version };
}

function together(booked: Booked, other: Booked): Booked {
  if (booked.usage === undefined || other.usage === undefined) return booked.usage === undefined ? other : booked;
  const isKnown = booked.costNanoUsd !== null && other.costNanoUsd !== null;
  return {
    usage: addUsage(booked.usage, other.usage),
    costNanoUsd: isKnown ? (booked.costNanoUsd ?? 0n) + (other.costNanoUsd ?? 0n) : null,
    priceVersion: booked.priceVersion || other.priceVersion,
  };
}
