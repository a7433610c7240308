import { create } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  type Tool,
  type ToolChoice,
  ToolChoiceMode,
  ToolChoiceSchema,
  ToolSchema,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { ToolKind } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { userJson } from "../../core/drops.ts";
import { fieldText, type Members } from "../../core/extensions.ts";
import { answerTool, textToolSchema } from "../../core/reserved-tools.ts";
import { choosesCustom, serverTool, toolName } from "../../core/tools.ts";
import type { WireObject } from "../../core/wire-object.ts";
import { isRecord } from "../../core/wire-values.ts";
import { RawJson } from "../../lib/json-text.ts";
import { type Block, type WriteContext, writeCachePoint } from "./blocks.ts";
import { hasToolBlocks } from "./messages.ts";
import { readCachePoint, type Source } from "./parts.ts";
import { checkToolName, textToolName } from "./reserved-tools.ts";
import { dialectName } from "./wire.ts";

/** "ToolConfiguration". */
export function readTools(config: WireObject, source: Source): Tool[] {
  const tools: Tool[] = [];
  const sources = source()?.objects("tools") ?? [];
  for (const [i, wire] of (config.objects("tools") ?? []).entries()) {
    const last = tools.at(-1);
    const ttl = readCachePoint(wire);
    if (ttl !== undefined && last !== undefined && last.cacheBreakpoint === undefined) {
      last.cacheBreakpoint = { $typeName: "causeway.chat.v1.CacheBreakpoint", ttl };
    } else tools.push(readTool(wire, () => sources[i]));
  }
  return tools;
}

/** "Tool": a `toolSpec`; what else there is, such as a `systemTool`, Bedrock runs itself. */
function readTool(wire: WireObject, source: Source): Tool {
  const [type = ""] = Object.keys(wire.value).filter((key) => wire.value[key] !== null);
  const spec = wire.object("toolSpec");
  if (spec === undefined) {
    const json = source()?.bytes.toString("utf8") ?? "{}";
    return serverTool(dialectName, type, json);
  }
  const schema = spec.object("inputSchema");
  const json = schema?.raw("json");
  const written = source()?.object("toolSpec")?.object("inputSchema")?.text("json") ?? fieldText(json);
  const tool = create(ToolSchema, {
    kind: {
      case: "function",
      value: {
        name: spec.required("name", spec.string("name"), "a string"),
        description: spec.string("description") ?? "",
        parameters: json === undefined ? "" : (written ?? ""),
        strict: spec.boolean("strict"),
      },
    },
  });
  tool.extensions = {
    ...wire.rest(dialectName),
    ...spec.rest(dialectName, "toolSpec."),
    ...schema?.rest(dialectName, "toolSpec.inputSchema."),
  };
  return tool;
}

/** "ToolChoice"; `none` has no word. What nobody knows yet stays in the rest of `config`. */
export function readToolChoice(config: WireObject): ToolChoice | undefined {
  const wire = config.object("toolChoice");
  if (wire === undefined) return undefined;
  const [kind] = Object.keys(wire.value).filter((key) => wire.value[key] !== null);
  const body = kind === "auto" || kind === "any" || kind === "tool" ? wire.object(kind) : undefined;
  if (kind === undefined || body === undefined) {
    config.leave("toolChoice");
    return undefined;
  }
  const read =
    kind === "tool"
      ? create(ToolChoiceSchema, {
          mode: ToolChoiceMode.TOOL,
          name: body.required("name", body.string("name"), "a string"),
        })
      : create(ToolChoiceSchema, { mode: kind === "any" ? ToolChoiceMode.REQUIRED : ToolChoiceMode.AUTO });
  read.extensions = { ...wire.rest(dialectName), ...body.rest(dialectName, `${kind}.`) };
  return read;
}

interface ClaudeChoice {
  readonly choice: ToolChoice;
  readonly parallel: boolean | undefined;
}

const claudeModes: ReadonlyMap<unknown, ToolChoiceMode> = new Map([
  ["auto", ToolChoiceMode.AUTO],
  ["any", ToolChoiceMode.REQUIRED],
  ["tool", ToolChoiceMode.TOOL],
  ["none", ToolChoiceMode.NONE],
]);

/** Claude's own `tool_choice` ("Tool use" of the Messages API). undefined: it says what the contract cannot. */
export function readClaudeChoice(value: unknown): ClaudeChoice | undefined {
  if (!isRecord(value)) return undefined;
  const { type, name, disable_parallel_tool_use: single, ...more } = value;
  const mode = claudeModes.get(type);
  const isNamed = typeof name === "string";
  if (mode === undefined || isNamed !== (mode === ToolChoiceMode.TOOL) || Object.keys(more).length > 0)
    return undefined;
  if (
    single === undefined ? mode !== ToolChoiceMode.NONE : typeof single !== "boolean" || mode === ToolChoiceMode.NONE
  ) {
    return undefined; // without more to say it has its place in toolConfig
  }
  const choice = create(ToolChoiceSchema, { mode, name: isNamed ? name : "" });
  return { choice, parallel: single === undefined ? undefined : !single };
}

/** What a model calls the tool with that stands for the form of the answer is the answer. */
export interface AnswerTool {
  readonly description: string;
  /** JSON text. */
  readonly schema: string;
  /** Whether the model can be made to call it. */
  readonly isForced: boolean;
}

export interface WrittenTools {
  readonly toolConfig: Members | undefined;
  /** Goes into additionalModelRequestFields. */
  readonly claudeChoice: Members | undefined;
}

export function writeTools(chat: ChatRequest, answer: AnswerTool | undefined, context: WriteContext): WrittenTools {
  const { drops, words } = context;
  const { toolChoice: choice, parallelToolCalls: parallel } = chat;
  const allowed = allowedTools(chat, context);
  const tools = chat.tools.flatMap((tool, i) => (allowed.has(tool) ? writeTool(tool, `tools[${i}]`, context) : []));
  const isAlone = tools.length === 0;
  if (answer !== undefined) tools.push(writeAnswerTool(answer));
  if (tools.length === 0) {
    if (choice !== undefined) drops.add("tool_choice");
    if (parallel !== undefined) drops.add("parallel_tool_calls");
    return { toolConfig: undefined, claudeChoice: undefined };
  }
  const isSingle = parallel !== undefined && words.claudeToolChoice;
  if (!isSingle && parallel !== undefined) drops.add("parallel_tool_calls");
  const asked = answer === undefined ? askedFor(chat, context) : choiceOf(answer, choice, isAlone, context);
  if (asked?.mode === ToolChoiceMode.NONE) return withoutTools(chat, tools, context);
  if (isSingle) {
    const type = claudeWord(asked?.mode ?? ToolChoiceMode.AUTO);
    const name = type === "tool" ? asked?.name : undefined;
    if (choice !== undefined) drops.ifSet("tool_choice.extensions", choice.extensions);
    return { toolConfig: { tools }, claudeChoice: { type, name, disable_parallel_tool_use: !parallel } };
  }
  return { toolConfig: { tools, toolChoice: asked && writeChoice(asked, choice, context) }, claudeChoice: undefined };
}

/** The tools that may be called. Bedrock has no list of those; leaving out the others is one. */
function allowedTools({ tools, toolChoice }: ChatRequest, { drops, emulated }: WriteContext): ReadonlySet<Tool> {
  const names = new Set(toolChoice?.allowed);
  if (names.size === 0) return new Set(tools);
  const left = tools.filter((tool) => names.has(toolName(tool)));
  const isList = toolChoice?.mode !== ToolChoiceMode.TOOL && toolChoice?.mode !== ToolChoiceMode.NONE;
  if (left.length === 0 || !isList) {
    drops.add("tool_choice.allowed");
    return new Set(tools);
  }
  emulated.push("tool_choice.allowed");
  return new Set(left);
}

/** What the caller asks for, with the name that the tool has here. */
function askedFor({ toolChoice, tools }: ChatRequest, { drops, words }: WriteContext): ToolChoice | undefined {
  if (toolChoice === undefined) return undefined;
  const { mode, name, kind } = toolChoice;
  const isForced = mode === ToolChoiceMode.REQUIRED || mode === ToolChoiceMode.TOOL;
  if (mode !== ToolChoiceMode.TOOL) {
    drops.ifSet("tool_choice.name", name);
    if (kind === ToolKind.CUSTOM) drops.add("tool_choice.kind");
  }
  if (isForced && words.forcedTools === false) {
    drops.add("tool_choice.mode");
    return create(ToolChoiceSchema, { mode: ToolChoiceMode.AUTO });
  }
  if (mode !== ToolChoiceMode.TOOL) return toolChoice;
  return create(ToolChoiceSchema, {
    mode,
    name: choosesCustom(toolChoice, tools) ? textToolName(name, "tool_choice.name") : name,
  });
}

/** One of the tools, or the answer: the model may still call what it was offered, unless it must not. */
function choiceOf(
  { isForced }: AnswerTool,
  choice: ToolChoice | undefined,
  isAlone: boolean,
  { drops }: WriteContext,
): ToolChoice | undefined {
  drops.ifSet("tool_choice.name", choice?.name);
  if (choice?.kind === ToolKind.CUSTOM) drops.add("tool_choice.kind");
  if (!isForced) {
    drops.ifSet("tool_choice.extensions", choice?.extensions);
    return undefined;
  }
  const isOnly = isAlone || choice?.mode === ToolChoiceMode.NONE;
  return create(
    ToolChoiceSchema,
    isOnly ? { mode: ToolChoiceMode.TOOL, name: answerTool } : { mode: ToolChoiceMode.REQUIRED },
  );
}

/** Bedrock has no `none`: Claude has; other models get no tools, unless the conversation holds calls of some. */
function withoutTools(chat: ChatRequest, tools: Block[], { drops, words, emulated }: WriteContext): WrittenTools {
  drops.ifSet("tool_choice.extensions", chat.toolChoice?.extensions);
  if (words.claudeToolChoice) return { toolConfig: { tools }, claudeChoice: { type: "none" } };
  if (hasToolBlocks(chat.messages)) {
    drops.add("tool_choice.mode");
    return { toolConfig: { tools }, claudeChoice: undefined };
  }
  emulated.push("tool_choice.mode");
  return { toolConfig: undefined, claudeChoice: undefined };
}

const claudeWord = (mode: ToolChoiceMode): string =>
  mode === ToolChoiceMode.REQUIRED ? "any" : mode === ToolChoiceMode.TOOL ? "tool" : "auto";

function writeChoice(asked: ToolChoice, choice: ToolChoice | undefined, { drops }: WriteContext): Members | undefined {
  const written = writeMode(asked);
  if (written === undefined) {
    if (asked.mode !== ToolChoiceMode.UNSPECIFIED) drops.add("tool_choice.mode"); // of a newer contract
    drops.ifSet("tool_choice.extensions", asked.extensions);
    return undefined;
  }
  if (choice?.mode === asked.mode) drops.graft(written, choice.extensions, "tool_choice");
  else drops.ifSet("tool_choice.extensions", choice?.extensions); // they are of another choice
  return written;
}

function writeMode({ mode, name }: ToolChoice): Members | undefined {
  switch (mode) {
    case ToolChoiceMode.AUTO:
      return { auto: {} };
    case ToolChoiceMode.REQUIRED:
      return { any: {} };
    case ToolChoiceMode.TOOL:
      return { tool: { name } };
    default:
      return undefined;
  }
}

/** The tool, and its cache point. */
function writeTool(tool: Tool, path: string, context: WriteContext): Block[] {
  const { drops, words } = context;
  const written = writeKind(tool, path, context);
  const { cacheBreakpoint } = tool;
  if (cacheBreakpoint === undefined) return written;
  const isTaken = words.cachePoints === "everywhere" && written.length > 0;
  const point = writeCachePoint(cacheBreakpoint, path, isTaken, drops);
  return point === undefined ? written : [...written, point];
}

/** A tool has to have a schema ("ToolSpecification"). */
const noParameters = { type: "object", properties: {} };

function writeKind(tool: Tool, path: string, { drops, emulated, words }: WriteContext): Block[] {
  const { kind } = tool;
  switch (kind.case) {
    case "function": {
      const { name, description, parameters, strict } = kind.value;
      checkToolName(name, `${path}.function.name`);
      if (!words.strictTools && strict !== undefined) drops.add(`${path}.function.strict`);
      const json = parameters === "" ? noParameters : userJson(parameters, `${path}.function.parameters`);
      const toolSpec: Members = {
        name,
        description: description === "" ? undefined : description,
        inputSchema: { json },
        strict: words.strictTools ? strict : undefined,
      };
      const written: Members = { toolSpec };
      drops.graft(written, tool.extensions, path);
      return [written];
    }
    case "server":
      if (kind.value.dialect !== dialectName) {
        drops.add(`${path}.server`);
        return [];
      }
      drops.ifSet(`${path}.extensions`, tool.extensions);
      return [userJson(kind.value.json, `${path}.server.json`)];
    case "custom": {
      const { name, description, format } = kind.value;
      emulated.push(`${path}.custom`);
      if (format !== "") userJson(format, `${path}.custom.format`);
      const toolSpec: Members = {
        name: textToolName(name, `${path}.custom.name`),
        description: description === "" ? undefined : description,
        inputSchema: { json: textToolSchema(format) },
      };
      const written: Members = { toolSpec };
      drops.graft(written, tool.extensions, path);
      return [written];
    }
    case undefined:
      drops.add(`${path}.kind`);
      return [];
    default:
      return kind satisfies never;
  }
}

function writeAnswerTool({ description, schema }: AnswerTool): Members {
  return { toolSpec: { name: answerTool, description, inputSchema: { json: new RawJson(schema) } } };
}
