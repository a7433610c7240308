import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { isRecord, type Wire } from "../../core/wire-values.ts";
import { ImportError } from "../error.ts";
import type { Note } from "../note.ts";

export type Path = readonly (string | number)[];

/** LiteLLM's file, and what is noted while it is carried over. */
export interface LitellmFile {
  readonly value: Wire;
  readonly notes: Note[];
  /** The variables that the result refers to, with a value that each could have. */
  readonly variables: Map<string, string>;
  note(path: Path, kind: Note["kind"], what: string): void;
  /** Notes all settings of an object that are not among these. */
  noteOthers(path: Path, given: Wire, known: ReadonlySet<string>): void;
  /** A text as our configuration has it, with LiteLLM's "os.environ/NAME" as a reference to the variable. */
  text(value: string, sample: string): string;
}

/** Throws ImportError for what is no YAML or has no models. */
export function readLitellm(text: string, name: string): LitellmFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new ImportError(`${name}:${line}:${col}: is no YAML: ${fault.message}`);
  }
  const value: unknown = document.toJS();
  if (!isRecord(value) || !Array.isArray(value.model_list)) {
    throw new ImportError(`${name} has no list 'model_list': is it a configuration of LiteLLM's form?`);
  }
  const notes: Note[] = [];
  const variables = new Map<string, string>();
  const lineOf = (path: Path): number => {
    const at = offsetOf(document.contents, path, (node) => (isAlias(node) ? node.resolve(document) : node));
    return at === undefined ? 0 : lines.linePos(at).line;
  };
  const file: LitellmFile = {
    value,
    notes,
    variables,
    note: (path, kind, what) => void notes.push({ line: lineOf(path), kind, what }),
    noteOthers(path, given, known) {
      for (const key of Object.keys(given)) {
        if (!known.has(key) && given[key] !== null) file.note([...path, key], "left", `${showPath([...path, key])}`);
      }
    },
    text(given, sample) {
      const variable = /^os\.environ\/(.+)$/.exec(given.trim())?.[1];
      if (variable === undefined) return given.replaceAll("${", () => "$${");
      variables.set(variable, sample);
      return `\${${variable}}`;
    },
  };
  return file;
}

/** Where the setting begins; where there is none, where the one around it does. */
function offsetOf(root: unknown, path: Path, resolve: (node: unknown) => unknown): number | undefined {
  let node = resolve(root);
  let at: number | undefined;
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      at = startOf(pair?.key) ?? at;
      next = pair?.value;
    } else if (isSeq(node) && typeof step === "number") {
      next = node.items[step];
      at = startOf(next) ?? at;
    }
    node = resolve(next);
  }
  return at;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
const isNode = (node: unknown): node is Node => isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);

/** Without the places in lists: lines say where. */
const showPath = (path: Path): string => path.filter((step) => typeof step === "string").join(".");
