import { create } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type ReasoningConfig,
  ReasoningConfigSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Members } from "../../core/extensions.ts";
import { budgetOf, effortOf, nearestLevel, showsThoughts, turnsOff } from "../../core/reasoning.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { RequestContext } from "./parts.ts";
import { isOwnThought } from "./thoughts.ts";
import { wantsCall } from "./tools.ts";
import { dialectName } from "./wire.ts";

/** "Thinking", "Effort". */

export interface ReadReasoning {
  readonly config: ReasoningConfig | undefined;
  readonly extensions: Record<string, string>;
}

const displays: ReadonlyMap<string, string> = new Map([
  ["summarized", "auto"],
  ["omitted", "none"],
]);

/** `effort`: of output_config. A kind of thinking that is not known yet is left to the rest. */
export function readReasoning(request: WireObject, effort: string | undefined): ReadReasoning {
  const wire = request.object("thinking");
  const type = wire?.string("type");
  const isKnown = type === "enabled" || type === "adaptive" || type === "disabled" || type === "between_tools";
  if (wire === undefined || !isKnown) {
    request.leave("thinking");
    return { config: effort === undefined ? undefined : create(ReasoningConfigSchema, { effort }), extensions: {} };
  }
  const budgetTokens = wire.count("budget_tokens");
  const display = wire.string("display");
  const summary = display === undefined ? undefined : displays.get(display);
  if (summary === undefined) wire.leave("display");
  const enabled = type === "enabled" || type === "adaptive";
  const config = create(ReasoningConfigSchema, { effort, enabled, summary, budgetTokens });
  return { config, extensions: wire.rest(dialectName, "thinking.") };
}

export interface WrittenReasoning {
  readonly thinking?: Members | undefined;
  readonly effort?: string | undefined;
}

const path = "reasoning";

/** `maxTokens`: the limit of the answer, thinking included. */
export function writeReasoning(chat: ChatRequest, maxTokens: number, context: RequestContext): WrittenReasoning {
  const config = chat.reasoning;
  if (config === undefined) return {};
  const { drops, traits } = context;
  if (traits.thinking === "none") return dropAll(config, context);
  const { budgetTokens } = config;
  if (turnsOff(config)) return writeOff(config, context);
  if (traits.thinking === "budget" || (traits.thinking === "either" && budgetTokens !== undefined)) {
    if (!wantsCall(chat) && !isInThoughtlessCall(chat)) return writeBudget(config, maxTokens, context);
    drops.add(path);
    return {};
  }
  return writeAdaptive(config, context);
}

/**
 * "Thinking" with a budget: it excludes a forced call; and while a call is being answered, the turn that made it has to
 * begin with thoughts, which other vendors' clients do not give back.
 */
function isInThoughtlessCall({ messages }: ChatRequest): boolean {
  const last = messages.findLast(({ role }) => role === Role.ASSISTANT);
  const isAnswered = messages.at(-1)?.parts.some(({ kind }) => kind.case === "toolResult") ?? false;
  const first = last?.parts[0]?.kind;
  return isAnswered && first !== undefined && !(first.case === "reasoning" && isOwnThought(first.value));
}

function dropAll(
  { effort, enabled, budgetTokens, summary }: ReasoningConfig,
  { drops }: RequestContext,
): WrittenReasoning {
  drops.ifSet(`${path}.effort`, effort);
  drops.ifSet(`${path}.summary`, summary);
  if (enabled !== undefined) drops.add(`${path}.enabled`);
  if (budgetTokens !== undefined) drops.add(`${path}.budget_tokens`);
  return {};
}

function writeOff(config: ReasoningConfig, context: RequestContext): WrittenReasoning {
  const { drops, emulated, traits } = context;
  drops.ifSet(`${path}.summary`, config.summary);
  const effort = config.effort === "none" ? undefined : writeEffort(config.effort, context);
  if (traits.off !== "never") {
    // "Thinking": models that think by default are not to be turned off at more than high effort
    const isTooHigh = traits.thinksByDefault && (effort === "xhigh" || effort === "max");
    if (isTooHigh) emulated.add(`${path}.effort`);
    return { thinking: { type: traits.off }, effort: isTooHigh ? "high" : effort };
  }
  if (config.enabled === false) drops.add(`${path}.enabled`);
  if (config.effort === "none") drops.add(`${path}.effort`);
  if (config.budgetTokens === 0) drops.add(`${path}.budget_tokens`);
  return { effort: effort ?? traits.efforts[0] };
}

/** A level that the model does not have becomes the next below, or its lowest. Words nobody knows are the vendor's. */
function writeEffort(effort: string, { traits, drops, emulated }: RequestContext): string | undefined {
  if (effort === "" || traits.efforts.includes(effort)) return effort || undefined;
  if (traits.efforts.length === 0) return drops.add(`${path}.effort`);
  const level = nearestLevel(effort, traits.efforts);
  if (level !== effort) emulated.add(`${path}.effort`);
  return level;
}

/** In tokens ("Thinking" with a budget). */
const leastBudget = 1024;

function writeBudget(config: ReasoningConfig, maxTokens: number, context: RequestContext): WrittenReasoning {
  const { drops, traits } = context;
  const { effort, enabled, budgetTokens, summary } = config;
  const isWord = budgetOf(effort) !== undefined;
  const isAsked = budgetTokens !== undefined || enabled === true || (isWord && traits.efforts.length === 0);
  if (!isAsked) {
    drops.ifSet(`${path}.summary`, summary);
    return { effort: writeEffort(effort, context) };
  }
  const budget =
    budgetTokens === undefined ? deriveBudget(config, maxTokens, context) : fitBudget(budgetTokens, maxTokens, context);
  if (budget === undefined) return {};
  const isToldByBudget = budgetTokens === undefined && isWord && traits.efforts.length === 0;
  return {
    thinking: { type: "enabled", budget_tokens: budget, display: writeDisplay(summary, context) },
    effort: isToldByBudget ? undefined : writeEffort(effort, context),
  };
}

/** What the caller chose, between the least that there is and the limit of the answer. */
function fitBudget(asked: number, maxTokens: number, { drops, emulated }: RequestContext): number | undefined {
  const budget = Math.min(Math.max(leastBudget, asked), maxTokens - 1);
  if (budget < leastBudget) return drops.add(`${path}.budget_tokens`);
  if (budget !== asked) emulated.add(`${path}.budget_tokens`);
  return budget;
}

/** The answer itself needs room as well: a fifth of the limit. */
function deriveBudget(
  { effort, enabled }: ReasoningConfig,
  maxTokens: number,
  { drops, emulated }: RequestContext,
): number | undefined {
  const budget = Math.min(budgetOf(effort) ?? 8192, Math.floor(maxTokens * 0.8));
  const report = (field: string): unknown =>
    budget < leastBudget ? drops.add(`${path}.${field}`) : emulated.add(`${path}.${field}`);
  if (effort !== "") report("effort");
  if (enabled === true) report("enabled");
  return budget < leastBudget ? undefined : budget;
}

function writeAdaptive(config: ReasoningConfig, context: RequestContext): WrittenReasoning {
  const { emulated } = context;
  const { enabled, budgetTokens, summary } = config;
  if (budgetTokens !== undefined) emulated.add(`${path}.budget_tokens`);
  const effort = config.effort === "" && budgetTokens !== undefined ? effortOf(budgetTokens) : config.effort;
  const isSaid = enabled === true || budgetTokens !== undefined || summary !== ""; // who wants to see thoughts wants some
  const display = writeDisplay(summary, context);
  return {
    thinking: isSaid ? { type: "adaptive", display } : undefined,
    effort: writeEffort(effort, context),
  };
}

/** "Controlling thinking display". */
function writeDisplay(summary: string, { drops, emulated }: RequestContext): string | undefined {
  const isShown = showsThoughts(summary, drops, (field) => void emulated.add(field));
  return isShown === undefined ? undefined : isShown ? "summarized" : "omitted";
}
