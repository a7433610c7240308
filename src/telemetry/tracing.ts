import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange, ExchangeRow } from "../core/exchange.ts";
import type { RoutingAdmin } from "../core/health.ts";
import type { Log } from "../core/log.ts";
import type { ClientHeaders } from "../core/ports.ts";
import type { AttemptStep } from "../core/trail.ts";
import { ModelNames } from "./model-names.ts";
import type { Measures, Sdk } from "./otel/sdk.ts";
import { type OtelSettings, readOtelSettings } from "./otel/settings.ts";
import { type ExchangeTrace, operationOf, type ProviderName, spansOf } from "./otel/spans.ts";
import { createTraceIds, parseTraceContext, type TraceContext, type TraceIds, traceHeaders } from "./trace-context.ts";

export interface TracingDeps {
  /** The process' own: what of it is OpenTelemetry's SDK to read, that takes from there. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly log: Log;
  readonly routing: () => RoutingAdmin;
  /** What the conventions call a provider of the configuration (their list "gen_ai.provider.name"). */
  readonly providerName: ProviderName;
}

/** Traces and metrics over OTLP. */
export interface Tracing {
  /** Loads the SDK. Before that, nothing is traced. */
  start(): Promise<void>;
  /** What the request of an attempt carries, so that its provider's spans are below the attempt's. */
  headers(exchange: Exchange, step: AttemptStep): Readonly<Record<string, string>>;
  /** Makes the spans of an exchange that is settled, and measures it. */
  observe(exchange: Exchange): void;
  /** Sends what waits, for some seconds at most. Never rejects. */
  stop(): Promise<void>;
}

const longestStopMs = 5_000;

/** undefined: OpenTelemetry's variables do not ask for it (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED). */
export function createTracing(deps: TracingDeps): Tracing | undefined {
  const settings = readOtelSettings(deps.env);
  return settings && createTracer(deps, settings);
}

function createTracer({ version, log, routing, providerName }: TracingDeps, settings: OtelSettings): Tracing {
  const models = new ModelNames(routing);
  const ids = createTraceIds();
  const traces = new WeakMap<Exchange, ExchangeTrace>();
  let sdk: Sdk | undefined;

  /** Made when it is first asked for: at the first attempt, or at the end. */
  function traceOf(exchange: Exchange, { isSampled }: Sdk): ExchangeTrace {
    const known = traces.get(exchange);
    if (known !== undefined) return known;
    const made = beginTrace(exchange.call.clientHeaders, isSampled, ids);
    traces.set(exchange, made);
    return made;
  }

  return {
    async start() {
      for (const problem of settings.problems) log.warn({ component: "opentelemetry" }, problem);
      if (!settings.traces && !settings.metrics) return;
      const { createSdk } = await import("./otel/sdk.ts");
      sdk = createSdk(settings, version, log);
    },
    headers(exchange, step) {
      if (sdk === undefined || !settings.traces || !settings.propagates) return {};
      return traceHeaders(traceOf(exchange, sdk).attempt(step));
    },
    observe(exchange) {
      const { row } = exchange;
      if (sdk === undefined || row === undefined) return;
      if (settings.traces) {
        const trace = traceOf(exchange, sdk);
        if (trace.own.sampled) sdk.export(spansOf(exchange, row, trace, providerName));
      }
      if (settings.metrics) sdk.record(measuresOf(exchange, row, models.of(row), providerName));
    },
    async stop() {
      if (sdk === undefined) return;
      const stopped = sdk.stop().catch((err: unknown) => log.warn({ err }, "the last traces could not be sent"));
      sdk = undefined;
      await Promise.race([stopped, sleep(longestStopMs, undefined, { ref: false })]);
    },
  };
}

function beginTrace(headers: ClientHeaders | undefined, isSampled: Sdk["isSampled"], ids: TraceIds): ExchangeTrace {
  const parent = parseTraceContext(headerOf(headers, "traceparent"), headerOf(headers, "tracestate"));
  const traceId = parent?.traceId ?? ids.traceId();
  const own: TraceContext = {
    traceId,
    spanId: ids.spanId(),
    sampled: isSampled(traceId, parent),
    random: parent?.random ?? true,
    state: parent?.state ?? "",
  };
  const attempts = new Map<AttemptStep, TraceContext>();
  return {
    parent,
    own,
    attempt(step) {
      const known = attempts.get(step) ?? { ...own, spanId: ids.spanId() };
      attempts.set(step, known);
      return known;
    },
  };
}

/** Of a header that came several times, one list. */
function headerOf(headers: ClientHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  return typeof value === "string" || value === undefined ? value : value.join(",");
}

/** Labels are few where many exchanges are summed up: the client's own name for the model is none of them. */
function measuresOf(exchange: Exchange, row: ExchangeRow, model: string, providerName: ProviderName): Measures {
  const { usage, firstTokenUs } = row;
  return {
    attributes: {
      "gen_ai.operation.name": operationOf(exchange),
      "gen_ai.provider.name": row.provider === "" ? "unknown" : providerName(row.provider),
      "gen_ai.request.model": model,
      "gen_ai.response.model": row.status === "ok" ? model : undefined,
    },
    errorType: row.errorCode || undefined,
    duration: row.durationUs / 1e6,
    firstToken: row.stream && row.status === "ok" && firstTokenUs !== null ? firstTokenUs / 1e6 : undefined,
    tokens: usage && { input: usage.inputTokens, output: usage.outputTokens },
  };
}
