/**
 * What the mock upstream says, in OpenAI's Chat Completions wire form
 * (https://platform.openai.com/docs/api-reference/chat). The mock and the checks of answers both take it from here.
 */

/** A streamed answer: how many events before `[DONE]` (usage not counted), and the pause between two of them. */
export interface StreamShape {
  readonly chunks: number;
  readonly delayMs: number;
}

/** The model to ask for a whole answer. */
export const answerModel = "answer";

/** The model to ask for a stream of this shape: a name is what every proxy passes on. */
export function streamModel(shape: StreamShape): string {
  return `stream-${shape.chunks}-${shape.delayMs}`;
}

/** The shape that a model's name asks for; undefined: a whole answer, or no model of ours. */
export function readStreamModel(model: string): StreamShape | undefined {
  const match = /^stream-(\d+)-(\d+)$/.exec(model);
  return match === null ? undefined : { chunks: Number(match[1]), delayMs: Number(match[2]) };
}

const usage = {
  prompt_tokens: 181,
  completion_tokens: 120,
  total_tokens: 301,
  prompt_tokens_details: { cached_tokens: 64, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

/** The text of a whole answer. Quotes, a line break and characters beyond ASCII are in it to be kept. */
export const answerText = `The bridge is 412 m long.\nIts name, "Lange Brücke", is from 1889. `.repeat(7);

/** About 1 KB of JSON. */
export function answerJson(): string {
  return JSON.stringify({
    id: "chatcmpl-Bq3T7kZ0mVx9LcWd1YhRfP5sJ2uG",
    object: "chat.completion",
    created: 1767225600,
    model: answerModel,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: answerText, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage,
    service_tier: "default",
    system_fingerprint: "fp_3f58d112f7",
  });
}

/** The texts of a streamed answer's chunks. Every piece has its number, so that one lost, doubled or out of order shows. */
export function pieces(chunks: number): string[] {
  return Array.from({ length: Math.max(0, chunks - 2) }, (_, at) => ` word ${at + 1} "ü"`);
}

export const streamText = (chunks: number): string => pieces(chunks).join("");

/** The events of a streamed answer, about 250 bytes each, with their blank lines. The first has the role, the last the reason. */
export function streamEvents(chunks: number, withUsage: boolean): string[] {
  const event = (choices: unknown[], more: object) =>
    `data: ${JSON.stringify({
      id: "chatcmpl-Bq3T7kZ0mVx9LcWd1YhRfP5sJ2uG",
      object: "chat.completion.chunk",
      created: 1767225600,
      model: "stream",
      service_tier: "default",
      system_fingerprint: "fp_3f58d112f7",
      choices,
      ...more,
    })}\n\n`;
  let count = 0;
  const choice = (delta: object, reason: string | null) =>
    event([{ index: 0, delta, logprobs: null, finish_reason: reason }], {
      ...(withUsage ? { usage: null } : {}),
      obfuscation: "Qx7Zp2Lm9vKt4Rw".slice(count++ % 15), // the vendor's is random: lengths are not to tell what is said
    });
  const events = [choice({ role: "assistant", content: "", refusal: null }, null)];
  for (const content of pieces(chunks)) events.push(choice({ content }, null));
  events.push(choice({}, "stop"));
  if (withUsage) events.push(event([], { usage }));
  events.push("data: [DONE]\n\n");
  return events;
}
