import { stringify } from "yaml";
import type { ImportedConfig } from "../note.ts";
import { type Deployment, readDeployment, type Vendors } from "./deployments.ts";
import { modelsOf } from "./plans.ts";
import { groupProviders } from "./providers.ts";
import { readSettings } from "./settings.ts";
import { readLitellm } from "./source.ts";

export type { Vendors };

/**
 * A configuration of ours from one of LiteLLM's form ("Proxy Config.yaml", docs.litellm.ai), which apantli has, too.
 * Throws ImportError for what is none. `name`: what to call the file in messages.
 */
export function importLitellm(text: string, name: string, vendors: Vendors): ImportedConfig {
  const file = readLitellm(text, name);
  const list = Array.isArray(file.value.model_list) ? file.value.model_list : [];
  const deployments = list.flatMap(
    (entry: unknown, i) => readDeployment(entry, ["model_list", i], file, vendors) ?? [],
  );
  const settings = readSettings(file);
  const providers = groupProviders(deployments, vendors.known, { limits: settings.limits, file });
  const models = modelsOf(deployments, settings, providers, file);
  const prices = pricesOf(deployments, (deployment) => providers.nameOf(deployment));
  const config = {
    ...(settings.masterKey !== undefined && { access: { keys: [settings.masterKey] } }),
    ...(settings.timeout !== undefined && { timeouts: { request: settings.timeout } }),
    ...(settings.retries !== undefined && { routing: { retries: settings.retries } }),
    ...(prices.length > 0 && { prices }),
    providers: providers.entries,
    models,
  };
  return {
    yaml: `# Made by 'causeway import litellm-config' from ${name.replaceAll(/\s+/g, " ")}\n${stringify(config, { lineWidth: 120 })}`,
    notes: [...file.notes].sort((a, b) => a.line - b.line),
    variables: file.variables,
    entries: list.length,
    carried: deployments.length,
  };
}

/** Each model once: the first price counts. */
function pricesOf(deployments: readonly Deployment[], nameOf: (deployment: Deployment) => string) {
  const prices = new Map<string, { model: string; input: number; output: number }>();
  for (const deployment of deployments) {
    const model = `${nameOf(deployment)}/${deployment.model}`;
    if (deployment.price !== undefined && !prices.has(model)) prices.set(model, { model, ...deployment.price });
  }
  return [...prices.values()];
}
