import type { Condition, PlanSpec, TargetSpec } from "../core/routing.ts";

const nameOf = ({ provider, model }: TargetSpec): string => `${provider}/${model}`;

/** What a name stands for, in one line: "a/x, else b/y", "weighted: a/x 3, b/y 1". */
export function showPlan({ strategy, targets }: PlanSpec): string {
  if (strategy === "fallback" || targets.length === 1) return showFallback(targets);
  const weights = strategy === "weighted" ? ({ weight }: TargetSpec) => ` ${weight}` : () => "";
  return `${strategy}: ${targets.map((target) => nameOf(target) + weights(target)).join(", ")}`;
}

const showFallback = (targets: readonly TargetSpec[]): string => targets.map(nameOf).join(", else ");

/** Its conditions, one a line: "when input_tokens_over 150000 → a/x". */
export function showConditions({ when }: PlanSpec): string[] {
  return when.map(({ condition, use }) => `when ${showCondition(condition)} → ${showFallback(use)}`);
}

function showCondition({ inputTokensOver, inputTokensUnder, has, stream, metadata }: Condition): string {
  const parts = [
    inputTokensOver === undefined ? [] : [`input_tokens_over ${inputTokensOver}`],
    inputTokensUnder === undefined ? [] : [`input_tokens_under ${inputTokensUnder}`],
    (has ?? []).map((kind) => `has ${kind}`),
    stream === undefined ? [] : [`stream ${stream}`],
    Object.entries(metadata ?? {}).map(([key, value]) => `metadata ${key}: ${value}`),
  ];
  return parts.flat().join(" and ");
}
