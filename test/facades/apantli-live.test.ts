import { randomBytes } from "node:crypto";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { OpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import { createLedger } from "../../src/ledger/index.ts";
import { bodiesOf, rowOf } from "../ledger/fixtures.ts";
import { theirsMissing, validateAnswer } from "../openapi/reference.ts";
import { type RunningGateway, startGateway } from "../scenarios/gateway.ts";
import { type GatewayWithProvider, startWithProvider } from "../scenarios/provider.ts";
import { completion } from "../scenarios/upstreams/wire.ts";
import { createReader, type Reader, type Schemas } from "./reader.ts";

let world: GatewayWithProvider;
let reader: Reader;
beforeAll(async () => {
  world = await startWithProvider({
    models: { priced: "scripted/priced", left: "demo/demo" },
    prices: [{ model: "scripted/priced", input: 0.1, output: 0.3 }],
  });
  reader = createReader(world.gateway.url);
  for (const name of ["priced", "unpriced"]) {
    world.provider.on(name, ({ response }) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(completion(name, { text: "Hello Ada.", calls: [], finish: "stop", usage: { input: 7, output: 3 } }));
    });
  }
});
afterAll(() => world[Symbol.asyncDispose]());

const ask = (model: string, content: string) => ({ model, messages: [{ role: "user" as const, content }] });
const openai = () => new OpenAI({ baseURL: `${world.gateway.url}/v1`, apiKey: "unused", maxRetries: 0 });

/** The only request with this text in it. */
async function rowWith(text: string): Promise<Schemas["RequestEntry"]> {
  const { requests, total } = await reader.read("RequestPage", `/requests?search=${encodeURIComponent(text)}`);
  const [row] = requests;
  if (row === undefined || total !== 1) throw new Error(`${total} rows with '${text}'`);
  return row;
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

describe("what is kept is JSON:", () => {
  test("a request as it was sent, an answer of OpenAI's as it came", async () => {
    const body = JSON.stringify({ ...ask("priced", "As it was sent."), user: "ada" }, null, 2);
    const answer = await reader.fetch("/v1/chat/completions", { method: "POST", body });
    const row = await rowWith("As it was sent.");
    expect(row).toMatchObject({ model: "priced", provider: "scripted", request_data: body });
    expect(row.response_data).toBe(await answer.text());
    expect(row).toMatchObject({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
    expect(row.id).toBe(answer.headers.get("causeway-request-id"));
  });

  test("streams and other vendors' answers as chat completions", async () => {
    const said = (what: string): string => `/echo ${what} was said.`;
    const anthropic = new Anthropic({ baseURL: world.gateway.url, apiKey: "unused", maxRetries: 0 });
    const google = new GoogleGenAI({ apiKey: "unused", httpOptions: { baseUrl: world.gateway.url } });
    const messages = (what: string) => ({ ...ask("demo", said(what)), max_tokens: 100 });
    for await (const _ of await openai().chat.completions.create({ ...ask("demo", said("Alpha")), stream: true }));
    await anthropic.messages.create(messages("Beta"));
    for await (const _ of await anthropic.messages.create({ ...messages("Gamma"), stream: true }));
    for await (const _ of await google.models.generateContentStream({ model: "demo", contents: said("Delta") }));
    await openai().responses.create({ model: "demo", input: said("Epsilon") });
    for (const what of ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]) {
      const row = await rowWith(`${what} was said`);
      const answer = parsed(row.response_data);
      if (theirsMissing === undefined) expect(validateAnswer(answer)).toEqual([]);
      const message = { role: "assistant", content: `${what} was said.` };
      expect(answer).toMatchObject({ choices: [{ message, finish_reason: "stop" }] });
      expect(row).toMatchObject({ provider: "demo", cost: 0, model: "demo" });
    }
  });

  test("vectors as they came", async () => {
    await openai().embeddings.create({ model: "demo", input: "A vector.", encoding_format: "float", dimensions: 8 });
    expect(parsed((await rowWith("A vector.")).response_data)).toMatchObject({ object: "list" });
  });
});

test("an unknown cost is marked and not in the sums, a known one has no digits too many", async () => {
  for (const model of ["priced", "scripted/unpriced"]) {
    await openai().chat.completions.create(ask(model, "What does it cost?"));
  }
  const page = await reader.read("RequestPage", "/requests?search=does%20it%20cost");
  expect(page).toMatchObject({ total: 2, total_cost: 0.0000016, unknown_cost: 1, avg_cost: 0.0000016 });
  expect(page.requests.map(({ model, cost, cost_known }) => [model, cost, cost_known])).toEqual([
    ["scripted/unpriced", 0, false],
    ["priced", 0.0000016, true],
  ]);
  const unpriced = await reader.read("RequestPage", "/requests?model=scripted/unpriced");
  expect(unpriced).toMatchObject({ total: 1, total_cost: 0, unknown_cost: 1, avg_cost: 0 });
  const { by_model } = await reader.read("Stats", "/stats");
  expect(by_model).toContainEqual({ model: "scripted/unpriced", requests: 1, cost: 0, unknown_cost: 1, tokens: 10 });
});

test("what failed is among the errors; what its client left is in neither", async () => {
  const before = await reader.read("Stats", "/stats");
  await expect(openai().chat.completions.create(ask("demo", "/fail 503"))).rejects.toMatchObject({ status: 503 });
  const leaving = new AbortController();
  const stream = await openai().chat.completions.create(
    { ...ask("left", "/slow 20ms one two three four five six seven eight nine ten"), stream: true },
    { signal: leaving.signal },
  );
  for await (const _ of stream) leaving.abort();
  const [left] = await world.gateway.ledger.waitForRows("left", 1);
  expect(left?.status).toBe(Status.CANCELLED);
  const { totals, recent_errors } = await reader.read("Stats", "/stats");
  expect(totals).toEqual(before.totals);
  expect(recent_errors[0]).toEqual({
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    model: "demo",
    error: expect.stringContaining("503"),
  });
  expect(recent_errors).toHaveLength(before.recent_errors.length + 1);
});

describe("bodies that are not kept whole", () => {
  const opened: RunningGateway[] = [];
  afterAll(() => Promise.all(opened.map((gateway) => gateway[Symbol.asyncDispose]())));

  async function kept(ledger: object): Promise<Schemas["RequestEntry"] | undefined> {
    const gateway = await startGateway({ ledger });
    opened.push(gateway);
    const own = createReader(gateway.url);
    const body = { ...ask("demo", "/long 500"), stream: true };
    await (await own.fetch("/v1/chat/completions", { method: "POST", body })).text();
    return (await own.read("RequestPage", "/requests")).requests[0];
  }

  test("are null without them", async () => {
    expect(await kept({ bodies: "off" })).toMatchObject({ request_data: null, response_data: null });
  });

  test("are the settings where only these are kept", async () => {
    const row = await kept({ bodies: "metadata" });
    expect(parsed(row?.request_data ?? null)).toMatchObject({ model: "demo", stream: true });
    expect(row?.response_data).toBeNull();
  });

  test("are strings where only the beginning is kept", async () => {
    const row = await kept({ body_limit: "1KB" });
    expect(parsed(row?.request_data ?? null)).toMatchObject({ model: "demo" });
    expect(parsed(row?.response_data ?? null)).toMatch(/^data: \{/);
  });
});

test("rows that are removed stay in the sums of days, and are not among the requests", async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const own = createReader(gateway.url);
  const dayMs = 86_400_000;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  let rowsMs = 20 * dayMs;
  const retention = () => ({ bodiesMs: undefined, rowsMs, sizeBytes: undefined });
  const ledger = createLedger({
    store: { kind: "sqlite", path: gateway.store },
    clock: systemClock,
    upkeep: { retention, log },
  });
  await ledger.start();
  const rows = [60, 40, 5, 1].map((days) => rowOf({ startedAt: Date.now() - days * dayMs }));
  await Promise.all(rows.map((row) => ledger.settle(row, undefined)));
  await ledger.retain();
  const page = await own.read("RequestPage", "/requests");
  expect(page.requests.map(({ id }) => id)).toEqual(
    rows
      .slice(2)
      .map(({ id }) => id)
      .toReversed(),
  );
  expect(page).toMatchObject({ total: 2, total_cost: 0.003, total_tokens: 240 });
  expect((await own.read("Stats", "/stats")).totals).toMatchObject({ requests: 4, cost: 0.006 });
  const first = new Date(Date.now() - 70 * dayMs).toISOString().slice(0, 10);
  const daily = await own.read("DailyStats", `/stats/daily?start_date=${first}`);
  expect(daily).toMatchObject({ total_days: 4, total_requests: 4, total_cost: 0.006 });
  rowsMs = 0;
  await ledger.retain();
  await ledger.close();
  expect(await own.read("RequestPage", "/requests")).toMatchObject({ requests: [], total: 0, total_cost: 0 });
});

test("a client that leaves in the middle of a long page, or before it, is of no harm", async () => {
  const gateway = await startGateway();
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  const ledger = createLedger({ store: { kind: "sqlite", path: gateway.store }, clock: systemClock });
  await ledger.start();
  const body = JSON.stringify({ text: randomBytes(75_000).toString("base64") });
  await Promise.all(Array.from({ length: 120 }, () => ledger.settle(rowOf(), bodiesOf(body, body))));
  await ledger.close();
  for (const chunks of [0, 1, 3]) {
    const leaving = new AbortController();
    const asked = fetch(`${gateway.url}/requests?limit=200`, { signal: leaving.signal });
    if (chunks === 0) setImmediate(() => leaving.abort());
    const read = async (): Promise<void> => {
      let seen = 0;
      for await (const _ of (await asked).body ?? []) {
        seen += 1;
        if (seen === chunks) leaving.abort();
      }
    };
    await expect(read()).rejects.toThrow();
  }
  const page = await createReader(gateway.url).read("RequestPage", "/requests?limit=200");
  expect(page.requests).toHaveLength(120);
  expect(page.requests[119]).toMatchObject({ request_data: body, response_data: body });
  expect(gateway.log()).not.toMatch(/"level":"?(?:50|error)/);
});
