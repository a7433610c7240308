import { ScalarType } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { type Usage, UsageSchema } from "../../gen/causeway/chat/v1/usage_pb.ts";

/** Tokens, and what else is counted of an answer, by the contract's names. What is missing is 0. */
export type Tokens = Readonly<Record<string, number>>;

const counted = UsageSchema.fields.filter(
  (field) => field.fieldKind === "scalar" && field.scalar === ScalarType.UINT32,
);

/** Every kind that the contract has. */
export const kinds: readonly string[] = counted.map(({ localName }) => localName);

export const noTokens: Tokens = {};

export function tokensIn(usage: Usage | undefined): Tokens {
  if (usage === undefined) return noTokens;
  const read = reflect(UsageSchema, usage);
  return Object.fromEntries(counted.map((field) => [field.localName, Number(read.get(field))]));
}

const combined = (a: Tokens, b: Tokens, combine: (a: number, b: number) => number): Tokens =>
  Object.fromEntries(kinds.map((kind) => [kind, combine(a[kind] ?? 0, b[kind] ?? 0)]));
export const plus = (a: Tokens, b: Tokens): Tokens => combined(a, b, (one, other) => one + other);
export const minus = (a: Tokens, b: Tokens): Tokens => combined(a, b, (one, other) => one - other);

/** "12 inputTokens, 3 outputTokens". Tokens are the same when their texts are. */
export const textOf = (tokens: Tokens): string =>
  kinds.flatMap((kind) => ((tokens[kind] ?? 0) === 0 ? [] : [`${tokens[kind]} ${kind}`])).join(", ") || "nothing";

export const isNothing = (tokens: Tokens): boolean => kinds.every((kind) => (tokens[kind] ?? 0) === 0);

/** Prices as they stand in the configuration, in dollars a million tokens. */
export interface Prices {
  readonly input: number;
  readonly output: number;
  readonly cache_read?: number;
  readonly cache_write_5m?: number;
  readonly cache_write_1h?: number;
  readonly input_audio?: number;
  readonly output_audio?: number;
}

/** What tokens cost in nano-dollars, worked out anew from what docs/configuration.md says of prices. */
export function costAt(prices: Prices, tokens: Tokens): bigint {
  const {
    input,
    output,
    cache_read = input,
    cache_write_5m = input,
    input_audio = input,
    output_audio = output,
  } = prices;
  const { cache_write_1h = cache_write_5m } = prices;
  const of = (kind: string): number => tokens[kind] ?? 0;
  const cached = of("cacheReadTokens") + of("cacheWrite5mTokens") + of("cacheWrite1hTokens");
  const parts: readonly (readonly [count: number, dollars: number])[] = [
    [of("inputTokens") - cached - of("inputAudioTokens"), input],
    [of("cacheReadTokens"), cache_read],
    [of("cacheWrite5mTokens"), cache_write_5m],
    [of("cacheWrite1hTokens"), cache_write_1h],
    [of("inputAudioTokens"), input_audio],
    [of("outputTokens") - of("outputAudioTokens"), output],
    [of("outputAudioTokens"), output_audio],
  ];
  const million = 1_000_000n;
  const sum = parts.reduce((all, [count, dollars]) => all + BigInt(count) * BigInt(Math.round(dollars * 1e9)), 0n);
  return (sum + million / 2n) / million;
}
