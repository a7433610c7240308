import { describe, expect, test } from "vitest";
import { readOtelSettings } from "../../src/telemetry/otel/settings.ts";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };

test.each([
  ["no endpoint", {}],
  ["an empty one", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }],
  ["the SDK is disabled", { ...endpoint, OTEL_SDK_DISABLED: "TRUE" }],
  ["no exporter is wanted", { ...endpoint, OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" }],
])("nothing is exported: %s", (_, env) => {
  expect(readOtelSettings(env)).toBeUndefined();
});

test("an endpoint is enough, and a signal may have one of its own", () => {
  expect(readOtelSettings(endpoint)).toMatchObject({
    traces: true,
    metrics: true,
    propagates: true,
    sampler: { asParent: true, ratio: 1 },
    batchDelayMs: undefined,
    problems: [],
  });
  expect(readOtelSettings({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t" })).toMatchObject({
    traces: true,
    metrics: false,
  });
  expect(readOtelSettings({ ...endpoint, OTEL_TRACES_EXPORTER: "none" })).toMatchObject({
    traces: false,
    metrics: true,
  });
});

describe("the sampler", () => {
  test.each([
    ["always_on", undefined, { asParent: false, ratio: 1 }],
    ["always_off", undefined, { asParent: false, ratio: 0 }],
    ["traceidratio", "0.25", { asParent: false, ratio: 0.25 }],
    ["parentbased_always_on", undefined, { asParent: true, ratio: 1 }],
    ["parentbased_always_off", undefined, { asParent: true, ratio: 0 }],
    ["parentbased_traceidratio", undefined, { asParent: true, ratio: 1 }],
  ])("%s %s", (name, argument, sampler) => {
    const env = { ...endpoint, OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument };
    expect(readOtelSettings(env)).toMatchObject({ sampler, problems: [] });
  });
});

test("numbers and propagators", () => {
  const settings = readOtelSettings({
    ...endpoint,
    OTEL_PROPAGATORS: "b3, baggage",
    OTEL_BSP_SCHEDULE_DELAY: "100",
    OTEL_BSP_MAX_QUEUE_SIZE: "10",
    OTEL_METRIC_EXPORT_INTERVAL: "5000",
  });
  expect(settings).toMatchObject({ propagates: false, batchDelayMs: 100, mostQueued: 10, metricIntervalMs: 5000 });
});

test.each([
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'", { traces: false, metrics: false }],
  [
    { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json" },
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is 'http/json'",
    { traces: false, metrics: true },
  ],
  [{ OTEL_TRACES_EXPORTER: "zipkin" }, "OTEL_TRACES_EXPORTER is 'zipkin'", { traces: false }],
  [{ OTEL_TRACES_SAMPLER: "jaeger_remote" }, "OTEL_TRACES_SAMPLER is 'jaeger_remote'", { traces: true }],
  [
    { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "2" },
    "OTEL_TRACES_SAMPLER_ARG is '2'",
    { traces: true },
  ],
  [{ OTEL_BSP_SCHEDULE_DELAY: "soon" }, "OTEL_BSP_SCHEDULE_DELAY is 'soon'", { batchDelayMs: undefined }],
])("%j is a problem that is told, and stops nothing else", (env, problem, settings) => {
  const read = readOtelSettings({ ...endpoint, ...env });
  expect(read).toMatchObject(settings);
  expect(read?.problems[0]).toContain(problem);
});
