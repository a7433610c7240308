import type { UnknownEnum } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  AttemptOutcome,
  type AttemptStep,
  type SkippedStep,
  SkipReason,
  type TrailStep,
  WaitReason,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import { describeUsage, formatDollars } from "./settlement-line.ts";

/** A step in words: what was done, then what came of it, one text a line. `startedMs`: of the request, since 1970. */
export function describeStep({ atUs, kind }: TrailStep, startedMs: number): string[] {
  switch (kind.case) {
    case "attempt":
      return describeAttempt(kind.value, atUs);
    case "skipped":
      return [describeSkipped(kind.value, startedMs + Number(atUs) / 1000)];
    case "wait":
      return [`waited ${formatMs(kind.value.durationUs)} ${waitReasons[kind.value.why] ?? ""}`];
    default:
      return ["something that this version does not know"];
  }
}

function describeAttempt(attempt: AttemptStep, atUs: bigint): string[] {
  const { target, credential, hedge, outcome, usage, costNanoUsd } = attempt;
  const spent = `took ${describeUsage(usage)} · ${costNanoUsd === undefined ? "price unknown" : formatDollars(costNanoUsd)}`;
  return [
    `asked ${placeOf(target, credential)}${hedge ? ", beside the one that ran" : ""}`,
    outcomeOf(attempt, atUs),
    ...(usage === undefined || outcome === AttemptOutcome.ANSWERED ? [] : [spent]), // the answer's is the request's own
  ];
}

function outcomeOf(attempt: AttemptStep, atUs: bigint): string {
  const since = (us: bigint): string => formatMs(us - atUs);
  const { outcome, headUs, begunUs, endUs, upstreamStatus, errorCode, errorMessage } = attempt;
  const after = endUs === undefined ? "" : ` after ${since(endUs)}`;
  const status = upstreamStatus === undefined ? "" : `${upstreamStatus} `;
  const why = [`${status}${errorCode}`, errorMessage].filter((text) => text !== "").join(": ");
  switch (outcome) {
    case AttemptOutcome.ANSWERED: {
      const parts = [
        ...(headUs === undefined ? [] : [`head ${since(headUs)}`]),
        ...(begunUs === undefined ? [] : [`begun ${since(begunUs)}`]),
      ];
      return `answered${after}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
    }
    case AttemptOutcome.FAILED:
      return `failed${after}${why === "" ? "" : `: ${why}`}`;
    case AttemptOutcome.LEFT:
      return `left${after}${why === "" ? "" : `: ${why}`}`;
    default:
      return "what became of it is not known";
  }
}

function describeSkipped({ target, credential, why, until }: SkippedStep, atMs: number): string {
  const left = until === undefined ? 0 : timestampMs(until) - atMs;
  return `passed over ${placeOf(target, credential)}: ${skipReasons[why] ?? "a reason that this version does not know"}${
    left > 0 ? `, for another ${formatSpan(left)}` : ""
  }`;
}

const placeOf = (target: string, credential: string): string =>
  credential === "" ? target : `${target} with ${credential}`;

const skipWords: Readonly<Record<Exclude<SkipReason, UnknownEnum>, string>> = {
  [SkipReason.UNSPECIFIED]: "a reason that this version does not know",
  [SkipReason.DISABLED]: "switched off by a person",
  [SkipReason.LOCKED]: "its provider refused the credential",
  [SkipReason.COOLING]: "at its provider's rate limit or quota",
  [SkipReason.BUSY]: "as many requests at a time as it may have",
  [SkipReason.RPM]: "as many requests a minute as it may have",
  [SkipReason.TPM]: "as many tokens a minute as it may have",
  [SkipReason.BREAKER]: "its circuit breaker is open",
  [SkipReason.FAILED]: "it failed in this request already",
  [SkipReason.CONTEXT_WINDOW]: "its context window is no larger than the one that was too small",
  [SkipReason.NOT_SUPPORTED]: "it cannot do what was asked for",
};
const skipReasons: Readonly<Record<number, string>> = skipWords;

const waitWords: Readonly<Record<Exclude<WaitReason, UnknownEnum>, string>> = {
  [WaitReason.UNSPECIFIED]: "",
  [WaitReason.BACKOFF]: "before trying again",
  [WaitReason.COOLDOWN]: "for a cooldown to end",
};
const waitReasons: Readonly<Record<number, string>> = waitWords;

/** µs as "312.0 ms". */
export const formatMs = (us: bigint): string => `${(Number(us) / 1000).toFixed(1)} ms`;

/** ms as "38.2 s", "12 min" or "5 h". */
function formatSpan(ms: number): string {
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
