import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { holdsArray } from "../../core/json-array.ts";
import { WireObject } from "../../core/wire-object.ts";
import { nonEmpty, writeMap } from "../../core/written.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { toJson } from "../../lib/json-text.ts";
import type { WriteContext } from "./blocks.ts";
import { readFormat, writeFormat } from "./format.ts";
import { readMessage, readSystem, writeConversation } from "./messages.ts";
import { wordsOf } from "./models.ts";
import { readReasoning, writeReasoning } from "./reasoning.ts";
import { readTopK, writeSampling, writeStop } from "./sampling.ts";
import { readClaudeChoice, readToolChoice, readTools, writeTools } from "./tools.ts";
import { dialectName, writeServiceTier } from "./wire.ts";

/** "Converse" and "ConverseStream": the path says which of them it is, and the model. */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => readRequest(body, "")),
  write(chat, target) {
    const { body, drops, emulated } = writeRequest(chat, target);
    return { body: toJson(body), dropped: drops.paths, emulated };
  },
  relay: (body) => body.bytes,
};

/** Messages may be missing: a prompt of "Prompt management" has its own. */
function peek(body: JsonMembers): RequestPeek {
  if (body.has("messages") && !holdsArray(body, "messages")) {
    new WireObject({ messages: body.get("messages") }, "").array("messages");
  }
  return { model: "", stream: false, usageWanted: true };
}

const additional = "additionalModelRequestFields";

/** `path`: the way to the request in its body, "" for the body itself. */
export function readRequest(body: JsonMembers, path: string): ChatRequest {
  const wire = new WireObject(body.value(), path);
  let sources: (JsonMembers | undefined)[] | undefined;
  const messages = (wire.objects("messages") ?? []).flatMap((message, i) =>
    readMessage(message, () => {
      sources ??= body.objects("messages");
      return sources[i];
    }),
  );
  const inference = wire.object("inferenceConfig");
  const tools = wire.object("toolConfig");
  const output = wire.object("outputConfig");
  const tier = wire.object("serviceTier");
  const fields = wire.object(additional);
  const choice = tools && readToolChoice(tools);
  const claude = choice === undefined ? readClaudeChoice(fields?.raw("tool_choice")) : undefined;
  if (claude === undefined) fields?.leave("tool_choice");
  const format = output && readFormat(output);
  const likeliest = fields && readTopK(fields);
  const request = create(ChatRequestSchema, {
    toolChoice: choice ?? claude?.choice,
    parallelToolCalls: claude?.parallel,
    responseFormat: format?.format,
    temperature: inference?.number("temperature"),
    topP: inference?.number("topP"),
    topK: likeliest?.topK,
    maxOutputTokens: inference?.count("maxTokens"),
    stop: inference?.strings("stopSequences") ?? [],
    reasoning: readReasoning(output, fields),
    serviceTier: tier?.string("type") ?? "",
    metadata: readMetadata(wire.object("requestMetadata")),
  });
  request.messages = [...readSystem(wire, () => body), ...messages];
  request.tools = tools === undefined ? [] : readTools(tools, () => body.object("toolConfig"));
  const textIn = (key: string) => (name: string) => body.object(key)?.text(name);
  request.extensions = {
    ...wire.rest(dialectName, "", (key) => body.text(key)),
    ...inference?.rest(dialectName, "inferenceConfig.", textIn("inferenceConfig")),
    ...tools?.rest(dialectName, "toolConfig.", textIn("toolConfig")),
    ...output?.rest(dialectName, "outputConfig.", textIn("outputConfig")),
    ...format?.extensions,
    ...tier?.rest(dialectName, "serviceTier.", textIn("serviceTier")),
    ...fields?.rest(dialectName, `${additional}.`, textIn(additional)),
    ...likeliest?.extensions,
  };
  return request;
}

function readMetadata(wire: WireObject | undefined): Record<string, string> {
  if (wire === undefined) return {};
  return Object.fromEntries(
    Object.keys(wire.value).map((key) => [key, wire.required(key, wire.string(key), "a string")]),
  );
}

export interface WrittenMembers {
  readonly body: Members;
  readonly drops: Drops;
  readonly emulated: readonly string[];
}

export function writeRequest(chat: ChatRequest, target: RequestTarget): WrittenMembers {
  const drops = new Drops(dialectName);
  const context: WriteContext = { drops, words: wordsOf(target.model), emulated: [], names: new Set() };
  reportUnsayable(chat, drops);
  const reasoning = writeReasoning(chat, context);
  const format = writeFormat(chat, reasoning.isOn, context);
  const tools = writeTools(chat, format.answerTool, context);
  const sampling = writeSampling(chat, reasoning, context);
  const conversation = writeConversation(chat.messages, context);
  const tier = writeServiceTier(chat.serviceTier);
  if (tier === undefined) drops.ifSet("service_tier", chat.serviceTier);
  const body: Members = {
    messages: nonEmpty(conversation.messages),
    system: nonEmpty(conversation.system),
    inferenceConfig: {
      maxTokens: chat.maxOutputTokens,
      temperature: sampling.temperature,
      topP: sampling.topP,
      stopSequences: nonEmpty(writeStop(chat.stop, context)),
    },
    toolConfig: tools.toolConfig ?? {},
    outputConfig: { textFormat: format.textFormat, effort: reasoning.effort },
    serviceTier: tier ?? {},
    requestMetadata: writeMap(chat.metadata, (value) => value),
    [additional]: { ...reasoning.fields, ...sampling.fields, tool_choice: tools.claudeChoice },
  };
  drops.graft(body, chat.extensions, "");
  for (const key of holders) if (isEmpty(body[key])) delete body[key];
  return { body, drops, emulated: context.emulated };
}

/** Members that are there for what extensions may put into them, and go when nothing did. */
const holders = ["inferenceConfig", "toolConfig", "outputConfig", "serviceTier", additional];

const isEmpty = (value: Members[string]): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every((member) => member === undefined);

function reportUnsayable(chat: ChatRequest, drops: Drops): void {
  if (chat.n !== 1) drops.ifSet("n", chat.n);
  drops.ifSet("seed", chat.seed?.toString());
  drops.ifSet("frequency_penalty", chat.frequencyPenalty);
  drops.ifSet("presence_penalty", chat.presencePenalty);
  drops.ifSet("logit_bias", chat.logitBias);
  if (chat.logprobs !== undefined) drops.add("logprobs");
  drops.ifSet("top_logprobs", chat.topLogprobs);
  drops.ifSet("end_user_id", chat.endUserId);
  if (chat.modalities.join() !== "text") drops.ifSet("modalities", chat.modalities);
  if (chat.audio !== undefined) drops.add("audio");
  drops.ifSet("verbosity", chat.verbosity);
  drops.ifSet("prediction", chat.prediction);
  drops.ifSet("prompt_cache_key", chat.promptCacheKey);
  if (chat.store !== undefined) drops.add("store");
}
