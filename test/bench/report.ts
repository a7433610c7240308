import type { Row } from "./summary.ts";
import type { TargetResult } from "./targets.ts";

/** Three significant digits, or whole numbers. */
function number(value: number | undefined, unit = ""): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}${unit}`;
}

/** Columns padded to their widest cell: the first to the left, all others to the right. */
function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

const headings = [
  "",
  "CPU µs",
  "×",
  "answers/s",
  "×",
  "p50 ms",
  "p99 ms",
  "first p50",
  "added ms",
  "first p99",
  "MB",
  "×",
  "busy",
];

function cells(row: Row): string[] {
  return [
    `  ${row.system}`,
    number(row.cpuMicrosAUnit),
    number(row.ratio?.cpu),
    number(row.requestsASecond),
    number(row.ratio?.requestsASecond),
    number(row.latencyP50Ms),
    number(row.latencyP99Ms),
    number(row.firstChunkP50Ms),
    number(row.ratio?.firstChunkAddedMs),
    number(row.firstChunkP99Ms),
    number(row.residentMb),
    number(row.ratio?.resident),
    number(row.busy * 100, "%"),
  ];
}

export function resultsTable(rows: readonly Row[]): string {
  const lines: string[][] = [headings];
  let scenario = "";
  for (const row of rows) {
    if (row.scenario !== scenario) {
      const connections = `${row.connections} connection${row.connections === 1 ? "" : "s"}`;
      lines.push([`${row.scenario}: ${row.title}, ${connections}; CPU a ${row.unit}`]);
    }
    scenario = row.scenario;
    lines.push(cells(row));
  }
  return table(lines);
}

export function targetsTable(results: readonly TargetResult[]): string {
  const verdict = (met: boolean | undefined) => (met === undefined ? "not measured" : met ? "met" : "MISSED");
  return table([
    ["target", "limit", "measured", ""],
    ...results.map((one) => [one.name, one.limit, number(one.measured), verdict(one.met)]),
  ]);
}
