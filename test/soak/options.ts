import { parseArgs } from "node:util";

export interface SoakOptions {
  readonly help: boolean;
  readonly seconds: number;
  /** Requests at a time. */
  readonly concurrency: number;
  /** The share of requests to providers that go wrong, from 0 to 1. */
  readonly faults: number;
  readonly seed: number;
}

export const usageText = `npm run soak -- [options]

Loads a gateway, in a process of its own, whose providers do all that providers do wrong, and looks whether anything
was lost, counted twice, cut without a word, late or left behind.

  --seconds N      how long to load it (default 30)
  --concurrency N  requests at a time (default 200)
  --faults SHARE   the share of the providers' answers that go wrong, from 0 to 1 (default 0.3)
  --seed N         chooses the faults and the clients: the same seed, the same choices (default: the time)
  --help           this text
`;

function readNumber(name: string, text: string, fits: (value: number) => boolean, expected: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (fits(value)) return value;
  throw new Error(`--${name} takes ${expected}, not "${text}".`);
}

/** Throws an Error whose message says what was wrong with the arguments. */
export function readOptions(args: string[]): SoakOptions {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", default: false },
      seconds: { type: "string", default: "30" },
      concurrency: { type: "string", default: "200" },
      faults: { type: "string", default: "0.3" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  return {
    help: values.help,
    seconds: readNumber("seconds", values.seconds, isCount, "a whole number from 1"),
    concurrency: readNumber("concurrency", values.concurrency, isCount, "a whole number from 1"),
    faults: readNumber("faults", values.faults, (value) => value >= 0 && value <= 1, "a share from 0 to 1"),
    seed: readNumber("seed", values.seed, Number.isInteger, "a whole number"),
  };
}
