import {
  anthropicPassHeaders,
  converse,
  generateContent,
  openAiChat,
  openAiCompletions,
  openAiResponses,
  type PresetTongue,
} from "../tongues.ts";
import { type BaseUrlVariables, baseUrlIn, type Preset } from "./preset.ts";

const azureKey = { header: "api-key" } as const;

/** The oldest dated version that has the Responses API ("API version lifecycle", learn.microsoft.com/azure/foundry/openai). */
const firstWithResponses = "2025-03-01-preview";

/**
 * A base URL with a dated version (`?api-version=2024-10-21`) means the endpoints from before version 1 of the API, where
 * a deployment's name is part of the path ("Azure OpenAI REST API reference", learn.microsoft.com/azure/foundry/openai).
 */
function deploymentTongues(baseUrl: string): readonly PresetTongue[] | undefined {
  const version = URL.parse(baseUrl)?.searchParams.get("api-version") ?? "";
  if (!/^\d{4}-\d{2}-\d{2}/.test(version)) return undefined; // version 1 takes "preview" and the like
  const deployment = "/openai/deployments/{model}";
  const responses = { ...openAiResponses("/openai"), auth: azureKey };
  return [
    { ...openAiChat(deployment, { embeddings: true }), auth: azureKey },
    ...(version >= firstWithResponses ? [responses] : []),
    { ...openAiCompletions(deployment), auth: azureKey },
  ];
}

/** "Deployments and endpoints" (docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/locations). */
const vertexBaseUrl: BaseUrlVariables = {
  variables: ["GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION"],
  wanted: "GOOGLE_CLOUD_PROJECT (and GOOGLE_CLOUD_LOCATION, where that is not global)",
  read([project = "", given = ""]) {
    if (project === "") return undefined;
    const location = given === "" ? "global" : given.toLowerCase();
    return `https://${vertexHost(location)}/v1/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`;
  },
};

function vertexHost(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  const isMultiRegion = location === "us" || location === "eu";
  return isMultiRegion ? `aiplatform.${location}.rep.googleapis.com` : `${location}-aiplatform.googleapis.com`;
}

/** What all of Vertex AI has in common. The key is a service account's file, or "adc". */
const vertex = {
  baseUrl: undefined,
  baseUrlFrom: vertexBaseUrl,
  baseUrlForm: {
    pattern: /\/projects\/[^/]+\/locations\/[^/]+/,
    expected:
      "expected project and location in it: https://aiplatform.googleapis.com/v1/projects/NAME/locations/global",
  },
  envKeys: ["GOOGLE_APPLICATION_CREDENTIALS"],
  keyIsFile: true,
  modelPrefixes: [],
  priceProvider: "google",
} as const;

/** The large clouds, where customers have endpoints of their own. What can be asked for there, no list says. */
export const clouds: readonly Preset[] = [
  {
    // "Azure OpenAI in Microsoft Foundry Models v1 API" (learn.microsoft.com/azure/foundry/openai): models are asked for
    // by their deployments' names, while the list of models has those that could be deployed
    name: "azure",
    telemetryName: "azure.ai.openai",
    tongues: [
      { ...openAiChat("/openai/v1", { embeddings: true }), auth: azureKey },
      { ...openAiResponses("/openai/v1"), auth: azureKey },
      { ...openAiCompletions("/openai/v1"), auth: azureKey },
    ],
    tonguesAt: deploymentTongues,
    baseUrl: undefined,
    baseUrlFrom: baseUrlIn("AZURE_OPENAI_ENDPOINT"),
    envKeys: ["AZURE_OPENAI_API_KEY", "AZURE_API_KEY"],
    modelPrefixes: [],
    priceProvider: "azure",
  },
  {
    // "Generate content with the Gemini API", "Text embeddings API" (docs.cloud.google.com/vertex-ai)
    ...vertex,
    name: "vertex",
    telemetryName: "gcp.vertex_ai",
    tongues: [{ ...generateContent("", "publishers/google/models/", "google", "predict"), variant: { vertex: true } }],
  },
  {
    // "Claude on Vertex AI" (platform.claude.com/docs/en/build-with-claude), "Count tokens for Claude models"
    // (docs.cloud.google.com/vertex-ai): there the model stays in the body
    ...vertex,
    name: "vertex-anthropic",
    telemetryName: "gcp.vertex_ai",
    tongues: [
      {
        dialect: "anthropic",
        paths: {
          chat: "/publishers/anthropic/models/{model}:rawPredict",
          stream: "/publishers/anthropic/models/{model}:streamRawPredict",
          count: "/publishers/anthropic/models/count-tokens:rawPredict",
        },
        auth: "google",
        passHeaders: anthropicPassHeaders,
        variant: { version: "vertex-2023-10-16", omitModel: true },
      },
    ],
  },
  {
    // "Converse", "ConverseStream", "CountTokens" (docs.aws.amazon.com/bedrock/latest/APIReference), "Amazon Bedrock
    // endpoints and quotas" (AWS General Reference)
    name: "bedrock",
    telemetryName: "aws.bedrock",
    tongues: [converse],
    baseUrl: undefined,
    baseUrlFrom: {
      variables: ["AWS_REGION", "AWS_DEFAULT_REGION"],
      wanted: "AWS_REGION (or AWS_DEFAULT_REGION)",
      read([region = "", usual = ""]) {
        const found = region || usual;
        return found === ""
          ? undefined
          : `https://bedrock-runtime.${found}.${found.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
      },
    },
    envKeys: ["AWS_BEARER_TOKEN_BEDROCK"],
    envKeyParts: { required: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], optional: ["AWS_SESSION_TOKEN"] },
    modelPrefixes: [],
    priceProvider: "aws",
  },
];
