import { resolve } from "node:path";
import manifest from "../package.json" with { type: "json" };

const [, ...words] = manifest.scripts.start.split(" ");

/** What `npm start` gives Node: flags, and the program. */
export const startArguments: readonly string[] = words.map((word) =>
  word.startsWith("-") ? word : resolve(import.meta.dirname, "..", word),
);
