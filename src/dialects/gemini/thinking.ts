import { create } from "@bufbuild/protobuf";
import { type ReasoningConfig, ReasoningConfigSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Members } from "../../core/extensions.ts";
import { showsThoughts } from "../../core/reasoning.ts";
import type { WriteContext } from "./context.ts";
import type { GoogleObject } from "./google-object.ts";
import type { ModelWords } from "./wire.ts";

/**
 * "ThinkingConfig" (ai.google.dev/api/generate-content). What an effort means follows Google's own table for OpenAI's
 * clients ("OpenAI compatibility", ai.google.dev/gemini-api/docs/openai):
 *
 * | effort      | Gemini 3 and later      | Gemini 2.5                   |
 * | ----------- | ----------------------- | ---------------------------- |
 * | none        | the lowest level        | 0, which Pro has not: 128    |
 * | minimal     | MINIMAL, else LOW       | 1,024                        |
 * | low         | LOW                     | 1,024                        |
 * | medium      | MEDIUM (3 Pro: HIGH)    | 8,192                        |
 * | high        | HIGH                    | 24,576                       |
 * | xhigh, max  | HIGH                    | the most: 24,576, Pro 32,768 |
 *
 * A budget is written as such for both; Gemini 3 has no budget of 0, and gets its lowest level. Gemini 3 refuses a level
 * beside a budget. Models before 2.5 do not think.
 */
const dynamic = -1;

export function readThinking(wire: GoogleObject): ReasoningConfig | undefined {
  const effort = wire.string("thinkingLevel")?.toLowerCase() ?? "";
  const isKnown = effort !== "thinking_level_unspecified";
  if (!isKnown) wire.leave("thinkingLevel");
  const budget = wire.number("thinkingBudget");
  const budgetTokens = budget === dynamic ? undefined : wire.count("thinkingBudget");
  const shown = wire.boolean("includeThoughts");
  const summary = shown === undefined ? "" : shown ? "auto" : "none";
  const enabled = budget === dynamic ? true : undefined;
  const read = create(ReasoningConfigSchema, { effort: isKnown ? effort : "", budgetTokens, summary, enabled });
  return read.effort === "" && budget === undefined && shown === undefined ? undefined : read;
}

/** undefined: nothing to say. */
export function writeThinking(reasoning: ReasoningConfig | undefined, context: WriteContext): Members | undefined {
  if (reasoning === undefined) return undefined;
  if (context.words.thinking === "none") {
    return dropSet(reasoning, ["effort", "budgetTokens", "enabled", "summary"], context);
  }
  const config: Members = { ...writeAmount(reasoning, context), ...writeShown(reasoning.summary, context) };
  return Object.keys(config).length === 0 ? undefined : config;
}

const names = { effort: "effort", budgetTokens: "budget_tokens", enabled: "enabled", summary: "summary" } as const;

function dropSet(
  reasoning: ReasoningConfig,
  fields: readonly (keyof typeof names)[],
  { drops }: WriteContext,
): undefined {
  for (const field of fields) {
    const value = reasoning[field];
    if (value !== undefined && value !== "") drops.add(`reasoning.${names[field]}`);
  }
}

/** How much to think. Of several things that say so one counts; the others are reported. */
function writeAmount(reasoning: ReasoningConfig, context: WriteContext): Members {
  const { words } = context;
  const { effort, budgetTokens, enabled } = reasoning;
  if (enabled === false) {
    dropSet(reasoning, ["effort", "budgetTokens"], context);
    return writeLeast("reasoning.enabled", context);
  }
  const byEffort = effort !== "" && (words.thinking === "level" || budgetTokens === undefined);
  if (byEffort) {
    dropSet(reasoning, ["budgetTokens", "enabled"], context);
    return writeEffort(effort, context);
  }
  if (budgetTokens !== undefined) {
    dropSet(reasoning, ["effort", "enabled"], context);
    return budgetTokens === 0 ? writeLeast("reasoning.budget_tokens", context) : { thinkingBudget: budgetTokens };
  }
  return enabled === true ? { thinkingBudget: dynamic } : {};
}

/** As little as the model can. That it goes on thinking is reported. */
function writeLeast(path: string, { words, drops, emulated }: WriteContext): Members {
  if (words.thinking === "level") {
    // "Thinking levels": at MINIMAL most requests are answered without a thought
    if (words.leastLevel === "MINIMAL") emulated.push(path);
    else drops.add(path);
    return { thinkingLevel: words.leastLevel };
  }
  if (words.leastBudget > 0) drops.add(path);
  return { thinkingBudget: words.leastBudget };
}

function writeEffort(effort: string, context: WriteContext): Members {
  const { words, drops, emulated } = context;
  if (effort === "none") return writeLeast("reasoning.effort", context);
  if (words.thinking === "level") {
    const level = levelOf(effort, words);
    if (level === undefined) drops.add("reasoning.effort");
    else if (level.toLowerCase() !== effort) emulated.push("reasoning.effort");
    return level === undefined ? {} : { thinkingLevel: level };
  }
  const thinkingBudget = budgetOf(effort, words);
  if (thinkingBudget === undefined) drops.add("reasoning.effort");
  else emulated.push("reasoning.effort");
  return thinkingBudget === undefined ? {} : { thinkingBudget };
}

function levelOf(effort: string, words: ModelWords): string | undefined {
  switch (effort) {
    case "minimal":
      return words.leastLevel;
    case "low":
      return "LOW";
    case "medium":
      return words.mediumLevel;
    case "high":
    case "xhigh":
    case "max":
      return "HIGH";
    default:
      return undefined;
  }
}

function budgetOf(effort: string, words: ModelWords): number | undefined {
  switch (effort) {
    case "minimal":
    case "low":
      return 1024;
    case "medium":
      return 8192;
    case "high":
      return 24_576;
    case "xhigh":
    case "max":
      return words.greatestBudget;
    default:
      return undefined;
  }
}

/** Google shows summaries of thoughts in one length. */
function writeShown(summary: string, { drops, emulated }: WriteContext): Members {
  const includeThoughts = showsThoughts(summary, drops, (field) => void emulated.push(field));
  return includeThoughts === undefined ? {} : { includeThoughts };
}
