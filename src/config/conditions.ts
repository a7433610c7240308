import type { Condition } from "../core/routing.ts";
import type { ConditionEntry } from "./plan-schema.ts";

/** What is empty counts as not given. */
export function readCondition(entry: ConditionEntry): Condition {
  const kinds = typeof entry.has === "string" ? [entry.has] : (entry.has ?? []);
  const metadata = Object.entries(entry.metadata ?? {});
  return {
    inputTokensOver: entry.input_tokens_over ?? undefined,
    inputTokensUnder: entry.input_tokens_under ?? undefined,
    has: kinds.length === 0 ? undefined : [...new Set(kinds)],
    stream: entry.stream ?? undefined,
    metadata: metadata.length === 0 ? undefined : Object.fromEntries(metadata),
  };
}

/** What is wrong with a condition, or nothing. */
export function describeCondition(condition: Condition): string | undefined {
  const { inputTokensOver: over, inputTokensUnder: under } = condition;
  if (Object.values(condition).every((part) => part === undefined)) {
    return "is empty, so it would always hold: say what the request has to be like, or give these targets as the plan's own";
  }
  if (over !== undefined && under !== undefined && under - over < 2) {
    return `can never hold: there is no number of tokens over ${over} and under ${under}`;
  }
  return undefined;
}

/** Whether every request for which `one` holds is one for which `other` holds. */
export function implies(one: Condition, other: Condition): boolean {
  const { inputTokensOver, inputTokensUnder, has = [], stream, metadata = {} } = other;
  return (
    (inputTokensOver === undefined || (one.inputTokensOver ?? 0) >= inputTokensOver) &&
    (inputTokensUnder === undefined || (one.inputTokensUnder ?? Number.POSITIVE_INFINITY) <= inputTokensUnder) &&
    has.every((kind) => one.has?.includes(kind)) &&
    (stream === undefined || one.stream === stream) &&
    Object.entries(metadata).every(([key, value]) => one.metadata?.[key] === value)
  );
}
