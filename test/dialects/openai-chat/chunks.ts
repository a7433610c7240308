import type { ChatEvent } from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/index.ts";

/** Chunks written down in the shortest form, for tests that look at one thing. */

export const head = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m" };

export const chunk = (choice: object, more: object = {}): object => ({
  ...head,
  choices: [{ index: 0, ...choice }],
  ...more,
});

export const delta = (value: object, more: object = {}): object => chunk({ delta: value, ...more });

/** Events as they are sent: of objects, or of data that is text. */
export const wire = (...chunks: unknown[]): Buffer =>
  Buffer.from(chunks.map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`).join(""));

export const read = (...chunks: unknown[]): ChatEvent[] => openaiChat.stream.reader().read(wire(...chunks));

export const kinds = (events: readonly ChatEvent[]): unknown[] => events.map(({ kind }) => kind.case);
