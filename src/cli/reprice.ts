import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import type { LedgerRepricing, RepriceCounts, RepriceWatcher } from "../core/reprice.ts";
import { wildcard } from "../lib/wildcard.ts";
import { type CliActions, CliError, type CliIo } from "./io.ts";
import { Progress } from "./progress.ts";
import { RepriceReport } from "./reprice-report.ts";
import { type LedgerOptions, ledgerConfig, withLedger } from "./with-ledger.ts";

export interface RepriceActions {
  /** The store of a configuration with its prices, whether a gateway runs on it or not. Opens nothing yet. */
  openRepricing(config: Config): LedgerRepricing;
}

interface RepriceOptions extends LedgerOptions {
  readonly since: string;
  readonly until?: string;
  readonly model?: string;
  readonly unknownOnly?: boolean;
  readonly dryRun?: boolean;
}

const examples = `
Computes what requests have cost with the prices that the configuration and the catalogue have now for the time when each
was made, and what the providers' prompt caches have saved. A row changes where that is something else than what it says,
or where its cost was not known; the sums over it change with it. These rows keep their cost:
  - those whose price is not known any more;
  - those that have their cost from their provider ("reported") or from an import, unless 'prices' has an entry for them.
Rows that were removed are not brought back. Running it again changes nothing. The gateway may run meanwhile.

Examples:
  causeway ledger reprice --since 2026-01-01 --dry-run
  causeway ledger reprice --since 2026-01-01 --until 2026-02-01 --model 'local/*'
  causeway ledger reprice --since 2026-01-01T09:30Z --unknown-only
`;

/** `ledger reprice`. `add`: makes a command that works on a ledger. */
export function addReprice(
  add: (name: string, description: string, examples: string) => Command,
  io: CliIo,
  actions: RepriceActions & Pick<CliActions, "loadConfig">,
): void {
  add("reprice", "Compute what requests have cost anew, with the prices of now.", examples)
    .requiredOption(
      "--since <time>",
      "price requests that were made at or after this time (2026-01-31, or with T09:30Z)",
    )
    .option("--until <time>", "… and before this time (default: now)")
    .option("--model <pattern>", "… and asked this provider/model, where * stands for any characters")
    .option("--unknown-only", "price only requests whose cost is not known")
    .option("-n, --dry-run", "say what would change, and change nothing")
    .action(async (options: RepriceOptions) => {
      const from = timeIn("--since", options.since);
      const to = options.until === undefined ? Date.now() : timeIn("--until", options.until);
      const config = await ledgerConfig(options, io, actions);
      await withLedger(actions.openRepricing(config), io, (ledger) => reprice(ledger, { from, to }, options, io));
    });
}

async function reprice(
  ledger: LedgerRepricing,
  period: { readonly from: number; readonly to: number },
  { model = "*", unknownOnly = false, dryRun = false }: RepriceOptions,
  io: CliIo,
): Promise<void> {
  const report = new RepriceReport();
  const progress = new Progress(io);
  const scope = { ...period, isWanted: wildcard(model), unknownOnly, dryRun };
  let counts: RepriceCounts | undefined;
  try {
    const watcher: RepriceWatcher = {
      changed: (change) => report.add(change),
      reached: (rows, startedAt) => progress.at(rows, `${rows} requests, up to ${new Date(startedAt).toISOString()}`),
    };
    counts = await ledger.reprice(scope, watcher, io.signal);
  } catch (error) {
    if (!io.signal.aborted || dryRun) throw error;
    throw new CliError("Interrupted. What was priced anew stays; run it again for the rest.", 130);
  } finally {
    progress.end();
    io.stdout.write(report.text());
    if (counts !== undefined) io.stdout.write(report.end(counts, dryRun));
  }
}

const timePattern = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Whether there is such a day: what goes beyond a month is taken for days of the next one. */
const isDay = (day: string): boolean => new Date(`${day}T00:00Z`).toJSON()?.startsWith(day) ?? false;

/** In ms since 1970; a day begins at midnight UTC. */
function timeIn(option: string, text: string): number {
  const time = timePattern.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new CliError(
    `${option} '${text}' is no time. Write a day, such as 2026-01-31, or a time with its zone, such as 2026-01-31T09:30Z.`,
    2,
  );
}
