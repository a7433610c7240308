import { isRecord, type Wire } from "../../core/wire-values.ts";
import type { KnownProvider } from "../known-provider.ts";
import type { LitellmFile, Path } from "./source.ts";

/** Where models are, without a key. */
export interface Endpoint {
  /** What to call its provider, unless something else is called so. */
  readonly name: string;
  /** The settings of its provider. */
  readonly settings: Wire;
  /** Equal for equal endpoints. */
  readonly id: string;
}

/** LiteLLM's parameters that say where, and the variables of the vendors' own programs that say the same. */
const variableOf: Readonly<Record<string, string>> = {
  aws_region_name: "AWS_REGION",
  vertex_project: "GOOGLE_CLOUD_PROJECT",
  vertex_location: "GOOGLE_CLOUD_LOCATION",
};

/** Parameters that are read here. */
export const placeSettings = [
  ...Object.keys(variableOf),
  "api_key",
  "api_base",
  "base_url",
  "api_version",
  "extra_headers",
  "headers",
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "vertex_credentials",
];

export function endpointOf(provider: KnownProvider, params: Wire, path: Path, file: LitellmFile): Endpoint {
  const baseUrl = baseUrlOf(provider, params, path, file);
  // a server of one's own that speaks a vendor's language has not all that the vendor has
  const isForeign = baseUrl !== undefined && provider.baseUrl !== undefined && provider.keyless !== true;
  const headers = headersOf(params, path, file);
  const settings = {
    ...(isForeign ? { dialect: provider.dialects[0] } : { preset: provider.name }),
    ...(baseUrl !== undefined && { base_url: baseUrl }),
    ...(headers !== undefined && { headers }),
  };
  const name = isForeign ? hostName(baseUrl) : provider.name;
  return { name, settings, id: JSON.stringify(settings) };
}

/** undefined: where the provider is known to be. */
function baseUrlOf(provider: KnownProvider, params: Wire, path: Path, file: LitellmFile): string | undefined {
  const given = [params.api_base, params.base_url].find((url) => typeof url === "string" && url !== "");
  if (typeof given !== "string") return placedBy(provider, params, file);
  const url = file.text(given, "https://placeholder.example/v1");
  if (isHostOf(provider, url)) return undefined;
  const version = params.api_version;
  if (typeof version !== "string") return url;
  if (provider.baseUrl !== undefined) file.note([...path, "api_version"], "left", "litellm_params.api_version");
  else if (/^os\.environ\/|^\d{4}-\d\d-\d\d/.test(version)) {
    return `${url.replace(/\/+$/, "")}?api-version=${file.text(version, "2024-10-21")}`;
  }
  return url;
}

/** Of a cloud: by project, region and the like. */
function placedBy({ baseUrlFrom }: KnownProvider, params: Wire, file: LitellmFile): string | undefined {
  const said = new Map(
    Object.entries(variableOf).flatMap(([name, variable]) => {
      const value = params[name];
      return typeof value === "string" && value !== "" ? [[variable, value] as const] : [];
    }),
  );
  if (baseUrlFrom === undefined || said.size === 0) return undefined;
  // a reference goes through as a word that a URL may hold, and is put in afterwards
  const marks = new Map<string, string>();
  const values = baseUrlFrom.variables.map((variable) => {
    const text = file.text(said.get(variable) ?? "", "placeholder");
    if (!text.startsWith("${")) return text;
    const mark = `reference${marks.size}`;
    marks.set(mark, text);
    return mark;
  });
  let url = baseUrlFrom.read(values);
  for (const [mark, text] of marks) url = url?.replaceAll(mark, text);
  return url;
}

function isHostOf({ baseUrl }: KnownProvider, url: string): boolean {
  const host = URL.parse(url)?.host;
  return host !== undefined && baseUrl !== undefined && URL.parse(baseUrl)?.host === host;
}

function headersOf(params: Wire, path: Path, file: LitellmFile): Wire | undefined {
  const given = {
    ...(isRecord(params.headers) && params.headers),
    ...(isRecord(params.extra_headers) && params.extra_headers),
  };
  const entries = Object.entries(given).flatMap(([name, value]): [string, string][] => {
    if (typeof value !== "string" && typeof value !== "number") return [];
    if (/authorization|key|token|secret/i.test(name) && !String(value).startsWith("os.environ/")) {
      file.note([...path, "extra_headers", name], "key", `the header ${name} may hold a key`);
    }
    return [[name, file.text(String(value), "placeholder")]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** A provider's name made from its host, or from the variable that holds it. */
function hostName(url: string): string {
  const variable = /^\$\{([^}]+)\}/.exec(url)?.[1];
  const word = variable?.toLowerCase().replace(/_(?:api|base|url|endpoint)(?=_|$)/g, "") ?? URL.parse(url)?.host ?? "";
  const name = word
    .replaceAll(/[^A-Za-z0-9.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 56);
  return name === "" ? "server" : name;
}

/** The key as our configuration has it; of one in parts, all of them. undefined: none is given. */
export function keyOf(provider: KnownProvider, params: Wire, path: Path, file: LitellmFile): string | undefined {
  const parts = provider.envKeyParts;
  const names = [...(parts?.required ?? []), ...(parts?.optional ?? [])].map((name) => name.toLowerCase());
  const needed = (parts?.required ?? []).map((name) => name.toLowerCase());
  const key = (name: string): string | undefined => {
    const value = isRecord(params[name]) ? JSON.stringify(params[name]) : params[name];
    if (typeof value !== "string" || value.trim() === "") return undefined;
    if (!value.startsWith("os.environ/")) file.note([...path, name], "key", `litellm_params.${name}`);
    return file.text(value, `placeholder-${value}`); // as unlike as the keys are
  };
  if (provider.keyIsFile === true) return key("vertex_credentials") ?? "adc";
  if (needed.length > 0 && needed.every((name) => typeof params[name] === "string")) {
    return names.flatMap((name) => key(name) ?? []).join(":");
  }
  return key("api_key");
}
