import type { Gateway } from "../../src/core/gateway.ts";
import type { Pricing } from "../../src/core/ports.ts";
import type { ListedModel } from "../../src/core/routing.ts";

/** One of which all is known, and one of which nothing is. */
export const listedModels: readonly ListedModel[] = [
  {
    id: "acme/big",
    provider: "acme",
    model: "big",
    alias: false,
    contextWindow: 200_000,
    inputModalities: ["text", "image"],
    created: 1754425777,
  },
  {
    id: "fast",
    provider: "other",
    model: "small",
    alias: true,
    contextWindow: undefined,
    inputModalities: undefined,
    created: undefined,
  },
];

/** $0.15 and $12 a million tokens for the one, unknown for the other. */
export const pricing: Pricing = {
  price: () => ({ costNanoUsd: null, cacheSavedNanoUsd: null, version: "" }),
  perMillion: (provider) => (provider === "acme" ? { input: 150_000_000n, output: 12_000_000_000n } : undefined),
  contextWindow: () => undefined,
};

const unasked = (): never => {
  throw new Error("a list of models is nothing to ask a model for");
};

export const idleGateway: Gateway = {
  open: unasked,
  whole: unasked,
  embeddings: unasked,
  frames: unasked,
  count: unasked,
  inFlight: 0,
  abort: unasked,
  idle: unasked,
};
