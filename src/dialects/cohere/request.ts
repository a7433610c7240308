import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Message, type Part, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { invalidRequest, noMessages, requireMessages } from "../../core/invalid-request.ts";
import { WireObject } from "../../core/wire-object.ts";
import { finite, nonEmpty } from "../../core/written.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { RawJson, toJson } from "../../lib/json-text.ts";
import { readDocument } from "./documents.ts";
import { readResponseFormat, writeResponseFormat } from "./format.ts";
import { readMessage, writeMessage } from "./messages.ts";
import { wordsOf } from "./models.ts";
import type { CitedDocument, MessageContext } from "./parts.ts";
import { readThinking, writeThinking } from "./reasoning.ts";
import { readToolChoice, readTools, writeTools } from "./tools.ts";
import { dialectName, own } from "./wire.ts";

/** "Chat" and "Chat with Streaming" (docs.cohere.com/reference/chat). */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => read(body)),
  write,
  relay: (body, target) => refuseBroken(() => body.with({ model: JSON.stringify(target.model) })),
};

function peek(body: JsonMembers): RequestPeek {
  const head = new WireObject({ model: body.get("model"), stream: body.get("stream") }, "");
  const model = head.string("model") ?? "";
  if (model === "") {
    throw new GatewayError("missing_model", "Model is required: set 'model' to one of those that the gateway lists.", {
      param: "model",
    });
  }
  requireMessages(body);
  return { model, stream: head.boolean("stream") ?? false, usageWanted: true }; // the end of each stream has it
}

function read(body: JsonMembers): ChatRequest {
  const wire = new WireObject(body.value(), "");
  const messages = wire.required("messages", wire.objects("messages"), "an array of messages");
  if (messages.length === 0) throw noMessages();
  const { format, extensions: formatExtensions } = readResponseFormat(wire, body);
  const thinking = wire.object("thinking");
  const request = create(ChatRequestSchema, {
    model: wire.string("model"),
    toolChoice: readToolChoice(wire),
    responseFormat: format,
    temperature: wire.number("temperature"),
    topP: wire.number("p"),
    topK: wire.count("k"),
    maxOutputTokens: wire.count("max_tokens"),
    stop: wire.strings("stop_sequences") ?? [],
    seed: readSeed(wire, body),
    frequencyPenalty: wire.number("frequency_penalty"),
    presencePenalty: wire.number("presence_penalty"),
    logprobs: wire.boolean("logprobs"),
    reasoning: thinking && readThinking(thinking),
  });
  let sources: (JsonMembers | undefined)[] | undefined;
  request.messages = messages.map((message, i) => {
    return readMessage(message, () => {
      sources ??= body.objects("messages");
      return sources[i];
    });
  });
  request.tools = readTools(wire, body);
  readDocuments(wire, body, request.messages);
  wire.boolean("stream"); // what the answer's form is, is the call's matter
  request.extensions = {
    ...wire.rest(dialectName, "", (key) => body.text(key)),
    ...formatExtensions,
    ...thinking?.rest(dialectName, "thinking."),
  };
  return request;
}

/** From the text: a seed may have more digits than a JavaScript number. Cohere's are unsigned: a large one is left. */
function readSeed(wire: WireObject, body: JsonMembers): bigint | undefined {
  const value = wire.number("seed");
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value)) return BigInt(value);
  const written = body.text("seed") ?? "";
  const seed = /^-?\d+$/.test(written) ? BigInt(written) : undefined;
  if (seed === undefined) {
    throw invalidRequest("seed", `'seed': expected a whole number of 64 bits, found ${written.slice(0, 40)}.`);
  }
  if (BigInt.asIntN(64, seed) === seed) return seed;
  wire.leave("seed");
  return undefined;
}

/** The documents are what the last question is about: files in front of what the user says. */
function readDocuments(wire: WireObject, body: JsonMembers, messages: readonly Message[]): void {
  const items = wire.array("documents");
  const asker = messages.findLast(({ role }) => role === Role.USER);
  if (items === undefined || asker === undefined) {
    wire.leave("documents");
    return;
  }
  const mode = wire.object("citation_options")?.string("mode")?.toUpperCase();
  wire.leave("citation_options");
  const isCited = mode !== "OFF" && mode !== "DISABLED";
  const sources = body.objects("documents");
  const files = items.map((item, i): Part => readDocument(item, `documents[${i}]`, sources[i], isCited));
  asker.parts.unshift(...files);
}

/** What the contract can say, and Cohere cannot. */
function reportUnsaid(chat: ChatRequest, drops: Drops): void {
  const ifDefined = (path: string, value: unknown): void => void (value === undefined || drops.add(path));
  ifDefined("parallel_tool_calls", chat.parallelToolCalls);
  if (chat.n !== 1) ifDefined("n", chat.n);
  drops.ifSet("logit_bias", chat.logitBias);
  ifDefined("top_logprobs", chat.topLogprobs);
  drops.ifSet("service_tier", chat.serviceTier);
  drops.ifSet("end_user_id", chat.endUserId);
  drops.ifSet("metadata", chat.metadata);
  if (chat.modalities.some((modality) => modality !== "text")) drops.add("modalities");
  drops.ifSet("audio", chat.audio);
  drops.ifSet("verbosity", chat.verbosity);
  drops.ifSet("prediction", chat.prediction);
  drops.ifSet("prompt_cache_key", chat.promptCacheKey);
  ifDefined("store", chat.store);
}

const citationOptions = own("citation_options");

function write(chat: ChatRequest, target: RequestTarget): WrittenRequest {
  if (chat.messages.length === 0) throw noMessages();
  const drops = new Drops(dialectName);
  const words = wordsOf(target.model);
  const emulated: string[] = [];
  const documents: CitedDocument[] = [];
  reportUnsaid(chat, drops);
  const thinking = writeThinking(chat.reasoning, words, drops, emulated);
  const thinks = words.thoughts && thinking?.type !== "disabled"; // "Reasoning is enabled by default"
  const context: MessageContext = { drops, words, thinks, emulated, documents };
  const messages = chat.messages.flatMap((message, i) => writeMessage(message, `messages[${i}]`, context));
  const { tools, strictTools, toolChoice } = writeTools(chat.tools, chat.toolChoice, drops, emulated);
  const isUncited = documents.length > 0 && !documents.some(({ isCited }) => isCited);
  const body: Members = {
    model: target.model,
    messages,
    tools: nonEmpty(tools),
    strict_tools: strictTools,
    tool_choice: toolChoice,
    documents: nonEmpty(documents.map(({ document }) => document)),
    citation_options: isUncited && chat.extensions[citationOptions] === undefined ? { mode: "OFF" } : undefined,
    response_format: writeResponseFormat(chat.responseFormat, drops),
    max_tokens: chat.maxOutputTokens,
    stop_sequences: nonEmpty(chat.stop),
    temperature: finite("temperature", chat.temperature),
    p: writeTopP(chat.topP, emulated),
    k: chat.topK,
    seed: chat.seed === undefined ? undefined : new RawJson(chat.seed.toString()),
    frequency_penalty: finite("frequency_penalty", chat.frequencyPenalty),
    presence_penalty: finite("presence_penalty", chat.presencePenalty),
    logprobs: chat.logprobs,
    thinking,
    stream: target.stream,
  };
  drops.graft(body, chat.extensions, "");
  return { body: toJson(body), dropped: drops.paths, emulated };
}

/** "max value of 0.99": with 1, others mean all tokens. */
function writeTopP(topP: number | undefined, emulated: string[]): number | undefined {
  if (topP !== 1) return finite("top_p", topP);
  emulated.push("top_p");
  return 0.99;
}
