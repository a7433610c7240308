import { create } from "@bufbuild/protobuf";
import { type ReasoningConfig, ReasoningConfigSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Drops } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { turnsOff } from "../../core/reasoning.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { count, isRecord, type Wire } from "../../core/wire-values.ts";
import type { Words } from "./variant.ts";

/** How a request asks for reasoning: OpenAI's `reasoning_effort`, and what other vendors have for it. */

interface Asked {
  effort?: string;
  budgetTokens?: number;
  summary?: string;
  enabled?: boolean;
}

/** Reads a field of some vendor's. undefined: it is not of the form that is known, and left to the rest. */
type FieldReader = (value: unknown) => Asked | undefined;

/** Those further up go first. */
const readers: Readonly<Record<string, FieldReader>> = {
  reasoning_effort: (value) => (typeof value === "string" ? { effort: value } : undefined),
  reasoning: readReasoning,
  thinking: readThinking,
  enable_thinking: (value) => (typeof value === "boolean" ? { enabled: value } : undefined), // Qwen
  thinking_budget: readBudget, // Qwen
  thinking_token_budget: readBudget, // vLLM
  chat_template_kwargs: readTemplateWords,
  extra_body: readExtraBody,
};

export function readReasoningConfig(wire: WireObject): ReasoningConfig | undefined {
  let asked: Asked | undefined;
  for (const field in readers) {
    const value = wire.raw(field);
    if (value === undefined) continue;
    const read = readers[field]?.(value);
    if (read === undefined) wire.leave(field);
    else asked = { ...read, ...asked };
  }
  return asked && create(ReasoningConfigSchema, asked);
}

const hasOnly = (value: unknown, ...keys: string[]): value is Wire =>
  isRecord(value) && Object.keys(value).every((key) => keys.includes(key));

/** Whether a member is absent, null, or of the type. */
const may = (value: unknown, type: "string" | "boolean"): boolean => (value ?? null) === null || typeof value === type;

function readBudget(value: unknown): Asked | undefined {
  const budgetTokens = count(value);
  return budgetTokens === undefined ? undefined : { budgetTokens };
}

/** OpenRouter's ("Reasoning Tokens"). */
function readReasoning(value: unknown): Asked | undefined {
  if (!hasOnly(value, "effort", "max_tokens", "enabled", "exclude", "summary")) return undefined;
  const { effort, max_tokens: limit, enabled, exclude, summary } = value;
  const budgetTokens = count(limit);
  const isKnown = may(effort, "string") && may(enabled, "boolean") && may(exclude, "boolean") && may(summary, "string");
  if (!isKnown || (budgetTokens === undefined && (limit ?? null) !== null)) return undefined;
  const asked: Asked = {};
  if (typeof effort === "string") asked.effort = effort;
  if (budgetTokens !== undefined) asked.budgetTokens = budgetTokens;
  if (typeof enabled === "boolean") asked.enabled = enabled;
  if (exclude === true) asked.summary = "none";
  else if (typeof summary === "string") asked.summary = summary;
  return asked;
}

/** DeepSeek's ("Thinking Mode"), and with a budget Anthropic's and Fireworks'. */
function readThinking(value: unknown): Asked | undefined {
  if (!hasOnly(value, "type", "budget_tokens")) return undefined;
  const { type, budget_tokens: limit } = value;
  const budgetTokens = count(limit);
  if ((type !== "enabled" && type !== "disabled") || (budgetTokens === undefined && limit !== undefined))
    return undefined;
  const asked: Asked = { enabled: type === "enabled" };
  if (budgetTokens !== undefined) asked.budgetTokens = budgetTokens;
  return asked;
}

/** "Reasoning Outputs" (docs.vllm.ai): the models' templates have their own words. */
function readTemplateWords(value: unknown): Asked | undefined {
  if (!isRecord(value) || Object.keys(value).length !== 1) return undefined;
  const enabled = value.enable_thinking ?? value.thinking;
  return typeof enabled === "boolean" ? { enabled } : undefined;
}

/** "OpenAI compatibility" (ai.google.dev/gemini-api/docs/openai), Thinking. */
function readExtraBody(value: unknown): Asked | undefined {
  const google = hasOnly(value, "google") ? value.google : undefined;
  const config = hasOnly(google, "thinking_config") ? google.thinking_config : undefined;
  if (!hasOnly(config, "thinking_budget", "thinking_level", "include_thoughts")) return undefined;
  const { thinking_budget: limit, thinking_level: level, include_thoughts: isShown } = config;
  const budgetTokens = count(limit);
  if (budgetTokens === undefined && limit !== undefined) return undefined; // -1: the model decides
  if (!may(level, "string") || !may(isShown, "boolean")) return undefined;
  const asked: Asked = {};
  if (typeof level === "string") asked.effort = level;
  if (budgetTokens !== undefined) asked.budgetTokens = budgetTokens;
  if (typeof isShown === "boolean") asked.summary = isShown ? "auto" : "none";
  return asked;
}

/** The request's members that say it in the vendor's words. `taken`: vendor fields that the client set itself. */
export function writeReasoningConfig(
  config: ReasoningConfig | undefined,
  words: Words,
  model: string,
  drops: Drops,
  taken: ReadonlySet<string>,
): Members {
  if (config === undefined) return {};
  switch (words.reasoning) {
    case "effort":
      return writeEffort(config, words, drops);
    case "object":
      return { reasoning: writeReasoning(config, drops) };
    case "thinking":
    case "thinking_budget":
      return writeThinking(config, words.reasoning === "thinking_budget", drops);
    case "enable_thinking":
      return writeSwitch(config, drops);
    case "chat_template_kwargs":
    case "vllm":
      return writeTemplateWords(config, words, model, drops, taken);
    case "google":
      return writeGoogle(config, model, drops, taken);
    default:
      return words.reasoning satisfies never;
  }
}

/** Reports what of a configuration was not said. */
function dropUnsaid(config: ReasoningConfig, said: ReadonlySet<keyof Asked>, drops: Drops): void {
  const { effort, budgetTokens, summary, enabled } = config;
  if (!said.has("effort")) drops.ifSet("reasoning.effort", effort);
  if (!said.has("budgetTokens")) drops.ifSet("reasoning.budget_tokens", budgetTokens);
  if (!said.has("summary")) drops.ifSet("reasoning.summary", summary);
  if (!said.has("enabled") && enabled !== undefined) drops.add("reasoning.enabled");
}

/** The fields by which a configuration turns reasoning off. */
function offFields({ enabled, budgetTokens, effort }: ReasoningConfig): Set<keyof Asked> {
  const fields = new Set<keyof Asked>();
  if (enabled === false) fields.add("enabled");
  if (budgetTokens === 0) fields.add("budgetTokens");
  if (effort === "none") fields.add("effort");
  return fields;
}

function writeEffort(config: ReasoningConfig, { effortNone }: Words, drops: Drops): Members {
  const { effort } = config;
  const isSwitchedOff = effort === "" && effortNone && turnsOff(config);
  dropUnsaid(config, isSwitchedOff ? offFields(config) : new Set(["effort"]), drops);
  return { reasoning_effort: isSwitchedOff ? "none" : effort || undefined };
}

/** An effort or a budget, "not both": the budget is the more exact. */
function writeReasoning(config: ReasoningConfig, drops: Drops): Members | undefined {
  const { effort, budgetTokens = 0, summary, enabled } = config;
  const written: Members = {};
  if (budgetTokens > 0) {
    written.max_tokens = budgetTokens;
    drops.ifSet("reasoning.effort", effort);
  } else if (effort !== "") written.effort = effort;
  if (config.budgetTokens === 0) written.enabled = false;
  if (enabled === true && written.enabled === false) drops.add("reasoning.enabled");
  else written.enabled = enabled ?? written.enabled;
  if (summary === "none") written.exclude = true;
  else if (summary !== "") written.summary = summary;
  return Object.values(written).every((member) => member === undefined) ? undefined : written;
}

function writeThinking(config: ReasoningConfig, hasBudget: boolean, drops: Drops): Members {
  const { effort, budgetTokens = 0, enabled } = config;
  if (turnsOff(config)) {
    dropUnsaid(config, offFields(config), drops);
    return { thinking: { type: "disabled" } };
  }
  if (hasBudget && budgetTokens > 0) {
    // Fireworks refuses an effort beside it
    dropUnsaid(config, new Set(["budgetTokens", "enabled"]), drops);
    return { thinking: { type: "enabled", budget_tokens: budgetTokens } };
  }
  dropUnsaid(config, new Set(["effort", "enabled"]), drops);
  return {
    thinking: enabled === true || budgetTokens > 0 ? { type: "enabled" } : undefined,
    reasoning_effort: effort || undefined,
  };
}

function writeSwitch(config: ReasoningConfig, drops: Drops): Members {
  const { budgetTokens = 0, enabled } = config;
  if (turnsOff(config)) {
    dropUnsaid(config, offFields(config), drops);
    return { enable_thinking: false };
  }
  dropUnsaid(config, new Set(["budgetTokens", "enabled"]), drops);
  if (budgetTokens === 0) return { enable_thinking: enabled };
  return { enable_thinking: true, thinking_budget: budgetTokens };
}

function writeTemplateWords(
  config: ReasoningConfig,
  words: Words,
  model: string,
  drops: Drops,
  taken: ReadonlySet<string>,
): Members {
  const { effort, budgetTokens, enabled } = config;
  const said = new Set<keyof Asked>(["effort"]);
  const isFree = !taken.has("chat_template_kwargs");
  if (isFree) said.add("enabled");
  const hasBudget = words.reasoning === "vllm";
  if (hasBudget) said.add("budgetTokens");
  dropUnsaid(config, said, drops);
  const word = /deepseek|granite/i.test(model) ? "thinking" : "enable_thinking";
  return {
    reasoning_effort: effort || undefined,
    thinking_token_budget: hasBudget ? budgetTokens : undefined,
    chat_template_kwargs: isFree && enabled !== undefined ? { [word]: enabled } : undefined,
  };
}

/** What Gemini 2.5 takes an effort for, in tokens: the page's own table. */
const geminiBudgets: ReadonlyMap<string, number> = new Map([
  ["none", 0],
  ["minimal", 1024],
  ["low", 1024],
  ["medium", 8192],
  ["high", 24576],
]);

/** An effort, or a configuration: Gemini refuses both at once. */
function writeGoogle(config: ReasoningConfig, model: string, drops: Drops, taken: ReadonlySet<string>): Members {
  const { effort, budgetTokens, summary, enabled } = config;
  const isConfigured = !taken.has("extra_body") && (budgetTokens !== undefined || summary !== "");
  if (!isConfigured) {
    const isSwitchedOff = effort === "" && enabled === false;
    dropUnsaid(config, new Set(isSwitchedOff ? ["enabled"] : ["effort"]), drops);
    return { reasoning_effort: isSwitchedOff ? "none" : effort || undefined };
  }
  const said = new Set<keyof Asked>(["budgetTokens"]);
  const thinking: Members = {};
  if (budgetTokens !== undefined) thinking.thinking_budget = budgetTokens;
  else if (effort !== "") {
    if (!/gemini-[12]/.test(model)) thinking.thinking_level = effort;
    else thinking.thinking_budget = geminiBudgets.get(effort);
    if (Object.values(thinking).some((member) => member !== undefined)) said.add("effort");
  }
  if (summary !== "") thinking.include_thoughts = summary !== "none";
  if (summary === "auto" || summary === "none") said.add("summary"); // how long the thoughts are, nobody can say
  if (enabled === (budgetTokens !== 0)) said.add("enabled");
  dropUnsaid(config, said, drops);
  return { extra_body: { google: { thinking_config: thinking } } };
}
