import { GatewayError } from "../core/error.ts";
import { JsonError, parseJson } from "../lib/json.ts";

/** How a vendor's list of models differs from OpenAI's, `{"data": [{"id": "…"}]}`. */
export interface ModelListForm {
  /** The member that holds the list, or "" if the list is the whole body. Default "data". */
  readonly list?: string;
  /** The member that holds a model's name. Default "id". */
  readonly id?: string;
  /** What stands before each name, and is not part of it. */
  readonly prefix?: string;
}

/** The names in a list of models, each once, in the vendor's order. Throws GatewayError "upstream_malformed". */
export function readModelList(body: Buffer, form: ModelListForm, provider: string): string[] {
  const { list = "data", id = "id", prefix = "" } = form;
  const wire = parse(body, provider);
  const entries = list === "" ? wire : memberOf(wire, list);
  if (!Array.isArray(entries)) {
    throw malformed(provider, list === "" ? "it is no array" : `it has no array "${list}"`);
  }
  const names = new Set<string>();
  for (const entry of entries) {
    const name = memberOf(entry, id);
    if (typeof name !== "string" || name === "") continue;
    names.add(name.startsWith(prefix) ? name.slice(prefix.length) : name);
  }
  return [...names];
}

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
