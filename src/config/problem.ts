/** Where a setting is, from the top: names of settings, and places in lists counted from 0. */
export type SettingPath = readonly (string | number)[];

/** A fault of the configuration, for a person to mend. It never holds a key's value. */
export interface ConfigProblem {
  /** Counted from 1. 0: not known, or not in the file. */
  readonly line: number;
  /** Counted from 1. 0: not known, or not in the file. */
  readonly column: number;
  /** The setting ("providers.work.keys[0]"), the variable ("CAUSEWAY_STORE") or the option ("--port"). Empty: the file. */
  readonly path: string;
  /** What is wrong, what was expected, what to do. */
  readonly message: string;
}

/** Longer names are cut in what is shown: somebody may have put a key where a name belongs. */
const longestName = 32;

export function showName(name: string): string {
  return name.length > longestName ? `${name.slice(0, 8)}…` : name;
}

/** "providers.work.keys[0]". */
export function showPath(path: SettingPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? showName(step) : `.${showName(step)}`;
  }
  return text;
}

/** "causeway.yaml:3:5  providers.work.keys[0]  message"; without a file: "CAUSEWAY_STORE  message". */
export function showProblem({ line, column, path, message }: ConfigProblem, file: string): string {
  const place = line === 0 ? "" : `${file}:${line}:${column}`;
  return [place, path, message].filter((piece) => piece !== "").join("  ");
}
