import type { Strategy } from "../../core/routing.ts";
import { isRecord, noFields, records, type Wire } from "../../core/wire-values.ts";
import { durationOf, wholeOf } from "./deployments.ts";
import type { LitellmFile, Path } from "./source.ts";

/** What LiteLLM's file says beside its models. */
export interface LitellmSettings {
  readonly strategy: Strategy;
  /** Whether rpm and tpm are limits, rather than shares only. */
  readonly limits: boolean;
  readonly retries: number | undefined;
  readonly timeout: string | undefined;
  readonly masterKey: string | undefined;
  /** For whatever failure. By names of models, as are the next two. */
  readonly fallbacks: ReadonlyMap<string, Fallback>;
  readonly contextFallbacks: ReadonlyMap<string, Fallback>;
  readonly contentFallbacks: ReadonlyMap<string, Fallback>;
  /** For names that are not in `fallbacks`. */
  readonly defaultFallback: Fallback | undefined;
  /** Other names of models. */
  readonly aliases: ReadonlyMap<string, { readonly model: string; readonly path: Path }>;
}

export interface Fallback {
  readonly names: readonly string[];
  readonly path: Path;
}

/** "Routing strategies" of docs.litellm.ai. */
const strategies: Readonly<Record<string, Strategy>> = {
  "simple-shuffle": "weighted",
  "least-busy": "least-busy",
  "latency-based-routing": "least-latency",
  "cost-based-routing": "least-cost",
};

const shared = [
  "num_retries",
  "fallbacks",
  "context_window_fallbacks",
  "content_policy_fallbacks",
  "default_fallbacks",
];
const routerSettings = new Set([...shared, "routing_strategy", "timeout", "model_group_alias"]);
const librarySettings = new Set([...shared, "request_timeout"]);
const sections = new Set(["model_list", "router_settings", "litellm_settings", "general_settings"]);

export function readSettings(file: LitellmFile): LitellmSettings {
  const section = (name: string): Wire => (isRecord(file.value[name]) ? file.value[name] : noFields);
  const router = section("router_settings");
  const library = section("litellm_settings");
  const general = section("general_settings");
  file.noteOthers([], file.value, sections);
  file.noteOthers(["router_settings"], router, routerSettings);
  file.noteOthers(["litellm_settings"], library, librarySettings);
  file.noteOthers(["general_settings"], general, new Set(["master_key"]));
  /** The router's own settings come first. */
  const from = (name: string): { readonly value: unknown; readonly path: Path } =>
    router[name] !== undefined && router[name] !== null
      ? { value: router[name], path: ["router_settings", name] }
      : { value: library[name], path: ["litellm_settings", name] };
  const fallbacksOf = (name: string) => readFallbacks(from(name).value, from(name).path, file);
  const defaults = from("default_fallbacks");
  return {
    ...readStrategy(router.routing_strategy, file),
    retries: wholeOf(from("num_retries").value),
    timeout:
      durationOf(router.timeout, ["router_settings", "timeout"], file) ??
      durationOf(library.request_timeout, ["litellm_settings", "request_timeout"], file),
    masterKey: readMasterKey(general.master_key, file),
    fallbacks: fallbacksOf("fallbacks"),
    contextFallbacks: fallbacksOf("context_window_fallbacks"),
    contentFallbacks: fallbacksOf("content_policy_fallbacks"),
    defaultFallback: Array.isArray(defaults.value) ? fallbackOf(defaults.value, defaults.path, file) : undefined,
    aliases: readAliases(router.model_group_alias, file),
  };
}

function readStrategy(given: unknown, file: LitellmFile): Pick<LitellmSettings, "strategy" | "limits"> {
  if (given === undefined || given === null) return { strategy: "weighted", limits: false };
  const name = String(given);
  const strategy = Object.hasOwn(strategies, name) ? strategies[name] : undefined;
  if (strategy !== undefined) return { strategy, limits: false };
  const limits = name.startsWith("usage-based-routing");
  const instead = limits ? "'weighted', with rpm and tpm as limits of keys where a key has one model" : "'weighted'";
  file.note(
    ["router_settings", "routing_strategy"],
    "changed",
    `routing_strategy ${name}: there is none like it; ${instead}`,
  );
  return { strategy: "weighted", limits };
}

function readMasterKey(given: unknown, file: LitellmFile): string | undefined {
  if (typeof given !== "string" || given.trim() === "") return undefined;
  if (!given.startsWith("os.environ/"))
    file.note(["general_settings", "master_key"], "key", "general_settings.master_key");
  return file.text(given, "placeholder-access");
}

/** A list of objects from a name to others. */
function readFallbacks(given: unknown, path: Path, file: LitellmFile): Map<string, Fallback> {
  const found = new Map<string, Fallback>();
  records(given).forEach((entry, i) => {
    for (const [name, names] of Object.entries(entry)) {
      if (Array.isArray(names)) found.set(name, fallbackOf(names, [...path, i, name], file));
    }
  });
  return found;
}

function fallbackOf(given: readonly unknown[], path: Path, file: LitellmFile): Fallback {
  const names = given.filter((name) => typeof name === "string");
  if (names.length < given.length)
    file.note(path, "left", "fallbacks with settings of their own; names are carried over");
  return { names, path };
}

function readAliases(given: unknown, file: LitellmFile): LitellmSettings["aliases"] {
  const aliases = new Map<string, { model: string; path: Path }>();
  for (const [name, value] of Object.entries(isRecord(given) ? given : noFields)) {
    const path = ["router_settings", "model_group_alias", name];
    const model = isRecord(value) ? value.model : value;
    if (typeof model === "string") aliases.set(name, { model, path });
    else file.note(path, "left", `the alias ${name}`);
  }
  return aliases;
}
