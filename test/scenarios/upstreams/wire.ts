import type { ServerResponse } from "node:http";
import type { TokenUsage, ToolCall } from "../conversation.ts";

/** What a provider answers when all goes well. */
export interface WholeAnswer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly finish: "stop" | "length" | "tool_calls";
  readonly usage: TokenUsage;
}

/** Answers in OpenAI's words, "The chat completion object" and "The chat completion chunk object", as its servers send them. */

const created = 1_780_000_000;

const usageOf = ({ input, output }: TokenUsage) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const wireCall = ({ id, name, arguments: text }: ToolCall) => ({
  id,
  type: "function",
  function: { name, arguments: text },
});

export function completion(model: string, { text, calls, finish, usage }: WholeAnswer): string {
  const toolCalls = calls.length === 0 ? {} : { tool_calls: calls.map(wireCall) };
  const message = {
    role: "assistant",
    content: text === "" ? null : text,
    refusal: null,
    annotations: [],
    ...toolCalls,
  };
  return JSON.stringify({
    id: "chatcmpl-scripted",
    object: "chat.completion",
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: usageOf(usage),
    service_tier: "default",
    system_fingerprint: "fp_scripted",
  });
}

/** The events of the same answer, without [DONE]. `pieceLength`: how many characters come in one event. */
export function completionEvents(
  model: string,
  { text, calls, finish, usage }: WholeAnswer,
  { pieceLength, withUsage }: { readonly pieceLength: number; readonly withUsage: boolean },
): string[] {
  const chunk = (choices: readonly object[], told: object | null): string => {
    const head = { id: "chatcmpl-scripted", object: "chat.completion.chunk", created, model };
    const fields = { service_tier: "default", system_fingerprint: "fp_scripted", choices };
    return `data: ${JSON.stringify({ ...head, ...fields, ...(withUsage ? { usage: told } : {}) })}\n\n`;
  };
  const delta = (fields: object, finish_reason: string | null = null): string =>
    chunk([{ index: 0, delta: fields, logprobs: null, finish_reason }], null);
  const opening = delta({ role: "assistant", content: calls.length > 0 && text === "" ? null : "", refusal: null });
  const said = piecesOf(text, pieceLength).map((content) => delta({ content }));
  const called = calls.flatMap((call, index) => [
    delta({ tool_calls: [{ index, ...wireCall({ ...call, arguments: "" }) }] }),
    ...piecesOf(call.arguments, pieceLength).map((piece) =>
      delta({ tool_calls: [{ index, function: { arguments: piece } }] }),
    ),
  ]);
  const events = [opening, ...said, ...called, delta({}, finish)];
  return withUsage ? [...events, chunk([], usageOf(usage))] : events;
}

export const done = "data: [DONE]\n\n";

/** No character is cut in two. */
function piecesOf(text: string, length: number): string[] {
  const characters = [...text];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += length) pieces.push(characters.slice(at, at + length).join(""));
  return pieces;
}

export const beginStream = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
};

/** Writes and waits until it is on the wire. */
export const write = (response: ServerResponse, bytes: string | Buffer): Promise<void> =>
  new Promise((resolve) => {
    response.write(bytes, () => resolve());
  });

/** Writes in pieces of so many bytes, each a chunk of its own: characters and events are cut anywhere. */
export async function writeInPieces(response: ServerResponse, text: string, length: number): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) await write(response, bytes.subarray(at, at + length));
}
