import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type ReasoningConfig,
  type ReasoningConfigSchema,
  ToolChoiceMode,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Members } from "../../core/extensions.ts";
import { budgetOf, effortOf, nearestLevel, showsThoughts, turnsOff } from "../../core/reasoning.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { count, isRecord } from "../../core/wire-values.ts";
import type { WriteContext } from "./blocks.ts";

/**
 * How a model is told to think. Converse itself has `outputConfig.effort`; the rest is the models' own, in
 * additionalModelRequestFields: Claude's `thinking` ("Extended thinking", "Adaptive thinking"), Nova's `reasoningConfig`
 * ("Extended thinking" of the Nova 2 guide), `reasoning` of OpenAI's and xAI's models, and gpt-oss's `reasoning_effort`.
 */

type ReasoningInit = MessageInitShape<typeof ReasoningConfigSchema>;

/** `fields`: additionalModelRequestFields. What says more than the contract can stays in their rest. */
export function readReasoning(
  outputConfig: WireObject | undefined,
  fields: WireObject | undefined,
): ReasoningInit | undefined {
  const effort = outputConfig?.string("effort");
  const read: ReasoningInit = { ...(fields && readFields(fields, effort)), ...(effort !== undefined && { effort }) };
  return Object.keys(read).length === 0 ? undefined : read;
}

function readFields(fields: WireObject, effort: string | undefined): ReasoningInit {
  const thinking = readThinking(fields.raw("thinking"));
  if (thinking === undefined) fields.leave("thinking");
  let told: ReasoningInit | undefined;
  for (const [key, read] of Object.entries(effortReaders)) {
    const found = effort === undefined && told === undefined ? read(fields.raw(key)) : undefined;
    if (found === undefined) fields.leave(key);
    told ??= found;
  }
  return { ...told, ...thinking };
}

function readThinking(value: unknown): ReasoningInit | undefined {
  if (!isRecord(value)) return undefined;
  const { type, budget_tokens: budget, display, ...more } = value;
  if (Object.keys(more).length > 0) return undefined;
  const summary = display === undefined ? "" : displays.get(display);
  if (summary === undefined) return undefined;
  const shown = summary === "" ? {} : { summary };
  const budgetTokens = count(budget);
  if (type === "enabled" && budgetTokens !== undefined) return { budgetTokens, ...shown };
  if (budget !== undefined) return undefined;
  if (type === "adaptive") return { enabled: true, ...shown };
  return (type === "disabled" || type === "between_tools") && summary === "" ? { enabled: false } : undefined;
}

/** "Controlling thinking display". */
const displays: ReadonlyMap<unknown, string> = new Map([
  ["summarized", "auto"],
  ["omitted", "none"],
]);

function readNova(value: unknown): ReasoningInit | undefined {
  if (!isRecord(value)) return undefined;
  const { type, maxReasoningEffort: effort, ...more } = value;
  if (Object.keys(more).length > 0) return undefined;
  if (type === "disabled" && effort === undefined) return { enabled: false };
  return type === "enabled" && typeof effort === "string" && effort !== "" ? { effort } : undefined;
}

function readOpenAi(value: unknown): ReasoningInit | undefined {
  if (!isRecord(value)) return undefined;
  const { effort, summary = "", ...more } = value;
  const isKnown = Object.keys(more).length === 0 && typeof effort === "string" && effort !== "";
  return isKnown && typeof summary === "string" ? { effort, summary } : undefined;
}

/** Where an effort may be told, if not in outputConfig; what says more is left. */
const effortReaders: Readonly<Record<string, (value: unknown) => ReasoningInit | undefined>> = {
  reasoningConfig: readNova,
  reasoning: readOpenAi,
  reasoning_effort: (value) => (typeof value === "string" && value !== "" ? { effort: value } : undefined),
};

export interface WrittenReasoning {
  /** Of `outputConfig`. */
  readonly effort?: string | undefined;
  /** Of additionalModelRequestFields. */
  readonly fields?: Members | undefined;
  /** Whether the model is made to think: it cannot be made to call a tool then. */
  readonly isOn: boolean;
}

const path = "reasoning";

export function writeReasoning(chat: ChatRequest, context: WriteContext): WrittenReasoning {
  const { reasoning } = chat;
  if (reasoning === undefined) return { isOn: false };
  const { drops, words } = context;
  switch (words.thinking) {
    case "adaptive":
    case "either":
    case "any":
    case "budget":
      return writeThinking(reasoning, chat, context);
    case "nova":
      return writeNova(reasoning, context);
    case "openai":
      return writeOpenAi(reasoning, context);
    case "gpt-oss":
      reportAllButEffort(reasoning, context);
      return { fields: reasoning.effort === "" ? undefined : { reasoning_effort: reasoning.effort }, isOn: false };
    case "effort":
      reportAllButEffort(reasoning, context);
      return { effort: reasoning.effort || undefined, isOn: false };
    case "none":
      drops.add(path);
      return { isOn: false };
    default:
      return words.thinking satisfies never;
  }
}

function reportAllButEffort(reasoning: ReasoningConfig, { drops }: WriteContext): void {
  drops.ifSet(`${path}.budget_tokens`, reasoning.budgetTokens);
  drops.ifSet(`${path}.summary`, reasoning.summary);
  if (reasoning.enabled !== undefined) drops.add(`${path}.enabled`);
}

/** Of `reasoning` only the effort turns thinking off. */
function writeOpenAi(
  { effort, enabled, budgetTokens, summary }: ReasoningConfig,
  { drops, emulated }: WriteContext,
): WrittenReasoning {
  const isOffSaid = effort === "" && enabled === false;
  if (isOffSaid) emulated.push(`${path}.enabled`);
  else if (enabled !== undefined) drops.add(`${path}.enabled`);
  if (budgetTokens !== undefined) drops.add(`${path}.budget_tokens`);
  const word = isOffSaid ? "none" : effort || undefined;
  const fields = word === undefined && summary === "" ? undefined : { effort: word, summary: summary || undefined };
  return { fields: fields && { reasoning: fields }, isOn: false };
}

/** Claude's. Some levels of effort think without being told to; then nothing is said. */
function writeThinking(reasoning: ReasoningConfig, chat: ChatRequest, context: WriteContext): WrittenReasoning {
  const { words } = context;
  const { budgetTokens, enabled, summary } = reasoning;
  if (turnsOff(reasoning)) return writeOff(reasoning, context);
  const isLevel = words.efforts?.length === 0 && budgetOf(reasoning.effort) !== undefined;
  if (words.thinking === "budget" && budgetTokens === undefined && enabled !== true && !isLevel) {
    return withoutThoughts(reasoning, context);
  }
  const isBudget = words.thinking === "budget" || (budgetTokens !== undefined && words.thinking !== "adaptive");
  const isSaid = isBudget || enabled === true || budgetTokens !== undefined || summary !== ""; // to see thoughts is to want some
  const isHindered = isMadeToCall(chat) || (isBudget && isInThoughtlessCall(chat));
  if (isSaid && isHindered) return withoutThoughts(reasoning, context);
  return isBudget ? writeBudget(reasoning, chat.maxOutputTokens, context) : writeAdaptive(reasoning, isSaid, context);
}

/** What is left of it: the effort, where the model knows levels. */
function withoutThoughts(reasoning: ReasoningConfig, context: WriteContext): WrittenReasoning {
  const { drops } = context;
  drops.ifSet(`${path}.summary`, reasoning.summary);
  if (reasoning.budgetTokens !== undefined) drops.add(`${path}.budget_tokens`);
  if (reasoning.enabled !== undefined) drops.add(`${path}.enabled`);
  return { effort: effortWord(reasoning.effort, context), isOn: false };
}

function writeAdaptive(
  { effort, budgetTokens, summary }: ReasoningConfig,
  isSaid: boolean,
  context: WriteContext,
): WrittenReasoning {
  if (budgetTokens !== undefined) context.emulated.push(`${path}.budget_tokens`);
  const level = effort === "" && budgetTokens !== undefined ? effortOf(budgetTokens) : effort;
  const thinking = isSaid ? { type: "adaptive", display: display(summary, context) } : undefined;
  return { effort: effortWord(level, context), fields: thinking && { thinking }, isOn: isSaid };
}

function writeOff(reasoning: ReasoningConfig, context: WriteContext): WrittenReasoning {
  const { drops, emulated, words } = context;
  const { effort, budgetTokens, enabled } = reasoning;
  drops.ifSet(`${path}.summary`, reasoning.summary);
  if ((budgetTokens ?? 0) > 0) drops.add(`${path}.budget_tokens`);
  const word = effort === "none" ? undefined : effortWord(effort, context);
  if (words.off !== "never") {
    // "OutputConfig", effort: without thinking it is high at most
    const isTooHigh = words.thinksByDefault && (word === "xhigh" || word === "max");
    if (isTooHigh) emulated.push(`${path}.effort`);
    return { effort: isTooHigh ? "high" : word, fields: { thinking: { type: words.off } }, isOn: false };
  }
  if (enabled === false) drops.add(`${path}.enabled`);
  if (effort === "none") drops.add(`${path}.effort`);
  if (budgetTokens === 0) drops.add(`${path}.budget_tokens`);
  return { effort: word ?? words.efforts?.[0], isOn: true };
}

/** In tokens ("Extended thinking"). */
const leastBudget = 1024;

/** A level that the model does not have becomes the next below, or its lowest. Words nobody knows are the vendor's. */
function effortWord(effort: string, { drops, emulated, words }: WriteContext): string | undefined {
  const { efforts } = words;
  if (effort === "" || efforts === undefined || efforts.includes(effort)) return effort || undefined;
  if (efforts.length === 0) return drops.add(`${path}.effort`);
  const level = nearestLevel(effort, efforts);
  if (level !== effort) emulated.push(`${path}.effort`);
  return level;
}

/** "Controlling thinking display". */
function display(summary: string, { drops, emulated }: WriteContext): string | undefined {
  const isShown = showsThoughts(summary, drops, (field) => void emulated.push(field));
  return isShown === undefined ? undefined : isShown ? "summarized" : "omitted";
}

/** The thoughts are a part of the answer's tokens, and the answer needs room as well. */
function writeBudget(
  reasoning: ReasoningConfig,
  maxOutputTokens: number | undefined,
  context: WriteContext,
): WrittenReasoning {
  const { budgetTokens, effort, summary } = reasoning;
  const most = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const budget =
    budgetTokens === undefined
      ? deriveBudget(reasoning, Math.floor(most * 0.8), context)
      : fitBudget(budgetTokens, most - 1, context);
  if (budget === undefined) return withoutThoughts(reasoning, context);
  const isToldByBudget =
    budgetTokens === undefined && context.words.efforts?.length === 0 && budgetOf(effort) !== undefined;
  if (isToldByBudget) context.emulated.push(`${path}.effort`);
  return {
    fields: { thinking: { type: "enabled", budget_tokens: budget, display: display(summary, context) } },
    effort: isToldByBudget ? undefined : effortWord(effort, context),
    isOn: true,
  };
}

/** What the caller chose, between the least that there is and the limit of the answer. */
function fitBudget(asked: number, most: number, { emulated }: WriteContext): number | undefined {
  const budget = Math.min(Math.max(leastBudget, asked), most);
  if (budget < leastBudget) return undefined;
  if (budget !== asked) emulated.push(`${path}.budget_tokens`);
  return budget;
}

function deriveBudget(
  { effort, enabled }: ReasoningConfig,
  most: number,
  { emulated }: WriteContext,
): number | undefined {
  const budget = Math.min(budgetOf(effort) ?? 8192, most);
  if (budget < leastBudget) return undefined;
  if (enabled === true) emulated.push(`${path}.enabled`);
  return budget;
}

/** Claude cannot be made to call a tool while it thinks ("Thinking with tool use"). */
const isMadeToCall = ({ toolChoice }: ChatRequest): boolean =>
  toolChoice?.mode === ToolChoiceMode.REQUIRED || toolChoice?.mode === ToolChoiceMode.TOOL;

/** The turn whose call is answered has to begin with thoughts; other vendors' clients do not give them back. */
function isInThoughtlessCall({ messages }: ChatRequest): boolean {
  const isAnswered = messages.at(-1)?.parts.some(({ kind }) => kind.case === "toolResult") ?? false;
  const first = messages.findLast(({ role }) => role === Role.ASSISTANT)?.parts[0]?.kind;
  if (!isAnswered || first === undefined) return false;
  return !(first.case === "reasoning" && (first.value.signature !== "" || first.value.redacted !== ""));
}

/** Nova 2: "low", "medium" or "high". */
function writeNova(reasoning: ReasoningConfig, { drops, emulated }: WriteContext): WrittenReasoning {
  const { effort, budgetTokens, enabled, summary } = reasoning;
  drops.ifSet(`${path}.summary`, summary);
  if (turnsOff(reasoning)) {
    if (effort !== "none") drops.ifSet(`${path}.effort`, effort);
    if ((budgetTokens ?? 0) > 0) drops.add(`${path}.budget_tokens`);
    return { fields: { reasoningConfig: { type: "disabled" } }, isOn: false };
  }
  if (budgetTokens !== undefined) emulated.push(`${path}.budget_tokens`);
  if (effort === "" && enabled !== true && budgetTokens === undefined) return { isOn: false };
  if (enabled === true) emulated.push(`${path}.enabled`); // the effort says it
  const level = effort === "" ? (budgetTokens === undefined ? "medium" : effortOf(budgetTokens)) : effort;
  const word = nearestLevel(level, novaLevels);
  if (word !== effort && effort !== "") emulated.push(`${path}.effort`);
  return { fields: { reasoningConfig: { type: "enabled", maxReasoningEffort: word } }, isOn: true };
}

const novaLevels = ["low", "medium", "high"];
