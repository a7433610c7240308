import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ErrorDetailSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { GatewayError } from "../../src/core/error.ts";
import { chatClient, createChatPath, drain, failureOf, protocols, settlement } from "./rpc-clients.ts";
import { serve } from "./serve.ts";

const rateLimited = (): GatewayError =>
  new GatewayError("rate_limited", "Too many requests to 'acme': wait.", {
    provider: "acme",
    upstreamStatus: 429,
    nativeType: "slow_down",
    param: "model",
    retryAfterMs: 1500,
  });

describe("errors", () => {
  test.each(protocols)(
    "%s: a GatewayError arrives with its code, message, detail and retry-after",
    async (protocol) => {
      const { url, log } = await serve({
        chat: {
          createChat: () => {
            throw rateLimited();
          },
        },
      });
      const error = await failureOf(chatClient(protocol, url).createChat({}, { headers: { "x-request-id": "my-id" } }));
      expect(error.code).toBe(Code.ResourceExhausted);
      expect(error.rawMessage).toBe("Too many requests to 'acme': wait.");
      expect(error.findDetails(ErrorDetailSchema)).toMatchObject([
        {
          code: "rate_limited",
          message: "Too many requests to 'acme': wait.",
          provider: "acme",
          upstreamStatus: 429,
          nativeCode: "slow_down",
          param: "model",
          retryAfterMs: 1500,
          requestId: "my-id",
        },
      ]);
      expect(error.metadata.get("retry-after")).toBe("2");
      expect(log).toEqual([]);
    },
  );

  test("the detail has the gateway's own id when the handler gave the call one", async () => {
    const { url } = await serve({
      chat: {
        createChat: (_, { responseHeader }) => {
          responseHeader.set("causeway-request-id", "own-id");
          throw rateLimited();
        },
      },
    });
    const error = await failureOf(chatClient("gRPC over HTTP/2", url).createChat({}));
    expect(error.findDetails(ErrorDetailSchema)[0]?.requestId).toBe("own-id");
  });

  test.each(protocols)("%s: an error in the middle of a stream ends it as an error", async (protocol) => {
    const { url } = await serve({
      chat: {
        async *streamChat() {
          yield settlement("first");
          throw rateLimited();
        },
      },
    });
    const messages: unknown[] = [];
    const read = async (): Promise<void> => {
      for await (const message of chatClient(protocol, url).streamChat({})) messages.push(message);
    };
    const error = await failureOf(read());
    expect(messages).toHaveLength(1);
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(error.findDetails(ErrorDetailSchema)[0]?.code).toBe("rate_limited");
  });

  test.each(["Connect JSON over HTTP/1.1", "gRPC over HTTP/2"])(
    "%s: an unknown error is logged with its cause, and tells the client nothing",
    async (protocol) => {
      const { url, log } = await serve({
        chat: {
          createChat: () => {
            throw new TypeError("password=hunter2");
          },
          // biome-ignore lint/correctness/useYield: it fails before
          async *streamChat() {
            throw new TypeError("password=hunter2");
          },
        },
      });
      const client = chatClient(protocol, url);
      const headers = { "x-request-id": "the-id" };
      const errors = [
        await failureOf(client.createChat({}, { headers })),
        await failureOf(drain(client.streamChat({}, { headers }))),
      ];
      for (const error of errors) {
        expect(error.code).toBe(Code.Internal);
        expect(error.message).not.toContain("hunter2");
        expect(error.findDetails(ErrorDetailSchema)[0]).toMatchObject({ code: "internal", requestId: "the-id" });
      }
      expect(log).toMatchObject([
        { level: "error", fields: { requestId: "the-id", rpc: "causeway.chat.v1.ChatService/CreateChat" } },
        { level: "error", fields: { requestId: "the-id", rpc: "causeway.chat.v1.ChatService/StreamChat" } },
      ]);
      expect(log[0]?.fields.err).toMatchObject({ message: "password=hunter2" });
    },
  );

  test.each([
    ["a field in another form", '{"strict":"maybe"}', "strict"],
    ["a field that there is not", '{"strickt":true}', "strickt"],
    ["a word that there is not", '{"chat":{"messages":[{"role":"usr"}]}}', "usr"],
  ])("%s is named, not passed over", async (_, body, named) => {
    const { url } = await serve();
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url + createChatPath, { method: "POST", headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "invalid_argument", message: expect.stringContaining(named) });
  });
});
