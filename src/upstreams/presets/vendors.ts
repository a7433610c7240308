import {
  anthropicMessages,
  anthropicVersion,
  cohereChat,
  generateContent,
  openAiChat,
  openAiCompletions,
  openAiResponses,
} from "../tongues.ts";
import { baseUrlIn, type Preset } from "./preset.ts";

/** By which clients of OpenAI's ask for features that are not yet final. */
const openAiPassHeaders = ["openai-beta"];

/** Vendors of models. */
export const vendors: readonly Preset[] = [
  {
    // "API Reference" (developers.openai.com/api/reference): "Create a model response", "Get input token counts",
    // "Create chat completion", "Create completion", "Create embeddings"
    name: "openai",
    tongues: [
      { ...openAiChat("", { embeddings: true }), passHeaders: openAiPassHeaders },
      { ...openAiResponses("", { count: true }), passHeaders: openAiPassHeaders },
      openAiCompletions(""),
    ],
    baseUrl: "https://api.openai.com/v1",
    baseUrlFrom: baseUrlIn("OPENAI_BASE_URL"),
    basePath: "/v1",
    envKeys: ["OPENAI_API_KEY"],
    modelList: { path: "/models" },
    modelPrefixes: ["gpt-", "chatgpt-", "o1", "o3", "o4", "codex-", "ft:gpt-", "text-embedding-"],
    priceProvider: "openai",
  },
  {
    // "Messages", "Count tokens", "List Models" (platform.claude.com/docs/en/api): the list gives 20 models unless asked
    // for more. There are no embeddings.
    name: "anthropic",
    tongues: [anthropicMessages("/v1", { header: "x-api-key" }, { count: true })],
    baseUrl: "https://api.anthropic.com",
    baseUrlFrom: baseUrlIn("ANTHROPIC_BASE_URL"),
    otherPaths: ["/v1/chat/completions"], // "OpenAI SDK compatibility"
    envKeys: ["ANTHROPIC_API_KEY"],
    modelList: {
      path: "/v1/models?limit=1000",
      auth: { header: "x-api-key" },
      headers: anthropicVersion,
      inputs: { "capabilities.image_input.supported": "image", "capabilities.pdf_input.supported": "document" },
    },
    modelPrefixes: ["claude"],
    priceProvider: "anthropic",
  },
  {
    // "Generating content", "Counting tokens", "Embeddings", "Models" (ai.google.dev/api): the list names models
    // "models/gemini-…", 50 unless asked for more
    name: "gemini",
    telemetryName: "gcp.gemini",
    tongues: [generateContent("/v1beta", "models/", { header: "x-goog-api-key" }, "batchEmbedContents")],
    baseUrl: "https://generativelanguage.googleapis.com",
    baseUrlFrom: baseUrlIn("GOOGLE_GEMINI_BASE_URL"),
    otherPaths: ["/v1beta/openai/chat/completions"], // "OpenAI compatibility"
    envKeys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    modelList: {
      path: "/v1beta/models?pageSize=1000",
      auth: { header: "x-goog-api-key" },
      list: "models",
      id: "name",
      prefix: "models/",
    },
    modelPrefixes: ["gemini"],
    priceProvider: "google",
  },
  {
    // "Chat Completion API", "Embeddings API", "List Available Models" (docs.mistral.ai/api); the SDK's server URL has
    // no path. Each model of the list is "created" when the list is asked for.
    name: "mistral",
    telemetryName: "mistral_ai",
    tongues: [openAiChat("/v1", { embeddings: true })],
    baseUrl: "https://api.mistral.ai",
    envKeys: ["MISTRAL_API_KEY"],
    modelList: {
      path: "/v1/models",
      inputs: { "capabilities.vision": "image", "capabilities.audio": "audio" },
      created: [],
    },
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
    // "Your First API Call", "Using the Anthropic API" (api-docs.deepseek.com): base URLs with /v1 work as well
    name: "deepseek",
    tongues: [openAiChat(""), anthropicMessages("/anthropic/v1", { header: "x-api-key" })],
    baseUrl: "https://api.deepseek.com",
    envKeys: ["DEEPSEEK_API_KEY"],
    modelList: { path: "/models" },
    modelPrefixes: ["deepseek-chat", "deepseek-reasoner", "deepseek-flash", "deepseek-v4-"],
    priceProvider: "deepseek",
  },
  {
    // "Inference API" (docs.x.ai/developers/rest-api-reference): the Anthropic-compatible endpoints are deprecated, as
    // are the old completions
    name: "xai",
    telemetryName: "x_ai",
    aliases: ["grok"],
    tongues: [openAiChat(""), openAiResponses("")],
    baseUrl: "https://api.x.ai/v1",
    basePath: "/v1",
    envKeys: ["XAI_API_KEY"],
    modelList: { path: "/models" },
    modelPrefixes: ["grok-"],
    priceProvider: "x-ai",
  },
  {
    // "OpenAI Compatibility" (docs.perplexity.ai): there is no list of the Sonar models; "List Models" is of its router,
    // and its embeddings come in a form of their own
    name: "perplexity",
    tongues: [openAiChat("")],
    baseUrl: "https://api.perplexity.ai",
    baseUrlFrom: baseUrlIn("PERPLEXITY_BASE_URL"),
    envKeys: ["PERPLEXITY_API_KEY", "PPLX_API_KEY"],
    models: ["sonar", "sonar-pro", "sonar-reasoning-pro", "sonar-deep-research"],
    modelPrefixes: ["sonar"],
    priceProvider: "perplexity",
  },
  {
    // "Chat API (v2)", "Embed API (v2)", "List Models" (docs.cohere.com/reference): the list gives 20 models unless
    // asked for more
    name: "cohere",
    tongues: [cohereChat],
    baseUrl: "https://api.cohere.com",
    baseUrlFrom: baseUrlIn("CO_API_URL"),
    otherPaths: ["/compatibility/v1/chat/completions"], // "Using Cohere models via the OpenAI SDK"
    envKeys: ["CO_API_KEY", "COHERE_API_KEY"],
    modelList: { path: "/v1/models?page_size=1000", list: "models", id: "name" },
    modelPrefixes: [
      "command-a-",
      "command-r-",
      "command-r7b-",
      "c4ai-aya-",
      "embed-v4",
      "embed-english-",
      "embed-multilingual-",
    ],
    priceProvider: "cohere",
  },
];
