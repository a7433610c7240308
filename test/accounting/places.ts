import { keyNamed, providerAt } from "../faults/server.ts";
import type { ConfigFile } from "../scenarios/gateway.ts";
import type { Prices } from "./tokens.ts";

/** The providers, their models, the names that stand for several, and what they cost. */

/** At the mock that others wrote, each in its language. */
export const mockNames = ["mock-chat", "mock-responses", "mock-anthropic", "mock-gemini", "mock-cohere"] as const;
/** At servers that do wrong what they are told to. */
export const rawNames = ["north", "south", "west"] as const;
export type RawName = (typeof rawNames)[number];

const mockDialects: Readonly<Record<(typeof mockNames)[number], string>> = {
  "mock-chat": "openai-chat",
  "mock-responses": "openai-responses",
  "mock-anthropic": "anthropic",
  "mock-gemini": "gemini",
  "mock-cohere": "cohere",
};
const rawDialects: Readonly<Record<RawName, "openai-chat" | "anthropic">> = {
  north: "openai-chat",
  south: "openai-chat",
  west: "anthropic",
};

/** Nobody knows what those cost that are priceless. The mock's have names of their own: it does not say how it was asked. */
export const mockModels = mockNames.flatMap((name) => {
  const model = name.replace("mock-", "");
  return [`${name}/${model}-priced`, `${name}/${model}-priceless`];
});
export const rawModels = rawNames.flatMap((name) => [`${name}/priced`, `${name}/priceless`]);

/** Round ones, ones that make fractions of nano-dollars, and ones for every kind. The first that fits counts. */
const prices: readonly (Prices & { readonly model: string })[] = [
  { model: "mock-gemini/gemini-priced", input: 0.0375, output: 0.15 },
  { model: "mock-cohere/cohere-priced", input: 0.0001234, output: 0.0005678 },
  { model: "mock-*/*-priced", input: 3, output: 15 },
  { model: "north/priced", input: 2.5, output: 10, cache_read: 1.25, input_audio: 40, output_audio: 80 },
  { model: "south/priced", input: 0, output: 0 },
  { model: "west/priced", input: 3, output: 15, cache_read: 0.3, cache_write_5m: 3.75, cache_write_1h: 6 },
];

/** undefined: nobody knows. `place`: "provider/model". */
export const pricesOf = (place: string): Prices | undefined =>
  prices.find(({ model }) => model === place || (model === "mock-*/*-priced" && /^mock-.*-priced$/.test(place)));

const mockPlaces = mockModels.filter((model) => model.endsWith("-priced")).map((model) => ({ model }));
const plans = {
  turns: { strategy: "round-robin", targets: mockPlaces },
  chance: { strategy: "weighted", targets: mockPlaces.map((target, at) => ({ ...target, weight: at + 1 })) },
  cheap: { strategy: "least-cost", targets: [...mockPlaces, "mock-chat/chat-priceless"] },
  across: ["mock-anthropic/anthropic-priceless", "mock-responses/responses-priced", "mock-gemini/gemini-priced"],
  fall: ["north/priced", "west/priced", "south/priced"],
  dear: ["west/priceless", "north/priced", "south/priced"],
  patient: [{ model: "north/priced", timeout: "2s" }, "south/priced"],
  hedged: { targets: ["north/priced", "west/priced"], hedge: "20ms" },
  unknown: { targets: ["west/priceless", "north/priceless"], hedge: "20ms" },
} satisfies Record<string, unknown>;
export type PlanName = keyof typeof plans;

/** The gateway's own keys: the masked ones differ. */
export const accessKeys = ["ck-accounting-key-of-ada1", "ck-accounting-key-of-bob2", "ck-accounting-key-of-cat3"];

/** causeway.yaml. */
export const configFor = (mockUrl: string, rawUrls: Readonly<Record<RawName, string>>): ConfigFile => ({
  access: { keys: accessKeys },
  providers: Object.fromEntries([
    ...mockNames.map((name) => [
      name,
      { dialect: mockDialects[name], base_url: mockUrl, keys: [`sk-${name}-0123456789`] },
    ]),
    ...rawNames.map((name) => [
      name,
      providerAt(rawUrls[name], { dialect: rawDialects[name], keys: [keyNamed("key-1"), keyNamed("key-2")] }),
    ]),
  ]),
  models: plans,
  prices,
  routing: { retries: 1, backoff: { first: "1ms", most: "4ms" }, breaker: false, affinity: false },
  log: { level: "warn" },
});
