import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdminService, CredentialAction } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { type RunningGateway, startGateway } from "../scenarios/gateway.ts";
import { createGatewayFolder } from "../scenarios/gateway-process.ts";
import { call } from "../scenarios/rpc.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../scenarios/upstreams/scripted.ts";
import { completion } from "../scenarios/upstreams/wire.ts";
import { createReader, type Reader, type Schemas } from "./reader.ts";

const keys = ["sk-first-0123456789abcdef-aaaa", "sk-second-0123456789abcdef-bbbb"] as const;
let provider: ScriptedUpstream;
let gateway: RunningGateway;
let reader: Reader;
beforeAll(async () => {
  provider = await startScriptedUpstream();
  provider.on("model", ({ response }) => {
    response.writeHead(200, { "content-type": "application/json", "x-ratelimit-remaining-requests": "41" });
    response.end(completion("model", { text: "Hi.", calls: [], finish: "stop", usage: { input: 900, output: 50 } }));
  });
  provider.on("spent", ({ response }) => {
    response.writeHead(429, { "content-type": "application/json", "retry-after": "3600" });
    response.end(JSON.stringify({ error: { message: "You are over your limit.", type: "rate_limit", code: null } }));
  });
  gateway = await startGateway({
    providers: {
      scripted: {
        dialect: "openai-chat",
        base_url: provider.url,
        keys: [{ key: keys[0], name: "first" }, keys[1]],
        rotation: "sequential",
      },
      gone: { dialect: "openai-chat", base_url: "http://127.0.0.1:9/v1", keys: ["sk-gone-0123456789abcdef"] },
    },
    models: { mine: "scripted/model", guess: "gone/nothing" },
    prices: [{ model: "scripted/*", input: 2, output: 8, cache_read: 0.5, cache_write_5m: 3 }],
    routing: { retries: 0, breaker: false },
  });
  reader = createReader(gateway.url);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await provider.close();
});

const chat = async (model: string): Promise<number> => {
  const body = { model, messages: [{ role: "user", content: "Hello" }] };
  const response = await reader.fetch("/v1/chat/completions", { method: "POST", body });
  await response.text();
  return response.status;
};

const quotaOf = async (name: string): Promise<Schemas["QuotaOfProvider"]> => {
  const { providers } = await reader.read("QuotaStats", `/v1/quota-stats?provider=${name}`);
  const quota = providers[name];
  if (quota === undefined) throw new Error(`nothing of '${name}'`);
  return quota;
};

test("GET /v1/providers lists their names", async () => {
  expect(await reader.read("ProviderNames", "/v1/providers")).toEqual(["demo", "gone", "scripted"]);
});

test("GET /v1/model-info/stats counts the catalogue, and says whose list could not be had", async () => {
  const begun = Date.now() / 1000;
  const stats = await reader.read("CatalogueStats", "/v1/model-info/stats");
  expect(stats).toMatchObject({ ready: false, total_models: 5, aliases: 2, with_prices: 4 });
  expect(stats.providers).toEqual({
    demo: { models: 1, last_refresh: expect.any(Number), error: null },
    gone: { models: 0, last_refresh: null, error: expect.stringContaining("gone") },
    scripted: { models: 2, last_refresh: expect.any(Number), error: null },
  });
  expect(stats.last_refresh).toBeGreaterThan(begun - 60);
});

describe("/v1/quota-stats", () => {
  test("sums what was used by credential and model, and says how each credential is doing", async () => {
    const begun = Date.now() / 1000;
    for (const model of ["mine", "scripted/model"]) expect(await chat(model)).toBe(200);
    const quota = await quotaOf("scripted");
    const tokens = { input_cached: 0, input_uncached: 1800, input_cache_pct: 0, output: 100 };
    const used = { requests: 2, tokens, approx_cost: 0.0044, last_used_ts: expect.any(Number) };
    expect(quota).toMatchObject({ credential_count: 2, active_count: 2, exhausted_count: 0 });
    expect(quota).toMatchObject({ total_requests: 2, tokens, approx_cost: 0.0044 });
    const [first, second] = quota.credentials;
    expect(first).toMatchObject({
      identifier: "sk-…aaaa",
      name: "first",
      status: "active",
      state: "ready",
      ...used,
      model_groups: { model: used },
      window: { requests: 2, failures: 0, tokens: 1900, approx_cost: 0.0044 },
      limits: [{ model: "model", requests: { limit: null, remaining: 41, resets_ts: null }, tokens: null }],
    });
    expect(first?.last_used_ts).toBeGreaterThan(begun - 1);
    expect(second).toMatchObject({ identifier: "sk-…bbbb", requests: 0, approx_cost: null, last_used_ts: null });
    const { summary } = await reader.read("QuotaStats", "/v1/quota-stats");
    expect(summary).toEqual({
      total_providers: 3,
      total_credentials: 4,
      active_credentials: 4,
      exhausted_credentials: 0,
      total_requests: 2,
      tokens,
      approx_total_cost: 0.0044,
    });
  });

  test("holds no key", async () => {
    const text = await (await reader.fetch("/v1/quota-stats")).text();
    for (const key of keys) expect(text).not.toContain(key);
  });

  test("knows who is over a limit, and POST ends that for one, a provider's, or all", async () => {
    const refresh = (body: object) => reader.read("QuotaStats", "/v1/quota-stats", { method: "POST", body });
    const states = (quota: Schemas["QuotaOfProvider"] | undefined) => quota?.credentials.map(({ status }) => status);
    const scripted = { action: "force_refresh", provider: "scripted" };

    expect(await chat("scripted/spent")).toBe(429);
    const spent = await quotaOf("scripted");
    expect(spent).toMatchObject({ active_count: 0, exhausted_count: 2 });
    expect(spent.credentials[0]).toMatchObject({
      state: "cooling",
      cooldowns: [{ scope: "spent", reason: expect.stringContaining("over your limit") }],
      last_error: expect.stringContaining("rate_limited"),
    });
    expect(spent.credentials[0]?.cooldowns[0]?.until_ts).toBeGreaterThan(Date.now() / 1000 + 3000);

    const one = await refresh({ ...scripted, scope: "credential", credential: "first" });
    expect(states(one.providers.scripted)).toEqual(["active", "exhausted"]);
    expect(one).toMatchObject({ data_source: "refreshed", summary: { total_providers: 1 } });
    expect(one.refresh_result).toMatchObject({ ...scripted, scope: "credential", credential: "first", success: true });
    const masked = await refresh({ ...scripted, scope: "credential", credential: "sk-…bbbb" });
    expect(states(masked.providers.scripted)).toEqual(["active", "active"]);

    expect(await chat("scripted/spent")).toBe(429);
    const its = await refresh({ ...scripted, scope: "provider" });
    expect(states(its.providers.scripted)).toEqual(["active", "active"]);

    expect(await chat("scripted/spent")).toBe(429);
    const { refresh_result, providers } = await refresh({ action: "force_refresh" });
    expect(states(providers.scripted)).toEqual(["active", "active"]);
    expect(refresh_result).toMatchObject({ scope: "all", success: false });
    expect(refresh_result?.errors).toEqual([expect.stringMatching(/^gone: /)]);
    expect(providers.scripted?.total_requests).toBe(5); // what was counted is not lost
  });

  test("what a person has switched off stays off", async () => {
    const switched = { provider: "scripted", name: "first" };
    const set = (action: CredentialAction) =>
      call(gateway.url, undefined, AdminService.method.setCredentialState, { ...switched, action });
    await set(CredentialAction.DISABLE);
    const body = { action: "force_refresh", scope: "provider", provider: "scripted" };
    const { providers } = await reader.read("QuotaStats", "/v1/quota-stats", { method: "POST", body });
    expect(providers.scripted).toMatchObject({ active_count: 1, exhausted_count: 0 });
    expect(providers.scripted?.credentials[0]).toMatchObject({ status: "disabled" });
    await set(CredentialAction.ENABLE);
  });

  test.each([
    [400, { action: "explode" }, "action", "expected one of 'reload', 'force_refresh', found 'explode'"],
    [400, { action: ["reload"] }, "action", "expected a string, found an array"],
    [400, { scope: "world" }, "scope", "expected one of 'all', 'provider', 'credential'"],
    [400, { scope: "provider" }, "provider", "'provider' is missing: say whose"],
    [400, { scope: "credential", provider: "scripted" }, "credential", "'credential' is missing: say which"],
    [400, { provider: 7 }, "provider", "expected a string, found a number"],
    [404, { scope: "provider", provider: "nobody" }, "provider", "There are: demo, gone, scripted."],
    [404, { scope: "credential", provider: "scripted", credential: "x" }, "credential", "There are: first, sk-…bbbb."],
  ])("%d for %j", async (status, body, param, message) => {
    const error = await reader.refused(status, "/v1/quota-stats", { method: "POST", body });
    expect(error).toMatchObject({ param, message: expect.stringContaining(message) });
  });

  test("a provider that there is not is named", async () => {
    const error = await reader.refused(404, "/v1/quota-stats?provider=nobody");
    expect(error).toMatchObject({ param: "provider", message: expect.stringContaining("'nobody'") });
  });

  test("reload puts the configuration in force, or says what is wrong with it", async () => {
    await using folder = await createGatewayFolder({ models: { one: "demo/demo" } });
    const own = createReader((await folder.start()).url);
    const reload = async () =>
      (await own.read("QuotaStats", "/v1/quota-stats", { method: "POST", body: {} })).refresh_result;
    expect(await reload()).toMatchObject({ action: "reload", scope: "all", success: true, errors: [] });
    await folder.writeConfig("models:\n  one: nobody/nothing\n");
    const faulty = await reload();
    expect(faulty).toMatchObject({ success: false, message: "The configuration has faults: the old one stays." });
    expect(faulty?.errors).toEqual([expect.stringMatching(/^line 2: models\.one: /)]);
  });

  test("reload takes what it brings in, and what it takes away, by their names", async () => {
    await using folder = await createGatewayFolder();
    const own = createReader((await folder.start()).url);
    const reload = () =>
      own.read("QuotaStats", "/v1/quota-stats", { method: "POST", body: { scope: "provider", provider: "acme" } });
    const acme = "providers:\n  acme: { dialect: openai-chat, base_url: http://127.0.0.1:9, keys: [sk-new] }\n";
    await folder.writeConfig(`${acme}models:\n  one: nobody/nothing\n`);
    expect((await reload()).refresh_result).toMatchObject({ success: false, errors: [expect.anything()] });
    await folder.writeConfig(acme);
    expect(await reload()).toMatchObject({ refresh_result: { success: true }, providers: { acme: expect.anything() } });
    await folder.writeConfig("models:\n  one: demo/demo\n");
    const gone = await reload();
    expect(gone.refresh_result).toMatchObject({ success: true, provider: "acme" });
    expect(gone.providers.acme).toBeUndefined();
    expect(gone.providers.demo).toBeDefined();
  });
});

describe("POST /v1/token-count", () => {
  const count = (body: unknown) => reader.read("TokenCount", "/v1/token-count", { method: "POST", body });
  const messages = [{ role: "user", content: "Hello, world!" }];

  test("counts every form of a message, and tools", async () => {
    expect(await count({ model: "mine", messages })).toEqual({ token_count: 4 });
    const parts = [{ role: "user", content: [{ type: "text", text: "Hello, world!" }] }];
    expect(await count({ model: "scripted/model", messages: parts, temperature: 0 })).toEqual({ token_count: 4 });
    const tool = { type: "function", function: { name: "find", description: "Finds it.", parameters: {} } };
    expect((await count({ model: "mine", messages, tools: [tool] })).token_count).toBeGreaterThan(7);
    const response = await reader.fetch("/v1/token-count", { method: "POST", body: { model: "mine", messages } });
    expect(response.headers.get("causeway-counted-by")).toContain("gpt-tokenizer");
  });

  test.each([
    [{}, "model", "'model' and 'messages' are missing."],
    [{ messages }, "model", "'model' is missing."],
    [{ model: "mine" }, "messages", "'messages' is missing."],
    [{ model: null, messages: null }, "model", "'model' and 'messages' are missing."],
    [{ model: "", messages: [] }, "model", "'model' and 'messages' are missing."],
    [{ model: 1, messages }, "model", "expected a string, found a number"],
    [{ model: "mine", messages: "Hello" }, "messages", "expected an array"],
    [{ model: "mine", messages: [1] }, "messages[0]", "expected an object"],
    [{ model: "mine", messages: [{ role: "user", content: 1 }] }, "messages[0].content", "expected"],
  ])("400 for %j", async (body, param, message) => {
    const error = await reader.refused(400, "/v1/token-count", { method: "POST", body });
    expect(error).toMatchObject({ param, message: expect.stringContaining(message) });
  });

  test("what is no JSON object is refused, and so is a model that there is not", async () => {
    for (const body of ["", "[]", "null", '{"model":', '{"model":"a","model":"b"}', "\0"]) {
      const { message } = await reader.refused(400, "/v1/token-count", { method: "POST", body });
      expect(message).toContain("The body is not a JSON object");
    }
    const unknown = { model: "gpt-99", messages };
    const { message } = await reader.refused(404, "/v1/token-count", { method: "POST", body: unknown });
    expect(message).toContain("Model 'gpt-99' not found");
    const headers = { "content-type": "text/plain" };
    expect((await reader.refused(415, "/v1/token-count", { method: "POST", body: "{}", headers })).code).toBe(
      "unsupported_media_type",
    );
  });
});

describe("POST /v1/cost-estimate", () => {
  const estimate = (body: unknown) => reader.read("CostEstimate", "/v1/cost-estimate", { method: "POST", body });

  test.each(["mine", "scripted/model", "scripted/other"])(
    "of a price in the configuration, asked as %s",
    async (model) => {
      const pricing = { input_cost_per_token: 0.000002, output_cost_per_token: 0.000008 };
      expect(await estimate({ model, prompt_tokens: 1000, completion_tokens: 500 })).toEqual({
        model,
        cost: 0.006,
        currency: "USD",
        pricing,
        source: expect.stringMatching(/^config/),
      });
      const cached = { cache_read_tokens: 10_000, cache_creation_tokens: 1000 };
      expect((await estimate({ model, prompt_tokens: 1000, ...cached })).cost).toBe(0.002 + 0.005 + 0.003);
    },
  );

  test.each(["openai/gpt-4.1-mini", "gpt-4.1-mini"])("of a price in the catalogue, asked as %s", async (model) => {
    const known = await estimate({ model, prompt_tokens: 1000, completion_tokens: 500 });
    expect(known).toMatchObject({ cost: 0.0012, source: expect.stringMatching(/^genai-prices@\d/) });
    expect(known.pricing).toEqual({ input_cost_per_token: 4e-7, output_cost_per_token: 0.0000016 });
  });

  test.each(["guess", "nobody-knows", "nobody/knows", "/", "\u0000"])(
    "of a price that is unknown: %j",
    async (model) => {
      expect(await estimate({ model, completion_tokens: 1 })).toEqual({
        model,
        cost: null,
        currency: "USD",
        pricing: {},
        source: "unknown",
        error: expect.stringContaining("under 'prices'"),
      });
    },
  );

  test("no tokens cost nothing", async () => {
    const free = await estimate({ model: "mine", prompt_tokens: 0 });
    expect([free.cost, "error" in free]).toEqual([0, false]);
  });

  test.each([
    [{}, "model", "Model is required"],
    [{ model: "mine" }, "prompt_tokens", "There are no tokens to estimate"],
    [{ model: "mine", input_tokens: 5 }, "prompt_tokens", "send one of prompt_tokens, completion_tokens"],
    [{ model: ["mine"], prompt_tokens: 1 }, "model", "expected a string, found an array"],
    [{ model: "mine", prompt_tokens: -1 }, "prompt_tokens", "expected a whole number from 0"],
    [{ model: "mine", prompt_tokens: 0.5 }, "prompt_tokens", "expected a whole number from 0"],
    [{ model: "mine", completion_tokens: "5" }, "completion_tokens", "expected a number, found a string"],
    ['{"model":"mine","prompt_tokens":1e400}', "prompt_tokens", "expected a number, found one that is too large"],
    [{ model: "mine", prompt_tokens: 1, cache_read_tokens: {} }, "cache_read_tokens", "expected a number"],
  ])("400 for %j", async (body, param, message) => {
    const error = await reader.refused(400, "/v1/cost-estimate", { method: "POST", body });
    expect(error).toMatchObject({ param, message: expect.stringContaining(message) });
  });
});
