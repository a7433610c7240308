import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { noMessages, requireMessages } from "../../core/invalid-request.ts";
import { part } from "../../core/media.ts";
import { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { peekHead, readMap, readSampling, readSeed, relayRequest } from "../openai/request.ts";
import { readMessage } from "./messages.ts";
import { readReasoningConfig } from "./reasoning-config.ts";
import { writeRequest } from "./request-writer.ts";
import { readToolChoice } from "./tool-choice.ts";
import { readResponseFormat, readTool } from "./tools.ts";
import { dialectName, streamOptions } from "./wire.ts";

/** "Create chat completion" (platform.openai.com/docs/api-reference/chat/create). */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => read(body)),
  write,
  relay: (body, target) => refuseBroken(() => relayRequest(body, target)),
};

function peek(body: JsonMembers): RequestPeek {
  const head = peekHead(body);
  requireMessages(body);
  return head;
}

function read(body: JsonMembers): ChatRequest {
  const wire = new WireObject(body.value(), "");
  const toolSources = body.objects("tools");
  const messages = wire.required("messages", wire.objects("messages"), "an array of messages");
  if (messages.length === 0) throw noMessages();
  const { format, extensions: formatExtensions } = readResponseFormat(wire, body);
  const audio = wire.object("audio");
  const prediction = wire.object("prediction");
  const limit = wire.count("max_tokens");
  const sampling = readSampling(wire, body);
  const request = create(ChatRequestSchema, {
    model: wire.string("model"),
    toolChoice: readToolChoice(wire),
    parallelToolCalls: wire.boolean("parallel_tool_calls"),
    responseFormat: format,
    ...sampling,
    seed: sampling.seed ?? readSeed("random_seed", wire, body), // Mistral's name for it
    topK: wire.count("top_k"), // not OpenAI's: vLLM, OpenRouter and others take it
    maxOutputTokens: wire.count("max_completion_tokens") ?? limit,
    ...readLogprobs(wire),
    reasoning: readReasoningConfig(wire),
    serviceTier: wire.string("service_tier"),
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

/** A number is Together's ("Logprobs"): how many. */
function readLogprobs(wire: WireObject): { logprobs: boolean | undefined; topLogprobs: number | undefined } {
  const isCount = typeof wire.raw("logprobs") === "number";
  return {
    logprobs: isCount ? true : wire.boolean("logprobs"),
    topLogprobs: wire.count("top_logprobs") ?? (isCount ? wire.count("logprobs") : undefined),
  };
}

/** A voice of one's own is an object, and left to the rest. */
function readVoice(audio: WireObject): string {
  const voice = audio.raw("voice");
  if (typeof voice === "object") audio.leave("voice");
  return typeof voice === "object" ? "" : (audio.string("voice") ?? "");
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
  return writeRequest(chat, target);
}
