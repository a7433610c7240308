import { create } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type Message, MessageSchema, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { refuseBroken } from "../../core/broken-json.ts";
import type { RequestCodec, RequestPeek, RequestTarget, WrittenRequest } from "../../core/dialect.ts";
import { Drops } from "../../core/drops.ts";
import { GatewayError } from "../../core/error.ts";
import type { Members } from "../../core/extensions.ts";
import { invalidRequest, noMessages } from "../../core/invalid-request.ts";
import { part } from "../../core/media.ts";
import { WireObject } from "../../core/wire-object.ts";
import type { JsonMembers } from "../../lib/json-members.ts";
import { toJson } from "../../lib/json-text.ts";
import { peekHead, readSampling, relayRequest, writeSampling } from "../openai/request.ts";
import { dialectName } from "./wire.ts";

/**
 * "Create completion" (platform.openai.com/docs/api-reference/completions/create). The prompt is a user's only message.
 * What only completions know, such as `suffix`, `echo` and `best_of`, travels in the extensions.
 */
export const requestCodec: RequestCodec = {
  peek: (body) => refuseBroken(() => peek(body)),
  read: (body) => refuseBroken(() => read(body)),
  write,
  relay: (body, target) => refuseBroken(() => relayRequest(body, target)),
};

const streamOptions = "stream_options.";

function peek(body: JsonMembers): RequestPeek {
  const head = peekHead(body);
  if (!body.has("prompt")) throw invalidRequest("prompt", "'prompt' is required: a text that the model goes on with.");
  return head;
}

function read(body: JsonMembers): ChatRequest {
  const wire = new WireObject(body.value(), "");
  const prompt = readPrompt(wire);
  const topLogprobs = wire.count("logprobs");
  const request = create(ChatRequestSchema, {
    model: wire.string("model"),
    ...readSampling(wire, body),
    maxOutputTokens: wire.count("max_tokens"),
    logprobs: topLogprobs === undefined ? undefined : true,
    topLogprobs,
  });
  const said = part({ case: "text", value: { text: prompt } });
  request.messages = [create(MessageSchema, { role: Role.USER })];
  request.messages[0]?.parts.push(said);
  wire.boolean("stream"); // what the answer's form is, is the call's matter
  const options = wire.object("stream_options");
  options?.boolean("include_usage");
  request.extensions = {
    ...wire.rest(dialectName, "", (key) => body.text(key)),
    ...options?.rest(dialectName, streamOptions),
  };
  return request;
}

/** A list is of several prompts, or of one prompt's tokens: an answer to several is none that the contract can hold. */
function readPrompt(wire: WireObject): string {
  const prompt = wire.raw("prompt");
  if (typeof prompt === "string") return prompt;
  const list = wire.required("prompt", wire.array("prompt"), "a string");
  const [first] = list;
  if (typeof first === "number" || Array.isArray(first)) {
    throw invalidRequest("prompt", "'prompt': ids of tokens are not supported. Send the prompt as a text.");
  }
  if (list.length !== 1) {
    const found = list.length === 0 ? "an empty list" : `${list.length} prompts`;
    throw invalidRequest("prompt", `'prompt': expected one prompt, found ${found}. Send a request for each of them.`);
  }
  return wire.strings("prompt")?.[0] ?? "";
}

function write(chat: ChatRequest, { model, stream }: RequestTarget): WrittenRequest {
  const drops = new Drops(dialectName);
  dropUnsayable(chat, drops);
  const { logprobs, topLogprobs, extensions } = chat;
  if (logprobs === false) drops.add("logprobs");
  const body: Members = {
    model,
    prompt: writePrompt(chat.messages, drops),
    max_tokens: chat.maxOutputTokens,
    ...writeSampling(chat),
    logprobs: topLogprobs ?? (logprobs === true ? 0 : undefined), // that of the token itself is always told
    stream,
    stream_options: stream ? { include_usage: true } : undefined,
  };
  const prefix = `${dialectName}/${streamOptions}`; // without a stream they say nothing, and servers refuse them
  const said = Object.entries(extensions).filter(([key]) => stream || !key.startsWith(prefix));
  drops.graft(body, Object.fromEntries(said), "");
  return { body: toJson(body), dropped: drops.paths };
}

/** Of a request's fields, those that completions have no word for. */
function dropUnsayable(chat: ChatRequest, drops: Drops): void {
  drops.ifSet("tools", chat.tools);
  drops.ifSet("tool_choice", chat.toolChoice);
  if (chat.parallelToolCalls !== undefined) drops.add("parallel_tool_calls");
  drops.ifSet("response_format", chat.responseFormat);
  if (chat.topK !== undefined) drops.add("top_k");
  drops.ifSet("reasoning", chat.reasoning);
  drops.ifSet("service_tier", chat.serviceTier);
  drops.ifSet("metadata", chat.metadata);
  drops.ifSet("modalities", chat.modalities);
  drops.ifSet("audio", chat.audio);
  drops.ifSet("verbosity", chat.verbosity);
  drops.ifSet("prediction", chat.prediction);
  drops.ifSet("prompt_cache_key", chat.promptCacheKey);
  if (chat.store !== undefined) drops.add("store");
}

/** The text of a user's only message. Throws GatewayError "not_supported" for a conversation, which is no prompt. */
function writePrompt(messages: readonly Message[], drops: Drops): string {
  const [message, ...more] = messages;
  if (message === undefined) throw noMessages();
  if (message.role !== Role.USER || more.length > 0) {
    throw new GatewayError(
      "not_supported",
      "'messages': the model takes a single prompt, no conversation. Send one message of the user's, and nothing else.",
      { param: "messages" },
    );
  }
  drops.ifSet("messages[0].name", message.name);
  drops.ifSet("messages[0].id", message.id);
  drops.ifSet("messages[0].extensions", message.extensions);
  let prompt: string | undefined;
  message.parts.forEach(({ kind, cacheBreakpoint, logprobs, extensions }, i) => {
    const path = `messages[0].parts[${i}]`;
    if (kind.case !== "text") {
      drops.add(path);
      return;
    }
    drops.ifSet(`${path}.text.citations`, kind.value.citations);
    if (cacheBreakpoint !== undefined) drops.add(`${path}.cache_breakpoint`);
    drops.ifSet(`${path}.logprobs`, logprobs);
    drops.ifSet(`${path}.extensions`, extensions);
    prompt = (prompt ?? "") + kind.value.text;
  });
  if (prompt !== undefined) return prompt;
  throw new GatewayError(
    "not_supported",
    "'messages[0]': the model takes a text as prompt, and this message has none.",
    {
      param: "messages[0]",
    },
  );
}
