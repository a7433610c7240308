import { GatewayError } from "../core/error.ts";
import type { UpstreamModel } from "../core/ports.ts";
import { JsonError, parseJson } from "../lib/json.ts";

/**
 * Where a vendor's list of models says what. A member of a member is written with a dot: "architecture.input_modalities".
 * Of several members the first that says something usable counts.
 */
export interface ModelListForm {
  /** The member that holds the list, or "" if the list is the whole body. Default "data". */
  readonly list?: string;
  /** The member that holds a model's name. Default "id". */
  readonly id?: string;
  /** What stands before each name, and is not part of it. */
  readonly prefix?: string;
  /** Hold the number of tokens that fit. Default: all the names vendors have for it. */
  readonly contextWindow?: readonly string[];
  /** Hold a list of what a prompt may consist of, text included. */
  readonly inputModalities?: readonly string[];
  /** Are true where a prompt may have something besides text, and false where not: what it is, by member. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Hold when the model was made, in Unix seconds or as RFC 3339. Empty: what the list has is another time. */
  readonly created?: readonly string[];
}

const usual = {
  contextWindow: [
    "context_length",
    "context_window",
    "max_context_length",
    "max_model_len",
    "max_input_tokens",
    "inputTokenLimit",
  ],
  inputModalities: ["architecture.input_modalities", "input_modalities"],
  created: ["created", "created_at"],
} as const satisfies ModelListForm;

/**
 * The models of a list, each name once, in the vendor's order. What is odd about one of them is left out; only a body
 * that is no list throws: GatewayError "upstream_malformed".
 */
export function readModelList(body: Buffer, form: ModelListForm, provider: string): UpstreamModel[] {
  const { list = "data", id = "id", prefix = "" } = form;
  const wire = parse(body, provider);
  const entries = list === "" ? wire : memberOf(wire, list);
  if (!Array.isArray(entries)) {
    throw malformed(provider, list === "" ? "it is no array" : `it has no array "${list}"`);
  }
  const models = new Map<string, UpstreamModel>();
  for (const entry of entries) {
    const given = memberOf(entry, id);
    // half a surrogate pair could not be written in any list of ours
    if (typeof given !== "string" || !given.isWellFormed()) continue;
    const name = given.startsWith(prefix) ? given.slice(prefix.length) : given;
    if (name !== "" && !models.has(name)) models.set(name, readModel(name, entry, form));
  }
  return [...models.values()];
}

function readModel(name: string, entry: unknown, form: ModelListForm): UpstreamModel {
  const { contextWindow = usual.contextWindow, created = usual.created } = form;
  return {
    name,
    contextWindow: firstOf(entry, contextWindow, tokensOf),
    inputModalities: inputModalitiesOf(entry, form),
    created: firstOf(entry, created, secondsOf),
  };
}

/** What the contract can say. */
const mostTokens = 2 ** 32 - 1;

const tokensOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value <= mostTokens ? value : undefined;

/** There was no such model before 2015; servers that do not know say 0, or any time of the last century. */
const earliest = Date.UTC(2015) / 1000;
/** What is later is no number of seconds. */
const latest = Date.UTC(2100) / 1000;

function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === "string" ? Date.parse(value) / 1000 : value;
  if (typeof seconds !== "number" || !(seconds >= earliest && seconds < latest)) return undefined;
  return Math.floor(seconds);
}

function inputModalitiesOf(entry: unknown, form: ModelListForm): readonly string[] | undefined {
  const { inputModalities = usual.inputModalities, inputs = {} } = form;
  const listed = firstOf(entry, inputModalities, modalitiesOf);
  if (listed !== undefined) return listed;
  const told = Object.entries(inputs).flatMap(([path, modality]) => {
    const takes = memberAt(entry, path);
    return typeof takes === "boolean" ? [{ takes, modality }] : [];
  });
  if (told.length === 0) return undefined;
  return ["text", ...told.flatMap(({ takes, modality }) => (takes ? [modality] : []))];
}

/** Vendors' words for what we call otherwise. */
const sameAs: ReadonlyMap<string, string> = new Map([
  ["file", "document"],
  ["pdf", "document"],
]);
const mostModalities = 16;

function modalitiesOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const modalities = new Set<string>();
  for (const item of value.slice(0, mostModalities)) {
    const word = typeof item === "string" ? item.toLowerCase() : "";
    if (/^[a-z][a-z0-9_-]{0,31}$/.test(word)) modalities.add(sameAs.get(word) ?? word);
  }
  return modalities.size === 0 ? undefined : [...modalities];
}

function firstOf<Read>(
  entry: unknown,
  paths: readonly string[],
  read: (value: unknown) => Read | undefined,
): Read | undefined {
  for (const path of paths) {
    const found = read(memberAt(entry, path));
    if (found !== undefined) return found;
  }
  return undefined;
}

const memberAt = (value: unknown, path: string): unknown => path.split(".").reduce(memberOf, value);

function parse(body: Buffer, provider: string): unknown {
  try {
    return parseJson(body.toString("utf8"));
  } catch (error) {
    if (error instanceof JsonError) throw malformed(provider, error.message);
    throw error;
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

const malformed = (provider: string, what: string): GatewayError =>
  new GatewayError("upstream_malformed", `${provider}: the list of models cannot be read: ${what}. Check base_url.`, {
    provider,
  });
