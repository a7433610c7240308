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
  /** Settings to be parsed one by one, so that a fault of one hides nothing of the others. Reports unknown ones. */
  open<S extends Shape>(shape: S, value: Readonly<Record<string, unknown>>, path: SettingPath): Fields<S>;
}

type Shape = Readonly<Record<string, z.ZodType>>;
/** A setting by its key; undefined also when it is not of its form. */
type Fields<S extends Shape> = <K extends keyof S & string>(key: K) => z.output<S[K]> | undefined;

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

  /** `at`: where the schema begins. `outer`: where the issue does, from there. */
  function addIssue(issue: z.core.$ZodIssue, at: SettingPath, schema: z.ZodType, outer: SettingPath = []): void {
    const inside = [...outer, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
    const path = [...at, ...inside];
    const meant = issue.code === "invalid_union" ? meantChoice(issue) : undefined;
    if (meant !== undefined) {
      for (const inner of meant) addIssue(inner, at, schema, inside);
      return;
    }
    if (issue.code === "unrecognized_keys") {
      const known = keysOf(schema, inside);
      for (const key of issue.keys) addUnknown([...path, key], known);
      return;
    }
    const source = origins.has(showPath(path)) ? String(issue.input) : document.sourceOf(path);
    add(path, describe(issue, source), issue.code === "invalid_key" ? "key" : "value");
  }

  function parse<S extends z.ZodType>(schema: S, value: unknown, path: SettingPath): z.output<S> | undefined {
    const result = schema.safeParse(value, { reportInput: true, error: () => "" }); // "": the schema has no words of its own
    if (result.success) return result.data;
    for (const issue of result.error.issues) addIssue(issue, path, schema);
    return undefined;
  }

  return {
    problems,
    add,
    addNamed,
    addUnknown,
    parse,
    open<S extends Shape>(shape: S, value: Readonly<Record<string, unknown>>, path: SettingPath): Fields<S> {
      const known = Object.keys(shape);
      for (const key of Object.keys(value)) if (!known.includes(key)) addUnknown([...path, key], known);
      return <K extends keyof S & string>(key: K) => parse<S[K]>(shape[key], value[key], [...path, key]);
    },
  };
}

/** What is wrong with the only choice of a union that is of the value's kind. undefined: none is, or several are. */
function meantChoice({ errors }: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  const fitting = errors
    .map((choice) =>
      choice.flatMap((issue) =>
        issue.code === "invalid_union" && issue.path.length === 0 ? (meantChoice(issue) ?? [issue]) : [issue],
      ),
    )
    .filter((choice) => !choice.some(isOtherKind));
  return fitting.length === 1 ? fitting[0] : undefined;
}

function isOtherKind({ code, path, input }: z.core.$ZodIssue): boolean {
  if (path.length > 0) return false;
  return code === "invalid_type" || code === "invalid_union" || (code === "invalid_value" && typeof input !== "string");
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
    case "invalid_value": {
      const words = issue.values.map(String);
      const guess = typeof input === "string" ? didYouMean(input, words) : "";
      return `expected ${oneOf(words)}${foundText(input, source)}${guess}`;
    }
    case "invalid_key":
      return issue.issues[0]?.message ?? message;
    case "custom":
      return message + (issue.params?.shown === true ? foundText(input, source) : "");
    default:
      return message;
  }
}

const oneOf = (words: readonly string[]): string =>
  words.length === 2 ? words.join(" or ") : `one of ${words.join(", ")}`;

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

export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "a list" : typeWord(typeof value);
}

const quoteHint = ({ expected, input }: z.core.$ZodIssueInvalidType): string =>
  expected === "string" && (typeof input === "number" || typeof input === "boolean") ? ": put it in quotes" : "";

/** What other tools call some of our settings. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  host: ["listen"],
  port: ["listen"],
  address: ["listen"],
  database: ["store"],
  db: ["store"],
  aliases: ["models"],
  plans: ["models"],
  model_list: ["models"],
  api_key: ["keys", "key"],
  api_keys: ["keys"],
  key: ["keys"],
  token: ["keys", "key"],
  secret: ["key"],
  url: ["base_url"],
  api_base: ["base_url"],
  endpoint: ["base_url"],
  type: ["dialect"],
  priority: ["tier"],
  max_parallel_requests: ["concurrency"],
  model: ["targets"],
  models: ["targets"],
  fallback: ["targets", "fallback_on"],
  fallbacks: ["targets", "fallback_on"],
  routing: ["strategy"],
  conditions: ["when"],
  targets: ["use"],
  to: ["use"],
  sticky: ["affinity"],
  max_retries: ["retries"],
  num_retries: ["retries"],
  circuit_breaker: ["breaker"],
  auth: ["credentials"],
  context_length: ["context_window"],
  moderation: ["content_filter"],
  max_completion_tokens: ["max_output_tokens"],
  stop_sequences: ["stop"],
  thinking: ["reasoning"],
  reasoning_effort: ["reasoning"],
};

function describeUnknown(key: string, known: readonly string[]): string {
  const name = showName(key);
  const synonym = Object.hasOwn(synonyms, key) ? synonyms[key]?.find((word) => known.includes(word)) : undefined;
  if (synonym !== undefined) return `unknown key '${name}': did you mean '${synonym}'?`;
  const guess = didYouMean(key, known);
  return `unknown key '${name}'${guess === "" ? `: expected one of ${known.join(", ")}` : guess}`;
}

/** The keys that a schema knows at a path. */
function keysOf(schema: z.core.$ZodType, path: SettingPath): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keysOf(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((choice) => keysOf(choice, path));
  const [step, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    const inner: unknown = step === undefined ? undefined : schema.shape[step];
    if (step === undefined) return Object.keys(schema.shape);
    return inner instanceof z.ZodType ? keysOf(inner, rest) : [];
  }
  if (schema instanceof z.ZodArray) return keysOf(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysOf(schema.valueType, rest) : [];
}
