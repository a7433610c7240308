import fc from "fast-check";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import type { AttemptStep, SkippedStep, Trail, WaitStep } from "../../src/core/trail.ts";
import { nextId, rowOf, usageOf } from "./fixtures.ts";

const text = fc.string({ unit: "grapheme", maxLength: 30 });
const count = fc.nat({ max: 0xffffffff });
const micros = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const time = fc.nat({ max: 4e12 });
const cost = fc.bigInt(0n, 2n ** 53n);
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });

const usages = fc
  .record({
    inputTokens: count,
    cacheReadTokens: count,
    cacheWrite5mTokens: count,
    cacheWrite1hTokens: count,
    outputTokens: count,
    reasoningTokens: count,
    inputAudioTokens: count,
    outputAudioTokens: count,
    cacheReadAudioTokens: count,
    outputImageTokens: count,
    webSearches: count,
    fileSearches: count,
    serviceTier: text,
    reportedCostNanoUsd: maybe(cost),
    source: fc.constantFrom(...Object.values(UsageSource)),
    extensions: fc.dictionary(text, text, { maxKeys: 2 }),
  })
  .map(usageOf);

const attempts: fc.Arbitrary<AttemptStep> = fc.record({
  kind: fc.constant("attempt"),
  atUs: micros,
  target: text,
  credential: text,
  hedge: fc.boolean(),
  outcome: fc.constantFrom("running", "answered", "failed", "left"),
  headUs: maybe(micros),
  begunUs: maybe(micros),
  endUs: maybe(micros),
  status: maybe(fc.integer({ min: 100, max: 599 })),
  code: fc.constantFrom(undefined, "rate_limited", "upstream_cut"),
  message: maybe(text),
  usage: maybe(usages),
  costNanoUsd: fc.oneof(fc.constantFrom(undefined, null), cost),
});

const skips: fc.Arbitrary<SkippedStep> = fc.record({
  kind: fc.constant("skipped"),
  atUs: micros,
  target: text,
  credential: text,
  why: fc.constantFrom(
    ...(["disabled", "locked", "cooling", "busy", "rpm"] as const),
    ...(["tpm", "breaker", "failed", "context_window", "not_supported"] as const),
  ),
  until: maybe(time),
});

const waits: fc.Arbitrary<WaitStep> = fc.record({
  kind: fc.constant("wait"),
  atUs: micros,
  us: micros,
  why: fc.constantFrom("backoff", "cooldown"),
});

export const trails: fc.Arbitrary<Trail> = fc.record({
  strategy: text,
  condition: text,
  affinity: fc.constantFrom("", "new", "kept", "moved"),
  candidates: fc.array(text, { maxLength: 3 }),
  plannedUs: micros,
  steps: fc.array(fc.oneof(attempts, skips, waits), { maxLength: 5 }),
});

/** Of a row: what it says of itself, or something else. */
const usualTrails = ({ provider, model, credential }: Pick<ExchangeRow, "provider" | "model" | "credential">) =>
  fc.record<Trail>({
    strategy: fc.constant(""),
    condition: fc.constant(""),
    affinity: fc.constantFrom("", "new", "kept", "moved"),
    candidates: fc.constant([`${provider}/${model}`]),
    plannedUs: micros,
    steps: fc
      .record({
        kind: fc.constant("attempt" as const),
        atUs: micros,
        target: fc.constant(`${provider}/${model}`),
        credential: fc.oneof(fc.constant(credential), fc.constantFrom("", "-", " ", "team b "), text),
        hedge: fc.constant(false),
        outcome: fc.constant("answered" as const),
        headUs: maybe(micros),
        begunUs: maybe(micros),
        endUs: maybe(micros),
      })
      .map((step) => [step]),
  });

export const usualRows: fc.Arbitrary<ExchangeRow> = fc
  .record({ provider: text, model: text, credential: text })
  .chain((names) => usualTrails(names).map((trail) => rowOf({ ...names, trail })));

const anyRows: fc.Arbitrary<ExchangeRow> = fc
  .record({
    startedAt: time,
    facade: text,
    clientDialect: text,
    upstreamDialect: text,
    alias: text,
    provider: text,
    model: text,
    credential: text,
    stream: fc.boolean(),
    status: fc.constantFrom("ok", "error", "cancelled"),
    errorCode: fc.constantFrom("", "rate_limited", "upstream_cut"),
    errorMessage: text,
    finishReason: fc.constantFrom(...Object.values(FinishReason)),
    attempts: fc.nat({ max: 10 }),
    firstTokenUs: fc.option(micros),
    durationUs: micros,
    overheadUs: micros,
    usage: maybe(usages),
    costNanoUsd: fc.option(cost),
    priceVersion: text,
    dropped: fc.array(text, { maxLength: 3 }),
    clientRequestId: text,
    answerId: text,
    accessKey: text,
    endUserId: text,
    client: text,
    session: text,
    tags: fc.array(text, { maxLength: 3 }),
    serviceTier: text,
    reportedCostNanoUsd: fc.option(cost),
    cacheSavedNanoUsd: fc.option(cost),
    trail: trails,
  })
  .map((row) => {
    // which its row says as well
    const { serviceTier, reportedCostNanoUsd } = row;
    const usage =
      row.usage && usageOf({ ...row.usage, serviceTier, reportedCostNanoUsd: reportedCostNanoUsd ?? undefined });
    return { ...row, usage, id: nextId() };
  });

export const rows = fc.oneof({ arbitrary: anyRows, weight: 3 }, usualRows);
