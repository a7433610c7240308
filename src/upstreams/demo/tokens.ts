import type { ChatRequest } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import type { Part } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { textOfRequest } from "../../core/text.ts";

/** A word of up to 12 characters with the white space before it; longer words are several tokens. */
const token = /\s*\S{1,12}|\s+$/gu;

/** The tokens of a text, in order. Together they are the text. A character is never cut in two. */
export function splitTokens(text: string): string[] {
  return text.match(token) ?? [];
}

/** What a picture, a sound, a film or a file costs. */
const mediumTokens = 100;

/** Tokens of a request: those of its messages' texts and its tools, and 100 for each medium. At least 1. */
export function countInput(chat: ChatRequest): number {
  const media = chat.messages.flatMap(({ parts }) => parts).filter(isMedium).length;
  return Math.max(1, splitTokens(textOfRequest(chat)).length + media * mediumTokens);
}

export function isMedium({ kind }: Part): boolean {
  return kind.case === "image" || kind.case === "audio" || kind.case === "video" || kind.case === "file";
}
