import {
  anthropicMessages,
  cohereChat,
  converse,
  generateContent,
  openAiChat,
  openAiCompletions,
  openAiResponses,
  type PresetTongue,
} from "../tongues.ts";
import { clouds } from "./clouds.ts";
import { hosts } from "./hosts.ts";
import { localServers } from "./local.ts";
import type { Preset } from "./preset.ts";
import { chatVariants } from "./variants.ts";
import { vendors } from "./vendors.ts";

/** The providers known by name, in the order in which bare model names are tried. */
export const presets: readonly Preset[] = [...vendors, ...hosts, ...clouds, ...localServers].map(withVariant);

function withVariant(preset: Preset): Preset {
  const variant = chatVariants[preset.name];
  if (variant === undefined) return preset;
  return {
    ...preset,
    tongues: preset.tongues.map((tongue) => (tongue.dialect === "openai-chat" ? { ...tongue, variant } : tongue)),
  };
}

/** What a provider at this base URL is spoken to in, with the dialect `first` before the others. */
export function tonguesOf(preset: Preset, baseUrl: string, first: string): readonly PresetTongue[] {
  const tongues = preset.tonguesAt?.(baseUrl) ?? preset.tongues;
  return [...tongues.filter(({ dialect }) => dialect === first), ...tongues.filter(({ dialect }) => dialect !== first)];
}

type Usual = Pick<Preset, "tongues" | "basePath" | "modelList">;

/** Many of these servers have a model "created" when they are asked for the list, so none of them is believed. */
const openAi = (tongue: PresetTongue): Usual => ({
  tongues: [tongue],
  basePath: "/v1",
  modelList: { path: "/models", created: [] },
});

/** How a server speaks a dialect of which nothing else is known: as the vendor whose dialect it is. */
const usual: Readonly<Record<string, Usual>> = {
  "openai-chat": openAi(openAiChat("", { embeddings: true })),
  "openai-responses": openAi(openAiResponses("", { count: true })),
  "openai-completions": openAi(openAiCompletions("")),
  anthropic: likeVendor("anthropic", anthropicMessages("/v1", { header: "x-api-key" }, { count: true })),
  gemini: likeVendor(
    "gemini",
    generateContent("/v1beta", "models/", { header: "x-goog-api-key" }, "batchEmbedContents"),
  ),
  cohere: likeVendor("cohere", cohereChat),
  "bedrock-converse": { tongues: [converse] },
};

function likeVendor(name: string, tongue: PresetTongue): Usual {
  const modelList = vendors.find((vendor) => vendor.name === name)?.modelList;
  return { tongues: [tongue], ...(modelList && { modelList }) };
}

/** For a provider that no preset fits: any server that speaks the dialect below the base URL. undefined: no such dialect. */
export function compatiblePreset(name: string, dialect: string, baseUrl: string): Preset | undefined {
  const found = usual[dialect];
  return found && { ...found, name, baseUrl, envKeys: [], keyless: true, modelPrefixes: [] };
}
