import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AdminService, type Breaker, BreakerState } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { connectJson } from "../scenarios/clients/connect-json.ts";
import { openaiSdk } from "../scenarios/clients/openai-sdk.ts";
import { call } from "../scenarios/rpc.ts";
import { answered, answeredWhenReleased, refused, reset, type Script, textFor } from "./script.ts";
import { providerAt } from "./server.ts";
import { type FaultWorld, startWorld } from "./world.ts";

/** A model that fails too often is left alone for a while, and then tried by one request at a time. */

const minRequests = 4;
const startWithBreakers = (open: string): Promise<FaultWorld> =>
  startWorld((url) => ({
    providers: { one: providerAt(url), two: providerAt(url), fresh: providerAt(url) },
    models: { either: { targets: ["one/either", "two/either-b"], affinity: false } },
    routing: { retries: 0, breaker: { window: "30s", min_requests: minRequests, failure_rate: 0.5, open } },
  }));

let patient: FaultWorld;
/** Its breakers let a request try while a test waits for it. */
let hasty: FaultWorld;
beforeAll(async () => {
  patient = await startWithBreakers("1h");
  hasty = await startWithBreakers("250ms");
});
afterAll(async () => {
  await patient[Symbol.asyncDispose]();
  await hasty[Symbol.asyncDispose]();
});

const broken = refused(500, { type: "api_error" });

async function breakerOf(world: FaultWorld, model: string): Promise<Breaker | undefined> {
  return (await world.breakers()).find((breaker) => breaker.model === model);
}

const asked = (world: FaultWorld, model: string): number => world.server.journal.of(model).length;

/** Asks until the breaker is open. */
async function breakDown(
  world: FaultWorld,
  model: string,
  name = `one/${model}`,
  script: Script = broken,
): Promise<void> {
  world.book.on(model, script);
  for (let nth = 0; nth < minRequests; nth += 1) await world.ask(openaiSdk, name);
  expect(await breakerOf(world, model)).toMatchObject({ requests: 4n, failures: 4n });
}

// each at a provider of its own: a reset of a connection that was in use before is no failure yet
test.for([
  ["500", broken, "one"],
  ["a reset", () => [reset], "fresh"],
] as [string, Script, string][])(
  "it opens after failures, and then nobody is asked: %s",
  async ([, script, provider]) => {
    const model = `opens-${provider}`;
    await breakDown(patient, model, `${provider}/${model}`, script);
    const { error, headers } = await patient.ask(openaiSdk, `${provider}/${model}`);
    expect(error).toMatchObject({ status: 503, code: "unavailable" });
    const inContract = await patient.ask(connectJson, `${provider}/${model}`);
    expect(inContract.error).toMatchObject({ status: 14, code: "unavailable" });
    expect(asked(patient, model)).toBe(minRequests);
    const row = await patient.gateway.ledger.row(headers.get("causeway-request-id") ?? "");
    expect(row).toMatchObject({ status: Status.ERROR, errorCode: "unavailable", attempts: 0 });
  },
);

test("another place serves while it is open", async () => {
  await breakDown(patient, "either", "one/either");
  const { text, headers } = await patient.ask(openaiSdk, "either");
  expect(text).toBe(textFor({ prompt: "either" }));
  expect(headers.get("causeway-attempts")).toBe("1");
  expect(headers.get("causeway-target")).toBe("two/either-b");
  expect(asked(patient, "either")).toBe(minRequests);
});

test("half-open it lets one request try; it closes when that is answered", async () => {
  const model = "recovers";
  await breakDown(hasty, model);
  hasty.book.on(model, answeredWhenReleased);
  // refused until the time is over; the first that is let through is held
  const trial = vi.waitUntil(() => asked(hasty, model) > minRequests, { timeout: 5000, interval: 20 });
  const asking: Promise<unknown>[] = [];
  while (asked(hasty, model) === minRequests) {
    asking.push(hasty.ask(openaiSdk, `one/${model}`));
    await Promise.race([asking.at(-1), trial]);
  }
  const beside = await hasty.ask(openaiSdk, `one/${model}`);
  expect(beside.error).toMatchObject({ status: 503, code: "unavailable" });
  expect(asked(hasty, model)).toBe(minRequests + 1);

  hasty.server.release(model);
  await Promise.all(asking);
  expect(await breakerOf(hasty, model)).toMatchObject({ state: BreakerState.CLOSED });
  expect((await hasty.ask(openaiSdk, `one/${model}`)).error).toBeUndefined();
});

test("half-open it opens again when the trial fails", async () => {
  const model = "relapses";
  await breakDown(hasty, model);
  const { error } = await vi.waitUntil(
    async () => {
      const outcome = await hasty.ask(openaiSdk, `one/${model}`);
      return asked(hasty, model) > minRequests ? outcome : undefined;
    },
    { timeout: 5000, interval: 20 },
  );
  expect(error).toMatchObject({ status: 500 });
  expect(await breakerOf(hasty, model)).toMatchObject({ state: BreakerState.OPEN });
});

test("a person may close it", async () => {
  const model = "closed";
  await breakDown(patient, model);
  patient.book.on(model, answered);
  const { resetBreaker } = AdminService.method;
  await call(patient.gateway.url, undefined, resetBreaker, { provider: "one", model });
  expect(await breakerOf(patient, model)).toMatchObject({ state: BreakerState.CLOSED, failures: 0n });
  expect((await patient.ask(openaiSdk, `one/${model}`)).error).toBeUndefined();
});

test.each([400, 404, 413, 422, 429])("%d does not open it: that provider lives", async (status) => {
  const model = `lives-${status}`;
  patient.book.on(model, refused(status, { type: "invalid_request_error", headers: { "retry-after": "60" } }));
  for (let nth = 0; nth < minRequests + 2; nth += 1) await patient.ask(openaiSdk, `one/${model}`);
  expect(await breakerOf(patient, model)).toMatchObject({ state: BreakerState.CLOSED, failures: 0n });
});
