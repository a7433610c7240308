import { parseEnv } from "node:util";
import type { Note } from "../note.ts";

/** The variables of a .env file, with a note of those that have been looked at. */
export interface Variables {
  readonly notes: Note[];
  /** Those that the result refers to, with a value that each could have. */
  readonly used: Map<string, string>;
  /** undefined: it is not set, or empty. */
  take(name: string): string | undefined;
  /** The values of all whose names begin so. */
  takeAll(prefix: string): string[];
  /** "WORD_SUFFIX", "WORD_SUFFIX_1", …: the names that are set, by word, in the order of their numbers. */
  numbered(suffix: string): ReadonlyMap<string, readonly string[]>;
  note(name: string, kind: Note["kind"], what: string): void;
  /** Notes those that nobody has looked at. */
  noteRest(): void;
}

export function readVariables(text: string): Variables {
  const set = new Map(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
  const lines = new Map<string, number>();
  for (const [i, line] of text.split("\n").entries()) {
    const name = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1];
    if (name !== undefined) lines.set(name, i + 1);
  }
  const seen = new Set<string>();
  const notes: Note[] = [];
  const used = new Map<string, string>();
  const variables: Variables = {
    notes,
    used,
    take(name) {
      const value = set.get(name);
      if (value === undefined) return undefined;
      seen.add(name);
      if (/_API_(?:KEY|BASE)$/.test(name)) used.set(name, value);
      return value;
    },
    takeAll(prefix) {
      const names = [...set.keys()].filter((name) => name.startsWith(prefix));
      return names.map((name) => variables.take(name) ?? "");
    },
    numbered(suffix) {
      const words = new Map<string, [number, string][]>();
      for (const [name, value] of set) {
        const [, word = "", number = "-1"] = new RegExp(`^([A-Z][A-Z0-9_]*)_${suffix}(?:_(\\d+))?$`).exec(name) ?? [];
        if (word === "" || seen.has(name)) continue;
        seen.add(name);
        used.set(name, value);
        words.set(word, [...(words.get(word) ?? []), [Number(number), name]]);
      }
      return new Map([...words].map(([word, all]) => [word, all.sort(([a], [b]) => a - b).map(([, name]) => name)]));
    },
    note: (name, kind, what) => void notes.push({ line: lines.get(name) ?? 0, kind, what }),
    noteRest() {
      for (const name of set.keys()) if (!seen.has(name)) variables.note(name, "left", name);
    },
  };
  return variables;
}
