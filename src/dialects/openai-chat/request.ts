import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { type Json, RawJson, toJson } from "../../lib/json-text.ts";
import { readMessage, writeMessage } from "./messages.ts";
import { part } from "./parts.ts";
import {
  readResponseFormat,
  readTool,
  readToolChoice,
  writeResponseFormat,
  writeTool,
  writeToolChoice,
} from "./tools.ts";
import { dialectName, wordsOf } from "./wire.ts";

/** "Create chat completion" (platform.openai.com/docs/api-reference/chat/create). */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => read(body)),
  write,
  relay: (body, target) => refuseBroken(() => relay(body, target)),
};

const openBracket = 0x5b;

const invalid = (param: string, message: string): GatewayError =>
  new GatewayError("invalid_request", message, { param });

const noMessages = (): GatewayError => invalid("messages", "'messages' has to hold at least one message.");

function peek(body: JsonMembers): RequestPeek {
  const model = body.get("model") ?? "";
  if (model === "") {
    throw new GatewayError(
      "missing_model",
      "Model is required: set 'model' to one of those that GET /v1/models lists.",
      {
        param: "model",
      },
    );
  }
  const head = new WireObject({ model, stream: body.get("stream"), stream_options: body.get("stream_options") }, "");
  const messages = body.span("messages");
  if (messages === undefined) {
    throw invalid("messages", "'messages' is required: an array with at least one message.");
  }
  if (body.firstByte("messages") !== openBracket) {
    throw new WireObject({ messages: body.get("messages") }, "").wrong("messages", "an array of messages");
  }
  if (messages.end - messages.start < 16 && /^\[\s*\]$/.test(body.text("messages") ?? "")) throw noMessages();
  const stream = head.boolean("stream") ?? false;
  const isUsageWanted = head.object("stream_options")?.boolean("include_usage") ?? false;
  return { model: head.string("model") ?? "", stream, usageWanted: stream && isUsageWanted };
}

function read(body: JsonMembers): ChatRequest {
  const wire = new WireObject(body.value(), "");
  const toolSources = body.objects("tools");
  const messages = wire.required("messages", wire.objects("messages"), "an array of messages");
  if (messages.length === 0) throw noMessages();
  const { format, extensions: formatExtensions } = readResponseFormat(wire, body);
  const audio = wire.object("audio");
  const prediction = wire.object("prediction");
  const effort = wire.string("reasoning_effort");
  const limit = wire.count("max_tokens");
  const request = create(ChatRequestSchema, {
    model: wire.string("model"),
    toolChoice: readToolChoice(wire),
    parallelToolCalls: wire.boolean("parallel_tool_calls"),
    responseFormat: format,
    temperature: wire.number("temperature"),
    topP: wire.number("top_p"),
    topK: wire.count("top_k"), // not OpenAI's: vLLM, OpenRouter and others take it
    maxOutputTokens: wire.count("max_completion_tokens") ?? limit,
    stop: readStop(wire),
    n: wire.count("n"),
    seed: readSeed(wire, body),
    frequencyPenalty: wire.number("frequency_penalty"),
    presencePenalty: wire.number("presence_penalty"),
    logitBias: readMap(wire.object("logit_bias"), (map, key) => map.required(key, map.number(key), "a number")),
    logprobs: wire.boolean("logprobs"),
    topLogprobs: wire.count("top_logprobs"),
    reasoning: effort === undefined ? undefined : { effort },
    serviceTier: wire.string("service_tier"),
    endUserId: wire.string("user"),
    metadata: readMap(wire.object("metadata"), (map, key) => map.required(key, map.string(key), "a string")),
    modalities: wire.strings("modalities"),
    audio: audio && { voice: readVoice(audio), format: audio.string("format") },
    verbosity: wire.string("verbosity"),
    promptCacheKey: wire.string("prompt_cache_key"),
    store: wire.boolean("store"),
  });
  request.messages = messages.map(readMessage);
  request.tools = (wire.objects("tools") ?? []).map((tool, i) => readTool(tool, toolSources[i]));
  request.prediction = readPrediction(prediction);
  wire.boolean("stream"); // what the answer's form is, is the call's matter
  const options = wire.object("stream_options");
  options?.boolean("include_usage");
  request.extensions = {
    ...wire.rest(dialectName, "", (key) => body.text(key)),
    ...formatExtensions,
    ...audio?.rest(dialectName, "audio."),
    ...prediction?.rest(dialectName, "prediction."),
    ...options?.rest(dialectName, streamOptions),
  };
  return request;
}

const streamOptions = "stream_options.";

/** A voice of one's own is an object, and left to the rest. */
function readVoice(audio: WireObject): string {
  const voice = audio.raw("voice");
  if (typeof voice === "object") audio.leave("voice");
  return typeof voice === "object" ? "" : (audio.string("voice") ?? "");
}

function readStop(wire: WireObject): string[] {
  const stop = wire.raw("stop");
  return typeof stop === "string" ? [stop] : (wire.strings("stop") ?? []);
}

const greatestInt64 = 2n ** 63n - 1n;

/** From the text: a seed may have more digits than a JavaScript number. */
function readSeed(wire: WireObject, body: JsonMembers): bigint | undefined {
  const value = wire.number("seed");
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value)) return BigInt(value);
  const written = body.text("seed") ?? "";
  const seed = /^-?\d+$/.test(written) ? BigInt(written) : undefined;
  if (seed !== undefined && seed <= greatestInt64 && seed >= -greatestInt64 - 1n) return seed;
  throw invalid("seed", `'seed': expected a whole number of 64 bits, found ${written.slice(0, 40)}.`);
}

function readMap<T>(wire: WireObject | undefined, readValue: (map: WireObject, key: string) => T): Record<string, T> {
  if (wire === undefined) return {};
  return Object.fromEntries(Object.keys(wire.value).map((key) => [key, readValue(wire, key)]));
}

function readPrediction(wire: WireObject | undefined): Part[] {
  if (wire === undefined) return [];
  wire.required("type", wire.oneOf("type", ["content"]), "'content'");
  const content = wire.raw("content");
  if (typeof content === "string") return [part({ case: "text", value: { text: content } })];
  return wire.required("content", wire.objects("content"), "a string or an array of text parts").map((item) => {
    item.required("type", item.oneOf("type", ["text"]), "'text'");
    const read = part({ case: "text", value: { text: item.required("text", item.string("text"), "a string") } });
    read.extensions = item.rest(dialectName);
    return read;
  });
}

function write(chat: ChatRequest, target: RequestTarget): WrittenRequest {
  if (chat.messages.length === 0) throw noMessages();
  const drops = new Drops(dialectName);
  const words = wordsOf(target.model);
  const context = { drops, words };
  drops.ifSet("top_k", chat.topK);
  drops.ifSet("reasoning.budget_tokens", chat.reasoning?.budgetTokens);
  drops.ifSet("reasoning.summary", chat.reasoning?.summary);
  if (chat.reasoning?.enabled !== undefined) drops.add("reasoning.enabled");
  const body: Members = {
    model: target.model,
    messages: chat.messages.flatMap((message, i) => writeMessage(message, `messages[${i}]`, context)),
    tools: nonEmpty(chat.tools.flatMap<Json>((tool, i) => writeTool(tool, `tools[${i}]`, drops) ?? [])),
    tool_choice: writeToolChoice(chat.toolChoice, chat.tools, drops),
    parallel_tool_calls: chat.parallelToolCalls,
    response_format: writeResponseFormat(chat.responseFormat, drops),
    temperature: finite("temperature", chat.temperature),
    top_p: finite("top_p", chat.topP),
    [words.limit]: chat.maxOutputTokens,
    stop: nonEmpty(chat.stop),
    n: chat.n,
    seed: chat.seed === undefined ? undefined : new RawJson(chat.seed.toString()),
    frequency_penalty: finite("frequency_penalty", chat.frequencyPenalty),
    presence_penalty: finite("presence_penalty", chat.presencePenalty),
    logit_bias: writeMap(chat.logitBias, (bias, key) => finite(`logit_bias.${key}`, bias)),
    logprobs: chat.logprobs,
    top_logprobs: chat.topLogprobs,
    reasoning_effort: chat.reasoning?.effort || undefined,
    service_tier: chat.serviceTier || undefined,
    user: chat.endUserId || undefined,
    metadata: writeMap(chat.metadata, (value) => value),
    modalities: nonEmpty(chat.modalities),
    audio: chat.audio && { voice: chat.audio.voice || undefined, format: chat.audio.format || undefined },
    verbosity: chat.verbosity || undefined,
    prediction: writePrediction(chat.prediction, drops),
    prompt_cache_key: chat.promptCacheKey || undefined,
    store: chat.store,
    stream: target.stream,
    stream_options: target.stream ? { include_usage: true } : undefined,
  };
  drops.graft(body, target.stream ? chat.extensions : withoutStreamOptions(chat.extensions), "");
  return { body: toJson(body), dropped: drops.paths };
}

const nonEmpty = <T>(list: T[]): T[] | undefined => (list.length === 0 ? undefined : list);

/** JSON has no word for the others, and null means something else. */
function finite(path: string, value: number | undefined): number | undefined {
  if (value === undefined || Number.isFinite(value)) return value;
  throw invalid(path, `'${path}': expected a number, found ${value}.`);
}

function writeMap<T>(
  map: Readonly<Record<string, T>>,
  writeValue: (value: T, key: string) => Members[string],
): Members | undefined {
  const entries = Object.entries(map);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, v]) => [key, writeValue(v, key)]));
}

/** Without a stream they say nothing, and servers refuse them. */
function withoutStreamOptions(extensions: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = `${dialectName}/${streamOptions}`;
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => !key.startsWith(prefix)));
}

function writePrediction(parts: readonly Part[], drops: Drops): Members | undefined {
  const content: Members[] = [];
  for (const [i, item] of parts.entries()) {
    const { kind, extensions } = item;
    const path = `prediction[${i}]`;
    if (kind.case !== "text") {
      drops.add(path);
      continue;
    }
    drops.ifSet(`${path}.cache_breakpoint`, item.cacheBreakpoint);
    drops.ifSet(`${path}.logprobs`, item.logprobs);
    drops.ifSet(`${path}.text.citations`, kind.value.citations);
    const written: Members = { type: "text", text: kind.value.text };
    drops.graft(written, extensions, path);
    content.push(written);
  }
  const [first] = content;
  if (first === undefined) return undefined;
  const isPlain = content.length === 1 && Object.keys(first).length === 2;
  return { type: "content", content: isPlain ? first.text : content };
}

/** Usage is asked for in every stream: the ledger needs it. Whether the client sees it is decided on the way back. */
function relay(body: JsonMembers, target: RequestTarget): Uint8Array {
  const model = JSON.stringify(target.model);
  if (!target.stream) return body.with({ model });
  const options = new WireObject({ stream_options: body.get("stream_options") }, "").object("stream_options");
  if (options?.boolean("include_usage") === true) return body.with({ model });
  return body.with({ model, stream_options: JSON.stringify({ ...options?.value, include_usage: true }) });
}
