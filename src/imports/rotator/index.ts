import { stringify } from "yaml";
import { wildcard } from "../../lib/wildcard.ts";
import { findProvider, type KnownProvider } from "../known-provider.ts";
import type { ImportedConfig } from "../note.ts";
import { readVariables, type Variables } from "./variables.ts";

/**
 * A configuration of ours from the variables of LLM-API-Key-Proxy (its .env.example): keys by reference, how they rotate,
 * and which models there are. `name`: what to call the file. Its usage files are left alone: they hold sums, and a row of
 * the ledger is one request.
 */
export function importRotator(text: string, name: string, known: readonly KnownProvider[]): ImportedConfig {
  const env = readVariables(text);
  const access = env.take("PROXY_API_KEY");
  const keys = env.numbered("API_KEY");
  const found = new Map<string, Entry>();
  for (const [word, variables] of keys) {
    const [name, entry] = entryOf(word, variables, env, known) ?? [];
    if (name === undefined || entry === undefined) continue;
    if (found.has(name)) env.note(variables[0] ?? "", "left", `the keys of ${word}: ${name} has others already`);
    else found.set(name, entry);
  }
  env.noteRest();
  const config = {
    ...(access !== undefined && { access: { keys: [reference("PROXY_API_KEY")] } }),
    providers: Object.fromEntries(found),
  };
  return {
    yaml: `# Made by 'causeway import rotator' from ${name.replaceAll(/\s+/g, " ")}\n${stringify(config, { lineWidth: 120 })}`,
    notes: [...env.notes].sort((a, b) => a.line - b.line),
    variables: env.used,
    entries: keys.size,
    carried: found.size,
  };
}

type Entry = Readonly<Record<string, unknown>>;

const reference = (variable: string): string => `\${${variable}}`;

/** `word`: as the variables call it, "NVIDIA_NIM". */
function entryOf(
  word: string,
  variables: readonly string[],
  env: Variables,
  known: readonly KnownProvider[],
): [string, Entry] | undefined {
  const provider = findProvider(word.toLowerCase(), known);
  const base = env.take(`${word}_API_BASE`);
  const [first = ""] = variables;
  if (provider === undefined && base === undefined) {
    env.note(
      first,
      "left",
      `${first}: no provider '${word.toLowerCase()}' is known; add it by hand with dialect and base_url`,
    );
    return undefined;
  }
  // servers of one's own, and those that offer a base URL there, speak what most of them do
  const dialect = known.find(({ keyless }) => keyless === true)?.dialects[0];
  const isForeign = base !== undefined && (provider === undefined || isElsewhere(provider));
  const name = provider === undefined ? word.toLowerCase() : isForeign ? `${provider.name}-server` : provider.name;
  return [
    name,
    {
      ...(isForeign && { dialect }),
      ...(base !== undefined && { base_url: reference(`${word}_API_BASE`) }),
      keys: keysOf(word, variables, env),
      ...rotationOf(word, env),
      ...quotaGroupsOf(word, env),
      ...modelsOf(word, env),
    },
  ];
}

/** Whether a base URL of one's own means another server than the vendor's. */
const isElsewhere = ({ baseUrl, keyless }: KnownProvider): boolean => baseUrl !== undefined && keyless !== true;

function keysOf(word: string, variables: readonly string[], env: Variables): unknown[] {
  const setting = `MAX_CONCURRENT_REQUESTS_PER_KEY_${word}`;
  const limit = Number(env.take(setting));
  if (!Number.isSafeInteger(limit) || limit < 1) return variables.map(reference);
  env.note(setting, "changed", `${setting}: there for each model of a key, here for the key with all its models`);
  return variables.map((variable) => ({ key: reference(variable), concurrency: limit }));
}

function rotationOf(word: string, env: Variables): Entry {
  const setting = `ROTATION_MODE_${word}`;
  const mode = env.take(setting)?.toLowerCase();
  if (mode === undefined) return {};
  if (mode === "balanced" || mode === "sequential") return { rotation: mode };
  env.note(setting, "left", `${setting}: there is no mode '${mode}'`);
  return {};
}

function quotaGroupsOf(word: string, env: Variables): Entry {
  const groups = env.takeAll(`QUOTA_GROUPS_${word}_`).map((value) => modelNames(value, word));
  const filled = groups.filter((group) => group.length > 0);
  return filled.length === 0 ? {} : { quota_groups: filled };
}

/** There a model that is listed as allowed is so even when it is ignored; here what is denied is. */
function modelsOf(word: string, env: Variables): Entry {
  const [ignored, whitelist] = [`IGNORE_MODELS_${word}`, `WHITELIST_MODELS_${word}`];
  const deny = modelNames(env.take(ignored) ?? "", word);
  const allow = modelNames(env.take(whitelist) ?? "", word);
  if (deny.includes("*")) return { models: allow.length === 0 ? { deny: ["*"] } : { allow } };
  const left = deny.filter((pattern) => !allow.includes(pattern));
  const exempt = allow.filter((model) => left.some((pattern) => wildcard(pattern)(model)));
  if (exempt.length > 0) {
    env.note(
      whitelist,
      "changed",
      `${whitelist}: ${exempt.join(", ")} stays denied, since here what ${ignored} denies is`,
    );
  }
  return left.length === 0 ? {} : { models: { deny: left } };
}

/** With commas between, and with or without the provider's name before each. */
const modelNames = (value: string, word: string): string[] => {
  const names = value.split(",").map((name) => name.trim().replace(new RegExp(`^${word}/`, "i"), ""));
  return [...new Set(names.filter((name) => name !== ""))];
};
