import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { FinishReason } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { type Usage, UsageSchema, UsageSource } from "../../gen/causeway/chat/v1/usage_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { ExchangeBodies, ExchangeRow } from "../../src/core/exchange.ts";
import { createIds } from "../../src/core/ids.ts";
import type { AttemptStep, Trail } from "../../src/core/trail.ts";

export const nextId = createIds(systemClock.now);

export const usageOf = (init: MessageInitShape<typeof UsageSchema> = {}): Usage =>
  create(UsageSchema, { inputTokens: 100, outputTokens: 20, source: UsageSource.REPORTED, ...init });

export const attemptOf = (changes: Partial<AttemptStep> = {}): AttemptStep => ({
  kind: "attempt",
  atUs: 140,
  target: "acme/large-1",
  credential: "sk-…1234",
  hedge: false,
  outcome: "answered",
  headUs: 90_000,
  begunUs: 100_000,
  endUs: 2_000_000,
  ...changes,
});

/** The most common one: a name that means one model, which answered. */
export const trailOf = (changes: Partial<Trail> = {}): Trail => ({
  strategy: "",
  condition: "",
  affinity: "",
  candidates: ["acme/large-1"],
  plannedUs: 120,
  steps: [attemptOf()],
  ...changes,
});

export function rowOf(changes: Partial<ExchangeRow> = {}): ExchangeRow {
  return {
    id: nextId(),
    startedAt: systemClock.now(),
    facade: "rest",
    clientDialect: "dialect-a",
    upstreamDialect: "dialect-b",
    alias: "smart",
    provider: "acme",
    model: "large-1",
    credential: "sk-…1234",
    stream: true,
    status: "ok",
    errorCode: "",
    errorMessage: "",
    finishReason: FinishReason.STOP,
    attempts: 1,
    firstTokenUs: 100_000,
    durationUs: 2_000_000,
    overheadUs: 150,
    usage: usageOf(),
    costNanoUsd: 1_500_000n,
    priceVersion: "prices@1",
    dropped: [],
    clientRequestId: "",
    answerId: "",
    accessKey: "ck-…abcd",
    endUserId: "",
    client: "",
    session: "",
    tags: [],
    serviceTier: "",
    reportedCostNanoUsd: null,
    cacheSavedNanoUsd: null,
    trail: trailOf({ strategy: "weighted" }), // kept apart from the row, as no usual one is
    ...changes,
  };
}

export const bodiesOf = (request: string, response: string): ExchangeBodies => ({
  request: [Buffer.from(request)],
  response: [Buffer.from(response)],
  truncated: false,
});

/** A folder for one test, and how to remove it. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "causeway-ledger-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
