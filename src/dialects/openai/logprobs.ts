import { create } from "@bufbuild/protobuf";
import { type TokenLogprob, TokenLogprobSchema } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Members } from "../../core/extensions.ts";
import { finiteLogprob } from "../../core/logprobs.ts";
import { records, text, type Wire } from "../../core/wire-values.ts";

/** How the bytes of a token are told; undefined: they are not known. */
export interface BytesCodec {
  read(bytes: unknown): Uint8Array | undefined;
  write(bytes: Uint8Array | undefined): number[] | null;
}

/** undefined: one without a number, which is none. */
export function readLogprob({ token, logprob, bytes }: Wire, codec: BytesCodec): TokenLogprob | undefined {
  if (typeof logprob !== "number") return undefined;
  const read = create(TokenLogprobSchema, { token: text(token), logprob });
  const known = codec.read(bytes);
  if (known !== undefined) read.bytes = known;
  return read;
}

/** A list of tokens with the likeliest ones at their places. */
export function readLogprobs(wire: unknown, codec: BytesCodec): TokenLogprob[] {
  if (!Array.isArray(wire) || wire.length === 0) return [];
  return records(wire).flatMap((entry) => {
    const read = readLogprob(entry, codec);
    if (read === undefined) return [];
    read.top = records(entry.top_logprobs).flatMap((top) => readLogprob(top, codec) ?? []);
    return read;
  });
}

/** A token's text may be half a character: it is the bytes then that tell. */
const writeLogprob = ({ token, logprob, bytes }: TokenLogprob, codec: BytesCodec): Members => ({
  token,
  logprob: finiteLogprob(logprob),
  bytes: codec.write(bytes),
});

export const writeLogprobs = (entries: readonly TokenLogprob[], codec: BytesCodec): Members[] =>
  entries.map((entry) => ({
    ...writeLogprob(entry, codec),
    top_logprobs: entry.top.map((top) => writeLogprob(top, codec)),
  }));
