import type { EndpointPaths } from "./base-url.ts";
import type { ModelListRequest } from "./http.ts";
import { ollamaBaseUrl } from "./ollama.ts";
import type { Auth } from "./request-headers.ts";

/** What is known of a provider beforehand: data, from its public documentation. */
export interface Preset {
  readonly name: string;
  /** The name of the dialect it is spoken to in. */
  readonly dialect: string;
  /** What the vendor's own SDK takes as base URL. */
  readonly baseUrl: string;
  /** The path of a base URL that has none. */
  readonly basePath?: string;
  readonly paths: EndpointPaths;
  readonly auth: Auth;
  /** Environment variables that hold the key, the vendor's own first. */
  readonly envKeys: readonly string[];
  /** The environment variable from which the vendor's own SDK takes the base URL. */
  readonly baseUrlEnv?: string;
  /** What the value of `baseUrlEnv` means. Absent: it is the base URL. */
  readonly readBaseUrlEnv?: (value: string) => string;
  /** Works without a key. */
  readonly keyless?: boolean;
  readonly modelList?: ModelListRequest;
  /** Models of a vendor that has no list. */
  readonly models?: readonly string[];
  /** How the names of those models begin that a bare name (without "provider/") can only mean here. */
  readonly modelPrefixes: readonly string[];
  /** The provider's id in @pydantic/genai-prices. Absent: its prices are not known there. */
  readonly priceProvider?: string;
}

/** Endpoints named as OpenAI's. `prefix`: for example "/v1". */
const openAiPaths = (prefix: string): Required<EndpointPaths> => ({
  chat: `${prefix}/chat/completions`,
  embeddings: `${prefix}/embeddings`,
  models: `${prefix}/models`,
});

/** Of those that have no embeddings in OpenAI's form. */
const chatOnlyPaths = (prefix: string): EndpointPaths => ({ ...openAiPaths(prefix), embeddings: undefined });

const dialect = "openai-chat";
const auth = "bearer";

/** The vendors known by name, in the order in which bare model names are tried. */
export const presets: readonly Preset[] = [
  {
    name: "openai", // "API Reference" (developers.openai.com/api/reference)
    dialect,
    baseUrl: "https://api.openai.com/v1",
    basePath: "/v1",
    paths: openAiPaths(""),
    auth,
    envKeys: ["OPENAI_API_KEY"],
    baseUrlEnv: "OPENAI_BASE_URL",
    modelPrefixes: ["gpt-", "chatgpt-", "o1", "o3", "o4", "codex-", "ft:gpt-", "text-embedding-"],
    priceProvider: "openai",
  },
  {
    // "OpenAI SDK compatibility" (platform.claude.com/docs/en/api/openai-sdk): chat takes the key as a bearer token.
    // "List Models" is of the native API: it wants x-api-key and a version, and gives 20 models unless asked for more.
    name: "anthropic",
    dialect,
    baseUrl: "https://api.anthropic.com",
    paths: { chat: "/v1/chat/completions", models: "/v1/models?limit=1000" },
    auth,
    envKeys: ["ANTHROPIC_API_KEY"],
    baseUrlEnv: "ANTHROPIC_BASE_URL",
    modelList: { auth: { header: "x-api-key" }, headers: { "anthropic-version": "2023-06-01" } },
    modelPrefixes: ["claude"],
    priceProvider: "anthropic",
  },
  {
    // "OpenAI compatibility" (ai.google.dev/gemini-api/docs/openai): the list names models "models/gemini-…".
    name: "gemini",
    dialect,
    baseUrl: "https://generativelanguage.googleapis.com",
    paths: openAiPaths("/v1beta/openai"),
    auth,
    envKeys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    baseUrlEnv: "GOOGLE_GEMINI_BASE_URL",
    modelList: { prefix: "models/" },
    modelPrefixes: ["gemini"],
    priceProvider: "google",
  },
  {
    name: "mistral", // "Chat Completion API" (docs.mistral.ai/api); the SDK's server URL has no path
    dialect,
    baseUrl: "https://api.mistral.ai",
    paths: openAiPaths("/v1"),
    auth,
    envKeys: ["MISTRAL_API_KEY"],
    modelPrefixes: [
      "mistral-",
      "ministral-",
      "magistral-",
      "devstral-",
      "codestral-",
      "pixtral-",
      "voxtral-",
      "open-mistral-",
      "open-mixtral-",
    ],
    priceProvider: "mistral",
  },
  {
    name: "groq", // "OpenAI Compatibility" (console.groq.com/docs/openai); the SDK's base URL has no path
    dialect,
    baseUrl: "https://api.groq.com",
    paths: chatOnlyPaths("/openai/v1"),
    auth,
    envKeys: ["GROQ_API_KEY"],
    baseUrlEnv: "GROQ_BASE_URL",
    modelPrefixes: [],
    priceProvider: "groq",
  },
  {
    name: "deepseek", // "Your First API Call" (api-docs.deepseek.com): base URLs with /v1 work as well
    dialect,
    baseUrl: "https://api.deepseek.com",
    paths: chatOnlyPaths(""),
    auth,
    envKeys: ["DEEPSEEK_API_KEY"],
    modelPrefixes: ["deepseek-chat", "deepseek-reasoner", "deepseek-v4-"],
    priceProvider: "deepseek",
  },
  {
    name: "openrouter", // "API Reference" (openrouter.ai/docs/api-reference)
    dialect,
    baseUrl: "https://openrouter.ai/api/v1",
    basePath: "/api/v1",
    paths: openAiPaths(""),
    auth,
    envKeys: ["OPENROUTER_API_KEY"],
    modelPrefixes: [],
    priceProvider: "openrouter",
  },
  {
    name: "xai", // "REST API Reference" (docs.x.ai/docs/api-reference)
    dialect,
    baseUrl: "https://api.x.ai/v1",
    basePath: "/v1",
    paths: chatOnlyPaths(""),
    auth,
    envKeys: ["XAI_API_KEY"],
    modelPrefixes: ["grok-"],
    priceProvider: "x-ai",
  },
  {
    // "OpenAI Compatibility" (docs.perplexity.ai): there is no list of the Sonar models; "List Models" is of its router.
    name: "perplexity",
    dialect,
    baseUrl: "https://api.perplexity.ai",
    paths: { chat: "/chat/completions" },
    auth,
    envKeys: ["PERPLEXITY_API_KEY", "PPLX_API_KEY"],
    baseUrlEnv: "PERPLEXITY_BASE_URL",
    models: ["sonar", "sonar-pro", "sonar-reasoning-pro", "sonar-deep-research"],
    modelPrefixes: ["sonar"],
    priceProvider: "perplexity",
  },
  {
    name: "together", // "List all models" (docs.together.ai/reference/models): the list is the whole body
    dialect,
    baseUrl: "https://api.together.ai/v1",
    basePath: "/v1",
    paths: openAiPaths(""),
    auth,
    envKeys: ["TOGETHER_API_KEY"],
    baseUrlEnv: "TOGETHER_BASE_URL",
    modelList: { list: "" },
    modelPrefixes: [],
    priceProvider: "together",
  },
  {
    name: "fireworks", // "OpenAI compatibility" (docs.fireworks.ai); the SDK's base URL has no path
    dialect,
    baseUrl: "https://api.fireworks.ai",
    paths: openAiPaths("/inference/v1"),
    auth,
    envKeys: ["FIREWORKS_API_KEY"],
    baseUrlEnv: "FIREWORKS_BASE_URL",
    modelPrefixes: ["accounts/fireworks/"],
    priceProvider: "fireworks",
  },
  {
    name: "cerebras", // "OpenAI Compatibility" (inference-docs.cerebras.ai); the SDK's base URL has no path
    dialect,
    baseUrl: "https://api.cerebras.ai",
    paths: chatOnlyPaths("/v1"),
    auth,
    envKeys: ["CEREBRAS_API_KEY"],
    baseUrlEnv: "CEREBRAS_BASE_URL",
    modelPrefixes: [],
    priceProvider: "cerebras",
  },
  {
    name: "nvidia", // "LLM APIs" (docs.api.nvidia.com/nim/reference/llm-apis)
    dialect,
    baseUrl: "https://integrate.api.nvidia.com/v1",
    basePath: "/v1",
    paths: openAiPaths(""),
    auth,
    envKeys: ["NVIDIA_API_KEY"],
    modelPrefixes: [],
  },
  {
    // "Using Cohere models via the OpenAI SDK" (docs.cohere.com/docs/compatibility-api). "List Models" is of the native
    // API: it names models in `models[].name`, and gives 20 unless asked for more.
    name: "cohere",
    dialect,
    baseUrl: "https://api.cohere.ai",
    paths: {
      chat: "/compatibility/v1/chat/completions",
      embeddings: "/compatibility/v1/embeddings",
      models: "/v1/models?endpoint=chat&page_size=1000",
    },
    auth,
    envKeys: ["CO_API_KEY", "COHERE_API_KEY"],
    baseUrlEnv: "CO_API_URL",
    modelList: { list: "models", id: "name" },
    modelPrefixes: ["command-a-", "command-r-", "command-r7b-", "c4ai-aya-"],
    priceProvider: "cohere",
  },
  {
    name: "ollama", // "OpenAI compatibility" (docs.ollama.com/openai)
    dialect,
    baseUrl: "http://127.0.0.1:11434",
    paths: openAiPaths("/v1"),
    auth,
    envKeys: ["OLLAMA_API_KEY"],
    baseUrlEnv: "OLLAMA_HOST",
    readBaseUrlEnv: ollamaBaseUrl,
    keyless: true,
    modelPrefixes: [],
  },
  {
    name: "lmstudio", // "OpenAI Compatibility Endpoints" (lmstudio.ai/docs)
    dialect,
    baseUrl: "http://127.0.0.1:1234/v1",
    basePath: "/v1",
    paths: openAiPaths(""),
    auth,
    envKeys: [],
    keyless: true,
    modelPrefixes: [],
  },
  {
    name: "vllm", // "OpenAI-Compatible Server" (docs.vllm.ai); the key is what the server got as --api-key
    dialect,
    baseUrl: "http://127.0.0.1:8000/v1",
    basePath: "/v1",
    paths: openAiPaths(""),
    auth,
    envKeys: ["VLLM_API_KEY"],
    keyless: true,
    modelPrefixes: [],
  },
];

/**
 * For a provider that no vendor's preset fits: any server that speaks OpenAI's Chat Completions below the base URL,
 * or below /v1 of it when it has no path.
 */
export function compatiblePreset(name: string, baseUrl: string): Preset {
  return {
    name,
    dialect,
    baseUrl,
    basePath: "/v1",
    paths: openAiPaths(""),
    auth,
    envKeys: [],
    keyless: true,
    modelPrefixes: [],
  };
}
