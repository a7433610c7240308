import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Part, PartSchema } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { RequestCodec, RequestPeek, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { type Json, RawJson, toJson } from "../../lib/json-text.ts";
import { readMessage, writeMessage } from "./messages.ts";
import {
  readResponseFormat,
  readTool,
  readToolChoice,
  writeResponseFormat,
  writeTool,
  writeToolChoice,
} from "./tools.ts";
import { dialectName } from "./wire.ts";

/** "Create chat completion" (platform.openai.com/docs/api-reference/chat/create). */
export const requestCodec: RequestCodec = { peek, read, write, relay };

const openBracket = 0x5b;

function peek(body: JsonMembers): RequestPeek {
  const model = body.get("model");
  if (model === undefined || model === null || model === "") {
    throw new GatewayError("missing_model", "Model is required: set 'model' to one of those that GET /v1/models lists.", {
      param: "model",
    });
  }
  if (typeof model !== "string") throw typeFault("model", "a string", model);
  const messages = body.firstByte("messages");
  if (messages === undefined) {
    throw new GatewayError("invalid_request", "'messages' is required: an array with at least one message.", {
      param: "messages",
    });
  }
  if (messages !== openBracket) throw typeFault("messages", "an array of messages", body.get("messages"));
  if (body.text("messages")?.length === 2) throw typeFault("messages", "at least one message", []);
  const stream = body.get("stream") ?? false;
  if (typeof stream !== "boolean") throw typeFault("stream", "true or false", stream);
  return { model, stream, usageWanted: stream && readStreamOptions(body)?.boolean("include_usage") === true };
}

function typeFault(path: string, expected: string, found: unknown): GatewayError {
  return new WireObject({ [path]: found }, "").wrong(path, expected);
}

function readStreamOptions(body: JsonMembers): WireObject | undefined {
  const options = body.get("stream_options");
  return options === undefined || options === null ? undefined : new WireObject(options, "stream_options");
}

function read(body: JsonMembers): ChatRequest {
  const wire = new WireObject(body.value(), "");
  const sources = body.objects("tools");
  const reasoning = wire.string("reasoning_effort");
  const audio = typeof wire.object("audio")?.raw("voice") === "string" ? wire.object("audio") : undefined;
  const messages = wire.required("messages", wire.objects("messages"), "an array of messages");
  const request = create(ChatRequestSchema, {
    model: wire.string("model") ?? "",
    messages: messages.map(readMessage),
    tools: (wire.objects("tools") ?? []).map((tool, i) => readTool(tool, sources[i])),
    toolChoice: readToolChoice(wire),
    parallelToolCalls: wire.boolean("parallel_tool_calls"),
    responseFormat: readResponseFormat(wire, body),
    temperature: wire.number("temperature"),
    topP: wire.number("top_p"),
    topK: wire.count("top_k"), // not OpenAI's: vLLM, OpenRouter and others take it
    maxOutputTokens: wire.count("max_completion_tokens") ?? wire.count("max_tokens"),
    stop: readStop(wire),
    n: wire.count("n"),
    seed: wire.integer("seed"),
    frequencyPenalty: wire.number("frequency_penalty"),
    presencePenalty: wire.number("presence_penalty"),
    logitBias: readNumbers(wire.object("logit_bias")),
    logprobs: wire.boolean("logprobs"),
    topLogprobs: wire.count("top_logprobs"),
    serviceTier: wire.string("service_tier") ?? "",
    endUserId: wire.string("user") ?? "",
    metadata: readStrings(wire.object("metadata")),
    modalities: wire.strings("modalities") ?? [],
    verbosity: wire.string("verbosity") ?? "",
    prediction: readPrediction(wire.object("prediction")),
    promptCacheKey: wire.string("prompt_cache_key") ?? "",
    store: wire.boolean("store"),
  });
  wire.raw("max_tokens");
  if (reasoning !== undefined) request.reasoning = { $typeName: "causeway.chat.v1.ReasoningConfig", ...noReasoning, effort: reasoning };
  if (audio !== undefined) {
    const voice = audio.string("voice") ?? "";
    request.audio = { $typeName: "causeway.chat.v1.AudioConfig", voice, format: audio.string("format") ?? "" };
  }
  const streamOptions = wire.object("stream_options");
  for (const known of ["stream", "stream_options"]) wire.raw(known);
  streamOptions?.raw("include_usage");
  request.extensions = {
    ...restAsWritten(wire, body, audio !== undefined),
    ...streamOptions?.rest(dialectName, "stream_options."),
  };
  return request;
}

const noReasoning = { summary: "" };

/** What was not read, byte for byte as the client wrote it. An audio whose voice is no name counts as not read. */
function restAsWritten(wire: WireObject, body: JsonMembers, audioRead: boolean): Record<string, string> {
  const rest = wire.rest(dialectName);
  for (const key of Object.keys(rest)) rest[key] = body.text(key.slice(dialectName.length + 1)) ?? rest[key] ?? "";
  const audio = audioRead ? undefined : body.text("audio");
  if (audio !== undefined && audio !== "null") rest[`${dialectName}/audio`] = audio;
  return rest;
}

function readStop(wire: WireObject): string[] {
  return typeof wire.raw("stop") === "string" ? [wire.string("stop") ?? ""] : (wire.strings("stop") ?? []);
}

function readNumbers(wire: WireObject | undefined): Record<string, number> {
  if (wire === undefined) return {};
  return Object.fromEntries(Object.keys(wire.value).map((key) => [key, wire.required(key, wire.number(key), "a number")]));
}

function readStrings(wire: WireObject | undefined): Record<string, string> {
  if (wire === undefined) return {};
  return Object.fromEntries(Object.keys(wire.value).map((key) => [key, wire.required(key, wire.string(key), "a string")]));
}

function readPrediction(wire: WireObject | undefined): Part[] {
  if (wire === undefined) return [];
  const texts =
    typeof wire.raw("content") === "string"
      ? [wire.string("content")]
      : (wire.objects("content") ?? []).map((part) => part.required("text", part.string("text"), "a string"));
  return texts.map((text = "") => create(PartSchema, { kind: { case: "text", value: { text } } }));
}

function write(chat: ChatRequest, target: RequestTarget): WrittenRequest {
  const drops = new Drops(dialectName);
  const messages = chat.messages.flatMap((message, i) => writeMessage(message, `messages[${i}]`, drops));
  if (messages.length === 0) throw typeFault("messages", "at least one message", []);
  const tools = chat.tools.flatMap((tool, i) => writeTool(tool, `tools[${i}]`, drops) ?? []);
  drops.unless(false, "top_k", chat.topK);
  drops.unless(false, "reasoning.budget_tokens", chat.reasoning?.budgetTokens);
  drops.unless(false, "reasoning.summary", chat.reasoning?.summary);
  drops.unless(false, "reasoning.enabled", chat.reasoning?.enabled);
  const { "stream_options.include_obfuscation": obfuscation, ...own } = drops.own(chat.extensions, "");
  const body: Json = {
    model: target.model,
    messages,
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: writeToolChoice(chat.toolChoice, drops),
    parallel_tool_calls: chat.parallelToolCalls,
    response_format: writeResponseFormat(chat.responseFormat),
    temperature: chat.temperature,
    top_p: chat.topP,
    [limitName(target.model)]: chat.maxOutputTokens,
    stop: chat.stop.length === 0 ? undefined : chat.stop,
    n: chat.n,
    seed: chat.seed === undefined ? undefined : new RawJson(chat.seed.toString()),
    frequency_penalty: chat.frequencyPenalty,
    presence_penalty: chat.presencePenalty,
    logit_bias: nonEmpty(chat.logitBias),
    logprobs: chat.logprobs,
    top_logprobs: chat.topLogprobs,
    reasoning_effort: chat.reasoning?.effort || undefined,
    service_tier: chat.serviceTier || undefined,
    user: chat.endUserId || undefined,
    metadata: nonEmpty(chat.metadata),
    modalities: chat.modalities.length === 0 ? undefined : chat.modalities,
    audio: chat.audio === undefined ? undefined : { voice: chat.audio.voice, format: chat.audio.format },
    verbosity: chat.verbosity || undefined,
    prediction: writePrediction(chat.prediction, drops),
    prompt_cache_key: chat.promptCacheKey || undefined,
    store: chat.store,
    stream: target.stream || undefined,
    stream_options: target.stream ? { include_usage: true, include_obfuscation: obfuscation } : undefined,
    ...own,
  };
  return { body: toJson(body), dropped: drops.paths };
}

const nonEmpty = <T extends Record<string, Json>>(members: T): T | undefined =>
  Object.keys(members).length === 0 ? undefined : members;

/**
 * OpenAI's reasoning models refuse `max_tokens`; most compatible servers know nothing else ("Create chat completion",
 * max_completion_tokens).
 */
const limitName = (model: string): string =>
  /^(?:.*\/)?(?:o\d|gpt-5)/.test(model) ? "max_completion_tokens" : "max_tokens";

function writePrediction(parts: readonly Part[], drops: Drops): Json {
  const content = parts.flatMap(({ kind }, i) => {
    if (kind.case === "text") return [{ type: "text", text: kind.value.text }];
    drops.add(`prediction[${i}]`);
    return [];
  });
  if (content.length === 0) return undefined;
  const [first] = content;
  return { type: "content", content: content.length === 1 ? first?.text : content };
}

/** Usage is asked for in every stream: the ledger needs it. Whether the client sees it is decided on the way back. */
function relay(body: JsonMembers, target: RequestTarget): Uint8Array {
  const model = JSON.stringify(target.model);
  if (!target.stream) return body.with({ model });
  const options = readStreamOptions(body);
  if (options?.boolean("include_usage") === true) return body.with({ model });
  return body.with({ model, stream_options: JSON.stringify({ ...options?.value, include_usage: true }) });
}
