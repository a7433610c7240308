import { create } from "@bufbuild/protobuf";
import { type Tool, type ToolChoice, ToolChoiceMode, ToolChoiceSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Drops } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { choosesCustom } from "../../core/tools.ts";
import type { WireObject } from "../../core/wire-object.ts";

/** What `tool_choice` has in common in OpenAI's two APIs for chats: its words, and what is an object. */

export const choiceModes = {
  auto: ToolChoiceMode.AUTO,
  none: ToolChoiceMode.NONE,
  required: ToolChoiceMode.REQUIRED,
} as const;

/** A choice that is told as a word. */
export function readChoiceWord(request: WireObject): ToolChoice | undefined {
  const word = request.oneOf("tool_choice", ["auto", "none", "required"]);
  return word && create(ToolChoiceSchema, { mode: choiceModes[word] });
}

export const namesOfCustom = (tools: readonly Tool[]): ReadonlySet<string> =>
  new Set(tools.flatMap(({ kind }) => (kind.case === "custom" ? [kind.value.name] : [])));

/** How objects are written. */
export interface ChoiceForms {
  tool(name: string, isCustom: boolean): Members;
  among(mode: "auto" | "required", tools: Members[]): Members;
}

/** `tools`: those of the request, which tell what kind a named one is of. */
export function writeChoice(
  choice: ToolChoice,
  tools: readonly Tool[],
  forms: ChoiceForms,
  drops: Drops,
): Members | string | undefined {
  const written = writeChosen(choice, tools, forms, drops);
  if (typeof written === "object") drops.graft(written, choice.extensions, "tool_choice");
  else drops.ifSet("tool_choice.extensions", choice.extensions);
  return written;
}

function writeChosen(
  choice: ToolChoice,
  tools: readonly Tool[],
  forms: ChoiceForms,
  drops: Drops,
): Members | string | undefined {
  const { mode, name, allowed } = choice;
  const among = (word: "auto" | "required"): Members | string => {
    if (allowed.length === 0) return word;
    const custom = namesOfCustom(tools);
    return forms.among(
      word,
      allowed.map((one) => forms.tool(one, custom.has(one))),
    );
  };
  switch (mode) {
    case ToolChoiceMode.UNSPECIFIED:
      return allowed.length === 0 ? undefined : among("auto");
    case ToolChoiceMode.AUTO:
      return among("auto");
    case ToolChoiceMode.REQUIRED:
      return among("required");
    case ToolChoiceMode.NONE:
      return "none";
    case ToolChoiceMode.TOOL:
      return forms.tool(name, choosesCustom(choice, tools));
    default:
      return drops.add("tool_choice.mode"); // of a newer contract
  }
}
