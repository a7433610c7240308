import { create } from "@bufbuild/protobuf";
import { type Usage, UsageSchema } from "../../gen/causeway/chat/v1/usage_pb.ts";

/** Input and output. */
export const totalTokens = ({ inputTokens, outputTokens }: Usage): number => inputTokens + outputTokens;

/** Both together. Its source, its service tier, and what only a vendor knows, are those of the first. */
export function addUsage(first: Usage, second: Usage): Usage {
  const { reportedCostNanoUsd: cost } = first;
  const { reportedCostNanoUsd: otherCost } = second;
  return create(UsageSchema, {
    inputTokens: first.inputTokens + second.inputTokens,
    cacheReadTokens: first.cacheReadTokens + second.cacheReadTokens,
    cacheReadAudioTokens: first.cacheReadAudioTokens + second.cacheReadAudioTokens,
    cacheWrite5mTokens: first.cacheWrite5mTokens + second.cacheWrite5mTokens,
    cacheWrite1hTokens: first.cacheWrite1hTokens + second.cacheWrite1hTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    reasoningTokens: first.reasoningTokens + second.reasoningTokens,
    inputAudioTokens: first.inputAudioTokens + second.inputAudioTokens,
    outputAudioTokens: first.outputAudioTokens + second.outputAudioTokens,
    outputImageTokens: first.outputImageTokens + second.outputImageTokens,
    webSearches: first.webSearches + second.webSearches,
    fileSearches: first.fileSearches + second.fileSearches,
    source: first.source,
    serviceTier: first.serviceTier,
    extensions: first.extensions,
    reportedCostNanoUsd: otherCost === undefined ? cost : (cost ?? 0n) + otherCost,
  });
}
