import {
  createTraceState,
  DiagLogLevel,
  diag,
  type Histogram,
  type HrTime,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { Log } from "../../core/log.ts";
import type { TraceContext } from "../trace-context.ts";
import type { OtelSettings, SamplerSettings } from "./settings.ts";
import { type Attributes, type SpanData, schemaUrl } from "./spans.ts";

/** What the measures of one exchange are, as "Semantic conventions for generative AI metrics" name them; times in s. */
export interface Measures {
  readonly attributes: Attributes;
  /** What the duration has besides. */
  readonly errorType: string | undefined;
  readonly duration: number;
  readonly firstToken: number | undefined;
  readonly tokens: { readonly input: number; readonly output: number } | undefined;
}

/** OpenTelemetry's SDK. This file is loaded only where something is exported: it takes 130 ms and 25 MB. */
export interface Sdk {
  isSampled(traceId: string, parent: TraceContext | undefined): boolean;
  /** Spans of sampled traces wait for the next batch; others are left out. */
  export(spans: readonly SpanData[]): void;
  record(measures: Measures): void;
  /** Sends what waits. Rejects when it cannot. */
  stop(): Promise<void>;
}

export function createSdk(settings: OtelSettings, version: string, log: Log): Sdk {
  listen(log);
  const scope = { name: "causeway", version, schemaUrl };
  const resource = defaultResource()
    .merge(resourceFromAttributes({ "service.name": "causeway", "service.version": version }))
    .merge(
      detectResources({
        detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
      }),
    );
  const sampler = createSampler(settings.sampler);
  const processor = settings.traces ? createProcessor(settings) : undefined;
  const meters = settings.metrics ? createMeters(settings, resource) : undefined;
  const record = meters && createInstruments(meters, scope);
  return {
    isSampled(traceId, parent) {
      const from =
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent, true));
      const { decision } = sampler.shouldSample(from, traceId, "", SpanKind.SERVER, {}, []);
      return decision === SamplingDecision.RECORD_AND_SAMPLED;
    },
    export(spans) {
      for (const span of spans) processor?.onEnd(readable(span, resource, scope));
    },
    record: (measures) => record?.(measures),
    async stop() {
      await Promise.all([processor?.shutdown(), meters?.shutdown()]);
      diag.disable();
    },
  };
}

/** What the SDK reports goes to the log: a collector that cannot be reached, above all. */
function listen(log: Log): void {
  const ignore = (): void => {};
  const warn = (message: string): void => log.warn({ component: "opentelemetry" }, message);
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}

function createSampler({ asParent, ratio }: SamplerSettings): Sampler {
  const root =
    ratio === 1 ? new AlwaysOnSampler() : ratio === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
  return asParent ? new ParentBasedSampler({ root }) : root;
}

function createProcessor({ batchDelayMs, batchTimeoutMs, mostQueued, mostInBatch }: OtelSettings): BatchSpanProcessor {
  return new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    ...(batchDelayMs !== undefined && { scheduledDelayMillis: batchDelayMs }),
    ...(batchTimeoutMs !== undefined && { exportTimeoutMillis: batchTimeoutMs }),
    ...(mostQueued !== undefined && { maxQueueSize: mostQueued }),
    ...(mostInBatch !== undefined && { maxExportBatchSize: mostInBatch }),
  });
}

function createMeters({ metricIntervalMs = 60_000, metricTimeoutMs = 30_000 }: OtelSettings, resource: Resource) {
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: metricIntervalMs,
    exportTimeoutMillis: Math.min(metricTimeoutMs, metricIntervalMs), // the SDK refuses a longer one
  });
  return new MeterProvider({ resource, readers: [reader] });
}

interface Scope {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
}

function createInstruments(meters: MeterProvider, { name, version, schemaUrl }: Scope): (measures: Measures) => void {
  const meter = meters.getMeter(name, version, { schemaUrl });
  const histogram = (
    metric: string,
    description: string,
    unit: string,
    explicitBucketBoundaries: number[],
  ): Histogram => meter.createHistogram(metric, { description, unit, advice: { explicitBucketBoundaries } });
  const duration = histogram(
    "gen_ai.client.operation.duration",
    "GenAI operation duration.",
    "s",
    [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  );
  const firstToken = histogram(
    "gen_ai.server.time_to_first_token",
    "Time to generate first token for successful responses.",
    "s",
    [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  );
  const tokens = histogram(
    "gen_ai.client.token.usage",
    "Number of input and output tokens used.",
    "{token}",
    [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
  );
  return (measures) => {
    const { attributes } = measures;
    duration.record(measures.duration, { ...attributes, "error.type": measures.errorType });
    if (measures.firstToken !== undefined) firstToken.record(measures.firstToken, attributes);
    if (measures.tokens === undefined) return;
    tokens.record(measures.tokens.input, { ...attributes, "gen_ai.token.type": "input" });
    tokens.record(measures.tokens.output, { ...attributes, "gen_ai.token.type": "output" });
  };
}

const spanKinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/** The form in which the SDK hands on spans. Ours are over when they are made, so that its tracer has nothing to do. */
function readable(span: SpanData, resource: Resource, scope: Scope): ReadableSpan {
  const { name, kind, context, parent, start, end, error } = span;
  return {
    name,
    kind: spanKinds[kind],
    spanContext: () => spanContextOf(context, false),
    ...(parent !== undefined && { parentSpanContext: spanContextOf(parent.context, parent.isRemote) }),
    startTime: hrTime(start),
    endTime: hrTime(end),
    duration: hrTime(end - start),
    status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
    attributes: span.attributes,
    links: [],
    events: span.events.map(({ name: event, at, attributes }) => ({ name: event, time: hrTime(at), attributes })),
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const spanContextOf = ({ traceId, spanId, sampled, state }: TraceContext, isRemote: boolean) => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote,
  ...(state !== "" && { traceState: createTraceState(state) }),
});

/** Of µs: seconds and nanoseconds. */
const hrTime = (us: number): HrTime => [Math.floor(us / 1e6), (us % 1e6) * 1000];
