import type { Command } from "commander";
import type { CliActions } from "./io.ts";

interface ServeOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly store?: string;
  readonly logLevel?: string;
}

const examples = `
Options win over variables (CAUSEWAY_HOST, CAUSEWAY_PORT, CAUSEWAY_STORE, …), those over the file.

Examples:
  causeway serve --port 5000
  causeway serve --config /etc/causeway.yaml --log-level debug
  CAUSEWAY_API_KEY=… causeway serve --host 0.0.0.0
`;

/** `serve`, which is also what happens without a command. `refuse` gets what was given beside options. */
export function addServe(program: Command, { serve }: CliActions, refuse: (args: readonly string[]) => void): Command {
  return program
    .command("serve", { isDefault: true })
    .description("Serve. This is what happens without a command.")
    .option("-c, --config <file>", "the configuration file (default: causeway.yaml, if there is one)")
    .option("--host <host>", "the address to listen on (default: 127.0.0.1)")
    .option("-p, --port <port>", "the port to listen on (default: 4000)")
    .option("--store <url>", "the ledger's store (default: sqlite:./causeway.db)")
    .option("--log-level <level>", "trace, debug, info, warn, error, fatal or silent (default: info)")
    .allowExcessArguments()
    .addHelpText("after", examples)
    .action(async (options: ServeOptions, command: Command) => {
      if (command.args.length > 0) refuse(command.args);
      await serve(options);
    });
}
