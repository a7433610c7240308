import type { UnknownEnum } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  Affinity,
  type ExplainRequestResponse,
  type Phases,
  type RequestRow,
  Status,
  type Trail,
  type TrailStep,
} from "../../gen/causeway/stats/v1/stats_pb.ts";
import { withoutControls } from "./chat-view.ts";
import { describeStep, formatMs } from "./explain-step.ts";
import { describeUsage, formatDollars } from "./settlement-line.ts";

const width = 100;
const barWidth = 24;

/** What a person wants to know of it: lines of at most 100 columns, as far as names allow. No line has control characters. */
export function explanation({ request, trail, phases }: ExplainRequestResponse): string {
  if (request === undefined || phases === undefined) return "The gateway said nothing about the request.\n";
  const sections = [headOf(request, trail), decisionOf(trail), stepsOf(request, trail, phases), phasesOf(phases)];
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => [...section, ""]);
  return `${lines
    .slice(0, -1)
    .map((line) => withoutControls(line).trimEnd())
    .join("\n")}\n`;
}

function headOf(row: RequestRow, trail: Trail | undefined): string[] {
  const at = row.startedAt === undefined ? "" : showTime(timestampDate(row.startedAt));
  const cost = row.costNanoUsd === undefined ? "price unknown" : formatDollars(row.costNanoUsd);
  return [
    `Request ${row.id}  ${at}`,
    ...field("asked", `${row.alias}${row.stream ? ", as a stream" : ""}, through ${row.facade} (${row.clientDialect})`),
    ...field("outcome", outcomeOf(row, trail)),
    ...field("took", `${formatMs(row.durationUs)} · ${describeUsage(row.usage)} · ${cost}`),
    ...priceOf(row),
    ...(row.dropped.length === 0 ? [] : field("not sent", `${row.dropped.join(", ")}: the provider cannot be told`)),
  ];
}

/** Where the price is from, and what else there is to say of it. */
function priceOf({
  priceVersion,
  serviceTier,
  reportedCostNanoUsd: told,
  cacheSavedNanoUsd: saved,
}: RequestRow): string[] {
  const words = [
    priceVersion === "" ? "" : `from ${priceVersion}`,
    serviceTier === "" ? "" : `served as ${serviceTier}`,
    told === undefined ? "" : `the provider says ${formatDollars(told)}`,
    saved === undefined || saved === 0n ? "" : `its cache saved ${formatDollars(saved)}`,
  ].filter((word) => word !== "");
  return words.length === 0 ? [] : field("price", words.join(" · "));
}

function outcomeOf(row: RequestRow, trail: Trail | undefined): string {
  const place = row.provider === "" ? "" : ` by ${row.provider}/${row.model}`;
  const key = row.credential === "" ? "" : ` with ${row.credential}`;
  switch (row.status) {
    case Status.OK:
      return `answered${place}${key}${row.finishReason === "" ? "" : `, ended with ${row.finishReason}`}`;
    case Status.CANCELLED:
      return "left: the client did not wait for the end";
    default:
      // what a step says already is not said twice
      return saysAlready(trail, row.errorMessage)
        ? `failed: ${row.errorCode}`
        : `failed: ${row.errorCode}: ${row.errorMessage}`;
  }
}

const saysAlready = (trail: Trail | undefined, message: string): boolean =>
  trail?.steps.some(({ kind }) => kind.case === "attempt" && kind.value.errorMessage === message) ?? false;

function decisionOf(trail: Trail | undefined): string[] {
  if (trail === undefined) {
    return ["Decided", "  Not known: the row is from a version of Causeway that did not keep it."];
  }
  const { strategy, condition, affinity, candidates } = trail;
  const affinityWords = affinities[affinity] ?? "";
  if (candidates.length === 0) return ["Decided", "  Nothing: there was no place to try."];
  return [
    "Decided",
    ...field("strategy", strategy === "" ? "none: the name means one model" : strategy),
    ...(condition === "" ? [] : field("condition", `${condition} holds: its targets are used`)),
    ...(affinityWords === "" ? [] : field("affinity", affinityWords)),
    ...candidates.flatMap((candidate, i) => field(i === 0 ? "order" : "", `${i + 1}. ${candidate}`)),
  ];
}

const affinityNames: Readonly<Record<Exclude<Affinity, UnknownEnum>, string>> = {
  [Affinity.UNSPECIFIED]: "",
  [Affinity.NEW]: "the conversation's first turn: it may go anywhere",
  [Affinity.KEPT]: "the conversation stayed where it was answered before",
  [Affinity.MOVED]: "the conversation moved: where it was answered before could not serve",
};
const affinities: Readonly<Record<number, string>> = affinityNames;

function stepsOf(row: RequestRow, trail: Trail | undefined, { totalUs }: Phases): string[] {
  if (trail === undefined || trail.steps.length === 0) return [];
  const startedMs = row.startedAt === undefined ? 0 : timestampDate(row.startedAt).getTime();
  return [
    "Steps (░ asked, ▒ head is there, █ answer runs, · waiting)",
    ...trail.steps.flatMap((step) => {
      const [first = "", ...more] = describeStep(step, startedMs).flatMap((line, i) => wrap(line, i === 0 ? 0 : 2));
      const start = `  ${formatMs(step.atUs).padStart(10)}  ${barOf(step, Number(totalUs))}  `;
      return [start + first, ...more.map((line) => " ".repeat(start.length) + line)];
    }),
  ];
}

/** The step within the whole time. Its parts are at least one cell together. */
function barOf({ atUs, kind }: TrailStep, totalUs: number): string {
  const cellOf = (us: number): number => (us / Math.max(1, totalUs)) * barWidth;
  const start = Number(atUs);
  const first = Math.min(barWidth - 1, Math.floor(cellOf(start)));
  const draw = (endUs: number, symbol: (cell: number) => string): string => {
    const end = Math.min(barWidth, Math.max(first + 1, Math.round(cellOf(endUs))));
    const cells = Array.from({ length: end - first }, (_, i) => symbol(first + i));
    return (" ".repeat(first) + cells.join("")).padEnd(barWidth);
  };
  switch (kind.case) {
    case "attempt": {
      const { headUs, begunUs, endUs } = kind.value;
      const head = cellOf(Number(headUs ?? Infinity));
      const begun = cellOf(Number(begunUs ?? Infinity));
      return draw(Number(endUs ?? totalUs), (cell) => (cell + 0.5 < head ? "░" : cell + 0.5 < begun ? "▒" : "█"));
    }
    case "wait":
      return draw(start + Number(kind.value.durationUs), () => "·");
    default:
      return " ".repeat(barWidth);
  }
}

function phasesOf({ plannedUs, askedUs, headUs, begunUs, endedUs, totalUs }: Phases): string[] {
  const phases: [string, bigint | undefined, string][] = [
    ["planned", plannedUs, "the candidates were in order"],
    ["asked", askedUs, "a provider was asked for the first time"],
    ["head", headUs, "the head of the answer was there"],
    ["begun", begunUs, "the answer began"],
    ["ended", endedUs, "the answer was whole, or given up"],
    ["total", totalUs, "all was over"],
  ];
  let last = 0n;
  return [
    "Phases",
    ...phases.flatMap(([name, at, what]) => {
      if (at === undefined) return [];
      const since = `+${formatMs(at - last)}`;
      last = at;
      return `  ${name.padEnd(11)}${formatMs(at).padStart(11)}${since.padStart(13)}   ${what}`;
    }),
  ];
}

/** A name and what it is, on as many lines as it takes. */
const field = (name: string, value: string): string[] =>
  wrap(value, 0, width - 13).map((line, i) => `  ${(i === 0 ? name : "").padEnd(11)}${line}`);

/** `hang`: by how much each line is indented. Words that are longer than a line are cut. */
function wrap(text: string, hang: number, room = width - barWidth - 16): string[] {
  const most = room - hang;
  const lines = text.replaceAll(/\s+/g, " ").match(new RegExp(`\\S.{0,${most - 1}}(?= |$)|\\S{1,${most}}`, "gu")) ?? [
    "",
  ];
  return lines.map((line) => " ".repeat(hang) + line);
}

/** "2026-11-21 14:03:22.120 UTC". */
const showTime = (time: Date): string => time.toISOString().replace("T", " ").replace("Z", " UTC");
