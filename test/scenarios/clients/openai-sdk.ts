import { APIConnectionError, APIError, APIUserAbortError, OpenAI } from "openai";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions";
import type { Conversation, Failure, Outcome, TokenUsage, ToolCall, Turn } from "../conversation.ts";
import type { Ask, ClientKind } from "./client.ts";

/** OpenAI's own library, told not to try again by itself. */
export const openaiSdk: ClientKind = {
  name: "OpenAI SDK",
  facade: "openai",
  clientDialect: "openai-chat",
  errors: "http",
  sendsDeadline: false,
  connect(url, key) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key ?? "none", maxRetries: 0 });
    return {
      async ask(ask) {
        const answer = new Answer(ask.onText);
        try {
          if (ask.stream) await askStream(client, ask, answer);
          else await askWhole(client, ask, answer);
        } catch (thrown) {
          answer.fail(thrown);
        }
        return answer.outcome();
      },
      close() {},
    };
  },
};

const optionsOf = ({ signal, timeoutMs, headers }: Ask) => ({
  signal,
  headers,
  ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
});

function paramsOf(model: string, { system, turns, tools = [], maxTokens }: Conversation) {
  const prompt: ChatCompletionMessageParam[] = system === undefined ? [] : [{ role: "system", content: system }];
  return {
    model,
    messages: [...prompt, ...turns.map(messageOf)],
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf) }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
  };
}

function messageOf(turn: Turn): ChatCompletionMessageParam {
  switch (turn.role) {
    case "user":
      return { role: "user", content: turn.text };
    case "assistant": {
      const calls = (turn.calls ?? []).map(({ id, ...call }) => ({ id, type: "function" as const, function: call }));
      return { role: "assistant", content: turn.text ?? null, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
    }
    case "tool":
      return { role: "tool", tool_call_id: turn.callId, content: turn.text };
    default:
      return turn satisfies never;
  }
}

const toolOf = ({ name, description, parameters }: NonNullable<Conversation["tools"]>[number]): ChatCompletionTool => ({
  type: "function",
  function: { name, description, parameters: JSON.parse(parameters) },
});

async function askWhole(client: OpenAI, ask: Ask, answer: Answer): Promise<void> {
  const params = paramsOf(ask.model, ask.conversation);
  const { data, response } = await client.chat.completions.create(params, optionsOf(ask)).withResponse();
  answer.addHeaders(response.headers);
  answer.addWhole(data);
}

async function askStream(client: OpenAI, ask: Ask, answer: Answer): Promise<void> {
  const params = {
    ...paramsOf(ask.model, ask.conversation),
    stream: true as const,
    ...(ask.usage === false ? {} : { stream_options: { include_usage: true } }),
  };
  const { data, response } = await client.chat.completions.create(params, optionsOf(ask)).withResponse();
  answer.addHeaders(response.headers);
  for await (const chunk of data) answer.addChunk(chunk);
  if (ask.signal?.aborted === true) throw new APIUserAbortError(); // the SDK ends the loop as if all was said
}

class Answer {
  #text = "";
  readonly #calls: { id: string; name: string; arguments: string }[] = [];
  #finish: string | undefined;
  #usage: TokenUsage | undefined;
  #failure: Failure | undefined;
  readonly #headers = new Map<string, string>();
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText: ((text: string) => void) | undefined) {
    this.#onText = onText;
  }

  addHeaders(headers: Headers): void {
    for (const [name, value] of headers) this.#headers.set(name, value);
  }

  addWhole({ choices: [choice], usage }: ChatCompletion): void {
    this.#addText(choice?.message.content ?? "");
    for (const call of choice?.message.tool_calls ?? []) {
      if (call.type === "function") this.#calls.push({ id: call.id, ...call.function });
    }
    this.#finish = choice?.finish_reason;
    this.#addUsage(usage);
  }

  addChunk({ choices: [choice], usage }: ChatCompletionChunk): void {
    this.#addText(choice?.delta.content ?? "");
    for (const { index, id, function: called } of choice?.delta.tool_calls ?? []) {
      const call = this.#calls[index];
      if (call === undefined)
        this.#calls[index] = { id: id ?? "", name: called?.name ?? "", arguments: called?.arguments ?? "" };
      else call.arguments += called?.arguments ?? "";
    }
    this.#finish = choice?.finish_reason ?? this.#finish;
    this.#addUsage(usage);
  }

  #addText(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.#onText?.(text);
  }

  #addUsage(usage: ChatCompletion["usage"] | null): void {
    if (usage) this.#usage = { input: usage.prompt_tokens, output: usage.completion_tokens };
  }

  fail(thrown: unknown): void {
    this.#failure = failureOf(thrown);
    if (thrown instanceof APIError && thrown.headers !== undefined) this.addHeaders(thrown.headers);
  }

  outcome(): Outcome {
    return {
      text: this.#text,
      calls: this.#calls satisfies ToolCall[],
      finish: { unified: undefined, native: this.#finish },
      usage: this.#usage,
      error: this.#failure,
      settlement: undefined,
      headers: this.#headers,
    };
  }
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof APIUserAbortError)
    return { status: 0, code: "cancelled", message: thrown.message, retryAfterMs: undefined };
  if (thrown instanceof APIConnectionError || !(thrown instanceof APIError)) {
    return { status: 0, code: "", message: String(thrown), retryAfterMs: undefined };
  }
  const retryAfter: string | null | undefined = thrown.headers?.get("retry-after");
  const { message } = thrown;
  return {
    status: thrown.status ?? 0,
    code: thrown.code ?? "",
    message,
    retryAfterMs: retryAfter ? Number(retryAfter) * 1000 : undefined,
  };
}
