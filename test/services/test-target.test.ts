import { create, toJson } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { TestTargetResponseSchema } from "../../gen/causeway/admin/v1/admin_pb.ts";
import { ChatResponseSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { GatewayError } from "../../src/core/error.ts";
import { type Call, Exchange } from "../../src/core/exchange.ts";
import type { Gateway, WholeAnswer } from "../../src/core/gateway.ts";
import { openaiChat } from "../../src/dialects/openai-chat/index.ts";
import { type TargetTest, type TestRequest, testTarget } from "../../src/services/test-target.ts";
import { rowOf, usageOf } from "../ledger/fixtures.ts";
import { adminClient } from "./admin-client.ts";
import { credentialOf, fakeRouting } from "./fake-routing.ts";

describe("TestTarget", () => {
  const works: TargetTest = {
    requestId: "0198-id",
    provider: "one",
    model: "m",
    credential: "first",
    error: undefined,
    text: "ok",
    askedUs: 150,
    headUs: 90_000,
    durationUs: 100_000,
    usage: usageOf(),
    costNanoUsd: 12n,
  };

  function clientThat(test: TargetTest) {
    const asked: TestRequest[] = [];
    const routing = fakeRouting({ credentials: [credentialOf(), credentialOf({ provider: "two", name: "other" })] });
    const admin = adminClient({
      routing: () => routing,
      test(request) {
        asked.push(request);
        return Promise.resolve(test);
      },
    });
    return { admin, asked };
  }

  test("gives what the model said, how long it took and what it cost", async () => {
    const { admin, asked } = clientThat(works);
    const answer = await admin.testTarget({ model: "one/m", credential: "first" });
    expect(asked).toMatchObject([{ model: "one/m", credential: "first" }]);
    expect(toJson(TestTargetResponseSchema, answer)).toEqual({
      requestId: "0198-id",
      provider: "one",
      model: "m",
      credential: "first",
      text: "ok",
      askedUs: "150",
      headUs: "90000",
      durationUs: "100000",
      usage: { inputTokens: 100, outputTokens: 20, source: "USAGE_SOURCE_REPORTED" },
      costNanoUsd: "12",
    });
  });

  test("gives a failure as an answer", async () => {
    const error = new GatewayError("upstream_unauthenticated", "Wrong key.", { provider: "one", upstreamStatus: 401 });
    const nothing = { text: "", headUs: undefined, usage: undefined, costNanoUsd: null };
    const { admin, asked } = clientThat({ ...works, ...nothing, error });
    const answer = await admin.testTarget({ model: "smart" });
    expect(asked[0]?.credential).toBeUndefined();
    expect(answer.error).toMatchObject({
      code: "upstream_unauthenticated",
      message: "Wrong key.",
      provider: "one",
      upstreamStatus: 401,
      requestId: "0198-id",
    });
    expect([answer.headUs, answer.usage, answer.costNanoUsd]).toEqual([undefined, undefined, undefined]);
  });

  test("lists the credentials there are for a name that none has", async () => {
    const { admin, asked } = clientThat(works);
    await expect(admin.testTarget({ model: "one/m", credential: "frist" })).rejects.toMatchObject({
      code: Code.NotFound,
      rawMessage: "There is no credential 'frist'. There are: first, other.",
    });
    expect(asked).toEqual([]);
  });

  test("has to be told the model", async () => {
    const { admin, asked } = clientThat(works);
    await expect(admin.testTarget({})).rejects.toMatchObject({
      code: Code.InvalidArgument,
      rawMessage: expect.stringMatching(/'model' is empty/),
    });
    expect(asked).toEqual([]);
  });
});

describe("testTarget", () => {
  const clock = { now: () => 1_000, micros: () => 0 };

  /** A gateway that answers this, or fails with it; and the exchanges it was asked for. */
  function gatewayThat(whole: (exchange: Exchange) => Promise<WholeAnswer>) {
    const opened: Exchange[] = [];
    const unexpected = () => {
      throw new Error("only a whole answer was expected");
    };
    const gateway: Gateway = {
      open(call: Call) {
        const exchange = new Exchange(`id-${opened.length}`, call, clock);
        opened.push(exchange);
        return exchange;
      },
      async whole(exchange) {
        try {
          return await whole(exchange);
        } finally {
          exchange.row = rowOf({ provider: "one", model: "m", durationUs: 900, usage: usageOf(), costNanoUsd: 12n });
        }
      },
      embeddings: unexpected,
      frames: unexpected,
      count: unexpected,
      inFlight: 0,
      abort: unexpected,
      idle: unexpected,
    };
    return { gateway, opened };
  }

  const answerOf = (...texts: string[]): WholeAnswer => ({
    dialect: openaiChat,
    bytes: Buffer.alloc(0),
    read: () =>
      create(ChatResponseSchema, {
        choices: [
          {
            message: {
              parts: [
                { kind: { case: "reasoning", value: { text: "They want ok." } } },
                ...texts.map((text) => ({ kind: { case: "text" as const, value: { text } } })),
              ],
            },
          },
        ],
      }),
  });

  const asked = (changes: Partial<TestRequest> = {}): TestRequest => ({
    model: "one/m",
    credential: undefined,
    signal: new AbortController().signal,
    ...changes,
  });

  test("asks for one word, of this place only, and tells what became of it", async () => {
    const { gateway, opened } = gatewayThat((exchange) => {
      exchange.trail.steps.push({
        ...{ kind: "attempt", atUs: 150, target: "one/m", credential: "first", hedge: false, outcome: "answered" },
        ...{ headUs: 700 },
      });
      return Promise.resolve(answerOf("o", "k"));
    });
    const result = await testTarget(gateway, asked({ credential: "first" }));
    expect(result).toEqual({
      ...{ requestId: "id-0", provider: "one", model: "m", credential: "first", error: undefined, text: "ok" },
      ...{ askedUs: 150, headUs: 700, durationUs: 900, usage: usageOf(), costNanoUsd: 12n },
    });
    const call = opened[0]?.call;
    expect(call).toMatchObject({ facade: "admin", model: "one/m", stream: false, only: { credential: "first" } });
    expect(call?.request).toMatchObject({ kind: "chat", chat: { model: "one/m", maxOutputTokens: 16 } });
  });

  test("keeps 200 characters of a model that talks, and cuts none in two", async () => {
    const { gateway } = gatewayThat(() => Promise.resolve(answerOf("🦜".repeat(300))));
    expect((await testTarget(gateway, asked())).text).toBe("🦜".repeat(200));
  });

  test("tells a failure, also of an answer that cannot be read, instead of throwing it", async () => {
    const error = new GatewayError("upstream_unauthenticated", "Wrong key.");
    const refused = gatewayThat(() => Promise.reject(error));
    expect(await testTarget(refused.gateway, asked())).toMatchObject({
      error,
      text: "",
      credential: "",
      durationUs: 900,
    });
    expect(refused.opened[0]?.call.only).toEqual({ credential: undefined });

    const malformed = new GatewayError("upstream_malformed", "No JSON.");
    const broken = gatewayThat(() =>
      Promise.resolve({
        ...answerOf(),
        read() {
          throw malformed;
        },
      }),
    );
    expect(await testTarget(broken.gateway, asked())).toMatchObject({ error: malformed, text: "" });
  });

  test("ends with whoever asked for it", async () => {
    const person = new AbortController();
    const { gateway } = gatewayThat((exchange) => {
      person.abort();
      return Promise.reject(exchange.signal.reason);
    });
    const left = await testTarget(gateway, asked({ signal: person.signal }));
    expect(left.error?.code).toBe("cancelled");

    const { gateway: unasked } = gatewayThat((exchange) => Promise.reject(exchange.signal.reason));
    expect((await testTarget(unasked, asked({ signal: AbortSignal.abort() }))).error?.code).toBe("cancelled");
  });
});
