import type { Usage } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { ErrorCode } from "./error.ts";

/** How an exchange came to its answer, or to none: for the person who asks why. */
export interface Trail {
  /** How the candidates were put in order; "" for a name that means one model. */
  strategy: string;
  /** Which condition decided, for example "when[1]"; "" for none. */
  condition: string;
  /** "": no matter. "new": the conversation's first turn. "kept": it stayed. "moved": it could not stay. */
  affinity: "" | "new" | "kept" | "moved";
  /** "provider/model", in the order in which they would be tried. */
  candidates: readonly string[];
  /** From the exchange's start until the candidates were in order, in µs. */
  plannedUs: number;
  readonly steps: TrailStep[];
}

export type TrailStep = AttemptStep | SkippedStep | WaitStep;

export interface AttemptStep {
  readonly kind: "attempt";
  /** µs since the exchange's start, as all that ends in "Us" here. */
  readonly atUs: number;
  /** "provider/model". */
  readonly target: string;
  /** The credential's name. "": none. */
  readonly credential: string;
  /** Made beside another attempt that ran. */
  readonly hedge: boolean;
  /** "left": the client left, another attempt was first, or the time was over. */
  outcome: "running" | "answered" | "failed" | "left";
  /** The head of the answer was there. */
  headUs?: number | undefined;
  /** The answer began. */
  begunUs?: number | undefined;
  endUs?: number | undefined;
  /** The provider's HTTP status, of a failure. */
  status?: number | undefined;
  code?: ErrorCode | undefined;
  message?: string | undefined;
  /** Of one that was left: its provider had begun to answer, so it has read the prompt, and bills it. Not kept. */
  promptRead?: boolean | undefined;
  /** As far as it is known. Of the answer only where other attempts have taken something as well: else the row says it. */
  usage?: Usage | undefined;
  costNanoUsd?: bigint | null | undefined;
}

export interface SkippedStep {
  readonly kind: "skipped";
  readonly atUs: number;
  readonly target: string;
  /** "": the whole target. */
  readonly credential: string;
  readonly why: SkipReason;
  /** Until when, in ms since 1970. undefined: not known. */
  readonly until: number | undefined;
}

export type SkipReason =
  /** Switched off by a person. */
  | "disabled"
  /** Its provider refused it as a credential. */
  | "locked"
  /** Its provider's rate limit or quota. */
  | "cooling"
  /** As many requests at a time as it may have. */
  | "busy"
  /** Its configured requests or tokens a minute. */
  | "rpm"
  | "tpm"
  /** The circuit breaker is open. */
  | "breaker"
  /** It failed in this exchange already. */
  | "failed"
  /** Its context window is not larger than the one that was too small. */
  | "context_window"
  /** It has no such operation. */
  | "not_supported";

export interface WaitStep {
  readonly kind: "wait";
  readonly atUs: number;
  readonly us: number;
  /** "backoff" before a retry, or "cooldown". */
  readonly why: "backoff" | "cooldown";
}

export const newTrail = (): Trail => ({
  strategy: "",
  condition: "",
  affinity: "",
  candidates: [],
  plannedUs: 0,
  steps: [],
});
