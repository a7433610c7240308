import { isRecord, noFields, type Wire } from "../../core/wire-values.ts";
import { findProvider, type KnownProvider } from "../known-provider.ts";
import { type Endpoint, endpointOf, keyOf, placeSettings } from "./endpoint.ts";
import { paramsOf } from "./params.ts";
import type { LitellmFile, Path } from "./source.ts";

/** An entry of LiteLLM's model_list. */
export interface Deployment {
  readonly path: Path;
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly model: string;
  /** As our configuration has it. undefined: none is given, so the environment's. */
  readonly key: string | undefined;
  readonly params: Wire;
  readonly timeout: string | undefined;
  readonly retries: number | undefined;
  readonly enabled: boolean;
  readonly order: number;
  readonly weight: number | undefined;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly concurrency: number | undefined;
  /** US dollars a million tokens. */
  readonly price: { readonly input: number; readonly output: number } | undefined;
}

export interface Vendors {
  readonly known: readonly KnownProvider[];
  /** The provider whose models are called like this one. */
  readonly providerOf: (model: string) => string | undefined;
}

const numberSettings = [
  "weight",
  "rpm",
  "tpm",
  "order",
  "max_parallel_requests",
  "input_cost_per_token",
  "output_cost_per_token",
] as const;
const ownSettings = [
  ...numberSettings,
  "model",
  "timeout",
  "num_retries",
  "max_retries",
  "enabled",
  "custom_llm_provider",
];
/** Facts on a model that nothing depends on here. */
const facts = new Set(["id", "mode", "base_model", "input_cost_per_token", "output_cost_per_token"]);

/** undefined, and noted, when it cannot be carried over. */
export function readDeployment(
  given: unknown,
  path: Path,
  file: LitellmFile,
  vendors: Vendors,
): Deployment | undefined {
  const entry = isRecord(given) ? given : noFields;
  const { model_name: name, litellm_params: params, model_info: info } = entry;
  if (typeof name !== "string" || name === "" || !isRecord(params) || typeof params.model !== "string") {
    file.note(path, "left", "an entry without model_name or litellm_params.model");
    return undefined;
  }
  const place = placeOf(params.model, params, vendors);
  if (place.provider === undefined) {
    const word =
      place.prefix === ""
        ? "no provider says so, and its name is no known vendor's"
        : `no provider '${place.prefix}' is known`;
    file.note(path, "left", `'${name}' for ${params.model}: ${word}; add it by hand with dialect and base_url`);
    return undefined;
  }
  const at = [...path, "litellm_params"];
  const numbers = numbersOf({ ...(isRecord(info) ? info : noFields), ...entry, ...params });
  const notParams = new Set([...ownSettings, ...placeSettings]);
  const rest = Object.fromEntries(Object.entries(params).filter(([key]) => !notParams.has(key)));
  file.noteOthers(path, entry, new Set(["model_name", "litellm_params", "model_info", "rpm", "tpm"]));
  if (isRecord(info)) file.noteOthers([...path, "model_info"], info, facts);
  return {
    path,
    name,
    endpoint: endpointOf(place.provider, params, at, file),
    model: place.model,
    key: keyOf(place.provider, params, at, file),
    params: paramsOf(rest, at, file),
    timeout: durationOf(params.timeout, [...at, "timeout"], file),
    retries: wholeOf(params.num_retries ?? params.max_retries),
    enabled: params.enabled !== false,
    order: numbers.order ?? 1,
    weight: numbers.weight,
    rpm: numbers.rpm,
    tpm: numbers.tpm,
    concurrency: numbers.max_parallel_requests,
    price: priceOf(numbers.input_cost_per_token, numbers.output_cost_per_token),
  };
}

interface Place {
  readonly prefix: string;
  readonly provider: KnownProvider | undefined;
  readonly model: string;
}

/** "provider/model". Without a provider the key's variable says whose it is, or the model's name. */
function placeOf(full: string, params: Wire, { known, providerOf }: Vendors): Place {
  const { custom_llm_provider: custom, api_key: key } = params;
  const [first = "", ...others] = full.split("/");
  const prefix = typeof custom === "string" ? custom : others.length > 0 ? first : "";
  const found = prefix === "" ? undefined : findProvider(prefix, known);
  if (found !== undefined) {
    const model = typeof custom === "string" && first !== custom ? full : others.join("/");
    const bare = model.replace(/^(?:converse|responses)\//, ""); // which of the vendor's APIs: the gateway knows
    return { prefix, provider: servedBy(found, bare, known, providerOf), model: bare };
  }
  const variable = typeof key === "string" ? /^os\.environ\/(.+)$/.exec(key)?.[1] : undefined;
  const vendor = prefix === "" ? providerOf(full) : undefined;
  const provider =
    known.find(({ name }) => name === vendor) ??
    (prefix === "" ? known.find(({ envKeys }) => variable !== undefined && envKeys.includes(variable)) : undefined);
  return { prefix, provider, model: full };
}

/** A cloud serves another vendor's models in that vendor's language: there they are a provider of their own. */
function servedBy(
  cloud: KnownProvider,
  model: string,
  known: readonly KnownProvider[],
  providerOf: Vendors["providerOf"],
): KnownProvider {
  const other = `${cloud.name}-${providerOf(model) ?? ""}`;
  return known.find(({ name }) => name === other) ?? cloud;
}

function numbersOf(given: Wire): Partial<Record<(typeof numberSettings)[number], number>> {
  return Object.fromEntries(
    numberSettings.flatMap((name) => {
      const value = typeof given[name] === "string" && given[name] !== "" ? Number(given[name]) : given[name];
      return typeof value === "number" && Number.isFinite(value) && value >= 0 ? [[name, value]] : [];
    }),
  );
}

function priceOf(input: number | undefined, output: number | undefined): Deployment["price"] {
  if (input === undefined && output === undefined) return undefined;
  const aMillion = (price = 0): number => Number((price * 1e6).toPrecision(12));
  return { input: aMillion(input), output: aMillion(output) };
}

export const wholeOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** LiteLLM's seconds. */
export function durationOf(value: unknown, path: Path, file: LitellmFile): string | undefined {
  if (value === undefined || value === null) return undefined;
  const seconds = typeof value === "string" ? Number(value) : value;
  if (typeof seconds !== "number" || !(seconds >= 0.001 && seconds <= 2_000_000)) {
    file.note(path, "left", `${path.at(-1)}: a number of seconds can be carried over, nothing else`);
    return undefined;
  }
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}
