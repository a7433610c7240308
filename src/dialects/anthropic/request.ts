import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget, Variant, WrittenRequest } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { type Members, ownField } from "../../core/extensions.ts";
import { missingModel, requireMessages } from "../../core/invalid-request.ts";
import { WireObject } from "../../core/wire-object.ts";
import { isRecord } from "../../core/wire-values.ts";
import { finite, nonEmpty } from "../../core/written.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { type Json, toJson } from "../../lib/json-text.ts";
import { planFormat, readFormat } from "./format.ts";
import { CallIds } from "./ids.ts";
import { readMessages, readSystem, writeConversation } from "./messages.ts";
import { traitsOf } from "./models.ts";
import type { RequestContext } from "./parts.ts";
import { readReasoning, writeReasoning } from "./reasoning.ts";
import { itemsOf, textOf } from "./source-text.ts";
import { allowedTools, readTool, readToolChoice, writeTool, writeToolChoice } from "./tools.ts";
import { dialectName } from "./wire.ts";

/** "Create a Message" (platform.claude.com/docs/en/api/messages/create). */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => read(body)),
  write: (chat, target) => {
    const { body, dropped, emulated } = writeBody(chat, target);
    return { body: toJson(body), dropped, emulated };
  },
  relay: (body, target) => refuseBroken(() => relay(body, target)),
};

function peek(body: JsonMembers): RequestPeek {
  const model = body.get("model") ?? "";
  if (model === "") throw missingModel();
  const head = new WireObject({ model, stream: body.get("stream") }, "");
  requireMessages(body);
  // every answer of this dialect tells its usage
  const metadata = body.get("metadata");
  const endUserId = isRecord(metadata) && typeof metadata.user_id === "string" ? metadata.user_id : undefined;
  return { model: head.string("model") ?? "", stream: head.boolean("stream") ?? false, usageWanted: true, endUserId };
}

export function read(body: JsonMembers): ChatRequest {
  const wire = new WireObject(body.value(), "");
  const source = (): JsonMembers => body;
  const toolSource = itemsOf(source, "tools");
  const output = wire.object("output_config");
  const format =
    (output && readFormat(output, "format", () => body.object("output_config"))) ??
    readFormat(wire, "output_format", source);
  const reasoning = readReasoning(wire, output?.string("effort"));
  const { choice, parallel } = readToolChoice(wire);
  const metadata = wire.object("metadata");
  const request = create(ChatRequestSchema, {
    model: wire.string("model"),
    toolChoice: choice,
    parallelToolCalls: parallel,
    responseFormat: format?.format,
    reasoning: reasoning.config,
    temperature: wire.number("temperature"),
    topP: wire.number("top_p"),
    topK: wire.count("top_k"),
    maxOutputTokens: wire.count("max_tokens"),
    stop: wire.strings("stop_sequences"),
    serviceTier: readServiceTier(wire),
    endUserId: metadata?.string("user_id"),
  });
  request.messages = [...readSystem(wire, source), ...readMessages(wire, source)];
  request.tools = (wire.objects("tools") ?? []).map((tool, i) => readTool(tool, toolSource(i)));
  wire.boolean("stream"); // what the answer's form is, is the call's matter
  request.extensions = {
    ...wire.rest(dialectName, "", textOf(source)),
    ...output?.rest(dialectName, "output_config."),
    ...metadata?.rest(dialectName, "metadata."),
    ...format?.extensions,
    ...reasoning.extensions,
  };
  return request;
}

/** "Service tiers": what others call the default. A word that is not known yet is left to the rest. */
function readServiceTier(wire: WireObject): string | undefined {
  const tier = wire.string("service_tier");
  if (tier === "auto") return tier;
  if (tier === "standard_only") return "default";
  wire.leave("service_tier");
  return undefined;
}

/** undefined: this dialect has no such word. */
function writeServiceTier(tier: string, { drops }: RequestContext): string | undefined {
  if (tier === "auto" || tier === "standard_only") return tier;
  if (tier === "default") return "standard_only";
  drops.ifSet("service_tier", tier);
  return undefined;
}

export interface WrittenBody extends Omit<WrittenRequest, "body"> {
  readonly body: Members;
}

export function writeBody(chat: ChatRequest, target: RequestTarget): WrittenBody {
  const drops = new Drops(dialectName);
  const emulated = new Set<string>();
  const traits = traitsOf(target.model);
  const context: RequestContext = { drops, emulated, traits, ids: new CallIds(chat.messages) };
  reportUnsaid(chat, context);
  const maxTokens = chat.maxOutputTokens ?? traits.maxOutput;
  const { thinking, effort } = writeReasoning(chat, maxTokens, context);
  const canForce = traits.forcedTools && thinking?.type !== "enabled";
  const plan = planFormat(chat, canForce, context);
  const allowed = allowedTools(chat, context);
  const tools = chat.tools.flatMap<Json>((tool, i) =>
    allowed.has(tool) ? (writeTool(tool, `tools[${i}]`, context) ?? []) : [],
  );
  const answer = plan.how === "tool" ? { canForce, isAlone: tools.length === 0 } : undefined;
  const hasTools = tools.length > 0 || hasServers(chat);
  const { system, messages } = writeConversation(chat.messages, context);
  const format = plan.how === "native" ? plan.format : undefined;
  const body: Members = {
    ...headOf(target),
    max_tokens: maxTokens,
    system,
    messages,
    tools: nonEmpty(plan.how === "tool" ? [...tools, plan.tool] : tools),
    tool_choice: writeToolChoice(chat, hasTools, answer, context),
    thinking,
    output_config: effort === undefined && format === undefined ? undefined : { effort, format },
    ...writeSampling(chat, thinking?.type === "enabled" || thinking?.type === "adaptive", context),
    stop_sequences: nonEmpty(writeStop(chat.stop, context)),
    service_tier: writeServiceTier(chat.serviceTier, context),
    metadata: chat.endUserId === "" ? undefined : { user_id: chat.endUserId },
    stream: target.stream ? true : undefined,
  };
  graftFields(body, chat.extensions, drops);
  return { body, dropped: drops.paths, emulated: [...emulated] };
}

/** MCP servers bring tools that the request does not list ("MCP connector"). */
const hasServers = ({ extensions }: ChatRequest): boolean => extensions[`${dialectName}/mcp_servers`] !== undefined;

/**
 * "Claude on Vertex AI": the model stands in the path, and the version, a header elsewhere, in the body.
 * `variant.version`: for example "vertex-2023-10-16".
 */
function headOf({ model, variant }: RequestTarget): Members {
  const { version, omitModel } = variantOf(variant);
  return { anthropic_version: version, model: omitModel ? undefined : model };
}

function variantOf(variant: Variant | undefined): {
  readonly version?: string | undefined;
  readonly omitModel: boolean;
} {
  const { version, omitModel } = variant ?? {};
  return { version: typeof version === "string" ? version : undefined, omitModel: omitModel === true };
}

/** Fields of the contract that no Anthropic model knows. */
function reportUnsaid(chat: ChatRequest, { drops }: RequestContext): void {
  const { n, modalities } = chat;
  if (n !== undefined && n !== 1) drops.add("n");
  if (modalities.some((modality) => modality !== "text")) drops.add("modalities");
  const numbers = {
    seed: chat.seed,
    frequency_penalty: chat.frequencyPenalty,
    presence_penalty: chat.presencePenalty,
    logprobs: chat.logprobs,
    top_logprobs: chat.topLogprobs,
    store: chat.store,
    audio: chat.audio,
  };
  for (const [path, value] of Object.entries(numbers)) if (value !== undefined) drops.add(path);
  drops.ifSet("logit_bias", chat.logitBias);
  drops.ifSet("metadata", chat.metadata);
  drops.ifSet("verbosity", chat.verbosity);
  drops.ifSet("prediction", chat.prediction);
  drops.ifSet("prompt_cache_key", chat.promptCacheKey);
}

/** The greatest temperature; others go to 2. */
const greatestTemperature = 1;

/**
 * What a model that does not take these refuses, unless they are the defaults. "Thinking": only top_p from 0.95 on goes
 * with it.
 */
function writeSampling(chat: ChatRequest, isThinking: boolean, { drops, traits }: RequestContext): Members {
  const temperature = finite("temperature", chat.temperature);
  const topP = finite("top_p", chat.topP);
  const written: Members = {};
  const isFixed = traits.sampling === "none" || isThinking;
  if (temperature !== undefined) {
    if (isFixed && temperature !== 1) drops.add("temperature");
    else if (traits.sampling !== "none") written.temperature = Math.min(temperature, greatestTemperature);
    if (!isFixed && temperature > greatestTemperature) drops.add("temperature");
  }
  if (topP !== undefined) {
    const isTaken = traits.sampling !== "none" && (!isThinking || (topP >= 0.95 && topP <= 1));
    const isSecond = traits.sampling === "not both" && written.temperature !== undefined;
    if (isTaken && !isSecond) written.top_p = topP;
    else if (topP !== 1) drops.add("top_p");
  }
  if (chat.topK !== undefined) {
    if (isFixed) drops.add("top_k");
    else written.top_k = chat.topK;
  }
  return written;
}

/** "stop_sequences: each stop sequence must contain non-whitespace". */
function writeStop(stop: readonly string[], { drops }: RequestContext): string[] {
  return stop.filter((text, i) => {
    if (text.trim() === "") drops.add(`stop[${i}]`);
    return text.trim() !== "";
  });
}

/** Objects of the request whose other fields travel as extensions of the request. */
const holders = ["output_config.format.", "output_config.", "metadata.", "thinking."] as const;

/**
 * Puts back what the contract has no names for. A part of an object that is not written is reported, save of those that
 * may consist of such parts alone.
 */
function graftFields(body: Members, extensions: Readonly<Record<string, string>>, drops: Drops): void {
  const grafted: Record<string, string> = {};
  for (const [key, text] of Object.entries(extensions)) {
    const field = ownField(key, dialectName) ?? "";
    const holder = holders.find((prefix) => field.startsWith(prefix));
    if (holder === "output_config." || holder === "metadata.") body[holder.slice(0, -1)] ??= {};
    if (holder === "thinking." && body.thinking === undefined) drops.add(`extensions[${key}]`);
    else if (holder === "output_config.format." && !hasFormat(body.output_config)) drops.add(`extensions[${key}]`);
    else grafted[key] = text;
  }
  drops.graft(body, grafted, "");
}

const hasFormat = (config: Json): boolean =>
  typeof config === "object" && config !== null && "format" in config && config.format !== undefined;

/** The client's own bytes, but for the model, and what a variant wants instead of it. */
function relay(body: JsonMembers, { model, variant }: RequestTarget): Uint8Array {
  const { version, omitModel } = variantOf(variant);
  const changes: Record<string, string> = {};
  if (version !== undefined) changes.anthropic_version = JSON.stringify(version);
  if (!omitModel) return body.with({ ...changes, model: JSON.stringify(model) });
  const pieces = Object.entries(changes).map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  const kept = [...body.keys()].filter((key) => key !== "model" && !Object.hasOwn(changes, key));
  for (const key of kept) pieces.push(`${JSON.stringify(key)}:${body.text(key) ?? "null"}`);
  return Buffer.from(`{${pieces.join(",")}}`);
}
