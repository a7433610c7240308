import type { ProviderConfig, ProviderPreset, Timeouts } from "./config.ts";
import { environmentCredentials, fileCredentials } from "./credentials.ts";
import type { Environment } from "./environment.ts";
import { describeBaseUrl } from "./fields.ts";
import { type ListenAddress, leadsTo } from "./listen.ts";
import { didYouMean } from "./nearest.ts";
import { type SettingPath, showName } from "./problem.ts";
import { findBaseUrl, findKeys } from "./provider-environment.ts";
import { type ProviderEntry, providerReferences, providerSchema, type TimeoutsEntry } from "./provider-schema.ts";
import type { Report } from "./report.ts";
import { resolveRotation } from "./routing.ts";

export interface ProviderContext {
  readonly env: Environment;
  readonly presets: readonly ProviderPreset[];
  readonly dialects: readonly string[];
  readonly timeouts: Timeouts;
  /** The gateway's own address: no provider is there. */
  readonly listen: ListenAddress;
  readonly report: Report;
}

export interface ResolvedProviders {
  readonly providers: readonly ProviderConfig[];
  /** What the file names, switched off or faulty ones included. */
  readonly named: ReadonlyMap<string, "enabled" | "disabled">;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * The file's providers, then those that the environment has keys for. The file wins: where it has an entry of a preset,
 * or of a preset's name, the environment adds none for that preset; it only gives keys to an entry that lists none.
 */
export function resolveProviders(
  entries: Readonly<Record<string, unknown>>,
  context: ProviderContext,
): ResolvedProviders {
  const providers: ProviderConfig[] = [];
  const named = new Map<string, "enabled" | "disabled">();
  const taken = new Set<string>();
  for (const [name, given] of Object.entries(entries)) {
    named.set(name, "enabled");
    taken.add(findPreset(name, context)?.name ?? name);
    const isSound = checkReferences(name, given, taken, context);
    const entry = context.report.parse(providerSchema.nullable(), given, ["providers", name]);
    if (entry?.enabled === false) named.set(name, "disabled");
    else if (entry !== undefined && isSound) providers.push(...resolveEntry(name, entry ?? {}, context));
  }
  for (const preset of context.presets) {
    if (!taken.has(preset.name) && isThere(preset, context)) {
      providers.push(...resolveEntry(preset.name, {}, context));
    }
  }
  return { providers, named };
}

/** Whether a provider needs no entry: it is built in, or its keys and where it is can be had from the environment. */
function isThere(preset: ProviderPreset, context: ProviderContext): boolean {
  if (preset.builtIn === true) return true;
  if (findKeys(preset, context.env).length === 0) return false;
  return preset.baseUrl !== undefined || findBaseUrl(preset, context.env) !== undefined;
}

const findPreset = (name: string, { presets }: ProviderContext): ProviderPreset | undefined =>
  presets.find((preset) => preset.name === name || preset.aliases?.includes(name));

/** Whether the entry's name, preset and dialect can be; that is looked at even if the rest of the entry is wrong. */
function checkReferences(name: string, given: unknown, taken: Set<string>, context: ProviderContext): boolean {
  const { report, presets, dialects } = context;
  const { preset, dialect } = providerReferences.parse(given);
  const before = report.problems.length;
  if (!namePattern.test(name)) {
    const expected = "a name of letters, digits, '.', '_' and '-', with a letter or a digit first";
    report.add(["providers", name], `expected ${expected}`, "key");
  }
  const refuse = (setting: "preset" | "dialect", word: string, words: readonly string[]): void => {
    const guess = didYouMean(word, words) || `: expected one of ${words.join(", ")}`;
    report.add(["providers", name, setting], `no such ${setting}${guess}`);
  };
  const found = findPreset(preset || name, context);
  if (preset) {
    if (found === undefined) refuse("preset", preset, namesOf(presets));
    else taken.add(found.name);
  }
  if (dialect && !dialects.includes(dialect)) refuse("dialect", dialect, dialects);
  else if (dialect && found !== undefined && !found.dialects.includes(dialect)) {
    const spoken = found.dialects.join(", ");
    report.add(["providers", name, "dialect"], `is none of those that ${found.name} speaks: expected one of ${spoken}`);
  }
  return report.problems.length === before;
}

const namesOf = (presets: readonly ProviderPreset[]): string[] => presets.map(({ name }) => name);

/** The provider, or none when it is not clear how to reach it. */
function resolveEntry(name: string, entry: ProviderEntry, context: ProviderContext): ProviderConfig[] {
  const { report, presets } = context;
  const at: SettingPath = ["providers", name];
  const preset = findPreset(entry.preset ?? name, context);
  const dialect = entry.dialect ?? preset?.dialects[0];
  const baseUrl = entry.base_url ?? (preset && (environmentBaseUrl(preset, context) ?? preset.baseUrl));
  if (dialect === undefined || baseUrl === undefined) {
    const missing =
      preset === undefined ? describeIncomplete(name, dialect, baseUrl, presets) : describeUnplaced(preset);
    report.add(at, missing, "key");
    return [];
  }
  if (entry.base_url && leadsHere(entry.base_url, context)) {
    report.add([...at, "base_url"], "is the gateway's own address: say where the provider itself is");
  }
  if (entry.base_url && preset?.baseUrlForm?.pattern.test(entry.base_url) === false) {
    report.add([...at, "base_url"], preset.baseUrlForm.expected);
  }
  const credentials = entry.keys
    ? fileCredentials(entry.keys, [...at, "keys"], preset, report)
    : environmentCredentials(preset, context.env, report);
  if (credentials.length === 0 && preset !== undefined && preset.keyless !== true && preset.builtIn !== true) {
    report.add(entry.keys ? [...at, "keys"] : at, describeKeyless(preset), "key");
  }
  return [
    {
      name,
      preset: preset?.name,
      dialect,
      baseUrl,
      credentials,
      rotation: resolveRotation(entry.rotation),
      quotaGroups: entry.quota_groups ?? [],
      models: { allow: entry.models?.allow ?? [], deny: entry.models?.deny ?? [] },
      headers: entry.headers ?? {},
      timeouts: resolveTimeouts(entry.timeouts ?? {}, context.timeouts),
    },
  ];
}

function describeIncomplete(
  name: string,
  dialect: string | undefined,
  baseUrl: string | undefined,
  presets: readonly ProviderPreset[],
): string {
  if (dialect !== undefined) return "base_url is missing: say where the provider is";
  if (baseUrl !== undefined) return "dialect is missing: say which language the provider speaks";
  const names = namesOf(presets);
  const guess = didYouMean(name, names);
  const what = `'${showName(name)}' is no known provider`;
  if (guess !== "") return `${what}${guess}`;
  return `${what} (known: ${names.join(", ")}): give it dialect and base_url, or the preset it is like`;
}

/** Of a provider of which each customer has their own. */
function describeUnplaced({ baseUrlFrom }: ProviderPreset): string {
  const wanted = baseUrlFrom?.wanted ?? baseUrlFrom?.variables[0];
  const how = wanted === undefined ? "" : `set the variable ${wanted} in the environment or in .env, or `;
  return `has no base_url: ${how}say under 'base_url' where yours is`;
}

function describeKeyless({ envKeys, envKeyParts }: ProviderPreset): string {
  const [first, ...others] = envKeys;
  if (first === undefined) return "has no keys: list some under 'keys'";
  if (envKeyParts !== undefined) others.push(envKeyParts.required.join(" and "));
  const also = others.length === 0 ? "" : ` (or ${others.join(", ")})`;
  return `has no keys: set the variable ${first}${also} in the environment or in .env, or list some under 'keys'`;
}

/**
 * Where the vendor's own programs look for the provider. A variable that sends them to this gateway is meant for them, not
 * for us.
 */
function environmentBaseUrl(preset: ProviderPreset, context: ProviderContext): string | undefined {
  const url = findBaseUrl(preset, context.env);
  if (url === undefined) return undefined;
  const fault = describeBaseUrl(url);
  const [variable = ""] = preset.baseUrlFrom?.variables ?? [];
  if (fault !== undefined) context.report.addNamed(variable, fault);
  return fault !== undefined || leadsHere(url, context) ? undefined : url;
}

function leadsHere(baseUrl: string, { listen }: ProviderContext): boolean {
  const url = URL.parse(baseUrl);
  return url !== null && leadsTo(url, listen);
}

export function resolveTimeouts(given: TimeoutsEntry, general: Timeouts): Timeouts {
  return {
    requestMs: given.request ?? general.requestMs,
    connectMs: given.connect ?? general.connectMs,
    firstByteMs: given.first_byte ?? general.firstByteMs,
    idleMs: given.idle ?? general.idleMs,
  };
}
