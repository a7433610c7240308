import type { TokenUsage } from "../scenarios/conversation.ts";
import { completion, completionEvents, done } from "../scenarios/upstreams/wire.ts";

/** What is answered when all goes well. */
export interface Said {
  readonly model: string;
  readonly text: string;
  readonly usage: TokenUsage;
}

/** Why it is not, in the words that both vendors have in common. */
export interface Refused {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

/** A streamed answer in its parts. */
export interface StreamParts {
  /** What says that an answer begins, and nothing of it: a role, an empty block. */
  readonly opening: string;
  /** One event for each piece of text. */
  readonly deltas: readonly string[];
  /** Why it ended, and what it took. */
  readonly ending: string;
}

/** A dialect, spoken by hand. */
export interface Voice {
  readonly dialect: "openai-chat" | "anthropic";
  whole(said: Said): string;
  stream(said: Said, withUsage: boolean): StreamParts;
  /** The body of an answer that is none. */
  refusal(refused: Refused): string;
  /** The same as an event in a stream. */
  refusalEvent(refused: Refused): string;
}

/** Of characters an event. */
const pieceLength = 6;

/** "The chat completion object", "The chat completion chunk object" and "Error codes" of OpenAI's documentation. */
export const chatVoice: Voice = {
  dialect: "openai-chat",
  whole: ({ model, ...said }) => completion(model, { ...said, calls: [], finish: "stop" }),
  stream({ model, ...said }, withUsage) {
    const answer = { ...said, calls: [], finish: "stop" } as const;
    const [opening = "", ...events] = completionEvents(model, answer, { pieceLength, withUsage });
    const last = withUsage ? -2 : -1;
    return { opening, deltas: events.slice(0, last), ending: events.slice(last).join("") + done };
  },
  refusal: ({ message, type, code }) => JSON.stringify({ error: { message, type, param: null, code } }),
  refusalEvent: (refused) => `data: ${chatVoice.refusal(refused)}\n\n`,
};

const usageOf = ({ input, output }: TokenUsage) => ({
  input_tokens: input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: output,
});

const messageEvent = (type: string, more: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

const message = (model: string, text: string, usage: TokenUsage) => ({
  id: "msg_faulty",
  type: "message",
  role: "assistant",
  model,
  content: text === "" ? [] : [{ type: "text", text }],
  stop_reason: text === "" ? null : "end_turn",
  stop_sequence: null,
  usage: usageOf(usage),
});

/** "Messages", "Streaming messages" and "Errors" of Anthropic's documentation. */
export const messagesVoice: Voice = {
  dialect: "anthropic",
  whole: ({ model, text, usage }) => JSON.stringify(message(model, text, usage)),
  stream({ model, text, usage }) {
    const pieces = [...text];
    const deltas: string[] = [];
    for (let at = 0; at < pieces.length; at += pieceLength) {
      const delta = { type: "text_delta", text: pieces.slice(at, at + pieceLength).join("") };
      deltas.push(messageEvent("content_block_delta", { index: 0, delta }));
    }
    return {
      opening:
        messageEvent("message_start", { message: message(model, "", { ...usage, output: 1 }) }) +
        messageEvent("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
      deltas,
      ending:
        messageEvent("content_block_stop", { index: 0 }) +
        messageEvent("message_delta", {
          delta: { stop_reason: "end_turn", stop_sequence: null },
          usage: usageOf(usage),
        }) +
        messageEvent("message_stop", {}),
    };
  },
  refusal: ({ message: text, type, code }) => {
    const details = code === null ? {} : { details: { error_code: code } };
    return JSON.stringify({ type: "error", error: { type, message: text, ...details } });
  },
  refusalEvent: (refused) => `event: error\ndata: ${messagesVoice.refusal(refused)}\n\n`,
};
