import { resolve } from "node:path";
import { Readable } from "node:stream";
import { onTestFinished } from "vitest";
import type { CopyActions } from "../../src/cli/copy.ts";
import type { CliActions, CliIo } from "../../src/cli/io.ts";
import { createProgram } from "../../src/cli/program.ts";
import type { RepriceActions } from "../../src/cli/reprice.ts";
import type { ConfigFlags } from "../../src/config/overlay.ts";
import { createConfigSource } from "../../src/config/source.ts";
import { dialects, presets, temporaryFolder } from "../config/fixtures.ts";

export { temporaryFolder };

export interface Setup {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** What is piped in. undefined: a person sits there. */
  readonly stdin?: string | Readable;
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
  readonly onOutput?: (text: string) => void;
  readonly actions?: Partial<CliActions & RepriceActions & CopyActions>;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly served: readonly ConfigFlags[];
}

const noLedger = (): never => {
  throw new Error("this test has no ledger");
};

/** Runs a command as main would, with everything of the process replaced. */
export async function run(args: readonly string[], setup: Setup = {}): Promise<Outcome> {
  const { cwd = "/nowhere", env = {}, isTTY = false } = setup;
  let out = "";
  let err = "";
  const served: ConfigFlags[] = [];
  const stdin = typeof setup.stdin === "object" ? setup.stdin : Readable.from([Buffer.from(setup.stdin ?? "")]);
  const io: CliIo = {
    stdout: {
      isTTY,
      write(text) {
        out += text;
        setup.onOutput?.(text);
      },
    },
    stderr: { isTTY, write: (text) => (err += text) },
    stdin: Object.assign(stdin, { isTTY: setup.stdin === undefined }),
    env,
    cwd,
    signal: setup.signal ?? new AbortController().signal,
  };
  const program = createProgram(io, {
    version: "1.2.3",
    presets,
    serve(flags) {
      served.push(flags);
      return Promise.resolve();
    },
    loadConfig: (flags) => createConfigSource({ flags, env, cwd: resolve(cwd), presets, dialects }).load(),
    probe: () => Promise.resolve(false),
    openLedger: noLedger,
    openRepricing: noLedger,
    openCopy: noLedger,
    openImport: noLedger,
    providerOf: () => undefined,
    ...setup.actions,
  });
  const code = await program.run(args);
  return { code, out, err, served };
}

/** Something to undo after the test. */
export function afterTest(undo: () => unknown): void {
  onTestFinished(async () => {
    await undo();
  });
}
