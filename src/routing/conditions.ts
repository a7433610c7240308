import type { ChatRequest } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../gen/causeway/chat/v1/content_pb.ts";
import type { Condition, ContentKind, RouteRequest } from "../core/routing.ts";

/** Whether all that a condition names is so. A promise when tokens have to be counted for it: that comes last. */
export function holds(condition: Condition, asked: RouteRequest): boolean | Promise<boolean> {
  const { stream, has = [], metadata, inputTokensOver, inputTokensUnder } = condition;
  if (stream !== undefined && stream !== asked.stream) return false;
  if (metadata !== undefined && !hasMetadata(asked.chat(), metadata)) return false;
  if (!has.every((kind) => hasContent(asked.chat(), kind))) return false;
  if (inputTokensOver === undefined && inputTokensUnder === undefined) return true;
  return asked
    .inputTokens()
    .then((tokens) => tokens > (inputTokensOver ?? -1) && tokens < (inputTokensUnder ?? Number.POSITIVE_INFINITY));
}

function hasMetadata(chat: ChatRequest | undefined, wanted: Readonly<Record<string, string>>): boolean {
  return chat !== undefined && Object.entries(wanted).every(([key, value]) => chat.metadata[key] === value);
}

function hasContent(chat: ChatRequest | undefined, kind: ContentKind): boolean {
  if (chat === undefined) return false;
  switch (kind) {
    case "tools":
      return chat.tools.length > 0;
    case "json_schema":
      return chat.responseFormat?.kind.case === "jsonSchema";
    case "reasoning":
      return chat.reasoning !== undefined;
    case "image":
    case "audio":
    case "video":
      return chat.messages.some(({ parts }) => hasPart(parts, kind));
    case "document":
      return chat.messages.some(({ parts }) => hasPart(parts, "file"));
    default:
      return kind satisfies never;
  }
}

/** Also in what tools have answered. */
function hasPart(parts: readonly Part[], wanted: Part["kind"]["case"]): boolean {
  return parts.some(
    ({ kind }) => kind.case === wanted || (kind.case === "toolResult" && hasPart(kind.value.parts, wanted)),
  );
}
