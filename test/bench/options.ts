import { parseArgs } from "node:util";

const bodyModes = ["off", "metadata", "full"] as const;

export type Bodies = (typeof bodyModes)[number];

export interface BenchOptions {
  readonly help: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly peers: boolean;
  /** What the gateway's ledger keeps of requests and answers. */
  readonly bodies: Bodies;
  /** Only scenarios whose name this matches. */
  readonly only: RegExp | undefined;
  readonly json: string | undefined;
  readonly profile: boolean;
}

export const usageText = `npm run bench -- [options]

Measures the gateway beside a minimal proxy on this machine: CPU, latency and memory, by kind of work.

  --rounds N      rounds of interleaved slices; the figures are medians over them (default 5)
  --only PATTERN  only scenarios whose name matches this regular expression, such as "stream" or "whole-32"
  --peers         also measures another gateway, installed from npm into a folder that is removed afterwards
  --bodies MODE   what the gateway's ledger keeps of the texts: off, metadata or full (default off; full writes
                  gigabytes to the folder for temporary files)
  --profile       starts the gateway with --cpu-prof, and says where the profile is
  --json PATH     where the figures go as JSON (default bench-results/<time>.json)
  --quick         tiny counts, to see that everything works; its figures mean nothing
  --help          this text
`;

function readRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 100) return rounds;
  throw new Error(`--rounds takes a whole number from 1 to 100, not "${text}".`);
}

function readBodies(text: string): Bodies {
  const bodies = bodyModes.find((mode) => mode === text);
  if (bodies !== undefined) return bodies;
  throw new Error(`--bodies takes ${bodyModes.join(", ")}, not "${text}".`);
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new Error(
      `--only takes a regular expression; "${text}" is none: ${error instanceof Error ? error.message : ""}`,
    );
  }
}

/** Throws an Error whose message says what was wrong with the arguments. */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      peers: { type: "boolean", default: false },
      only: { type: "string" },
      json: { type: "string" },
      bodies: { type: "string", default: "off" },
      profile: { type: "boolean", default: false },
    },
  });
  return {
    ...values,
    json: values.json,
    rounds: values.rounds === undefined ? (values.quick ? 1 : 5) : readRounds(values.rounds),
    bodies: readBodies(values.bodies),
    only: values.only === undefined ? undefined : readPattern(values.only),
  };
}
