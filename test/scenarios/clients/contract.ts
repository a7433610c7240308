import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type ChatEvent,
  type ChatRequest,
  ChatRequestSchema,
  ErrorDetailSchema,
  FinishReason,
} from "../../../gen/causeway/chat/v1/chat_pb.ts";
import { type MessageSchema, type Part, type PartSchema, Role } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { CreateChatResponse, Settlement, StreamChatResponse } from "../../../gen/causeway/chat/v1/service_pb.ts";
import type { Usage } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import type { Conversation, Failure, Finish, Outcome, TokenUsage, ToolCall, Turn } from "../conversation.ts";

/** Conversations and outcomes in the contract's messages: what all its clients have in common. */

export function chatRequest(model: string, { system, turns, tools = [], maxTokens, topK }: Conversation): ChatRequest {
  const prompt = system === undefined ? [] : [{ role: Role.SYSTEM, parts: [textPart(system)] }];
  return create(ChatRequestSchema, {
    model,
    messages: [...prompt, ...turns.map(messageOf)],
    tools: tools.map((tool) => ({ kind: { case: "function" as const, value: tool } })),
    maxOutputTokens: maxTokens,
    topK,
  });
}

const textPart = (text: string): MessageInitShape<typeof PartSchema> => ({ kind: { case: "text", value: { text } } });

function messageOf(turn: Turn): MessageInitShape<typeof MessageSchema> {
  switch (turn.role) {
    case "user":
      return { role: Role.USER, parts: [textPart(turn.text)] };
    case "assistant": {
      const calls = (turn.calls ?? []).map((call) => ({ kind: { case: "toolCall" as const, value: call } }));
      return { role: Role.ASSISTANT, parts: [...(turn.text === undefined ? [] : [textPart(turn.text)]), ...calls] };
    }
    case "tool": {
      const value = { toolCallId: turn.callId, parts: [textPart(turn.text)] };
      return { role: Role.TOOL, parts: [{ kind: { case: "toolResult", value } }] };
    }
    default:
      return turn satisfies never;
  }
}

export type Headers = Map<string, string>;

/** Adds headers or trailers to those there are. */
export function addHeaders(headers: Headers, more: Iterable<readonly [string, string]>): void {
  for (const [name, value] of more) headers.set(name.toLowerCase(), value);
}

/** Puts an answer together as it comes, whole or in pieces. */
export class OutcomeBuilder {
  #text = "";
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>();
  #finish: Finish = { unified: undefined, native: undefined };
  #usage: TokenUsage | undefined;
  #failure: Failure | undefined;
  #settlement: Settlement | undefined;
  readonly headers: Headers = new Map();
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText: ((text: string) => void) | undefined) {
    this.#onText = onText;
  }

  addWhole({ chat, settlement }: CreateChatResponse): void {
    this.#settlement = settlement;
    if (chat === undefined) return;
    const [choice] = chat.choices;
    for (const [index, part] of (choice?.message?.parts ?? []).entries()) this.#addPart(index, part);
    if (choice !== undefined) this.#finish = finishOf(choice.finishReason, choice.nativeFinishReason);
    this.#usage = usageOf(chat.usage);
  }

  addStep({ message }: StreamChatResponse): void {
    if (message.case === "event") this.#addEvent(message.value);
    if (message.case === "settlement") this.#settlement = message.value;
  }

  #addEvent({ kind }: ChatEvent): void {
    switch (kind.case) {
      case "partStart":
        if (kind.value.part !== undefined) this.#addPart(kind.value.index, kind.value.part);
        return;
      case "partDelta": {
        const { delta, index } = kind.value;
        if (delta.case === "text") this.#addText(delta.value);
        const call = this.#calls.get(index);
        if (delta.case === "arguments" && call !== undefined) call.arguments += delta.value;
        return;
      }
      case "finish":
        this.#finish = finishOf(kind.value.reason, kind.value.nativeReason);
        return;
      case "usage":
        this.#usage = usageOf(kind.value);
        return;
      case "start":
      case "partEnd":
      case "error":
      case undefined:
        return;
      default:
        kind satisfies never;
    }
  }

  #addPart(index: number, { kind }: Part): void {
    if (kind.case === "text") this.#addText(kind.value.text);
    if (kind.case === "toolCall") {
      const { id, name, arguments: text } = kind.value;
      this.#calls.set(index, { id, name, arguments: text });
    }
  }

  #addText(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.#onText?.(text);
  }

  fail(thrown: unknown): void {
    this.failWith(failureOf(thrown));
  }

  failWith(failure: Failure): void {
    this.#failure = failure;
  }

  build(): Outcome {
    const incomplete = { status: 0, code: "", message: "it ended without a settlement", retryAfterMs: undefined };
    return {
      text: this.#text,
      calls: [...this.#calls.values()] satisfies ToolCall[],
      finish: this.#finish,
      usage: this.#usage,
      error: this.#failure ?? (this.#settlement === undefined ? incomplete : undefined),
      settlement: this.#settlement,
      headers: this.headers,
    };
  }
}

const finishOf = (reason: FinishReason, native: string): Finish => ({
  unified: reason === FinishReason.UNSPECIFIED ? undefined : nameOf(reason),
  native: native === "" ? undefined : native,
});

const nameOf = (reason: FinishReason): string =>
  Object.entries(FinishReason).find(([, value]) => value === reason)?.[0] ?? String(reason);

const usageOf = (usage: Usage | undefined): TokenUsage | undefined =>
  usage === undefined ? undefined : { input: usage.inputTokens, output: usage.outputTokens };

/** An error of the contract as clients see it: a status with an ErrorDetail. */
function failureOf(thrown: unknown): Failure {
  const error = ConnectError.from(thrown);
  const [detail] = error.findDetails(ErrorDetailSchema);
  return {
    status: error.code,
    code: detail?.code ?? (error.code === Code.Canceled ? "cancelled" : ""),
    message: error.rawMessage,
    retryAfterMs: detail?.retryAfterMs === 0 ? undefined : detail?.retryAfterMs,
  };
}
