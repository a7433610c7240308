import { access, readFile, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import { withDotEnv } from "../config/environment.ts";
import { showProblem } from "../config/problem.ts";
import { readConfig } from "../config/read.ts";
import { showStore } from "../config/store.ts";
import { importApantli } from "../imports/apantli/index.ts";
import { describeApantli, sumsAgree } from "../imports/apantli/report.ts";
import { ImportError } from "../imports/error.ts";
import { findProvider } from "../imports/known-provider.ts";
import type { ImportLedger } from "../imports/ledger.ts";
import { importLitellm } from "../imports/litellm/index.ts";
import { describeImported, type ImportedConfig } from "../imports/note.ts";
import { importRotator } from "../imports/rotator/index.ts";
import { type CliActions, CliError, type CliIo } from "./io.ts";
import { ledgerConfig } from "./with-ledger.ts";

/** What this command needs beside the other commands' actions. */
export interface ImportActions {
  /** Opens the ledger of a configuration's store, whether a gateway runs on it or not; makes one where there is none. */
  openImport(store: Config["store"]): Promise<ImportLedger>;
  /** The known provider whose models have names such as this one. */
  providerOf(model: string): string | undefined;
}

type Needed = ImportActions & Pick<CliActions, "loadConfig" | "presets">;

interface ApantliOptions {
  readonly dryRun?: boolean;
  readonly config?: string;
  readonly store?: string;
}

interface ConfigOptions {
  readonly output?: string;
  readonly force?: boolean;
}

const apantliExamples = `
Reads apantli's database and changes nothing in it. Rows get the same ids each time, so running it again brings only what
is new. Keys that apantli kept with the requests are left out. The gateway may run meanwhile.

Examples:
  causeway import apantli requests.db --dry-run
  causeway import apantli requests.db
`;

const litellmExamples = `
Makes a causeway.yaml of a config.yaml of LiteLLM or apantli. It is printed unless -o names a file for it; what could not
be carried over is said on stderr, with its line.

Examples:
  causeway import litellm-config config.yaml
  causeway import litellm-config config.yaml -o causeway.yaml
`;

const rotatorExamples = `
Makes a causeway.yaml of the .env of LLM-API-Key-Proxy. Keys are written as references to their variables, so the .env is
still needed. Its usage files are not imported: they hold sums over many requests, and a row of the ledger is one request.

Examples:
  causeway import rotator .env
  causeway import rotator ../proxy/.env -o causeway.yaml
`;

/** `import`: brings over what users of other proxies have. */
export function addImport(program: Command, io: CliIo, actions: Needed): void {
  const command = program.command("import").description("Bring over the books and the configuration of another proxy.");
  command
    .command("apantli")
    .description("Bring apantli's requests into the ledger.")
    .argument("<file>", "apantli's database, such as requests.db")
    .option("-n, --dry-run", "say what would be imported, and import nothing")
    .option("-c, --config <file>", "the configuration file that says where the ledger is")
    .option("--store <url>", "the ledger's store (default: as the configuration says)")
    .addHelpText("after", apantliExamples)
    .action((file: string, options: ApantliOptions) => told(io, () => runApantli(file, options, io, actions)));
  command
    .command("litellm-config")
    .description("Make a configuration of one in LiteLLM's form, which apantli has, too.")
    .argument("<file>", "the other configuration, such as config.yaml")
    .option("-o, --output <file>", "the file to write (default: it is printed)")
    .option("-f, --force", "overwrite that file if there is one")
    .addHelpText("after", litellmExamples)
    .action((file: string, options: ConfigOptions) =>
      told(io, async () => {
        const { presets, providerOf } = actions;
        const text = await readText(resolve(io.cwd, file), file);
        const made = importLitellm(text, basename(file), { known: presets, providerOf });
        await hand(made, { file, what: "entries of model_list" }, options, io, actions);
      }),
    );
  command
    .command("rotator")
    .description("Make a configuration of the variables of LLM-API-Key-Proxy.")
    .argument("<file>", "its file of variables, such as .env")
    .option("-o, --output <file>", "the file to write (default: it is printed)")
    .option("-f, --force", "overwrite that file if there is one")
    .addHelpText("after", rotatorExamples)
    .action((file: string, options: ConfigOptions) =>
      told(io, async () => {
        const text = await readText(resolve(io.cwd, file), file);
        const made = importRotator(text, basename(file), actions.presets);
        await hand(made, { file, what: "providers" }, options, io, actions);
      }),
    );
}

async function told(io: CliIo, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (io.signal.aborted) throw new CliError("Interrupted. What was imported stays; run it again for the rest.", 130);
    throw error instanceof ImportError ? new CliError(error.message) : error;
  }
}

async function runApantli(file: string, options: ApantliOptions, io: CliIo, actions: Needed): Promise<void> {
  const config = await ledgerConfig(options, io, actions);
  const dryRun = options.dryRun === true;
  const { bodies, bodyLimitBytes } = config.ledger;
  // a dry run leaves no new file behind
  const ledger = dryRun && !(await isThere(config.store)) ? undefined : await actions.openImport(config.store);
  try {
    const report = await importApantli({
      path: resolve(io.cwd, file),
      ledger,
      dryRun,
      signal: io.signal,
      bodyLimit: bodies === "full" ? bodyLimitBytes : undefined,
      providerName: (name) => findProvider(name, actions.presets)?.name ?? name,
      onProgress: (rows) => {
        if (io.stderr.isTTY === true) io.stderr.write(`\r${rows} rows`);
      },
    });
    if (io.stderr.isTTY === true) io.stderr.write("\r");
    io.stdout.write(`${describeApantli(report, dryRun)}Ledger: ${showStore(config.store)}\n`);
    if (bodies !== "full") io.stdout.write(`Bodies were left out: ledger.bodies is ${bodies}.\n`);
    if (!sumsAgree(report)) throw new CliError("The sums do not agree.");
  } finally {
    await ledger?.close();
  }
}

/** A database on a server is: at most it gets its tables. */
async function isThere(store: Config["store"]): Promise<boolean> {
  if (store.kind !== "sqlite") return true;
  try {
    await access(store.path);
    return true;
  } catch {
    return false;
  }
}

/** `what`: what the file has entries of. */
async function hand(
  made: ImportedConfig,
  { file, what }: { readonly file: string; readonly what: string },
  options: ConfigOptions,
  io: CliIo,
  actions: Needed,
): Promise<void> {
  const env = withDotEnv(io.env, await readFile(resolve(io.cwd, ".env"), "utf8").catch(() => ""));
  const unset = [...made.variables.keys()].filter((name) => env[name] === undefined);
  const problems = await check(made, env, io, actions);
  if (options.output === undefined) io.stdout.write(made.yaml);
  else await writeConfig(resolve(io.cwd, options.output), options, made.yaml);
  const wrote = options.output === undefined ? "" : `Wrote ${options.output}.\n`;
  io.stderr.write(`${wrote}${describeImported(made, { file, what, unset })}`);
  if (problems.length === 0) return;
  const name = options.output ?? "the result";
  throw new CliError(["The result needs a hand:", ...problems.map((problem) => showProblem(problem, name))].join("\n"));
}

/** Whether the gateway takes the result. A variable that is not set yet is no fault of it. */
async function check({ yaml, variables }: ImportedConfig, env: CliIo["env"], io: CliIo, { presets }: Needed) {
  const { problems } = await readConfig({
    text: yaml,
    env: { ...Object.fromEntries(variables), ...env },
    flags: {},
    cwd: io.cwd,
    presets,
    dialects: [...new Set(presets.flatMap(({ dialects }) => dialects))],
    readFile: (path) => readFile(path, "utf8"),
  });
  return problems;
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CliError(`${shown} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** For its owner only: keys may be in it. */
async function writeConfig(path: string, { output = "", force = false }: ConfigOptions, text: string): Promise<void> {
  await writeFile(path, text, { flag: force ? "w" : "wx", mode: 0o600 }).catch((error: unknown) => {
    const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw new CliError(
      isTaken ? `${output} is there already: --force overwrites it.` : `${output} cannot be written: ${String(error)}`,
    );
  });
}
