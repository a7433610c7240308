import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import type { ExchangeRow } from "../../src/core/exchange.ts";
import type { BreakerStatus } from "../../src/core/health.ts";
import type { StoreStatus } from "../../src/core/ledger.ts";
import { createRoutes } from "../../src/facades/routes.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { attemptOf, trailOf, usageOf } from "../ledger/fixtures.ts";
import { credentialOf, fakeRouting, type RoutingState } from "../services/fake-routing.ts";
import { exchangeOf } from "./fixtures.ts";
import { keyOf, readScrape } from "./scraped.ts";

const store: StoreStatus = { kind: "sqlite", location: "x.db", writable: true, pending: 3 };

function metricsOf(state: Partial<RoutingState> = {}, status = store) {
  const routing = fakeRouting(state);
  const metrics = createMetrics({
    version: '1.2.3-"x"',
    startedAt: 1_700_000_000_500,
    processUse: {
      cpuUsage: () => ({ user: 1_500_000, system: 500_000 }),
      memoryUsage: () => ({ rss: 1000, heapTotal: 500, heapUsed: 400, external: 30 }),
    },
    routing: () => routing,
    store: () => status,
    inFlight: () => 4,
  });
  const scrape = async (accept?: string) => {
    let head: unknown[] = [];
    let body = "";
    await metrics.routes["/metrics"].GET(
      { headers: { accept } },
      {
        writeHead: (...args) => (head = args),
        end: (piece) => (body = piece.toString()),
      },
    );
    return { head, body, series: readScrape(body, accept === undefined ? "prometheus" : "openmetrics").series };
  };
  /** The series that begin so, with what follows. */
  const read = async (name: string) =>
    Object.fromEntries([...(await scrape()).series].filter(([key]) => key.startsWith(`${name}{`)));
  const observe = (row: Partial<ExchangeRow> = {}) => metrics.observe(exchangeOf(row));
  return { observe, scrape, read, routes: metrics.routes };
}

describe("an exchange", () => {
  test("is counted by where it went and how it ended", async () => {
    const { observe, read } = metricsOf();
    observe();
    observe();
    observe({ status: "error", errorCode: "rate_limited", trail: trailOf({ strategy: "fallback" }) });
    const labels = { facade: "rest", provider: "acme", model: "large-1" };
    expect(await read("causeway_requests_total")).toEqual({
      [keyOf("causeway_requests_total", { ...labels, status: "ok", code: "" })]: 2,
      [keyOf("causeway_requests_total", { ...labels, status: "error", code: "rate_limited" })]: 1,
    });
  });

  test("has each of its tokens in one kind", async () => {
    const { observe, read } = metricsOf();
    const usage = {
      inputTokens: 100,
      cacheReadTokens: 60,
      cacheWrite5mTokens: 10,
      cacheWrite1hTokens: 5,
      outputTokens: 50,
      reasoningTokens: 20,
    };
    observe({ usage: usageOf(usage) });
    const kinds = { input: 25, cache_read: 60, cache_write: 15, output: 30, reasoning: 20 };
    expect(await read("causeway_tokens_total")).toEqual(
      Object.fromEntries(
        Object.entries(kinds).map(([kind, tokens]) => [
          keyOf("causeway_tokens_total", { provider: "acme", model: "large-1", kind }),
          tokens,
        ]),
      ),
    );
  });

  test("costs dollars, or is told apart when its price is not known", async () => {
    const { observe, read } = metricsOf();
    const labels = { provider: "acme", model: "large-1" };
    observe({ costNanoUsd: 1_500_000_000n });
    observe({ costNanoUsd: 250_000_000n, reportedCostNanoUsd: 500_000_000n });
    observe({ costNanoUsd: null });
    observe({ costNanoUsd: null, usage: undefined, status: "error", errorCode: "upstream_error" });
    expect(await read("causeway_cost_dollars_total")).toEqual({
      [keyOf("causeway_cost_dollars_total", labels)]: 1.75,
    });
    expect(await read("causeway_reported_cost_dollars_total")).toEqual({
      [keyOf("causeway_reported_cost_dollars_total", labels)]: 0.5,
    });
    expect(await read("causeway_unpriced_requests_total")).toEqual({
      [keyOf("causeway_unpriced_requests_total", labels)]: 1,
    });
  });

  test("is timed in seconds", async () => {
    const { observe, read } = metricsOf();
    observe({ stream: true, durationUs: 2_500_000, firstTokenUs: 250_000, overheadUs: 300 });
    const labels = { provider: "acme", facade: "rest", stream: "true" };
    const sums = {
      ...(await read("causeway_request_duration_seconds_sum")),
      ...(await read("causeway_time_to_first_token_seconds_sum")),
      ...(await read("causeway_overhead_seconds_sum")),
    };
    expect(sums).toEqual({
      [keyOf("causeway_request_duration_seconds_sum", labels)]: 2.5,
      [keyOf("causeway_time_to_first_token_seconds_sum", labels)]: 0.25,
      [keyOf("causeway_overhead_seconds_sum", { facade: "rest" })]: 0.0003,
    });
  });

  test("that nobody was asked for has no place, no beginning and no overhead", async () => {
    const { observe, scrape } = metricsOf();
    const nowhere = { provider: "", model: "", attempts: 0, firstTokenUs: null, usage: undefined, costNanoUsd: null };
    observe({ ...nowhere, status: "error", errorCode: "model_not_found", trail: trailOf({ steps: [] }) });
    const { series } = await scrape();
    const counted = [...series.keys()].filter(
      (key) => /^causeway_(?!event|ledger|build)/.test(key) && !key.includes("_bucket"),
    );
    const labels = { provider: "unknown", facade: "rest", stream: "true" };
    expect(counted).toEqual([
      keyOf("causeway_requests_total", {
        facade: "rest",
        provider: "unknown",
        model: "unknown",
        status: "error",
        code: "model_not_found",
      }),
      keyOf("causeway_request_duration_seconds_sum", labels),
      keyOf("causeway_request_duration_seconds_count", labels),
      keyOf("causeway_requests_in_flight"),
    ]);
  });

  test("tells of every attempt, and of what came between", async () => {
    const { observe, read } = metricsOf();
    const failed = attemptOf({ target: "one/m", outcome: "failed", code: "rate_limited" });
    observe({
      trail: trailOf({
        steps: [
          { kind: "skipped", atUs: 1, target: "zero/m/x", credential: "", why: "breaker", until: undefined },
          failed,
          { ...failed, code: "upstream_error" }, // the same target with another credential
          { kind: "wait", atUs: 3, us: 5, why: "backoff" },
          attemptOf({ target: "two/m", outcome: "left" }),
          attemptOf({ target: "three/m", hedge: true }),
        ],
      }),
    });
    expect({
      ...(await read("causeway_attempts_total")),
      ...(await read("causeway_fallbacks_total")),
      ...(await read("causeway_skipped_targets_total")),
      ...(await read("causeway_hedges_total")),
    }).toEqual({
      [keyOf("causeway_attempts_total", { provider: "one", outcome: "failed", code: "rate_limited" })]: 1,
      [keyOf("causeway_attempts_total", { provider: "one", outcome: "failed", code: "upstream_error" })]: 1,
      [keyOf("causeway_attempts_total", { provider: "two", outcome: "left", code: "" })]: 1,
      [keyOf("causeway_attempts_total", { provider: "three", outcome: "answered", code: "" })]: 1,
      [keyOf("causeway_fallbacks_total", { provider: "one", code: "upstream_error" })]: 1,
      [keyOf("causeway_skipped_targets_total", { provider: "zero", why: "breaker" })]: 1,
      [keyOf("causeway_hedges_total", { provider: "three", won: "true" })]: 1,
    });
  });
});

describe("a model", () => {
  const failed = { status: "error", errorCode: "model_not_found", trail: trailOf() } as const;

  test("that a client made up is unknown; one that the provider lists, a plan names, or that answers is not", async () => {
    const { observe, read } = metricsOf({ models: { acme: { models: ["listed"], listedAt: 1, error: undefined } } });
    observe({ ...failed, model: "made-up" });
    observe({ ...failed, model: "listed" });
    observe({ ...failed, model: "planned", trail: trailOf({ strategy: "weighted" }) });
    observe({ model: "answers" });
    observe({ ...failed, model: "answers" });
    const models = Object.entries(await read("causeway_requests_total")).map(([key, count]) => [
      /model="([^"]+)"/.exec(key)?.[1],
      count,
    ]);
    expect(models).toEqual([
      ["unknown", 1],
      ["listed", 1],
      ["planned", 1],
      ["answers", 1],
      ["answers", 1],
    ]);
  });

  test("beyond the five-hundredth is one of the others", async () => {
    const { observe, read } = metricsOf();
    for (let i = 0; i < 600; i++) observe({ model: `m${i}` });
    observe({ model: "m0" });
    const counts = await read("causeway_requests_total");
    expect(Object.keys(counts)).toHaveLength(501);
    const labels = { facade: "rest", provider: "acme", status: "ok", code: "" };
    expect(counts[keyOf("causeway_requests_total", { ...labels, model: "other" })]).toBe(100);
    expect(counts[keyOf("causeway_requests_total", { ...labels, model: "m0" })]).toBe(2);
  });
});

describe("a scrape", () => {
  test("tells of credentials and breakers by state, also of states that none is in", async () => {
    const breaker: BreakerStatus = { provider: "one", model: "m", state: "open", requests: 9, failures: 9, triesAt: 1 };
    const { read } = metricsOf({
      credentials: [
        credentialOf(),
        credentialOf({ name: "second" }),
        credentialOf({ name: "third", state: "cooling" }),
        credentialOf({ provider: "two", state: "locked" }),
      ],
      breakers: [breaker, { ...breaker, model: "n", state: "closed" }],
    });
    const credentials = await read("causeway_credentials");
    const count = (provider: string, state: string) => credentials[keyOf("causeway_credentials", { provider, state })];
    expect(Object.keys(credentials)).toHaveLength(14);
    expect([count("one", "ready"), count("one", "cooling"), count("one", "locked")]).toEqual([2, 1, 0]);
    expect([count("two", "ready"), count("two", "locked")]).toEqual([0, 1]);
    expect(await read("causeway_breakers")).toEqual({
      [keyOf("causeway_breakers", { provider: "one", state: "closed" })]: 1,
      [keyOf("causeway_breakers", { provider: "one", state: "half-open" })]: 0,
      [keyOf("causeway_breakers", { provider: "one", state: "open" })]: 1,
    });
  });

  test("tells of the ledger, the process and the build", async () => {
    const { scrape } = metricsOf({}, { ...store, writable: false, sizeBytes: 5000 });
    const { series } = await scrape();
    const expected = {
      causeway_ledger_store_bytes: 5000,
      causeway_requests_in_flight: 4,
      causeway_ledger_pending_rows: 3,
      causeway_ledger_writable: 0,
      process_cpu_seconds_total: 2,
      process_resident_memory_bytes: 1000,
      process_start_time_seconds: 1_700_000_000.5,
      nodejs_heap_size_used_bytes: 400,
    };
    for (const [name, value] of Object.entries(expected)) expect(series.get(keyOf(name)), name).toBe(value);
    expect(series.get(keyOf("causeway_build_info", { version: '1.2.3-"x"' }))).toBe(1);
  });

  test("knows the event loop's delay from the second time on", async () => {
    const { read } = metricsOf();
    expect(await read("causeway_event_loop_delay_seconds")).toEqual({});
    const quantiles = ["0.5", "0.9", "0.99", "1.0"].map((quantile) =>
      keyOf("causeway_event_loop_delay_seconds", { quantile }),
    );
    await expect.poll(async () => Object.keys(await read("causeway_event_loop_delay_seconds"))).toEqual(quantiles);
  });

  test("forgets a delay that an earlier scrape has told of", async () => {
    const { read } = metricsOf();
    const longest = async () => {
      const delays = await read("causeway_event_loop_delay_seconds");
      return delays[keyOf("causeway_event_loop_delay_seconds", { quantile: "1.0" })];
    };
    await expect.poll(longest).toBeDefined();
    const ticks = monitorEventLoopDelay({ resolution: 20 }); // Node measures anew from the first look after a reset
    ticks.enable();
    await expect.poll(() => ticks.count).toBeGreaterThan(2);
    const end = performance.now() + 300;
    while (performance.now() < end); // nothing else runs
    await expect.poll(longest).toBeGreaterThan(0.25);
    await expect.poll(longest).toBeLessThan(0.25);
  });

  test("is a route like the facades'", () => {
    const { routes } = metricsOf();
    expect(Object.keys(routes)).toEqual(["/metrics"]);
    expect(() => createRoutes(routes)).not.toThrow();
  });

  test("is in the format that is asked for, and the same series in both", async () => {
    const { observe, scrape } = metricsOf({ credentials: [credentialOf()] });
    observe();
    const text = await scrape();
    const open = await scrape("application/openmetrics-text");
    expect(text.head).toMatchObject([200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }]);
    expect(open.head).toMatchObject([
      200,
      {
        "content-type": "application/openmetrics-text; version=1.0.0; charset=utf-8",
        "content-length": Buffer.byteLength(open.body),
      },
    ]);
    const isStable = (key: string) => !/^process_open_fds|_delay_/.test(key);
    expect([...open.series.keys()].filter(isStable)).toEqual([...text.series.keys()].filter(isStable));
  });
});
