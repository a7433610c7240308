import { create } from "@bufbuild/protobuf";
import {
  type FunctionTool,
  type Tool,
  type ToolChoice,
  ToolChoiceMode,
  ToolChoiceSchema,
  ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { serverTool } from "../../core/tools.ts";
import type { RawJson } from "../../lib/json-text.ts";
import type { GoogleObject } from "./google-object.ts";
import { readSchema } from "./schema.ts";
import { dialectName } from "./wire.ts";

/** "Tool" and "ToolConfig" (ai.google.dev/api/caching#Tool). One of Google's tools may hold many of the contract's. */

export function readTools(wire: GoogleObject): Tool[] {
  const functions = wire.list("functionDeclarations").map(readFunction);
  const serverTool = readServerTool(wire);
  return serverTool === undefined ? functions : [...functions, serverTool];
}

/** Google's own form of a schema is read as the JSON Schema that says the same. */
function readFunction(wire: GoogleObject): Tool {
  const name = wire.required("name", wire.string("name"), "the function's name");
  const description = wire.string("description") ?? "";
  const parameters = readSchema(wire, "parametersJsonSchema", "parameters") ?? "";
  const tool = create(ToolSchema, { kind: { case: "function", value: { name, description, parameters } } });
  tool.extensions = wire.own();
  return tool;
}

/** What a tool holds beside functions, all of it together. */
function readServerTool(wire: GoogleObject): Tool | undefined {
  const rest = Object.entries(wire.own());
  const isEmpty = Object.keys(wire.value).length === 0;
  if (rest.length === 0 && !isEmpty) return undefined;
  const members = rest.map(([key, json]) => [key.slice(dialectName.length + 1), json] as const);
  const json = `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
  const type = members[0]?.[0] ?? "";
  return serverTool(dialectName, type, json);
}

/** Functions that follow one another are one of Google's tools. */
export function writeTools(tools: readonly Tool[], drops: Drops): (Members | RawJson)[] {
  const written: (Members | RawJson)[] = [];
  let declarations: Members[] | undefined;
  for (const [i, tool] of tools.entries()) {
    const path = `tools[${i}]`;
    drops.ifSet(`${path}.cache_breakpoint`, tool.cacheBreakpoint);
    const { kind } = tool;
    switch (kind.case) {
      case "function": {
        if (declarations === undefined) {
          declarations = [];
          written.push({ functionDeclarations: declarations });
        }
        declarations.push(writeFunction(tool, kind.value, path, drops));
        break;
      }
      case "server":
        drops.ifSet(`${path}.extensions`, tool.extensions);
        if (kind.value.dialect !== dialectName) drops.add(`${path}.server`);
        else {
          written.push(userJson(kind.value.json, `${path}.server.json`));
          declarations = undefined;
        }
        break;
      case "custom":
        drops.add(`${path}.custom`);
        break;
      case undefined:
        drops.add(`${path}.kind`);
        break;
      default:
        kind satisfies never;
    }
  }
  return written;
}

function writeFunction(
  tool: Tool,
  { name, description, parameters, strict }: FunctionTool,
  path: string,
  drops: Drops,
): Members {
  if (strict !== undefined) drops.add(`${path}.function.strict`);
  const written: Members = { name, description: description || undefined };
  if (parameters !== "") written.parametersJsonSchema = userJson(parameters, `${path}.function.parameters`);
  drops.graft(written, tool.extensions, path);
  return written;
}

const modes: ReadonlyMap<string, ToolChoiceMode> = new Map([
  ["AUTO", ToolChoiceMode.AUTO],
  ["ANY", ToolChoiceMode.REQUIRED],
  ["NONE", ToolChoiceMode.NONE],
  ["VALIDATED", ToolChoiceMode.AUTO],
]);

/** A mode that the contract has no name for. */
const ownMode = `${dialectName}/mode`;

/** "FunctionCallingConfig". Of VALIDATED, which may call or not, the contract knows only the part that names functions. */
export function readToolChoice(config: GoogleObject | undefined): ToolChoice | undefined {
  if (config === undefined) return undefined;
  const native = (config.string("mode") ?? "").toUpperCase();
  const allowed = config.strings("allowedFunctionNames") ?? [];
  const extensions = config.own();
  const mode = modes.get(native) ?? ToolChoiceMode.UNSPECIFIED;
  const isNamed = native === "AUTO" || native === "ANY" || native === "NONE" || native === "";
  if (!isNamed && !(native === "VALIDATED" && allowed.length > 0)) extensions[ownMode] = JSON.stringify(native);
  const [only, ...others] = allowed;
  const choice =
    native === "ANY" && only !== undefined && others.length === 0
      ? create(ToolChoiceSchema, { mode: ToolChoiceMode.TOOL, name: only, kind: ToolKind.FUNCTION, extensions })
      : create(ToolChoiceSchema, { mode, allowed, extensions });
  const isEmpty = native === "" && allowed.length === 0 && Object.keys(extensions).length === 0;
  return isEmpty ? undefined : choice;
}

/** undefined: nothing to say. */
export function writeToolChoice(choice: ToolChoice | undefined, drops: Drops): Members | undefined {
  if (choice === undefined) return undefined;
  const { mode, name, allowed, kind, extensions } = choice;
  if (kind === ToolKind.CUSTOM) drops.add("tool_choice.kind");
  if (mode !== ToolChoiceMode.TOOL) drops.ifSet("tool_choice.name", name);
  const { [ownMode]: native, ...others } = extensions;
  const written = writeMode(mode, name, allowed, drops);
  if (native !== undefined) {
    const word = userJson(native, `tool_choice.extensions[${ownMode}]`);
    if (mode === ToolChoiceMode.AUTO || mode === ToolChoiceMode.UNSPECIFIED) written.mode = word;
    else drops.add(`tool_choice.extensions[${ownMode}]`);
  }
  drops.graft(written, others, "tool_choice");
  return Object.keys(written).length === 0 ? undefined : written;
}

function writeMode(mode: ToolChoiceMode, name: string, allowed: readonly string[], drops: Drops): Members {
  const names = allowed.length === 0 ? {} : { allowedFunctionNames: allowed };
  switch (mode) {
    case ToolChoiceMode.UNSPECIFIED:
      return allowed.length === 0 ? {} : { mode: "VALIDATED", ...names };
    case ToolChoiceMode.AUTO:
      // "AUTO" takes no names; "VALIDATED" is what may call one of these or none
      return allowed.length === 0 ? { mode: "AUTO" } : { mode: "VALIDATED", ...names };
    case ToolChoiceMode.REQUIRED:
      return { mode: "ANY", ...names };
    case ToolChoiceMode.NONE:
      return { mode: "NONE", ...names };
    case ToolChoiceMode.TOOL:
      drops.ifSet("tool_choice.allowed", allowed);
      return { mode: "ANY", allowedFunctionNames: [name] };
    default:
      drops.add("tool_choice.mode"); // of a newer contract
      return names;
  }
}
