import { create } from "@bufbuild/protobuf";
import { type TokenLogprob, TokenLogprobSchema } from "../../../gen/causeway/chat/v1/content_pb.ts";
import { finiteLogprob } from "../../core/logprobs.ts";
import { isRecord, text, type Wire } from "../../core/wire-values.ts";
import type { Json } from "../../lib/json-text.ts";

/** "The completion object", choices.logprobs: lists side by side, of which the likeliest tokens are objects. */

/** A token without a number, as the first one of a prompt that is echoed, is left out. */
export function readLogprobs({ tokens, token_logprobs: numbers, top_logprobs: tops }: Wire): TokenLogprob[] {
  if (!Array.isArray(tokens) || !Array.isArray(numbers)) return [];
  return tokens.flatMap((token, i) => {
    const logprob: unknown = numbers[i];
    if (typeof logprob !== "number") return [];
    const top = Array.isArray(tops) && isRecord(tops[i]) ? readTop(tops[i]) : [];
    return [create(TokenLogprobSchema, { token: text(token), logprob, top })];
  });
}

const readTop = (wire: Wire): TokenLogprob[] =>
  Object.entries(wire)
    .flatMap(([token, logprob]) =>
      typeof logprob === "number" ? [create(TokenLogprobSchema, { token: text(token), logprob })] : [],
    )
    .sort((a, b) => b.logprob - a.logprob);

/** `offset`: where the first token stands in the answer's text, in characters. undefined: there are none. */
export function writeLogprobs(entries: readonly TokenLogprob[], offset: number): { [key: string]: Json } | undefined {
  if (entries.length === 0) return undefined;
  let at = offset;
  const offsets = entries.map(({ token }) => {
    const start = at;
    at += [...token].length;
    return start;
  });
  return {
    tokens: entries.map(({ token }) => token),
    token_logprobs: entries.map(({ logprob }) => finiteLogprob(logprob)),
    top_logprobs: entries.some(({ top }) => top.length > 0) ? entries.map(({ top }) => writeTop(top)) : null,
    text_offset: offsets,
  };
}

/** Of two tokens that read the same, the likelier one. */
function writeTop(top: readonly TokenLogprob[]): Json {
  const likeliest = new Map<string, number>();
  for (const { token, logprob } of top) if (!likeliest.has(token)) likeliest.set(token, finiteLogprob(logprob));
  return Object.fromEntries(likeliest);
}
