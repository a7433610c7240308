import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { CopyDifference, CopyReport, LedgerCopy } from "../core/copy.ts";
import { counted } from "../lib/counted.ts";
import { type CliActions, CliError, type CliIo } from "./io.ts";
import { Progress } from "./progress.ts";
import { ledgerConfig } from "./with-ledger.ts";

export interface CopyActions {
  /** Opens nothing yet. */
  openCopy(from: Config["store"], to: Config["store"]): LedgerCopy;
}

interface CopyOptions {
  readonly config?: string;
  readonly from: string;
  readonly to?: string;
}

/** As many differences are said one by one. */
const mostLines = 20;

const examples = `
Copies all requests of one ledger into another, with what was said, how they were routed, the state of providers and keys,
and the sums over requests that were removed. Nothing is changed in the first one. What the other one has already is left
out, so a copy that was interrupted goes on, and requests that came in meanwhile are brought by copying again. Gateways may
run on both. What was copied is compared; exit code 1 when something differs. What the other ledger's retention has removed
does not come back: the sums over it are there, or are brought.

To move a gateway: copy, stop it, copy again, and start it with the other 'store'. While its old store failed, requests may
have gone to its journal instead, where the copy does not look: set 'ledger.journal' to the old file, by default the old
store's with .journal behind its name, and the gateway brings them over when it starts.

Examples:
  causeway ledger copy --from sqlite:./causeway.db --to postgres://causeway@db.example/causeway
  causeway ledger copy --from postgres://causeway@db.example/causeway --to sqlite:./causeway.db
`;

/** `ledger copy`. */
export function addCopy(ledger: Command, io: CliIo, actions: CopyActions & Pick<CliActions, "loadConfig">): void {
  ledger
    .command("copy")
    .description("Copy a ledger into another store.")
    .requiredOption("--from <url>", "the store to copy from")
    .option("--to <url>", "the store to copy into (default: as the configuration says)")
    .option("-c, --config <file>", "the configuration file that says where that store is")
    .addHelpText("after", examples)
    .action(async ({ config, from, to }: CopyOptions) => {
      const storeOf = async (store?: string) => (await ledgerConfig({ config, store }, io, actions)).store;
      const [source, target] = [await storeOf(from), await storeOf(to)];
      if (isDeepStrictEqual(source, target)) throw new CliError("Both stores are the same.", 2);
      const opened = actions.openCopy(source, target);
      try {
        await copy(opened, io);
      } catch (error) {
        if (!io.signal.aborted || error instanceof CliError) throw error;
        throw new CliError("Interrupted. What was copied stays; run it again for the rest.", 130);
      } finally {
        await opened.close();
      }
    });
}

async function copy(ledgers: LedgerCopy, io: CliIo): Promise<void> {
  const progress = new Progress(io);
  const total = await ledgers.count();
  const show = (rows: number): void => progress.at(rows, `${rows} of ${Math.max(rows, total)} requests`);
  let differences = 0;
  const differs = (difference: CopyDifference): void => {
    differences += 1;
    if (differences > mostLines) return;
    progress.end();
    io.stdout.write(`${describe(difference)}\n`);
  };
  const report = await ledgers.run(({ rows }) => show(rows), differs, io.signal).finally(() => progress.end());
  io.stdout.write(describeReport(report));
  if (differences > mostLines) io.stdout.write(`and ${differences - mostLines} more differences\n`);
  if (differences > 0) throw new CliError("The ledgers differ in what was copied.");
  io.stdout.write("ok: what was copied is the same in both\n");
}

function describeReport({ rows, there, removed, bodies, oldSums, state }: CopyReport): string {
  const parts = [
    `${counted(rows - there - removed, "request")} copied, ${bodies} of them with what was said; ${there} were there already`,
    ...(removed === 0
      ? []
      : [`${removed} left out: the other ledger removes what is as old, and has them in its sums`]),
    ...(oldSums === 0 ? [] : [`${oldSums} sums over requests that were removed`]),
    ...(state === 0 ? [] : [state === 1 ? "1 entry of state" : `${state} entries of state`]),
  ];
  return parts.map((part) => `${part}\n`).join("");
}

function describe({ from, to, what }: CopyDifference): string {
  const [first, last] = [from, to].map((time) => new Date(time).toISOString());
  return `${first}${first === last ? "" : ` to ${last}`}: ${what}`;
}
