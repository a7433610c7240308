import { create } from "@bufbuild/protobuf";
import { type Tool, type ToolChoice, ToolChoiceMode, ToolChoiceSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Drops } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { WireObject } from "../../core/wire-object.ts";
import { type ChoiceForms, choiceModes, namesOfCustom, readChoiceWord, writeChoice } from "../openai/tool-choice.ts";
import { dialectName } from "./wire.ts";

const allowedModes = ["auto", "required"] as const;

/** undefined: none, or one of the vendor's own tools, which stays among the request's rest. */
export function readToolChoice(request: WireObject, tools: readonly Tool[]): ToolChoice | undefined {
  const raw = request.raw("tool_choice");
  if (raw === undefined) return undefined;
  if (typeof raw === "string") return readChoiceWord(request);
  const choice = request.required("tool_choice", request.object("tool_choice"), "a string or an object");
  const type = choice.required("type", choice.string("type"), "'function', 'custom', 'allowed_tools' or a tool's type");
  if (type === "allowed_tools") {
    const read = readAllowed(choice, tools);
    if (read !== undefined) return read;
  } else if (type === "function" || type === "custom") {
    const name = choice.required("name", choice.string("name"), "a string");
    const kind = type === "custom" ? ToolKind.CUSTOM : ToolKind.FUNCTION;
    const read = create(ToolChoiceSchema, { mode: ToolChoiceMode.TOOL, name, kind });
    read.extensions = choice.rest(dialectName);
    return read;
  }
  request.leave("tool_choice");
  return undefined;
}

/** undefined: some of the tools have more than a name, or are not what the request's tools of that name are. */
function readAllowed(choice: WireObject, tools: readonly Tool[]): ToolChoice | undefined {
  const word = choice.required("mode", choice.oneOf("mode", allowedModes), "'auto' or 'required'");
  const named = choice.required("tools", choice.array("tools"), "an array of tools");
  const custom = namesOfCustom(tools);
  const allowed = named.map((tool, i) => {
    const wire = new WireObject(tool, `${choice.at("tools")}[${i}]`);
    const name = wire.string("name");
    const isPlain = name !== undefined && Object.keys(wire.value).length === 2;
    return isPlain && wire.string("type") === (custom.has(name) ? "custom" : "function") ? name : undefined;
  });
  const names = allowed.filter((name) => name !== undefined);
  if (names.length < allowed.length || names.length === 0) return undefined;
  const read = create(ToolChoiceSchema, { mode: choiceModes[word], allowed: names });
  read.extensions = choice.rest(dialectName);
  return read;
}

/** `tools`: those of the request, which tell what kind a named one is of. */
export function writeToolChoice(
  choice: ToolChoice | undefined,
  tools: readonly Tool[],
  drops: Drops,
): Members | string | undefined {
  if (choice === undefined) return undefined;
  const { mode, name, allowed } = choice;
  if (mode === ToolChoiceMode.TOOL || mode === ToolChoiceMode.NONE) drops.ifSet("tool_choice.allowed", allowed);
  if (mode !== ToolChoiceMode.TOOL) drops.ifSet("tool_choice.name", name);
  return writeChoice(choice, tools, choiceForms, drops);
}

const choiceForms: ChoiceForms = {
  tool: (name, isCustom) => ({ type: isCustom ? "custom" : "function", name }),
  among: (mode, tools) => ({ type: "allowed_tools", mode, tools }),
};
