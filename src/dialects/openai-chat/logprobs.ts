import { create } from "@bufbuild/protobuf";
import { type TokenLogprob, TokenLogprobSchema } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { isRecord, text } from "../../core/wire-values.ts";
import type { Json } from "../../lib/json-text.ts";
import * as openai from "../openai/logprobs.ts";

/** "The chat completion object", choices.logprobs. */

const bytesCodec: openai.BytesCodec = {
  read: (bytes) => (Array.isArray(bytes) ? Uint8Array.from(bytes) : undefined),
  write: (bytes) => (bytes === undefined ? null : [...bytes]),
};

export const readLogprobs = (wire: unknown): TokenLogprob[] => openai.readLogprobs(wire, bytesCodec);

/** Together's ("Logprobs"): the tokens and their probabilities as two lists, or in a stream one number a chunk. */
export function readLegacyLogprobs(wire: unknown, content: unknown): TokenLogprob[] {
  if (typeof wire === "number") return [create(TokenLogprobSchema, { token: text(content), logprob: wire })];
  if (!isRecord(wire)) return [];
  const { tokens, token_logprobs: numbers } = wire;
  if (!Array.isArray(tokens) || !Array.isArray(numbers)) return [];
  return tokens.flatMap((token, i) => openai.readLogprob({ token, logprob: numbers[i] }, bytesCodec) ?? []);
}

export const writeLogprobs = (entries: readonly TokenLogprob[]): Json =>
  entries.length === 0 ? null : openai.writeLogprobs(entries, bytesCodec);

/** Those of one chunk: of the refusal, or of all else. */
export const writeChunkLogprobs = (entries: readonly TokenLogprob[], isRefusal: boolean): Json =>
  isRefusal ? { content: null, refusal: writeLogprobs(entries) } : { content: writeLogprobs(entries), refusal: null };
