import { create } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type Tool,
  type ToolChoice,
  ToolChoiceMode,
  ToolChoiceSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Drops } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { toolName } from "../../core/tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { type ChoiceForms, choiceModes, readChoiceWord, writeChoice } from "../openai/tool-choice.ts";
import type { Words } from "./variant.ts";
import { dialectName } from "./wire.ts";

/** "Create chat completion", tool_choice. */

export function readToolChoice(request: WireObject): ToolChoice | undefined {
  const raw = request.raw("tool_choice");
  if (raw === undefined) return undefined;
  if (typeof raw === "string") return readChoiceWord(request);
  const choice = request.required("tool_choice", request.object("tool_choice"), "a string or an object");
  const kinds = ["function", "custom", "allowed_tools"] as const;
  const kind = choice.required("type", choice.oneOf("type", kinds), "'function', 'custom' or 'allowed_tools'");
  const body = choice.required(kind, choice.object(kind), "an object");
  const read =
    kind === "allowed_tools"
      ? create(ToolChoiceSchema, readAllowed(body))
      : create(ToolChoiceSchema, {
          mode: ToolChoiceMode.TOOL,
          name: body.required("name", body.string("name"), "a string"),
          kind: kind === "custom" ? ToolKind.CUSTOM : ToolKind.FUNCTION,
        });
  read.extensions = { ...choice.rest(dialectName), ...body.rest(dialectName, `${kind}.`) };
  return read;
}

function readAllowed(wire: WireObject): { mode: ToolChoiceMode; allowed: string[] } {
  const mode = wire.oneOf("mode", ["auto", "required"]);
  const tools = wire.required("tools", wire.objects("tools"), "an array of tools");
  const allowed = tools.map((tool) => {
    const named = tool.object("function") ?? tool.object("custom") ?? tool;
    return named.required("name", named.string("name"), "a string");
  });
  return { mode: choiceModes[wire.required("mode", mode, "'auto' or 'required'")], allowed };
}

/** `tools`: those of the request, which tell what kind a named one is of. */
function writeToolChoice(
  choice: ToolChoice | undefined,
  tools: readonly Tool[],
  drops: Drops,
): Members | string | undefined {
  if (choice === undefined) return undefined;
  const { mode, name, allowed } = choice;
  if (mode === ToolChoiceMode.TOOL || mode === ToolChoiceMode.NONE) drops.ifSet("tool_choice.allowed", allowed);
  else drops.ifSet("tool_choice.name", name);
  return writeChoice(choice, tools, choiceForms, drops);
}

const choiceForms: ChoiceForms = {
  tool: (name, isCustom) =>
    isCustom ? { type: "custom", custom: { name } } : { type: "function", function: { name } },
  among: (mode, tools) => ({ type: "allowed_tools", allowed_tools: { mode, tools } }),
};

interface PlacedTool {
  readonly tool: Tool;
  /** "tools[0]" */
  readonly path: string;
}

interface Offer {
  readonly tools: readonly PlacedTool[];
  /** As it is written. */
  readonly choice: Members | string | undefined;
  readonly emulated: readonly string[];
}

/**
 * Which tools the model is offered, and how it may choose. A vendor that does not take a named tool, or a list of those
 * allowed, is offered no others: that comes to the same.
 */
export function offerTools(chat: ChatRequest, { toolChoice: taken }: Words, drops: Drops): Offer {
  const tools = chat.tools.map((tool, i): PlacedTool => ({ tool, path: `tools[${i}]` }));
  const { toolChoice } = chat;
  const form = toolChoice && formOf(toolChoice);
  if (taken === undefined || toolChoice === undefined || form === undefined || taken.has(form)) {
    return { tools, choice: writeToolChoice(toolChoice, chat.tools, drops), emulated: [] };
  }
  const names = form === "named" ? [toolChoice.name] : toolChoice.allowed;
  const offered = tools.filter(({ tool }) => names.includes(toolName(tool)));
  const word = form === "named" || toolChoice.mode === ToolChoiceMode.REQUIRED ? "required" : "auto";
  if (!taken.has(word) || offered.length === 0) {
    drops.add("tool_choice");
    return { tools, choice: undefined, emulated: [] };
  }
  drops.ifSet("tool_choice.extensions", toolChoice.extensions);
  if (form === "named") drops.ifSet("tool_choice.allowed", toolChoice.allowed);
  else drops.ifSet("tool_choice.name", toolChoice.name);
  return { tools: offered, choice: word, emulated: [form === "named" ? "tool_choice.name" : "tool_choice.allowed"] };
}

/** A form in a variant's words. undefined: it says nothing, or something of a newer contract. */
function formOf({ mode, allowed }: ToolChoice): string | undefined {
  switch (mode) {
    case ToolChoiceMode.TOOL:
      return "named";
    case ToolChoiceMode.NONE:
      return "none";
    case ToolChoiceMode.UNSPECIFIED:
      return allowed.length > 0 ? "allowed" : undefined;
    case ToolChoiceMode.AUTO:
      return allowed.length > 0 ? "allowed" : "auto";
    case ToolChoiceMode.REQUIRED:
      return allowed.length > 0 ? "allowed" : "required";
    default:
      return undefined;
  }
}
