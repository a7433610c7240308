import { createHash, hash } from "node:crypto";
import type { ChatRequest } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { type Message, Role } from "../../gen/causeway/chat/v1/content_pb.ts";
import type { Clock } from "../core/clock.ts";
import { textOfParts } from "../core/text.ts";

/** Where a conversation was answered: there the provider's cache holds its beginning. */
export interface Place {
  readonly provider: string;
  readonly model: string;
  /** As the credential's health names it. */
  readonly credentialId: string;
}

/** What a conversation is known by, and whether this turn is not its first. */
export interface Conversation {
  readonly key: string;
  readonly continued: boolean;
}

export interface Affinity {
  find(conversation: string): Place | undefined;
  remember(conversation: string, place: Place): void;
}

/** More conversations than a gateway has at a time; the longest unused ones are forgotten first. */
const mostConversations = 20_000;

/** Longer ones are kept as digests. */
const longestKey = 64;

/** Remembers where conversations were answered, for `keptMs` after their last turn. */
export function createAffinity(clock: Clock, keptMs: () => number): Affinity {
  const places = new Map<string, { readonly place: Place; readonly at: number }>();
  return {
    find(conversation) {
      const found = places.get(conversation);
      if (found === undefined) return undefined;
      if (clock.now() - found.at <= keptMs()) return found.place;
      places.delete(conversation);
      return undefined;
    },
    remember(conversation, place) {
      places.delete(conversation); // so that it moves to the end
      places.set(conversation, { place, at: clock.now() });
      if (places.size <= mostConversations) return;
      for (const oldest of places.keys()) {
        places.delete(oldest);
        return;
      }
    },
  };
}

/**
 * By what the client calls it: its header, its key for the prompt cache, its user. Otherwise by its first messages, up to
 * the first answer: these stay the same from turn to turn. undefined: there is nothing to know it by.
 */
export function conversationOf(
  session: string | undefined,
  chatOf: () => ChatRequest | undefined,
): Conversation | undefined {
  const chat = session ? undefined : chatOf();
  const said = session || chat?.promptCacheKey || chat?.endUserId;
  if (said) return { key: said.length > longestKey ? hash("sha1", said, "base64") : said, continued: true };
  if (chat === undefined || chat.messages.length === 0) return undefined;
  const answer = chat.messages.findIndex(({ role }) => role === Role.ASSISTANT);
  const opening = answer < 0 ? chat.messages : chat.messages.slice(0, answer);
  return opening.length === 0 ? undefined : { key: digest(opening), continued: answer >= 0 };
}

function digest(messages: readonly Message[]): string {
  const hash = createHash("sha1");
  for (const { role, parts } of messages) hash.update(`${role}\0${textOfParts(parts)}\0`);
  return hash.digest("base64");
}
