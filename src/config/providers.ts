import type { ProviderConfig, ProviderPreset, Timeouts } from "./config.ts";
import { type Environment, numberedValues } from "./environment.ts";
import { type ListenAddress, leadsTo } from "./listen.ts";
import { didYouMean } from "./nearest.ts";
import { type SettingPath, showName } from "./problem.ts";
import type { Report } from "./report.ts";
import {
  describeBaseUrl,
  type ProviderEntry,
  providerReferences,
  providerSchema,
  type TimeoutsEntry,
} from "./schema.ts";

export interface ProviderContext {
  readonly env: Environment;
  /** Presets whose dialect is known. */
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
    taken.add(name);
    const isSound = checkReferences(name, given, taken, context);
    const entry = context.report.parse(providerSchema.nullable(), given, ["providers", name]);
    if (entry?.enabled === false) named.set(name, "disabled");
    else if (entry !== undefined && isSound) providers.push(...resolveEntry(name, entry ?? {}, context));
  }
  for (const preset of context.presets) {
    if (taken.has(preset.name)) continue;
    const isThere = preset.builtIn === true || environmentKeys(preset, context).length > 0;
    if (isThere) providers.push(...resolveEntry(preset.name, {}, context));
  }
  return { providers, named };
}

/** Whether the entry's name, preset and dialect can be; that is looked at even if the rest of the entry is wrong. */
function checkReferences(name: string, given: unknown, taken: Set<string>, context: ProviderContext): boolean {
  const { report, presets, dialects } = context;
  const { preset, dialect } = providerReferences.parse(given);
  const before = report.problems.length;
  if (!namePattern.test(name)) {
    const expected = "a name of letters, digits, '.', '_' and '-', with a letter or a digit first";
    report.add(["providers", name], `expected ${expected}`, "key");
  }
  const check = (setting: "preset" | "dialect", word: string, words: readonly string[]): void => {
    if (words.includes(word)) return;
    const guess = didYouMean(word, words) || `: expected one of ${words.join(", ")}`;
    report.add(["providers", name, setting], `no such ${setting}${guess}`);
  };
  if (preset) {
    taken.add(preset);
    check("preset", preset, namesOf(presets));
  }
  if (dialect) check("dialect", dialect, dialects);
  return report.problems.length === before;
}

const namesOf = (presets: readonly ProviderPreset[]): string[] => presets.map(({ name }) => name);

/** The provider, or none when it is not clear how to reach it. */
function resolveEntry(name: string, entry: ProviderEntry, context: ProviderContext): ProviderConfig[] {
  const { report, presets } = context;
  const at: SettingPath = ["providers", name];
  const preset = presets.find((one) => one.name === (entry.preset ?? name));
  const dialect = entry.dialect ?? preset?.dialect;
  const baseUrl = entry.base_url ?? (preset && (environmentBaseUrl(preset, context) ?? preset.baseUrl));
  if (dialect === undefined || baseUrl === undefined) {
    report.add(at, describeIncomplete(name, dialect, baseUrl, presets), "key");
    return [];
  }
  if (entry.base_url && leadsHere(entry.base_url, context)) {
    report.add([...at, "base_url"], "is the gateway's own address: say where the provider itself is");
  }
  const keys = entry.keys ?? (preset === undefined ? [] : environmentKeys(preset, context));
  if (keys.length === 0 && preset !== undefined && preset.keyless !== true && preset.builtIn !== true) {
    report.add(entry.keys ? [...at, "keys"] : at, describeKeyless(preset), "key");
  }
  return [
    {
      name,
      preset: preset?.name,
      dialect,
      baseUrl,
      keys,
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

function describeKeyless({ envKeys }: ProviderPreset): string {
  const [first, ...others] = envKeys;
  if (first === undefined) return "has no keys: list some under 'keys'";
  const also = others.length === 0 ? "" : ` (or ${others.join(", ")})`;
  return `has no keys: set the variable ${first}${also} in the environment or in .env, or list some under 'keys'`;
}

/** Those of the first variable that is set. What no header can carry is reported and left out. */
function environmentKeys({ envKeys }: ProviderPreset, { env, report }: ProviderContext): string[] {
  for (const variable of envKeys) {
    const keys = numberedValues(env, variable);
    if (keys.length > 0) return sendableKeys(keys, variable, report);
  }
  return [];
}

/**
 * Where the vendor's own programs look for the provider. A variable that sends them to this gateway is meant for them, not
 * for us.
 */
function environmentBaseUrl(preset: ProviderPreset, context: ProviderContext): string | undefined {
  const { baseUrlEnv: variable = "", readBaseUrlEnv = (value) => value } = preset;
  const value = context.env[variable]?.trim() ?? "";
  if (variable === "" || value === "") return undefined;
  const url = readBaseUrlEnv(value);
  const fault = describeBaseUrl(url);
  if (fault !== undefined) context.report.addNamed(variable, fault);
  return fault !== undefined || leadsHere(url, context) ? undefined : url;
}

function leadsHere(baseUrl: string, { listen }: ProviderContext): boolean {
  const url = URL.parse(baseUrl);
  return url !== null && leadsTo(url, listen);
}

/** Keys from a variable and its numbered sisters, without those that no header can carry, which are reported. */
export function sendableKeys(keys: readonly string[], variable: string, report: Report): string[] {
  return keys.filter((key) => {
    if (/^[\x21-\x7e]+$/.test(key)) return true;
    report.addNamed(variable, "holds a space, a line break or another character that no key has");
    return false;
  });
}

export function resolveTimeouts(given: TimeoutsEntry, general: Timeouts): Timeouts {
  return {
    requestMs: given.request ?? general.requestMs,
    connectMs: given.connect ?? general.connectMs,
    firstByteMs: given.first_byte ?? general.firstByteMs,
    idleMs: given.idle ?? general.idleMs,
  };
}
