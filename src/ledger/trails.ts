import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Usage, UsageSchema } from "../../gen/causeway/chat/v1/usage_pb.ts";
import type { ErrorCode } from "../core/error.ts";
import type { AttemptStep, SkipReason, Trail, TrailStep, WaitStep } from "../core/trail.ts";

/**
 * A trail as JSON. Its names are short, what is empty is left out, and so is the outcome of an attempt that answered. A
 * step has its kind as the name of its first member. Times are in µs, "until" in ms since 1970, costs in nano-dollars as
 * text, a usage is in protobuf's JSON form. For example
 * `{"candidates":["a/m"],"planned":35,"steps":[{"attempt":"a/m","at":40,"head":900,"begun":950,"end":2000}]}`.
 */
export function trailText(trail: Trail): string {
  return JSON.stringify({
    strategy: trail.strategy || undefined,
    condition: trail.condition || undefined,
    affinity: trail.affinity || undefined,
    candidates: trail.candidates,
    planned: trail.plannedUs,
    steps: trail.steps.map(stepJson),
  });
}

function stepJson(step: TrailStep) {
  switch (step.kind) {
    case "attempt":
      return {
        attempt: step.target,
        at: step.atUs,
        credential: step.credential || undefined,
        hedge: step.hedge || undefined,
        outcome: step.outcome === "answered" ? undefined : step.outcome,
        head: step.headUs,
        begun: step.begunUs,
        end: step.endUs,
        status: step.status,
        code: step.code,
        message: step.message,
        usage: step.usage === undefined ? undefined : usageJson(step.usage),
        cost: typeof step.costNanoUsd === "bigint" ? String(step.costNanoUsd) : step.costNanoUsd,
      };
    case "skipped":
      return {
        skipped: step.target,
        at: step.atUs,
        credential: step.credential || undefined,
        why: step.why,
        until: step.until,
      };
    case "wait":
      return { wait: step.us, at: step.atUs, why: step.why };
    default:
      return step satisfies never;
  }
}

/** A usage that is no valid message is left out: its row must not be lost over it. */
function usageJson(usage: Usage): JsonValue | undefined {
  try {
    return toJson(UsageSchema, usage);
  } catch {
    return undefined;
  }
}

/**
 * What can be read of a stored trail, whichever version wrote it: steps of a kind or for a reason that this version does
 * not know are left out. Never throws.
 */
export function trailIn(text: string): Trail {
  const stored = membersOf(parsed(text));
  return {
    strategy: textIn(stored.strategy) ?? "",
    condition: textIn(stored.condition) ?? "",
    affinity: isAffinity(stored.affinity) ? stored.affinity : "",
    candidates: itemsOf(stored.candidates).filter((item) => typeof item === "string"),
    plannedUs: numberIn(stored.planned) ?? 0,
    steps: itemsOf(stored.steps).flatMap((item) => stepIn(membersOf(item)) ?? []),
  };
}

/** What each attempt has taken, where a stored trail tells. Never throws. */
export function attemptsIn(text: string): { readonly target: string; readonly usage: Usage }[] {
  return itemsOf(membersOf(parsed(text)).steps).flatMap((item) => {
    const { attempt: target, usage: told } = membersOf(item);
    const usage = usageIn(told);
    return typeof target === "string" && usage !== undefined ? [{ target, usage }] : [];
  });
}

/** A stored trail with other costs, of the attempts that `attemptsIn` has found, in their order. */
export function repricedTrail(text: string, costs: readonly { readonly costNanoUsd: bigint | null }[]): string {
  const stored = membersOf(parsed(text));
  let at = 0;
  const steps = itemsOf(stored.steps).map((item) => {
    const step = membersOf(item);
    if (typeof step.attempt !== "string" || usageIn(step.usage) === undefined) return item;
    const cost = costs[at++]?.costNanoUsd ?? null;
    return { ...step, cost: cost === null ? null : String(cost) };
  });
  return JSON.stringify({ ...stored, steps });
}

type Stored = JsonValue | undefined;
type Members = Readonly<Record<string, Stored>>;

function stepIn(stored: Members): TrailStep | undefined {
  const atUs = numberIn(stored.at) ?? 0;
  const credential = textIn(stored.credential) ?? "";
  const { attempt, skipped, wait, why } = stored;
  if (typeof attempt === "string") return { kind: "attempt", atUs, target: attempt, credential, ...attemptIn(stored) };
  if (typeof skipped === "string" && isSkipReason(why)) {
    return { kind: "skipped", atUs, target: skipped, credential, why, until: numberIn(stored.until) };
  }
  if (typeof wait === "number" && isWaitReason(why)) return { kind: "wait", atUs, us: wait, why };
  return undefined;
}

function attemptIn(stored: Members): Omit<AttemptStep, "kind" | "atUs" | "target" | "credential"> {
  const { outcome = "answered" } = stored;
  return {
    hedge: stored.hedge === true,
    outcome: isOutcome(outcome) ? outcome : "failed", // like the status of a row
    headUs: numberIn(stored.head),
    begunUs: numberIn(stored.begun),
    endUs: numberIn(stored.end),
    status: numberIn(stored.status),
    // As in a row, a code of another version stays: it is for people.
    code: textIn(stored.code) as ErrorCode | undefined,
    message: textIn(stored.message),
    usage: usageIn(stored.usage),
    costNanoUsd: costIn(stored.cost),
  };
}

const wordsOf =
  <Word extends string>(words: Readonly<Record<Word, true>>) =>
  (value: unknown): value is Word =>
    typeof value === "string" && Object.hasOwn(words, value);

export const isAffinity = wordsOf<Trail["affinity"]>({ "": true, new: true, kept: true, moved: true });
const isOutcome = wordsOf<AttemptStep["outcome"]>({ running: true, answered: true, failed: true, left: true });
const isWaitReason = wordsOf<WaitStep["why"]>({ backoff: true, cooldown: true });
const isSkipReason = wordsOf<SkipReason>({
  disabled: true,
  locked: true,
  cooling: true,
  busy: true,
  rpm: true,
  tpm: true,
  breaker: true,
  failed: true,
  context_window: true,
  not_supported: true,
});

function parsed(text: string): Stored {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const membersOf = (value: Stored): Members =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
const itemsOf = (value: Stored): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const textIn = (value: Stored): string | undefined => (typeof value === "string" ? value : undefined);
const numberIn = (value: Stored): number | undefined => (typeof value === "number" ? value : undefined);

function usageIn(value: Stored): Usage | undefined {
  try {
    return value === undefined ? undefined : fromJson(UsageSchema, value, { ignoreUnknownFields: true });
  } catch {
    return undefined;
  }
}

function costIn(value: Stored): bigint | null | undefined {
  if (value === null) return null;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : undefined;
}
