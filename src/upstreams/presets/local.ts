import { ollamaBaseUrl } from "../ollama.ts";
import { anthropicMessages, openAiChat, openAiCompletions, openAiResponses } from "../tongues.ts";
import type { Preset } from "./preset.ts";

/** Servers that people run themselves. */
export const localServers: readonly Preset[] = [
  {
    // "OpenAI compatibility" and "Anthropic compatibility" (docs.ollama.com/api): Responses since 0.13.3, Messages since
    // 0.14, both with the key as a bearer token. A model of the list is "created" when its file was last changed.
    name: "ollama",
    tongues: [
      openAiChat("/v1", { embeddings: true }),
      openAiResponses("/v1"),
      anthropicMessages("/v1", "bearer"),
      openAiCompletions("/v1"),
    ],
    baseUrl: "http://127.0.0.1:11434",
    baseUrlFrom: { variables: ["OLLAMA_HOST"], read: ([host = ""]) => (host === "" ? undefined : ollamaBaseUrl(host)) },
    envKeys: ["OLLAMA_API_KEY"],
    keyless: true,
    modelList: { path: "/v1/models", created: [] },
    modelPrefixes: [],
  },
  {
    name: "lmstudio", // "OpenAI Compatible Endpoints", "Anthropic Compatible Endpoints" (lmstudio.ai/docs/developer)
    tongues: [
      openAiChat("", { embeddings: true }),
      openAiResponses(""),
      anthropicMessages("", "bearer"),
      openAiCompletions(""),
    ],
    baseUrl: "http://127.0.0.1:1234/v1",
    basePath: "/v1",
    envKeys: ["LM_API_TOKEN"], // "Authentication"
    keyless: true,
    modelList: { path: "/models" },
    modelPrefixes: [],
  },
  {
    // "Online Serving" (docs.vllm.ai); the key is what the server got as --api-key. A model of the list is "created" when
    // the list is asked for.
    name: "vllm",
    tongues: [
      openAiChat("", { embeddings: true }),
      openAiResponses(""),
      anthropicMessages("", "bearer", { count: true }),
      openAiCompletions(""),
    ],
    baseUrl: "http://127.0.0.1:8000/v1",
    basePath: "/v1",
    envKeys: ["VLLM_API_KEY"],
    keyless: true,
    modelList: { path: "/models", created: [] },
    modelPrefixes: [],
  },
];
