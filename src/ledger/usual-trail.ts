import type { ExchangeRow } from "../core/exchange.ts";
import type { AttemptStep, Trail } from "../core/trail.ts";
import { isAffinity } from "./trails.ts";

/** What a row says of itself, as far as its trail says it, too. */
type Named = Pick<ExchangeRow, "provider" | "model" | "credential">;

/**
 * The trail of a request that went where most go: there was one place for it, and the first attempt brought the answer.
 * Most of it stands in the row, so that this is left, with spaces between: in µs since the start, when the place was found,
 * when it was asked, when the head of the answer was there, when it began, and when it ended; whether its conversation has
 * stayed ("new", "kept", "moved"); and the credential's name, where the row has another. What is not known is "-"; the last
 * two are left out where nothing follows.
 * For example "35 40 900 950 2000", or "35 40 900 - 2000 kept team b". undefined: it went another way.
 */
export function usualTrailText({ trail, provider, model, credential }: ExchangeRow): string | undefined {
  const [step] = trail.steps;
  if (step === undefined || trail.steps.length > 1 || step.kind !== "attempt" || !isPlain(step)) return undefined;
  const { strategy, condition, candidates, affinity, plannedUs } = trail;
  if (strategy !== "" || condition !== "" || candidates.length !== 1 || candidates[0] !== step.target) return undefined;
  if (step.target !== targetOf({ provider, model })) return undefined;
  const { atUs, headUs = unknown, begunUs = unknown, endUs = unknown } = step;
  const times = `${plannedUs} ${atUs} ${headUs} ${begunUs} ${endUs}`;
  if (step.credential !== credential) return `${times} ${affinity || unknown} ${step.credential}`;
  return affinity === "" ? times : `${times} ${affinity}`;
}

/** What `usualTrailText` was made of; its names are those of the row. Never throws. */
export function usualTrailIn(text: string, row: Named): Trail {
  const [planned, at, head, begun, end, affinity, ...name] = text.split(" ");
  const target = targetOf(row);
  const step: AttemptStep = {
    kind: "attempt",
    target,
    atUs: timeIn(at) ?? 0,
    credential: name.length === 0 ? row.credential : name.join(" "),
    hedge: false,
    outcome: "answered",
    headUs: timeIn(head),
    begunUs: timeIn(begun),
    endUs: timeIn(end),
  };
  return {
    strategy: "",
    condition: "",
    affinity: isAffinity(affinity) ? affinity : "",
    candidates: [target],
    plannedUs: timeIn(planned) ?? 0,
    steps: [step],
  };
}

function timeIn(text: string | undefined): number | undefined {
  const time = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(time) ? time : undefined;
}

const targetOf = ({ provider, model }: Pick<Named, "provider" | "model">): string => `${provider}/${model}`;

const isPlain = (step: AttemptStep): boolean =>
  step.outcome === "answered" &&
  !step.hedge &&
  step.status === undefined &&
  step.code === undefined &&
  step.message === undefined &&
  step.usage === undefined &&
  step.costNanoUsd === undefined;

const unknown = "-";
