import * as z from "zod";
import type { ConfigDocument } from "./document.ts";
import { didYouMean } from "./nearest.ts";
import { type ConfigProblem, type SettingPath, showName, showPath } from "./problem.ts";

/** Collects what is wrong with a configuration, and says where in the file, the environment or the options it is. */
export interface Report {
  readonly problems: readonly ConfigProblem[];
  add(path: SettingPath, message: string, of?: "key" | "value"): void;
  /** For what comes from a variable or an option: `name` is "CAUSEWAY_PORT" or "--port". */
  addNamed(name: string, message: string): void;
  addUnknown(path: SettingPath, known: readonly string[]): void;
  /** The value by the schema; undefined when it is not of its form, which is then reported. */
  parse<S extends z.ZodType>(schema: S, value: unknown, path: SettingPath): z.output<S> | undefined;
}

/** `origins`: settings that a variable or an option gave, as path to the name of that. */
export function createReport(document: ConfigDocument, origins: ReadonlyMap<string, string>): Report {
  const problems = [...document.problems];
  const faulty = new Set(problems.map(({ path }) => path)); // one problem a setting: what follows from it is noise

  function add(path: SettingPath, message: string, of: "key" | "value" = "value"): void {
    const text = showPath(path);
    const name = origins.get(text);
    if (name !== undefined) addNamed(name, message);
    else if (!faulty.has(text)) problems.push({ ...document.placeOf(path, of), path: text, message });
    faulty.add(text);
  }

  function addNamed(name: string, message: string): void {
    if (!faulty.has(name)) problems.push({ line: 0, column: 0, path: name, message });
    faulty.add(name);
  }

  function addUnknown(path: SettingPath, known: readonly string[]): void {
    add(path, describeUnknown(String(path.at(-1)), known), "key");
  }

  function addIssue(issue: z.core.$ZodIssue, at: SettingPath, schema: z.ZodType): void {
    const inside = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    const path = [...at, ...inside];
    if (issue.code === "unrecognized_keys") {
      const known = keysOf(schema, inside);
      for (const key of issue.keys) addUnknown([...path, key], known);
      return;
    }
    const source = origins.has(showPath(path)) ? String(issue.input) : document.sourceOf(path);
    add(path, describe(issue, source), issue.code === "invalid_key" ? "key" : "value");
  }

  return {
    problems,
    add,
    addNamed,
    addUnknown,
    parse(schema, value, path) {
      const result = schema.safeParse(value, { reportInput: true, error: () => "" }); // "": the schema has no words of its own
      if (result.success) return result.data;
      for (const issue of result.error.issues) addIssue(issue, path, schema);
      return undefined;
    },
  };
}

/** `source`: the value as it was written, if it was a single one. */
function describe(issue: z.core.$ZodIssue, source: string | undefined): string {
  const { code, input, message } = issue;
  switch (code) {
    case "invalid_type":
    case "invalid_union": {
      const expected = message !== "" ? message : `expected ${typeWord(code === "invalid_type" ? issue.expected : "")}`;
      if (input === undefined) return `is missing: ${expected}`;
      const hint = message === "" && code === "invalid_type" ? quoteHint(issue) : "";
      return `${expected}, found ${kindOf(input)}${hint}`;
    }
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join(", ")}${foundText(input, source)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? message;
    case "custom":
      return message + (issue.params?.shown === true ? foundText(input, source) : "");
    default:
      return message;
  }
}

/** Keys are longer. */
const longestShown = 15;

/** Repeats only what is short: somebody may have put a key in the wrong place. */
function foundText(input: unknown, source: string | undefined): string {
  if (typeof input === "object") return `, found ${kindOf(input)}`;
  if (source === "") return ", found an empty text";
  return source === undefined || source.length > longestShown || source.includes("\n") ? "" : `, found '${source}'`;
}

const typeWords: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "settings below it",
  record: "settings below it",
};

const typeWord = (type: string): string => typeWords[type] ?? type;

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : typeWord(typeof value);
}

const quoteHint = ({ expected, input }: z.core.$ZodIssueInvalidType): string =>
  expected === "string" && (typeof input === "number" || typeof input === "boolean") ? ": put it in quotes" : "";

/** What other tools call some of our settings. */
const synonyms: Readonly<Record<string, string>> = {
  host: "listen",
  port: "listen",
  address: "listen",
  database: "store",
  db: "store",
  aliases: "models",
  model_list: "models",
  api_key: "keys",
  api_keys: "keys",
  key: "keys",
  token: "keys",
  url: "base_url",
  api_base: "base_url",
  endpoint: "base_url",
  type: "dialect",
};

function describeUnknown(key: string, known: readonly string[]): string {
  const name = showName(key);
  const synonym = Object.hasOwn(synonyms, key) ? synonyms[key] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return `unknown key '${name}': did you mean '${synonym}'?`;
  const guess = didYouMean(key, known);
  return `unknown key '${name}'${guess === "" ? `: expected one of ${known.join(", ")}` : guess}`;
}

/** The keys that a schema knows at a path. */
function keysOf(schema: z.core.$ZodType, path: SettingPath): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keysOf(schema.unwrap(), path);
  const [step, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    const inner: unknown = step === undefined ? undefined : schema.shape[step];
    if (step === undefined) return Object.keys(schema.shape);
    return inner instanceof z.ZodType ? keysOf(inner, rest) : [];
  }
  if (schema instanceof z.ZodArray) return keysOf(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysOf(schema.valueType, rest) : [];
}
