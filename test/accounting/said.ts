import { type Asked, chunk, json, lastChunk, message, type Step, saidTo, streamHead, write } from "../faults/script.ts";
import type { TokenUsage } from "../scenarios/conversation.ts";
import type { Random } from "../soak/random.ts";
import { noTokens, type Tokens } from "./tokens.ts";

/** What the servers that do as they are told say of tokens, of every kind that their language has a word for. */

/** What a provider has told that an answer took, up to a moment. */
export class ToldTokens implements TokenUsage {
  readonly tokens: Tokens;
  /** Whether it is what a whole answer took. */
  readonly isAll: boolean;
  constructor(tokens: Tokens, isAll: boolean) {
    this.tokens = tokens;
    this.isAll = isAll;
  }
  get input(): number {
    return this.tokens.inputTokens ?? 0;
  }
  get output(): number {
    return this.tokens.outputTokens ?? 0;
  }
}

const isEmbeddings = ({ path }: Asked): boolean => path.endsWith("/embeddings");

/** What an answer to this takes. The details fit into the totals. */
export function drawTokens(random: Random, asked: Asked): Tokens {
  const upTo = (most: number): number => Math.floor(random.between(0, most + 1));
  const inputTokens = 200 + upTo(4000);
  if (isEmbeddings(asked)) return { inputTokens };
  const outputTokens = 20 + upTo(2000);
  const quarter = inputTokens / 4;
  const cacheReadTokens = upTo(quarter);
  if (asked.voice.dialect === "anthropic") {
    const written = { cacheWrite5mTokens: upTo(quarter), cacheWrite1hTokens: upTo(quarter) };
    return { inputTokens, outputTokens, cacheReadTokens, ...written };
  }
  const third = outputTokens / 3;
  const audio = { inputAudioTokens: upTo(quarter), outputAudioTokens: upTo(third) };
  return { inputTokens, outputTokens, cacheReadTokens, reasoningTokens: upTo(third), ...audio };
}

/** "The usage object" of each vendor's documentation. */
function usageFor({ voice }: Asked, tokens: Tokens): object {
  const of = (kind: string): number => tokens[kind] ?? 0;
  const written = of("cacheWrite5mTokens") + of("cacheWrite1hTokens");
  if (voice.dialect === "anthropic") {
    return {
      input_tokens: of("inputTokens") - of("cacheReadTokens") - written,
      cache_read_input_tokens: of("cacheReadTokens"),
      cache_creation_input_tokens: written,
      cache_creation: {
        ephemeral_5m_input_tokens: of("cacheWrite5mTokens"),
        ephemeral_1h_input_tokens: of("cacheWrite1hTokens"),
      },
      output_tokens: of("outputTokens"),
    };
  }
  return {
    prompt_tokens: of("inputTokens"),
    completion_tokens: of("outputTokens"),
    total_tokens: of("inputTokens") + of("outputTokens"),
    prompt_tokens_details: { cached_tokens: of("cacheReadTokens"), audio_tokens: of("inputAudioTokens") },
    completion_tokens_details: {
      reasoning_tokens: of("reasoningTokens"),
      audio_tokens: of("outputAudioTokens"),
    },
  };
}

/** What the language tells when an answer begins, of this much that it will have taken. */
const atFirst = ({ voice }: Asked, tokens: Tokens): Tokens | undefined =>
  voice.dialect === "anthropic" ? { ...tokens, outputTokens: 1 } : undefined;

interface Wire {
  usage?: unknown;
  message?: Wire;
}

/** JSON, or events with JSON, in which what is told of tokens is replaced. */
function retold(text: string, asked: Asked, tokens: Tokens): string {
  const lines = text.split("\n").map((line) => {
    const prefix = line.startsWith("data: ") ? "data: " : "";
    if (!line.startsWith("{", prefix.length)) return line;
    const wire: Wire = JSON.parse(line.slice(prefix.length));
    if (wire.message !== undefined) wire.message.usage = usageFor(asked, atFirst(asked, tokens) ?? noTokens);
    else if (typeof wire.usage === "object" && wire.usage !== null) wire.usage = usageFor(asked, tokens);
    return prefix + JSON.stringify(wire);
  });
  return lines.join("\n");
}

/** `withUsage`: whether it tells what it took. */
function wholeBody(asked: Asked, tokens: Tokens, withUsage = true): string {
  if (isEmbeddings(asked)) {
    const usage = { prompt_tokens: tokens.inputTokens, total_tokens: tokens.inputTokens };
    const data = [{ object: "embedding", index: 0, embedding: [0.5, -0.25] }];
    return JSON.stringify({ object: "list", data, model: asked.model, ...(withUsage && { usage }) });
  }
  const body = asked.voice.whole(saidTo(asked));
  if (withUsage) return retold(body, asked, tokens);
  const { usage: _untold, ...rest }: Wire = JSON.parse(body);
  return JSON.stringify(rest);
}

const told = (tokens: Tokens): ToldTokens => new ToldTokens(tokens, true);

/** The head of a stream, and what says that an answer begins. */
export function opened(asked: Asked, tokens: Tokens): Step {
  const { opening } = asked.voice.stream(saidTo(asked), asked.withUsage);
  const first = atFirst(asked, tokens);
  const bytes = streamHead + chunk(retold(opening, asked, tokens)).toString();
  return write(bytes, first && new ToldTokens(first, false));
}

/** The same with the first of what is said. */
export function begun(asked: Asked, tokens: Tokens): readonly Step[] {
  const { deltas } = asked.voice.stream(saidTo(asked), asked.withUsage);
  return [opened(asked, tokens), ...deltas.slice(0, 3).map((delta) => write(chunk(delta)))];
}

/** The answer, whole or as a stream. */
export function answer(asked: Asked, tokens: Tokens): readonly Step[] {
  if (!asked.stream) return [write(message(200, json, wholeBody(asked, tokens)), told(tokens))];
  const { deltas, ending } = asked.voice.stream(saidTo(asked), asked.withUsage);
  const end = Buffer.concat([chunk(retold(ending, asked, tokens)), Buffer.from(lastChunk)]);
  return [
    opened(asked, tokens),
    ...deltas.map((delta) => write(chunk(delta))),
    write(end, asked.withUsage ? told(tokens) : undefined),
  ];
}

/** The answer of one that never tells what it took. */
export function untold(asked: Asked): readonly Step[] {
  if (!asked.stream) return [write(message(200, json, wholeBody(asked, noTokens, false)))];
  const { opening, deltas, ending } = asked.voice.stream(saidTo(asked), false);
  const events = [opening, ...deltas, ending].map((event) => write(chunk(event)));
  return [write(streamHead), ...events, write(lastChunk)];
}

/** The whole answer up to its middle, and no more. */
export function halfBody(asked: Asked, tokens: Tokens): Step {
  const text = message(200, json, wholeBody(asked, tokens));
  return write(Buffer.from(text).subarray(0, -40));
}
