import { fallbackCauses } from "../core/routing.ts";
import type { Environment } from "./environment.ts";
import { type SettingPath, showPath } from "./problem.ts";

/** Options of the command line, as they were given. */
export interface ConfigFlags {
  readonly config?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly store?: string | undefined;
  readonly logLevel?: string | undefined;
}

/** Settings that a variable can give: "limits.body" by CAUSEWAY_LIMITS_BODY. */
const settings: readonly SettingPath[] = [
  ["listen"],
  ["store"],
  ["tls", "cert"],
  ["tls", "key"],
  ["cors", "origins"],
  ["limits", "body"],
  ["timeouts", "request"],
  ["timeouts", "connect"],
  ["timeouts", "first_byte"],
  ["timeouts", "idle"],
  ["streams", "keep_alive"],
  ["shutdown", "grace"],
  ["ledger", "bodies"],
  ["ledger", "body_limit"],
  ["ledger", "on_failure"],
  ["ledger", "commit_timeout"],
  ["ledger", "journal"],
  ["ledger", "journal_limit"],
  ["ledger", "retention", "bodies"],
  ["ledger", "retention", "rows"],
  ["ledger", "retention", "size"],
  ["log", "level"],
  ["routing", "retries"],
  ["routing", "backoff", "first"],
  ["routing", "backoff", "most"],
  ...fallbackCauses.map((cause) => ["routing", "fallback_on", cause]),
  ["routing", "affinity"],
  ["routing", "hedge"],
  ["routing", "breaker"],
  ["routing", "model_list"],
];
/** Their variable is a list, with commas between. */
const lists = new Set(["cors.origins"]);

export interface Overlaid {
  readonly value: unknown;
  /** Path of a setting to the name of the variable or the option that gave it. */
  readonly origins: ReadonlyMap<string, string>;
}

/** Lays variables over the file's settings, and options over both. */
export function overlay(file: unknown, env: Environment, flags: ConfigFlags): Overlaid {
  const origins = new Map<string, string>();
  let value = file;
  const put = (path: SettingPath, given: unknown, name: string): void => {
    value = withSetting(value, path, given);
    origins.set(showPath(path), name);
  };
  for (const path of settings) {
    const name = `CAUSEWAY_${path.join("_").toUpperCase()}`;
    const text = given(env, name);
    if (text !== undefined)
      put(path, lists.has(showPath(path)) ? text.split(",").map((one) => one.trim()) : text, name);
  }
  if (flags.store !== undefined) put(["store"], flags.store, "--store");
  if (flags.logLevel !== undefined) put(["log", "level"], flags.logLevel, "--log-level");
  return { value, origins };
}

/** A host or a port by itself: the option before the variable. */
export function overlaidAddress(env: Environment, flags: ConfigFlags) {
  // Kubernetes gives every container CAUSEWAY_PORT=tcp://… when there is a service called "causeway".
  const port = given(env, "CAUSEWAY_PORT")?.startsWith("tcp://") === true ? undefined : given(env, "CAUSEWAY_PORT");
  return {
    host: choose(flags.host, "--host", given(env, "CAUSEWAY_HOST"), "CAUSEWAY_HOST"),
    port: choose(flags.port, "--port", port, "CAUSEWAY_PORT"),
  };
}

function choose(flag: string | undefined, flagName: string, variable: string | undefined, variableName: string) {
  if (flag !== undefined) return { text: flag, name: flagName };
  return variable === undefined ? undefined : { text: variable, name: variableName };
}

/** A variable that is empty counts as not set. */
function given(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === "" ? undefined : text;
}

/** A copy with one setting in it. Where something else than settings is on the way, it is left for the schema to refuse. */
function withSetting(value: unknown, [step, ...rest]: SettingPath, given: unknown): unknown {
  if (step === undefined) return given;
  const settings = value ?? {};
  if (typeof settings !== "object" || Array.isArray(settings)) return value;
  const inner: unknown = Object.hasOwn(settings, step) ? Reflect.get(settings, step) : undefined;
  return { ...settings, [step]: withSetting(inner, rest, given) };
}
