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
import type { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import type { Json } from "../../lib/json-text.ts";
import { dialectName } from "./wire.ts";

/** `source`: the same tool as bytes, from which schemas are taken as they stand. */
export function readTool(wire: WireObject, source: JsonMembers | undefined): Tool {
  const type = wire.required("type", wire.string("type"), "'function' or 'custom'");
  const cacheBreakpoint = readCacheControl(wire);
  if (type === "function") {
    const fn = wire.required("function", wire.object("function"), "an object");
    const tool = create(ToolSchema, {
      kind: {
        case: "function",
        value: {
          name: fn.required("name", fn.string("name"), "a string"),
          description: fn.string("description") ?? "",
          parameters: fn.object("parameters") === undefined ? "" : (source?.object("function")?.text("parameters") ?? ""),
          strict: fn.boolean("strict"),
        },
      },
      cacheBreakpoint,
    });
    tool.extensions = { ...wire.rest(dialectName), ...fn.rest(dialectName, "function.") };
    return tool;
  }
  if (type === "custom") {
    const custom = wire.required("custom", wire.object("custom"), "an object");
    const format = custom.object("format") === undefined ? "" : (source?.object("custom")?.text("format") ?? "");
    const name = custom.required("name", custom.string("name"), "a string");
    const tool = create(ToolSchema, {
      kind: { case: "custom", value: { name, description: custom.string("description") ?? "", format } },
      cacheBreakpoint,
    });
    tool.extensions = { ...wire.rest(dialectName), ...custom.rest(dialectName, "custom.") };
    return tool;
  }
  // a tool that a compatible vendor runs itself
  return create(ToolSchema, {
    kind: { case: "server", value: { dialect: dialectName, type, json: source?.bytes.toString("utf8") ?? "{}" } },
  });
}

export function writeTool(tool: Tool, path: string, drops: Drops): Json {
  drops.unless(false, `${path}.cache_breakpoint`, tool.cacheBreakpoint?.$typeName);
  const { kind } = tool;
  const own = Object.entries(drops.own(tool.extensions, path));
  const inner = Object.fromEntries(own.flatMap(([k, v]) => (k.includes(".") ? [[k.slice(k.indexOf(".") + 1), v]] : [])));
  const outer = Object.fromEntries(own.filter(([k]) => !k.includes(".")));
  switch (kind.case) {
    case "function": {
      const { name, description, parameters, strict } = kind.value;
      const fn = {
        name,
        description: description === "" ? undefined : description,
        parameters: parameters === "" ? undefined : userJson(parameters, `${path}.function.parameters`),
        strict,
        ...inner,
      };
      return { type: "function", function: fn, ...outer };
    }
    case "custom": {
      const { name, description, format } = kind.value;
      const custom = {
        name,
        description: description === "" ? undefined : description,
        format: format === "" ? undefined : userJson(format, `${path}.custom.format`),
        ...inner,
      };
      return { type: "custom", custom, ...outer };
    }
    case "server":
      if (kind.value.dialect === dialectName) return userJson(kind.value.json, `${path}.server.json`);
      drops.add(`${path}.server`);
      return undefined;
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** cache_control is Anthropic's, and taken by several compatible vendors (OpenRouter, "Prompt caching"). */
export function readCacheControl(wire: WireObject): { ttl: string } | undefined {
  const control = wire.object("cache_control");
  return control === undefined ? undefined : { ttl: control.string("ttl") ?? "" };
}

const choiceModes = { auto: ToolChoiceMode.AUTO, none: ToolChoiceMode.NONE, required: ToolChoiceMode.REQUIRED } as const;

export function readToolChoice(request: WireObject): ToolChoice | undefined {
  const raw = request.raw("tool_choice");
  if (raw === undefined) return undefined;
  if (typeof raw === "string") {
    const word = request.oneOf("tool_choice", ["auto", "none", "required"]);
    return word === undefined ? undefined : create(ToolChoiceSchema, { mode: choiceModes[word] });
  }
  const choice = request.required("tool_choice", request.object("tool_choice"), "a string or an object");
  const type = choice.oneOf("type", ["function", "custom", "allowed_tools"]);
  if (type === "allowed_tools") {
    const allowed = choice.required("allowed_tools", choice.object("allowed_tools"), "an object");
    const mode = allowed.oneOf("mode", ["auto", "required"]) ?? "auto";
    const names = (allowed.objects("tools") ?? []).map((tool) => {
      const named = tool.object("function") ?? tool.object("custom") ?? tool;
      return named.required("name", named.string("name"), "a string");
    });
    return create(ToolChoiceSchema, { mode: choiceModes[mode], allowed: names });
  }
  const key = choice.required("type", type, "'function', 'custom' or 'allowed_tools'");
  const named = choice.required(key, choice.object(key), "an object");
  return create(ToolChoiceSchema, {
    mode: ToolChoiceMode.TOOL,
    name: named.required("name", named.string("name"), "a string"),
    kind: key === "custom" ? ToolKind.CUSTOM : ToolKind.FUNCTION,
  });
}

export function writeToolChoice(choice: ToolChoice | undefined, drops: Drops): Json {
  if (choice === undefined) return undefined;
  drops.own(choice.extensions, "tool_choice");
  if (choice.allowed.length > 0) {
    const mode = choice.mode === ToolChoiceMode.REQUIRED ? "required" : "auto";
    const tools = choice.allowed.map((name) => ({ type: "function", function: { name } }));
    return { type: "allowed_tools", allowed_tools: { mode, tools } };
  }
  switch (choice.mode) {
    case ToolChoiceMode.UNSPECIFIED:
      return undefined;
    case ToolChoiceMode.AUTO:
      return "auto";
    case ToolChoiceMode.NONE:
      return "none";
    case ToolChoiceMode.REQUIRED:
      return "required";
    case ToolChoiceMode.TOOL:
      return choice.kind === ToolKind.CUSTOM
        ? { type: "custom", custom: { name: choice.name } }
        : { type: "function", function: { name: choice.name } };
    default:
      return undefined; // a mode of a newer contract
  }
}

export function readResponseFormat(request: WireObject, source: JsonMembers): ResponseFormat | undefined {
  const format = request.object("response_format");
  if (format === undefined) return undefined;
  const type = format.oneOf("type", ["text", "json_object", "json_schema"]);
  if (type === "text") return create(ResponseFormatSchema, { kind: { case: "text", value: {} } });
  if (type === "json_object") return create(ResponseFormatSchema, { kind: { case: "json", value: {} } });
  format.required("type", type, "'text', 'json_object' or 'json_schema'");
  const schema = format.required("json_schema", format.object("json_schema"), "an object");
  const text = schema.object("schema") && source.object("response_format")?.object("json_schema")?.text("schema");
  return create(ResponseFormatSchema, {
    kind: {
      case: "jsonSchema",
      value: {
        name: schema.required("name", schema.string("name"), "a string"),
        description: schema.string("description") ?? "",
        schema: text ?? "",
        strict: schema.boolean("strict"),
      },
    },
  });
}

export function writeResponseFormat(format: ResponseFormat | undefined): Json {
  const kind = format?.kind;
  switch (kind?.case) {
    case "text":
      return { type: "text" };
    case "json":
      return { type: "json_object" };
    case "jsonSchema": {
      const { name, description, schema, strict } = kind.value;
      return {
        type: "json_schema",
        json_schema: {
          name,
          description: description === "" ? undefined : description,
          schema: schema === "" ? undefined : userJson(schema, "response_format.json_schema.schema"),
          strict,
        },
      };
    }
    case undefined:
      return undefined;
    default:
      return kind satisfies never;
  }
}
