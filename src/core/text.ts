import type { ChatEvent, ChatRequest } from "../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../gen/causeway/chat/v1/content_pb.ts";

/** The text that a model reads of a request: what a tokenizer counts. Media are not in it. */
export function textOfRequest(chat: ChatRequest): string {
  const tools = chat.tools.map(({ kind }) => {
    if (kind.case === "function") return `${kind.value.name} ${kind.value.description} ${kind.value.parameters}`;
    if (kind.case === "custom") return `${kind.value.name} ${kind.value.description} ${kind.value.format}`;
    return "";
  });
  return [...chat.messages.map((message) => textOfParts(message.parts)), ...tools].join("\n");
}

/** The same of parts of a message. */
export function textOfParts(parts: readonly Part[]): string {
  return parts.map(textOfPart).join("");
}

function textOfPart({ kind }: Part): string {
  switch (kind.case) {
    case "text":
    case "reasoning":
    case "refusal":
      return kind.value.text;
    case "toolCall":
      return `${kind.value.name} ${kind.value.arguments}`;
    case "toolResult":
      return textOfParts(kind.value.parts);
    case "audio":
      return kind.value.transcript;
    case "opaque":
      return kind.value.json;
    case "image":
    case "video":
    case "file":
    case undefined:
      return "";
    default:
      return kind satisfies never;
  }
}

/** The text that a model wrote in these events. */
export function textOfEvents(events: Iterable<ChatEvent>): string {
  let text = "";
  for (const { kind } of events) {
    if (kind.case === "partStart" && kind.value.part !== undefined) text += textOfPart(kind.value.part);
    else if (kind.case === "partDelta") {
      const { delta } = kind.value;
      if (delta.case === "text" || delta.case === "arguments" || delta.case === "transcript") text += delta.value;
    }
  }
  return text;
}
