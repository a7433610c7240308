import type { Part, Reasoning } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { PlacedPart } from "../../core/conversation.ts";
import { userJson } from "../../core/drops.ts";
import { graftOwn, type Members } from "../../core/extensions.ts";
import { dropProof } from "../../core/proof.ts";
import type { Json } from "../../lib/json-text.ts";
import { type MessageContext, writeContent } from "./parts.ts";
import { isDetailType, needsDetails, writeDetails } from "./reasoning-details.ts";
import { writeToolCall } from "./tool-calls.ts";
import { dialectName } from "./wire.ts";

/** What an assistant's message holds: "Create chat completion", messages, assistant. */
export function writeSpoken(parts: readonly PlacedPart[], context: MessageContext): Members {
  const { drops, words } = context;
  const content: PlacedPart[] = [];
  const thoughts: PlacedPart[] = [];
  const message: Members = {};
  const calls: Members[] = [];
  for (const placed of parts) {
    const { part, path } = placed;
    const { kind } = part;
    if (kind.case === "toolCall") {
      calls.push(writeToolCall(kind.value, path, context));
      graftBeside(part, calls.at(-1) ?? {}, path, context);
    } else if (isRefusalBeside(part, context)) {
      message.refusal = `${message.refusal ?? ""}${kind.case === "refusal" ? kind.value.text : ""}`;
      graftBeside(part, message, path, context);
    } else if (kind.case === "audio" && kind.value.id !== "" && message.audio === undefined) {
      if (words.refuses.has("assistant.audio")) {
        drops.add(`${path}.audio`);
        continue;
      }
      // with the id the provider has all the rest
      message.audio = { id: kind.value.id };
      graftBeside(part, message, path, context);
    } else if (isThought(part) && words.thoughts !== "content") thoughts.push(placed);
    else content.push(placed);
  }
  Object.assign(message, writeThoughts(thoughts, context));
  message.content = content.length === 0 ? null : writeContent(content, context);
  if (calls.length > 0) message.tool_calls = calls;
  // none is told by an empty one
  if (calls.length > 0 && words.emptyThoughts && words.thoughts === "reasoning_content")
    message.reasoning_content ??= "";
  return message;
}

/** One with vendor fields of its own is a part of the content. */
const isRefusalBeside = ({ kind, extensions }: Part, { words }: MessageContext): boolean =>
  kind.case === "refusal" && Object.keys(extensions).length === 0 && !words.refuses.has("assistant.refusal");

const isThought = ({ kind }: Part): boolean =>
  kind.case === "reasoning" ||
  (kind.case === "opaque" && kind.value.dialect === dialectName && isDetailType(kind.value.type));

/** The rest of a part that is not among the content. */
function graftBeside(part: Part, target: Members, path: string, { drops }: MessageContext): void {
  drops.ifSet(`${path}.cache_breakpoint`, part.cacheBreakpoint);
  drops.ifSet(`${path}.logprobs`, part.logprobs);
  drops.graft(target, part.extensions, path);
}

/** The message's members that tell its thoughts. */
function writeThoughts(thoughts: readonly PlacedPart[], context: MessageContext): Members {
  const { drops, words } = context;
  if (words.thoughts === "reasoning_details" && thoughts.some(({ part }) => isMoreThanText(part))) {
    return writeAllDetails(thoughts, context);
  }
  const message: Members = {};
  const field = words.thoughts === "reasoning_content" ? "reasoning_content" : "reasoning";
  for (const { part, path } of thoughts) {
    const { kind } = part;
    if (kind.case !== "reasoning") drops.add(`${path}.opaque`);
    else if (words.thoughts === undefined || isUnsigned(kind.value, context)) drops.add(`${path}.reasoning`);
    else {
      message[field] = `${message[field] ?? ""}${kind.value.text}`;
      dropProof(kind.value, path, drops);
      graftBeside(part, message, path, context);
    }
  }
  return message;
}

const isMoreThanText = ({ kind, extensions }: Part): boolean =>
  kind.case !== "reasoning" || needsDetails(kind.value, extensions);

/** Behind OpenRouter, Anthropic refuses thoughts that it has not signed. */
const isUnsigned = ({ signature, redacted }: Reasoning, { words, model }: MessageContext): boolean =>
  words.thoughts === "reasoning_details" && signature === "" && redacted === "" && /(?:^~?|\/)anthropic\//.test(model);

function writeAllDetails(thoughts: readonly PlacedPart[], context: MessageContext): Members {
  const { drops, model } = context;
  const details: Json[] = [];
  let place = 0;
  for (const { part, path } of thoughts) {
    const { kind } = part;
    if (kind.case === "opaque") {
      drops.ifSet(`${path}.extensions`, part.extensions);
      details.push(userJson(kind.value.json, `${path}.opaque.json`));
    } else if (kind.case === "reasoning" && isUnsigned(kind.value, context)) drops.add(`${path}.reasoning`);
    else if (kind.case === "reasoning") {
      let isReported = false;
      const written = writeDetails(kind.value, place, (detail) => {
        if (isReported) graftOwn(detail, part.extensions, dialectName);
        else drops.graft(detail, part.extensions, path);
        isReported = true;
      });
      for (const detail of written) detail.format ??= formatOf(model);
      details.push(...written);
      place += 1;
    }
    drops.ifSet(`${path}.cache_breakpoint`, part.cacheBreakpoint);
    drops.ifSet(`${path}.logprobs`, part.logprobs);
  }
  return details.length === 0 ? {} : { reasoning_details: details };
}

/** Whose thoughts they are, where they do not say so themselves. OpenRouter takes others for Anthropic's. */
function formatOf(model: string): string | undefined {
  const [, vendor] = /(?:^~?|\/)(openai|x-ai|google|anthropic)\//.exec(model) ?? [];
  switch (vendor) {
    case "openai":
      return "openai-responses-v1";
    case "x-ai":
      return "xai-responses-v1";
    case "google":
      return "google-gemini-v1";
    case "anthropic":
      return undefined;
    default:
      return "unknown";
  }
}
