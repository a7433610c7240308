type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What OpenTelemetry's standard variables ask for ("Environment Variable Specification"). Those of the OTLP exporters
 * (OTEL_EXPORTER_OTLP_*) and of the resource (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES), the SDK reads itself.
 */
export interface OtelSettings {
  readonly traces: boolean;
  readonly metrics: boolean;
  readonly sampler: SamplerSettings;
  /** Whether providers are told of the trace. */
  readonly propagates: boolean;
  /** ms. undefined: as the SDK has it, as with all that follows. */
  readonly batchDelayMs: number | undefined;
  readonly batchTimeoutMs: number | undefined;
  readonly mostQueued: number | undefined;
  readonly mostInBatch: number | undefined;
  readonly metricIntervalMs: number | undefined;
  readonly metricTimeoutMs: number | undefined;
  /** What of the variables cannot be followed, for people. */
  readonly problems: readonly string[];
}

export interface SamplerSettings {
  /** Whether the caller's decision holds where there is one. */
  readonly asParent: boolean;
  /** The share of the other traces that is kept, from 0 to 1. */
  readonly ratio: number;
}

/** undefined: nothing is to be exported. */
export function readOtelSettings(env: Environment): OtelSettings | undefined {
  const read = (name: string): string => env[name]?.trim() ?? "";
  if (read("OTEL_SDK_DISABLED").toLowerCase() === "true") return undefined;
  const problems: string[] = [];
  const traces = isWanted("TRACES", read, problems);
  const metrics = isWanted("METRICS", read, problems);
  const whole = (name: string): number | undefined => {
    const value = read(name);
    if (value === "") return undefined;
    if (/^\d{1,9}$/.test(value) && Number(value) > 0) return Number(value);
    problems.push(`${name} is '${value}', expected a whole number above 0: the default holds.`);
    return undefined;
  };
  const settings: OtelSettings = {
    traces,
    metrics,
    sampler: readSampler(read, problems),
    propagates: (read("OTEL_PROPAGATORS") || "tracecontext").split(",").some((name) => name.trim() === "tracecontext"),
    batchDelayMs: whole("OTEL_BSP_SCHEDULE_DELAY"),
    batchTimeoutMs: whole("OTEL_BSP_EXPORT_TIMEOUT"),
    mostQueued: whole("OTEL_BSP_MAX_QUEUE_SIZE"),
    mostInBatch: whole("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
    metricIntervalMs: whole("OTEL_METRIC_EXPORT_INTERVAL"),
    metricTimeoutMs: whole("OTEL_METRIC_EXPORT_TIMEOUT"),
    problems,
  };
  return traces || metrics || problems.length > 0 ? settings : undefined;
}

type Read = (name: string) => string;

/** Whether a signal has a place to go to, and a way there that we know. */
function isWanted(signal: "TRACES" | "METRICS", read: Read, problems: string[]): boolean {
  const own = `OTEL_EXPORTER_OTLP_${signal}`;
  if ((read(`${own}_ENDPOINT`) || read("OTEL_EXPORTER_OTLP_ENDPOINT")) === "") return false;
  const exporter = read(`OTEL_${signal}_EXPORTER`) || "otlp";
  if (exporter === "none") return false;
  if (exporter !== "otlp") {
    problems.push(`OTEL_${signal}_EXPORTER is '${exporter}', expected 'otlp' or 'none': nothing is exported.`);
    return false;
  }
  const name = read(`${own}_PROTOCOL`) === "" ? "OTEL_EXPORTER_OTLP_PROTOCOL" : `${own}_PROTOCOL`;
  const protocol = read(name) || "http/protobuf";
  if (protocol === "http/protobuf") return true;
  problems.push(
    `${name} is '${protocol}', which is not spoken here: set it to 'http/protobuf', and the endpoint to the collector's port for HTTP (4318 by default). Nothing is exported.`,
  );
  return false;
}

function readSampler(read: Read, problems: string[]): SamplerSettings {
  const name = read("OTEL_TRACES_SAMPLER") || "parentbased_always_on";
  const asParent = name.startsWith("parentbased_");
  switch (name.replace(/^parentbased_/, "")) {
    case "always_on":
      return { asParent, ratio: 1 };
    case "always_off":
      return { asParent, ratio: 0 };
    case "traceidratio": {
      const text = read("OTEL_TRACES_SAMPLER_ARG") || "1";
      const ratio = Number(text);
      if (ratio >= 0 && ratio <= 1) return { asParent, ratio };
      problems.push(`OTEL_TRACES_SAMPLER_ARG is '${text}', expected a number from 0 to 1: all traces are kept.`);
      return { asParent, ratio: 1 };
    }
    default:
      problems.push(`OTEL_TRACES_SAMPLER is '${name}', which is not known here: all traces are kept.`);
      return { asParent: true, ratio: 1 };
  }
}
