import { OpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Status } from "../../gen/causeway/stats/v1/stats_pb.ts";
import { type RunningGateway, startGateway } from "../scenarios/gateway.ts";
import { connectRaw } from "../server/raw-client.ts";
import { createReader, type Reader } from "./reader.ts";

/** What all routes of the old proxies have in common: keys, an empty ledger, and parameters that mean nothing. */

const key = "causeway-old-proxies-key";
let gateway: RunningGateway;
let reader: Reader;
beforeAll(async () => {
  gateway = await startGateway({ access: { keys: [key] }, models: { fast: "demo/demo" } });
  reader = createReader(gateway.url, key);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const today = new Date().toISOString().slice(0, 10);
const none = { requests: 0, cost: 0, total_tokens: 0 };

describe("of a ledger without requests:", () => {
  test("/stats", async () => {
    expect(await reader.read("Stats", "/stats?hours=24")).toEqual({
      totals: { requests: 0, cost: 0, unknown_cost: 0, prompt_tokens: 0, completion_tokens: 0, avg_duration_ms: 0 },
      by_model: [],
      by_provider: [],
      performance: [],
      recent_errors: [],
    });
  });

  test("/stats/daily", async () => {
    const empty = { daily: [], total_days: 0, total_cost: 0, total_requests: 0 };
    expect(await reader.read("DailyStats", "/stats/daily")).toEqual(empty);
    expect(await reader.read("DailyStats", "/stats/daily?start_date=2999-12-31")).toEqual(empty);
    expect(await reader.read("DailyStats", "/stats/daily?end_date=0001-01-31")).toEqual(empty);
  });

  test("/stats/hourly", async () => {
    const hourly = Array.from({ length: 24 }, (_, hour) => ({ hour, ...none, by_model: [] }));
    const answer = { hourly, date: today, total_cost: 0, total_requests: 0 };
    expect(await reader.read("HourlyStats", `/stats/hourly?date=${today}&timezone_offset=-1439`)).toEqual(answer);
  });

  test("/stats/date-range and /stats/filters", async () => {
    expect(await reader.read("DateRange", "/stats/date-range")).toEqual({ start_date: null, end_date: null });
    expect(await reader.read("FilterNames", "/stats/filters")).toEqual({ providers: [], models: [] });
  });

  test("/requests", async () => {
    const sums = { total: 0, total_tokens: 0, total_cost: 0, unknown_cost: 0, avg_cost: 0 };
    const page = await reader.read("RequestPage", "/requests?search=x&min_cost=1&offset=1000000&limit=1");
    expect(page).toEqual({ requests: [], ...sums, offset: 1_000_000, limit: 1 });
  });

  test("/errors", async () => {
    expect(await reader.read("Deleted", "/errors", { method: "DELETE" })).toEqual({ deleted: 0 });
  });

  test("/v1/quota-stats", async () => {
    const { providers, summary } = await reader.read("QuotaStats", "/v1/quota-stats");
    expect(providers.demo).toMatchObject({
      credential_count: 1,
      active_count: 1,
      total_requests: 0,
      approx_cost: null,
    });
    expect(summary).toMatchObject({ total_providers: 1, total_credentials: 1, approx_total_cost: null });
  });
});

/** Routes with what is wrong in their query: the parameter at fault, and a part of what is said of it. */
const hostile: readonly (readonly [path: string, param: string, message: string])[] = [
  ["/stats?hours=all", "hours", "'hours' is 'all'; it takes a whole number from 1 to 876000."],
  ["/stats?hours=0", "hours", "it takes a whole number from 1"],
  ["/stats?hours=-1", "hours", "it takes a whole number from 1"],
  ["/stats?hours=1.5", "hours", "it takes a whole number"],
  ["/stats?hours=1e400", "hours", "'1e400'"],
  ["/stats?hours=0x10", "hours", "'0x10'"],
  ["/stats?hours=99999999999999999999", "hours", "it takes a whole number"],
  ["/stats?hours=1&hours=2", "hours", "it is there 2 times; send it once"],
  ["/stats?hours=1&start_date=2025-01-01", "hours", "Send either 'hours', or 'start_date' and 'end_date'."],
  ["/stats?start_date=2025-02-30", "start_date", "'2025-02-30'; it takes a day of the calendar as YYYY-MM-DD."],
  ["/stats?start_date=2025-1-1", "start_date", "YYYY-MM-DD"],
  ["/stats?start_date=2025-01-01T00:00:00Z", "start_date", "YYYY-MM-DD"],
  ["/stats?end_date=%2B02025-01-01", "end_date", "YYYY-MM-DD"],
  ["/stats?end_date=%00", "end_date", "it holds a NUL"],
  ["/stats?start_date=2025-01-02&end_date=2025-01-01", "end_date", "Exchange them."],
  ["/stats?timezone_offset=1440", "timezone_offset", "from -1439 to 1439"],
  ["/stats?timezone_offset=Europe/Berlin", "timezone_offset", "'Europe/Berlin'"],
  ["/stats/daily?start_date=1990-01-01&end_date=2025-01-01", "start_date", "at most 3660"],
  ["/stats/daily?hours=876000", "start_date", "at most 3660"],
  ["/stats/hourly", "date", "'date' is missing"],
  ["/stats/hourly?date=", "date", "'date' is missing"],
  ["/stats/hourly?date=yesterday", "date", "YYYY-MM-DD"],
  ["/stats/date-range?timezone_offset=x", "timezone_offset", "'x'"],
  ["/stats/filters?hours=x", "hours", "'x'"],
  ["/requests?limit=0", "limit", "from 1"],
  ["/requests?limit=-5", "limit", "from 1"],
  ["/requests?limit=ten", "limit", "'ten'"],
  ["/requests?offset=-1", "offset", "from 0 to 1000000"],
  ["/requests?offset=1000001", "offset", "from 0 to 1000000"],
  ["/requests?min_cost=-0.1", "min_cost", "US dollars from 0 to 1000000000"],
  ["/requests?min_cost=1e400", "min_cost", "'1e400'"],
  ["/requests?max_cost=NaN", "max_cost", "'NaN'"],
  ["/requests?max_cost=1,5", "max_cost", "'1,5'"],
  ["/requests?max_cost=Infinity", "max_cost", "'Infinity'"],
  ["/requests?provider=a&provider=b", "provider", "it is there 2 times"],
  ["/requests?model=a%00b", "model", "NUL"],
  ["/requests?search=%00", "search", "NUL"],
  [`/requests?search=${"x".repeat(1001)}`, "search", "more than 1000 characters"],
  ["/requests?sort_by=id", "sort_by", "it takes one of timestamp, model, total_tokens, cost, duration_ms."],
  ["/requests?sort_by=constructor", "sort_by", "one of timestamp"],
  ["/requests?sort_dir=up", "sort_dir", "it takes one of asc, desc."],
  ["/models?enriched=maybe", "enriched", "it takes one of true, false."],
  ["/v1/models?enriched=1", "enriched", "it takes one of true, false."],
];

test.each(hostile)("%s is refused", async (path, param, message) => {
  expect(await reader.refused(400, path)).toEqual({
    message: expect.stringContaining(message),
    type: "invalid_request_error",
    param,
    code: "invalid_request",
  });
});

test.each([
  [
    "/errors?start_dat=2025-01-01",
    "start_dat",
    "'start_dat': there is no such parameter here; there are: hours, start_date",
  ],
  ["/errors?hours=x", "hours", "'x'"],
  ["/errors?model=fast", "model", "no such parameter"],
])("DELETE %s is refused, and removes nothing", async (path, param, message) => {
  const before = await gateway.ledger.rowsOf("fast");
  await (await reader.fetch("/chat", { method: "POST", body: { model: "fast", prompt: "/fail 400" } })).text();
  const failed = await gateway.ledger.waitForRows("fast", before.length + 1);
  expect(failed[0]).toMatchObject({ status: Status.ERROR });
  const error = await reader.refused(400, path, { method: "DELETE" });
  expect(error).toMatchObject({ param, message: expect.stringContaining(message) });
  expect(await gateway.ledger.rowsOf("fast")).toEqual(failed);
});

test("a parameter that is not known is of no harm where nothing is removed", async () => {
  await reader.read("Stats", "/stats?_=123&hours[]=1");
});

const routes: readonly (readonly [method: "GET" | "POST" | "DELETE", path: string])[] = [
  ["GET", "/stats"],
  ["GET", "/stats/daily"],
  ["GET", "/stats/hourly"],
  ["GET", "/stats/date-range"],
  ["GET", "/stats/filters"],
  ["GET", "/requests"],
  ["DELETE", "/errors"],
  ["GET", "/models"],
  ["GET", "/v1/models"],
  ["GET", "/v1/providers"],
  ["GET", "/v1/model-info/stats"],
  ["GET", "/v1/quota-stats"],
  ["POST", "/v1/quota-stats"],
  ["POST", "/v1/token-count"],
  ["POST", "/v1/cost-estimate"],
  ["POST", "/chat"],
];

describe.each(routes)("%s %s", (method, path) => {
  test("needs a key, as a bearer token or in x-api-key", async () => {
    const anonymous = createReader(gateway.url);
    expect(await anonymous.refused(401, path, { method })).toMatchObject({ code: "unauthenticated" });
    const wrong = { method, headers: { "x-api-key": "wrong" } };
    expect(await anonymous.refused(401, path, wrong)).toMatchObject({ code: "unauthenticated" });
    const response = await anonymous.fetch(path, { method, headers: { "x-api-key": key } });
    expect(response.status).not.toBe(401);
    await response.text();
  });

  test("takes no other method", async () => {
    const response = await reader.fetch(path, { method: method === "GET" ? "DELETE" : "GET" });
    const expected = path === "/v1/quota-stats" && method === "POST" ? 200 : 405;
    expect(response.status).toBe(expected);
    await response.text();
  });
});

test("HEAD is answered as GET, without a body", async () => {
  const answerTo = async (method: string) => {
    const { socket, closed } = await connectRaw(Number(new URL(gateway.url).port));
    socket.write(`${method} /requests HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${key}\r\nconnection: close\r\n\r\n`);
    const [head = "", body] = (await closed).split("\r\n\r\n", 2);
    // of no body Node does not say how it would come
    return { head: head.replace(/^(?:date|x-request-id|transfer-encoding): .*/gim, "").trim(), body };
  };
  const { head, body } = await answerTo("GET");
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  expect(body).not.toBe("");
  expect(await answerTo("HEAD")).toEqual({ head, body: "" });
});

test("GET /health needs no key", async () => {
  expect(await createReader(gateway.url).read("Alive", "/health")).toEqual({ status: "ok" });
});

describe("GET /models", () => {
  test("says the same as OpenAI in data, and the prices in models", async () => {
    const list = await reader.read("PricedModelList", "/models");
    expect(list.data.map(({ id }) => id)).toEqual(["demo/demo", "fast"]);
    const free = { provider: "demo", input_cost_per_million: 0, output_cost_per_million: 0 };
    expect(list.models).toEqual([
      { name: "demo/demo", litellm_model: "demo/demo", ...free },
      { name: "fast", litellm_model: "demo/demo", ...free },
    ]);
    const openai = new OpenAI({ baseURL: gateway.url, apiKey: key });
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(["demo/demo", "fast"]);
  });

  test("with the version it has no models, whether enriched or not", async () => {
    for (const query of ["", "?enriched=true", "?enriched=false"]) await reader.read("ModelList", `/v1/models${query}`);
  });
});
