import { maskKey } from "../core/mask.ts";
import type { CredentialSpec } from "../core/routing.ts";
import type { ProviderPreset } from "./config.ts";
import type { Environment } from "./environment.ts";
import { isSendable, unsendable } from "./fields.ts";
import type { SettingPath } from "./problem.ts";
import { findKeys } from "./provider-environment.ts";
import type { KeyEntry } from "./provider-schema.ts";
import type { Report } from "./report.ts";

/** A credential whose name may be missing yet. */
type Draft = Omit<CredentialSpec, "name"> & { readonly name: string | undefined };

/** `at`: where `keys` is. Without repetitions: of a key that is given with settings and without, the settings count. */
export function fileCredentials(
  entries: readonly KeyEntry[],
  at: SettingPath,
  preset: ProviderPreset | undefined,
  report: Report,
): CredentialSpec[] {
  const bySecret = new Map<string, { readonly draft: Draft; readonly entry: KeyEntry; readonly place: number }>();
  entries.forEach((entry, place) => {
    const draft = draftOf(entry);
    const path = typeof entry === "string" ? [...at, place] : [...at, place, "key"];
    if (!isKey(draft.secret, preset)) report.add(path, unsendable);
    const known = bySecret.get(draft.secret);
    if (known === undefined || isBare(known.entry)) bySecret.set(draft.secret, { draft, entry, place });
    else if (!isBare(entry)) report.add(path, `is the key of keys[${known.place}], too: put all its settings there`);
  });
  checkNames([...bySecret.values()], at, report);
  return named([...bySecret.values()].map(({ draft }) => draft));
}

/** What cannot be a key is reported. */
export function environmentCredentials(
  preset: ProviderPreset | undefined,
  env: Environment,
  report: Report,
): CredentialSpec[] {
  if (preset === undefined) return [];
  const secrets = findKeys(preset, env).map(({ value, variables: [variable] }) => {
    if (!isKey(value, preset)) report.addNamed(variable, unsendable);
    return value;
  });
  return named([...new Set(secrets)].map(draftOf));
}

/** The name of a file, and its text, may hold what a header cannot carry. */
const isKey = (key: string, preset: ProviderPreset | undefined): boolean =>
  preset?.keyIsFile === true || isSendable(key);

/** Whether it says nothing but the key. */
function isBare(entry: KeyEntry): boolean {
  if (typeof entry === "string") return true;
  const { key: _, ...settings } = entry;
  return Object.values(settings).every((setting) => setting === undefined || setting === null);
}

function draftOf(entry: KeyEntry): Draft {
  const given = typeof entry === "string" ? { key: entry } : entry;
  return {
    secret: given.key,
    name: given.name ?? undefined,
    weight: given.weight ?? 1,
    tier: given.tier ?? 1,
    concurrency: given.concurrency ?? undefined,
    rpm: given.rpm ?? undefined,
    tpm: given.tpm ?? undefined,
  };
}

function checkNames(
  credentials: readonly { readonly draft: Draft; readonly place: number }[],
  at: SettingPath,
  report: Report,
): void {
  const placeOf = new Map<string, number>();
  for (const { draft, place } of credentials) {
    const { name } = draft;
    if (name === undefined) continue;
    const path = [...at, place, "name"];
    const other = placeOf.get(name);
    if (credentials.some(({ draft: { secret } }) => secret === name)) {
      report.add(path, "is a key: names are shown, so choose one that is no secret");
    } else if (other !== undefined) report.add(path, `is the name of keys[${other}], too: choose another`);
    placeOf.set(name, place);
  }
}

/** Those without a name are called by their masked key, with a number where that is taken: "sk-…wxyz (2)". */
function named(drafts: readonly Draft[]): CredentialSpec[] {
  const taken = new Set(drafts.map(({ name }) => name));
  return drafts.map((draft) => {
    if (draft.name !== undefined) return { ...draft, name: draft.name };
    const masked = maskKey(draft.secret);
    let name = masked;
    for (let number = 2; taken.has(name); number++) name = `${masked} (${number})`;
    taken.add(name);
    return { ...draft, name };
  });
}
