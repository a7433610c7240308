import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { LedgerAudit, Retention } from "../core/ledger.ts";
import { counted } from "../lib/counted.ts";
import { type CliActions, CliError, type CliIo, interrupted } from "./io.ts";
import { type LedgerOptions, ledgerConfig, withLedger } from "./with-ledger.ts";

interface PruneOptions extends LedgerOptions {
  readonly dryRun?: boolean;
}

const pruneExamples = `
Removes what 'ledger.retention' of the configuration does not keep, as a gateway does by itself all the time. Sums stay.
The gateway may run meanwhile. What is removed does not come back: see with --dry-run what that is.

Examples:
  causeway ledger prune --dry-run
  causeway ledger prune
`;

const compactExamples = `
Writes the ledger's file anew without the room that is free in it, and has it give room back by itself from then on, as
files that were made by an older Causeway do not. Nothing may have it open, so stop the gateway first. It needs room for
what is in the file twice: beside it, and in the folder for temporary files, which the variable TMPDIR names.

Examples:
  causeway ledger compact
  causeway ledger compact --store sqlite:/var/lib/causeway/causeway.db
`;

type Actions = { openLedger(store: Config["store"]): LedgerAudit } & Pick<CliActions, "loadConfig">;

/** `ledger prune` and `ledger compact`. `add`: makes a command that works on a ledger. */
export function addRetention(
  add: (name: string, description: string, examples: string) => Command,
  io: CliIo,
  actions: Actions,
): void {
  add("prune", "Remove what is older than the configuration keeps, or too much.", pruneExamples)
    .option("-n, --dry-run", "say what would be removed, and remove nothing")
    .action(async (options: PruneOptions) => {
      const config = await ledgerConfig(options, io, actions);
      const { retention } = config.ledger;
      if (Object.values(retention).every((limit) => limit === undefined)) {
        throw new CliError("'ledger.retention' is not set: everything is kept. Set 'bodies', 'rows' or 'size' there.");
      }
      const work = options.dryRun === true ? foretell : prune;
      await withLedger(actions.openLedger(config.store), io, (ledger) => work(ledger, retention, io));
    });
  add("compact", "Give room that is free in the ledger's file back to the disk.", compactExamples).action(
    async (options: LedgerOptions) => {
      const { store } = await ledgerConfig(options, io, actions);
      await withLedger(actions.openLedger(store), io, async (ledger) => {
        const { before, after } = await ledger.compact();
        io.stdout.write(`ok: the file had ${sizeText(before)}, and has ${sizeText(after)} now\n`);
      });
    },
  );
}

async function prune(ledger: LedgerAudit, retention: Retention, io: CliIo): Promise<void> {
  const { rows, bodies, bytes } = await ledger.prune(retention, io.signal);
  const what = `removed ${counted(rows, "row")} and ${bodiesText(bodies, bytes)}`;
  io.stdout.write(io.signal.aborted ? `${what} so far\n` : `ok: ${what}\n`);
  if (io.signal.aborted) throw interrupted();
}

async function foretell(ledger: LedgerAudit, retention: Retention, io: CliIo): Promise<void> {
  const { rows, rowsBefore, bodies, bodiesBefore, bytes, sizeBytes } = await ledger.outlook(retention);
  const most = retention.sizeBytes ?? Number.POSITIVE_INFINITY;
  const lines = [
    ...(rows === 0 ? [] : [`${counted(rows, "row")} from before ${timeText(rowsBefore)}`]),
    ...(bodies === 0 ? [] : [`${bodiesText(bodies, bytes)} from before ${timeText(bodiesBefore ?? rowsBefore)}`]),
    ...(sizeBytes - bytes <= most
      ? []
      : [`the oldest bodies, then the oldest rows, until the ledger's ${sizeText(sizeBytes)} are ${sizeText(most)}`]),
  ];
  io.stdout.write(lines.length === 0 ? "ok: nothing to remove\n" : `would remove:\n  ${lines.join("\n  ")}\n`);
}

const bodiesText = (rows: number, bytes: number): string =>
  `the bodies of ${counted(rows, "row")} (${sizeText(bytes)})`;

/** In minutes of UTC. */
const timeText = (time: number | undefined): string => `${new Date(time ?? 0).toISOString().slice(0, 16)}Z`;

const units = ["KB", "MB", "GB", "TB"];

/** Steps are 1024, as in the configuration. */
function sizeText(bytes: number): string {
  const step = Math.min(units.length, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const unit = units[step - 1];
  return unit === undefined ? `${bytes} bytes` : `${(bytes / 1024 ** step).toFixed(1)} ${unit}`;
}
