/**
 * `npm run generate` writes what is made from something else: gen/ from proto/ and openapi/, and the configuration's JSON
 * Schema from src/config. With --check it writes nothing and fails when a committed file is not what it would write.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { root, run } from "./run.ts";

const configSchemaFile = "docs/causeway.schema.json";

/** Files by path, relative to the repository's top folder. */
type Files = Map<string, string>;

async function generate(): Promise<Files> {
  const [proto, openapi] = await Promise.all([generateProto(), generateOpenapi()]);
  return new Map([...proto, ...openapi, [configSchemaFile, configJsonSchema()]]);
}

async function generateProto(): Promise<Files> {
  const out = await mkdtemp(join(tmpdir(), "causeway-gen-"));
  try {
    const { code, output } = await run("buf", ["generate", "--output", out]);
    if (code !== 0) throw new Error(`buf generate failed:\n${output}`);
    return await readTree(out, join(out, "gen"));
  } finally {
    await rm(out, { recursive: true });
  }
}

async function generateOpenapi(): Promise<Files> {
  const folder = join(root, "openapi");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const files: Files = new Map();
  for (const name of names) {
    const tree = await openapiTS(pathToFileURL(join(folder, name)), {
      defaultNonNullable: false, // a field with a default may still be left out
      rootTypes: true,
      rootTypesNoSchemaPrefix: true,
    });
    const text = `// Generated from openapi/${name}. Do not edit: change that file and run \`npm run generate\`.\n\n${astToString(tree)}`;
    files.set(`gen/openapi/${basename(name, ".yaml")}.ts`, text);
  }
  return files;
}

/** All files under `folder`, by their path from `base`. None when there is no such folder. */
async function readTree(base: string, folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return new Map(files.map((file, i) => [relative(base, file), texts[i] ?? ""]));
}

/** What is committed of that which is generated. */
async function readCommitted(): Promise<Files> {
  const files = await readTree(root, join(root, "gen"));
  const schema = await readFile(join(root, configSchemaFile), "utf8").catch(() => undefined);
  return schema === undefined ? files : files.set(configSchemaFile, schema);
}

interface Difference {
  readonly path: string;
  /** undefined: the file should not be there. */
  readonly fresh: string | undefined;
  readonly what: "missing" | "stale" | "left over";
}

function compare(fresh: Files, committed: Files): Difference[] {
  const differences: Difference[] = [];
  for (const [path, text] of fresh) {
    const old = committed.get(path);
    if (old !== text) differences.push({ path, fresh: text, what: old === undefined ? "missing" : "stale" });
  }
  for (const path of committed.keys()) {
    if (!fresh.has(path)) differences.push({ path, fresh: undefined, what: "left over" });
  }
  return differences;
}

async function write({ path, fresh }: Difference): Promise<void> {
  const file = join(root, path);
  if (fresh === undefined) return rm(file);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, fresh);
}

const differences = compare(await generate(), await readCommitted());
if (!process.argv.includes("--check")) {
  await Promise.all(differences.map(write));
  for (const { path, fresh } of differences) console.log(`${fresh === undefined ? "removed" : "wrote"} ${path}`);
  if (differences.length === 0) console.log("All generated files are fresh.");
} else if (differences.length > 0) {
  for (const { path, what } of differences) console.error(`${what}: ${path}`);
  console.error("Run `npm run generate` and commit the result.");
  process.exitCode = 1;
}
