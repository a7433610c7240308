import { GatewayError } from "../core/error.ts";
import { clipped, quoted } from "../core/quoted.ts";
import { nanoUsd } from "../core/usd.ts";
import { type FacadeRequest, queryOf } from "./http.ts";

const longestText = 1000;
const mostDollars = 1e9;
const dayForm = /^\d{4}-\d\d-\d\d$/;
const dollarForm = /^\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/**
 * The parameters of a query. One that is empty counts as absent, since that is how forms send it. Whatever a parameter
 * cannot mean is thrown as GatewayError "invalid_request", which names it.
 */
export class Query {
  readonly #params: URLSearchParams;

  constructor(request: FacadeRequest) {
    this.#params = queryOf(request);
  }

  /** Refuses all parameters but these, and `key`, which a caller may show its key in. */
  only(names: readonly string[]): void {
    for (const name of this.#params.keys()) {
      if (name !== "key" && !names.includes(name)) throw invalid(name, `there is no such parameter here`, names);
    }
  }

  text(name: string): string | undefined {
    const values = this.#params.getAll(name);
    const [value = ""] = values;
    if (values.length > 1) throw invalid(name, `it is there ${values.length} times; send it once`);
    if (value.length > longestText) throw invalid(name, `it has more than ${longestText} characters`);
    if (value.includes("\0")) throw invalid(name, "it holds a NUL, which no name or text has");
    return value === "" ? undefined : value;
  }

  /** A whole number from `least` to `most`. */
  whole(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw wrong(name, text, `a whole number from ${least} to ${most}`);
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    const word = words.find((candidate) => candidate === text);
    if (text === undefined || word !== undefined) return word;
    throw wrong(name, text, `one of ${words.join(", ")}`);
  }

  /** "true" or "false", in letters of any case: Python writes "True". */
  boolean(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const word = text.toLowerCase();
    if (word === "true" || word === "false") return word === "true";
    throw wrong(name, text, "one of true, false");
  }

  /** A day as YYYY-MM-DD; its beginning in UTC, in ms since 1970. */
  day(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const at = dayForm.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
    if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return at;
    throw wrong(name, text, "a day of the calendar as YYYY-MM-DD");
  }

  /** An amount of US dollars, as nano-dollars. */
  dollars(name: string): bigint | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = dollarForm.test(text) ? Number(text) : Number.NaN;
    if (value <= mostDollars) return nanoUsd(value);
    throw wrong(name, text, `US dollars from 0 to ${mostDollars}, for example 0.05`);
  }
}

const wrong = (name: string, text: string, expected: string): GatewayError =>
  new GatewayError("invalid_request", `'${name}' is ${quoted(text)}; it takes ${expected}.`, { param: name });

/** `names`: what there is instead. */
function invalid(name: string, what: string, names: readonly string[] = []): GatewayError {
  const instead = names.length === 0 ? "" : `; there are: ${names.join(", ")}`;
  return new GatewayError("invalid_request", `${quoted(name)}: ${what}${instead}.`, { param: clipped(name) });
}
