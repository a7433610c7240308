import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import type { Finding, Row } from "./checks.ts";
import type { Told } from "./load.ts";

/** A log's line has its stack along. */
const longestFault = 400;

/** What a soak comes to, for a person to read. */
export function report(
  told: readonly Told[],
  rows: readonly Row[],
  findings: readonly Finding[],
  seconds: number,
): string {
  const rate = Math.round(told.length / seconds);
  return [
    `${told.length} requests in ${Math.round(seconds)} s (${rate} a second)`,
    "",
    ...table(
      "what clients were told",
      countBy(told, ({ outcome, code }) => (outcome === "failed" ? code || "failed" : outcome)),
    ),
    ...table(
      "by client",
      countBy(told, ({ client }) => client),
    ),
    ...table(
      "rows",
      countBy(rows, ({ status, errorCode }) => (status === Status.OK ? "ok" : errorCode)),
    ),
    ...table(
      "attempts a row",
      countBy(rows, ({ attempts }) => String(attempts)),
    ),
    ...findings.flatMap(({ check, found, faults }) => [
      `${faults.length === 0 ? "ok    " : "FAILED"}  ${check}: ${found}`,
      ...faults.map((fault) => `          ${fault.slice(0, longestFault)}`),
    ]),
    "",
  ].join("\n");
}

function countBy<T>(all: readonly T[], name: (one: T) => string): [string, number][] {
  return [...Map.groupBy(all, name)]
    .map(([key, group]): [string, number] => [key, group.length])
    .sort((a, b) => b[1] - a[1]);
}

const table = (title: string, counts: readonly [string, number][]): string[] => [
  `${title}:`,
  ...counts.map(([name, count]) => `  ${name.padEnd(28)} ${String(count).padStart(8)}`),
  "",
];
