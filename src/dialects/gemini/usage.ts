import { type Usage, UsageSource } from "../../../gen/causeway/chat/v1/usage_pb.ts";
import { fieldText, graftOwn, type Members } from "../../core/extensions.ts";
import { unusualTier } from "../../core/service-tier.ts";
import { count, isRecord, records, text, type Wire } from "../../core/wire-values.ts";
import { dialectName } from "./wire.ts";

/**
 * "UsageMetadata" (ai.google.dev/api/generate-content): promptTokenCount holds what was read from a cache, but not what
 * Google's own tools read (toolUsePromptTokenCount); candidatesTokenCount does not hold the thoughts. The contract's
 * totals hold all of it.
 */

const details = { prompt: "promptTokensDetails", candidates: "candidatesTokensDetails" } as const;
const toolUse = "toolUsePromptTokenCount";
const totalCount = "totalTokenCount";
const countFields = new Set([
  "promptTokenCount",
  "candidatesTokenCount",
  "thoughtsTokenCount",
  "cachedContentTokenCount",
]);

/**
 * undefined for what makes no sense, and for a usage that counts nothing yet, as in the middle of Vertex AI's streams.
 * What the contract has no name for travels in the extensions. It stands in nearly every chunk of a stream, so the
 * message is written out: `create` costs ten times as much.
 */
export function readUsage(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const { promptTokenCount, candidatesTokenCount, [totalCount]: total } = wire;
  if (promptTokenCount === undefined && candidatesTokenCount === undefined && total === undefined) return undefined;
  const asked = count(promptTokenCount ?? 0);
  const read = count(wire[toolUse] ?? 0);
  const said = count(candidatesTokenCount ?? 0);
  const thoughts = count(wire.thoughtsTokenCount ?? 0);
  if (asked === undefined || read === undefined || said === undefined || thoughts === undefined) return undefined;
  const isSum = total === asked + read + said + thoughts;
  const isSaid = (field: string): boolean =>
    countFields.has(field) ||
    (field === totalCount && isSum) ||
    (field === toolUse && read === 0) ||
    ((field === details.prompt || field === details.candidates) && isAudioOnly(wire[field]));
  return {
    $typeName: "causeway.chat.v1.Usage",
    inputTokens: asked + read,
    cacheReadTokens: count(wire.cachedContentTokenCount) ?? 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: said + thoughts,
    reasoningTokens: thoughts,
    inputAudioTokens: tokensOf(wire[details.prompt], "AUDIO"),
    outputAudioTokens: tokensOf(wire[details.candidates], "AUDIO"),
    cacheReadAudioTokens: tokensOf(wire.cacheTokensDetails, "AUDIO"),
    outputImageTokens: tokensOf(wire[details.candidates], "IMAGE"),
    webSearches: 0,
    fileSearches: 0,
    serviceTier: readServiceTier(wire),
    source: UsageSource.REPORTED,
    extensions: restUnless(wire, isSaid),
  };
}

function restUnless(wire: Wire, isSaid: (field: string) => boolean): Record<string, string> {
  const extensions: Record<string, string> = {};
  for (const field in wire) {
    if (wire[field] === null || isSaid(field)) continue;
    const json = fieldText(wire[field]);
    if (json !== undefined) extensions[`${dialectName}/${text(field)}`] = json;
  }
  return extensions;
}

/** "ServiceTier"; Vertex AI tells it with the kind of quota ("TrafficType"), for example ON_DEMAND_FLEX. */
const readServiceTier = ({ serviceTier, trafficType }: Wire): string =>
  unusualTier((text(serviceTier) || text(trafficType)).toLowerCase().replace(tierPrefix, ""));

const tierPrefix = /^(?:service_tier_(?:unspecified)?|on_demand_|traffic_type_(?:unspecified)?|unspecified$)/;

/** "ModalityTokenCount". */
function tokensOf(wire: unknown, kind: "AUDIO" | "IMAGE"): number {
  let tokens = 0;
  for (const { modality, tokenCount } of records(wire)) if (modality === kind) tokens += count(tokenCount) ?? 0;
  return tokens > 0x7fffffff ? 0 : tokens;
}

/** Whether a list says no more than the contract does: that of other modalities has no name there. */
function isAudioOnly(wire: unknown): boolean {
  const [only, ...others] = Array.isArray(wire) ? wire : [];
  return isRecord(only) && others.length === 0 && Object.keys(only).length === 2 && tokensOf([only], "AUDIO") > 0;
}

const writeAudioTokens = (tokens: number): Members[] | undefined =>
  tokens === 0 ? undefined : [{ modality: "AUDIO", tokenCount: tokens }];

const positive = (tokens: number): number | undefined => (tokens > 0 ? tokens : undefined);

/** Counts that are 0 are left out, as Google does, apart from those of the prompt and the answer. */
export function writeUsage(usage: Usage): Members {
  const { extensions, inputTokens, outputTokens, reasoningTokens } = usage;
  const has = (field: string): boolean => extensions[`${dialectName}/${field}`] !== undefined;
  const read = Number(extensions[`${dialectName}/${toolUse}`] ?? 0);
  const written: Members = {
    promptTokenCount: read > 0 && read <= inputTokens ? inputTokens - read : inputTokens,
    cachedContentTokenCount: positive(usage.cacheReadTokens),
    candidatesTokenCount: Math.max(0, outputTokens - reasoningTokens),
    thoughtsTokenCount: positive(reasoningTokens),
    [totalCount]: has(totalCount) ? undefined : inputTokens + outputTokens,
    [details.prompt]: has(details.prompt) ? undefined : writeAudioTokens(usage.inputAudioTokens),
    [details.candidates]: has(details.candidates) ? undefined : writeAudioTokens(usage.outputAudioTokens),
  };
  graftOwn(written, extensions, dialectName);
  return written;
}
