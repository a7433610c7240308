import { anthropicMessages, openAiChat, openAiCompletions, openAiResponses } from "../tongues.ts";
import { baseUrlIn, type Preset } from "./preset.ts";

/** Vendors that serve others' models. */
export const hosts: readonly Preset[] = [
  {
    // "OpenAI Compatibility" (console.groq.com/docs/openai); the SDK's base URL has no path. Its Responses API is a beta.
    name: "groq",
    tongues: [openAiChat("/openai/v1")],
    baseUrl: "https://api.groq.com",
    baseUrlFrom: baseUrlIn("GROQ_BASE_URL"),
    envKeys: ["GROQ_API_KEY"],
    modelList: { path: "/openai/v1/models" },
    modelPrefixes: [],
    priceProvider: "groq",
  },
  {
    // "API Reference" (openrouter.ai/docs/api-reference): "Create a response", "Create a message", "Create embeddings".
    // For Anthropic's SDK the base URL has no /v1 ("Claude Code Integration").
    name: "openrouter",
    tongues: [openAiChat("", { embeddings: true }), openAiResponses(""), anthropicMessages("", "bearer")],
    baseUrl: "https://openrouter.ai/api/v1",
    basePath: "/api/v1",
    envKeys: ["OPENROUTER_API_KEY"],
    modelList: { path: "/models" },
    modelPrefixes: [],
    priceProvider: "openrouter",
  },
  {
    // "OpenAI compatibility", "List all models" (docs.together.ai): the list is the whole body
    name: "together",
    tongues: [openAiChat("", { embeddings: true }), openAiCompletions("")],
    baseUrl: "https://api.together.ai/v1",
    baseUrlFrom: baseUrlIn("TOGETHER_BASE_URL"),
    basePath: "/v1",
    envKeys: ["TOGETHER_API_KEY"],
    modelList: { path: "/models", list: "" },
    modelPrefixes: [],
    priceProvider: "together",
  },
  {
    // "OpenAI compatibility", "Anthropic compatibility", "Responses API" (docs.fireworks.ai); the SDK's base URL has no path
    name: "fireworks",
    tongues: [
      openAiChat("/inference/v1", { embeddings: true }),
      openAiResponses("/inference/v1"),
      anthropicMessages("/inference/v1", "bearer"),
      openAiCompletions("/inference/v1"),
    ],
    baseUrl: "https://api.fireworks.ai",
    baseUrlFrom: baseUrlIn("FIREWORKS_BASE_URL"),
    envKeys: ["FIREWORKS_API_KEY"],
    modelList: { path: "/inference/v1/models", inputs: { supports_image_input: "image" } },
    modelPrefixes: ["accounts/fireworks/"],
    priceProvider: "fireworks",
  },
  {
    name: "cerebras", // "OpenAI Compatibility" (inference-docs.cerebras.ai); the SDK's base URL has no path
    tongues: [openAiChat("/v1")],
    baseUrl: "https://api.cerebras.ai",
    baseUrlFrom: baseUrlIn("CEREBRAS_BASE_URL"),
    envKeys: ["CEREBRAS_API_KEY"],
    modelList: { path: "/v1/models" },
    modelPrefixes: [],
    priceProvider: "cerebras",
  },
  {
    name: "nvidia", // "LLM APIs" (docs.api.nvidia.com/nim/reference/llm-apis)
    tongues: [openAiChat("", { embeddings: true })],
    baseUrl: "https://integrate.api.nvidia.com/v1",
    basePath: "/v1",
    envKeys: ["NVIDIA_API_KEY"],
    modelList: { path: "/models" },
    modelPrefixes: [],
  },
  {
    // "Create Chat Completion" (docs.blackbox.ai/api-reference/chat): no list of models is documented, and its Messages
    // API only for the Enterprise plan
    name: "blackbox",
    tongues: [openAiChat("")],
    baseUrl: "https://api.blackbox.ai",
    envKeys: ["BLACKBOX_API_KEY"],
    modelPrefixes: ["blackboxai/"],
  },
];
