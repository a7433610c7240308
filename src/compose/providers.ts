import type { ProviderConfig, ProviderPreset } from "../config/config.ts";
import type { Environment } from "../config/environment.ts";
import { systemClock } from "../core/clock.ts";
import type { Dialect } from "../core/dialect.ts";
import type { Upstream } from "../core/ports.ts";
import { anthropic } from "../dialects/anthropic/index.ts";
import { bedrockConverse } from "../dialects/bedrock-converse/index.ts";
import { cohere } from "../dialects/cohere/index.ts";
import { gemini } from "../dialects/gemini/index.ts";
import { openaiChat } from "../dialects/openai-chat/index.ts";
import { openaiCompletions } from "../dialects/openai-completions/index.ts";
import { openaiResponses } from "../dialects/openai-responses/index.ts";
import { createDemo, demoPreset } from "../upstreams/demo/index.ts";
import { createHttpUpstream } from "../upstreams/http.ts";
import { ollamaBaseUrl, probeOllama } from "../upstreams/ollama.ts";
import { compatiblePreset, presets, tonguesOf } from "../upstreams/presets/index.ts";
import type { Preset } from "../upstreams/presets/preset.ts";

/** The languages that are spoken here, by name. */
export const dialects: Readonly<Record<string, Dialect>> = Object.fromEntries(
  [openaiChat, openaiResponses, openaiCompletions, anthropic, gemini, cohere, bedrockConverse].map((dialect) => [
    dialect.name,
    dialect,
  ]),
);
export const dialectNames = Object.keys(dialects);

/** The vendors known by name, as configuration sees them. `found`: names of those whose server runs on this machine. */
export function configPresets(found: readonly string[]): ProviderPreset[] {
  const known = presets.map(({ tongues, ...preset }) => ({
    ...preset,
    dialects: tongues.map(({ dialect }) => dialect).filter((name) => name in dialects),
    builtIn: found.includes(preset.name),
  }));
  return [...known.filter((preset) => preset.dialects.length > 0), { ...demoPreset, dialects: dialectNames }];
}

/** Names of the presets whose server answers on this machine at its usual place. Takes at most 300 ms. */
export async function findLocalServers({ OLLAMA_HOST = "" }: Environment): Promise<string[]> {
  return (await probeOllama(fetch, ollamaBaseUrl(OLLAMA_HOST))) ? ["ollama"] : [];
}

type KnownPreset =
  | Preset
  | (typeof demoPreset & { readonly priceProvider?: undefined; readonly telemetryName?: undefined });

/** What is known beforehand of a configured provider. */
export function presetOf({ preset, name, dialect, baseUrl }: ProviderConfig): KnownPreset {
  if (preset === demoPreset.name) return demoPreset;
  const found = presets.find((known) => known.name === preset) ?? compatiblePreset(name, dialect, baseUrl);
  if (found === undefined) throw new TypeError(`no dialect '${dialect}'`); // the configuration was checked
  return found;
}

/** A configured provider. */
export function createUpstream(provider: ProviderConfig, preset: KnownPreset, version: string): Upstream {
  const { name, dialect: first, baseUrl, headers, timeouts } = provider;
  if (!("tongues" in preset)) {
    const own = Object.values(dialects).filter((dialect) => dialect.name === first);
    return createDemo({ dialects: [...new Set([...own, ...Object.values(dialects)])] });
  }
  const tongues = tonguesOf(preset, baseUrl, first).flatMap((tongue) => {
    const dialect = dialects[tongue.dialect];
    return dialect === undefined ? [] : [{ ...tongue, dialect }];
  });
  const userAgent = `causeway/${version}`;
  return createHttpUpstream({ ...preset, name, tongues, baseUrl, headers, timeouts, userAgent, clock: systemClock });
}
