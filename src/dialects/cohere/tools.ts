import { create } from "@bufbuild/protobuf";
import {
  type Tool,
  type ToolChoice,
  ToolChoiceMode,
  ToolChoiceSchema,
  ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { serverTool, toolName, writeServerTool } from "../../core/tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import type { RawJson } from "../../lib/json-text.ts";
import { dialectName } from "./wire.ts";

/** "Chat", tools, tool_choice and strict_tools. */

/** `source`: the same tool as bytes, from which its schema is taken as it stands. */
function readTool(wire: WireObject, source: JsonMembers | undefined, strict: boolean | undefined): Tool {
  const type = wire.required("type", wire.string("type"), "'function'");
  if (type !== "function") {
    const json = source?.bytes.toString("utf8") ?? "{}";
    return serverTool(dialectName, type, json);
  }
  const body = wire.required(type, wire.object(type), "an object");
  const name = body.required("name", body.string("name"), "a string");
  const description = body.string("description") ?? "";
  const parameters = body.object("parameters") === undefined ? "" : (source?.object(type)?.text("parameters") ?? "");
  const tool = create(ToolSchema, { kind: { case: "function", value: { name, description, parameters, strict } } });
  tool.extensions = { ...wire.rest(dialectName), ...body.rest(dialectName, `${type}.`) };
  return tool;
}

/** `strict_tools` is about all functions: without one it is left to the rest. */
export function readTools(request: WireObject, source: JsonMembers): Tool[] {
  const wires = request.objects("tools") ?? [];
  const sources = source.objects("tools");
  const strict = request.boolean("strict_tools");
  const tools = wires.map((tool, i) => readTool(tool, sources[i], strict));
  if (!tools.some(({ kind }) => kind.case === "function")) request.leave("strict_tools");
  return tools;
}

/** "Tool use", parameters: required, also of a function without any. */
const noParameters = '{"type":"object","properties":{}}';

/** undefined: this dialect has no word for it. */
function writeTool(tool: Tool, path: string, drops: Drops): Members | RawJson | undefined {
  drops.ifSet(`${path}.cache_breakpoint`, tool.cacheBreakpoint);
  const { kind } = tool;
  switch (kind.case) {
    case "function": {
      const { name, description, parameters } = kind.value;
      const body: Members = { name };
      if (description !== "") body.description = description;
      body.parameters = userJson(parameters || noParameters, `${path}.function.parameters`);
      const written: Members = { type: "function", function: body };
      drops.graft(written, tool.extensions, path);
      return written;
    }
    case "server":
      return writeServerTool(tool, kind.value, dialectName, path, drops);
    case "custom":
      return drops.add(`${path}.custom`);
    case undefined:
      return drops.add(`${path}.kind`);
    default:
      return kind satisfies never;
  }
}

interface WrittenTools {
  readonly tools: (Members | RawJson)[];
  readonly strictTools: boolean | undefined;
  readonly toolChoice: string | undefined;
}

/**
 * Cohere cannot be told which tool to call, nor which of them it may: such a choice is brought about by offering it no
 * others. Throws GatewayError "invalid_request" for a choice of a tool that is not there.
 */
export function writeTools(
  all: readonly Tool[],
  choice: ToolChoice | undefined,
  drops: Drops,
  emulated: string[],
): WrittenTools {
  const { toolChoice, isOffered } = writeChoice(all, choice, drops, emulated);
  const placed = all.map((tool, i) => ({ tool, path: `tools[${i}]` })).filter(({ tool }) => isOffered(tool));
  return {
    tools: placed.flatMap<Members | RawJson>(({ tool, path }) => writeTool(tool, path, drops) ?? []),
    strictTools: writeStrict(placed, drops),
    toolChoice,
  };
}

/** All functions are strict, or none is: where the request wants it of some, it is reported that they are not. */
function writeStrict(
  placed: readonly { readonly tool: Tool; readonly path: string }[],
  drops: Drops,
): boolean | undefined {
  const functions = placed.flatMap(({ tool: { kind }, path }) =>
    kind.case === "function" ? [{ strict: kind.value.strict, path }] : [],
  );
  if (functions.length > 0 && functions.every(({ strict }) => strict === true)) return true;
  for (const { strict, path } of functions) if (strict === true) drops.add(`${path}.function.strict`);
  return functions.some(({ strict }) => strict === false) ? false : undefined;
}

interface WrittenChoice {
  readonly toolChoice: string | undefined;
  readonly isOffered: (tool: Tool) => boolean;
}

const everyTool = (): boolean => true;

function writeChoice(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  drops: Drops,
  emulated: string[],
): WrittenChoice {
  if (choice === undefined) return { toolChoice: undefined, isOffered: everyTool };
  const { mode, name, allowed } = choice;
  drops.ifSet("tool_choice.extensions", choice.extensions);
  if (mode !== ToolChoiceMode.TOOL) drops.ifSet("tool_choice.name", name);
  if (mode === ToolChoiceMode.TOOL || mode === ToolChoiceMode.NONE) drops.ifSet("tool_choice.allowed", allowed);
  const among = (): ((tool: Tool) => boolean) => {
    if (allowed.length === 0) return everyTool;
    emulated.push("tool_choice.allowed");
    return (tool) => allowed.includes(toolName(tool));
  };
  switch (mode) {
    case ToolChoiceMode.UNSPECIFIED:
    case ToolChoiceMode.AUTO: // "If tool_choice isn't specified, then the model is free to choose"
      return { toolChoice: undefined, isOffered: among() };
    case ToolChoiceMode.REQUIRED:
      return { toolChoice: "REQUIRED", isOffered: among() };
    case ToolChoiceMode.NONE:
      return { toolChoice: "NONE", isOffered: everyTool };
    case ToolChoiceMode.TOOL:
      return writeNamed(tools, choice, drops, emulated);
    default:
      drops.add("tool_choice.mode"); // of a newer contract
      return { toolChoice: undefined, isOffered: everyTool };
  }
}

function writeNamed(
  tools: readonly Tool[],
  { name, kind }: ToolChoice,
  drops: Drops,
  emulated: string[],
): WrittenChoice {
  const named = tools.find((tool) => toolName(tool) === name && mayBe(tool, kind));
  if (named === undefined) {
    throw new GatewayError("invalid_request", `'tool_choice.name': the request has no such tool as '${name}'.`, {
      param: "tool_choice.name",
    });
  }
  if (named.kind.case === "custom") {
    drops.add("tool_choice"); // the tool itself cannot be said
    return { toolChoice: undefined, isOffered: everyTool };
  }
  emulated.push("tool_choice.name");
  return { toolChoice: "REQUIRED", isOffered: (tool) => tool === named };
}

const mayBe = ({ kind }: Tool, wanted: ToolKind): boolean =>
  wanted === ToolKind.UNSPECIFIED || (kind.case === "custom") === (wanted === ToolKind.CUSTOM);

export function readToolChoice(request: WireObject): ToolChoice | undefined {
  const word = request.oneOf("tool_choice", ["REQUIRED", "NONE"]);
  if (word === undefined) return undefined;
  return create(ToolChoiceSchema, { mode: word === "NONE" ? ToolChoiceMode.NONE : ToolChoiceMode.REQUIRED });
}
