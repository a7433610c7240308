import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Call, ExchangeRow } from "../../src/core/exchange.ts";
import type { Log } from "../../src/core/log.ts";
import type { AttemptStep } from "../../src/core/trail.ts";
import { parseTraceContext } from "../../src/telemetry/trace-context.ts";
import { createTracing, type Tracing } from "../../src/telemetry/tracing.ts";
import { attemptOf, trailOf, usageOf } from "../ledger/fixtures.ts";
import { fakeRouting } from "../services/fake-routing.ts";
import { startCollector } from "./collector.ts";
import { exchangeOf, prompt } from "./fixtures.ts";

const warned: string[] = [];
const log: Log = { debug() {}, info() {}, warn: (_, message) => warned.push(message), error() {} };

let collector: Awaited<ReturnType<typeof startCollector>>;
beforeEach(async () => {
  warned.length = 0;
  collector = await startCollector();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await collector.close();
});

function tracingOf(env: Record<string, string> = {}): Tracing {
  // the SDK reads the process' own
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  const providerName = (provider: string): string => (provider === "acme" ? "acme.well_known" : provider);
  const made = createTracing({ env: all, version: "1.2.3", log, routing: () => fakeRouting(), providerName });
  if (made === undefined) throw new Error("nothing is exported");
  return made;
}

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const calledWith = (flags: string, tracestate?: string): Partial<Call> => ({
  clientHeaders: { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate },
});

/** What the collector has after these exchanges are over and the gateway has ended. */
async function exported(
  rows: readonly (readonly [Partial<ExchangeRow>, Partial<Call>?])[],
  env?: Record<string, string>,
) {
  const tracing = tracingOf(env);
  await tracing.start();
  for (const [row, call] of rows) tracing.observe(exchangeOf(row, call));
  await tracing.stop();
  return {
    spans: collector.traces.flatMap(({ items }) => items),
    metrics: new Map(collector.metrics.flatMap(({ items }) => items).map((metric) => [metric.name, metric])),
  };
}

const failedStep: AttemptStep = attemptOf({
  atUs: 200,
  target: "acme/large-1",
  outcome: "failed",
  code: "rate_limited",
  message: prompt,
  status: 429,
  headUs: 900,
  begunUs: undefined,
  endUs: 1000,
});
const answeredStep: AttemptStep = attemptOf({
  atUs: 51_000,
  target: "other/ft:x/1",
  credential: "",
  begunUs: 90_000,
  endUs: 2_000_000,
});
const steps = [
  { kind: "skipped", atUs: 150, target: "off/m", credential: "", why: "breaker", until: undefined } as const,
  failedStep,
  { kind: "wait", atUs: 1000, us: 50_000, why: "backoff" } as const,
  answeredStep,
];
const startedAt = 1_790_000_000_123;
const nanos = (us: number): bigint => BigInt(startedAt) * 1_000_000n + BigInt(us) * 1000n;

describe("an exchange", () => {
  const row: Partial<ExchangeRow> = {
    startedAt,
    alias: "smart",
    provider: "other",
    model: "ft:x/1",
    attempts: 2,
    trail: trailOf({ strategy: "fallback", steps }),
    usage: usageOf({
      inputTokens: 100,
      cacheReadTokens: 60,
      cacheWrite5mTokens: 4,
      outputTokens: 20,
      reasoningTokens: 5,
    }),
    serviceTier: "flex",
    reportedCostNanoUsd: 2_000_000n,
    cacheSavedNanoUsd: -500_000n,
  };

  test("is a span below its caller's, and each attempt is one below it", async () => {
    const { spans } = await exported([[row, { ...calledWith("01", "a=1"), session: "talk" }]]);
    expect(spans).toHaveLength(3);
    const [whole, first, second] = spans;
    expect(whole).toMatchObject({ traceId, parentId: spanId, state: "a=1", name: "chat smart", kind: 2 });
    expect(whole).toMatchObject({ start: nanos(0), end: nanos(2_000_000) });
    expect(first).toMatchObject({
      traceId,
      parentId: whole?.spanId,
      name: "attempt acme/large-1",
      kind: 3,
      start: nanos(200),
      end: nanos(1000),
      status: { code: 2, message: "rate_limited" },
      attributes: {
        "gen_ai.provider.name": "acme.well_known",
        "gen_ai.request.model": "large-1",
        "error.type": "rate_limited",
        "http.response.status_code": 429,
        "causeway.credential": "sk-…1234",
        "causeway.outcome": "failed",
      },
    });
    expect(second).toMatchObject({
      parentId: whole?.spanId,
      start: nanos(51_000),
      attributes: { "gen_ai.request.model": "ft:x/1" },
    });
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(3);
  });

  test("says what was used, in the conventions' words, once", async () => {
    const { spans } = await exported([[row, { session: "talk" }]]);
    const [whole, ...attempts] = spans;
    expect(whole?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "other",
      "gen_ai.request.model": "smart",
      "gen_ai.request.stream": true,
      "gen_ai.response.model": "ft:x/1",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.response.time_to_first_chunk": 0.1,
      "gen_ai.conversation.id": "talk",
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 20,
      "gen_ai.usage.cache_read.input_tokens": 60,
      "gen_ai.usage.cache_creation.input_tokens": 4,
      "gen_ai.usage.reasoning.output_tokens": 5,
      "causeway.request_id": expect.any(String),
      "causeway.facade": "rest",
      "causeway.provider": "other",
      "causeway.status": "ok",
      "causeway.strategy": "fallback",
      "causeway.attempts": 2,
      "causeway.overhead": 0.00015,
      "causeway.service_tier": "flex",
      "causeway.cost_dollars": 0.0015,
      "causeway.reported_cost_dollars": 0.002,
      "causeway.cache_saved_dollars": -0.0005,
    });
    expect(whole?.events).toMatchObject([
      { name: "causeway.skipped", at: nanos(150), attributes: { target: "off/m", why: "breaker" } },
      { name: "causeway.wait", at: nanos(1000), attributes: { why: "backoff", seconds: 0.05 } },
    ]);
    for (const { attributes } of attempts) expect(Object.keys(attributes ?? {}).join()).not.toMatch(/usage|operation/);
  });

  test("that failed has its error's code; one whose client left is no error of anybody's", async () => {
    const { spans } = await exported([
      [{ status: "error", errorCode: "quota_exceeded", errorMessage: prompt, usage: undefined, costNanoUsd: null }],
      [{ status: "cancelled", errorCode: "cancelled" }],
    ]);
    const wholes = spans.filter(({ kind }) => kind === 2);
    expect(wholes[0]).toMatchObject({ status: { code: 2 }, attributes: { "error.type": "quota_exceeded" } });
    expect(wholes[1]?.status).toEqual({ code: 0 });
    expect(wholes[1]?.attributes).toMatchObject({ "causeway.status": "cancelled" });
  });

  test("tells nothing that people wrote, nor what providers say of it", async () => {
    const { spans } = await exported([
      [row],
      [{ status: "error", errorCode: "invalid_request", errorMessage: prompt }],
    ]);
    expect(spans.length).toBeGreaterThan(3);
    expect(JSON.stringify(spans, (_, value) => (typeof value === "bigint" ? `${value}` : value))).not.toContain(prompt);
  });

  test("is measured by where it went, never by what its client called it", async () => {
    const { metrics } = await exported([
      [row],
      [{ ...row, status: "error", errorCode: "rate_limited", usage: undefined, trail: trailOf(), model: "made-up" }],
    ]);
    const pointsOf = (name: string) => {
      const { histogram, unit } = metrics.get(name) ?? {};
      return { unit, points: Object(histogram).points };
    };
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "other",
      "gen_ai.request.model": "ft:x/1",
      "gen_ai.response.model": "ft:x/1",
    };
    const failed = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "other",
      "gen_ai.request.model": "unknown",
    };
    expect(pointsOf("gen_ai.client.operation.duration")).toMatchObject({
      unit: "s",
      points: [
        { count: 1n, sum: 2, attributes },
        { count: 1n, sum: 2, attributes: { ...failed, "error.type": "rate_limited" } },
      ],
    });
    expect(pointsOf("gen_ai.server.time_to_first_token")).toMatchObject({
      points: [{ count: 1n, sum: 0.1, attributes }],
    });
    const tokens = pointsOf("gen_ai.client.token.usage");
    expect(tokens).toMatchObject({
      unit: "{token}",
      points: [
        { sum: 100, attributes: { ...attributes, "gen_ai.token.type": "input" } },
        { sum: 20, attributes: { ...attributes, "gen_ai.token.type": "output" } },
      ],
    });
    expect(tokens.points[0].bounds.slice(0, 3)).toEqual([1, 4, 16]);
  });
});

describe("a provider", () => {
  test("is told of the attempt's span, which is the one that is exported", async () => {
    const tracing = tracingOf();
    await tracing.start();
    const exchange = exchangeOf({ trail: trailOf({ steps }) }, calledWith("03", "a=1"));
    const first = tracing.headers(exchange, failedStep);
    const second = tracing.headers(exchange, answeredStep);
    expect(tracing.headers(exchange, failedStep)).toEqual(first);
    tracing.observe(exchange);
    await tracing.stop();
    const told = [first, second].map(({ traceparent, tracestate }) => parseTraceContext(traceparent, tracestate));
    const attempts = collector.traces.flatMap(({ items }) => items).filter(({ kind }) => kind === 3);
    expect(told.map((context) => context?.spanId)).toEqual(attempts.map((span) => span.spanId));
    expect(told[0]).toMatchObject({ traceId, sampled: true, random: true, state: "a=1" });
  });

  test("is told nothing before the start, and where no propagator is wanted", async () => {
    const early = tracingOf();
    expect(early.headers(exchangeOf(), failedStep)).toEqual({});
    const tracing = tracingOf({ OTEL_PROPAGATORS: "none" });
    await tracing.start();
    expect(tracing.headers(exchangeOf(), failedStep)).toEqual({});
    await tracing.stop();
  });
});

describe("what is kept", () => {
  test("is what the caller keeps", async () => {
    const { spans } = await exported([[{}, calledWith("00")], [{}, calledWith("01")], [{}]]);
    expect(spans.filter(({ kind }) => kind === 2).map((span) => span.traceId === traceId)).toEqual([true, false]);
  });

  test("is what the sampler says where nobody called, and a provider is told so", async () => {
    const tracing = tracingOf({ OTEL_TRACES_SAMPLER: "parentbased_always_off" });
    await tracing.start();
    const exchange = exchangeOf();
    const { traceparent } = tracing.headers(exchange, failedStep);
    expect(traceparent).toMatch(/-0[02]$/);
    tracing.observe(exchange);
    await tracing.stop();
    expect(collector.traces).toEqual([]);
    expect(collector.metrics).not.toEqual([]);
  });
});

describe("the collector", () => {
  test("gets protobuf, with the headers and the resource that the environment asks for", async () => {
    await exported([[{}]], {
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=mine",
      OTEL_SERVICE_NAME: "front door",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    });
    expect(collector.got.map(({ path }) => path).sort()).toEqual(["/v1/metrics", "/v1/traces"]);
    for (const { contentType, headers } of collector.got) {
      expect(contentType).toBe("application/x-protobuf");
      expect(headers["x-tenant"]).toBe("mine");
    }
    expect(collector.traces[0]).toMatchObject({
      resource: { "service.name": "front door", "service.version": "1.2.3", "deployment.environment.name": "test" },
      scope: { name: "causeway", version: "1.2.3" },
      schemaUrl: "https://opentelemetry.io/schemas/1.41.0",
    });
  });

  test("gets a service's name by default", async () => {
    await exported([[{}]]);
    expect(collector.traces[0]?.resource).toMatchObject({ "service.name": "causeway" });
  });

  test("that refuses all is told of in the log, and keeps nothing from ending", async () => {
    const refusing = await startCollector(400);
    await exported([[{}]], { OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url });
    expect(refusing.got.length).toBeGreaterThan(0);
    expect(warned.join()).toMatch(/Bad Request|400|could not be sent/);
    await refusing.close();
  });

  test("that cannot be spoken to as asked is never called", async () => {
    const { spans } = await exported([[{}]], { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" });
    expect(spans).toEqual([]);
    expect(warned[0]).toContain("OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'");
  });
});

test("nothing is made where nothing asks for it", () => {
  expect(
    createTracing({ env: {}, version: "1", log, routing: () => fakeRouting(), providerName: (name) => name }),
  ).toBeUndefined();
});
