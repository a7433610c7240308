import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { type Environment, interpolate } from "./environment.ts";
import { type ConfigProblem, type SettingPath, showPath } from "./problem.ts";

export interface Place {
  /** Both counted from 1; 0 when not known. */
  readonly line: number;
  readonly column: number;
}

/** A configuration file's settings, with where each of them stands. */
export interface ConfigDocument {
  /** Plain values, with the variables put in. undefined for a file that is empty, or that is no YAML. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Where a setting is; for one that is missing, where it would belong. */
  placeOf(path: SettingPath, of: "key" | "value"): Place;
  /** A text as it is in the file, before variables were put in: what may be shown. */
  sourceOf(path: SettingPath): string | undefined;
}

const mostSyntaxProblems = 20;

/** Reads YAML 1.2 with merge keys (<<). Never throws: whatever is wrong with the text is in `problems`. */
export function readDocument(text: string, env: Environment): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    uniqueKeys: false, // they are looked for below, where their path is known
    prettyErrors: false, // pretty ones quote the file, which may hold keys
    logLevel: "error",
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const fromSyntax = [...document.errors, ...document.warnings]
    .map(({ code, message, pos }) => ({ ...placeAt(pos[0]), path: "", message: describeSyntax(code, message) }))
    .filter(({ line }, at, all) => all.findIndex((other) => other.line === line) === at) // one slip, many complaints
    .slice(0, mostSyntaxProblems)
    .map((problem) => ({ ...problem, message: problem.message + flowHint(text, problem.line) }));
  const contents = document.contents;
  const finder = createFinder(contents, (node) => (isAlias(node) ? node.resolve(document) : node), placeAt);
  if (fromSyntax.length > 0) return { value: undefined, problems: fromSyntax, ...finder };

  const problems: ConfigProblem[] = [];
  const report: Report = (path, offset, message) => {
    problems.push({ ...placeAt(offset), path: showPath(path), message });
  };
  try {
    const sound = prepare(document, env, report);
    return { value: sound ? (document.toJS() ?? undefined) : undefined, problems, ...finder };
  } catch (error) {
    // What the library finds only now: merges of what is no map, aliases that multiply beyond measure.
    report([], 0, error instanceof Error ? withoutSource(error.message) : "cannot be resolved");
    return { value: undefined, problems, ...finder };
  }
}

type Report = (path: SettingPath, offset: number, message: string) => void;

/** Puts variables into the texts. False, and reported, when there is what YAML allows and settings cannot be made of. */
function prepare(document: Document.Parsed, env: Environment, report: Report): boolean {
  let sound = true;
  const refuse = (path: SettingPath, node: unknown, message: string): void => {
    report(path, offsetOf(node), message);
    sound = false;
  };
  const visit = (node: unknown, path: SettingPath): void => {
    if (isScalar(node)) {
      if (typeof node.value !== "string") return;
      const { text, faults } = interpolate(node.value, env);
      for (const fault of faults) report(path, offsetOf(node), fault);
      node.value = text;
    } else if (isAlias(node)) {
      if (node.resolve(document) === undefined) refuse(path, node, "there is no anchor of this name before it");
    } else if (isSeq(node)) {
      node.items.forEach((item, at) => {
        visit(item, [...path, at]);
      });
    } else if (isMap(node)) {
      visitMap(node, path);
    }
  };
  const visitMap = (map: YAMLMap, path: SettingPath): void => {
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      if (!isScalar(key) || key.value === null || typeof key.value === "object") {
        refuse(path, key, "expected a name before the colon");
        continue;
      }
      const name = String(key.value);
      const at = [...path, name];
      if (seen.has(name)) report(at, offsetOf(key), "is given twice: remove one of the two");
      if (name === "__proto__") refuse(at, key, "cannot be a name");
      seen.add(name);
      visit(value, at);
    }
  };
  visit(document.contents, []);
  return sound;
}

function createFinder(
  root: ParsedNode | null,
  resolve: (node: unknown) => unknown,
  placeAt: (offset: number) => Place,
): Pick<ConfigDocument, "placeOf" | "sourceOf"> {
  /** The node at a path, or the last one on the way to it, and the key that leads there. */
  const find = (path: SettingPath): { whole: boolean; node: unknown; key: unknown } => {
    let node: unknown = root;
    let key: unknown = root;
    for (const step of path) {
      const parent = resolve(node);
      const next = isMap(parent)
        ? parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === step)
        : { key: undefined, value: isSeq(parent) && typeof step === "number" ? parent.items[step] : undefined };
      if (next === undefined || (next.key === undefined && next.value === undefined))
        return { whole: false, node, key };
      node = next.value;
      key = next.key ?? next.value;
    }
    return { whole: true, node, key };
  };
  return {
    placeOf(path, of) {
      const { whole, node, key } = find(path);
      const offset = of === "key" || !whole || !isNodeWithRange(node) ? offsetOf(key) : offsetOf(node);
      return root === null ? { line: 0, column: 0 } : placeAt(offset);
    },
    sourceOf(path) {
      const { whole, node } = find(path);
      const scalar = resolve(node);
      return whole && isScalar(scalar) ? (scalar.source ?? String(scalar.value)) : undefined;
    },
  };
}

const isNodeWithRange = (node: unknown): node is Node =>
  typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);

const offsetOf = (node: unknown): number => (isNodeWithRange(node) ? (node.range?.[0] ?? 0) : 0);

function describeSyntax(code: string, message: string): string {
  switch (code) {
    case "MULTIPLE_DOCS":
      return "the file holds more than one YAML document: remove this '---' and what follows";
    case "RESOURCE_EXHAUSTION":
      return "the settings are nested too deeply";
    case "BLOCK_AS_IMPLICIT_KEY":
      return "not YAML: a second colon in the line. Put a text with ': ' in it in quotes";
    default:
      return `not YAML: ${withoutSource(message)}`;
  }
}

/** The library quotes the file at the end of some messages. */
const withoutSource = (message: string): string => message.replace(/(?<=\w): .*$/s, "");

/** In flow style, a brace begins a map wherever it stands. */
function flowHint(text: string, line: number): string {
  const source = text.split("\n")[line - 1] ?? "";
  return /[[{].*(?<!["'])\$\{/.test(source) ? `. Inside [ ] and { }, a \${NAME} has to be in quotes` : "";
}
