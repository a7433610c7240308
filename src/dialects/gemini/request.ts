import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import type { Members } from "../../core/extensions.ts";
import { holdsArray, holdsEmptyArray } from "../../core/json-array.ts";
import { nonEmpty } from "../../core/written.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { toJson } from "../../lib/json-text.ts";
import { writeConversation } from "./contents.ts";
import type { WriteContext } from "./context.ts";
import { readGenerationConfig, writeGenerationConfig } from "./generation-config.ts";
import { GoogleObject } from "./google-object.ts";
import { isMembers } from "./members.ts";
import { noContents, readContents, readSystem } from "./messages.ts";
import { readToolChoice, readTools, writeToolChoice, writeTools } from "./tools.ts";
import { dialectName, wordsOf } from "./wire.ts";

/** "Generating content" (ai.google.dev/api/generate-content), GenerateContentRequest. */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => readRequest(GoogleObject.of(body))),
  write,
  relay: (body) => body.bytes, // the model and the stream are said in the path, and usage comes unasked
};

function peek(body: JsonMembers): RequestPeek {
  if (!body.has("contents") || holdsEmptyArray(body, "contents")) throw noContents();
  if (!holdsArray(body, "contents")) {
    new GoogleObject({ contents: body.get("contents") }, "", () => undefined).list("contents");
  }
  return { model: "", stream: false, usageWanted: true };
}

/** `wire`: a GenerateContentRequest. Throws GatewayError "invalid_request" that names the field. */
export function readRequest(wire: GoogleObject): ChatRequest {
  const contents = wire.list("contents");
  if (contents.length === 0) throw noContents();
  const toolConfig = wire.object("toolConfig");
  wire.string("model"); // the path says it as well, and counts
  const request = create(ChatRequestSchema, { store: wire.boolean("store") });
  request.serviceTier = wire.string("serviceTier") ?? "";
  request.messages = [...readSystem(wire.object("systemInstruction")), ...readContents(contents)];
  request.tools = wire.list("tools").flatMap(readTools);
  request.toolChoice = readToolChoice(toolConfig?.object("functionCallingConfig"));
  readGenerationConfig(wire.object("generationConfig"), request);
  Object.assign(request.extensions, wire.own(), toolConfig?.own("toolConfig."));
  return request;
}

function write(chat: ChatRequest, target: RequestTarget): WrittenRequest {
  const { members, dropped, emulated } = writeRequest(chat, target);
  return { body: toJson(members), dropped, emulated };
}

/** Objects that hold extensions of fields whose names lead through them, the outer ones first. */
const containers = [
  "generationConfig",
  "generationConfig.thinkingConfig",
  "generationConfig.speechConfig",
  "generationConfig.speechConfig.voiceConfig",
  "generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig",
  "toolConfig",
];

export interface WrittenMembers {
  readonly members: Members;
  readonly dropped: readonly string[];
  readonly emulated: readonly string[];
}

/** A GenerateContentRequest without its model. */
export function writeRequest(chat: ChatRequest, { model, variant }: RequestTarget): WrittenMembers {
  const drops = new Drops(dialectName);
  const context: WriteContext = { drops, emulated: [], words: wordsOf(model, variant) };
  const { systemInstruction, contents } = writeConversation(chat.messages, context);
  const functionCallingConfig = writeToolChoice(chat.toolChoice, drops);
  const generationConfig = writeGenerationConfig(chat, context);
  const members: Members = {
    systemInstruction,
    tools: nonEmpty(writeTools(chat.tools, drops)),
    toolConfig: functionCallingConfig && { functionCallingConfig },
    contents,
    generationConfig: Object.values(generationConfig).some((value) => value !== undefined)
      ? generationConfig
      : undefined,
    serviceTier: writeServiceTier(chat.serviceTier, drops),
    store: context.words.vertex ? undefined : chat.store,
  };
  if (context.words.vertex && chat.store !== undefined) drops.add("store");
  dropUnsayable(chat, drops);
  openContainers(members, chat.extensions);
  drops.graft(members, chat.extensions, "");
  return { members, dropped: drops.paths, emulated: context.emulated };
}

function dropUnsayable(chat: ChatRequest, drops: Drops): void {
  if (chat.parallelToolCalls !== undefined) drops.add("parallel_tool_calls");
  drops.ifSet("logit_bias", chat.logitBias);
  drops.ifSet("end_user_id", chat.endUserId);
  drops.ifSet("metadata", chat.metadata);
  drops.ifSet("verbosity", chat.verbosity);
  drops.ifSet("prediction", chat.prediction);
  drops.ifSet("prompt_cache_key", chat.promptCacheKey);
}

/** So that an extension finds the object that its name leads through. */
function openContainers(members: Members, extensions: Readonly<Record<string, string>>): void {
  for (const container of containers) {
    const way = `${dialectName}/${container}.`;
    if (!Object.keys(extensions).some((key) => key.startsWith(way))) continue;
    let place: Members = members;
    for (const name of container.split(".")) {
      const inner = place[name] ?? {};
      if (!isMembers(inner)) break;
      place[name] = inner;
      place = inner;
    }
  }
}

const serviceTiers: ReadonlyMap<string, string> = new Map([
  ["default", "standard"], // OpenAI's word
  ["standard_only", "standard"], // Anthropic's
  ...["unspecified", "standard", "flex", "priority"].map((tier) => [tier, tier] as const),
]);

/** "ServiceTier". */
function writeServiceTier(tier: string, drops: Drops): string | undefined {
  const word = serviceTiers.get(tier);
  if (word === undefined) drops.ifSet("service_tier", tier);
  return word;
}
