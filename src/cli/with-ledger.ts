import type { Config } from "../config/config.ts";
import { showProblem } from "../config/problem.ts";
import { shortPath } from "./check.ts";
import { type CliActions, CliError, type CliIo, interrupted } from "./io.ts";

/** Which store a command works on. */
export interface LedgerOptions {
  readonly config?: string;
  readonly store?: string;
}

/** The configuration that says where the ledger is. Throws CliError for one with faults. */
export async function ledgerConfig(
  options: LedgerOptions,
  io: CliIo,
  { loadConfig }: Pick<CliActions, "loadConfig">,
): Promise<Config> {
  const { config, problems, path } = await loadConfig({ config: options.config, store: options.store });
  if (config !== undefined) return config;
  const name = path === undefined ? "" : shortPath(path, io.cwd);
  throw new CliError(problems.map((problem) => showProblem(problem, name)).join("\n"));
}

/** Works on what was opened, and closes it. What the person has ended is said to be interrupted. */
export async function withLedger<Opened extends { close(): Promise<void> }>(
  opened: Opened,
  io: CliIo,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  try {
    await work(opened);
  } catch (error) {
    throw io.signal.aborted && !(error instanceof CliError) ? interrupted() : error;
  } finally {
    await opened.close();
  }
}
