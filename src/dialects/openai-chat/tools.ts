import { create } from "@bufbuild/protobuf";
import {
  type ResponseFormat,
  ResponseFormatSchema,
  type Tool,
  ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { serverTool, writeServerTool } from "../../core/tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import type { RawJson } from "../../lib/json-text.ts";
import { unnamedSchema } from "../openai/schema-name.ts";
import { type MessageContext, readBreakpoint, writeBreakpoint } from "./parts.ts";
import type { Words } from "./variant.ts";
import { dialectName } from "./wire.ts";

/** `source`: the same tool as bytes, from which schemas are taken as they stand. */
export function readTool(wire: WireObject, source: JsonMembers | undefined): Tool {
  const type = wire.required("type", wire.string("type"), "'function' or 'custom'");
  if (type !== "function" && type !== "custom") {
    // a tool that a compatible vendor runs itself
    const json = source?.bytes.toString("utf8") ?? "{}";
    return serverTool(dialectName, type, json);
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

/** undefined: this dialect, or this vendor, has no word for it. */
export function writeTool(tool: Tool, path: string, { drops, words }: MessageContext): Members | RawJson | undefined {
  const { kind, cacheBreakpoint } = tool;
  // OpenAI's own breakpoints are for content only
  if (words.breakpoints !== "cache_control" || kind.case === "server" || kind.case === undefined) {
    drops.ifSet(`${path}.cache_breakpoint`, cacheBreakpoint);
  }
  switch (kind.case) {
    case "function": {
      const { name, description, parameters, strict } = kind.value;
      const body: Members = { name };
      if (description !== "") body.description = description;
      if (parameters !== "") body.parameters = userJson(parameters, `${path}.function.parameters`);
      if (strict !== undefined) body.strict = strict;
      const written: Members = { type: "function", function: body };
      if (words.breakpoints === "cache_control") writeBreakpoint(written, cacheBreakpoint, path, words, drops);
      drops.graft(written, tool.extensions, path);
      return written;
    }
    case "custom": {
      if (words.functionsOnly) return drops.add(`${path}.custom`);
      const { name, description, format } = kind.value;
      const body: Members = { name };
      if (description !== "") body.description = description;
      if (format !== "") body.format = userJson(format, `${path}.custom.format`);
      const written: Members = { type: "custom", custom: body };
      if (words.breakpoints === "cache_control") writeBreakpoint(written, cacheBreakpoint, path, words, drops);
      drops.graft(written, tool.extensions, path);
      return written;
    }
    case "server":
      return writeServerTool(tool, kind.value, dialectName, path, drops);
    case undefined:
      return drops.add(`${path}.kind`);
    default:
      return kind satisfies never;
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

export function writeResponseFormat(
  format: ResponseFormat | undefined,
  { responseFormats }: Words,
  drops: Drops,
): Members | undefined {
  if (format === undefined) return undefined;
  const { kind } = format;
  const isTaken = (type: string): boolean => responseFormats?.has(type) ?? true;
  switch (kind.case) {
    case "text":
      return isTaken("text") ? { type: "text" } : drops.add("response_format.text");
    case "json":
      return isTaken("json_object") ? { type: "json_object" } : drops.add("response_format.json");
    case "jsonSchema": {
      if (!isTaken("json_schema")) {
        drops.add("response_format.json_schema");
        return isTaken("json_object") ? { type: "json_object" } : undefined;
      }
      const { name, description, schema, strict } = kind.value;
      const body: Members = { name: name || unnamedSchema };
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
