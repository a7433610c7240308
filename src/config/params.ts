import { type DescField, type DescMessage, fromJsonString } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "../../gen/causeway/chat/v1/chat_pb.ts";
import { didYouMean } from "./nearest.ts";
import { defaultFields, formOf, noDefaults, otherNames } from "./params-fields.ts";
import { type SettingPath, showName } from "./problem.ts";
import { kindOf, type Report } from "./report.ts";

export interface ParamsContext {
  /** Names of the dialects there are: extensions begin with them. */
  readonly dialects: readonly string[];
  readonly report: Report;
}

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The contract's fields by their proto or JSON names, as a request that holds only what is given. Each fault is reported
 * at its place; what is faulty is left out.
 */
export function readParams(given: Members, path: SettingPath, context: ParamsContext): ChatRequest {
  const members = readMessage(ChatRequestSchema, defaultFields, given, path, context);
  return fromJsonString(ChatRequestSchema, JSON.stringify(members));
}

function readMessage(
  message: DescMessage,
  fields: readonly DescField[],
  given: Members,
  path: SettingPath,
  context: ParamsContext,
): Members {
  const { report } = context;
  const members: Record<string, unknown> = {};
  const taken = new Map<string, string>();
  for (const [key, value] of Object.entries(given)) {
    const at = [...path, key];
    const isTop = message === ChatRequestSchema;
    const name = fieldName(message, isTop && Object.hasOwn(otherNames, key) ? (otherNames[key] ?? key) : key);
    const field = fields.find((one) => one.name === name);
    const place = field?.oneof?.name ?? name;
    const other = taken.get(place);
    if (field === undefined) {
      const why = isTop && Object.hasOwn(noDefaults, name) ? noDefaults[name] : undefined;
      if (why !== undefined) report.add(at, why, "key");
      else report.addUnknown(at, namesOf(fields));
    } else if (other !== undefined) {
      report.add(at, `cannot be given beside '${showName(other)}': keep one of the two`, "key");
    } else if (value !== null) {
      taken.set(place, key);
      members[name] = readField(field, value, at, context);
    }
  }
  return members;
}

const namesOf = (fields: readonly DescField[]): string[] => fields.map(({ name }) => name);

const fieldName = ({ fields }: DescMessage, key: string): string =>
  fields.find(({ jsonName }) => jsonName === key)?.name ?? key;

/** undefined, and reported, when the value is not of the field's type. */
function readField(field: DescField, value: unknown, path: SettingPath, context: ParamsContext): unknown {
  if (field.fieldKind === "message" && isMembers(value)) {
    return readMessage(field.message, field.message.fields, value, path, context);
  }
  if (field.parent === ChatRequestSchema && field.name === "extensions" && isMembers(value)) {
    return readExtensions(value, path, context);
  }
  const found = formOf(field) === "flag" && (value === "true" || value === "false") ? value === "true" : value;
  if (isOfType(field, found)) return found;
  context.report.add(path, describeUnfit(field, value));
  return undefined;
}

function isOfType(field: DescField, value: unknown): boolean {
  const isNumeric = field.fieldKind === "scalar" && !["text", "flag"].includes(formOf(field));
  if (isNumeric && (value === "" || !Number.isFinite(Number(value)))) return false; // "NaN" is one of protobuf's numbers
  // YAML has rounded it already
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  try {
    fromJsonString(field.parent, JSON.stringify({ [field.name]: value }));
    return true;
  } catch {
    return false; // what it says is for those who know descriptors
  }
}

function describeUnfit(field: DescField, value: unknown): string {
  const form = formOf(field);
  const found = typeof value === "number" ? String(value) : kindOf(value);
  switch (form) {
    case "text":
      return `expected a text, found ${found}${typeof value === "object" ? "" : ": put it in quotes"}`;
    case "flag":
      return `expected true or false, found ${found}`;
    case "number":
      return `expected a number, found ${found}`;
    case "whole":
      return `expected a whole number, found ${found}${Number.isInteger(value) ? ": put so long a number in quotes" : ""}`;
    case "count":
      return `expected a whole number from 0, found ${found}`;
    case "list":
      return `expected a list of texts, found ${Array.isArray(value) ? "something else in it" : found}`;
    case "settings":
      return `expected ${describeMembers(field)}, found ${isMembers(value) ? "something else in them" : found}`;
    default:
      return form satisfies never;
  }
}

function describeMembers(field: DescField): string {
  if (field.fieldKind === "message") return `settings below it (${namesOf(field.message.fields).join(", ")})`;
  return field.name === "logit_bias" ? "settings below it, from a token's id to a number" : "settings below it";
}

/**
 * "dialect/field" to JSON text. What is given in another form than text is written as JSON, since that is how people
 * write it in YAML.
 */
function readExtensions(given: Members, path: SettingPath, { dialects, report }: ParamsContext): Members {
  const texts: [string, string][] = [];
  for (const [key, value] of Object.entries(given)) {
    const at = [...path, key];
    const [, dialect = "", field = ""] = /^([^/]*)\/(.*)$/s.exec(key) ?? [];
    const text = typeof value === "string" ? value : jsonText(value);
    if (field === "")
      report.add(at, "expected dialect/field: a dialect's name, a slash, and its name for a field", "key");
    else if (!dialects.includes(dialect)) {
      const guess = didYouMean(dialect, dialects) || `: expected one of ${dialects.join(", ")}`;
      report.add(at, `no such dialect${guess}`, "key");
    } else if (text === undefined || !isJson(text)) {
      report.add(at, `expected JSON: a text has quotes inside quotes, as in '"low"'`);
    } else texts.push([key, text]);
  }
  return Object.fromEntries(texts);
}

/** undefined for what has no end. */
function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
