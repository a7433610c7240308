import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { answered, answeredWhenReleased, hold, type Script, textFor } from "./script.ts";
import { keyNamed, nameOfKey, providerAt } from "./server.ts";
import { type FaultWorld, startWorld } from "./world.ts";

/** Which place, and which of its keys, requests go to when all of them can serve. */

const names = ["a", "b", "c"];

let world: FaultWorld;
beforeAll(async () => {
  world = await startWorld((url) => {
    const keys = (...more: object[]) => more.map((settings, at) => keyNamed(`key-${at + 1}`, { ...settings }));
    const four = keys({}, {}, {}, {});
    const provider = providerAt(url);
    const targets = names.map((name, at) => ({ model: `${name}/strategy-${name}`, weight: at + 1 }));
    const plan = (strategy: string) => ({
      strategy,
      affinity: false,
      targets: targets.map((target) => ({ ...target, model: `${target.model}-${strategy}` })),
    });
    const strategies = ["fallback", "weighted", "round-robin", "least-latency", "least-cost", "least-busy"];
    return {
      providers: {
        ...{ a: provider, b: provider, c: provider },
        balanced: providerAt(url, { keys: four, rotation: { mode: "balanced", tolerance: 0 } }),
        loaded: providerAt(url, { keys: four }),
        weighted: providerAt(url, { keys: keys({ weight: 3 }, { weight: 1 }) }),
        sequential: providerAt(url, { keys: four, rotation: "sequential" }),
        tiers: providerAt(url, { keys: keys({ tier: 2 }, { tier: 1 }) }),
        narrow: providerAt(url, { keys: keys({ concurrency: 1 }, { concurrency: 1 }) }),
        slow: providerAt(url, { keys: keys({ rpm: 2 }, { rpm: 3 }) }),
      },
      models: Object.fromEntries(strategies.map((strategy) => [strategy, plan(strategy)])),
      routing: { affinity: false },
      prices: [
        { model: "a/*", input: 3, output: 9 },
        { model: "b/*", input: 1, output: 2 },
        { model: "c/*", input: 2, output: 2 },
      ],
    };
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const countsOf = (strategy: string): number[] =>
  names.map((name) => world.server.journal.of(`strategy-${name}-${strategy}`).length);

async function askTimes(model: string, times: number): Promise<void> {
  for (let nth = 0; nth < times; nth += 1) {
    const prompt = `${model} ${nth}`;
    expect((await world.ask(openaiSdk, model, { prompt })).text).toBe(textFor({ prompt }));
  }
}

describe("targets", () => {
  test("fallback: always the first", async () => {
    await askTimes("fallback", 6);
    expect(countsOf("fallback")).toEqual([6, 0, 0]);
  });

  test("round-robin: each in turn", async () => {
    await askTimes("round-robin", 9);
    expect(countsOf("round-robin")).toEqual([3, 3, 3]);
  });

  test("weighted: by chance, one share for the first, two and three for the others", async () => {
    const times = 240;
    await Promise.all(Array.from({ length: 6 }, () => askTimes("weighted", times / 6)));
    const counts = countsOf("weighted");
    expect(counts.reduce((sum, count) => sum + count)).toBe(times);
    // five standard deviations: fewer than one run in a million goes beyond by chance
    counts.forEach((count, at) => {
      const share = (at + 1) / 6;
      expect(Math.abs(count - times * share)).toBeLessThan(5 * Math.sqrt(times * share * (1 - share)));
    });
  });

  test("least-cost: the cheapest", async () => {
    await askTimes("least-cost", 5);
    expect(countsOf("least-cost")).toEqual([0, 5, 0]);
  });

  test("least-latency: each once, and then the quickest", async () => {
    const slow: Script = (asked) => [hold(asked.released), ...answered(asked)];
    world.book.on("strategy-a-least-latency", slow, answered);
    world.book.on("strategy-c-least-latency", slow, answered);
    for (const name of ["a", "b", "c"]) {
      const asking = world.ask(openaiSdk, "least-latency", { prompt: name });
      const model = `strategy-${name}-least-latency`;
      await world.server.journal.arrival(model);
      if (name !== "b") {
        await world.ask(openaiSdk, "sequential/meanwhile"); // time passes
        world.server.release(model);
      }
      await asking;
    }
    await askTimes("least-latency", 5);
    expect(countsOf("least-latency")).toEqual([1, 6, 1]);
  });

  test("least-busy: the one with the fewest requests for its weight", async () => {
    for (const name of names) world.book.on(`strategy-${name}-least-busy`, answeredWhenReleased);
    const asking: Promise<unknown>[] = [];
    for (let nth = 1; nth <= 12; nth += 1) {
      asking.push(world.ask(openaiSdk, "least-busy", { prompt: `busy ${nth}` }));
      await world.server.journal.until(
        (seen) => seen.filter(({ asked }) => /least-busy$/.test(asked.model)).length === nth,
      );
    }
    expect(countsOf("least-busy")).toEqual([2, 4, 6]);
    for (const name of names) world.server.release(`strategy-${name}-least-busy`);
    await Promise.all(asking);
  });
});

describe("keys", () => {
  const countsOfKeys = (model: string, keys = 4): number[] => {
    const seen = world.server.journal.of(model).map(({ asked }) => nameOfKey(asked.key));
    return Array.from({ length: keys }, (_, at) => seen.filter((key) => key === `key-${at + 1}`).length);
  };

  test("balanced: each as often as the others", async () => {
    await askTimes("balanced/fair", 20);
    expect(countsOfKeys("fair")).toEqual([5, 5, 5, 5]);
  });

  test("balanced: as their weights say", async () => {
    await askTimes("weighted/shares", 20);
    expect(countsOfKeys("shares", 2)).toEqual([15, 5]);
  });

  test("balanced under load: what runs counts", async () => {
    await Promise.all(Array.from({ length: 8 }, () => askTimes("loaded/load", 5)));
    expect(countsOfKeys("load")).toEqual([10, 10, 10, 10]);
  });

  test("sequential: one, as long as it can serve", async () => {
    await askTimes("sequential/one", 6);
    expect(countsOfKeys("one")).toEqual([6, 0, 0, 0]);
  });

  test("a lower tier first", async () => {
    await askTimes("tiers/first", 4);
    expect(countsOfKeys("first", 2)).toEqual([0, 4]);
  });

  test("no key has more requests at a time than it may; who finds none waits for one", async () => {
    world.book.on("narrow", answeredWhenReleased);
    const asking = ["one", "two", "three"].map((prompt) => world.ask(openaiSdk, "narrow/narrow", { prompt }));
    await world.server.journal.arrival("narrow", 2);
    expect(new Set(countsOfKeys("narrow", 2))).toEqual(new Set([1]));
    world.server.release("narrow");
    for (const outcome of await Promise.all(asking)) expect(outcome.error).toBeUndefined();
    expect(world.server.journal.of("narrow")).toHaveLength(3);
  });

  test("no key has more requests a minute than it may; then the client hears when one may again", async () => {
    await askTimes("slow/minute", 5);
    expect(countsOfKeys("minute", 2)).toEqual([2, 3]);
    const { error, headers } = await world.ask(openaiSdk, "slow/minute", { prompt: "one more" });
    expect(error).toMatchObject({ status: 429, code: "rate_limited" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(40);
    expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(61); // the window, and what it is rounded up by
    expect(world.server.journal.of("minute")).toHaveLength(5);
  });
});
