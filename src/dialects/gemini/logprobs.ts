import { create } from "@bufbuild/protobuf";
import { type TokenLogprob, TokenLogprobSchema } from "../../../gen/causeway/chat/v1/content_pb.ts";
import type { Members } from "../../core/extensions.ts";
import { finiteLogprob } from "../../core/logprobs.ts";
import { isRecord, records, text, type Wire } from "../../core/wire-values.ts";

/**
 * "LogprobsResult" (ai.google.dev/api/generate-content): the chosen tokens and, in a list of its own, the likeliest ones
 * at each place. The ids that tokens have in Google's vocabulary have no name in the contract.
 */
export function readLogprobs(wire: unknown): TokenLogprob[] {
  if (!isRecord(wire)) return [];
  const top = Array.isArray(wire.topCandidates) ? wire.topCandidates : [];
  return records(wire.chosenCandidates).flatMap((chosen, i) => {
    const read = readLogprob(chosen);
    if (read === undefined) return [];
    const others: unknown = top[i];
    read.top = records(isRecord(others) ? others.candidates : undefined).flatMap((other) => readLogprob(other) ?? []);
    return read;
  });
}

/** A logarithm of 0, which is a certain token's, is left out of Google's JSON. */
function readLogprob({ token, logProbability = 0 }: Wire): TokenLogprob | undefined {
  if (typeof logProbability !== "number") return undefined;
  return create(TokenLogprobSchema, { token: text(token), logprob: logProbability });
}

const writeLogprob = ({ token, logprob }: TokenLogprob): Members => ({
  token,
  logProbability: finiteLogprob(logprob),
});

export const writeLogprobs = (entries: readonly TokenLogprob[]): Members => ({
  topCandidates: entries.map(({ top }): Members => ({ candidates: top.map(writeLogprob) })),
  chosenCandidates: entries.map(writeLogprob),
});
