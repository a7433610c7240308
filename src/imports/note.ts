/** Something that a person should know of a configuration that was carried over. */
export interface Note {
  /** Of the file that it comes from, counted from 1. 0: not known. */
  readonly line: number;
  /** key: a key is in the file itself. changed: it is carried over, but does not mean quite the same. left: it is not. */
  readonly kind: "key" | "changed" | "left";
  readonly what: string;
}

export interface ImportedConfig {
  /** A configuration of ours. */
  readonly yaml: string;
  /** In the order of the file that it comes from. */
  readonly notes: readonly Note[];
  /** The variables it refers to, with a value that each could have: a check may put it in for one that is not set. */
  readonly variables: ReadonlyMap<string, string>;
  /** The entries there were, and how many of them were carried over. */
  readonly entries: number;
  readonly carried: number;
}

const titles: readonly (readonly [Note["kind"], string])[] = [
  ["key", "Keys that are in the file itself, and so in the result (better in .env, with a reference in the file)"],
  ["changed", "Carried over, but not quite the same"],
  ["left", "Not carried over"],
];

/** What a configuration came to, for a person. `unset`: variables that it needs and that are not there. */
export function describeImported(
  { notes, entries, carried }: ImportedConfig,
  { file, what, unset }: { readonly file: string; readonly what: string; readonly unset: readonly string[] },
): string {
  const parts = titles.flatMap(([kind, title]) => {
    const found = notes.filter((note) => note.kind === kind);
    return found.length === 0
      ? []
      : [`${title}:`, ...found.map(({ line, what }) => `  ${line === 0 ? file : `${file}:${line}`}  ${what}`)];
  });
  const variables = unset.length === 0 ? [] : ["Variables to set before it can serve:", `  ${unset.join(", ")}`];
  return `${[`${carried} of ${entries} ${what} were carried over.`, ...parts, ...variables].join("\n")}\n`;
}
