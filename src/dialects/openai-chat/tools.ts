import { create } from "@bufbuild/protobuf";
import {
  type ResponseFormat,
  ResponseFormatSchema,
  type Tool,
  type ToolChoice,
  ToolChoiceMode,
  ToolChoiceSchema,
  ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import type { RawJson } from "../../lib/json-text.ts";
import { readBreakpoint } from "./parts.ts";
import { dialectName } from "./wire.ts";

/** `source`: the same tool as bytes, from which schemas are taken as they stand. */
export function readTool(wire: WireObject, source: JsonMembers | undefined): Tool {
  const type = wire.required("type", wire.string("type"), "'function' or 'custom'");
  if (type !== "function" && type !== "custom") {
    // a tool that a compatible vendor runs itself
    const json = source?.bytes.toString("utf8") ?? "{}";
    return create(ToolSchema, { kind: { case: "server", value: { dialect: dialectName, type, json } } });
  }
  const body = wire.required(type, wire.object(type), "an object");
  const name = body.required("name", body.string("name"), "a string");
  const description = body.string("description") ?? "";
  const textOf = (key: string): string =>
    body.object(key) === undefined ? "" : (source?.object(type)?.text(key) ?? "");
  const tool = create(ToolSchema, {
    kind:
      type === "function"
        ? {
            case: "function",
            value: { name, description, parameters: textOf("parameters"), strict: body.boolean("strict") },
          }
        : { case: "custom", value: { name, description, format: textOf("format") } },
    cacheBreakpoint: readBreakpoint(wire),
  });
  tool.extensions = { ...wire.rest(dialectName), ...body.rest(dialectName, `${type}.`) };
  return tool;
}

/** undefined: this dialect has no word for it. */
export function writeTool(tool: Tool, path: string, drops: Drops): Members | RawJson | undefined {
  drops.ifSet(`${path}.cache_breakpoint`, tool.cacheBreakpoint);
  const { kind } = tool;
  switch (kind.case) {
    case "function": {
      const { name, description, parameters, strict } = kind.value;
      const body: Members = { name };
      if (description !== "") body.description = description;
      if (parameters !== "") body.parameters = userJson(parameters, `${path}.function.parameters`);
      if (strict !== undefined) body.strict = strict;
      const written: Members = { type: "function", function: body };
      drops.graft(written, tool.extensions, path);
      return written;
    }
    case "custom": {
      const { name, description, format } = kind.value;
      const body: Members = { name };
      if (description !== "") body.description = description;
      if (format !== "") body.format = userJson(format, `${path}.custom.format`);
      const written: Members = { type: "custom", custom: body };
      drops.graft(written, tool.extensions, path);
      return written;
    }
    case "server":
      if (kind.value.dialect !== dialectName) return drops.add(`${path}.server`);
      drops.ifSet(`${path}.extensions`, tool.extensions);
      return userJson(kind.value.json, `${path}.server.json`);
    case undefined:
      return drops.add(`${path}.kind`);
    default:
      return kind satisfies never;
  }
}

const choiceModes = {
  auto: ToolChoiceMode.AUTO,
  none: ToolChoiceMode.NONE,
  required: ToolChoiceMode.REQUIRED,
} as const;

export function readToolChoice(request: WireObject): ToolChoice | undefined {
  const raw = request.raw("tool_choice");
  if (raw === undefined) return undefined;
  if (typeof raw === "string") {
    const word = request.oneOf("tool_choice", ["auto", "none", "required"]);
    return word && create(ToolChoiceSchema, { mode: choiceModes[word] });
  }
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
export function writeToolChoice(
  choice: ToolChoice | undefined,
  tools: readonly Tool[],
  drops: Drops,
): Members | string | undefined {
  if (choice === undefined) return undefined;
  const { mode, name, allowed, extensions } = choice;
  if (mode === ToolChoiceMode.TOOL) drops.ifSet("tool_choice.allowed", allowed);
  else drops.ifSet("tool_choice.name", name);
  const written = writeChosen(choice, tools, drops);
  if (typeof written === "object") drops.graft(written, extensions, "tool_choice");
  else drops.ifSet("tool_choice.extensions", extensions);
  return written;
}

function writeChosen(choice: ToolChoice, tools: readonly Tool[], drops: Drops): Members | string | undefined {
  const custom = new Set(tools.flatMap(({ kind }) => (kind.case === "custom" ? [kind.value.name] : [])));
  const nameTool = (name: string, isCustom = custom.has(name)): Members =>
    isCustom ? { type: "custom", custom: { name } } : { type: "function", function: { name } };
  const { allowed } = choice;
  const among = (mode: "auto" | "required"): Members | string =>
    allowed.length === 0
      ? mode
      : { type: "allowed_tools", allowed_tools: { mode, tools: allowed.map((name) => nameTool(name)) } };
  switch (choice.mode) {
    case ToolChoiceMode.UNSPECIFIED:
      return allowed.length === 0 ? undefined : among("auto");
    case ToolChoiceMode.AUTO:
      return among("auto");
    case ToolChoiceMode.REQUIRED:
      return among("required");
    case ToolChoiceMode.NONE:
      return "none";
    case ToolChoiceMode.TOOL:
      return nameTool(choice.name, choice.kind === ToolKind.UNSPECIFIED ? undefined : choice.kind === ToolKind.CUSTOM);
    default:
      return drops.add("tool_choice.mode"); // of a newer contract
  }
}

interface ReadFormat {
  readonly format: ResponseFormat | undefined;
  /** What the contract has no name for: extensions of the request. */
  readonly extensions: Record<string, string>;
}

/** A format that only a compatible vendor knows is an extension as a whole. */
export function readResponseFormat(request: WireObject, source: JsonMembers): ReadFormat {
  const wire = request.object("response_format");
  if (wire === undefined) return { format: undefined, extensions: {} };
  const type = wire.required("type", wire.string("type"), "'text', 'json_object' or 'json_schema'");
  switch (type) {
    case "text": {
      const format = create(ResponseFormatSchema, { kind: { case: "text", value: {} } });
      return { format, extensions: wire.rest(dialectName, "response_format.") };
    }
    case "json_object": {
      const format = create(ResponseFormatSchema, { kind: { case: "json", value: {} } });
      return { format, extensions: wire.rest(dialectName, "response_format.") };
    }
    case "json_schema": {
      const body = wire.required(type, wire.object(type), "an object");
      const schema = body.object("schema") && source.object("response_format")?.object(type)?.text("schema");
      const value = {
        name: body.required("name", body.string("name"), "a string"),
        description: body.string("description") ?? "",
        schema: schema ?? "",
        strict: body.boolean("strict"),
      };
      const format = create(ResponseFormatSchema, { kind: { case: "jsonSchema", value } });
      const inner = body.rest(dialectName, "response_format.json_schema.");
      return { format, extensions: { ...wire.rest(dialectName, "response_format."), ...inner } };
    }
    default:
      return {
        format: undefined,
        extensions: { [`${dialectName}/response_format`]: source.text("response_format") ?? "" },
      };
  }
}

export function writeResponseFormat(format: ResponseFormat | undefined, drops: Drops): Members | undefined {
  if (format === undefined) return undefined;
  const { kind } = format;
  switch (kind.case) {
    case "text":
      return { type: "text" };
    case "json":
      return { type: "json_object" };
    case "jsonSchema": {
      const { name, description, schema, strict } = kind.value;
      const body: Members = { name };
      if (description !== "") body.description = description;
      if (schema !== "") body.schema = userJson(schema, "response_format.json_schema.schema");
      if (strict !== undefined) body.strict = strict;
      return { type: "json_schema", json_schema: body };
    }
    case undefined:
      return drops.add("response_format.kind");
    default:
      return kind satisfies never;
  }
}
