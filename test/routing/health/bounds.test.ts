import { expect, test } from "vitest";
import { Recent } from "../../../src/routing/health/recent.ts";
import { Bench, credential, failure, hour, limits, minute, provider, start } from "./fixtures.ts";

const bench = () => new Bench(provider([credential("a")]));

test("Invented names push out what is longest unused, and nothing that matters.", () => {
  const at = bench();
  const { health } = at;
  for (let n = 0; n < 4; n += 1) {
    const handle = health.breaker("acme", "down");
    handle.tryEnter();
    handle.settle(true);
  }
  health.latency("acme", "busy").enter();
  health.latency("acme", "used").began(true, 1);
  health.breaker("acme", "once");
  for (let n = 0; n < 5000; n += 1) {
    health.breaker("acme", `x${n}`);
    health.latency("acme", `x${n}`).began(true, 1);
    health.latency("acme", "used");
  }
  expect(health.breakers()).toHaveLength(1000);
  expect(health.latencies()).toHaveLength(1000);
  expect(health.breaker("acme", "down").tryEnter()).toBe(false);
  expect(health.breakers().map(({ model }) => model)).not.toContain("once");
  expect(health.latency("acme", "busy").inFlight).toBe(1);
  expect(health.latency("acme", "used").firstTokenUs).toBe(1);
  expect(health.latency("acme", "x0").firstTokenUs).toBeUndefined();
});

test("One credential's cooldowns are bounded; those that are over go first.", () => {
  const at = bench();
  at.fail(failure("rate_limited", hour), "kept");
  for (let n = 0; n < 3000; n += 1) {
    at.fail(failure("rate_limited", 1000), `x${n}`);
    at.clock.advance(100);
  }
  expect(at.why("kept")).toBe(`a cooling ${hour - 300_000}`);
  expect(at.status("a").cooldowns).toHaveLength(10);
  for (let n = 0; n < 3000; n += 1) {
    const held = [at.hold(`y${n}`), at.hold(`y${n}`)];
    held[0]?.endFailed(failure("rate_limited", hour), 0);
    held[1]?.endFailed(failure("permission_denied"), 0);
  }
  expect(at.status("a").cooldowns).toHaveLength(2000);
});

test("Told limits are those of the last hundred models.", () => {
  const at = bench();
  for (let n = 0; n < 300; n += 1) at.hold(`x${n}`).told(limits({}));
  expect(at.status("a").limits).toHaveLength(100);
  expect(at.status("a").limits.at(-1)).toEqual({ model: "x299", at: start, limits: limits({}) });
});

test("What is over is dropped from what is stored.", () => {
  const at = bench();
  for (let n = 0; n < 50; n += 1) {
    at.fail(failure("rate_limited", minute), `x${n}`);
    at.fail(failure("permission_denied"), `y${n}`);
  }
  const size = () => [...at.health.changes().values()].join().length;
  const before = size();
  at.clock.advance(2 * hour);
  at.serve();
  expect(size()).toBeLessThan(before / 10);
});

test("A breaker that has to go although it is open is removed from the store.", () => {
  const at = bench();
  for (let n = 0; n < 1001; n += 1) {
    for (let m = 0; m < 4; m += 1) {
      const handle = at.health.breaker("acme", `x${n}`);
      handle.tryEnter();
      handle.settle(true);
    }
  }
  const changes = at.health.changes();
  expect([changes.has("breaker/acme/x0"), changes.get("breaker/acme/x0")]).toEqual([true, undefined]);
  expect(changes.get("breaker/acme/x1")).toBeDefined();
});

test("A value that is used again, or replaced, is the newest.", () => {
  const recent = new Recent<number>(2, (value) => value < 0);
  recent.set("a", 1);
  recent.set("b", 2);
  recent.use("a");
  expect(recent.set("c", 3)).toBe("b");
  recent.delete("c");
  recent.set("d", -4);
  expect(recent.set("d", -5)).toBeUndefined();
  recent.set("e", -6);
  expect(recent.set("f", 7)).toBe("d");
  expect([...recent.entries()]).toEqual([
    ["e", -6],
    ["f", 7],
  ]);
});
