import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { LedgerAudit, RollupDifference } from "../core/ledger.ts";
import { addCopy, type CopyActions } from "./copy.ts";
import { type CliActions, CliError, type CliIo } from "./io.ts";
import { addReprice, type RepriceActions } from "./reprice.ts";
import { addRetention } from "./retention.ts";
import { type LedgerOptions, ledgerConfig, withLedger } from "./with-ledger.ts";

/** What this command needs beside the other commands' actions. */
export interface LedgerActions extends RepriceActions, CopyActions {
  /** For the store of a configuration, whether a gateway runs on it or not. Opens nothing yet. */
  openLedger(store: Config["store"]): LedgerAudit;
}

/** As many differences are said one by one. */
const mostLines = 20;

const verifyExamples = `
The ledger keeps sums of its rows by quarters of an hour and longer, for the statistics. They are written together with
the rows; this computes them anew, as far back as there are rows, and says where they differ. Exit code 1 when they do.
The gateway may run meanwhile.

Examples:
  causeway ledger verify
  causeway ledger verify --store sqlite:/var/lib/causeway/causeway.db
`;

const rebuildExamples = `
Makes all sums anew from the rows; no row is changed. Sums that have outlived their rows stay. The gateway may run
meanwhile.

Examples:
  causeway ledger rebuild
`;

/** `ledger`: looks after the store. */
export function addLedger(program: Command, io: CliIo, actions: LedgerActions & Pick<CliActions, "loadConfig">): void {
  const ledger = program
    .command("ledger")
    .description(
      "Check or repair the sums that the statistics are made from; price requests anew; remove what is old; copy it.",
    );
  const open = async (options: LedgerOptions): Promise<LedgerAudit> =>
    actions.openLedger((await ledgerConfig(options, io, actions)).store);
  const add = (name: string, description: string, examples: string): Command =>
    ledger
      .command(name)
      .description(description)
      .option("-c, --config <file>", "the configuration file that says where the store is")
      .option("--store <url>", "the ledger's store (default: as the configuration says)")
      .addHelpText("after", examples);
  add("verify", "Check that the sums are what the rows come to.", verifyExamples).action(
    async (options: LedgerOptions) => withLedger(await open(options), io, (audit) => verify(audit, io)),
  );
  add("rebuild", "Make the sums anew from the rows.", rebuildExamples).action(async (options: LedgerOptions) =>
    withLedger(await open(options), io, async (audit) => {
      const made = await audit.rebuild(io.signal);
      io.stdout.write(`ok: ${made} sums were made anew\n`);
    }),
  );
  addReprice(add, io, actions);
  addRetention(add, io, actions);
  addCopy(ledger, io, actions);
}

async function verify(audit: LedgerAudit, io: CliIo): Promise<void> {
  let found = 0;
  const looked = await audit.verify((difference) => {
    found += 1;
    if (found <= mostLines) io.stdout.write(`${describe(difference)}\n`);
  }, io.signal);
  if (found === 0) {
    io.stdout.write(`ok: ${looked} sums are what the rows come to\n`);
    return;
  }
  if (found > mostLines) io.stdout.write(`and ${found - mostLines} more\n`);
  throw new CliError(
    `${found === 1 ? "1 sum differs" : `${found} sums differ`} from what the rows come to. ` +
      "'causeway ledger rebuild' makes them anew.",
  );
}

function describe({ start, spanMs, series, kind, columns }: RollupDifference): string {
  const time = new Date(start).toISOString().replace(/:00\.000Z$/, "Z");
  const what = kind === "wrong" ? `wrong: ${columns.join(", ")}` : kind;
  return `${time}, ${lengthOf(spanMs)}, ${series}: ${what}`;
}

/** In days, hours or minutes. */
function lengthOf(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 60) return `${minutes} min`;
  return minutes < 1440 ? `${minutes / 60} h` : `${minutes / 1440} d`;
}
