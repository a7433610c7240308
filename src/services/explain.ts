import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  Affinity,
  AttemptOutcome,
  type ExplainRequestResponseSchema,
  type PhasesSchema,
  SkipReason,
  type TrailStepSchema,
  WaitReason,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { LedgerEntry, LedgerRow } from "../core/ledger.ts";
import type { AttemptStep, SkippedStep, Trail, TrailStep, WaitStep } from "../core/trail.ts";
import { requestRow } from "./request-row.ts";
import { int64, optionalInt64, optionalTime } from "./wire-numbers.ts";

/** How an exchange came to its answer, in the contract's form. Words that a later version wrote are UNSPECIFIED. */
export function explain({ row, trail }: LedgerEntry): MessageInitShape<typeof ExplainRequestResponseSchema> {
  return {
    request: requestRow(row),
    trail: trail && {
      strategy: trail.strategy,
      condition: trail.condition,
      affinity: affinities[trail.affinity],
      candidates: [...trail.candidates],
      steps: trail.steps.map(stepOf),
    },
    phases: trail === undefined ? phasesOfRow(row) : phasesOf(row, trail),
  };
}

const affinities: Readonly<Record<Trail["affinity"], Affinity>> = {
  "": Affinity.UNSPECIFIED,
  new: Affinity.NEW,
  kept: Affinity.KEPT,
  moved: Affinity.MOVED,
};

type Step = MessageInitShape<typeof TrailStepSchema>;

function stepOf(step: TrailStep): Step {
  const atUs = int64(step.atUs);
  switch (step.kind) {
    case "attempt":
      return { atUs, kind: attemptOf(step) };
    case "skipped":
      return { atUs, kind: skippedOf(step) };
    case "wait":
      return { atUs, kind: waitOf(step) };
    default:
      return step satisfies never;
  }
}

const outcomes: Readonly<Record<AttemptStep["outcome"], AttemptOutcome>> = {
  running: AttemptOutcome.UNSPECIFIED,
  answered: AttemptOutcome.ANSWERED,
  failed: AttemptOutcome.FAILED,
  left: AttemptOutcome.LEFT,
};

const attemptOf = (step: AttemptStep): Step["kind"] => ({
  case: "attempt",
  value: {
    target: step.target,
    credential: step.credential,
    hedge: step.hedge,
    outcome: outcomes[step.outcome],
    headUs: optionalInt64(step.headUs),
    begunUs: optionalInt64(step.begunUs),
    endUs: optionalInt64(step.endUs),
    upstreamStatus: step.status,
    errorCode: step.code,
    errorMessage: step.message,
    usage: step.usage,
    costNanoUsd: step.costNanoUsd ?? undefined,
  },
});

const skipReasons: Readonly<Record<SkippedStep["why"], SkipReason>> = {
  disabled: SkipReason.DISABLED,
  locked: SkipReason.LOCKED,
  cooling: SkipReason.COOLING,
  busy: SkipReason.BUSY,
  rpm: SkipReason.RPM,
  tpm: SkipReason.TPM,
  breaker: SkipReason.BREAKER,
  failed: SkipReason.FAILED,
  context_window: SkipReason.CONTEXT_WINDOW,
  not_supported: SkipReason.NOT_SUPPORTED,
};

const skippedOf = ({ target, credential, why, until }: SkippedStep): Step["kind"] => ({
  case: "skipped",
  value: { target, credential, why: skipReasons[why], until: optionalTime(until) },
});

const waitReasons: Readonly<Record<WaitStep["why"], WaitReason>> = {
  backoff: WaitReason.BACKOFF,
  cooldown: WaitReason.COOLDOWN,
};

const waitOf = ({ us, why }: WaitStep): Step["kind"] => ({
  case: "wait",
  value: { durationUs: int64(us), why: waitReasons[why] },
});

function phasesOf(row: LedgerRow, { plannedUs, candidates, steps }: Trail): MessageInitShape<typeof PhasesSchema> {
  const attempts = steps.filter((step) => step.kind === "attempt");
  const told = attempts.find(({ outcome }) => outcome === "answered") ?? attempts.at(-1);
  return {
    plannedUs: candidates.length === 0 ? undefined : int64(plannedUs), // where the name means nothing there is no plan
    askedUs: optionalInt64(attempts[0]?.atUs),
    headUs: optionalInt64(told?.headUs),
    begunUs: optionalInt64(told?.begunUs),
    endedUs: told?.endUs === undefined ? undefined : int64(Math.min(told.endUs, row.durationUs)), // may be noted after the row
    totalUs: int64(row.durationUs),
  };
}

/** What older rows know of it. */
const phasesOfRow = (row: LedgerRow): MessageInitShape<typeof PhasesSchema> => ({
  askedUs: row.attempts === 0 ? undefined : int64(row.overheadUs),
  begunUs: optionalInt64(row.firstTokenUs),
  totalUs: int64(row.durationUs),
});
