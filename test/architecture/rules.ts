import ts from "typescript";
import { forEachNode, isFreeName, lineOf, parseModules, type SourceModule, type Sources } from "./modules.ts";

/** A broken rule as "path:line: what is wrong". */
export type Violation = string;

type Modules = ReadonlyMap<string, SourceModule>;

const everything = "*";

/** Section 4 of the design: which part of src/ may import which, itself aside. Changes only together with the design. */
const importTable: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  core: ["gen", "lib"],
  "dialects/*": ["gen", "lib", "core"],
  access: ["gen", "lib", "core"],
  routing: ["gen", "lib", "core"],
  pricing: ["gen", "lib", "core"],
  ledger: ["gen", "lib", "core"],
  upstreams: ["gen", "lib", "core"],
  gateway: ["gen", "lib", "core"],
  services: ["gen", "lib", "core"],
  facades: ["gen", "lib", "core"],
  telemetry: ["gen", "lib", "core"],
  server: ["gen", "lib", "core", "services", "facades"],
  imports: ["gen", "lib", "core"],
  config: ["gen", "lib", "core"],
  cli: ["gen", "lib", "core", "config", "imports"],
  dashboard: ["gen", "lib"],
  compose: [everything],
  main: [everything],
};

/** Who may import these; the table's "everything" does not include them. */
const importedBy: Readonly<Record<string, readonly string[]>> = { compose: ["main"], main: [] };

/** Names of vendors and their products that are no everyday words. */
const vendorNames =
  /openai|chatgpt|anthropic|claude|gemini|cohere|mistral|groq|azure|bedrock|deepseek|openrouter|ollama|fireworks|cerebras|moonshot|hugging ?face|\bx-?ai\b|vertex ?ai/gi;

const maxLines = 400;

export interface Exceptions {
  /** Files that may be longer than 400 lines, with the reason. */
  readonly longFiles?: Readonly<Record<string, string>>;
}

/** All rules over all of the project's TypeScript. `sources`: files of src/, test/ and scripts/. */
export function checkArchitecture(sources: Sources, exceptions: Exceptions = {}): Violation[] {
  const all = parseModules(sources);
  const src = new Map([...all].filter(([path]) => path.startsWith("src/")));
  return [
    ...brokenImports(src),
    ...importCycles(src),
    ...strayProcess(src),
    ...strayVendors(src),
    ...unlikeSiblings(src),
    ...longFiles(sources, exceptions.longFiles ?? {}),
    ...anyTypes(all),
    ...leftForLater(sources),
  ];
}

/** The row of the table that a path belongs to: "lib", "dialects/anthropic", "main", "gen"; undefined outside src/ and gen/. */
function partOf(path: string): string | undefined {
  const [top, first, second, third] = path.split("/");
  if (top === "gen") return "gen";
  if (top !== "src" || first === undefined) return undefined;
  if (second === undefined) return first.replace(/\.tsx?$/, "");
  return first === "dialects" && third !== undefined ? `dialects/${second}` : first;
}

const rowOf = (part: string): readonly string[] | undefined =>
  importTable[part.startsWith("dialects/") ? "dialects/*" : part];

/** What a vendor's dialects share is in a folder of the vendor's name: "dialects/acme" for "dialects/acme-chat". */
const isFamily = (shared: string, dialect: string): boolean =>
  shared.startsWith("dialects/") && dialect.startsWith(`${shared}-`);

function mayImport(part: string, row: readonly string[], target: string): boolean {
  if (part === target || isFamily(target, part)) return true;
  const importers = importedBy[target];
  if (importers !== undefined) return importers.includes(part);
  return row.includes(everything) || row.includes(target);
}

function brokenImports(src: Modules): Violation[] {
  const violations: Violation[] = [];
  for (const { path, imports } of src.values()) {
    const part = partOf(path) ?? path;
    const row = rowOf(part);
    if (row === undefined) {
      violations.push(`${path}:1: '${part}' is no part of the design's import table`);
      continue;
    }
    for (const { specifier, target, line } of imports) {
      if (target === undefined || (part === "main" && target === "package.json")) continue; // which has the version
      const targetPart = partOf(target);
      if (targetPart === undefined) violations.push(`${path}:${line}: ${specifier} is outside src/ and gen/`);
      else if (!mayImport(part, row, targetPart))
        violations.push(`${path}:${line}: ${part} may not import ${targetPart}`);
      else if (part === "dashboard" && targetPart === "lib" && !isBrowserSafe(src, target)) {
        violations.push(`${path}:${line}: ${target} needs Node, which a browser has not`);
      }
    }
  }
  return violations;
}

/** Whether a file, and whatever it imports in src/, does without Node's modules and Buffer. */
function isBrowserSafe(src: Modules, path: string, seen: Set<string> = new Set()): boolean {
  const module = src.get(path);
  if (module === undefined || seen.has(path)) return true;
  seen.add(path);
  let usesNode = false;
  forEachNode(module.tree, (node) => {
    usesNode ||= isFreeName(node, "Buffer");
  });
  if (usesNode) return false;
  return module.imports.every(
    ({ specifier, target, typeOnly }) =>
      typeOnly || (target === undefined ? !specifier.startsWith("node:") : isBrowserSafe(src, target, seen)),
  );
}

/** Imports that are left at run time must not lead back to where they began. */
function importCycles(src: Modules): Violation[] {
  const violations: Violation[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    const at = way.indexOf(path);
    if (at >= 0) {
      violations.push(`${path}:1: import cycle: ${[...way.slice(at), path].join(" → ")}`);
      return;
    }
    if (done.has(path)) return;
    way.push(path);
    for (const { target, typeOnly } of src.get(path)?.imports ?? []) {
      if (!typeOnly && target !== undefined && src.has(target)) visit(target);
    }
    way.pop();
    done.add(path);
  };
  for (const path of src.keys()) visit(path);
  return violations;
}

function strayProcess(src: Modules): Violation[] {
  const violations: Violation[] = [];
  for (const { path, tree, imports } of src.values()) {
    if (path === "src/main.ts" || path.startsWith("src/config/")) continue;
    const lines = imports.filter(({ specifier }) => /^(?:node:)?process$/.test(specifier)).map(({ line }) => line);
    forEachNode(tree, (node) => {
      if (isFreeName(node, "process")) lines.push(lineOf(tree, node));
    });
    for (const line of new Set(lines)) violations.push(`${path}:${line}: only main.ts and config/ may touch process`);
  }
  return violations;
}

const vendorFolders = /^src\/(?:dialects|upstreams|facades)\//;

/** The parts that compose the whole may say the names of what they wire: those that stand in their imports from the vendors' folders. */
function strayVendors(src: Modules): Violation[] {
  const violations: Violation[] = [];
  for (const { path, tree, imports } of src.values()) {
    if (vendorFolders.test(path)) continue;
    const wired =
      partOf(path) === "compose"
        ? imports.map(({ target }) => target ?? "").filter((target) => vendorFolders.test(target))
        : [];
    const allowed = new Set(wired.join(" ").toLowerCase().match(vendorNames));
    for (const { 0: name, index } of tree.text.matchAll(vendorNames)) {
      if (allowed.has(name.toLowerCase())) continue;
      const line = tree.getLineAndCharacterOfPosition(index).line + 1;
      violations.push(
        `${path}:${line}: '${name}' is a vendor's name, which belongs into dialects/, upstreams/ and facades/`,
      );
    }
  }
  return violations;
}

/** What a dialect consists of: two folders can be compared file by file. What else there is differs from vendor to vendor. */
const dialectFiles = ["index.ts", "wire.ts", "request.ts", "answer.ts", "stream.ts", "error.ts"];

/** Every dialect's folder has the files that make a dialect. */
function unlikeSiblings(src: Modules): Violation[] {
  const folders = new Map<string, Set<string>>();
  for (const path of src.keys()) {
    const [, folder, file] = /^src\/dialects\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (folder === undefined || file === undefined) continue;
    folders.set(folder, (folders.get(folder) ?? new Set()).add(file));
  }
  const names = [...folders.keys()];
  const dialects = [...folders].filter(([folder]) => !names.some((name) => name.startsWith(`${folder}-`)));
  const common = dialectFiles.filter((name) => dialects.some(([, files]) => files.has(name)));
  return dialects.flatMap(([folder, files]) =>
    common
      .filter((name) => !files.has(name))
      .map((name) => `src/dialects/${folder}:1: has no ${name}, which its siblings have`),
  );
}

function longFiles(sources: Sources, reasons: Readonly<Record<string, string>>): Violation[] {
  const long = new Map(
    [...sources]
      .map(([path, text]) => [path, text.trimEnd().split("\n").length] as const)
      .filter(([, lines]) => lines > maxLines),
  );
  const unlisted = [...long].filter(([path]) => !(path in reasons));
  const needless = Object.keys(reasons).filter((path) => !long.has(path));
  return [
    ...unlisted.map(
      ([path, lines]) =>
        `${path}:${maxLines}: has ${lines} lines, more than ${maxLines}, and no reason for it is listed`,
    ),
    ...needless.map((path) => `${path}:1: is listed as longer than ${maxLines} lines, and is not`),
  ];
}

function anyTypes(all: Modules): Violation[] {
  const violations: Violation[] = [];
  for (const { path, tree } of all.values()) {
    forEachNode(tree, (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword)
        violations.push(`${path}:${lineOf(tree, node)}: 'any' hides mistakes; use 'unknown' and check`);
    });
  }
  return violations;
}

/** Written so that it does not find itself. */
const laterMarks = /\b(?:TO(?:DO)|FIX(?:ME)|to(?:do)|fix(?:me))\b/;

function leftForLater(sources: Sources): Violation[] {
  return [...sources].flatMap(([path, text]) =>
    text.split("\n").flatMap((line, i) => (laterMarks.test(line) ? [`${path}:${i + 1}: left for later`] : [])),
  );
}
