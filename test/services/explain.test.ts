import { enumToJson, toJson } from "@bufbuild/protobuf";
import { Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, test } from "vitest";
import {
  AffinitySchema,
  AttemptOutcomeSchema,
  ExplainRequestResponseSchema,
  SkipReasonSchema,
  StatsService,
  Status,
  WaitReasonSchema,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { LedgerEntry, LedgerEraser, LedgerReader, LedgerRow } from "../../src/core/ledger.ts";
import type { AttemptStep, SkipReason, Trail, TrailStep } from "../../src/core/trail.ts";
import { createStatsService } from "../../src/services/stats.ts";
import { nextId, rowOf, usageOf } from "../ledger/fixtures.ts";

const unexpected = () => Promise.reject(new Error("only 'find' was expected"));

/** A client of StatsService over a ledger that holds this one entry. */
function clientOf(row: LedgerRow, trail: Trail | undefined) {
  const entry: LedgerEntry = { row, trail, bodies: undefined };
  const ledger: LedgerReader & LedgerEraser = {
    find: (id) => Promise.resolve(id === row.id ? entry : undefined),
    existing: unexpected,
    rowsFrom: unexpected,
    findAnswer: unexpected,
    summary: unexpected,
    series: unexpected,
    list: unexpected,
    heat: unexpected,
    values: unexpected,
    deleteErrors: unexpected,
    watch() {
      throw new Error("only 'find' was expected");
    },
  };
  const service = createStatsService({ ledger, clock: { now: () => 0, micros: () => 0 } });
  return createClient(
    StatsService,
    createRouterTransport((router) => router.service(StatsService, service)),
  );
}

const trailOf = (changes: Partial<Trail> = {}): Trail => ({
  strategy: "",
  condition: "",
  affinity: "",
  candidates: ["one/m"],
  plannedUs: 0,
  steps: [],
  ...changes,
});

/** What ExplainRequest gives for a row with this trail. */
async function explained(trail: Trail | undefined, changes: Parameters<typeof rowOf>[0] = {}) {
  const row = rowOf(changes);
  return clientOf(row, trail).explainRequest({ id: row.id });
}

const attempt: AttemptStep = {
  kind: "attempt",
  atUs: 10,
  target: "one/m",
  credential: "",
  hedge: false,
  outcome: "left",
};

test("All of a trail is told, with the row and when each part of the way was over.", async () => {
  const steps: TrailStep[] = [
    { kind: "skipped", atUs: 120, target: "one/m", credential: "first", why: "cooling", until: 9_000 },
    { kind: "skipped", atUs: 121, target: "two/n", credential: "", why: "breaker", until: undefined },
    {
      ...attempt,
      ...{ atUs: 130, target: "three/o", credential: "second", outcome: "failed", headUs: 400, endUs: 500 },
      ...{ status: 529, code: "upstream_overloaded", message: "Busy.", usage: usageOf(), costNanoUsd: 3n },
    },
    { kind: "wait", atUs: 501, us: 2_000, why: "backoff" },
    {
      ...attempt,
      ...{ atUs: 2_600, target: "three/o", credential: "third", outcome: "answered" },
      ...{ headUs: 3_000, begunUs: 4_000, endUs: 9_000 },
    },
    { ...attempt, atUs: 2_700, hedge: true, headUs: 3_500, endUs: 3_001, costNanoUsd: null },
  ];
  const answer = await explained(
    trailOf({
      ...{
        strategy: "least-latency",
        condition: "when[1]",
        affinity: "moved",
        candidates: ["one/m", "two/n", "three/o"],
      },
      ...{ plannedUs: 99, steps },
    }),
    { durationUs: 10_000 },
  );
  expect(answer.request).toMatchObject({ alias: "smart", status: Status.OK, durationUs: 10_000n });
  expect(toJson(ExplainRequestResponseSchema, answer)).toMatchObject({
    trail: {
      strategy: "least-latency",
      condition: "when[1]",
      affinity: "AFFINITY_MOVED",
      candidates: ["one/m", "two/n", "three/o"],
      steps: [
        {
          atUs: "120",
          skipped: { target: "one/m", credential: "first", why: "SKIP_REASON_COOLING", until: "1970-01-01T00:00:09Z" },
        },
        { atUs: "121", skipped: { target: "two/n", why: "SKIP_REASON_BREAKER" } },
        {
          atUs: "130",
          attempt: {
            ...{ target: "three/o", credential: "second", outcome: "ATTEMPT_OUTCOME_FAILED" },
            ...{ headUs: "400", endUs: "500", upstreamStatus: 529 },
            ...{ errorCode: "upstream_overloaded", errorMessage: "Busy.", costNanoUsd: "3" },
            usage: { inputTokens: 100, outputTokens: 20, source: "USAGE_SOURCE_REPORTED" },
          },
        },
        { atUs: "501", wait: { durationUs: "2000", why: "WAIT_REASON_BACKOFF" } },
        {
          atUs: "2600",
          attempt: {
            ...{ target: "three/o", credential: "third", outcome: "ATTEMPT_OUTCOME_ANSWERED" },
            ...{ headUs: "3000", begunUs: "4000", endUs: "9000" },
          },
        },
        {
          atUs: "2700",
          attempt: { target: "one/m", hedge: true, outcome: "ATTEMPT_OUTCOME_LEFT", headUs: "3500", endUs: "3001" },
        },
      ],
    },
    phases: {
      ...{ plannedUs: "99", askedUs: "130", headUs: "3000", begunUs: "4000", endedUs: "9000", totalUs: "10000" },
    },
  });
});

test("Without an answer the phases are those of the last attempt, as far as it came.", async () => {
  const steps: TrailStep[] = [
    { ...attempt, outcome: "failed", headUs: 20, endUs: 30 },
    { ...attempt, atUs: 40, outcome: "failed", endUs: 60 },
  ];
  const { phases } = await explained(trailOf({ plannedUs: 5, steps }), { status: "error", durationUs: 70 });
  expect(phases).toMatchObject({ plannedUs: 5n, askedUs: 10n, endedUs: 60n, totalUs: 70n });
  expect([phases?.headUs, phases?.begunUs]).toEqual([undefined, undefined]);
});

test("An attempt whose end is noted after the row is over when all is.", async () => {
  const steps: TrailStep[] = [{ ...attempt, outcome: "answered", headUs: 20, begunUs: 30, endUs: 75 }];
  const { trail, phases } = await explained(trailOf({ steps }), { durationUs: 70 });
  expect(phases).toMatchObject({ endedUs: 70n, totalUs: 70n });
  expect(trail?.steps[0]?.kind.value).toMatchObject({ endUs: 75n });
});

test("A name that means nothing has no plan, and no phase but the end.", async () => {
  const { trail, phases } = await explained(trailOf({ candidates: [] }), { status: "error", durationUs: 70 });
  expect(trail).toMatchObject({ candidates: [], steps: [] });
  expect(Object.entries(phases ?? {}).filter(([name]) => name.endsWith("Us"))).toEqual([["totalUs", 70n]]);
});

test("A row from a version without trails says so, and tells the phases that it knows.", async () => {
  const { trail, phases } = await explained(undefined, { overheadUs: 150, firstTokenUs: 400, durationUs: 900 });
  expect(trail).toBeUndefined();
  expect(phases).toMatchObject({ askedUs: 150n, begunUs: 400n, totalUs: 900n });
  const unasked = await explained(undefined, { attempts: 0, firstTokenUs: null, durationUs: 900 });
  expect([unasked.phases?.askedUs, unasked.phases?.begunUs]).toEqual([undefined, undefined]);
});

test("Every word of a trail has its value in the contract, and every value its word.", async () => {
  const whys: Readonly<Record<SkipReason, true>> = {
    ...{ disabled: true, locked: true, cooling: true, busy: true, rpm: true, tpm: true, breaker: true, failed: true },
    ...{ context_window: true, not_supported: true },
  };
  const reasons = Object.keys(whys);
  const skipped = { kind: "skipped", atUs: 0, target: "one/m", credential: "", until: undefined } as const;
  const steps: TrailStep[] = [
    ...SkipReasonSchema.values.slice(1).map(({ localName }) => {
      const why = reasons.find((reason): reason is SkipReason => reason === localName.toLowerCase());
      if (why === undefined) throw new Error(`no word for ${localName}`);
      return { ...skipped, why };
    }),
    { kind: "wait", atUs: 0, us: 1, why: "backoff" },
    { kind: "wait", atUs: 0, us: 1, why: "cooldown" },
    ...(["running", "answered", "failed", "left"] as const).map((outcome) => ({ ...attempt, outcome })),
  ];
  const { trail } = await explained(trailOf({ steps }));
  const told = trail?.steps.map(({ kind }) => {
    if (kind.case === "skipped") return enumToJson(SkipReasonSchema, kind.value.why);
    if (kind.case === "wait") return enumToJson(WaitReasonSchema, kind.value.why);
    return kind.case === "attempt" ? enumToJson(AttemptOutcomeSchema, kind.value.outcome) : "";
  });
  expect(told).toEqual([
    ...reasons.map((why) => `SKIP_REASON_${why.toUpperCase()}`),
    ...["WAIT_REASON_BACKOFF", "WAIT_REASON_COOLDOWN"],
    ...["UNSPECIFIED", "ANSWERED", "FAILED", "LEFT"].map((outcome) => `ATTEMPT_OUTCOME_${outcome}`),
  ]);
  for (const affinity of ["new", "kept", "moved"] as const) {
    const { trail: moved } = await explained(trailOf({ affinity }));
    expect(enumToJson(AffinitySchema, moved?.affinity ?? 0)).toBe(`AFFINITY_${affinity.toUpperCase()}`);
  }
});

test("It says where ids come from when there is no such row, or no id.", async () => {
  const client = clientOf(rowOf(), undefined);
  const id = nextId();
  await expect(client.explainRequest({ id })).rejects.toMatchObject({
    code: Code.NotFound,
    rawMessage: `The ledger has no request with the id '${id}'. ListRequests gives the ids.`,
  });
  await expect(client.explainRequest({})).rejects.toMatchObject({
    code: Code.InvalidArgument,
    rawMessage: expect.stringMatching(/'id' is empty/),
  });
});
