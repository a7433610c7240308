import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { GatewayError } from "../../src/core/error.ts";
import type { Credential, UpstreamModel } from "../../src/core/ports.ts";
import type { ModelFilter } from "../../src/core/routing.ts";
import { type CatalogueProvider, createCatalogue } from "../../src/routing/catalogue.ts";

const ttlMs = 600_000;
const minute = 60_000;
const never = new AbortController().signal;
const key: Credential = { name: "one", secret: "sk-1", masked: "sk-…1" };
const all: ModelFilter = { allow: [], deny: [] };

let ms = 0;
const clock = { now: () => 1_000_000 + ms, micros: () => ms * 1000 };
beforeEach(() => {
  ms = 0;
});

/** A provider that answers when the test says so. */
function createProvider(name: string, filter = all) {
  const asked: { credential: Credential | undefined; answer: PromiseWithResolvers<UpstreamModel[]> }[] = [];
  return {
    upstream: {
      name,
      listModels(credential: Credential | undefined): Promise<UpstreamModel[]> {
        const answer = Promise.withResolvers<UpstreamModel[]>();
        asked.push({ credential, answer });
        return answer.promise;
      },
    },
    credential: () => key,
    filter,
    asked,
    async answers(...names: string[]): Promise<void> {
      asked.at(-1)?.answer.resolve(names.map((model) => ({ name: model })));
      await settled();
    },
    async fails(message = "no list"): Promise<void> {
      asked.at(-1)?.answer.reject(new GatewayError("upstream_error", message));
      await settled();
    },
  };
}

/** Until all that can happen without the world outside has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Whether it is over by now. */
async function isOver(promise: Promise<unknown> | undefined): Promise<boolean> {
  let over = false;
  void promise?.then(() => {
    over = true;
  });
  await settled();
  return over;
}

const catalogueOf = (...providers: CatalogueProvider[]) => createCatalogue({ providers, ttlMs, clock });

/** A catalogue that has been told "a", and the provider that told it. */
async function known(filter = all) {
  const acme = createProvider("acme", filter);
  const catalogue = catalogueOf(acme);
  void catalogue.whenKnown(never);
  await acme.answers("a");
  const names = (): string[] => catalogue.known("acme").map(({ name }) => name);
  return { acme, catalogue, names };
}

describe("the first time", () => {
  test("nobody is asked until somebody has to know", () => {
    const acme = createProvider("acme");
    const catalogue = catalogueOf(acme);
    expect(catalogue.known("acme")).toEqual([]);
    expect(catalogue.find("acme", "a")).toBeUndefined();
    expect(catalogue.status("acme")).toEqual({ models: [], listedAt: undefined, error: undefined });
    expect(acme.asked).toEqual([]);
  });

  test("all are asked at once, each once however many wait, and all are waited for", async () => {
    const [acme, other] = [createProvider("acme"), createProvider("other")];
    const catalogue = catalogueOf(acme, other);
    const waiting = [catalogue.whenKnown(never), catalogue.whenKnown(never)];
    expect([acme.asked.length, other.asked.length]).toEqual([1, 1]);
    expect(acme.asked[0]?.credential).toBe(key);
    await acme.answers("a", "b");
    expect(await isOver(waiting[0])).toBe(false);
    await other.answers("c");
    await Promise.all(waiting);
    expect(catalogue.known("acme")).toEqual([{ name: "a" }, { name: "b" }]);
    expect(catalogue.find("other", "c")).toEqual({ name: "c" });
    expect([acme.asked.length, other.asked.length]).toEqual([1, 1]);
    expect(catalogue.whenKnown(never)).toBeUndefined();
  });

  test("one that fails is as good as one that answers, and is not waited for again", async () => {
    const acme = createProvider("acme");
    const catalogue = catalogueOf(acme);
    const waiting = catalogue.whenKnown(never);
    await acme.fails("the key is wrong");
    await waiting;
    expect(catalogue.whenKnown(never)).toBeUndefined();
    expect(catalogue.status("acme")).toMatchObject({ models: [], error: { message: "the key is wrong" } });
    expect(catalogue.status("acme").listedAt).toBeUndefined();
    ms += minute;
    expect(catalogue.whenKnown(never)).toBeUndefined();
    expect(acme.asked.length).toBe(2);
  });

  test("whoever leaves waits no longer, and the answer still serves those who come", async () => {
    const acme = createProvider("acme");
    const catalogue = catalogueOf(acme);
    const [leaving, staying] = [new AbortController(), new AbortController()];
    const [left, stays] = [catalogue.whenKnown(leaving.signal), catalogue.whenKnown(staying.signal)];
    leaving.abort();
    await left;
    expect(await isOver(stays)).toBe(false);
    expect(await isOver(catalogue.whenKnown(AbortSignal.abort()))).toBe(true);
    await acme.answers("a");
    await stays;
    expect(acme.asked.length).toBe(1);
    expect(catalogue.find("acme", "a")).toBeDefined();
  });

  test("a provider without a credential is asked without, and what is thrown at once is a failure", async () => {
    const acme = { ...createProvider("acme"), credential: () => undefined };
    const odd = {
      ...createProvider("odd"),
      credential: () => {
        throw new GatewayError("unavailable", "all are locked");
      },
    };
    const catalogue = catalogueOf(acme, odd);
    void catalogue.whenKnown(never);
    expect(acme.asked[0]?.credential).toBeUndefined();
    await settled();
    expect(odd.asked).toEqual([]);
    expect(catalogue.status("odd").error?.message).toBe("all are locked");
  });
});

describe("a list", () => {
  test("is good until its time is over, then served while it is asked for anew", async () => {
    const { acme, catalogue, names } = await known();
    ms += ttlMs - 1;
    expect(names()).toEqual(["a"]);
    expect(acme.asked.length).toBe(1);
    ms += 1;
    expect(names()).toEqual(["a"]);
    expect(catalogue.find("acme", "a")).toEqual({ name: "a" });
    expect(catalogue.whenKnown(never)).toBeUndefined();
    expect(acme.asked.length).toBe(2);
    await acme.answers("b");
    expect(names()).toEqual(["b"]);
    expect(catalogue.find("acme", "a")).toBeUndefined();
    expect(acme.asked.length).toBe(2);
  });

  test("begins its time when it is there", async () => {
    const { acme, names } = await known();
    ms += ttlMs;
    names();
    ms += ttlMs / 2;
    await acme.answers("b");
    ms += ttlMs - 1;
    expect(names()).toEqual(["b"]);
    expect(acme.asked.length).toBe(2);
  });

  test("stays when the next cannot be had, which is tried again a minute later", async () => {
    const { acme, catalogue, names } = await known();
    ms += ttlMs;
    names();
    await acme.fails("it is down");
    expect(names()).toEqual(["a"]);
    expect(catalogue.status("acme")).toMatchObject({
      models: ["a"],
      listedAt: 1_000_000,
      error: { code: "upstream_error" },
    });
    ms += minute - 1;
    expect(names()).toEqual(["a"]);
    expect(acme.asked.length).toBe(2);
    ms += 1;
    expect(names()).toEqual(["a"]);
    expect(acme.asked.length).toBe(3);
    await acme.answers("b");
    expect(catalogue.status("acme")).toEqual({ models: ["b"], listedAt: 1_000_000 + ttlMs + minute, error: undefined });
  });

  test("does not age by a wall clock that is set anew", async () => {
    const acme = createProvider("acme");
    let wall = 5_000_000;
    const catalogue = createCatalogue({ providers: [acme], ttlMs, clock: { ...clock, now: () => wall } });
    void catalogue.whenKnown(never);
    await acme.answers("a");
    wall = 0;
    ms += ttlMs;
    catalogue.known("acme");
    expect(acme.asked.length).toBe(2);
  });

  test("of one provider does not wait for another's", async () => {
    const [acme, other] = [createProvider("acme"), createProvider("other")];
    const catalogue = catalogueOf(acme, other);
    void catalogue.whenKnown(never);
    await acme.answers("a");
    expect(catalogue.find("acme", "a")).toBeDefined();
    expect(catalogue.known("other")).toEqual([]);
    expect(catalogue.known("nobody")).toEqual([]);
    expect(catalogue.status("nobody")).toEqual({ models: [], listedAt: undefined, error: undefined });
  });
});

describe("refreshing", () => {
  test("asks although the list is good, and resolves when the new one is there", async () => {
    const { acme, catalogue, names } = await known();
    const refreshing = catalogue.refresh(["acme"], never);
    expect(acme.asked.length).toBe(2);
    expect(await isOver(refreshing)).toBe(false);
    await acme.answers("a", "new");
    await refreshing;
    expect(names()).toEqual(["a", "new"]);
  });

  test("asks again after a failure without waiting for a minute", async () => {
    const { acme, catalogue, names } = await known();
    const failing = catalogue.refresh([], never);
    await acme.fails();
    await failing;
    const refreshing = catalogue.refresh([], never);
    await acme.answers("b");
    await refreshing;
    expect(names()).toEqual(["b"]);
  });

  test("does not take the answer to a question that was asked before; those who come meanwhile share the next", async () => {
    const { acme, catalogue, names } = await known();
    ms += ttlMs;
    names();
    const refreshing = [catalogue.refresh(["acme"], never), catalogue.refresh([], never)];
    expect(acme.asked.length).toBe(2);
    await acme.answers("from before");
    expect(acme.asked.length).toBe(3);
    expect(await isOver(Promise.race(refreshing))).toBe(false);
    const later = catalogue.refresh(["acme"], never);
    await acme.answers("after");
    await Promise.all(refreshing);
    expect(names()).toEqual(["after"]);
    expect(await isOver(later)).toBe(false);
    expect(acme.asked.length).toBe(4);
    await acme.answers("later");
    await later;
    expect(names()).toEqual(["later"]);
  });

  test("asks whom it is told to, and all when it is told nobody", async () => {
    const [acme, other] = [createProvider("acme"), createProvider("other")];
    const catalogue = catalogueOf(acme, other);
    void catalogue.refresh(["other", "nobody"], never);
    expect([acme.asked.length, other.asked.length]).toEqual([0, 1]);
    await other.answers("c");
    void catalogue.refresh([], never);
    expect([acme.asked.length, other.asked.length]).toEqual([1, 2]);
    expect(await isOver(catalogue.refresh(["nobody"], never))).toBe(true);
  });

  test("ends when whoever asked leaves", async () => {
    const { acme, catalogue, names } = await known();
    const leaving = new AbortController();
    const refreshing = catalogue.refresh([], leaving.signal);
    leaving.abort();
    await refreshing;
    await acme.answers("b");
    expect(names()).toEqual(["b"]);
  });
});

describe("what configuration allows", () => {
  test.each<[Partial<ModelFilter>, string[], string[]]>([
    [{}, ["gpt-5", "gpt-5-mini", "o3"], []],
    [{ allow: ["gpt-*"] }, ["gpt-5", "gpt-5-mini"], ["o3"]],
    [{ allow: ["o3", "*-mini"] }, ["gpt-5-mini", "o3"], ["gpt-5"]],
    [{ deny: ["*-mini"] }, ["gpt-5", "o3"], ["gpt-5-mini"]],
    [{ allow: ["gpt-*"], deny: ["gpt-5"] }, ["gpt-5-mini"], ["gpt-5", "o3"]],
    [{ deny: ["*"] }, [], ["gpt-5", "gpt-5-mini", "o3"]],
  ])("%j", async (filter, allowed, denied) => {
    const { acme, catalogue, names } = await known({ ...all, ...filter });
    const refreshing = catalogue.refresh([], never);
    await acme.answers("gpt-5", "gpt-5-mini", "o3");
    await refreshing;
    expect(names()).toEqual(allowed);
    expect(catalogue.status("acme").models).toEqual(allowed);
    for (const name of allowed) expect([name, catalogue.isAllowed("acme", name)]).toEqual([name, true]);
    for (const name of denied) {
      expect([name, catalogue.isAllowed("acme", name), catalogue.find("acme", name)]).toEqual([name, false, undefined]);
    }
  });

  test("is what the patterns say, whatever the list says", () => {
    const catalogue = catalogueOf(createProvider("acme", { allow: ["a*"], deny: [] }));
    expect(catalogue.isAllowed("acme", "also-not-listed")).toBe(true);
    expect(catalogue.isAllowed("acme", "b")).toBe(false);
    expect(catalogue.isAllowed("nobody", "a")).toBe(false);
  });
});

test("whatever happens in whatever order, a provider is asked by one request at a time", async () => {
  const step = fc.constantFrom("read", "wait", "refresh", "answer", "fail", "later", "much later");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      ms = 0;
      const acme = createProvider("acme");
      const catalogue = catalogueOf(acme);
      let answered = 0;
      for (const what of steps) {
        if (what === "read") catalogue.known("acme");
        if (what === "wait") void catalogue.whenKnown(never);
        if (what === "refresh") void catalogue.refresh([], never);
        if (what === "later") ms += minute;
        if (what === "much later") ms += ttlMs;
        if ((what === "answer" || what === "fail") && answered < acme.asked.length) {
          answered = acme.asked.length;
          await (what === "answer" ? acme.answers(String(answered)) : acme.fails());
        }
        expect(acme.asked.length - answered).toBeLessThanOrEqual(1);
      }
    }),
  );
});
