import fc from "fast-check";
import type { RequestTarget } from "../../../src/core/dialect.ts";
import { type JsonObject, objectOf, vendorFields, word } from "../../contract/json.ts";
import { compact, factsOf, type ModelFacts, maybe, oneOf } from "./model-facts.ts";
import {
  assistantBlock,
  cacheControl,
  contentOf,
  jsonObject,
  said,
  systemBlock,
  toolName,
  toolResult,
  userBlock,
} from "./wire-blocks.ts";

/**
 * Requests in the normal form of anthropic. Of several ways to say the same, these are normal:
 *
 * - a content, or a system, of one plain text is a string; one without anything is absent;
 * - the results of tools come first, and what the user says next stands behind them in the same message;
 * - `max_tokens` is there; `stream` is there when it is true; lists that are empty, optional texts that are "", `is_error`
 *   when it is false, and nulls are absent;
 * - the form of an answer is `output_config.format`; only the models that know a field have it;
 * - texts are not blank, and the last one does not end in white space, since Anthropic refuses such; with a budget for
 *   thinking, an assistant's turn begins with thoughts.
 */
export function wireRequests({ model, stream }: RequestTarget): fc.Arbitrary<JsonObject> {
  const takes = factsOf(model);
  return fc
    .tuple(conversation(takes), tools, thoughts(takes), fields(takes))
    .chain(([spoken, offered, thought, more]) =>
      fc
        .tuple(choice(takes, offered, thought.thinking), sampling(takes, thought.thinking))
        .map(([chosen, sampled]) => ({
          model,
          ...(stream && { stream }),
          ...(thought.thinking?.type === "enabled" ? withThoughts(spoken) : spoken),
          ...(offered.length > 0 && { tools: offered }),
          ...compact({ tool_choice: chosen, thinking: thought.thinking }),
          ...withConfig(more, thought.effort),
          ...sampled,
        })),
    );
}

function conversation({ midSystem }: ModelFacts): fc.Arbitrary<JsonObject> {
  const user = objectOf({
    role: fc.constant("user"),
    content: fc.oneof(
      said,
      contentOf(userBlock),
      fc
        .tuple(fc.array(toolResult, { minLength: 1, maxLength: 2 }), fc.array(userBlock, { maxLength: 2 }))
        .map(([results, rest]) => [...results, ...rest]),
    ),
  });
  const assistant = objectOf({ role: fc.constant("assistant"), content: fc.oneof(said, contentOf(assistantBlock)) });
  const system = objectOf({ role: fc.constant("system"), content: fc.oneof(said, contentOf(systemBlock)) });
  const turn = fc
    .tuple(user, midSystem ? maybe(system) : fc.constant(undefined), assistant)
    .map((messages) => messages.filter((message) => message !== undefined));
  const end = fc
    .tuple(user, midSystem ? maybe(system) : fc.constant(undefined))
    .map((messages) => messages.filter((message) => message !== undefined));
  return fc
    .tuple(maybe(fc.oneof(said, contentOf(systemBlock))), fc.array(turn, { maxLength: 2 }), end)
    .map(([instructions, turns, last]) => compact({ system: instructions, messages: [...turns.flat(), ...last] }));
}

function withThoughts(spoken: JsonObject): JsonObject {
  const messages = Array.isArray(spoken.messages) ? spoken.messages : [];
  const thought = { type: "thinking", thinking: "hm", signature: "EqQB" };
  const begun = messages.map((message) => {
    if (message.role !== "assistant") return message;
    const content = typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
    return { ...message, content: [thought, ...content] };
  });
  return { ...spoken, messages: begun };
}

const tools = fc.array(
  fc.oneof(
    objectOf(
      {
        type: fc.constant("custom"),
        name: toolName,
        description: word,
        input_schema: jsonObject,
        strict: fc.boolean(),
        cache_control: cacheControl,
        input_examples: fc.constant([{ a: 1 }]),
        defer_loading: fc.boolean(),
      },
      ["type", "description", "strict", "cache_control", "input_examples", "defer_loading"],
    ),
    objectOf({ type: fc.constantFrom("web_search_20250305", "bash_20250124"), name: toolName }),
  ),
  { maxLength: 3 },
);

interface Thought {
  readonly thinking: JsonObject | undefined;
  readonly effort: string | undefined;
}

function thoughts({ thinking, efforts }: ModelFacts): fc.Arbitrary<Thought> {
  const display = maybe(fc.constantFrom("summarized", "omitted", "updates"));
  const config = oneOf(thinking).chain((type): fc.Arbitrary<JsonObject | undefined> => {
    if (type === undefined) return fc.constant(undefined);
    const isOff = type === "disabled" || type === "between_tools";
    const budget = type === "enabled" ? fc.integer({ min: 1024, max: 2000 }) : fc.constant(undefined);
    return fc
      .tuple(budget, isOff ? fc.constant(undefined) : display, vendorFields(["type", "budget_tokens", "display"]))
      .map(([budget_tokens, shown, more]) => compact({ type, budget_tokens, display: shown, ...more }));
  });
  return fc.tuple(config, oneOf(efforts)).map(([written, effort]): Thought => {
    const isOff = written?.type === "disabled" || written?.type === "between_tools";
    const isTooHigh = isOff && (effort === "xhigh" || effort === "max");
    return { thinking: written, effort: isTooHigh ? undefined : effort };
  });
}

function choice(
  { forcedTools }: ModelFacts,
  offered: readonly JsonObject[],
  thinking: JsonObject | undefined,
): fc.Arbitrary<JsonObject | undefined> {
  if (offered.length === 0) return fc.constant(undefined);
  const disable = { disable_parallel_tool_use: fc.boolean() };
  const optional = Object.keys(disable);
  const kind = (type: string, more = {}) =>
    objectOf({ type: fc.constant(type), ...more }, optional, ["name", ...optional]);
  const free = [kind("auto", disable), kind("none")];
  const forced = [kind("any", disable), kind("tool", { name: toolName, ...disable })];
  const canForce = forcedTools && thinking?.type !== "enabled";
  return maybe(fc.oneof(...free, ...(canForce ? forced : [])));
}

const share = fc.double({ noNaN: true, min: 0, max: 1 }).map((value) => (value === 0 ? 0 : value));

function sampling(takes: ModelFacts, thinking: JsonObject | undefined): fc.Arbitrary<JsonObject> {
  const isThinking = thinking?.type === "enabled" || thinking?.type === "adaptive";
  if (takes.sampling === "none") return fc.constant({});
  if (isThinking) return fc.constantFrom({}, { temperature: 1 }, { top_p: 0.97 });
  const both = fc.record({ temperature: share, top_p: share, top_k: fc.nat(500) }, { requiredKeys: [] });
  if (takes.sampling === "any") return both;
  return both.map(({ top_p, ...rest }) => ("temperature" in rest || top_p === undefined ? rest : { ...rest, top_p }));
}

function fields({ structured }: ModelFacts): fc.Arbitrary<JsonObject> {
  const format = objectOf({ type: fc.constant("json_schema"), schema: jsonObject });
  const config = objectOf({ format, task_budget: fc.constant({ type: "tokens", total: 20_000 }) }, [
    "format",
    "task_budget",
  ]);
  const bare = objectOf({ task_budget: fc.constant({ type: "tokens", total: 20_000 }) });
  const values = {
    max_tokens: fc.integer({ min: 2001, max: 64_000 }),
    output_config: (structured ? config : bare).filter((value) => Object.keys(value).length > 0),
    stop_sequences: fc.array(said, { minLength: 1, maxLength: 3 }),
    service_tier: fc.constantFrom("auto", "standard_only", "flex_2027"),
    metadata: objectOf({ user_id: word }, ["user_id"]).filter((value) => Object.keys(value).length > 0),
    cache_control: fc.constant({ type: "ephemeral" }),
    container: fc.oneof(word, fc.constant({ skills: [{ type: "anthropic", skill_id: "pptx" }] })),
    context_management: fc.constant({
      edits: [{ type: "clear_tool_uses_20250919", keep: { type: "tool_uses", value: 3 } }],
    }),
    inference_geo: word,
    speed: fc.constantFrom("fast", "standard"),
    diagnostics: fc.constant({ previous_message_id: "msg_1" }),
  };
  const optional = Object.keys(values).filter((key) => key !== "max_tokens");
  return objectOf(values, optional).filter(
    (request) => !reserved.some((key) => key in request) && !("output_format" in request),
  );
}

const reserved = ["system", "messages", "tools", "top_p", "top_k", "tool_choice"];

function withConfig(more: JsonObject, effort: string | undefined): JsonObject {
  if (effort === undefined) return more;
  const config = more.output_config;
  return { ...more, output_config: { effort, ...(typeof config === "object" ? config : {}) } };
}
