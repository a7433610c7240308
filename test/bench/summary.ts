import type { Measured, Slice } from "./measure.ts";
import type { System } from "./systems.ts";

/** What one system did in one scenario: medians over the rounds. */
export interface Row {
  readonly scenario: string;
  readonly title: string;
  readonly connections: number;
  readonly unit: "request" | "chunk";
  readonly system: string;
  readonly role: System["role"];
  /** CPU µs of the system a unit of work. */
  readonly cpuMicrosAUnit: number;
  readonly requestsASecond: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly firstChunkP50Ms: number;
  readonly firstChunkP99Ms: number;
  readonly residentMb: number;
  /** The system's CPU time over the slice's time: 1 is a core in full use. */
  readonly busy: number;
  /** To the reference: medians of the ratios of the rounds. undefined where there is nothing to compare by. */
  readonly ratio: Ratios | undefined;
}

export interface Ratios {
  readonly cpu: number | undefined;
  readonly requestsASecond: number | undefined;
  readonly latencyP50: number | undefined;
  readonly resident: number | undefined;
  /** Not a ratio: the median of what was added to the reference's p50, in ms. */
  readonly firstChunkAddedMs: number;
}

type Figure = (slice: Slice) => number;

const rate: Figure = (slice) => slice.requests / slice.seconds;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? Number.NaN)) / 2;
}

/** undefined when a slice was too short for the clock of CPU times. */
function medianRatio(own: readonly Slice[], reference: readonly Slice[], figure: Figure): number | undefined {
  const ratio = median(own.map((slice, round) => figure(slice) / figure(reference[round] ?? slice)));
  return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}

function ratios(own: readonly Slice[], reference: readonly Slice[]): Ratios {
  const first: Figure = (slice) => slice.firstMs.p50;
  return {
    cpu: medianRatio(own, reference, (slice) => slice.cpuMicrosAUnit),
    requestsASecond: medianRatio(own, reference, rate),
    latencyP50: medianRatio(own, reference, (slice) => slice.latencyMs.p50),
    resident: medianRatio(own, reference, (slice) => slice.residentBytes),
    firstChunkAddedMs: median(own.map((slice, round) => first(slice) - first(reference[round] ?? slice))),
  };
}

export function summarize(measured: readonly Measured[]): Row[] {
  return measured.map(({ scenario, system, slices }) => {
    const reference = measured.find((one) => one.scenario === scenario && one.system.role === "reference");
    const figure = (read: Figure) => median(slices.map(read));
    return {
      scenario: scenario.name,
      title: scenario.title,
      connections: scenario.connections,
      unit: scenario.unit,
      system: system.name,
      role: system.role,
      cpuMicrosAUnit: figure((slice) => slice.cpuMicrosAUnit),
      requestsASecond: figure(rate),
      latencyP50Ms: figure((slice) => slice.latencyMs.p50),
      latencyP99Ms: figure((slice) => slice.latencyMs.p99),
      firstChunkP50Ms: figure((slice) => slice.firstMs.p50),
      firstChunkP99Ms: figure((slice) => slice.firstMs.p99),
      residentMb: figure((slice) => slice.residentBytes) / 2 ** 20,
      busy: figure((slice) => slice.cpuMicros / 1e6 / slice.seconds),
      ratio: reference === undefined || system.role === "direct" ? undefined : ratios(slices, reference.slices),
    };
  });
}
