import { describe, expect, test } from "vitest";
import type { Latency } from "../../../src/routing/health/types.ts";
import { Bench, credential, minute, provider } from "./fixtures.ts";

const bench = (): { at: Bench; latency: Latency } => {
  const at = new Bench(provider([credential("a")]));
  return { at, latency: at.health.latency("acme", "m") };
};

describe("The moving averages", () => {
  test("are not known before anything was served", () => {
    const { at, latency } = bench();
    expect([latency.firstTokenUs, latency.tokensPerSecond]).toEqual([undefined, undefined]);
    expect(at.health.latencies()).toEqual([
      {
        provider: "acme",
        model: "m",
        firstTokenUs: undefined,
        tokensPerSecond: undefined,
        p95FirstTokenUs: undefined,
        inFlight: 0,
      },
    ]);
  });

  test("begin with the first sample and forget it over about twenty", () => {
    const { latency } = bench();
    latency.began(true, 1000);
    expect(latency.firstTokenUs).toBe(1000);
    latency.began(true, 2000);
    expect(latency.firstTokenUs).toBeCloseTo(1000 + 2000 / 21, 9);
    for (let n = 0; n < 19; n += 1) latency.began(true, 2000);
    // as is known of a moving average over 20: the first has e⁻² of the weight left
    expect((2000 - (latency.firstTokenUs ?? 0)) / 1000).toBeCloseTo(Math.exp(-2), 2);
  });

  test("count output tokens by the second; nothing is learnt of no tokens or no time", () => {
    const { latency } = bench();
    latency.served(300, 2_000_000);
    latency.served(0, 2_000_000);
    latency.served(10, 0);
    expect(latency.tokensPerSecond).toBe(150);
  });

  test("are forgotten when nothing was served for more than five minutes, and then begin anew", () => {
    const { at, latency } = bench();
    latency.began(true, 1000);
    latency.served(100, 1_000_000);
    at.clock.advance(4 * minute);
    latency.began(true, 1000);
    at.clock.advance(minute + 1);
    expect([latency.firstTokenUs, latency.tokensPerSecond]).toEqual([1000, undefined]);
    at.clock.advance(4 * minute);
    expect(latency.firstTokenUs).toBeUndefined();
    latency.began(true, 8000);
    expect(latency.firstTokenUs).toBe(8000);
  });

  test("are of streams where there are any: a whole answer begins when it is there", () => {
    const { latency } = bench();
    latency.began(false, 90_000);
    expect(latency.firstTokenUs).toBe(90_000);
    latency.began(true, 1000);
    expect(latency.firstTokenUs).toBe(1000);
  });
});

describe("The 95th percentile", () => {
  test("is known from twenty samples on, of streams and whole answers apart", () => {
    const { at, latency } = bench();
    for (let n = 1; n <= 19; n += 1) latency.began(true, n);
    expect(latency.p95Us(true)).toBeUndefined();
    latency.began(true, 20);
    expect([latency.p95Us(true), latency.p95Us(false)]).toEqual([19, undefined]);
    for (let n = 1; n <= 20; n += 1) latency.began(false, n * 100);
    expect([latency.p95Us(true), latency.p95Us(false)]).toEqual([19, 1900]);
    expect(at.health.latencies()[0]?.p95FirstTokenUs).toBe(19);
  });

  test("is that of the last hundred", () => {
    const { latency } = bench();
    for (let n = 1; n <= 100; n += 1) latency.began(true, 1_000_000);
    for (let n = 1; n <= 94; n += 1) latency.began(true, n);
    expect(latency.p95Us(true)).toBe(1_000_000);
    latency.began(true, 95);
    expect(latency.p95Us(true)).toBe(95);
    for (let n = 101; n <= 200; n += 1) latency.began(true, n);
    expect(latency.p95Us(true)).toBe(195);
  });
});

test("What is in flight is counted, for all who ask for the same model.", () => {
  const { at, latency } = bench();
  latency.enter();
  at.health.latency("acme", "m").enter();
  at.health.latency("acme", "n").enter();
  expect(latency.inFlight).toBe(2);
  latency.leave();
  latency.leave();
  latency.leave();
  expect(latency.inFlight).toBe(0);
  expect(at.health.latencies().map(({ model, inFlight }) => [model, inFlight])).toEqual([
    ["m", 0],
    ["n", 1],
  ]);
  at.health.configure(new Map(), undefined);
  expect(at.health.latencies()).toEqual([]);
});
