import type { UpstreamModel } from "../../src/core/ports.ts";

export interface DocumentedList {
  /** Where the form is documented. */
  readonly page: string;
  readonly body: unknown;
  readonly models: readonly UpstreamModel[];
}

/** A list of models by provider, in the form that its documentation gives, and what it says. */
export const documentedLists: Readonly<Record<string, DocumentedList>> = {
  openai: {
    page: "List models (developers.openai.com/api/reference)",
    body: { object: "list", data: [{ id: "gpt-5", object: "model", created: 1754425777, owned_by: "system" }] },
    models: [{ name: "gpt-5", created: 1754425777 }],
  },
  anthropic: {
    page: "List Models (platform.claude.com/docs/en/api/models/list)",
    body: {
      data: [
        {
          type: "model",
          id: "claude-opus-4-6",
          display_name: "Claude Opus 4.6",
          created_at: "2026-02-04T00:00:00Z",
          max_input_tokens: 1_000_000,
          max_tokens: 128_000,
          capabilities: {
            batch: { supported: true },
            image_input: { supported: true },
            pdf_input: { supported: true },
          },
        },
        {
          type: "model",
          id: "claude-text",
          created_at: "1970-01-01T00:00:00Z",
          max_input_tokens: 200_000,
          capabilities: { image_input: { supported: false }, pdf_input: { supported: false } },
        },
        {
          type: "model",
          id: "claude-unknown",
          created_at: "2026-02-04T00:00:00Z",
          max_input_tokens: null,
          capabilities: null,
        },
      ],
      has_more: false,
      first_id: "claude-opus-4-6",
      last_id: "claude-unknown",
    },
    models: [
      {
        name: "claude-opus-4-6",
        contextWindow: 1_000_000,
        inputModalities: ["text", "image", "document"],
        created: 1770163200,
      },
      { name: "claude-text", contextWindow: 200_000, inputModalities: ["text"] },
      { name: "claude-unknown", created: 1770163200 },
    ],
  },
  gemini: {
    page: "models.list (ai.google.dev/api/models)",
    body: {
      models: [
        {
          name: "models/gemini-2.5-pro",
          version: "2.5",
          displayName: "Gemini 2.5 Pro",
          inputTokenLimit: 1_048_576,
          outputTokenLimit: 65_536,
          supportedGenerationMethods: ["generateContent", "countTokens"],
        },
      ],
    },
    models: [{ name: "gemini-2.5-pro", contextWindow: 1_048_576 }],
  },
  mistral: {
    page: "List Available Models (docs.mistral.ai/api)",
    body: {
      object: "list",
      data: [
        {
          id: "mistral-medium-2508",
          object: "model",
          created: 1790000000, // when it was asked
          owned_by: "mistralai",
          capabilities: { completion_chat: true, function_calling: true, vision: true, audio: false },
          max_context_length: 131_072,
          aliases: ["mistral-medium-latest"],
        },
        {
          id: "voxtral-small-2507",
          capabilities: { completion_chat: true, vision: false, audio: true },
          max_context_length: 32_768,
        },
      ],
    },
    models: [
      { name: "mistral-medium-2508", contextWindow: 131_072, inputModalities: ["text", "image"] },
      { name: "voxtral-small-2507", contextWindow: 32_768, inputModalities: ["text", "audio"] },
    ],
  },
  deepseek: {
    page: "Lists Models (api-docs.deepseek.com/api/list-models)",
    body: { object: "list", data: [{ id: "deepseek-flash", object: "model", owned_by: "deepseek" }] },
    models: [{ name: "deepseek-flash" }],
  },
  xai: {
    page: "List models (docs.x.ai/developers/rest-api-reference/inference/models)",
    body: {
      object: "list",
      data: [
        {
          id: "grok-4.3",
          object: "model",
          created: 1776000000,
          owned_by: "xai",
          aliases: ["grok-latest"],
          context_length: 1_000_000,
          prompt_text_token_price: 12_500,
        },
        { id: "grok-imagine-image", object: "model", created: 1776000000, owned_by: "xai", context_length: null },
      ],
    },
    models: [
      { name: "grok-4.3", contextWindow: 1_000_000, created: 1776000000 },
      { name: "grok-imagine-image", created: 1776000000 },
    ],
  },
  cohere: {
    page: "List Models (docs.cohere.com/reference/list-models)",
    body: {
      models: [
        {
          name: "command-a-03-2025",
          is_deprecated: false,
          endpoints: ["chat"],
          finetuned: false,
          context_length: 288_000,
        },
      ],
      next_page_token: "",
    },
    models: [{ name: "command-a-03-2025", contextWindow: 288_000 }],
  },
  groq: {
    page: "List models (console.groq.com/docs/api-reference)",
    body: {
      object: "list",
      data: [
        {
          id: "openai/gpt-oss-120b",
          object: "model",
          created: 1754408224,
          owned_by: "OpenAI",
          active: true,
          context_window: 131_072,
          max_completion_tokens: 65_536,
        },
      ],
    },
    models: [{ name: "openai/gpt-oss-120b", contextWindow: 131_072, created: 1754408224 }],
  },
  openrouter: {
    page: "Models API Standard (openrouter.ai/docs/models)",
    body: {
      data: [
        {
          id: "google/gemini-2.5-pro",
          canonical_slug: "google/gemini-2.5-pro",
          name: "Google: Gemini 2.5 Pro",
          created: 1750169544,
          context_length: 1_048_576,
          architecture: {
            input_modalities: ["file", "image", "text", "audio", "video"],
            output_modalities: ["text"],
            tokenizer: "Gemini",
          },
          pricing: { prompt: "0.00000125", completion: "0.00001" },
          top_provider: { context_length: 1_048_576, max_completion_tokens: 65_536, is_moderated: false },
          per_request_limits: null,
        },
      ],
    },
    models: [
      {
        name: "google/gemini-2.5-pro",
        contextWindow: 1_048_576,
        inputModalities: ["document", "image", "text", "audio", "video"],
        created: 1750169544,
      },
    ],
  },
  together: {
    page: "List all models (docs.together.ai/reference/models)",
    body: [
      {
        id: "deepseek-ai/DeepSeek-V3.1",
        object: "model",
        created: 1755776000,
        type: "chat",
        context_length: 131_072,
        pricing: { input: 0.6, output: 1.7, hourly: 0, base: 0, finetune: 0 },
      },
      { id: "black-forest-labs/FLUX.1-dev", object: "model", created: 0, type: "image", context_length: 0 },
    ],
    models: [
      { name: "deepseek-ai/DeepSeek-V3.1", contextWindow: 131_072, created: 1755776000 },
      { name: "black-forest-labs/FLUX.1-dev" },
    ],
  },
  fireworks: {
    page: "OpenAI compatibility (docs.fireworks.ai), GET /inference/v1/models",
    body: {
      object: "list",
      data: [
        {
          id: "accounts/fireworks/models/kimi-k3",
          object: "model",
          created: 1780000000,
          owned_by: "fireworks",
          kind: "HF_BASE_MODEL",
          supports_chat: true,
          supports_image_input: true,
          supports_tools: true,
          context_length: 262_144,
        },
        { id: "accounts/fireworks/models/gpt-oss-20b", supports_image_input: false, context_length: 131_072 },
      ],
    },
    models: [
      {
        name: "accounts/fireworks/models/kimi-k3",
        contextWindow: 262_144,
        inputModalities: ["text", "image"],
        created: 1780000000,
      },
      { name: "accounts/fireworks/models/gpt-oss-20b", contextWindow: 131_072, inputModalities: ["text"] },
    ],
  },
  cerebras: {
    page: "List models (inference-docs.cerebras.ai/api-reference/models)",
    body: {
      object: "list",
      data: [{ id: "gpt-oss-120b", object: "model", created: 1754400000, owned_by: "Cerebras" }],
    },
    models: [{ name: "gpt-oss-120b", created: 1754400000 }],
  },
  nvidia: {
    page: "LLM APIs (docs.api.nvidia.com/nim/reference/llm-apis)",
    body: { object: "list", data: [{ id: "meta/llama-3.3-70b-instruct", object: "model", created: 735790403 }] },
    models: [{ name: "meta/llama-3.3-70b-instruct" }],
  },
  ollama: {
    page: "OpenAI compatibility (docs.ollama.com/api)",
    body: {
      object: "list",
      data: [{ id: "llama3.2:latest", object: "model", created: 1780000000, owned_by: "library" }],
    },
    models: [{ name: "llama3.2:latest" }],
  },
  lmstudio: {
    page: "List Models (lmstudio.ai/docs/developer/openai-compat)",
    body: { object: "list", data: [{ id: "openai/gpt-oss-20b", object: "model", owned_by: "organization_owner" }] },
    models: [{ name: "openai/gpt-oss-20b" }],
  },
  vllm: {
    page: "Online Serving (docs.vllm.ai), GET /v1/models",
    body: {
      object: "list",
      data: [
        {
          id: "Qwen/Qwen3-8B",
          object: "model",
          created: 1790000000, // when it was asked
          owned_by: "vllm",
          root: "Qwen/Qwen3-8B",
          parent: null,
          max_model_len: 40_960,
          permission: [],
        },
      ],
    },
    models: [{ name: "Qwen/Qwen3-8B", contextWindow: 40_960 }],
  },
};
