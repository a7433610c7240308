import { createClient, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ChatService } from "../../gen/causeway/chat/v1/service_pb.ts";
import { createChatService } from "../../src/services/chat.ts";
import { idleGateway, listedModels, pricing } from "../facades/listed-models.ts";

const service = createChatService({
  gateway: idleGateway,
  listModels: async () => [...listedModels],
  pricing: () => pricing,
});
const chat = createClient(
  ChatService,
  createRouterTransport((router) => router.service(ChatService, service)),
);

describe("ListModels", () => {
  test("tells what is known of each model, and leaves out the rest", async () => {
    const { models } = await chat.listModels({});
    expect(models).toMatchObject([
      {
        id: "acme/big",
        provider: "acme",
        model: "big",
        alias: false,
        created: 1754425777n,
        contextWindow: 200_000,
        inputModalities: ["text", "image"],
        inputPriceNanoUsd: 150_000_000n,
        outputPriceNanoUsd: 12_000_000_000n,
      },
      {
        id: "fast",
        provider: "other",
        model: "small",
        alias: true,
        created: 0n,
        contextWindow: 0,
        inputModalities: [],
      },
    ]);
    expect(models[1]?.inputPriceNanoUsd).toBeUndefined();
    expect(models[1]?.outputPriceNanoUsd).toBeUndefined();
  });

  test("can be of one provider", async () => {
    const { models } = await chat.listModels({ provider: "other" });
    expect(models.map(({ id }) => id)).toEqual(["fast"]);
  });
});
