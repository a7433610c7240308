import { enumToJson, toJson } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import {
  CredentialAction,
  CredentialState,
  CredentialStateSchema,
  GetQuotaResponseSchema,
  ListBreakersResponseSchema,
  ListCredentialsResponseSchema,
  RefreshModelsResponseSchema,
} from "../../gen/causeway/admin/v1/admin_pb.ts";
import { GatewayError } from "../../src/core/error.ts";
import type { BreakerStatus } from "../../src/core/health.ts";
import { adminClient } from "./admin-client.ts";
import { credentialOf, fakeRouting, type RoutingState, useOf } from "./fake-routing.ts";

function clientOf(state: Partial<RoutingState> = {}) {
  const routing = fakeRouting(state);
  return { admin: adminClient({ routing: () => routing }), done: routing.done };
}

const notFound = (rawMessage: string) => ({ code: Code.NotFound, rawMessage });
const invalid = (message: RegExp) => ({ code: Code.InvalidArgument, rawMessage: expect.stringMatching(message) });

const noProvider = notFound("There is no provider 'tow'. There are: two, one.");

describe("ListProviders", () => {
  test("gives them by name, with their models and the state of their credentials", async () => {
    const { admin } = clientOf({
      models: {
        one: { models: ["m"], listedAt: 4_000, error: new GatewayError("upstream_timeout", "It took too long.") },
      },
      credentials: [
        credentialOf(),
        credentialOf({ name: "second", state: "locked" }),
        credentialOf({ provider: "two", name: "", masked: "" }),
      ],
    });
    const { providers } = await admin.listProviders({});
    expect(providers).toMatchObject([
      {
        name: "one",
        models: ["m"],
        listError: { code: "upstream_timeout", message: "It took too long." },
        credentialCount: 2,
        credentialsReady: 1,
      },
      { name: "two", models: [], credentialCount: 0, credentialsReady: 0 },
    ]);
    expect([providers[0]?.modelsListedAt?.seconds, providers[1]?.modelsListedAt]).toEqual([4n, undefined]);
    expect(providers[1]?.listError).toBeUndefined();
  });
});

describe("RefreshModels", () => {
  test("asks those that are named, and says what they said", async () => {
    const { admin, done } = clientOf();
    const answer = await admin.refreshModels({ providers: ["two"] });
    expect(done).toEqual([["refresh", "two", false]]);
    expect(toJson(RefreshModelsResponseSchema, answer)).toEqual({
      providers: [
        {
          name: "two",
          dialect: "d",
          baseUrl: "https://b.example",
          listError: { code: "upstream_unauthenticated", message: "It refused the key.", upstreamStatus: 401 },
        },
      ],
    });
  });

  test("asks all when none is named", async () => {
    const { admin, done } = clientOf();
    const { providers } = await admin.refreshModels({});
    expect(done).toEqual([["refresh", false]]);
    expect(providers.map(({ name, models }) => [name, models])).toEqual([
      ["one", ["m", "n"]],
      ["two", []],
    ]);
  });

  test("asks nobody when one is not there", async () => {
    const { admin, done } = clientOf();
    await expect(admin.refreshModels({ providers: ["one", "tow"] })).rejects.toMatchObject(noProvider);
    expect(done).toEqual([]);
  });
});

describe("ListCredentials", () => {
  test("tells all that is known of each", async () => {
    const { admin } = clientOf({
      credentials: [
        credentialOf({ provider: "two", name: "", masked: "" }),
        credentialOf({
          tier: 2,
          weight: 0.5,
          state: "cooling",
          cooldowns: [{ scope: "m, n-*", until: 9_000, step: 2, reason: "rate_limited: Too many." }],
          lockedUntil: 1e30, // a provider may say to wait for ever
          lastError: { code: "rate_limited", message: "Too many.", at: 8_000.4 },
          inFlight: 3,
          concurrency: 8,
          rpm: 100,
          tpm: 5e9,
          minute: useOf({ requests: 4, failures: 1, tokens: 5e9, costNanoUsd: 7n }),
        }),
      ],
    });
    expect(toJson(ListCredentialsResponseSchema, await admin.listCredentials({}))).toEqual({
      credentials: [
        {
          provider: "one",
          name: "first",
          masked: "sk-…9abc",
          tier: 2,
          weight: 0.5,
          state: "CREDENTIAL_STATE_COOLING",
          cooldowns: [{ scope: "m, n-*", until: "1970-01-01T00:00:09Z", step: 2, reason: "rate_limited: Too many." }],
          lockedUntil: "9999-12-31T23:59:59.999Z",
          lastError: { code: "rate_limited", message: "Too many.", at: "1970-01-01T00:00:08Z" },
          inFlight: 3,
          concurrency: "8",
          rpm: "100",
          tpm: "5000000000",
          minute: { length: "60s", requests: "4", failures: "1", tokens: "5000000000", costNanoUsd: "7" },
          window: { length: "3600.500s" },
        },
        {
          provider: "two",
          tier: 1,
          weight: 1,
          state: "CREDENTIAL_STATE_READY",
          minute: { length: "60s" },
          window: { length: "3600.500s" },
        },
      ],
    });
  });

  test("has a name for every state", async () => {
    const states = ["ready", "disabled", "locked", "cooling", "busy", "rpm", "tpm"] as const;
    const { admin } = clientOf({ credentials: states.map((state) => credentialOf({ state })) });
    const { credentials } = await admin.listCredentials({});
    expect(credentials.map(({ state }) => enumToJson(CredentialStateSchema, state))).toEqual(
      states.map((state) => `CREDENTIAL_STATE_${state.toUpperCase()}`),
    );
  });

  test("filters by provider, and refuses one that is not there", async () => {
    const { admin } = clientOf({ credentials: [credentialOf(), credentialOf({ provider: "two" })] });
    const { credentials } = await admin.listCredentials({ provider: "two" });
    expect(credentials.map(({ provider }) => provider)).toEqual(["two"]);
    await expect(admin.listCredentials({ provider: "tow" })).rejects.toMatchObject(noProvider);
  });
});

describe("SetCredentialState", () => {
  const credentials = [
    credentialOf(),
    credentialOf({ name: "second" }),
    credentialOf({ provider: "two", name: "", masked: "" }),
  ];

  test.each([
    [CredentialAction.ENABLE, "enable", CredentialState.READY],
    [CredentialAction.DISABLE, "disable", CredentialState.DISABLED],
    [CredentialAction.CLEAR_COOLDOWN, "clear", CredentialState.READY],
  ])("%i is to %s, and gives the new state", async (action, what, state) => {
    const { admin, done } = clientOf({ credentials });
    const { credential } = await admin.setCredentialState({ provider: "one", name: "second", action });
    expect(credential).toMatchObject({ provider: "one", name: "second", state });
    expect(done).toEqual([["one", "second", what]]);
  });

  test("takes the nameless credential of a provider that needs none", async () => {
    const { admin, done } = clientOf({ credentials });
    await admin.setCredentialState({ provider: "two", action: CredentialAction.DISABLE });
    expect(done).toEqual([["two", "", "disable"]]);
  });

  test("lists what there is for a name that is not there", async () => {
    const { admin } = clientOf({ credentials });
    const action = CredentialAction.ENABLE;
    await expect(admin.setCredentialState({ provider: "one", name: "third", action })).rejects.toMatchObject(
      notFound("There is no credential 'third' of the provider 'one'. There are: first, second."),
    );
    await expect(admin.setCredentialState({ provider: "two", name: "x", action })).rejects.toMatchObject(
      notFound("There is no credential 'x' of the provider 'two'. There are: '' (without a name)."),
    );
    await expect(admin.setCredentialState({ provider: "tow", name: "x", action })).rejects.toMatchObject(noProvider);
  });

  test("refuses to do nothing in particular", async () => {
    const { admin, done } = clientOf({ credentials });
    await expect(admin.setCredentialState({ provider: "one", name: "first" })).rejects.toMatchObject(
      invalid(/'action' is 0; it takes CREDENTIAL_ACTION_ENABLE/),
    );
    expect(done).toEqual([]);
  });
});

describe("circuit breakers", () => {
  const breaker = { provider: "one", model: "a/b", requests: 9, failures: 8, triesAt: undefined } as const;
  const breakers: BreakerStatus[] = [
    { ...breaker, state: "open", triesAt: 7_000 },
    { ...breaker, model: "c", state: "half-open" },
    { ...breaker, model: "d", state: "closed", requests: 0, failures: 0 },
  ];

  test("ListBreakers gives all", async () => {
    expect(toJson(ListBreakersResponseSchema, await clientOf({ breakers }).admin.listBreakers({}))).toEqual({
      breakers: [
        {
          ...{ provider: "one", model: "a/b", state: "BREAKER_STATE_OPEN" },
          ...{ requests: "9", failures: "8", triesAt: "1970-01-01T00:00:07Z" },
        },
        { provider: "one", model: "c", state: "BREAKER_STATE_HALF_OPEN", requests: "9", failures: "8" },
        { provider: "one", model: "d", state: "BREAKER_STATE_CLOSED" },
      ],
    });
  });

  test("ResetBreaker closes one, and lists what there is for one that is not there", async () => {
    const { admin, done } = clientOf({ breakers });
    const { breaker: reset } = await admin.resetBreaker({ provider: "one", model: "a/b" });
    expect(reset).toMatchObject({ provider: "one", model: "a/b", state: 1, failures: 0n });
    expect(done).toEqual([["one", "a/b"]]);
    await expect(admin.resetBreaker({ provider: "one", model: "x" })).rejects.toMatchObject(
      notFound("There is no circuit breaker for 'one/x'. There are: one/a/b, one/c, one/d."),
    );
    await expect(clientOf().admin.resetBreaker({ provider: "one", model: "x" })).rejects.toMatchObject(
      notFound("There is no circuit breaker for 'one/x'. There is none at all."),
    );
  });

  test("a very long list of what there is still fits into a status", async () => {
    const many = Array.from({ length: 60 }, (_, i): BreakerStatus => ({ ...breaker, model: `m${i}`, state: "closed" }));
    await expect(clientOf({ breakers: many }).admin.resetBreaker({})).rejects.toMatchObject({
      rawMessage: expect.stringMatching(/one\/m49, … and 10 more\.$/),
    });
  });
});

describe("GetQuota", () => {
  const limits = { requests: undefined, tokens: undefined, inputTokens: undefined, outputTokens: undefined };
  const { admin } = clientOf({
    credentials: [
      credentialOf({
        minute: useOf({ requests: 2, tokens: 30, costNanoUsd: 5n }),
        limits: [
          {
            model: "m",
            at: 1_000,
            limits: {
              ...limits,
              requests: { limit: 1e300, remaining: 0, resetsAt: 61_000 },
              inputTokens: { limit: undefined, remaining: 12, resetsAt: undefined },
            },
          },
        ],
      }),
    ],
    latencies: [
      ...[{ provider: "two", model: "n", firstTokenUs: undefined, tokensPerSecond: undefined }].map((latency) => ({
        ...latency,
        p95FirstTokenUs: undefined,
        inFlight: 0,
      })),
      { provider: "one", model: "m", firstTokenUs: 1234.6, tokensPerSecond: 41.5, p95FirstTokenUs: 9000, inFlight: 2 },
    ],
  });

  test("says what was used, what the provider says is left, and how fast its models answer", async () => {
    expect(toJson(GetQuotaResponseSchema, await admin.getQuota({}))).toEqual({
      providers: [
        {
          provider: "one",
          credentials: [
            {
              name: "first",
              masked: "sk-…9abc",
              minute: { length: "60s", requests: "2", tokens: "30", costNanoUsd: "5" },
              window: { length: "3600.500s" },
              limits: [
                {
                  model: "m",
                  toldAt: "1970-01-01T00:00:01Z",
                  requests: { limit: "9007199254740991", remaining: "0", resetsAt: "1970-01-01T00:01:01Z" },
                  inputTokens: { remaining: "12" },
                },
              ],
            },
          ],
          latencies: [
            { model: "m", firstTokenUs: "1235", p95FirstTokenUs: "9000", tokensPerSecond: 41.5, inFlight: 2 },
          ],
        },
        { provider: "two", latencies: [{ model: "n" }] },
      ],
    });
  });

  test("filters by provider, and refuses one that is not there", async () => {
    const { providers } = await admin.getQuota({ provider: "two" });
    expect(providers.map(({ provider }) => provider)).toEqual(["two"]);
    await expect(admin.getQuota({ provider: "tow" })).rejects.toMatchObject(noProvider);
  });
});
