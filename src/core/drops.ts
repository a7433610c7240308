import { JsonError, parseJson } from "../lib/json.ts";
import { RawJson } from "../lib/json-text.ts";
import { GatewayError } from "./error.ts";

/** A user's JSON text, to be written byte for byte. Throws GatewayError "invalid_request" when it is none. */
export function userJson(text: string, path: string): RawJson {
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new GatewayError("invalid_request", `'${path}': ${error.message}.`, { param: path });
  }
  return new RawJson(text);
}

/** Collects what a dialect cannot say of a request, so that a codec is lossless or loud. */
export class Drops {
  readonly #dialect: string;
  readonly #paths: string[] = [];

  constructor(dialect: string) {
    this.#dialect = dialect;
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** `path` such as "messages[2].parts[0].video". */
  add(path: string): undefined {
    this.#paths.push(path);
  }

  /** Reports a field that is set although the dialect has no word for it. Unset: undefined, "", false, [] and {}. */
  unless(isSayable: boolean, path: string, value: unknown): void {
    if (isSayable || value === undefined || value === "" || value === false) return;
    if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return;
    this.add(path);
  }

  /** Those of the extensions that are this dialect's, by field name; the others are reported. */
  own(extensions: Readonly<Record<string, string>>, path: string): Record<string, RawJson> {
    const own: Record<string, RawJson> = {};
    const prefix = `${this.#dialect}/`;
    for (const key in extensions) {
      const text = extensions[key];
      if (text === undefined) continue;
      const at = path === "" ? `extensions[${key}]` : `${path}.extensions[${key}]`;
      if (key.startsWith(prefix)) own[key.slice(prefix.length)] = userJson(text, at);
      else this.add(at);
    }
    return own;
  }
}
