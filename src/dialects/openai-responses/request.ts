import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema, type ReasoningConfig } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { MessageSchema, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops, userJson } from "../../core/drops.ts";
import type { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { invalidRequest, missingModel } from "../../core/invalid-request.ts";
import { holdsArray } from "../../core/json-array.ts";
import { part } from "../../core/media.ts";
import { WireObject } from "../../core/wire-object.ts";
import { finite, nonEmpty, writeMap } from "../../core/written.ts";
import { parseJson } from "../../lib/json.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { type Json, toJson } from "../../lib/json-text.ts";
import { peekNotes, readMap } from "../openai/request.ts";
import { readFormat, writeResponseFormat } from "./format.ts";
import { InputReader } from "./input-reader.ts";
import { isInstructions } from "./items.ts";
import { InputWriter } from "./messages.ts";
import { readToolChoice, writeToolChoice } from "./tool-choice.ts";
import { readTool, writeTool } from "./tools.ts";
import { dialectName, includeLogprobs, includeThoughts, type ModelWords, wordsOf } from "./wire.ts";

/** "Create a model response" (platform.openai.com/docs/api-reference/responses/create). */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => readRequest(body)),
  write: (chat, target) => {
    const drops = new Drops(dialectName);
    const body = writeRequest(chat, target, drops);
    return { body: toJson(body), dropped: drops.paths } satisfies WrittenRequest;
  },
  relay: (body, target) => refuseBroken(() => body.with({ model: JSON.stringify(target.model) })),
};

const quote = 0x22;

/** What holds the conversation, or its beginning, where `input` does not. */
const elsewhere = ["previous_response_id", "conversation", "prompt"] as const;

const noInput = (): GatewayError =>
  invalidRequest("input", "'input' is required: a text, or an array with at least one item.");

/** The usage of a stream is always told. */
function peek(body: JsonMembers): RequestPeek {
  const model = body.get("model") ?? "";
  if (model === "") throw missingModel();
  const head = new WireObject({ model, stream: body.get("stream") }, "");
  const isKnown = body.firstByte("input") === quote || holdsArray(body, "input");
  if (!isKnown && (body.get("input") ?? undefined) !== undefined) {
    throw new WireObject({ input: body.get("input") }, "").wrong("input", "a string or an array of items");
  }
  const span = body.span("input");
  const isShort = span === undefined || span.end - span.start < 16;
  const isNothing = isShort && /^(?:null|\[\s*\])?$/.test(body.text("input") ?? "");
  if (isNothing && !["instructions", ...elsewhere].some((key) => body.has(key))) throw noInput();
  const stream = head.boolean("stream") ?? false;
  return { model: head.string("model") ?? "", stream, usageWanted: true, ...peekNotes(body) };
}

/** Throws GatewayError "invalid_request" that names the field, and JsonError for what is no JSON. */
export function readRequest(body: JsonMembers): ChatRequest {
  const wire = new WireObject(body.value(), "");
  const input = readInput(wire, body);
  const tools = readTools(wire, body);
  const text = wire.object("text");
  const read = text && readFormat(text, body.object("text"));
  const reasoning = wire.object("reasoning");
  const store = wire.boolean("store");
  const include = readInclude(wire, store);
  const request = create(ChatRequestSchema, {
    model: wire.string("model"),
    toolChoice: readToolChoice(wire, tools),
    parallelToolCalls: wire.boolean("parallel_tool_calls"),
    responseFormat: read?.format,
    temperature: wire.number("temperature"),
    topP: wire.number("top_p"),
    maxOutputTokens: wire.count("max_output_tokens"),
    logprobs: include.logprobs,
    topLogprobs: wire.count("top_logprobs"),
    reasoning: reasoning === undefined ? include.reasoning : readReasoning(reasoning),
    serviceTier: wire.string("service_tier"),
    endUserId: wire.string("user"),
    metadata: readMap(wire.object("metadata"), (map, key) => map.required(key, map.string(key), "a string")),
    verbosity: text?.string("verbosity"),
    promptCacheKey: wire.string("prompt_cache_key"),
    store,
  });
  request.messages = input;
  request.tools = tools;
  wire.boolean("stream"); // what the answer's form is, is the call's matter
  request.extensions = {
    ...wire.rest(dialectName, "", (key) => body.text(key)),
    ...text?.rest(dialectName, "text."),
    ...read?.extensions,
    ...reasoning?.rest(dialectName, "reasoning."),
    ...include.extensions,
  };
  return request;
}

function readInput(wire: WireObject, body: JsonMembers): ChatRequest["messages"] {
  const reader = new InputReader();
  const instructions = wire.string("instructions");
  if (instructions !== undefined) {
    const parts = [part({ case: "text", value: { text: instructions } })];
    reader.messages.push(create(MessageSchema, { role: Role.SYSTEM, parts }));
  }
  const input = wire.raw("input");
  if (typeof input === "string") {
    const parts = [part({ case: "text", value: { text: input } })];
    reader.messages.push(create(MessageSchema, { role: Role.USER, parts }));
  } else {
    const sources = body.objects("input");
    for (const [i, item] of (wire.objects("input") ?? []).entries()) reader.read(item, sources[i]);
  }
  if (reader.messages.length > 0 || elsewhere.some((key) => (wire.value[key] ?? null) !== null)) return reader.messages;
  throw noInput();
}

function readTools(wire: WireObject, body: JsonMembers): ChatRequest["tools"] {
  const sources = body.objects("tools");
  return (wire.objects("tools") ?? []).map((tool, i) => readTool(tool, sources[i]));
}

function readReasoning(wire: WireObject): { effort: string | undefined; summary: string | undefined } {
  const summary = wire.string("summary");
  // the name it had before; beside the other one it stays as it is
  return { effort: wire.string("effort"), summary: summary ?? wire.string("generate_summary") };
}

interface ReadInclude {
  readonly logprobs: boolean | undefined;
  readonly reasoning: Record<string, never> | undefined;
  readonly extensions: Record<string, string>;
}

/**
 * That a model which thinks should tell its thoughts encrypted, where nothing is stored, is no wish of the caller's but
 * how this API works: so it is what is left of it, that there is reasoning.
 */
function readInclude(wire: WireObject, store: boolean | undefined): ReadInclude {
  const include = wire.strings("include") ?? [];
  const isUsual = store === false && include.includes(includeThoughts);
  const rest = include.filter((entry) => entry !== includeLogprobs && !(isUsual && entry === includeThoughts));
  return {
    logprobs: include.includes(includeLogprobs) ? true : undefined,
    reasoning: isUsual ? {} : undefined,
    extensions: rest.length === 0 ? {} : { [includeKey]: JSON.stringify(rest) },
  };
}

const includeKey = `${dialectName}/include`;

/** Throws GatewayError "invalid_request". */
export function writeRequest(chat: ChatRequest, target: RequestTarget, drops: Drops): Members {
  const words = wordsOf(target.model);
  dropUnknown(chat, drops);
  const { instructions, input, hasThoughts } = writeInput(chat, words, drops);
  const { [includeKey]: include, ...extensions } = chat.extensions;
  const needed = [
    ...(asksForThoughts(chat, words, hasThoughts) ? [includeThoughts] : []),
    ...(chat.logprobs === true ? [includeLogprobs] : []),
  ];
  const holds = (name: string): boolean => hasMember(extensions, name);
  const body: Members = {
    model: target.model,
    instructions,
    input,
    tools: nonEmpty(chat.tools.flatMap<Json>((tool, i) => writeTool(tool, `tools[${i}]`, drops) ?? [])),
    tool_choice: writeToolChoice(chat.toolChoice, chat.tools, drops),
    parallel_tool_calls: chat.parallelToolCalls,
    text: someMembers(
      { format: writeResponseFormat(chat.responseFormat, drops), verbosity: chat.verbosity || undefined },
      holds("text"),
    ),
    reasoning: someMembers(
      { effort: writeEffort(chat.reasoning, words, drops), summary: writeSummary(chat.reasoning?.summary) },
      holds("reasoning"),
    ),
    temperature: finite("temperature", chat.temperature),
    top_p: finite("top_p", chat.topP),
    max_output_tokens: chat.maxOutputTokens,
    // 0 is its default: so it says that none are wanted
    top_logprobs: chat.topLogprobs ?? (chat.logprobs === false ? 0 : undefined),
    service_tier: chat.serviceTier || undefined,
    user: chat.endUserId || undefined,
    metadata: writeMap(chat.metadata, (value) => value),
    prompt_cache_key: chat.promptCacheKey || undefined,
    store: chat.store,
    include: writeInclude(include, needed, drops),
    stream: target.stream,
  };
  drops.graft(body, target.stream ? extensions : withoutStreamOptions(extensions), "");
  return body;
}

function writeInput(
  chat: ChatRequest,
  words: ModelWords,
  drops: Drops,
): { instructions: string | undefined; input: Json[] | undefined; hasThoughts: boolean } {
  const isHeldElsewhere = elsewhere.some((key) => Object.hasOwn(chat.extensions, `${dialectName}/${key}`));
  if (chat.messages.length === 0 && !isHeldElsewhere) throw noInput();
  const [first] = chat.messages;
  const only = first !== undefined && isInstructions(first) ? first.parts[0]?.kind : undefined;
  const instructions = only?.case === "text" ? only.value.text : undefined;
  const writer = new InputWriter({ drops, words });
  chat.messages.forEach((message, i) => {
    if (i > 0 || instructions === undefined) writer.write(message, `messages[${i}]`);
  });
  return { instructions, input: nonEmpty(writer.items), hasThoughts: writer.hasThoughts };
}

function dropUnknown(chat: ChatRequest, drops: Drops): void {
  drops.ifSet("top_k", chat.topK);
  drops.ifSet("stop", chat.stop);
  if (chat.n !== 1) drops.ifSet("n", chat.n);
  drops.ifSet("seed", chat.seed === undefined ? undefined : String(chat.seed));
  drops.ifSet("frequency_penalty", chat.frequencyPenalty);
  drops.ifSet("presence_penalty", chat.presencePenalty);
  drops.ifSet("logit_bias", chat.logitBias);
  const isTextOnly = chat.modalities.every((modality) => modality === "text");
  if (!isTextOnly) drops.add("modalities");
  if (chat.audio !== undefined) drops.add("audio");
  drops.ifSet("prediction", chat.prediction);
}

/** Models that know an effort of none are told so when reasoning is turned off. */
function writeEffort(
  config: ReasoningConfig | undefined,
  { effortNone }: ModelWords,
  drops: Drops,
): string | undefined {
  if (config === undefined) return undefined;
  const { effort, budgetTokens, enabled } = config;
  const isOff = effort === "" && effortNone && (enabled === false || budgetTokens === 0);
  if (!isOff || budgetTokens !== 0) drops.ifSet("reasoning.budget_tokens", budgetTokens);
  if (enabled !== undefined && !(isOff && !enabled)) drops.add("reasoning.enabled");
  return isOff ? "none" : effort || undefined;
}

/** Shown are only those that were asked for. */
const writeSummary = (summary = ""): string | undefined => (summary === "none" ? undefined : summary || undefined);

/**
 * What the vendor does not keep has to come back in the next turn, and for that has to be told: "Reasoning models",
 * encrypted reasoning items. Models that do not think refuse to be asked.
 */
function asksForThoughts({ store, reasoning }: ChatRequest, { reasons }: ModelWords, hasThoughts: boolean): boolean {
  return store === false && (reasons ?? (hasThoughts || reasoning !== undefined));
}

/** The caller's own entries, and behind them those that are needed and not among them. */
function writeInclude(own: string | undefined, needed: readonly string[], drops: Drops): Json[] | undefined {
  const path = `extensions[${includeKey}]`;
  const parsed = own === undefined ? [] : parseJson(userJson(own, path).text);
  const entries = Array.isArray(parsed) ? parsed.filter((entry) => typeof entry === "string") : [];
  if (!Array.isArray(parsed) || entries.length < parsed.length) drops.add(path);
  return nonEmpty([...entries, ...needed.filter((entry) => !entries.includes(entry))]);
}

/** Whether an extension is a member of this object. */
function hasMember(extensions: Readonly<Record<string, string>>, name: string): boolean {
  return Object.keys(extensions).some((key) => key.startsWith(`${dialectName}/${name}.`));
}

/** undefined for an object without members, unless more will be put into it. */
function someMembers(members: Members, isNeeded: boolean): Members | undefined {
  return isNeeded || Object.values(members).some((value) => value !== undefined) ? members : undefined;
}

/** Without a stream they say nothing, and servers refuse them. */
function withoutStreamOptions(extensions: Readonly<Record<string, string>>): Record<string, string> {
  const { [`${dialectName}/stream_options`]: _, ...rest } = extensions;
  return rest;
}
