import { Command, CommanderError, Help } from "commander";
import { didYouMean } from "../config/nearest.ts";
import { addChat } from "./chat.ts";
import { addCheck } from "./check.ts";
import { addExplain } from "./explain.ts";
import { addImport, type ImportActions } from "./import.ts";
import { addInit } from "./init.ts";
import { type CliActions, CliError, type CliIo } from "./io.ts";
import { addLedger, type LedgerActions } from "./ledger.ts";
import { addServe } from "./serve.ts";

const examples = `
Examples:
  causeway                          serve, as causeway.yaml and the environment say
  causeway --port 5000              serve on another port
  causeway init                     write a causeway.yaml from what is found on this machine
  causeway check                    say what is wrong with it, with line and column
  causeway chat "Hello!"            ask through the gateway that runs
  causeway explain                  say how the last request came to its answer
  causeway ledger verify            check that the statistics are what the requests say
  causeway ledger reprice --help    price past requests anew, when prices have changed
  causeway import --help            bring over the books and the configuration of another proxy

In a checkout: npm start, npm start -- --port 5000, npm start -- init, …
`;

export interface Program {
  /** `args`: without the programs' names. Resolves with the exit code: 0, 1 (failed), 2 (called wrongly), 130 (interrupted). */
  run(args: readonly string[]): Promise<number>;
}

/** The command line. */
export function createProgram(io: CliIo, actions: CliActions & LedgerActions & ImportActions): Program {
  return {
    async run(args) {
      try {
        await createCommand(io, actions).parseAsync(args, { from: "user" });
        return 0;
      } catch (error) {
        return describeEnd(error, io);
      }
    },
  };
}

function describeEnd(error: unknown, io: CliIo): number {
  // commander has said it already
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof CliError ? error.exitCode : 1;
}

function createCommand(io: CliIo, actions: CliActions & LedgerActions & ImportActions): Command {
  const program = new Command("causeway")
    .description("A self-hosted LLM gateway: gRPC, gRPC-Web, Connect and the vendors' REST on one port.")
    .version(actions.version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError("(--help lists the commands and options)");
  const serve = addServe(program, actions, (args) => refuseUnknown(program, args));
  addInit(program, io, actions);
  addCheck(program, io, actions);
  addChat(program, io, actions);
  addExplain(program, io, actions);
  addLedger(program, io, actions);
  addImport(program, io, actions);
  const help = new Help();
  return program
    .configureHelp({
      // serving is what happens without a command: its options are those of the program
      visibleOptions: (command) => [
        ...(command === program ? serve.options : []),
        ...Help.prototype.visibleOptions.call(help, command),
      ],
    })
    .addHelpText("after", examples);
}

/** Whatever is no command comes to `serve`, which takes no arguments. */
function refuseUnknown(program: Command, [word = ""]: readonly string[]): void {
  const names = program.commands.map((command) => command.name());
  const message = names.includes(word)
    ? `options come after the command: causeway ${word} …`
    : `unknown command '${word}'${didYouMean(word, names)}`;
  program.error(`error: ${message}`);
}
