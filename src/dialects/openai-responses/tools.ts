import { create } from "@bufbuild/protobuf";
import { type Tool, ToolSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Drops, userJson } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { serverTool, writeServerTool } from "../../core/tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { isRecord } from "../../core/wire-values.ts";
import { parseJson } from "../../lib/json.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import type { RawJson } from "../../lib/json-text.ts";
import { isStrictSchema } from "./strict-schema.ts";
import { dialectName } from "./wire.ts";

/** `source`: the same tool as bytes, from which schemas are taken as they stand. */
export function readTool(wire: WireObject, source: JsonMembers | undefined): Tool {
  const type = wire.required("type", wire.string("type"), "the kind of tool, for example 'function'");
  if (type !== "function" && type !== "custom") {
    const json = source?.bytes.toString("utf8") ?? "{}";
    return serverTool(dialectName, type, json);
  }
  const name = wire.required("name", wire.string("name"), "a string");
  const description = wire.string("description") ?? "";
  const textOf = (key: string): string => (wire.object(key) === undefined ? "" : (source?.text(key) ?? ""));
  const tool = create(ToolSchema, {
    kind:
      type === "function"
        ? {
            case: "function",
            value: { name, description, parameters: textOf("parameters"), strict: readStrict(wire) },
          }
        : { case: "custom", value: { name, description, format: textOf("format") } },
  });
  tool.extensions = wire.rest(dialectName);
  return tool;
}

/** Said in words what is meant by silence: elsewhere a tool is not strict unless it says so. */
function readStrict(wire: WireObject): boolean | undefined {
  const strict = wire.boolean("strict");
  if (strict !== undefined) return strict;
  const parameters = wire.raw("parameters");
  return parameters !== undefined && isStrictSchema(parameters) ? true : undefined;
}

/** undefined: this dialect has no word for it. */
export function writeTool(tool: Tool, path: string, drops: Drops): Members | RawJson | undefined {
  drops.ifSet(`${path}.cache_breakpoint`, tool.cacheBreakpoint);
  const { kind } = tool;
  switch (kind.case) {
    case "function": {
      const { name, description, parameters, strict } = kind.value;
      const hasParameters = parameters !== "";
      const written: Members = {
        type: "function",
        name,
        description: description || undefined,
        parameters: hasParameters ? userJson(parameters, `${path}.function.parameters`) : null,
        // here silence would mean strict; without parameters it means nothing
        strict: strict ?? (hasParameters ? false : undefined),
      };
      drops.graft(written, tool.extensions, path);
      return written;
    }
    case "custom": {
      const { name, description, format } = kind.value;
      const written: Members = { type: "custom", name, description: description || undefined };
      if (format !== "") written.format = writeFormat(format, `${path}.custom.format`);
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

/** Chat Completions puts a grammar's definition and syntax into an object of their own; here they stand beside its type. */
function writeFormat(format: string, path: string): Members | RawJson {
  const written = userJson(format, path);
  const parsed = parseJson(format);
  const grammar = isRecord(parsed) && parsed.type === "grammar" ? parsed.grammar : undefined;
  if (!isRecord(grammar)) return written;
  const { definition, syntax } = grammar;
  if (typeof definition !== "string" || typeof syntax !== "string") return written;
  return { type: "grammar", definition, syntax };
}
