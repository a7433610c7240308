import { isRecord, type Wire } from "../../core/wire-values.ts";
import type { LitellmFile, Path } from "./source.ts";

/** What goes into a target's params under its own name. */
const same: ReadonlySet<string> = new Set([
  "temperature",
  "top_p",
  "top_k",
  "seed",
  "frequency_penalty",
  "presence_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "parallel_tool_calls",
  "service_tier",
  "modalities",
  "verbosity",
  "prompt_cache_key",
]);

/** `rest`: LiteLLM's parameters of a model, without those that say where it is. */
export function paramsOf(rest: Wire, path: Path, file: LitellmFile): Wire {
  const params: Record<string, unknown> = {};
  const reasoning: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value === null) continue;
    const given = typeof value === "string" ? file.text(value, "1") : value;
    if (same.has(name)) params[name] = given;
    else if (name === "max_tokens" || name === "max_completion_tokens") params.max_output_tokens = given;
    else if (name === "stop") params.stop = Array.isArray(given) ? given : [given];
    else if (name === "reasoning_effort" && typeof given === "string") reasoning.effort = given;
    else if (name === "thinking" && isRecord(value) && setThinking(value, reasoning)) continue;
    else if (name === "response_format" && isRecord(value) && value.type === "json_object") {
      params.response_format = { json: {} };
    } else file.note([...path, name], "left", `litellm_params.${name}`);
  }
  if (Object.keys(reasoning).length > 0) params.reasoning = reasoning;
  return params;
}

/** Whether it could be said. */
function setThinking({ type, budget_tokens: budget }: Wire, reasoning: Record<string, unknown>): boolean {
  if (type === "disabled") reasoning.budget_tokens = 0;
  else if (type === "enabled" && typeof budget === "number") reasoning.budget_tokens = budget;
  else return false;
  return true;
}
