import { create } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type Tool,
  type ToolChoice,
  ToolChoiceMode,
  ToolChoiceSchema,
  ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { userJson } from "../../core/drops.ts";
import { fieldText, type Members } from "../../core/extensions.ts";
import { answerTool, textToolSchema } from "../../core/reserved-tools.ts";
import { choosesCustom, serverTool, toolName } from "../../core/tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { RawJson } from "../../lib/json-text.ts";
import { type RequestContext, readBreakpoint, writeBreakpoint } from "./parts.ts";
import { checkToolName, textToolName } from "./reserved-tools.ts";
import { type Source, textOf } from "./source-text.ts";
import { dialectName } from "./wire.ts";

/** "Messages", tools: the caller's own have no type, or "custom". Any other type is a tool that Anthropic defines. */
export function readTool(wire: WireObject, source: Source): Tool {
  const type = wire.string("type") ?? "";
  if (type !== "" && type !== "custom") {
    const json = source()?.bytes.toString("utf8") ?? fieldText(wire.value) ?? "{}";
    return serverTool(dialectName, type, json);
  }
  wire.leave("type"); // both say the same, and it comes back as it was
  const cache = readBreakpoint(wire);
  const parameters = wire.object("input_schema") === undefined ? "" : textOf(source)("input_schema");
  const value = {
    name: wire.required("name", wire.string("name"), "a string"),
    description: wire.string("description") ?? "",
    parameters: parameters ?? "",
    strict: wire.boolean("strict"),
  };
  const tool = create(ToolSchema, { kind: { case: "function", value }, cacheBreakpoint: cache?.breakpoint });
  tool.extensions = { ...wire.rest(dialectName, "", textOf(source)), ...cache?.extensions };
  return tool;
}

/** undefined: this dialect has no word for it, which was reported. */
export function writeTool(tool: Tool, path: string, context: RequestContext): Members | RawJson | undefined {
  const { drops, emulated } = context;
  const { kind } = tool;
  switch (kind.case) {
    case "function": {
      const { name, description, parameters, strict } = kind.value;
      checkToolName(name, `${path}.function.name`);
      const written: Members = { name };
      if (description !== "") written.description = description;
      written.input_schema = parameters === "" ? anyObject : userJson(parameters, `${path}.function.parameters`);
      if (strict !== undefined) written.strict = strict;
      return finishTool(written, tool, path, context);
    }
    case "custom": {
      const { name, description, format } = kind.value;
      emulated.add(`${path}.custom`);
      const written: Members = { name: textToolName(name, `${path}.custom.name`) };
      if (description !== "") written.description = description;
      if (format !== "") userJson(format, `${path}.custom.format`);
      written.input_schema = textToolSchema(format);
      return finishTool(written, tool, path, context);
    }
    case "server":
      drops.ifSet(`${path}.cache_breakpoint`, tool.cacheBreakpoint);
      drops.ifSet(`${path}.extensions`, tool.extensions);
      if (kind.value.dialect !== dialectName) return drops.add(`${path}.server`);
      return userJson(kind.value.json, `${path}.server.json`);
    case undefined:
      return drops.add(`${path}.kind`);
    default:
      return kind satisfies never;
  }
}

/** "input_schema" is required, and has to be of an object. */
export const anyObject: Members = { type: "object" };

function finishTool(written: Members, tool: Tool, path: string, { drops }: RequestContext): Members {
  if (tool.cacheBreakpoint !== undefined) written.cache_control = writeBreakpoint(tool.cacheBreakpoint, path, drops);
  drops.graft(written, tool.extensions, path);
  return written;
}

/** The tools that may be called. Anthropic has no list of those; leaving out the others is one. */
export function allowedTools({ tools, toolChoice }: ChatRequest, { emulated }: RequestContext): ReadonlySet<Tool> {
  const allowed = new Set(toolChoice?.allowed);
  const isListed = allowed.size > 0 && listModes.has(toolChoice?.mode ?? ToolChoiceMode.UNSPECIFIED);
  const left = tools.filter((tool) => allowed.has(toolName(tool)));
  if (!isListed || left.length === 0) return new Set(tools);
  emulated.add("tool_choice.allowed");
  return new Set(left);
}

const listModes: ReadonlySet<ToolChoiceMode> = new Set([
  ToolChoiceMode.UNSPECIFIED,
  ToolChoiceMode.AUTO,
  ToolChoiceMode.REQUIRED,
]);

const choiceTypes = {
  auto: ToolChoiceMode.AUTO,
  any: ToolChoiceMode.REQUIRED,
  tool: ToolChoiceMode.TOOL,
  none: ToolChoiceMode.NONE,
} as const;

interface ReadChoice {
  readonly choice: ToolChoice | undefined;
  readonly parallel: boolean | undefined;
}

/** "Messages", tool_choice; it also says whether one turn may hold several calls. */
export function readToolChoice(request: WireObject): ReadChoice {
  const wire = request.object("tool_choice");
  if (wire === undefined) return { choice: undefined, parallel: undefined };
  const type = wire.oneOf("type", ["auto", "any", "tool", "none"]);
  const mode = choiceTypes[wire.required("type", type, "'auto', 'any', 'tool' or 'none'")];
  const name = type === "tool" ? wire.required("name", wire.string("name"), "the tool's name") : "";
  const disabled = wire.boolean("disable_parallel_tool_use");
  const choice = create(ToolChoiceSchema, { mode, name });
  choice.extensions = wire.rest(dialectName);
  return { choice, parallel: disabled === undefined ? undefined : !disabled };
}

/** Whether the caller wants a call, whatever the model thinks. */
export const wantsCall = ({ tools, toolChoice }: ChatRequest): boolean =>
  tools.length > 0 && (toolChoice?.mode === ToolChoiceMode.REQUIRED || toolChoice?.mode === ToolChoiceMode.TOOL);

/** How the tool that holds the answer is offered. undefined: it is not. */
export interface AnswerOffer {
  /** Whether the model can be made to call a tool. */
  readonly canForce: boolean;
  /** Whether there are other tools, which it may have to call first. */
  readonly isAlone: boolean;
}

/** `hasTools`: whether any are offered; without them a choice is refused. */
export function writeToolChoice(
  chat: ChatRequest,
  hasTools: boolean,
  answer: AnswerOffer | undefined,
  context: RequestContext,
): Members | undefined {
  const { drops } = context;
  const { toolChoice, parallelToolCalls: parallel } = chat;
  if (!hasTools && answer === undefined) {
    if (toolChoice !== undefined) drops.add("tool_choice");
    if (parallel !== undefined) drops.add("parallel_tool_calls");
    return undefined;
  }
  const written = answer === undefined ? writeChoice(chat, context) : writeAnswerChoice(answer, toolChoice, context);
  if (toolChoice !== undefined && written !== undefined) drops.graft(written, toolChoice.extensions, "tool_choice");
  else drops.ifSet("tool_choice.extensions", toolChoice?.extensions);
  if (parallel === undefined) return written;
  if (written === undefined) return parallel ? undefined : { type: "auto", disable_parallel_tool_use: true };
  if (written.type === "none") drops.add("parallel_tool_calls");
  else written.disable_parallel_tool_use ??= !parallel;
  return written;
}

function writeChoice({ toolChoice, tools }: ChatRequest, { drops, traits }: RequestContext): Members | undefined {
  if (toolChoice === undefined) return undefined;
  const { mode, name, allowed } = toolChoice;
  if (!listModes.has(mode)) drops.ifSet("tool_choice.allowed", allowed);
  if (mode !== ToolChoiceMode.TOOL) drops.ifSet("tool_choice.name", name);
  const isForced = mode === ToolChoiceMode.REQUIRED || mode === ToolChoiceMode.TOOL;
  if (isForced && !traits.forcedTools) {
    drops.add("tool_choice.mode"); // "Forced tool use is not supported"
    return { type: "auto" };
  }
  switch (mode) {
    case ToolChoiceMode.UNSPECIFIED:
      return undefined;
    case ToolChoiceMode.AUTO:
      return { type: "auto" };
    case ToolChoiceMode.NONE:
      return { type: "none" };
    case ToolChoiceMode.REQUIRED:
      return { type: "any" };
    case ToolChoiceMode.TOOL:
      return { type: "tool", name: choosesCustom(toolChoice, tools) ? textToolName(name, "tool_choice.name") : name };
    default:
      return drops.add("tool_choice.mode"); // of a newer contract
  }
}

/** The caller leaves the choice to the model, or wants no tool to be called: else nothing is answered in a form. */
function writeAnswerChoice(
  { canForce, isAlone }: AnswerOffer,
  choice: ToolChoice | undefined,
  { drops }: RequestContext,
): Members | undefined {
  drops.ifSet("tool_choice.name", choice?.name);
  if (!canForce) return undefined;
  const isOnly = isAlone || choice?.mode === ToolChoiceMode.NONE;
  return isOnly ? { type: "tool", name: answerTool, disable_parallel_tool_use: true } : { type: "any" };
}
